/**
 * The tail of the log that is not known to be durable, and a received snapshot on its way to disk.
 *
 *      storage            entries (unstable)
 *   ... 5 | 6 | 7  ||  8 | 9 | 10 | 11 | 12
 *                      ^           ^
 *                      offset      offsetInProgress: 8..10 are being written, 11 and 12 were not handed out yet
 */
import { assert, type Logger } from "@quorate/base";
import type { Entry, Snapshot } from "@quorate/proto";
import { sliceLimited } from "./entries.ts";
import type { EntryId, Index, Term } from "./types.ts";

export class Unstable {
  /** A snapshot that replaces the whole log before `offset`; its metadata index is offset - 1. */
  snapshot: Snapshot | undefined;
  /** entries[i] has index offset + i. */
  entries: Entry[] = [];
  offset: Index;
  /** The snapshot was handed out to be written. */
  snapshotInProgress = false;
  /** Invariant: offset <= offsetInProgress <= offset + entries.length. */
  offsetInProgress: Index;
  readonly #logger: Logger;

  constructor(offset: Index, logger: Logger) {
    this.offset = offset;
    this.offsetInProgress = offset;
    this.#logger = logger;
  }

  maybeFirstIndex(): Index | undefined {
    return this.snapshot === undefined ? undefined : this.snapshot.metadata.index + 1;
  }

  maybeLastIndex(): Index | undefined {
    if (this.entries.length > 0) return this.offset + this.entries.length - 1;
    return this.snapshot?.metadata.index;
  }

  /** The term at `index` if it is in the unstable part. */
  maybeTerm(index: Index): Term | undefined {
    if (index < this.offset) {
      const metadata = this.snapshot?.metadata;
      return metadata?.index === index ? metadata.term : undefined;
    }
    return this.entries[index - this.offset]?.term;
  }

  /** Entries that were not handed out to be written yet. */
  nextEntries(): Entry[] {
    const inProgress = this.offsetInProgress - this.offset;
    return inProgress === 0 ? this.entries.slice() : this.entries.slice(inProgress);
  }

  hasNextEntries(): boolean {
    return this.offsetInProgress - this.offset < this.entries.length;
  }

  /** The snapshot, if it was not handed out to be written yet. */
  nextSnapshot(): Snapshot | undefined {
    return this.snapshotInProgress ? undefined : this.snapshot;
  }

  /** Marks everything as handed out. */
  acceptInProgress(): void {
    if (this.entries.length > 0) this.offsetInProgress = this.offset + this.entries.length;
    if (this.snapshot !== undefined) this.snapshotInProgress = true;
  }

  /**
   * Drops entries up to `id` from memory: they are durable. An acknowledgement of an entry that was overwritten meanwhile (an
   * ABA of index with another term) is ignored.
   */
  stableTo(id: EntryId): void {
    const term = this.maybeTerm(id.index);
    if (term === undefined) {
      this.#logger.info(`entry at index ${id.index} missing from unstable log; ignoring`);
      return;
    }
    if (id.index < this.offset) {
      this.#logger.info(`entry at index ${id.index} matched unstable snapshot; ignoring`);
      return;
    }
    if (term !== id.term) {
      this.#logger.info(
        `entry at (index,term)=(${id.index},${id.term}) mismatched with entry at (${id.index},${term}) in unstable log; ignoring`,
      );
      return;
    }
    const count = id.index + 1 - this.offset;
    this.entries = count === this.entries.length ? [] : this.entries.slice(count);
    this.offset = id.index + 1;
    this.offsetInProgress = Math.max(this.offsetInProgress, this.offset);
  }

  stableSnapshotTo(index: Index): void {
    if (this.snapshot?.metadata.index !== index) return;
    this.snapshot = undefined;
    this.snapshotInProgress = false;
  }

  /** Starts over behind a received snapshot. */
  restore(snapshot: Snapshot): void {
    this.offset = snapshot.metadata.index + 1;
    this.offsetInProgress = this.offset;
    this.entries = [];
    this.snapshot = snapshot;
    this.snapshotInProgress = false;
  }

  /** Appends a run of entries, replacing what it overlaps. */
  truncateAndAppend(entries: readonly Entry[]): void {
    const from = entries[0]!.index;
    const end = this.offset + this.entries.length;
    if (from === end) {
      for (let i = 0; i < entries.length; i++) this.entries.push(entries[i]!);
    } else if (from <= this.offset) {
      this.#logger.info(`replace the unstable entries from index ${from}`);
      this.entries = entries.slice();
      this.offset = from;
      this.offsetInProgress = from;
    } else {
      assert(from < end, "unstable entries must not have a gap");
      this.#logger.info(`truncate the unstable entries before index ${from}`);
      this.entries.length = from - this.offset;
      for (let i = 0; i < entries.length; i++) this.entries.push(entries[i]!);
      this.offsetInProgress = Math.min(this.offsetInProgress, from);
    }
  }

  /** Entries in [lo, hi), which must be within the unstable part, limited as by `limitSize`. */
  slice(lo: Index, hi: Index, maxSize: number = Number.POSITIVE_INFINITY): Entry[] {
    assert(lo <= hi, "invalid unstable.slice");
    assert(lo >= this.offset, "unstable.slice below offset");
    assert(hi <= this.offset + this.entries.length, "unstable.slice out of bound");
    return sliceLimited(this.entries, lo - this.offset, hi - this.offset, maxSize);
  }
}
