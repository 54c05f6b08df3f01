/**
 * The revisioned keyspace of one member: index in memory, rows in the backend, one write transaction at a time. Revisions only
 * rise: a transaction that changes nothing takes none. It never waits, and long work (restore, compaction, hashing) is handed
 * out in slices that the host steps.
 */
import { assert, type Backend, latin1FromBytes, type Slab } from "@quorate/base";
import { Compaction } from "./compaction.ts";
import type { StoreCounts } from "./counts.ts";
import { compacted, futureRev } from "./errors.ts";
import { HashRun } from "./hash.ts";
import { evaluateRange, type RangeQuery, type RangeResult, type ReadView } from "./range.ts";
import { encodeRevision } from "./revision.ts";
import { isShort, type PlainPut, putPlainRow } from "./row.ts";
import { META_SCHEDULED_COMPACT } from "./schema.ts";
import type { TreeIndex } from "./tree-index.ts";
import { type Change, WriteTxn } from "./write-txn.ts";

/** Told which lease a key belongs to. The key is a latin1 string, which orders as its bytes. */
export interface LeaseAttachments {
  /** From now on `key` belongs to `lease` and to no other; 0n: to none. */
  setLease(key: string, lease: bigint): void;
}

/** For a store without leases. */
export const noLeases: LeaseAttachments = { setLease() {} };

/** Told of every transaction that changed something, when it is complete. */
export interface CommitListener {
  /** Whether `committed` wants the changes; where false it is not called. */
  readonly listening: boolean;
  committed(main: number, changes: readonly Change[]): void;
}

/** What the files of this package share. Owned by `Store`; WriteTxn, Compaction and HashRun work on it while they are open. */
export type StoreState = {
  readonly backend: Backend;
  readonly slab: Slab;
  readonly index: TreeIndex;
  readonly leases: LeaseAttachments;
  readonly counts: StoreCounts;
  /** The last revision, 1 in an empty store. */
  currentRev: number;
  /** The last compaction that was asked for, -1 before the first. Invariant: compactRev <= currentRev. */
  compactRev: number;
  /** A write transaction is open. */
  writing: boolean;
  /** Hashes under way, for which compaction waits. */
  holds: number;
  listener: CommitListener | undefined;
};

export class Store implements ReadView {
  readonly #state: StoreState;
  readonly #compaction: Compaction;

  /** Made by `Restore`. @param finishedCompact how far the rows are compacted; below `state.compactRev` the work goes on. */
  constructor(state: StoreState, finishedCompact: number) {
    this.#state = state;
    this.#compaction = new Compaction(state, finishedCompact);
    if (finishedCompact < state.compactRev) this.#compaction.schedule(state.compactRev, finishedCompact);
  }

  get currentRev(): number {
    return this.#state.currentRev;
  }

  get compactRev(): number {
    return this.#state.compactRev;
  }

  get index(): TreeIndex {
    return this.#state.index;
  }

  get backend(): Backend {
    return this.#state.backend;
  }

  /** One party hears of commits: the watchers. */
  listen(listener: CommitListener): void {
    assert(this.#state.listener === undefined, "a store has one listener");
    this.#state.listener = listener;
  }

  /** Answers a range request. @throws MvccError `Compacted`, `FutureRev`. */
  range(query: RangeQuery): RangeResult {
    this.#state.counts.rangeTotal++;
    return evaluateRange(this, query);
  }

  /** Begins the one write transaction; `end` it before the next. */
  write(): WriteTxn {
    return new WriteTxn(this.#state);
  }

  /**
   * A transaction of one plain put, straight from the proposer's bytes. False where it must be done the general way, because it is
   * long or somebody listens; then nothing has changed.
   */
  putPlain(put: PlainPut): boolean {
    const state = this.#state;
    assert(!state.writing, "one write transaction at a time");
    if (state.listener?.listening === true || !isShort(put)) return false;
    const name = latin1FromBytes(put.bytes, put.keyStart, put.keyEnd);
    const main = state.currentRev + 1;
    const { created, version } = state.index.put(name, main, 0);
    putPlainRow(state.backend, main, put, created, version);
    state.leases.setLease(name, 0n);
    state.currentRev = main;
    state.counts.putTotal++;
    state.counts.putSizeBytesTotal += put.keyEnd - put.keyStart + put.valueEnd - put.valueStart;
    return true;
  }

  /**
   * Makes revisions below `rev` unreadable at once; their rows go while the host calls `stepCompaction`.
   * @throws MvccError `Compacted` where that has been done, `FutureRev`.
   */
  compact(rev: number): void {
    const state = this.#state;
    assert(!state.writing, "no compaction inside a transaction");
    if (rev <= state.compactRev) throw compacted();
    if (rev > state.currentRev) throw futureRev();
    const before = state.compactRev;
    state.compactRev = rev;
    state.backend.put("meta", META_SCHEDULED_COMPACT, encodeRevision({ main: rev, sub: 0 }));
    this.#compaction.schedule(rev, before);
  }

  /** True while rows of a compaction are still to be removed. */
  get compacting(): boolean {
    return this.#compaction.pending;
  }

  /** The last compaction whose rows are all gone; a physical compaction at R is done once this is at least R. */
  get finishedCompactRev(): number {
    return this.#compaction.finishedRev;
  }

  /** Hashes up to `budget` rows, or removes so many, looking at no more than `budget` keys. True when nothing is left to do. */
  stepCompaction(budget: number): boolean {
    return this.#compaction.step(budget);
  }

  /**
   * Begins etcd's HashKV at `rev` (0: now; below it nothing counts, as in etcd). Step the run until it is done, or close it: compaction waits for it.
   * @throws MvccError `Compacted`, `FutureRev`.
   */
  hashKv(rev: number): HashRun {
    const state = this.#state;
    // Even where it has been compacted since: etcd looks here first.
    const known = this.#compaction.hashes.at(rev);
    if (known !== undefined) return HashRun.known(state, known);
    const at = rev === 0 ? state.currentRev : rev;
    if (at >= 0 && at < state.compactRev) throw compacted();
    if (at > state.currentRev) throw futureRev();
    return new HashRun(state, { rev: at, compactRev: state.compactRev, forCompaction: false });
  }
}
