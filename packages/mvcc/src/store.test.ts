import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bytesFromLatin1, MemoryBackend, type Prng } from "@quorate/base";
import { decodeKeyValue, newRangeRequest } from "@quorate/proto";
import { withSeed } from "@quorate/testkit";
import { keyRange } from "./key-range.ts";
import { openStore, Restore } from "./restore.ts";
import { encodeRevision } from "./revision.ts";
import { META_FINISHED_COMPACT } from "./schema.ts";
import type { LeaseAttachments, Store } from "./store.ts";

const bytes = (text: string): Uint8Array => bytesFromLatin1(text);
const KEYS = ["a", "b", "ba", "b\xff", "c", "d", "\xff"];

type Kv = {
  readonly create: number;
  readonly mod: number;
  readonly version: number;
  readonly value: string;
  readonly lease: bigint;
};
/** The whole store at one revision. */
type State = ReadonlyMap<string, Kv>;

/** The naive model: all states there ever were, by revision. */
class Model {
  states: State[] = [new Map(), new Map()];
  compactRev = -1;

  get currentRev(): number {
    return this.states.length - 1;
  }

  at(rev: number): State {
    return this.states[rev]!;
  }
}

class Leases implements LeaseAttachments {
  readonly byKey = new Map<string, bigint>();

  setLease(key: string, lease: bigint): void {
    if (lease === 0n) this.byKey.delete(key);
    else this.byKey.set(key, lease);
  }
}

function put(store: Store, key: string, value: string, lease = 0n): number {
  const txn = store.write();
  txn.put({ key: bytes(key), value: bytes(value), lease });
  return txn.end();
}

function remove(store: Store, key: string): number {
  const txn = store.write();
  txn.deleteRange(keyRange(bytes(key)));
  return txn.end();
}

function read(store: Store, rev: number): [string, Kv][] {
  const { rows } = store.range(newRangeRequest({ key: bytes("\0"), rangeEnd: bytes("\0"), revision: rev }));
  return rows.map((row) => {
    const kv = decodeKeyValue(row);
    const text = (b: Uint8Array): string => String.fromCharCode(...b);
    return [
      text(kv.key),
      { create: kv.createRevision, mod: kv.modRevision, version: kv.version, value: text(kv.value), lease: kv.lease },
    ];
  });
}

/** One random transaction on both. */
function writeBoth(store: Store, model: Model, prng: Prng): void {
  const txn = store.write();
  const main = model.currentRev + 1;
  const next = new Map(model.at(model.currentRev));
  let changed = 0;
  for (let n = prng.below(4); n >= 0; n--) {
    const key = prng.pick(KEYS);
    if (prng.chance(0.6)) {
      const before = next.get(key);
      const ignoreValue = before !== undefined && prng.chance(0.2);
      const ignoreLease = before !== undefined && prng.chance(0.2);
      const value = ignoreValue ? before.value : `${main}.${changed}`;
      const lease = ignoreLease ? before.lease : BigInt(prng.below(3));
      const row = txn.put({ key: bytes(key), value: bytes(value), lease, ignoreValue, ignoreLease, prevKv: true });
      assert.equal(row === undefined ? undefined : decodeKeyValue(row).modRevision, before?.mod);
      next.set(key, { create: before?.create ?? main, mod: main, version: (before?.version ?? 0) + 1, value, lease });
      changed++;
    } else {
      const range = prng.chance(0.5) ? keyRange(bytes(key)) : keyRange(bytes(key), bytes(prng.pick(KEYS)));
      const gone = [...next.keys()].filter((k) => k >= range.from && k < range.to).sort((a, b) => (a < b ? -1 : 1));
      const { deleted, prevRows } = txn.deleteRange(range, true);
      assert.equal(deleted, gone.length);
      assert.deepEqual(
        prevRows.map((row) => decodeKeyValue(row).modRevision),
        gone.map((k) => next.get(k)!.mod),
      );
      for (const k of gone) next.delete(k);
      changed += gone.length;
    }
    assert.equal(txn.currentRev, changed > 0 ? main : main - 1);
  }
  if (changed > 0) model.states.push(next);
  assert.equal(txn.end(), model.currentRev);
}

function compare(store: Store, model: Model): void {
  assert.equal(store.currentRev, model.currentRev);
  assert.equal(store.compactRev, model.compactRev);
  for (let rev = Math.max(1, model.compactRev); rev <= model.currentRev; rev++) {
    const wanted = [...model.at(rev)].sort(([a], [b]) => (a < b ? -1 : 1));
    assert.deepEqual(read(store, rev), wanted, `revision ${rev}`);
  }
}

describe("mvcc/store", () => {
  it("agrees with an array of revisions over writes, compactions in slices, crashes and restores", () => {
    withSeed("mvcc/store", ({ prng }) => {
      for (let round = 0; round < 25; round++) {
        let leases = new Leases();
        let backend = new MemoryBackend();
        let store = openStore(backend, leases);
        const model = new Model();
        let durable = { revisions: model.states.length, compactRev: -1 };
        for (let i = 0; i < 120; i++) {
          const what = prng.below(20);
          if (what < 13) writeBoth(store, model, prng);
          else if (what < 15) {
            const rev = model.currentRev - prng.below(6);
            if (rev > model.compactRev) {
              store.compact(rev);
              model.compactRev = rev;
            } else assert.throws(() => store.compact(rev), { code: "Compacted" });
          } else if (what < 18) store.stepCompaction(1 + prng.below(5));
          else if (what === 18) {
            backend.commit({ index: i + 1, term: 1 });
            durable = { revisions: model.states.length, compactRev: model.compactRev };
          } else if (prng.chance(0.3)) {
            backend = backend.crash(false);
            leases = new Leases();
            const restore = new Restore(backend, leases);
            while (!restore.step(1 + prng.below(20)));
            store = restore.store();
            model.states.length = durable.revisions;
            model.compactRev = durable.compactRev;
          }
          if (i % 10 === 0) compare(store, model);
        }
        compare(store, model);
        const attached = [...model.at(model.currentRev)]
          .filter(([, kv]) => kv.lease !== 0n)
          .map(([key, kv]) => [key, kv.lease]);
        assert.deepEqual(new Map(leases.byKey), new Map(attached as [string, bigint][]));
        if (store.compacting) while (!store.stepCompaction(3));
        compare(store, model);
        compare(openStore(backend), model);
      }
    });
  });

  it("begins at revision 1, never compacted, and takes no revision for nothing", () => {
    const store = openStore(new MemoryBackend());
    assert.deepEqual([store.currentRev, store.compactRev], [1, -1]);
    assert.equal(remove(store, "a"), 1);
    assert.equal(store.write().end(), 1);
    assert.equal(put(store, "a", "1"), 2);
  });

  it("accepts a compaction at 0 once, refuses what is done and what is to come", () => {
    const store = openStore(new MemoryBackend());
    assert.throws(() => store.compact(-1), {
      code: "Compacted",
      message: "mvcc: required revision has been compacted",
    });
    store.compact(0);
    assert.throws(() => store.compact(0), { code: "Compacted" });
    assert.throws(() => store.compact(2), {
      code: "FutureRev",
      message: "mvcc: required revision is a future revision",
    });
  });

  it("removes only rows that no reader can ask for, and the key with its last one", () => {
    const backend = new MemoryBackend();
    const store = openStore(backend);
    for (const value of ["1", "2", "3"]) put(store, "a", value);
    put(store, "b", "1");
    remove(store, "b");
    put(store, "c", "1");
    store.compact(7);
    while (!store.stepCompaction(1));
    const rows: number[] = [];
    backend.range("key", bytes(""), undefined, (key) => {
      rows.push(key[7]!);
      return true;
    });
    assert.deepEqual(rows, [4, 7]);
    assert.equal(store.index.size, 2);
    assert.deepEqual(backend.get("meta", META_FINISHED_COMPACT), encodeRevision({ main: 7, sub: 0 }));
    assert.equal(store.finishedCompactRev, 7);
  });

  it("never gives a revision out twice, though the last ones were compacted away", () => {
    const backend = new MemoryBackend();
    const store = openStore(backend);
    put(store, "a", "1");
    remove(store, "a");
    put(store, "b", "1");
    remove(store, "b");
    store.compact(5);
    while (!store.stepCompaction(10));
    assert.equal(openStore(backend).currentRev, 5);
    assert.equal(openStore(backend).finishedCompactRev, 5);
  });

  it("goes on with a compaction that a crash interrupted", () => {
    let backend = new MemoryBackend();
    let store = openStore(backend);
    for (let i = 0; i < 50; i++) put(store, `k${i % 5}`, `${i}`);
    store.compact(40);
    while (store.index.get("k0")!.length > 5) store.stepCompaction(3);
    backend.commit({ index: 1, term: 1 });
    backend = backend.crash(false);
    store = openStore(backend);
    assert.deepEqual([store.compactRev, store.compacting], [40, true]);
    while (!store.stepCompaction(7));
    assert.equal(store.finishedCompactRev, 40);
    assert.equal(read(store, 40).length, 5);
  });

  it("compacts to the last of several revisions that were asked for meanwhile", () => {
    const store = openStore(new MemoryBackend());
    for (let i = 0; i < 20; i++) put(store, "k", `${i}`);
    for (const rev of [5, 9, 15]) store.compact(rev);
    const finished = new Set<number>();
    while (!store.stepCompaction(2)) finished.add(store.finishedCompactRev);
    assert.deepEqual([...finished, store.finishedCompactRev], [-1, 5, 15]);
    assert.equal(store.index.get("k")!.length, 7);
  });

  it("refuses to keep a value or a lease that is not there, and changes nothing", () => {
    const store = openStore(new MemoryBackend());
    const txn = store.write();
    const missing = { key: bytes("a"), value: bytes(""), lease: 0n };
    assert.throws(() => txn.put({ ...missing, ignoreValue: true }), { code: "KeyNotFound" });
    assert.throws(() => txn.put({ ...missing, ignoreLease: true }), { code: "KeyNotFound" });
    assert.equal(txn.end(), 1);
  });

  it("opens one transaction at a time, and no compaction in it", () => {
    const store = openStore(new MemoryBackend());
    const txn = store.write();
    assert.throws(() => store.write(), /one write transaction/);
    assert.throws(() => store.compact(0), /transaction/);
    txn.end();
    assert.throws(() => txn.end(), /ends once/);
  });

  it("counts the keys that live, after a restore and a compaction too", () => {
    const backend = new MemoryBackend();
    const store = openStore(backend);
    for (const key of ["a", "b", "c", "b"]) put(store, key, "1");
    remove(store, "b");
    remove(store, "c");
    remove(store, "c");
    put(store, "c", "2");
    assert.equal(store.index.living, 2);
    assert.equal(openStore(backend).index.living, 2);
    store.compact(store.currentRev);
    while (!store.stepCompaction(10));
    assert.equal(store.index.living, 2);
    assert.equal(openStore(backend).index.living, 2);
  });

  it("reads an empty row, as etcdutl leaves when it bumps the revision, as a put of the empty key", () => {
    const backend = new MemoryBackend();
    backend.put("key", encodeRevision({ main: 2, sub: 0 }), bytes("\x0a\x01a\x10\x02\x18\x02\x20\x01"));
    backend.put("key", encodeRevision({ main: 1000, sub: 0 }), bytes(""));
    const store = openStore(backend);
    assert.equal(store.currentRev, 1000);
    assert.deepEqual(
      read(store, 0).map(([key]) => key),
      ["a"],
    );
    assert.equal(store.index.size, 2);
  });

  it("says which row is damaged or missing", () => {
    const backend = new MemoryBackend();
    const store = openStore(backend);
    put(store, "a", "1");
    backend.delete("key", encodeRevision({ main: 2, sub: 0 }));
    assert.throws(() => read(store, 0), { code: "Corrupt" });
    backend.put("key", encodeRevision({ main: 2, sub: 0 }), bytes("\x0a\x09a"));
    assert.throws(() => openStore(backend), { code: "Corrupt" });
  });
});
