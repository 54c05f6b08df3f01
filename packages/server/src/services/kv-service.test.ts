import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bytesFromLatin1, latin1FromBytes } from "@quorate/base";
import { Metadata, StatusCode } from "@quorate/grpc";
import {
  AlarmAction,
  AlarmType,
  KVService as Methods,
  newAlarmRequest,
  newCompare,
  newDeleteRangeRequest,
  newPutRequest,
  newRangeRequest,
  newTxnRequest,
  type PutRequest,
  type RangeRequest,
  type RequestOp,
} from "@quorate/proto";
import { ServiceLab, SingleMember, type SingleMemberOptions } from "../testing/index.ts";
import { QuotaGate } from "./kv-quota.ts";
import { KvService } from "./kv-service.ts";

const NO_SPACE = `${StatusCode.ResourceExhausted} etcdserver: mvcc: database space exceeded`;
const FUTURE = `${StatusCode.OutOfRange} etcdserver: mvcc: required revision is a future revision`;
const COMPACTED = `${StatusCode.OutOfRange} etcdserver: mvcc: required revision has been compacted`;
const EMPTY_KEY = `${StatusCode.InvalidArgument} etcdserver: key is not provided`;
const KEY_NOT_FOUND = `${StatusCode.InvalidArgument} etcdserver: key not found`;
const TIMEOUT = `${StatusCode.Unavailable} etcdserver: request timed out`;

const bytes = bytesFromLatin1;
const ALL = { key: bytes("\0"), rangeEnd: bytes("\0") };

async function start(options: SingleMemberOptions = {}): Promise<{ lab: ServiceLab; server: SingleMember }> {
  const server = new SingleMember(options);
  const service = new KvService(server, new QuotaGate(server));
  return { server, lab: await ServiceLab.start(server, (router) => service.register(router)) };
}

const put = (key: string, value: string, more: Partial<PutRequest> = {}): PutRequest =>
  newPutRequest({ key: bytes(key), value: bytes(value), ...more });
const get = (key: string, more: Partial<RangeRequest> = {}): RangeRequest =>
  newRangeRequest({ key: bytes(key), ...more });
const putOp = (key: string, value: string): RequestOp => ({ request: { kind: "requestPut", value: put(key, value) } });
const getOp = (key: string, more: Partial<RangeRequest> = {}): RequestOp => ({
  request: { kind: "requestRange", value: get(key, more) },
});

describe("server/services/kv-service", () => {
  it("puts, reads and deletes", async () => {
    const { lab, server } = await start();
    const first = await lab.ok(Methods.put, put("a", "1"));
    const { clusterId, memberId } = server;
    assert.deepEqual(first, { header: { clusterId, memberId, revision: 2, raftTerm: 2 }, prevKv: undefined });
    const second = await lab.ok(Methods.put, put("a", "2", { prevKv: true }));
    assert.equal(latin1FromBytes(second.prevKv?.value ?? bytes("")), "1");
    const range = await lab.ok(Methods.range, newRangeRequest(ALL));
    assert.deepEqual([range.count, range.more, range.header?.revision], [1, false, 3]);
    assert.deepEqual(
      range.kvs.map(({ key, value, version, createRevision, modRevision }) => [
        latin1FromBytes(key),
        latin1FromBytes(value),
        version,
        createRevision,
        modRevision,
      ]),
      [["a", "2", 2, 2, 3]],
    );
    assert.equal((await lab.ok(Methods.range, get("a", { revision: 2 }))).header?.revision, 3, "the store's revision");
    const deleted = await lab.ok(Methods.deleteRange, newDeleteRangeRequest({ ...ALL, prevKv: true }));
    assert.deepEqual([deleted.deleted, deleted.prevKvs.length, deleted.header?.revision], [1, 1, 4]);
    await lab.close();
  });

  it("confirms before a linearizable read, and not before a serializable one", async () => {
    const { lab, server } = await start();
    server.isHeld = true;
    const early = lab.call(Methods.range, get("a"));
    assert.equal((await lab.ok(Methods.range, get("a", { serializable: true }))).count, 0);
    assert.equal(server.confirmedReads, 1);
    server.failure = "Timeout";
    server.release();
    assert.equal((await early).status.message, "etcdserver: request timed out");
    assert.equal(await lab.failure(Methods.put, put("a", "1")), TIMEOUT);
    assert.equal((await lab.ok(Methods.range, get("a", { serializable: true }))).count, 0);
    await lab.close();
  });

  it("refuses what is no request before anybody else hears of it", async () => {
    const { lab, server } = await start();
    const lease = `${StatusCode.InvalidArgument} etcdserver: lease is provided`;
    assert.equal(await lab.failure(Methods.range, newRangeRequest()), EMPTY_KEY);
    assert.equal(await lab.failure(Methods.put, newPutRequest()), EMPTY_KEY);
    assert.equal(await lab.failure(Methods.put, put("a", "", { ignoreLease: true, lease: 1n })), lease);
    assert.equal(await lab.failure(Methods.deleteRange, newDeleteRangeRequest()), EMPTY_KEY);
    assert.equal(await lab.failure(Methods.txn, newTxnRequest({ success: [{ request: undefined }] })), KEY_NOT_FOUND);
    assert.deepEqual([server.proposed, server.confirmedReads], [[], 0]);
    await lab.close();
  });

  it("tells what apply found wrong", async () => {
    const { lab } = await start();
    assert.equal(await lab.failure(Methods.put, put("a", "", { ignoreValue: true })), KEY_NOT_FOUND);
    const noLease = `${StatusCode.NotFound} etcdserver: requested lease not found`;
    assert.equal(await lab.failure(Methods.put, put("a", "1", { lease: 9n })), noLease);
    assert.equal(await lab.failure(Methods.range, get("a", { revision: 5 })), FUTURE);
    assert.equal(await lab.failure(Methods.compact, { revision: 5, physical: false }), FUTURE);
    const tooLarge = `${StatusCode.InvalidArgument} etcdserver: request is too large`;
    assert.equal(await lab.failure(Methods.put, put("a", "x".repeat(1_600_000))), tooLarge);
    await lab.close();
  });

  it("refuses what grows, and nothing else, where the disk has too little room", async () => {
    const { lab, server } = await start();
    await lab.ok(Methods.put, put("a", "1"));
    server.isDiskLow = true;
    assert.equal(await lab.failure(Methods.put, put("a", "2")), NO_SPACE);
    assert.deepEqual(server.proposed, ["put", "alarm"]);
    await lab.ok(Methods.range, get("a"));
    await lab.ok(Methods.deleteRange, newDeleteRangeRequest({ key: bytes("a") }));
    await lab.close();
  });

  it("looks at the quota before anything else, and raises one alarm for all", async () => {
    const { lab, server } = await start({ limits: { quotaBytes: 20_480 + 300 } });
    await lab.ok(Methods.put, put("a", "x".repeat(20)));
    const refused = newPutRequest({ value: bytes("x".repeat(100)) });
    const failures = await Promise.all([1, 2, 3].map(() => lab.failure(Methods.put, refused)));
    assert.deepEqual(failures, [NO_SPACE, NO_SPACE, NO_SPACE], "its key is missing too");
    assert.deepEqual(server.proposed, ["put", "alarm"]);
    assert.equal(server.machine.parts.alarms.list(AlarmType.NOSPACE).length, 1);
    const txn = newTxnRequest({ success: [putOp("a", "x".repeat(300))] });
    assert.equal(await lab.failure(Methods.txn, txn), NO_SPACE);
    assert.equal(await lab.failure(Methods.put, put("a", "1")), NO_SPACE, "it would fit; the alarm refuses it");
    await lab.ok(Methods.deleteRange, newDeleteRangeRequest({ key: bytes("a") }));
    const { memberId: memberID } = server;
    const off = newAlarmRequest({ action: AlarmAction.DEACTIVATE, memberID, alarm: AlarmType.NOSPACE });
    await new Promise<void>((done) => server.propose({ kind: "alarm", value: off }, () => done()));
    await lab.ok(Methods.put, put("a", "1"));
    await lab.close();
  });

  it("sends a transaction through the log only where it may change something", async () => {
    const { lab, server } = await start();
    await lab.ok(Methods.put, put("a", "1"));
    const isThere = newCompare({ key: bytes("a"), target: 0, result: 1 });
    const read = await lab.ok(Methods.txn, newTxnRequest({ compare: [isThere], success: [getOp("a")] }));
    assert.deepEqual([read.succeeded, read.responses.length, read.header?.revision], [true, 1, 2]);
    assert.deepEqual([server.proposed, server.confirmedReads], [["put"], 1]);
    await lab.ok(Methods.txn, newTxnRequest({ success: [getOp("a", { serializable: true })] }));
    const empty = await lab.ok(Methods.txn, newTxnRequest());
    assert.deepEqual([empty.succeeded, empty.responses, server.confirmedReads], [true, [], 1]);
    const nested = newTxnRequest({ success: [{ request: { kind: "requestTxn", value: newTxnRequest() } }] });
    await lab.ok(Methods.txn, nested);
    const write = await lab.ok(Methods.txn, newTxnRequest({ success: [putOp("b", "1"), getOp("b")] }));
    assert.equal(write.header?.revision, 3);
    const [, range] = write.responses;
    assert.equal(range?.response?.kind === "responseRange" && range.response.value.kvs.length, 1);
    assert.deepEqual(server.proposed, ["put", "txn", "txn"]);
    await lab.close();
  });

  it("judges revisions in a transaction before it is proposed", async () => {
    const { lab, server } = await start();
    for (const value of ["1", "2", "3"]) await lab.ok(Methods.put, put("a", value));
    await lab.ok(Methods.compact, { revision: 3, physical: false });
    const before = server.proposed.length;
    const txn = (revision: number): ReturnType<typeof newTxnRequest> =>
      newTxnRequest({ success: [putOp("b", "1"), getOp("a", { revision })], failure: [getOp("a", { revision: 99 })] });
    assert.equal(await lab.failure(Methods.txn, txn(9)), FUTURE);
    assert.equal(await lab.failure(Methods.txn, txn(2)), COMPACTED);
    assert.equal(server.proposed.length, before);
    const good = await lab.ok(Methods.txn, txn(3));
    assert.equal(good.header?.revision, 5);
    await lab.close();
  });

  it("answers a physical compaction when the rows are gone", async () => {
    const { lab, server } = await start();
    for (const value of ["1", "2", "3"]) await lab.ok(Methods.put, put("a", value));
    const logical = await lab.ok(Methods.compact, { revision: 2, physical: false });
    assert.equal(logical.header?.revision, 4);
    assert.equal(await lab.failure(Methods.compact, { revision: 2, physical: false }), COMPACTED);
    let isAnswered = false;
    const physical = lab.ok(Methods.compact, { revision: 3, physical: true }).then(() => {
      isAnswered = true;
    });
    await lab.failure(Methods.range, get("a", { revision: 2 }));
    assert.equal(isAnswered, false);
    const { store } = server.machine.parts;
    while (!store.stepCompaction(10));
    assert.equal(store.finishedCompactRev, 3);
    await physical;
    await lab.close();
  });

  it("lets a learner serve serializable reads only", async () => {
    const { lab } = await start({ isLearner: true });
    const refused = `${StatusCode.Unavailable} etcdserver: rpc not supported for learner`;
    await lab.ok(Methods.range, get("a", { serializable: true }));
    assert.equal(await lab.failure(Methods.range, get("a")), refused);
    assert.equal(await lab.failure(Methods.put, put("a", "1")), refused);
    await lab.close();
  });

  it("lets go of a read that nobody waits for any more", async () => {
    const { lab, server } = await start();
    server.isHeld = true;
    const stream = lab.stream(Methods.range, Metadata.of([]));
    stream.call.send(get("a"));
    stream.call.end();
    await lab.ok(Methods.range, get("a", { serializable: true }));
    stream.call.cancel();
    await lab.ok(Methods.range, get("a", { serializable: true }));
    server.release();
    assert.equal((await stream.ended).code, StatusCode.Canceled);
    assert.equal((await lab.ok(Methods.range, get("a"))).count, 0);
    await lab.close();
  });
});
