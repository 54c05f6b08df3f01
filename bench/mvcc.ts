/**
 * The keyspace without network and disk: what a put, a get and a watch event cost, what a key takes in memory, and how long
 * the longest slice of restore, compaction and hashing holds a turn.
 */

import { bytesFromLatin1, MemoryBackend } from "@quorate/base";
import { openStore, Restore, type Store, WatchableStore, type WatchCreate } from "@quorate/mvcc";
import { newRangeRequest } from "@quorate/proto";
import { atLeast, atMost, percentile, type Result } from "./measure.ts";

const KEYS = 1_000_000;
/** Of the keys that are in the index only; values are the backend's. */
const ROUNDS_OF_PUTS = 100_000;
const WATCHERS = 1000;
const VALUE = new Uint8Array(256).fill(7);
const SLICE = 500;
const MIB = 2 ** 20;

/** Keys of 23 bytes, spread over the order. */
function keyOf(i: number): Uint8Array {
  return bytesFromLatin1(`/registry/pods/${(Math.imul(i, 2654435761) >>> 0).toString(16).padStart(8, "0")}`);
}

/** Takes rows and keeps none, so that only the index is measured. */
class ForgetfulBackend extends MemoryBackend {
  override put(): void {}
  override delete(): void {}
}

function collectGarbage(): void {
  (globalThis as { gc?: () => void }).gc?.();
}

function putAll(store: Store, count: number, value: Uint8Array, offset = 0): void {
  for (let i = 0; i < count; i++) {
    const txn = store.write();
    txn.put({ key: keyOf(i + offset), value, lease: 0n });
    txn.end();
  }
}

function microseconds(count: number, run: () => void): number {
  const start = performance.now();
  run();
  return ((performance.now() - start) / count) * 1000;
}

/** Longest and total milliseconds of steps until `step` says that it is done. */
function stepped(step: () => boolean): { readonly longest: number; readonly p99: number; readonly total: number } {
  const times: number[] = [];
  for (let done = false; !done; ) {
    const start = performance.now();
    done = step();
    times.push(performance.now() - start);
  }
  return { longest: Math.max(...times), p99: percentile(times, 0.99), total: times.reduce((sum, ms) => sum + ms, 0) };
}

function benchIndex(): Result[] {
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  const store = openStore(new ForgetfulBackend());
  const put = microseconds(KEYS, () => putAll(store, KEYS, VALUE));
  collectGarbage();
  const used = (process.memoryUsage().heapUsed - before) / MIB;
  const overwrite = microseconds(ROUNDS_OF_PUTS, () => putAll(store, ROUNDS_OF_PUTS, VALUE));
  return [
    atMost("mvcc/index-1M-keys", used, "MiB", 200),
    atMost("mvcc/put-new-of-1M", put, "us", 10),
    atMost("mvcc/put-again-of-1M", overwrite, "us", 10),
  ];
}

function benchReads(store: Store): Result[] {
  const rounds = 100_000;
  const query = newRangeRequest({ key: keyOf(0) });
  const get = microseconds(rounds, () => {
    for (let i = 0; i < rounds; i++) {
      query.key = keyOf((i * 7919) % ROUNDS_OF_PUTS);
      store.range(query);
    }
  });
  const list = newRangeRequest({ key: bytesFromLatin1("/registry/pods/8"), rangeEnd: Uint8Array.of(0), limit: 100 });
  list.rangeEnd = bytesFromLatin1("/registry/pods/9");
  const page = microseconds(100, () => {
    for (let i = 0; i < 100; i++) store.range(list);
  });
  return [atMost("mvcc/get", get, "us", 10), atMost("mvcc/range-100-of-6k", page, "us", 1000)];
}

function benchSlices(): Result[] {
  const backend = new MemoryBackend();
  const filled = openStore(backend);
  for (let i = 0; i < 5; i++) putAll(filled, ROUNDS_OF_PUTS, VALUE);
  const reads = benchReads(filled);
  const restore = new Restore(backend);
  const restored = stepped(() => restore.step(SLICE));
  const store = restore.store();
  const run = store.hashKv(0);
  const hashed = stepped(() => run.step(SLICE));
  store.compact(store.currentRev - 10);
  const compacted = stepped(() => store.stepCompaction(SLICE));
  const rows = 5 * ROUNDS_OF_PUTS;
  return [
    ...reads,
    atMost("mvcc/restore-longest-slice", restored.longest, "ms", 50),
    atMost("mvcc/restore-row", (restored.total / rows) * 1000, "us", 5),
    atMost("mvcc/hash-longest-slice", hashed.longest, "ms", 50),
    atMost("mvcc/compact-longest-slice", compacted.longest, "ms", 50),
    atMost("mvcc/compact-p99-slice", compacted.p99, "ms", 20),
    atMost("mvcc/compact-row", (compacted.total / rows) * 1000, "us", 10),
  ];
}

function benchWatch(): Result[] {
  const watchable = new WatchableStore(openStore(new ForgetfulBackend()));
  const create: WatchCreate = {
    key: bytesFromLatin1("/registry/"),
    rangeEnd: bytesFromLatin1("/registry0"),
    startRevision: 0,
    watchId: 0,
    noPut: false,
    noDelete: false,
    prevKv: false,
    fragment: false,
    progressNotify: false,
  };
  const streams = Array.from({ length: WATCHERS / 10 }, () => watchable.openStream());
  for (const stream of streams) for (let i = 0; i < 10; i++) stream.create(create);
  for (const stream of streams) while (stream.take() !== undefined);
  const puts = 1000;
  let bytes = 0;
  const us = microseconds(puts * WATCHERS, () => {
    for (let i = 0; i < puts; i++) {
      putAll(watchable.store, 1, VALUE, i);
      for (const stream of streams) {
        for (let reply = stream.take(); reply !== undefined; reply = stream.take())
          bytes += reply.batch!.encoded().length;
      }
    }
  });
  if (bytes === 0) throw new Error("no events came");
  return [atLeast("mvcc/watch-events-1000-watchers", 1 / us, "M/s", 2)];
}

export function benchMvcc(): Result[] {
  return [...benchIndex(), ...benchSlices(), ...benchWatch()];
}
