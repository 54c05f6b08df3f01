import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { EMPTY_BYTES, fromHex, toHex } from "@quorate/base";
import {
  CompareResult,
  CompareTarget,
  decodeInternalRaftRequest,
  decodeUtf8,
  decodeV2Request,
  encodeInternalRaftRequest,
  encodeUtf8,
  encodeV2Request,
  type InternalRaftRequest,
  newInternalRaftRequest,
  newPutRequest,
  newRequestHeader,
  newV2Request,
  V2RequestZeros,
} from "./index.ts";

/** Payloads of entries that members of etcd 3.4 to 3.7 wrote into their logs: read, and written again byte for byte. */

type Body = NonNullable<InternalRaftRequest["body"]>;
type ValueOf = { [B in Body as B["kind"]]: B["value"] };

const HEADER = "a2060b08a4e2c3c0a2c0e897d601";
const REQUEST_ID = 15433732578167812388n;
const LEASE_ID = 6210360541313036581n;

const text = (bytes: Uint8Array): string | undefined => decodeUtf8(bytes);

function read(hex: string): InternalRaftRequest {
  const request = decodeInternalRaftRequest(fromHex(hex));
  assert.equal(toHex(encodeInternalRaftRequest(request)), hex);
  return request;
}

function bodyOf<K extends Body["kind"]>(hex: string, kind: K): ValueOf[K] {
  const { body } = read(hex);
  assert.equal(body?.kind, kind);
  return body.value as ValueOf[K];
}

describe("proto/entries", () => {
  it("reads a put, with the header that tells whose it is", () => {
    const hex = `220b0a026b341205616761696e${HEADER}`;
    assert.equal(read(hex).header?.ID, REQUEST_ID);
    const put = bodyOf(hex, "put");
    assert.deepEqual([text(put.key), text(put.value), put.lease, put.ignoreLease], ["k4", "again", 0n, false]);
  });

  it("writes a put as etcd does", () => {
    const put = newPutRequest({ key: encodeUtf8("k4"), value: encodeUtf8("again") });
    const request = newInternalRaftRequest({
      header: newRequestHeader({ ID: REQUEST_ID }),
      body: { kind: "put", value: put },
    });
    assert.equal(toHex(encodeInternalRaftRequest(request)), `220b0a026b341205616761696e${HEADER}`);
  });

  it("reads the life of a lease: granted, attached, revoked", () => {
    const granted = bodyOf("420d08d80410a5e2c3c0a2c0e89756a2060b08a6e2c3c0a2c0e897d601", "leaseGrant");
    assert.deepEqual(granted, { TTL: 600, ID: LEASE_ID });
    const put = bodyOf("22120a036c6b3112016118a5e2c3c0a2c0e89756a2060b08a7e2c3c0a2c0e897d601", "put");
    assert.equal(put.lease, LEASE_ID);
    const revoked = bodyOf("4a0a08a5e2c3c0a2c0e89756a2060b08aae2c3c0a2c0e897d601", "leaseRevoke");
    assert.deepEqual(revoked, { ID: LEASE_ID });
  });

  it("reads the deletion of one key, and of an interval", () => {
    const one = bodyOf("2a040a026b39a2060b08ade2c3c0a2c0e897d601", "deleteRange");
    assert.deepEqual([text(one.key), one.rangeEnd], ["k9", undefined]);
    const many = bodyOf("2a080a026b3312026b36a2060b08a3e2c3c0a2c0e897d601", "deleteRange");
    assert.deepEqual([text(many.key), text(many.rangeEnd ?? EMPTY_BYTES)], ["k3", "k6"]);
  });

  it("reads a transaction with what it compares and what it does", () => {
    const txn = bodyOf(
      "32420a0f10031a026b313a0776616c75652d31120912070a027431120178120912070a02743212017912061a040a026b37" +
        "12060a040a026b311a0912070a02743312017aa2060b08a9e2c3c0a2c0e897d601",
      "txn",
    );
    const [compare] = txn.compare;
    assert.ok(compare !== undefined && txn.compare.length === 1);
    assert.deepEqual([compare.result, compare.target], [CompareResult.EQUAL, CompareTarget.VALUE]);
    assert.deepEqual(compare.targetUnion, { kind: "value", value: encodeUtf8("value-1") });
    const kinds = txn.success.map(({ request }) => request?.kind);
    assert.deepEqual(kinds, ["requestPut", "requestPut", "requestDeleteRange", "requestRange"]);
    assert.equal(txn.failure.length, 1);
  });

  it("reads a comparison with a zero, which is on the wire", () => {
    const txn = bodyOf(
      "32350a12080110021a0a6279666f6c6c6f7765723000120912070a026131120131120912070a0261321201321a0912070a026231120131" +
        "a2060b08b4e2c3c0a2c0e897d601",
      "txn",
    );
    assert.deepEqual(txn.compare[0]?.targetUnion, { kind: "modRevision", value: 0 });
    assert.equal(txn.compare[0]?.rangeEnd, undefined);
  });

  it("reads a compaction, and an alarm request in which all is default", () => {
    assert.deepEqual(bodyOf("3a020814a2060b08abe2c3c0a2c0e897d601", "compaction"), { revision: 20, physical: false });
    assert.deepEqual(bodyOf("5200a2060b08aee2c3c0a2c0e897d601", "alarm"), { action: 0, memberID: 0n, alarm: 0 });
  });

  it("reads what a member of 3.6 says of itself, behind the header", () => {
    const set = bodyOf(
      "a2060a0881bed4faa3c0e89d0baa512908bb96908e9586f595e901121c0a026e331216687474703a2f2f3132372e302e302e313a3237303331",
      "clusterMemberAttrSet",
    );
    assert.equal(set.memberID, 0xe92bd43151c40b3bn);
    assert.deepEqual(set.memberAttributes, { name: "n3", clientUrls: ["http://127.0.0.1:27031"] });
  });

  it("reads the version of a cluster of 3.7", () => {
    assert.deepEqual(bodyOf("a2060a0882e29aeba3c0a8a57ea251070a05332e372e30", "clusterVersionSet"), { ver: "3.7.0" });
  });

  it("steps over the request of the v2 API that field 2 once held", () => {
    const { body } = decodeInternalRaftRequest(fromHex(`12051203505554220b0a026b341205616761696e${HEADER}`));
    assert.equal(body?.kind, "put");
  });

  const VERSION_SET =
    "0882e2c3c0a2c0e897d60112035055541a0a2f302f76657273696f6e2205332e352e302800320038004800500058006000680070007800800100";

  it("reads what a member of 3.5 wrote with the v2 API, and writes it again byte for byte", () => {
    const request = decodeV2Request(fromHex(VERSION_SET));
    assert.deepEqual([request.method, request.path, text(request.val ?? EMPTY_BYTES)], ["PUT", "/0/version", "3.5.0"]);
    assert.equal(request.explicitZeros & (V2RequestZeros.prevExist | V2RequestZeros.refresh), 0);
    assert.equal(toHex(encodeV2Request(request)), VERSION_SET);
  });

  it("writes with the v2 API what a member of 3.5 would", () => {
    const request = newV2Request({
      ID: 15433732578167812354n,
      method: "PUT",
      path: "/0/version",
      val: encodeUtf8("3.5.0"),
      prevValue: EMPTY_BYTES,
    });
    assert.equal(toHex(encodeV2Request(request)), VERSION_SET);
  });

  it("tells a v2 condition that is false from one that is not there", () => {
    const request = decodeV2Request(fromHex("4000"));
    assert.equal(request.prevExist, false);
    assert.equal(request.explicitZeros, V2RequestZeros.prevExist);
    assert.equal(toHex(encodeV2Request(request)), "4000");
  });
});
