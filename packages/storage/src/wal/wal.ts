/**
 * The write-ahead log: everything that this member promised, in the order in which it promised it. A promise may leave the member
 * only after `append` has returned.
 *
 * It owns the segment files of one directory. It runs synchronously over the Disk port, on a thread of its own or in a simulator.
 * After any failed write or sync it is poisoned: the kernel may have thrown away what was not synced and call it clean, so every
 * later call throws and the process must end (reliability of fsync: never retry).
 */
import { assert, type Disk, type DiskFile, messageOf } from "@quorate/base";
import {
  decodeHardState,
  type Entry,
  encodeHardState,
  encodeWalSnapshot,
  type HardState,
  newHardState,
  type WalSnapshot,
} from "@quorate/proto";
import { parentOf } from "../data-dir.ts";
import { StorageError } from "../errors.ts";
import { encodeBatch, forEachItem, type WalBatch } from "./batch.ts";
import { WalEncoder } from "./encoder.ts";
import { readWal, type WalContent } from "./reader.ts";
import { RecordType } from "./record.ts";
import { SEGMENT_SIZE_BYTES, type SegmentName, segmentName } from "./segment.ts";
import { SpareSegment, ZeroWriter } from "./spare.ts";

export type WalOptions = {
  /** A segment is left once it is at least this long. */
  readonly segmentSizeBytes?: number;
  /** Segments that `release` leaves in place, needed or not. etcd's --max-wals. */
  readonly keepSegments?: number;
};

/** Counters for metrics; plain numbers, read at will. */
export type WalStats = { fsyncs: number; bytes: number; entries: number; saves: number };

const DEFAULT_KEEP_SEGMENTS = 5;
/** Room kept ready ahead of the data: seconds of a full load, and little to write for a member that has just started. */
const ROOM_AHEAD_BYTES = 8 * 1024 * 1024;

export class Wal {
  readonly stats: WalStats = { fsyncs: 0, bytes: 0, entries: 0, saves: 0 };
  readonly #disk: Disk;
  readonly #dir: string;
  readonly #segmentSize: number;
  readonly #keepSegments: number;
  readonly #metadata: Uint8Array;
  readonly #encoder: WalEncoder;
  readonly #spare: SpareSegment;
  readonly #zeros: ZeroWriter;
  #segments: SegmentName[];
  #file: DiskFile;
  /** Where the next frame goes; a multiple of 8. */
  #offset: number;
  /** Up to here the blocks of the segment are allocated. */
  #preparedTo: number;
  #lastIndex: number;
  /**
   * Entries up to here are durable. A HardState on disk never claims a higher commit index: so what a torn tail takes away was
   * committed only if a HardState says so, and a torn tail that takes less is safe to cut.
   */
  #durableIndex: number;
  /** The newest HardState, for the head of the next segment. */
  #state: Uint8Array | undefined;
  /** The newest HardState on disk claims less than `#state`. */
  #isCommitHeldBack = false;
  #poison: StorageError | undefined;
  #closed = false;

  private constructor(init: {
    disk: Disk;
    dir: string;
    options: WalOptions;
    metadata: Uint8Array;
    crc: number;
    segments: SegmentName[];
    file: DiskFile;
    offset: number;
    preparedTo: number;
    lastIndex: number;
    state: Uint8Array | undefined;
  }) {
    this.#disk = init.disk;
    this.#dir = init.dir;
    this.#segmentSize = init.options.segmentSizeBytes ?? SEGMENT_SIZE_BYTES;
    this.#keepSegments = init.options.keepSegments ?? DEFAULT_KEEP_SEGMENTS;
    this.#metadata = init.metadata;
    this.#encoder = new WalEncoder(init.crc);
    this.#segments = init.segments;
    this.#file = init.file;
    this.#offset = init.offset;
    this.#preparedTo = init.preparedTo;
    this.#lastIndex = init.lastIndex;
    this.#durableIndex = init.lastIndex;
    this.#state = init.state;
    this.#spare = new SpareSegment(init.disk, init.dir, this.#segmentSize);
    this.#zeros = new ZeroWriter(this.#segmentSize);
  }

  /**
   * Starts the log of a new member: metadata, and a snapshot record at index 0. The log exists once this returns, or not at all.
   * @throws StorageError `Exists`.
   */
  static create(disk: Disk, dir: string, metadata: Uint8Array, options: WalOptions = {}): Wal {
    disk.makeDir(dir);
    const first = segmentName(0, 0);
    if (disk.list(dir).some((name) => name.endsWith(".wal"))) {
      throw new StorageError("Exists", `${dir} holds a write-ahead log already`, { path: dir });
    }
    const spare = new SpareSegment(disk, dir, options.segmentSizeBytes ?? SEGMENT_SIZE_BYTES);
    spare.clean();
    const encoder = new WalEncoder(0);
    encoder.add(RecordType.Crc, undefined);
    encoder.add(RecordType.Metadata, metadata);
    encoder.add(RecordType.Snapshot, encodeWalSnapshot({ index: 0, term: 0, confState: undefined, explicitZeros: 3 }));
    const head = encoder.take();
    const { file, preparedTo } = spare.install(first, head);
    disk.syncDir(parentOf(dir));
    return new Wal({
      disk,
      dir,
      options,
      metadata,
      crc: encoder.crc,
      segments: [first],
      file,
      offset: head.length,
      preparedTo,
      lastIndex: 0,
      state: undefined,
    });
  }

  /**
   * Opens a log behind the snapshot `start` ({index: 0, term: 0} for none), repairing a torn tail.
   * @throws StorageError `NotFound`, `SnapshotNotFound`, `Corrupt`.
   */
  static open(
    disk: Disk,
    dir: string,
    start: WalSnapshot,
    options: WalOptions = {},
  ): { readonly wal: Wal; readonly content: WalContent } {
    const read = readWal(disk, dir, start);
    const last = read.segments[read.segments.length - 1];
    assert(last !== undefined, "a log that was read has a segment");
    const path = `${dir}/${last.name}`;
    if (read.torn) keepBroken(disk, dir, path);
    const file = disk.open(path, "readwrite");
    const size = Math.max(file.size(), options.segmentSizeBytes ?? SEGMENT_SIZE_BYTES);
    rewrite(file, read.lastBytes, size);
    // Names too: the crash may have come before the directory was synced.
    disk.syncDir(dir);
    const state = encodeBatch(read.hardState, [], false).state;
    const wal = new Wal({
      disk,
      dir,
      options,
      metadata: read.metadata,
      crc: read.crc,
      segments: [...read.segments],
      file,
      offset: read.lastBytes.length,
      preparedTo: read.lastBytes.length,
      lastIndex: read.entries[read.entries.length - 1]?.index ?? start.index,
      state,
    });
    wal.#spare.clean();
    const { metadata, hardState, entries } = read;
    return { wal, content: { metadata, hardState, entries } };
  }

  /** Appends entries and HardState, and syncs if `mustSync` says that something depends on it. */
  save(hardState: HardState | undefined, entries: readonly Entry[], mustSync: boolean): void {
    this.append(encodeBatch(hardState, entries, mustSync));
  }

  /** Appends a batch in one write, and syncs if it must. A full segment is left behind it. */
  append(batch: WalBatch): void {
    this.#guard(() => {
      // Entries that are replaced are no longer on disk for sure.
      if (batch.firstIndex !== undefined) this.#durableIndex = Math.min(this.#durableIndex, batch.firstIndex - 1);
      forEachItem(batch.bytes, (type, data) =>
        this.#encoder.add(type, type === RecordType.State ? this.#holdBackCommit(data) : data),
      );
      this.#lastIndex = batch.lastIndex ?? this.#lastIndex;
      this.#state = batch.state ?? this.#state;
      this.stats.saves++;
      this.stats.entries += batch.entryCount;
      this.#writeOut();
      if (this.#offset >= this.#segmentSize) this.#cut();
      else if (batch.mustSync) this.#datasync();
    });
  }

  /** Records that a snapshot is on disk. Always synced: the log before it may be deleted from here on. */
  saveSnapshot(snapshot: WalSnapshot): void {
    this.#guard(() => {
      // A snapshot counts at a restart only if the HardState says that its index is committed.
      this.#catchUpCommit();
      this.#encoder.add(RecordType.Snapshot, encodeWalSnapshot(snapshot));
      this.#lastIndex = Math.max(this.#lastIndex, snapshot.index);
      this.#writeOut();
      this.#datasync();
    });
  }

  /** Makes everything appended so far durable. */
  sync(): void {
    this.#guard(() => this.#datasync());
  }

  /** Deletes segments that hold nothing behind `index`, beyond those that are kept anyway. */
  release(index: number): void {
    this.#guard(() => {
      const needed = this.#segments.findLastIndex((segment) => segment.index <= index);
      const count = Math.min(needed, this.#segments.length - this.#keepSegments);
      for (let i = 0; i < count; i++) {
        const oldest = this.#segments.shift();
        assert(oldest !== undefined, "segments that are needed stay");
        this.#disk.remove(`${this.#dir}/${oldest.name}`);
        // One by one: a later removal that survives a crash without an earlier one would leave a gap.
        this.#disk.syncDir(this.#dir);
      }
    });
  }

  /** Prepares a piece of the room ahead, in this segment or in the next; true while there is more to prepare. For idle moments. */
  prepareNext(): boolean {
    let more = true;
    this.#guard(() => {
      const goal = this.#offset + ROOM_AHEAD_BYTES;
      if (this.#preparedTo < Math.min(goal, this.#segmentSize))
        this.#preparedTo = this.#zeros.write(this.#file, Math.max(this.#preparedTo, this.#offset));
      else if (goal > this.#segmentSize) more = this.#spare.prepare(goal - this.#segmentSize);
      else more = false;
    });
    return more;
  }

  /** Syncs and closes. Idempotent. A poisoned log is closed without another sync. */
  close(): void {
    if (this.#closed) return;
    if (this.#poison === undefined)
      this.#guard(() => {
        this.#catchUpCommit();
        this.#writeOut();
        this.#datasync();
      });
    this.#closed = true;
    this.#spare.close();
    this.#file.close();
  }

  #writeOut(): void {
    const frames = this.#encoder.take();
    this.#file.write(frames, this.#offset);
    this.#offset += frames.length;
    this.stats.bytes += frames.length;
  }

  #datasync(): void {
    this.#file.datasync();
    this.stats.fsyncs++;
    this.#durableIndex = this.#lastIndex;
  }

  /** The HardState as it may be written now. */
  #holdBackCommit(data: Uint8Array): Uint8Array {
    const { term, vote, commit } = decodeHardState(data);
    this.#isCommitHeldBack = commit > this.#durableIndex;
    return this.#isCommitHeldBack ? encodeHardState(newHardState({ term, vote, commit: this.#durableIndex })) : data;
  }

  /** Adds the HardState that was held back, now that its entries are durable. */
  #catchUpCommit(): void {
    if (!this.#isCommitHeldBack) return;
    this.#datasync();
    this.#encoder.add(RecordType.State, this.#state);
    this.#isCommitHeldBack = false;
  }

  /** Leaves the full segment, cut to what it holds, for the next, which repeats metadata and HardState. */
  #cut(): void {
    this.#file.truncate(this.#offset);
    this.#file.sync();
    this.#file.close();
    this.stats.fsyncs++;
    this.#durableIndex = this.#lastIndex;
    this.#isCommitHeldBack = false;
    const last = this.#segments[this.#segments.length - 1];
    assert(last !== undefined, "there is always a segment");
    const next = segmentName(last.sequence + 1, this.#lastIndex + 1);
    this.#encoder.add(RecordType.Crc, undefined);
    this.#encoder.add(RecordType.Metadata, this.#metadata);
    if (this.#state !== undefined) this.#encoder.add(RecordType.State, this.#state);
    const head = this.#encoder.take();
    ({ file: this.#file, preparedTo: this.#preparedTo } = this.#spare.install(next, head));
    this.#offset = head.length;
    this.#segments.push(next);
  }

  /** Runs an operation unless the log is poisoned, and poisons it if the operation fails. */
  #guard(operation: () => void): void {
    if (this.#poison !== undefined) throw this.#poison;
    if (this.#closed) throw new StorageError("Poisoned", `the log in ${this.#dir} is closed`, { path: this.#dir });
    try {
      operation();
    } catch (cause) {
      this.#poison = new StorageError(
        "Poisoned",
        `writing the log in ${this.#dir} failed (${messageOf(cause)}); what was not synced is lost, so this process must end`,
        { path: this.#dir },
        cause,
      );
      throw this.#poison;
    }
  }
}

/** A copy of a torn segment, for whoever wants to know what the crash left. */
function keepBroken(disk: Disk, dir: string, path: string): void {
  const from = disk.open(path, "read");
  const bytes = new Uint8Array(from.size());
  from.read(bytes, 0);
  from.close();
  const target = `${path}.broken`;
  if (disk.exists(target)) disk.remove(target);
  const to = disk.open(target, "create");
  to.write(bytes, 0);
  to.sync();
  to.close();
  disk.syncDir(dir);
}

/**
 * Writes the valid bytes again and zeros behind them. Bytes read back after a crash may come from a page whose sync had failed: clean
 * in memory, absent on disk. Written again and synced, what was read is what is there.
 */
function rewrite(file: DiskFile, bytes: Uint8Array, size: number): void {
  file.write(bytes, 0);
  file.truncate(bytes.length);
  file.truncate(size);
  file.sync();
}
