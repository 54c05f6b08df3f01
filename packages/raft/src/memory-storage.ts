/**
 * `Storage` in memory: what tests use, and what a real application keeps beside its WAL so that raft reads from memory. The
 * application writes to it, in the order that Ready prescribes.
 */
import { assert } from "@quorate/base";
import {
  type ConfState,
  type Entry,
  type HardState,
  newEntry,
  newHardState,
  newSnapshot,
  type Snapshot,
} from "@quorate/proto";
import { sliceLimited } from "./entries.ts";
import { compacted, RaftError, unavailable } from "./errors.ts";
import type { Storage } from "./storage.ts";
import type { Index, Term } from "./types.ts";

export class MemoryStorage implements Storage {
  #hardState: HardState = newHardState();
  #snapshot: Snapshot = newSnapshot();
  /** Invariant: never empty; [0] stands for the snapshot (its index and term, no payload). */
  #entries: Entry[] = [newEntry()];

  initialState(): { readonly hardState: HardState; readonly confState: ConfState } {
    return { hardState: this.#hardState, confState: this.#snapshot.metadata.confState };
  }

  setHardState(hardState: HardState): void {
    this.#hardState = hardState;
  }

  entries(lo: Index, hi: Index, maxSize: number): Entry[] {
    const offset = this.#offset();
    if (lo <= offset) throw compacted();
    if (hi > this.lastIndex() + 1) throw unavailable();
    // Only the entry that stands for the snapshot is left.
    if (this.#entries.length === 1) throw unavailable();
    return sliceLimited(this.#entries, lo - offset, hi - offset, maxSize);
  }

  term(index: Index): Term {
    const offset = this.#offset();
    if (index < offset) throw compacted();
    const entry = this.#entries[index - offset];
    if (entry === undefined) throw unavailable();
    return entry.term;
  }

  lastIndex(): Index {
    return this.#offset() + this.#entries.length - 1;
  }

  firstIndex(): Index {
    return this.#offset() + 1;
  }

  snapshot(): Snapshot {
    return this.#snapshot;
  }

  /**
   * Replaces everything by `snapshot`.
   * @throws RaftError `SnapOutOfDate` when a snapshot at least as new is held. One with nothing but a ConfState is taken by an
   * empty storage: that is how a cluster is set up without bootstrap entries.
   */
  applySnapshot(snapshot: Snapshot): void {
    const { index, term } = snapshot.metadata;
    const held = this.#snapshot.metadata.index;
    if (held > 0 && held >= index) throw snapOutOfDate();
    this.#snapshot = snapshot;
    this.#entries = [newEntry({ term, index })];
  }

  /**
   * Makes the snapshot that `snapshot()` hands out from now on; the log stays until `compact`.
   * @param confState the configuration at `index`; undefined keeps the one of the previous snapshot.
   */
  createSnapshot(index: Index, confState: ConfState | undefined, data: Uint8Array): Snapshot {
    if (index <= this.#snapshot.metadata.index) throw snapOutOfDate();
    assert(index <= this.lastIndex(), `snapshot ${index} is out of bound lastindex(${this.lastIndex()})`);
    const term = this.term(index);
    const before = this.#snapshot.metadata;
    const metadata = { ...before, confState: confState ?? before.confState, index, term };
    this.#snapshot = { ...newSnapshot(), data, metadata };
    return this.#snapshot;
  }

  /**
   * Drops all entries before `index`, which stays as the entry that stands for the compacted part.
   * @throws RaftError `Compacted` when that was done before.
   */
  compact(index: Index): void {
    const offset = this.#offset();
    if (index <= offset) throw compacted();
    assert(index <= this.lastIndex(), `compact ${index} is out of bound lastindex(${this.lastIndex()})`);
    const kept = this.#entries.slice(index - offset);
    const { term } = kept[0]!;
    kept[0] = newEntry({ term, index });
    this.#entries = kept;
  }

  /** Appends entries; those that overlap what is held replace it and everything behind. Compacted ones are skipped. */
  append(entries: readonly Entry[]): void {
    const first = entries[0];
    if (first === undefined) return;
    const skip = Math.max(0, this.firstIndex() - first.index);
    if (skip >= entries.length) return;
    const at = first.index + skip - this.#offset();
    assert(at <= this.#entries.length, `missing log entry [last: ${this.lastIndex()}, append at: ${first.index}]`);
    if (at < this.#entries.length) this.#entries.length = at;
    for (let i = skip; i < entries.length; i++) this.#entries.push(entries[i]!);
  }

  #offset(): Index {
    return this.#entries[0]!.index;
  }
}

function snapOutOfDate(): RaftError {
  return new RaftError("SnapOutOfDate", "requested index is older than the existing snapshot");
}
