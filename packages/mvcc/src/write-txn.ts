/**
 * One write transaction: all its changes share a main revision, the next one, and are numbered in the order in which they are
 * made. It reads its own changes. Nothing of it can be taken back: check what may fail before the first change.
 */
import { assert, type Backend, bytesFromLatin1, EMPTY_BYTES, latin1FromBytes } from "@quorate/base";
import { decodeKeyValue, type KeyValue } from "@quorate/proto";
import { keyNotFound } from "./errors.ts";
import type { KeyIndex } from "./key-index.ts";
import type { KeyRange } from "./key-range.ts";
import { evaluateRange, type RangeQuery, type RangeResult, type ReadView } from "./range.ts";
import { getRow, putRow, putRowUnseen, type RowPlace } from "./row.ts";
import type { StoreState } from "./store.ts";
import type { TreeIndex } from "./tree-index.ts";

/** One change of one key, as it was stored. */
export type Change = {
  readonly key: string;
  readonly main: number;
  readonly sub: number;
  readonly tombstone: boolean;
  /** The encoded KeyValue; of a tombstone it holds the key only. */
  readonly row: Uint8Array;
};

export type Put = {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  /** 0n for none. */
  readonly lease: bigint;
  /** Keep the value that is there. */
  readonly ignoreValue?: boolean;
  /** Keep the lease that is there. */
  readonly ignoreLease?: boolean;
  /** Answer with the row that was there. */
  readonly prevKv?: boolean;
};

export type Deleted = {
  readonly deleted: number;
  /** Rows that were there, in key order; empty where they were not asked for. */
  readonly prevRows: readonly Uint8Array[];
};

export class WriteTxn implements ReadView {
  readonly #state: StoreState;
  readonly #main: number;
  /** Listed only where somebody listens. */
  readonly #changes: Change[] | undefined;
  /** Changes so far. */
  #count = 0;
  /** Operations so far, those included that changed nothing. */
  #operations = 0;

  constructor(state: StoreState) {
    assert(!state.writing, "one write transaction at a time");
    state.writing = true;
    this.#state = state;
    this.#main = state.currentRev + 1;
    this.#changes = state.listener?.listening === true ? [] : undefined;
  }

  /** What a reader in this transaction calls current: the next revision as soon as something has changed. */
  get currentRev(): number {
    return this.#count > 0 ? this.#main : this.#main - 1;
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

  /** Answers a range request, this transaction's changes included. @throws MvccError `Compacted`, `FutureRev`. */
  range(query: RangeQuery): RangeResult {
    this.#operations++;
    this.#state.counts.rangeTotal++;
    return evaluateRange(this, query);
  }

  /**
   * Puts a key. The row that was there where `prevKv` asks for it and the key existed.
   * @throws MvccError `KeyNotFound` where a missing key's value or lease is to be kept.
   */
  put(put: Put): Uint8Array | undefined {
    const name = latin1FromBytes(put.key);
    const { backend, index, leases, counts } = this.#state;
    let { value, lease } = put;
    let previous: Uint8Array | undefined;
    if (put.ignoreValue || put.ignoreLease || put.prevKv) {
      previous = currentRow(backend, index.get(name));
      if (previous === undefined && (put.ignoreValue || put.ignoreLease)) throw keyNotFound();
    }
    if (previous !== undefined && (put.ignoreValue || put.ignoreLease)) {
      const kept = decodeKeyValue(previous);
      if (put.ignoreValue) value = kept.value;
      if (put.ignoreLease) lease = kept.lease;
    }
    const main = this.#main;
    const sub = this.#count++;
    const { created, version } = index.put(name, main, sub);
    const kv = { key: put.key, createRevision: created, modRevision: main, version, value, lease };
    this.#store({ main, sub, tombstone: false }, name, kv);
    leases.setLease(name, lease);
    this.#operations++;
    counts.putTotal++;
    counts.putSizeBytesTotal += put.key.length + value.length;
    return put.prevKv ? previous : undefined;
  }

  /** Deletes what is there in an interval, in byte order. */
  deleteRange(range: KeyRange, prevKv = false): Deleted {
    const keys = this.#state.index.livingKeys(range);
    this.#operations++;
    this.#state.counts.deleteTotal++;
    const prevRows: Uint8Array[] = [];
    for (const key of keys) {
      const previous = this.#delete(key, prevKv);
      if (previous !== undefined) prevRows.push(previous);
    }
    return { deleted: keys.length, prevRows };
  }

  /** Completes the transaction and gives back the store's revision. */
  end(): number {
    const state = this.#state;
    assert(state.writing && state.currentRev === this.#main - 1, "a transaction ends once");
    state.writing = false;
    if (this.#operations > 1) state.counts.txnTotal++;
    if (this.#count === 0) return state.currentRev;
    state.currentRev = this.#main;
    if (this.#changes !== undefined) state.listener?.committed(this.#main, this.#changes);
    return this.#main;
  }

  #delete(key: string, prevKv: boolean): Uint8Array | undefined {
    const { backend, index, leases } = this.#state;
    const previous = prevKv ? currentRow(backend, index.get(key)) : undefined;
    const main = this.#main;
    const sub = this.#count++;
    index.tombstone(key, main, sub);
    const kv = {
      key: bytesFromLatin1(key),
      createRevision: 0,
      modRevision: 0,
      version: 0,
      value: EMPTY_BYTES,
      lease: 0n,
    };
    this.#store({ main, sub, tombstone: true }, key, kv);
    leases.setLease(key, 0n);
    return previous;
  }

  #store(place: RowPlace, key: string, kv: KeyValue): void {
    const changes = this.#changes;
    if (changes === undefined) putRowUnseen(this.#state, place, kv);
    else {
      const row = putRow(this.#state, place, kv);
      changes.push({ key, main: place.main, sub: place.sub, tombstone: place.tombstone, row });
    }
  }
}

/** The row of a living key. */
function currentRow(backend: Backend, index: KeyIndex | undefined): Uint8Array | undefined {
  if (index === undefined || index.version === 0) return undefined;
  return getRow(backend, index.modMain, index.modSub);
}
