import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bytesFromLatin1, MemoryBackend, type Prng } from "@quorate/base";
import { decodeKeyValue, EventType, newRangeRequest } from "@quorate/proto";
import { withSeed } from "@quorate/testkit";
import { contains, type KeyRange, keyRange } from "./key-range.ts";
import { openStore } from "./restore.ts";
import type { WatchCreate, WatchReply, WatchStream } from "./watch-stream.ts";
import { WatchableStore } from "./watchable-store.ts";

const bytes = (text: string): Uint8Array => bytesFromLatin1(text);
const text = (b: Uint8Array): string => String.fromCharCode(...b);
const KEYS = ["a", "b", "c", "d", "e"];
const LIMITS = { watchers: 3, revisions: 4, rows: 6, bytes: 200 };
const STREAM = { maxQueuedEvents: 2, maxQueuedControls: 1000, maxQueuedBytes: 1_000_000, fragmentBytes: 40 };

/** One change as history has it: `key@revision=value`, or `key@revision-`; then what was there before. */
type Happened = { readonly key: string; readonly rev: number; readonly line: string; readonly before: string };

/** A client's end of one watch: what it asked for, and what it was told. */
class Client {
  readonly range: KeyRange;
  readonly create: WatchCreate;
  /** The first revision that it must hear of. */
  readonly first: number;
  readonly told: Happened[] = [];
  compactedAt: number | undefined = undefined;
  canceled = false;
  progress = 0;
  parts: string[] = [];

  constructor(create: WatchCreate, currentRev: number) {
    this.create = create;
    this.range = keyRange(create.key, create.rangeEnd);
    this.first = create.startRevision === 0 ? currentRev + 1 : create.startRevision;
  }

  wants({ key, rev, line }: Happened): boolean {
    if (rev < this.first || !contains(this.range, key)) return false;
    return line.endsWith("-") ? !this.create.noDelete : !this.create.noPut;
  }

  take(reply: WatchReply): void {
    assert.equal(this.canceled, false, "nothing comes after the end");
    if (reply.canceled) {
      this.canceled = true;
      if (reply.compactRevision > 0) this.compactedAt = reply.compactRevision;
      return;
    }
    if (reply.batch === undefined) {
      if (!reply.created) this.progress = Math.max(this.progress, reply.revision);
      return;
    }
    const last = this.told.at(-1)?.rev ?? 0;
    const events = reply.batch.decoded();
    assert.ok(events.length > 0);
    for (const [i, { type, kv, prevKv }] of events.entries()) {
      assert.ok(kv !== undefined);
      const rev = kv.modRevision;
      // Atomic: a revision is in one response, or in the parts of one.
      if (i === 0 && this.parts.length === 0) assert.ok(rev > last, "ordered, unique, and whole");
      assert.ok(rev > this.progress, "nothing at or below a progress that was told");
      assert.ok(reply.revision >= rev);
      const line = type === EventType.DELETE ? `${text(kv.key)}@${rev}-` : `${text(kv.key)}@${rev}=${text(kv.value)}`;
      this.told.push({ key: text(kv.key), rev, line, before: prevKv === undefined ? "" : text(prevKv.value) });
    }
    if (reply.fragment) this.parts.push("part");
    else this.parts = [];
  }

  /** Everything that it must have heard by now, and nothing else. */
  check(history: readonly Happened[], upTo: number): void {
    const wanted = history.filter((h) => this.wants(h) && h.rev <= upTo);
    assert.deepEqual(
      this.told.map(({ line }) => line),
      wanted.map(({ line }) => line),
    );
  }
}

/** A store, its history, and clients on streams that are too slow now and then. */
class World {
  watchable = new WatchableStore(openStore(new MemoryBackend()));
  readonly history: Happened[] = [];
  readonly streams: WatchStream[] = [];
  readonly clients = new Map<WatchStream, Map<number, Client>>();
  readonly ended: Client[] = [];
  readonly #prng: Prng;

  constructor(prng: Prng) {
    this.#prng = prng;
    for (let i = 0; i < 3; i++) {
      const stream = this.watchable.openStream(STREAM);
      this.streams.push(stream);
      this.clients.set(stream, new Map());
    }
  }

  write(): void {
    const { store } = this.watchable;
    const txn = store.write();
    const rev = store.currentRev + 1;
    const now = new Map<string, string>();
    for (const row of store.range(newRangeRequest({ key: bytes("\0"), rangeEnd: bytes("\0") })).rows) {
      const kv = decodeKeyValue(row);
      now.set(text(kv.key), text(kv.value));
    }
    const used = new Set<string>();
    for (let n = this.#prng.below(4); n >= 0; n--) {
      const key = this.#prng.pick(KEYS);
      if (used.has(key)) continue;
      used.add(key);
      const before = now.get(key) ?? "";
      if (this.#prng.chance(0.6)) {
        const value = `v${rev}`;
        txn.put({ key: bytes(key), value: bytes(value), lease: 0n });
        this.history.push({ key, rev, line: `${key}@${rev}=${value}`, before });
      } else if (txn.deleteRange(keyRange(bytes(key))).deleted > 0) {
        this.history.push({ key, rev, line: `${key}@${rev}-`, before });
      }
    }
    txn.end();
  }

  watch(): void {
    const prng = this.#prng;
    const stream = prng.pick(this.streams);
    const { currentRev } = this.watchable;
    const from = prng.pick(KEYS);
    const kind = prng.below(3);
    const create: WatchCreate = {
      key: bytes(from),
      rangeEnd: kind === 0 ? undefined : kind === 1 ? bytes("\0") : bytes(`${from}~`),
      startRevision: prng.chance(0.3) ? 0 : Math.max(1, currentRev + 3 - prng.below(25)),
      watchId: 0,
      noPut: prng.chance(0.15),
      noDelete: prng.chance(0.15),
      prevKv: prng.chance(0.5),
      fragment: prng.chance(0.3),
      progressNotify: prng.chance(0.3),
    };
    const pending = new Client(create, currentRev);
    stream.create(create);
    // The id is in the created response, which comes before anything else of this watcher.
    this.#created.push({ stream, client: pending });
  }

  readonly #created: { stream: WatchStream; client: Client }[] = [];

  drain(stream: WatchStream, most: number): void {
    for (let i = 0; i < most; i++) {
      const reply = stream.take();
      if (reply === undefined) return;
      const clients = this.clients.get(stream)!;
      if (reply.created) {
        const at = this.#created.findIndex((c) => c.stream === stream);
        const { client } = this.#created.splice(at, 1)[0]!;
        assert.equal(clients.has(reply.watchId), false, "an id is used once");
        clients.set(reply.watchId, client);
      }
      if (reply.watchId === -1) for (const client of clients.values()) client.take(reply);
      else clients.get(reply.watchId)!.take(reply);
      if (reply.canceled) {
        this.ended.push(clients.get(reply.watchId)!);
        clients.delete(reply.watchId);
      }
    }
  }

  step(): void {
    const prng = this.#prng;
    const stream = prng.pick(this.streams);
    const what = prng.below(24);
    if (what < 9) this.write();
    else if (what < 11) this.watch();
    else if (what < 14) this.drain(stream, 1 + prng.below(4));
    else if (what < 17) this.watchable.syncUnsynced(LIMITS);
    else if (what === 17) this.watchable.retryVictims();
    else if (what === 18) stream.requestProgress();
    else if (what === 19) stream.tickProgress();
    else if (what === 20) this.watchable.store.stepCompaction(3);
    else if (what === 21 && prng.chance(0.3)) this.#compact();
    else if (what === 22 && prng.chance(0.5)) {
      const id = prng.pick([...this.clients.get(stream)!.keys(), 77]);
      stream.cancel(id);
    } else if (prng.chance(0.3)) {
      // A snapshot was installed: the same history in another store, all of it at once.
      this.watchable.replaceStore(openStore(this.watchable.store.backend));
    }
  }

  #compact(): void {
    const { store } = this.watchable;
    const rev = store.currentRev - 2 - this.#prng.below(20);
    if (rev > store.compactRev) store.compact(rev);
  }

  /** Clients read everything, and everybody catches up. */
  settle(): void {
    for (let i = 0; i < 10_000; i++) {
      for (const stream of this.streams) this.drain(stream, Number.POSITIVE_INFINITY);
      const done = this.watchable.retryVictims() && this.watchable.syncUnsynced(LIMITS);
      const { unsynced, victims } = this.watchable.counts;
      if (done && unsynced === 0 && victims === 0) break;
    }
    for (const stream of this.streams) this.drain(stream, Number.POSITIVE_INFINITY);
  }
}

describe("mvcc/watchable-store", () => {
  it("tells every watcher each change of its keys once, in order, whole, however slow it is, or that it is compacted", () => {
    withSeed("mvcc/watchable-store", ({ prng }) => {
      let heard = 0;
      let compactions = 0;
      for (let round = 0; round < 60; round++) {
        const world = new World(prng);
        for (let i = 0; i < 250; i++) world.step();
        world.settle();
        assert.deepEqual([world.watchable.counts.unsynced, world.watchable.counts.victims], [0, 0]);
        for (const clients of world.clients.values()) {
          for (const client of clients.values()) {
            client.check(world.history, world.watchable.currentRev);
            heard += client.told.length;
          }
        }
        for (const client of world.ended) {
          // What it was told is a beginning of what it had to be told.
          const last = client.told.at(-1)?.rev ?? 0;
          client.check(world.history, last);
          if (client.compactedAt === undefined) continue;
          compactions++;
          assert.ok(client.first < client.compactedAt || last < client.compactedAt);
        }
      }
      assert.ok(heard > 1000 && compactions > 0, `${heard} events, ${compactions} ends by compaction`);
    });
  });

  it("gives the row before where it was asked for, but for creations and compacted revisions", () => {
    withSeed("mvcc/watchable-store", ({ prng }) => {
      const world = new World(prng);
      for (let i = 0; i < 60; i++) world.write();
      const { store } = world.watchable;
      store.compact(20);
      while (!store.stepCompaction(100));
      const stream = world.watchable.openStream();
      stream.create({ ...EVERYTHING, startRevision: 20, prevKv: true });
      const told: Happened[] = [];
      const client = new Client({ ...EVERYTHING, startRevision: 20, prevKv: true }, store.currentRev);
      while (!world.watchable.syncUnsynced());
      for (let i = 0; i < 10; i++) world.write();
      for (let reply = stream.take(); reply !== undefined; reply = stream.take()) client.take(reply);
      told.push(...client.told);
      const wanted = world.history.filter(({ rev }) => rev >= 20);
      assert.deepEqual(
        told,
        wanted.map((h) => (h.rev === 20 ? { ...h, before: "" } : h)),
      );
    });
  });

  it("shares one batch, and one encoding, among all watchers of an event", () => {
    const watchable = new WatchableStore(openStore(new MemoryBackend()));
    const streams = [watchable.openStream(), watchable.openStream()];
    for (const stream of streams) for (let i = 0; i < 3; i++) stream.create({ ...EVERYTHING, prevKv: i === 2 });
    put(watchable, "a", "1");
    put(watchable, "a", "2");
    const batches = streams.flatMap((stream) => drainAll(stream)).flatMap(({ batch }) => batch ?? []);
    assert.equal(batches.length, 12);
    assert.equal(new Set(batches).size, 4);
    const encodings = new Set(batches.map((batch) => batch.encoded()));
    assert.equal(encodings.size, 3, "a creation has no row before: both forms are one");
  });

  it("does not list changes while nobody is in step", () => {
    const watchable = new WatchableStore(openStore(new MemoryBackend()));
    assert.equal(watchable.listening, false);
    const stream = watchable.openStream();
    stream.create(EVERYTHING);
    assert.equal(watchable.listening, true);
    stream.close();
    assert.equal(watchable.listening, false);
  });
});

const EVERYTHING: WatchCreate = {
  key: bytes(""),
  rangeEnd: bytes("\0"),
  startRevision: 0,
  watchId: 0,
  noPut: false,
  noDelete: false,
  prevKv: false,
  fragment: false,
  progressNotify: false,
};

function put(watchable: WatchableStore, key: string, value: string): void {
  const txn = watchable.store.write();
  txn.put({ key: bytes(key), value: bytes(value), lease: 0n });
  txn.end();
}

function drainAll(stream: WatchStream): WatchReply[] {
  const replies: WatchReply[] = [];
  for (let reply = stream.take(); reply !== undefined; reply = stream.take()) replies.push(reply);
  return replies;
}
