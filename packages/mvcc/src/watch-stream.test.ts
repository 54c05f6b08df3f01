import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bytesFromLatin1, concatBytes, MemoryBackend } from "@quorate/base";
import {
  decodeWatchResponse,
  EventType,
  encodeWatchResponse,
  newEvent,
  newKeyValue,
  newWatchResponse,
} from "@quorate/proto";
import { keyRange } from "./key-range.ts";
import { openStore } from "./restore.ts";
import { DEFAULT_CATCH_UP_LIMITS } from "./watch-catch-up.ts";
import type { WatchCreate, WatchReply, WatchStream } from "./watch-stream.ts";
import { WatchableStore } from "./watchable-store.ts";

const bytes = (text: string): Uint8Array => bytesFromLatin1(text);

const ON_A: WatchCreate = {
  key: bytes("a"),
  rangeEnd: undefined,
  startRevision: 0,
  watchId: 0,
  noPut: false,
  noDelete: false,
  prevKv: false,
  fragment: false,
  progressNotify: false,
};

function newWatchable(): WatchableStore {
  return new WatchableStore(openStore(new MemoryBackend()));
}

function put(watchable: WatchableStore, ...keys: string[]): void {
  const txn = watchable.store.write();
  for (const key of keys) txn.put({ key: bytes(key), value: bytes(`value of ${key}`), lease: 0n });
  txn.end();
}

function remove(watchable: WatchableStore, key: string): void {
  const txn = watchable.store.write();
  txn.deleteRange(keyRange(bytes(key)));
  txn.end();
}

function takeAll(stream: WatchStream): WatchReply[] {
  const replies: WatchReply[] = [];
  for (let reply = stream.take(); reply !== undefined; reply = stream.take()) replies.push(reply);
  return replies;
}

/** One line a reply. */
function lines(stream: WatchStream): string[] {
  return takeAll(stream).map((r) => {
    const flags = [r.created && "created", r.canceled && "canceled", r.fragment && "fragment"].filter(Boolean);
    const events = r.batch?.decoded().map(({ kv }) => `${String.fromCharCode(...kv!.key)}@${kv!.modRevision}`) ?? [];
    const compact = r.compactRevision > 0 ? [`compact=${r.compactRevision}`] : [];
    const reason = r.cancelReason === "" ? [] : [r.cancelReason];
    return [`${r.watchId} at ${r.revision}:`, ...flags, ...compact, ...reason, ...events].join(" ");
  });
}

describe("mvcc/watch-stream", () => {
  it("gives the smallest free id from 0 on, or the one that the client chose", () => {
    const stream = newWatchable().openStream();
    for (const watchId of [0, 2, 0, 0]) stream.create({ ...ON_A, watchId });
    stream.cancel(0);
    stream.create(ON_A);
    assert.deepEqual(lines(stream), [
      "0 at 1: created",
      "2 at 1: created",
      "1 at 1: created",
      "3 at 1: created",
      "0 at 1: canceled",
      "4 at 1: created",
    ]);
  });

  it("refuses with etcd's reasons and goes on", () => {
    const stream = newWatchable().openStream();
    stream.create({ ...ON_A, watchId: 5 });
    stream.create({ ...ON_A, watchId: 5 });
    stream.create({ ...ON_A, rangeEnd: bytes("a") });
    stream.create({ ...ON_A, startRevision: -1 });
    assert.deepEqual(lines(stream), [
      "5 at 1: created",
      "-1 at 1: created canceled mvcc: duplicate watch ID provided on the WatchStream",
      "-1 at 1: created canceled mvcc: watcher range is empty",
      "-1 at 1: created canceled etcdserver: mvcc: required revision has been compacted",
    ]);
    assert.equal(stream.size, 1);
  });

  it("takes an empty key as the first one", () => {
    const watchable = newWatchable();
    const stream = watchable.openStream();
    stream.create({ ...ON_A, key: bytes(""), rangeEnd: bytes("\0") });
    put(watchable, "x");
    assert.deepEqual(lines(stream), ["0 at 1: created", "0 at 2: x@2"]);
  });

  it("says nothing to the cancellation of what is not there, and nothing after a cancellation", () => {
    const watchable = newWatchable();
    const stream = watchable.openStream();
    stream.create(ON_A);
    stream.cancel(9);
    put(watchable, "a");
    stream.cancel(0);
    put(watchable, "a");
    assert.deepEqual(lines(stream), ["0 at 1: created", "0 at 2: a@2", "0 at 2: canceled"]);
  });

  it("replays history with the present revision in the header, then follows", () => {
    const watchable = newWatchable();
    put(watchable, "a");
    put(watchable, "b");
    put(watchable, "a", "b");
    const stream = watchable.openStream();
    stream.create({ ...ON_A, startRevision: 1 });
    assert.equal(watchable.counts.unsynced, 1);
    assert.equal(watchable.syncUnsynced(), true);
    put(watchable, "a");
    assert.deepEqual(lines(stream), ["0 at 4: created", "0 at 4: a@2 a@4", "0 at 5: a@5"]);
  });

  it("ends a watch whose beginning is compacted, with revision 0; the compacted revision itself is a fine beginning", () => {
    const watchable = newWatchable();
    for (let i = 0; i < 5; i++) put(watchable, "a");
    watchable.store.compact(4);
    while (!watchable.store.stepCompaction(10));
    const stream = watchable.openStream();
    stream.create({ ...ON_A, startRevision: 3 });
    stream.create({ ...ON_A, startRevision: 4 });
    watchable.syncUnsynced();
    assert.deepEqual(lines(stream), [
      "0 at 6: created",
      "1 at 6: created",
      "0 at 0: canceled compact=4",
      "1 at 6: a@4 a@5 a@6",
    ]);
    assert.equal(stream.size, 1);
  });

  it("keeps quiet until a revision to come", () => {
    const watchable = newWatchable();
    const stream = watchable.openStream();
    stream.create({ ...ON_A, startRevision: 4, progressNotify: true });
    put(watchable, "a");
    stream.requestProgress();
    stream.tickProgress();
    put(watchable, "a");
    put(watchable, "a");
    assert.deepEqual(lines(stream), ["0 at 1: created", "0 at 4: a@4"]);
  });

  it("answers a progress request once all watchers are in step, and drops it before", () => {
    const watchable = newWatchable();
    const stream = watchable.openStream();
    stream.requestProgress();
    put(watchable, "a");
    stream.create({ ...ON_A, startRevision: 2 });
    stream.requestProgress();
    watchable.syncUnsynced();
    stream.requestProgress();
    assert.deepEqual(lines(stream), ["0 at 2: created", "0 at 2: a@2", "-1 at 2:"]);
  });

  it("notifies of progress who asked for it and heard nothing since the last time", () => {
    const watchable = newWatchable();
    const stream = watchable.openStream();
    stream.create({ ...ON_A, progressNotify: true });
    stream.create(ON_A);
    takeAll(stream);
    stream.tickProgress();
    put(watchable, "a");
    stream.tickProgress();
    stream.tickProgress();
    assert.deepEqual(lines(stream), ["0 at 1:", "0 at 2: a@2", "1 at 2: a@2", "0 at 2:"]);
  });

  it("filters, and sends nothing where nothing is left", () => {
    const watchable = newWatchable();
    const stream = watchable.openStream();
    stream.create({ ...ON_A, noPut: true });
    stream.create({ ...ON_A, noDelete: true });
    stream.create({ ...ON_A, noPut: true, noDelete: true });
    takeAll(stream);
    put(watchable, "a");
    remove(watchable, "a");
    assert.deepEqual(lines(stream), ["1 at 2: a@2", "0 at 3: a@3"]);
  });

  it("splits a large revision where it is allowed to, and only there", () => {
    const watchable = newWatchable();
    const stream = watchable.openStream({
      maxQueuedEvents: 128,
      maxQueuedControls: 10,
      maxQueuedBytes: 1_000_000,
      fragmentBytes: 70,
    });
    const all = { ...ON_A, rangeEnd: bytes("\0") };
    stream.create({ ...all, fragment: true });
    stream.create(all);
    takeAll(stream);
    put(watchable, "a", "b", "c", "d", "e");
    assert.deepEqual(lines(stream), [
      "0 at 2: fragment a@2 b@2",
      "0 at 2: fragment c@2 d@2",
      "0 at 2: e@2",
      "1 at 2: a@2 b@2 c@2 d@2 e@2",
    ]);
  });

  it("keeps no more events than it may, and says when requests should wait", () => {
    const watchable = newWatchable();
    const stream = watchable.openStream({
      maxQueuedEvents: 2,
      maxQueuedControls: 3,
      maxQueuedBytes: 1_000_000,
      fragmentBytes: 1000,
    });
    stream.create(ON_A);
    for (let i = 0; i < 5; i++) put(watchable, "a");
    assert.deepEqual([stream.queued, stream.hasRoom, stream.congested], [3, false, false]);
    assert.deepEqual(watchable.counts, { synced: 0, unsynced: 0, victims: 1 });
    assert.equal(watchable.retryVictims(), false);
    stream.cancel(7);
    for (let i = 0; i < 2; i++) stream.create(ON_A);
    assert.equal(stream.congested, true);
    takeAll(stream);
    assert.equal(watchable.retryVictims(), true);
    watchable.syncUnsynced();
    assert.deepEqual(lines(stream), ["0 at 4: a@4", "0 at 6: a@5 a@6"]);
  });

  it("counts the bytes of what waits, and lets its host make room before a watch falls behind", () => {
    const watchable = newWatchable();
    const bounds = { maxQueuedEvents: 100, maxQueuedControls: 9, maxQueuedBytes: 40, fragmentBytes: 1000 };
    const stream = watchable.openStream(bounds);
    let ready = 0;
    stream.onReady = () => ready++;
    stream.create(ON_A);
    assert.equal(ready, 1);
    for (let i = 0; i < 2; i++) put(watchable, "a");
    assert.deepEqual([ready, stream.queued, stream.hasRoom, stream.starved], [1, 3, false, false]);
    const sent: string[] = [];
    stream.onFull = () => sent.push(...lines(stream));
    put(watchable, "a");
    assert.deepEqual(sent, ["0 at 1: created", "0 at 2: a@2", "0 at 3: a@3"]);
    assert.deepEqual([ready, stream.queued, stream.starved, watchable.isBehind], [2, 1, false, false]);
    stream.onFull = undefined;
    for (let i = 0; i < 2; i++) put(watchable, "a");
    assert.deepEqual([stream.hasRoom, stream.starved, watchable.isBehind], [false, true, true]);
  });

  it("says that it starves when its own catching up has filled it", () => {
    const watchable = newWatchable();
    for (let i = 0; i < 4; i++) put(watchable, "a");
    const bounds = { maxQueuedEvents: 100, maxQueuedControls: 9, maxQueuedBytes: 20, fragmentBytes: 1000 };
    const stream = watchable.openStream(bounds);
    stream.create({ ...ON_A, startRevision: 2 });
    assert.equal(watchable.syncUnsynced({ ...DEFAULT_CATCH_UP_LIMITS, revisions: 1 }), true);
    assert.deepEqual([stream.queued, stream.hasRoom, stream.starved], [2, false, true]);
  });

  it("frees everything when it is closed, in whatever state its watchers are", () => {
    const watchable = newWatchable();
    const stream = watchable.openStream({
      maxQueuedEvents: 1,
      maxQueuedControls: 9,
      maxQueuedBytes: 1_000_000,
      fragmentBytes: 1000,
    });
    put(watchable, "a");
    stream.create(ON_A);
    stream.create({ ...ON_A, startRevision: 1 });
    stream.create({ ...ON_A, key: bytes("b") });
    put(watchable, "a", "b");
    stream.close();
    assert.deepEqual(watchable.counts, { synced: 0, unsynced: 0, victims: 0 });
    assert.equal(stream.take(), undefined);
  });

  it("has events encoded as a WatchResponse holds them, so that a header in front makes the whole", () => {
    const watchable = newWatchable();
    const stream = watchable.openStream();
    stream.create({ ...ON_A, prevKv: true });
    takeAll(stream);
    put(watchable, "a");
    put(watchable, "a");
    remove(watchable, "a");
    const [first, second, third] = takeAll(stream);
    const kv = (modRevision: number, version: number): ReturnType<typeof newKeyValue> =>
      newKeyValue({ key: bytes("a"), createRevision: 2, modRevision, version, value: bytes("value of a") });
    const expected = [
      newEvent({ type: EventType.PUT, kv: kv(2, 1) }),
      newEvent({ type: EventType.PUT, kv: kv(3, 2), prevKv: kv(2, 1) }),
      newEvent({ type: EventType.DELETE, kv: newKeyValue({ key: bytes("a"), modRevision: 4 }), prevKv: kv(3, 2) }),
    ];
    const head = encodeWatchResponse(newWatchResponse({ watchId: 0 }));
    for (const [i, reply] of [first!, second!, third!].entries()) {
      const whole = concatBytes([head, reply.batch!.encoded()]);
      assert.deepEqual(decodeWatchResponse(whole).events, [expected[i]]);
      assert.deepEqual(whole, encodeWatchResponse(newWatchResponse({ watchId: 0, events: [expected[i]!] })));
    }
  });
});
