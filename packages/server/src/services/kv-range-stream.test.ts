import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bytesFromLatin1 } from "@quorate/base";
import { StatusCode } from "@quorate/grpc";
import {
  encodeRangeResponse,
  KVService as Methods,
  newDeleteRangeRequest,
  newPutRequest,
  newRangeRequest,
  type RangeRequest,
  type RangeResponse,
  SortOrder,
  SortTarget,
} from "@quorate/proto";
import { type OpenStream, ServiceLab, SingleMember } from "../testing/index.ts";
import { QuotaGate } from "./kv-quota.ts";
import { KvService } from "./kv-service.ts";

const bytes = bytesFromLatin1;
const KEYS = 500;
const ALL = { key: bytes("\0"), rangeEnd: bytes("\0") };

async function start(valueBytes: number): Promise<{ lab: ServiceLab; server: SingleMember }> {
  const server = new SingleMember({ limits: { maxRequestBytes: 20_000 } });
  const service = new KvService(server, new QuotaGate(server));
  const value = new Uint8Array(valueBytes).fill(7);
  for (let i = 0; i < KEYS; i++) {
    const key = bytes(`k${String(i).padStart(4, "0")}`);
    await new Promise<void>((done) => {
      server.propose({ kind: "put", value: newPutRequest({ key, value }) }, () => done());
    });
  }
  assert.equal(server.machine.parts.store.currentRev, KEYS + 1);
  return { server, lab: await ServiceLab.start(server, (router) => service.register(router)) };
}

type Stream = OpenStream<RangeRequest, { rangeResponse: RangeResponse | undefined }>;

function open(lab: ServiceLab, request: Partial<RangeRequest>): Stream {
  const stream = lab.stream(Methods.rangeStream);
  stream.call.send(newRangeRequest(request));
  stream.call.end();
  return stream;
}

/** All pieces as one response, as a client puts them together. */
function merge(stream: Stream): RangeResponse {
  const pieces = stream.messages.map(({ rangeResponse }) => rangeResponse);
  for (const piece of pieces.slice(0, -1))
    assert.deepEqual([piece?.header, piece?.more, piece?.count], [undefined, false, 0]);
  const last = pieces.at(-1);
  assert.ok(last !== undefined);
  return { ...last, kvs: pieces.flatMap((piece) => piece?.kvs ?? []) };
}

describe("server/services/kv-range-stream", () => {
  it("streams what a range answers, whatever is asked", async () => {
    const { lab } = await start(300);
    const requests: Partial<RangeRequest>[] = [
      ALL,
      { ...ALL, serializable: true },
      { ...ALL, limit: 1 },
      { ...ALL, limit: 10 },
      { ...ALL, limit: 123 },
      { ...ALL, limit: KEYS },
      { ...ALL, revision: 200 },
      { ...ALL, keysOnly: true },
      { ...ALL, countOnly: true },
      { ...ALL, countOnly: true, limit: 3 },
      { key: bytes("k0100"), rangeEnd: bytes("k0350"), limit: 300 },
      { key: bytes("k0100") },
      { key: bytes("nothing") },
      { ...ALL, sortOrder: SortOrder.ASCEND },
    ];
    for (const request of requests) {
      const stream = open(lab, request);
      assert.equal((await stream.ended).code, StatusCode.OK);
      const whole = await lab.ok(Methods.range, newRangeRequest(request));
      assert.deepEqual(encodeRangeResponse(merge(stream)), encodeRangeResponse(whole));
      assert.equal(stream.messages.length === 1, whole.kvs.length <= 10);
    }
    await lab.close();
  });

  it("refuses orders and filters, and revisions that a range refuses", async () => {
    const { lab } = await start(1);
    const failures: [Partial<RangeRequest>, string][] = [
      [{}, `${StatusCode.InvalidArgument} etcdserver: key is not provided`],
      [
        { ...ALL, sortOrder: SortOrder.DESCEND },
        `${StatusCode.Unimplemented} RangeStream does not support custom sort orders`,
      ],
      [
        { ...ALL, sortTarget: SortTarget.MOD },
        `${StatusCode.Unimplemented} RangeStream does not support custom sort orders`,
      ],
      [{ ...ALL, minModRevision: 1 }, `${StatusCode.Unimplemented} RangeStream does not support revision filters`],
      [{ ...ALL, revision: 9999 }, `${StatusCode.OutOfRange} etcdserver: mvcc: required revision is a future revision`],
    ];
    for (const [request, expected] of failures) {
      const { code, message } = await open(lab, request).ended;
      assert.equal(`${code} ${message}`, expected);
    }
    await lab.close();
  });

  it("stays at the revision of its first piece, and waits for a slow client", async () => {
    const { lab, server } = await start(5_000);
    const stream = open(lab, ALL);
    stream.call.pause();
    const del = newDeleteRangeRequest(ALL);
    assert.equal((await lab.ok(Methods.deleteRange, del)).deleted, KEYS, "other calls go on");
    stream.call.resume();
    assert.equal((await stream.ended).code, StatusCode.OK);
    const { kvs, header, count } = merge(stream);
    assert.deepEqual([kvs.length, header?.revision, count], [KEYS, KEYS + 1, KEYS]);
    assert.equal(server.machine.parts.store.currentRev, KEYS + 2);
    await lab.close();
  });

  it("ends where its revision is compacted on the way", async () => {
    const { lab } = await start(10_000);
    const stream = open(lab, ALL);
    stream.call.pause();
    await lab.ok(Methods.put, newPutRequest({ key: bytes("z") }));
    await lab.ok(Methods.compact, { revision: KEYS + 2, physical: false });
    stream.call.resume();
    const { code, message } = await stream.ended;
    assert.equal(
      `${code} ${message}`,
      `${StatusCode.OutOfRange} etcdserver: mvcc: required revision has been compacted`,
    );
    await lab.close();
  });
});
