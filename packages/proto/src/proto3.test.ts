import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { EMPTY_BYTES, fromHex, hasCode, toHex } from "@quorate/base";
import * as proto from "./index.ts";

/** Messages written by hand after the protobuf documents, field by field. */

const MAX = Number.MAX_SAFE_INTEGER;
const key = Uint8Array.of(0x6b);
const value = Uint8Array.of(0x76);
const INT64_MAX = "ffffffffffffffff7f";
const INT64_MIN = "80808080808080808001";
const MINUS_ONE = "ffffffffffffffffff01";

const fails = (code: proto.ProtoErrorCode) => (error: unknown) =>
  error instanceof proto.ProtoError && hasCode(error, code);

describe("proto/proto3", () => {
  const header = proto.newResponseHeader({ clusterId: 1n, memberId: 2n, revision: 3, raftTerm: 4 });
  const kv = proto.newKeyValue({ key, createRevision: 2, modRevision: 300, version: 1, value, lease: 7n });
  const FIXTURES = [
    { name: "KeyValue", x: kv, hex: "0a016b 1002 18ac02 2001 2a0176 3007" },
    { name: "KeyValue", x: proto.newKeyValue({ key }), hex: "0a016b" },
    { name: "ResponseHeader", x: header, hex: "0801 1002 1803 2004" },
    { name: "PutRequest", x: proto.newPutRequest({ key, value, prevKv: true }), hex: "0a016b 120176 2001" },
    { name: "PutRequest", x: proto.newPutRequest({ key, lease: -1n }), hex: `0a016b 18${MINUS_ONE}` },
    {
      name: "RangeRequest",
      x: proto.newRangeRequest({ key, rangeEnd: Uint8Array.of(0), limit: -1, sortOrder: 2, countOnly: true }),
      hex: `0a016b 120100 18${MINUS_ONE} 2802 4801`,
    },
    {
      name: "RangeResponse",
      x: proto.newRangeResponse({ header, kvs: [kv, kv], more: true, count: 3 }),
      hex: "0a080801100218032004 120f0a016b100218ac0220012a01763007 120f0a016b100218ac0220012a01763007 1801 2003",
    },
    {
      name: "TxnRequest",
      x: proto.newTxnRequest({
        compare: [
          proto.newCompare({ result: 1, target: 0, key, targetUnion: { kind: "version", value: 0 }, rangeEnd: value }),
        ],
        success: [
          proto.newRequestOp({ request: { kind: "requestTxn", value: proto.newTxnRequest() } }),
          proto.newRequestOp(),
        ],
        failure: [
          proto.newRequestOp({
            request: { kind: "requestDeleteRange", value: proto.newDeleteRangeRequest({ key }) },
          }),
        ],
      }),
      // A zero in a oneof is on the wire; so are an empty transaction and an empty step.
      hex: "0a0b 0801 1a016b 2000 82040176 12022200 1200 1a051a030a016b",
    },
    {
      name: "WatchResponse",
      x: proto.newWatchResponse({
        watchId: -1,
        cancelReason: "é",
        events: [proto.newEvent({ type: proto.EventType.DELETE, kv: proto.newKeyValue({ key }) })],
      }),
      hex: `10${MINUS_ONE} 3202c3a9 5a0708011203 0a016b`,
    },
    {
      name: "WatchRequest",
      x: proto.newWatchRequest({
        requestUnion: { kind: "createRequest", value: proto.newWatchCreateRequest({ key, filters: [0, 1] }) },
      }),
      hex: "0a07 0a016b 2a020001",
    },
    {
      name: "LeaseTimeToLiveResponse",
      x: proto.newLeaseTimeToLiveResponse({ ID: -(2n ** 63n), TTL: -1, keys: [key, EMPTY_BYTES] }),
      hex: `10${INT64_MIN} 18${MINUS_ONE} 2a016b 2a00`,
    },
    {
      name: "HealthListResponse",
      x: proto.newHealthListResponse({
        statuses: new Map([["", proto.newHealthCheckResponse({ status: proto.ServingStatus.SERVING })]]),
      }),
      hex: "0a06 0a00 12020801",
    },
    { name: "HashRequest", x: proto.newHashRequest(), hex: "" },
    {
      name: "Member",
      x: proto.newMember({ ID: 2n ** 64n - 1n, peerURLs: ["a", ""], isLearner: true }),
      hex: "08ffffffffffffffffff01 1a0161 1a00 2801",
    },
  ];
  for (const { name, x, hex } of FIXTURES) {
    it(`writes and reads ${name} ${hex}`, () => {
      const codec = proto as unknown as Record<string, (of: unknown) => unknown>;
      const packed = hex.replaceAll(" ", "");
      assert.equal(toHex(codec[`encode${name}`]!(x) as Uint8Array), packed);
      assert.deepEqual(codec[`decode${name}`]!(fromHex(packed)), x);
    });
  }

  it("takes a number that a client chose, however large, as the largest safe one", () => {
    const read = proto.decodeRangeRequest(fromHex(`18${INT64_MAX}20${INT64_MIN}50808080808080801058ffffffffffffff0f`));
    assert.equal(read.limit, MAX);
    assert.equal(read.revision, -MAX);
    assert.equal(read.minModRevision, MAX, "2^53 itself");
    assert.equal(read.maxModRevision, MAX, "2^53 - 1 is held as it is");
    const compare = proto.decodeCompare(fromHex(`20${INT64_MAX}`));
    assert.deepEqual(compare.targetUnion, { kind: "version", value: MAX });
    assert.equal(proto.decodeCompactionRequest(fromHex(`08${INT64_MIN}`)).revision, -MAX);
    assert.equal(proto.decodeWatchCreateRequest(fromHex(`18${INT64_MAX}`)).startRevision, MAX);
    assert.equal(proto.decodeLeaseGrantRequest(fromHex(`08${INT64_MAX}`)).TTL, MAX);
    assert.equal(proto.decodeHashKVRequest(fromHex(`08${INT64_MAX}`)).revision, MAX);
  });

  it("refuses such a number from a server or from the disk", () => {
    for (const hex of [`10${INT64_MAX}`, `18${INT64_MIN}`, "208080808080808010"]) {
      assert.throws(() => proto.decodeKeyValue(fromHex(hex)), fails("UnsafeInteger"), hex);
    }
    assert.throws(() => proto.decodeResponseHeader(fromHex(`20${MINUS_ONE}`)), fails("UnsafeInteger"));
  });

  it("keeps every lease and member id, signed and unsigned", () => {
    assert.equal(proto.decodeLeaseRevokeRequest(fromHex(`08${INT64_MAX}`)).ID, 2n ** 63n - 1n);
    assert.equal(proto.decodeLeaseRevokeRequest(fromHex(`08${INT64_MIN}`)).ID, -(2n ** 63n));
    assert.equal(proto.decodeMemberRemoveRequest(fromHex(`08${MINUS_ONE}`)).ID, 2n ** 64n - 1n);
    // The same bits one after the other, once unsigned and once signed.
    const r = new proto.Reader(fromHex(`${MINUS_ONE}${MINUS_ONE}${MINUS_ONE}`));
    assert.deepEqual([r.id(), r.signedId(), r.id()], [2n ** 64n - 1n, -1n, 2n ** 64n - 1n]);
  });

  it("tells an end of an interval that is empty from one that is not there, and writes neither", () => {
    for (const decode of [proto.decodeRangeRequest, proto.decodeDeleteRangeRequest]) {
      assert.equal(decode(fromHex("0a016b")).rangeEnd, undefined);
      assert.equal(decode(fromHex("0a016b1200")).rangeEnd?.length, 0);
    }
    assert.equal(proto.decodeCompare(fromHex("820400")).rangeEnd?.length, 0);
    assert.equal(proto.decodeCompare(fromHex("")).rangeEnd, undefined);
    assert.equal(toHex(proto.encodeRangeRequest(proto.newRangeRequest({ key, rangeEnd: EMPTY_BYTES }))), "0a016b");
  });

  it("lets the last member of a oneof count", () => {
    const op = proto.decodeRequestOp(fromHex("12030a016b0a030a0176"));
    assert.equal(op.request?.kind, "requestRange");
    const compare = proto.decodeCompare(fromHex("20052806"));
    assert.deepEqual(compare.targetUnion, { kind: "createRevision", value: 6 });
  });

  it("keeps a number of an enum that it does not know, negative ones too", () => {
    const read = proto.decodeRangeRequest(fromHex(`286330${MINUS_ONE}`));
    assert.deepEqual([read.sortOrder, read.sortTarget], [99, -1]);
    assert.equal(toHex(proto.encodeRangeRequest(read)), `286330${MINUS_ONE}`);
  });

  it("reads repeated enums one by one and packed, mixed too", () => {
    const read = proto.decodeWatchCreateRequest(fromHex("28012a0200012800"));
    assert.deepEqual(read.filters, [1, 0, 1, 0]);
    assert.equal(toHex(proto.encodeWatchCreateRequest(read)), "2a0401000100");
  });

  it("refuses a text that is not UTF-8, wherever it stands", () => {
    assert.throws(() => proto.decodeAuthenticateRequest(fromHex("0a01ff")), fails("BadUtf8"));
    assert.throws(() => proto.decodeMemberAddRequest(fromHex("0a02c3")), fails("Truncated"));
    assert.throws(() => proto.decodeMemberAddRequest(fromHex("0a01610a01c3")), fails("BadUtf8"));
    assert.throws(() => proto.decodeHealthListResponse(fromHex("0a030a01ff")), fails("BadUtf8"));
    // Bytes are bytes.
    assert.deepEqual(proto.decodePutRequest(fromHex("0a01ff")).key, Uint8Array.of(0xff));
  });

  it("reads entries of a map without a key or a value, with unknown fields, and lets the last of a key count", () => {
    const read = proto.decodeHealthListResponse(
      fromHex("0a00 0a030a0161 0a0b 1801 1202 0802 0a0161 1a00".replaceAll(" ", "")),
    );
    assert.deepEqual(
      [...read.statuses],
      [
        ["", { status: 0 }],
        ["a", { status: 2 }],
      ],
    );
  });

  it("nests as many transactions as etcd allows by default, and not without end", () => {
    // With one operation each, 128 of them, and one more with none.
    const nested = (levels: number): proto.TxnRequest => {
      let txn = proto.newTxnRequest();
      for (let i = 1; i < levels; i++) {
        txn = proto.newTxnRequest({ success: [proto.newRequestOp({ request: { kind: "requestTxn", value: txn } })] });
      }
      return txn;
    };
    const inLog = (levels: number): Uint8Array =>
      proto.encodeInternalRaftRequest(proto.newInternalRaftRequest({ body: { kind: "txn", value: nested(levels) } }));
    const bytes = inLog(129);
    assert.equal(toHex(proto.encodeInternalRaftRequest(proto.decodeInternalRaftRequest(bytes))), toHex(bytes));
    assert.throws(() => proto.decodeInternalRaftRequest(inLog(140)), fails("TooDeep"));
    // A bomb of nothing but beginnings.
    const bomb = Uint8Array.from({ length: 100_000 }, (_, i) => (i % 2 === 0 ? 0x12 : 0x22));
    assert.throws(() => proto.decodeTxnRequest(bomb), proto.ProtoError);
  });

  it("shares the bytes of a put with its input, and gives out plain arrays", () => {
    const input = Buffer.from("0a016b120176", "hex");
    const put = proto.decodePutRequest(input);
    assert.equal(put.value.buffer, input.buffer);
    assert.equal(Object.getPrototypeOf(put.value), Uint8Array.prototype);
  });
});
