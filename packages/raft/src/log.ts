/**
 * The raft log of one member: stable storage and the unstable tail seen as one sequence, with the three cursors that move
 * over it. It decides nothing about terms or peers.
 *
 * Invariants: applied <= applying <= committed <= lastIndex; committed never falls.
 */
import { assert, fail, hasCode, type Logger } from "@quorate/base";
import type { Entry, Snapshot } from "@quorate/proto";
import { entriesSize } from "./entries.ts";
import { compacted, RaftError, unavailable } from "./errors.ts";
import { Unstable } from "./log-unstable.ts";
import type { Storage } from "./storage.ts";
import type { EntryId, Index, LogSlice, Term } from "./types.ts";

export class RaftLog {
  readonly storage: Storage;
  readonly unstable: Unstable;
  /** Highest index known to be durable on a quorum. */
  committed: Index;
  /** Highest index handed out to be applied. */
  applying: Index;
  /** Highest index that the application applied. */
  applied: Index;
  readonly #logger: Logger;
  /** Budget for entries handed out and not yet applied, in encoded bytes. */
  readonly #maxApplyingEntriesSize: number;
  #applyingEntriesSize = 0;
  /** No more entries are handed out until some are applied. */
  applyingEntriesPaused = false;

  constructor(storage: Storage, logger: Logger, maxApplyingEntriesSize: number = Number.POSITIVE_INFINITY) {
    this.storage = storage;
    this.#logger = logger;
    this.#maxApplyingEntriesSize = maxApplyingEntriesSize;
    const before = storage.firstIndex() - 1;
    this.unstable = new Unstable(storage.lastIndex() + 1, logger);
    this.committed = before;
    this.applying = before;
    this.applied = before;
  }

  toString(): string {
    const { offset, offsetInProgress, entries } = this.unstable;
    return (
      `committed=${this.committed}, applied=${this.applied}, applying=${this.applying}, unstable.offset=${offset}, ` +
      `unstable.offsetInProgress=${offsetInProgress}, len(unstable.Entries)=${entries.length}`
    );
  }

  firstIndex(): Index {
    return this.unstable.maybeFirstIndex() ?? this.storage.firstIndex();
  }

  lastIndex(): Index {
    return this.unstable.maybeLastIndex() ?? this.storage.lastIndex();
  }

  lastEntryId(): EntryId {
    const index = this.lastIndex();
    const term = this.termOrUndefined(index);
    if (term === undefined) fail(`unexpected error when getting the last term at ${index}`);
    return { term, index };
  }

  /**
   * The term at `index`, for [firstIndex - 1, lastIndex].
   * @throws RaftError `Compacted` below, `Unavailable` above.
   */
  term(index: Index): Term {
    const unstable = this.unstable.maybeTerm(index);
    if (unstable !== undefined) return unstable;
    if (index + 1 < this.firstIndex()) throw compacted();
    if (index > this.lastIndex()) throw unavailable();
    return this.storage.term(index);
  }

  /** The term at `index`, or undefined where the log does not know it (any more). Never throws the typed errors. */
  termOrUndefined(index: Index): Term | undefined {
    const unstable = this.unstable.maybeTerm(index);
    if (unstable !== undefined) return unstable;
    if (index + 1 < this.firstIndex() || index > this.lastIndex()) return undefined;
    try {
      return this.storage.term(index);
    } catch (error) {
      if (isOutOfLog(error)) return undefined;
      throw error;
    }
  }

  matchTerm(id: EntryId): boolean {
    return this.termOrUndefined(id.index) === id.term;
  }

  /** True if a log that ends with `other` holds at least what this one does (thesis section 3.6.1). */
  isUpToDate(other: EntryId): boolean {
    const last = this.lastEntryId();
    return other.term > last.term || (other.term === last.term && other.index >= last.index);
  }

  /**
   * Appends a leader's slice if it connects, and moves the commit index.
   * @returns the last index of the slice, or undefined if the log has no entry `slice.prev`.
   */
  maybeAppend(slice: LogSlice, leaderCommit: Index): Index | undefined {
    if (!this.matchTerm(slice.prev)) return undefined;
    const lastNew = slice.prev.index + slice.entries.length;
    const conflict = this.findConflict(slice.entries);
    if (conflict !== 0) {
      if (conflict <= this.committed) {
        throw new RaftError(
          "InvalidMessage",
          `entry ${conflict} conflict with committed entry [committed(${this.committed})]`,
        );
      }
      this.append(slice.entries.slice(conflict - slice.prev.index - 1));
    }
    this.commitTo(Math.min(leaderCommit, lastNew));
    return lastNew;
  }

  /** Appends entries, dropping what conflicts from the unstable part. Committed entries are never replaced. */
  append(entries: readonly Entry[]): Index {
    const first = entries[0];
    if (first !== undefined) {
      const after = first.index - 1;
      if (after < this.committed) fail(`after(${after}) is out of range [committed(${this.committed})]`);
      this.unstable.truncateAndAppend(entries);
    }
    return this.lastIndex();
  }

  /** Index of the first entry that is new or conflicts with what is held; 0 if all are held already. */
  findConflict(entries: readonly Entry[]): Index {
    for (const { term, index } of entries) {
      const held = this.termOrUndefined(index);
      if (held === term) continue;
      if (index <= this.lastIndex()) {
        this.#logger.info(`found conflict at index ${index} [existing term: ${held ?? 0}, conflicting term: ${term}]`);
      }
      return index;
    }
    return 0;
  }

  /**
   * The largest index up to `index` whose term is at most `term`, and its term: where a log that disagrees at `index` may
   * still agree. Term 0 where this log cannot tell (compacted, or past the end).
   */
  findConflictByTerm(index: Index, term: Term): EntryId {
    for (let i = index; i > 0; i--) {
      const held = this.termOrUndefined(i);
      if (held === undefined) return { index: i, term: 0 };
      if (held <= term) return { index: i, term: held };
    }
    return { index: 0, term: 0 };
  }

  /** Commits up to `id` if this log holds it and that is news. Entries of other terms never commit by counting. */
  maybeCommit(id: EntryId): boolean {
    if (id.term === 0 || id.index <= this.committed || !this.matchTerm(id)) return false;
    this.commitTo(id.index);
    return true;
  }

  /** Moves the commit index forward; never back, never past the end. */
  commitTo(index: Index): void {
    if (index <= this.committed) return;
    const last = this.lastIndex();
    if (index > last) {
      throw new RaftError(
        "CommitOutOfRange",
        `tocommit(${index}) is out of range [lastIndex(${last})]. Was the raft log corrupted, truncated, or lost?`,
      );
    }
    this.committed = index;
  }

  /** Entries from `lo` on, at most `maxSize` encoded bytes. @throws RaftError `Compacted`. */
  entries(lo: Index, maxSize: number): Entry[] {
    const last = this.lastIndex();
    return lo > last ? [] : this.slice(lo, last + 1, maxSize);
  }

  /** Entries in [lo, hi), a prefix of at most `maxSize` encoded bytes and at least one. @throws RaftError `Compacted`. */
  slice(lo: Index, hi: Index, maxSize: number): Entry[] {
    this.#checkOutOfBounds(lo, hi);
    if (lo === hi) return [];
    const { offset } = this.unstable;
    if (lo >= offset) return this.unstable.slice(lo, hi, maxSize);
    const cut = Math.min(hi, offset);
    const stable = this.#stableEntries(lo, cut, maxSize);
    if (hi <= offset || stable.length < cut - lo) return stable;
    const size = maxSize === Number.POSITIVE_INFINITY ? 0 : entriesSize(stable);
    if (size >= maxSize) return stable;
    const rest = this.unstable.slice(offset, hi, maxSize - size);
    // A slice has at least one entry; here, behind others, that one must fit.
    if (rest.length === 1 && size + entriesSize(rest) > maxSize) return stable;
    return stable.concat(rest);
  }

  /** Visits [lo, hi) in pages of at most `pageSize` encoded bytes until `visit` says stop (returns false). */
  scan(lo: Index, hi: Index, pageSize: number, visit: (page: readonly Entry[]) => boolean): void {
    for (let at = lo; at < hi; ) {
      const page = this.slice(at, hi, pageSize);
      assert(page.length > 0, `got 0 entries in [${at}, ${hi})`);
      if (!visit(page)) return;
      at += page.length;
    }
  }

  // ---- handing out entries to be made durable ----

  nextUnstableEntries(): Entry[] {
    return this.unstable.nextEntries();
  }

  hasNextUnstableEntries(): boolean {
    return this.unstable.hasNextEntries();
  }

  hasNextOrInProgressUnstableEntries(): boolean {
    return this.unstable.entries.length > 0;
  }

  nextUnstableSnapshot(): Snapshot | undefined {
    return this.unstable.nextSnapshot();
  }

  hasNextOrInProgressSnapshot(): boolean {
    return this.unstable.snapshot !== undefined;
  }

  acceptUnstable(): void {
    this.unstable.acceptInProgress();
  }

  stableTo(id: EntryId): void {
    this.unstable.stableTo(id);
  }

  stableSnapshotTo(index: Index): void {
    this.unstable.stableSnapshotTo(index);
  }

  // ---- handing out committed entries to be applied ----

  /** Committed entries to apply next, within the size budget. With `allowUnstable` also those not yet durable here. */
  nextCommittedEntries(allowUnstable: boolean): Entry[] {
    if (!this.hasNextCommittedEntries(allowUnstable)) return [];
    const budget = this.#maxApplyingEntriesSize - this.#applyingEntriesSize;
    assert(!(budget <= 0), "applying entry size is within its limit while not paused");
    return this.slice(this.applying + 1, this.#maxAppliableIndex(allowUnstable) + 1, budget);
  }

  hasNextCommittedEntries(allowUnstable: boolean): boolean {
    if (this.applyingEntriesPaused || this.hasNextOrInProgressSnapshot()) return false;
    return this.applying < this.#maxAppliableIndex(allowUnstable);
  }

  /**
   * Entries up to `index` of `size` encoded bytes were handed out. Pauses when the budget is used up, or when the next entry
   * would not have fitted (which shows in `index` being short of what could have been handed out).
   */
  acceptApplying(index: Index, size: number, allowUnstable: boolean): void {
    if (this.committed < index) {
      fail(`applying(${index}) is out of range [prevApplying(${this.applying}), committed(${this.committed})]`);
    }
    this.applying = index;
    this.#applyingEntriesSize += size;
    this.applyingEntriesPaused =
      this.#applyingEntriesSize >= this.#maxApplyingEntriesSize || index < this.#maxAppliableIndex(allowUnstable);
  }

  /** Entries up to `index` of `size` encoded bytes were applied. */
  appliedTo(index: Index, size: number): void {
    if (this.committed < index || index < this.applied) {
      fail(`applied(${index}) is out of range [prevApplied(${this.applied}), committed(${this.committed})]`);
    }
    this.applied = index;
    this.applying = Math.max(this.applying, index);
    this.#applyingEntriesSize = Math.max(0, this.#applyingEntriesSize - size);
    this.applyingEntriesPaused = this.#applyingEntriesSize >= this.#maxApplyingEntriesSize;
  }

  snapshot(): Snapshot {
    return this.unstable.snapshot ?? this.storage.snapshot();
  }

  /** Replaces the log by a received snapshot. */
  restore(snapshot: Snapshot): void {
    const { index, term } = snapshot.metadata;
    this.#logger.info(`log [${this}] starts to restore snapshot [index: ${index}, term: ${term}]`);
    assert(index > this.committed, "a restored snapshot is ahead of the commit index");
    this.committed = index;
    this.unstable.restore(snapshot);
  }

  #maxAppliableIndex(allowUnstable: boolean): Index {
    return allowUnstable ? this.committed : Math.min(this.committed, this.unstable.offset - 1);
  }

  #stableEntries(lo: Index, hi: Index, maxSize: number): Entry[] {
    try {
      return this.storage.entries(lo, hi, maxSize);
    } catch (error) {
      if (hasCode(error, "Unavailable")) fail(`entries[${lo}:${hi}) is unavailable from storage`);
      throw error;
    }
  }

  #checkOutOfBounds(lo: Index, hi: Index): void {
    if (lo > hi) fail(`invalid slice ${lo} > ${hi}`);
    const first = this.firstIndex();
    if (lo < first) throw compacted();
    const last = this.lastIndex();
    if (hi > last + 1) fail(`slice[${lo},${hi}) out of bound [${first},${last}]`);
  }
}

function isOutOfLog(error: unknown): boolean {
  return hasCode(error, "Compacted") || hasCode(error, "Unavailable");
}
