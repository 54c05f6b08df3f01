/**
 * Reads a whole log from the segment that a snapshot points into: what `Wal.open` and the offline checks share. It changes nothing on disk.
 */
import { type Disk, equalBytes } from "@quorate/base";
import {
  decodeEntry,
  decodeHardState,
  decodeWalSnapshot,
  type Entry,
  EntryType,
  type HardState,
  newHardState,
  ProtoError,
  type Record,
  type WalSnapshot,
} from "@quorate/proto";
import { corrupt, StorageError } from "../errors.ts";
import { committedBehind, decodeSegment } from "./decoder.ts";
import { RecordType } from "./record.ts";
import { isGapless, listSegments, type SegmentName, searchIndex } from "./segment.ts";

/** What a log says. */
export type WalContent = {
  readonly metadata: Uint8Array;
  readonly hardState: HardState;
  /** Entries behind the snapshot, without gaps. */
  readonly entries: Entry[];
};

/** A log read to its end, and where that is. */
export type WalRead = WalContent & {
  /** All that are there, older ones that were not read too: whoever lets go of segments begins with the oldest. */
  readonly segments: readonly SegmentName[];
  /** Bytes of the last segment up to its valid end. */
  readonly lastBytes: Uint8Array;
  readonly crc: number;
  /** The last segment ended in a torn write, which is not part of `lastBytes`. */
  readonly torn: boolean;
  /** Snapshots that were recorded and that the log can be opened at, in order. */
  readonly snapshots: readonly WalSnapshot[];
};

/**
 * Reads from the snapshot at `start` on; undefined reads everything and asks for no snapshot.
 * @throws StorageError `NotFound`, `SnapshotNotFound`, `Corrupt`.
 */
export function readWal(disk: Disk, dir: string, start: WalSnapshot | undefined): WalRead {
  const all = disk.exists(dir) ? listSegments(disk.list(dir)) : [];
  if (all.length === 0) throw new StorageError("NotFound", `${dir} holds no write-ahead log`, { path: dir });
  const from = start === undefined ? 0 : searchIndex(all, start.index);
  if (from < 0) throw snapshotNotFound(dir, start?.index ?? 0);
  if (!isGapless(all, from)) throw corrupt(dir, 0, "a segment file is missing");
  const needed = all.slice(from);
  const state = new ReadState(start);
  let crc: number | undefined;
  let torn = false;
  let lastBytes: Uint8Array = new Uint8Array(0);
  const snapshots: WalSnapshot[] = [];
  needed.forEach(({ name, sequence }, i) => {
    const known = state.snapshots.length;
    const path = `${dir}/${name}`;
    const bytes = readWhole(disk, path);
    const isLast = i === needed.length - 1;
    let hasHead = false;
    const visit = (record: Record, offset: number): void => {
      hasHead ||= record.type === RecordType.Metadata;
      state.take(record, path, offset);
    };
    const decoded = decodeSegment({ path, bytes, previousCrc: crc, isLast, visit });
    // A segment gets its name once its head is durable: no crash tears that.
    if (!hasHead) throw corrupt(path, decoded.end, "the head of the segment is gone");
    if (decoded.torn) state.checkTorn(path, bytes, decoded.end);
    ({ crc, torn } = decoded);
    lastBytes = bytes.subarray(0, decoded.end);
    // Reading for a snapshot starts at a segment found by index. It may be behind the record, if the snapshot did not count
    // when it was recorded and entries below it were still to come.
    const isFound = ({ index }: WalSnapshot): boolean => (all[searchIndex(all, index)]?.sequence ?? 0) <= sequence;
    snapshots.push(...state.snapshots.slice(known).filter(isFound));
  });
  return { ...state.finish(dir), segments: all, lastBytes, crc: crc ?? 0, torn, snapshots };
}

/** Collects the records of a log in order. */
class ReadState {
  readonly snapshots: WalSnapshot[] = [];
  readonly #start: WalSnapshot | undefined;
  #metadata: Uint8Array | undefined;
  #hardState: HardState = newHardState();
  #entries: Entry[] = [];
  #matched = false;

  constructor(start: WalSnapshot | undefined) {
    this.#start = start;
  }

  take(record: Record, path: string, offset: number): void {
    try {
      this.#take(record, path, offset);
    } catch (error) {
      if (error instanceof ProtoError) throw corrupt(path, offset, error.message);
      throw error;
    }
  }

  /** A torn tail may be cut only if nothing behind it says that more was committed. */
  checkTorn(path: string, bytes: Uint8Array, end: number): void {
    const last = this.#lastIndex();
    const commit = Math.max(committedBehind(bytes, end), this.#hardState.commit);
    if (commit > last)
      throw corrupt(path, end, `entries up to ${commit} were committed, the readable ones end at ${last}`);
  }

  finish(dir: string): WalContent {
    if (this.#metadata === undefined) throw corrupt(dir, 0, "there is no metadata record");
    if (this.#start !== undefined && !this.#matched) throw snapshotNotFound(dir, this.#start.index);
    const { commit } = this.#hardState;
    const last = this.#lastIndex();
    if (commit > last) throw corrupt(dir, 0, `entries up to ${commit} were committed, the log ends at ${last}`);
    return { metadata: this.#metadata, hardState: this.#hardState, entries: this.#entries };
  }

  #take(record: Record, path: string, offset: number): void {
    const data = record.data ?? new Uint8Array(0);
    switch (record.type) {
      case RecordType.Entry:
        this.#takeEntry(decodeEntry(data), path, offset);
        return;
      case RecordType.State:
        this.#takeState(decodeHardState(data), path, offset);
        return;
      case RecordType.Metadata:
        if (this.#metadata !== undefined && !equalBytes(this.#metadata, data)) {
          throw corrupt(path, offset, "the segment belongs to another member or cluster");
        }
        this.#metadata = data;
        return;
      case RecordType.Snapshot:
        this.#takeSnapshot(decodeWalSnapshot(data), path, offset);
        return;
      default:
    }
  }

  /** The checksum does not cover a record's type: what makes no sense was once something else. */
  #takeState(state: HardState, path: string, offset: number): void {
    const { term, commit } = this.#hardState;
    if (state.term < term) throw corrupt(path, offset, `the term goes back from ${term} to ${state.term}`);
    if (state.commit < commit)
      throw corrupt(path, offset, `the commit index goes back from ${commit} to ${state.commit}`);
    this.#hardState = state;
  }

  /** A lower index than the last one replaces it and everything behind: a new leader overwrote what was never committed. */
  #takeEntry(entry: Entry, path: string, offset: number): void {
    const base = this.#start?.index ?? (this.#entries[0]?.index ?? entry.index) - 1;
    const at = entry.index - base - 1;
    if (entry.type > EntryType.EntryConfChangeV2) throw corrupt(path, offset, `unknown entry type ${entry.type}`);
    if (at < 0) {
      // It replaces what is behind it too. Left standing, a stale entry would follow the snapshot under an older term.
      this.#entries = [];
      return;
    }
    if (at > this.#entries.length) {
      if (!this.#isBehindSnapshot(entry))
        throw corrupt(path, offset, `entry ${entry.index} follows entry ${base + this.#entries.length}`);
      this.#entries = [entry];
      return;
    }
    const before = this.#entries[at - 1]?.term ?? 0;
    if (entry.term < before)
      throw corrupt(path, offset, `entry ${entry.index} has term ${entry.term}, the one before it ${before}`);
    if (at < this.#entries.length && entry.index <= this.#hardState.commit && this.#entries[at]?.term !== entry.term) {
      throw corrupt(path, offset, `entry ${entry.index} replaces a committed one`);
    }
    this.#entries.length = at;
    this.#entries.push(entry);
  }

  /** Reading everything, entries may go on behind a snapshot that was received from the leader. */
  #isBehindSnapshot({ index }: Entry): boolean {
    return this.#start === undefined && this.snapshots.some((snapshot) => snapshot.index === index - 1);
  }

  #takeSnapshot(snapshot: WalSnapshot, path: string, offset: number): void {
    this.snapshots.push(snapshot);
    if (this.#start === undefined || snapshot.index !== this.#start.index) return;
    if (snapshot.term !== this.#start.term) {
      throw corrupt(
        path,
        offset,
        `the snapshot at ${snapshot.index} has term ${snapshot.term}, its file ${this.#start.term}`,
      );
    }
    this.#matched = true;
  }

  #lastIndex(): number {
    const newest = this.snapshots.reduce((max, snapshot) => Math.max(max, snapshot.index), this.#start?.index ?? 0);
    return Math.max(this.#entries[this.#entries.length - 1]?.index ?? 0, newest);
  }
}

/** Snapshots that a restart may begin from: recorded, and not beyond what is known to be committed. @throws StorageError. */
export function validSnapshots(disk: Disk, dir: string): WalSnapshot[] {
  const { snapshots, hardState } = readWal(disk, dir, undefined);
  return snapshots.filter(({ index }) => index <= hardState.commit);
}

function readWhole(disk: Disk, path: string): Uint8Array {
  const file = disk.open(path, "read");
  try {
    const bytes = new Uint8Array(file.size());
    return bytes.subarray(0, file.read(bytes, 0));
  } finally {
    file.close();
  }
}

function snapshotNotFound(dir: string, index: number): StorageError {
  return new StorageError("SnapshotNotFound", `the log in ${dir} does not hold the snapshot at index ${index}`, {
    path: dir,
  });
}
