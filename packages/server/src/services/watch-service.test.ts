import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { bytesFromLatin1, latin1FromBytes } from "@quorate/base";
import { Metadata, StatusCode } from "@quorate/grpc";
import {
  EventType,
  FilterType,
  WatchService as Methods,
  newCompactionRequest,
  newDeleteRangeRequest,
  newPutRequest,
  newRequestOp,
  newTxnRequest,
  newWatchCancelRequest,
  newWatchCreateRequest,
  type WatchCreateRequest,
  type WatchRequest,
  type WatchResponse,
} from "@quorate/proto";
import { type OpenStream, ServiceLab } from "../testing/index.ts";
import type { SingleMemberOptions } from "../testing/single-member.ts";
import { WatchedMember } from "../testing/watched-member.ts";
import { WatchService } from "./watch-service.ts";

const bytes = (text: string): Uint8Array => bytesFromLatin1(text);

type Stream = OpenStream<WatchRequest, WatchResponse>;
type Lab = { readonly lab: ServiceLab; readonly server: WatchedMember };

const open: ServiceLab[] = [];

async function start(options: SingleMemberOptions = {}): Promise<Lab> {
  const server = new WatchedMember(options);
  const service = new WatchService(server, server.pump, () => 0);
  const lab = await ServiceLab.start(server, (router) => service.register(router));
  open.push(lab);
  return { server, lab };
}

function put(server: WatchedMember, key: string, value = "v"): Promise<void> {
  const request = newPutRequest({ key: bytes(key), value: bytes(value) });
  return new Promise((resolve) => server.propose({ kind: "put", value: request }, () => resolve()));
}

function remove(server: WatchedMember, key: string): Promise<void> {
  const value = newDeleteRangeRequest({ key: bytes(key) });
  return new Promise((resolve) => server.propose({ kind: "deleteRange", value }, () => resolve()));
}

function putAll(server: WatchedMember, keys: readonly string[], value: string): Promise<void> {
  const success = keys.map((key) =>
    newRequestOp({ request: { kind: "requestPut", value: newPutRequest({ key: bytes(key), value: bytes(value) }) } }),
  );
  return new Promise((resolve) => server.propose({ kind: "txn", value: newTxnRequest({ success }) }, () => resolve()));
}

function compact(server: WatchedMember, revision: number): Promise<void> {
  const value = newCompactionRequest({ revision });
  return new Promise((resolve) => server.propose({ kind: "compaction", value }, () => resolve()));
}

type Create = Omit<Partial<WatchCreateRequest>, "key" | "rangeEnd">;

function create(key: string, rangeEnd = "", more: Create = {}): WatchRequest {
  const value = newWatchCreateRequest({ ...more, key: bytes(key), rangeEnd: bytes(rangeEnd) });
  return { requestUnion: { kind: "createRequest", value } };
}

function cancel(watchId: number): WatchRequest {
  return { requestUnion: { kind: "cancelRequest", value: newWatchCancelRequest({ watchId }) } };
}

const PROGRESS: WatchRequest = { requestUnion: { kind: "progressRequest", value: {} } };

/** One line a response. */
function line(response: WatchResponse): string {
  const { header, watchId, created, canceled, compactRevision, cancelReason, fragment, events } = response;
  const words = [`${watchId} at ${header?.revision}:`];
  if (created) words.push("created");
  if (canceled) words.push("canceled");
  if (fragment) words.push("fragment");
  if (compactRevision !== 0) words.push(`compact=${compactRevision}`);
  if (cancelReason !== "") words.push(cancelReason);
  for (const { type, kv, prevKv } of events) {
    const sign = type === EventType.DELETE ? "-" : "+";
    words.push(`${sign}${latin1FromBytes(kv!.key)}@${kv!.modRevision}`);
    if (prevKv !== undefined) words.push(`(was @${prevKv.modRevision})`);
  }
  return words.join(" ");
}

async function lines(stream: Stream, count: number): Promise<string[]> {
  return (await stream.until(count)).map(line);
}

/** The revisions of the first `count` events, however many responses they come in. */
async function revisions(stream: Stream, count: number): Promise<number[]> {
  const seen: number[] = [];
  for (let at = 0; seen.length < count; at++) {
    if (at === stream.messages.length) await stream.until(at + 1);
    for (const { kv } of stream.messages[at]!.events) seen.push(kv!.modRevision);
  }
  return seen;
}

describe("server/services/watch-service", () => {
  afterEach(async () => {
    for (const lab of open.splice(0)) await lab.close();
  });

  it("confirms a watch before its events, which hold the revision of their change", async () => {
    const { lab, server } = await start();
    await put(server, "before");
    const stream = lab.stream(Methods.watch);
    stream.call.write(create("a", "c"));
    await stream.until(1);
    await put(server, "a");
    await put(server, "z");
    await put(server, "b");
    await remove(server, "a");
    assert.deepEqual(await lines(stream, 4), ["0 at 2: created", "0 at 3: +a@3", "0 at 5: +b@5", "0 at 6: -a@6"]);
    const { header, events } = stream.messages[1]!;
    const { clusterId, memberId, raft } = server;
    assert.deepEqual(header, { clusterId, memberId, revision: 3, raftTerm: raft.term });
    assert.deepEqual([events[0]?.kv?.createRevision, events[0]?.kv?.version], [3, 1]);
    assert.deepEqual(events[0]?.kv?.value, bytes("v"));
    const deleted = stream.messages[3]!.events[0]!.kv!;
    assert.deepEqual([deleted.createRevision, deleted.version, deleted.value.length], [0, 0, 0]);
  });

  it("carries many watches on a stream, with ids that it picks or the client chose", async () => {
    const { lab, server } = await start();
    const stream = lab.stream(Methods.watch);
    stream.call.write(create("a"));
    stream.call.write(create("a", "\0", { watchId: 7 }));
    stream.call.write(create("", "\0"));
    stream.call.write(create("a", "", { watchId: 7 }));
    stream.call.write(create("b", "a"));
    stream.call.write(create("a", "", { startRevision: -1 }));
    stream.call.write(create("a", "", { watchId: -9 }));
    assert.deepEqual(await lines(stream, 7), [
      "0 at 1: created",
      "7 at 1: created",
      "1 at 1: created",
      "-1 at 1: created canceled mvcc: duplicate watch ID provided on the WatchStream",
      "-1 at 1: created canceled mvcc: watcher range is empty",
      "-1 at 1: created canceled etcdserver: mvcc: required revision has been compacted",
      "-9 at 1: created",
    ]);
    await put(server, "a");
    assert.deepEqual((await lines(stream, 11)).slice(7).sort(), [
      "-9 at 2: +a@2",
      "0 at 2: +a@2",
      "1 at 2: +a@2",
      "7 at 2: +a@2",
    ]);
  });

  it("cancels what is there, says nothing of what is not, and goes on after half of the stream has closed", async () => {
    const { lab, server } = await start();
    const stream = lab.stream(Methods.watch);
    stream.call.write(create("a"));
    stream.call.write(create("b"));
    stream.call.write(cancel(9));
    stream.call.write({ requestUnion: undefined });
    stream.call.write(cancel(0));
    stream.call.end();
    await stream.until(3);
    await put(server, "a");
    await put(server, "b");
    assert.deepEqual(await lines(stream, 4), [
      "0 at 1: created",
      "1 at 1: created",
      "0 at 1: canceled",
      "1 at 3: +b@3",
    ]);
    assert.equal(stream.status, undefined);
  });

  it("filters, shows what was before, and keeps a transaction whole", async () => {
    const { lab, server } = await start();
    const stream = lab.stream(Methods.watch);
    stream.call.write(create("a", "c", { filters: [FilterType.NOPUT], prevKv: true }));
    stream.call.write(create("a", "c", { filters: [FilterType.NODELETE] }));
    stream.call.write(create("a", "c", { filters: [FilterType.NODELETE, FilterType.NOPUT] }));
    await stream.until(3);
    await putAll(server, ["a", "b"], "1");
    await remove(server, "a");
    await remove(server, "x");
    assert.deepEqual((await lines(stream, 5)).slice(3), ["1 at 2: +a@2 +b@2", "0 at 3: -a@3 (was @2)"]);
  });

  it("tells the past from the revision that is asked for, in one answer, and goes on with the present", async () => {
    const { lab, server } = await start();
    for (let i = 0; i < 5; i++) await put(server, `k${i}`);
    const stream = lab.stream(Methods.watch);
    stream.call.write(create("k", "l", { startRevision: 3 }));
    stream.call.write(create("k", "l", { startRevision: 9 }));
    assert.deepEqual(await lines(stream, 3), ["0 at 6: created", "1 at 6: created", "0 at 6: +k1@3 +k2@4 +k3@5 +k4@6"]);
    for (let i = 0; i < 3; i++) await put(server, "k");
    assert.deepEqual((await lines(stream, 7)).slice(3).sort(), [
      "0 at 7: +k@7",
      "0 at 8: +k@8",
      "0 at 9: +k@9",
      "1 at 9: +k@9",
    ]);
  });

  it("ends a watch whose past is gone, without a revision in the header", async () => {
    const { lab, server } = await start();
    for (let i = 0; i < 5; i++) await put(server, "a");
    await compact(server, 4);
    const stream = lab.stream(Methods.watch);
    stream.call.write(create("a", "", { startRevision: 3 }));
    assert.deepEqual(await lines(stream, 2), ["0 at 6: created", "0 at 0: canceled compact=4"]);
    stream.call.write(create("a", "", { startRevision: 4 }));
    assert.deepEqual((await lines(stream, 4)).slice(2), ["1 at 6: created", "1 at 6: +a@4 +a@5 +a@6"]);
  });

  it("tells progress when asked, and only when every watch has everything", async () => {
    const { lab, server } = await start();
    const stream = lab.stream(Methods.watch);
    stream.call.write(PROGRESS);
    stream.call.write(create("a"));
    await stream.until(1);
    await put(server, "b");
    stream.call.write(PROGRESS);
    assert.deepEqual(await lines(stream, 2), ["0 at 1: created", "-1 at 2:"]);
    stream.call.write(create("a", "", { startRevision: 7 }));
    stream.call.write(PROGRESS);
    stream.call.write(cancel(1));
    stream.call.write(PROGRESS);
    assert.deepEqual((await lines(stream, 5)).slice(2), ["1 at 2: created", "1 at 2: canceled", "-1 at 2:"]);
  });

  it("tells progress by itself to those who want it", async () => {
    const { lab, server } = await start({ limits: { watchProgressNotifyMs: 20 } });
    const stream = lab.stream(Methods.watch);
    stream.call.write(create("a", "", { progressNotify: true }));
    stream.call.write(create("a"));
    await put(server, "b");
    assert.deepEqual((await lines(stream, 4)).slice(2), ["0 at 2:", "0 at 2:"]);
  });

  it("splits what is too long where the watch allows it", async () => {
    const { lab, server } = await start({ limits: { maxRequestBytes: 1_000_000 } });
    const stream = lab.stream(Methods.watch);
    stream.call.write(create("a", "z", { fragment: true, startRevision: 2 }));
    stream.call.write(create("a", "z", { startRevision: 2 }));
    await stream.until(2);
    // More than a request may hold can only come out of the past.
    for (const key of ["a", "b", "c"]) await put(server, key, "x".repeat(700_000));
    await stream.until(8);
    const past = lab.stream(Methods.watch);
    past.call.write(create("a", "z", { fragment: true, startRevision: 2 }));
    past.call.write(create("a", "z", { startRevision: 2 }));
    const [, , ...parts] = await lines(past, 5);
    assert.deepEqual(parts.sort(), ["0 at 4: +c@4", "0 at 4: fragment +a@2 +b@3", "1 at 4: +a@2 +b@3 +c@4"]);
  });

  it("ends its streams when the member stops, and opens no more", async () => {
    const { lab, server } = await start();
    const stream = lab.stream(Methods.watch);
    stream.call.write(create("a"));
    await stream.until(1);
    server.pump.stop();
    const stopped = { code: StatusCode.Unavailable, message: "etcdserver: server stopped" };
    assert.deepEqual(await stream.ended, stopped);
    assert.deepEqual(await lab.stream(Methods.watch).ended, stopped);
    assert.equal(server.pump.size, 0);
    assert.deepEqual(server.watchable.counts, { synced: 0, unsynced: 0, victims: 0 });
  });

  it("lets go of the watches of a client that is gone, or that lost its leader", async () => {
    const { lab, server } = await start();
    const gone = lab.stream(Methods.watch);
    const leaderless = lab.stream(Methods.watch, Metadata.of([["hasleader", "true"]]));
    gone.call.write(create("a"));
    leaderless.call.write(create("a"));
    await Promise.all([gone.until(1), leaderless.until(1)]);
    assert.equal(server.watchable.counts.synced, 2);
    server.follow(0n);
    for (let i = 0; i < 3; i++) lab.router.pollLeader();
    assert.deepEqual(await leaderless.ended, { code: StatusCode.Unavailable, message: "etcdserver: no leader" });
    assert.equal(server.watchable.counts.synced, 1);
    gone.call.cancel();
    await gone.ended;
    const probe = lab.stream(Methods.watch);
    probe.call.write(create("a"));
    await probe.until(1);
    assert.equal(server.pump.size, 1);
    assert.equal(server.watchable.counts.synced, 1);
  });

  it("keeps all for a client that does not read, and goes on with the others", async () => {
    const { lab, server } = await start();
    const slow = lab.stream(Methods.watch);
    const quick = lab.stream(Methods.watch);
    for (const stream of [slow, quick]) stream.call.write(create("a", "b"));
    await Promise.all([slow.until(1), quick.until(1)]);
    slow.call.pause();
    const puts = 1_000;
    const value = "x".repeat(4_096);
    for (let i = 0; i < puts; i++) await put(server, `a${i}`, value);
    const all = Array.from({ length: puts }, (_, i) => i + 2);
    assert.deepEqual(await revisions(quick, puts), all);
    assert.equal(slow.messages.length, 1);
    slow.call.resume();
    assert.deepEqual(await revisions(slow, puts), all);
    assert.equal(server.watchable.counts.synced, 2);
  });

  it("serves thousands of watches on one stream without leaving any behind", async () => {
    const { lab, server } = await start();
    const stream = lab.stream(Methods.watch);
    const watches = 2_000;
    stream.call.write(create("a", "b"));
    await stream.until(1);
    for (let i = 1; i < watches; i++) stream.call.write(create("a", "b"));
    await stream.until(watches);
    const puts = 5;
    for (let i = 0; i < puts; i++) await put(server, "a");
    await revisions(stream, watches * puts);
    const told = new Map<number, number[]>();
    for (const { watchId, events } of stream.messages) {
      const list = told.get(watchId) ?? [];
      told.set(watchId, list);
      for (const { kv } of events) list.push(kv!.modRevision);
    }
    for (const [watchId, list] of told) if (list.length === 0) told.delete(watchId);
    assert.equal(told.size, watches);
    for (const list of told.values()) assert.deepEqual(list, [2, 3, 4, 5, 6]);
  });

  it("stops reading requests of a client that reads no answers", async () => {
    const { lab, server } = await start();
    const stream = lab.stream(Methods.watch);
    stream.call.write(create("b", "a"));
    await stream.until(1);
    stream.call.pause();
    const requests = 5_000;
    for (let i = 1; i < requests; i++) stream.call.write(create("b", "a"));
    stream.call.resume();
    await stream.until(requests);
    assert.equal(stream.messages.length, requests);
    assert.equal(server.watchable.counts.synced, 0);
  });
});
