/**
 * The backend over LMDB as its host sees it. Changes are buffered here; the writer's thread makes them durable; reads see the buffer
 * over the file. After a failed commit every call throws, and the process must end: the log rebuilds what was not committed.
 *
 *     put, delete -> open buffer --startCommit--> sealed buffer --writer: one transaction--> file
 *     get, range  <- open buffer  over            sealed buffer  over                        file
 */
import type { FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import {
  type AppliedPosition,
  assert,
  type BackendReader,
  type BackendSnapshot,
  type BucketName,
  compareBytes,
  type HostBackend,
  RingQueue,
} from "@quorate/base";
import { StorageError } from "../errors.ts";
import { type DataDirLock, lockDataDir } from "../node-lock.ts";
import type { BackendObserver } from "../observer.ts";
import type { BackendStats } from "./backend-protocol.ts";
import { ChangeLog, type Chunk } from "./change-log.ts";
import type { ImageExport, ImageJobInit } from "./image-protocol.ts";
import { appliedOf, CONSISTENT_INDEX_KEY, TERM_KEY, uint64Bytes } from "./meta-rows.ts";
import { Defragmentation, type DefragmentHost, removeUnfinishedCopy } from "./node-defragment.ts";
import { ImageJob } from "./node-image-job.ts";
import type { Transaction } from "./node-lmdb.ts";
import { lmdbFailure, MAX_KEY_BYTES, unusable } from "./node-lmdb-file.ts";
import { LmdbReader, type Row, type RowCursor, visitRows } from "./node-lmdb-reader.ts";
import { type Committed, type WriterEvents, WriterThread } from "./node-writer-thread.ts";
import { type ChangeCursor, Overlay } from "./overlay.ts";
import { BUCKET_NUMBER } from "./row-checksum.ts";

/** Snapshots that may be open; a lagging follower or an operator takes one each. */
const MAX_SNAPSHOTS = 8;
/** Images and hashes that may be under way, each with a thread of its own. */
const MAX_IMAGE_JOBS = 4;
/** A host that lets the buffer grow beyond this has lost the disk. */
const MAX_BUFFERED_BYTES = 512 * 1024 * 1024;
/** Beyond this share of the map, snapshots are given up, oldest first: they keep free pages from being used again. */
const SNAPSHOT_ROOM = 0.75;
/** The map is address space, not memory or disk; room for what snapshots keep alive besides the quota. */
const MAP_PER_QUOTA = 4;
const MIN_MAP_BYTES = 1024 * 1024 * 1024;

export type LmdbBackendOptions = {
  /** Path of the file; its directory exists and belongs to this backend. */
  readonly file: string;
  /** Size of the address space, from `mapSizeForQuota`. Fixed while the file is open. */
  readonly mapSizeBytes: number;
  /** Called after each finished commit. */
  readonly onCommitted?: (position: AppliedPosition) => void;
  readonly observer?: BackendObserver;
  /** Called once, when the backend can no longer be trusted. */
  readonly onFailure: (error: StorageError) => void;
};

/** A map that a backend of this quota never fills, because the quota refuses writes long before. */
export function mapSizeForQuota(quotaBytes: number): number {
  return Math.max(MIN_MAP_BYTES, MAP_PER_QUOTA * quotaBytes);
}

/** Opens the backend, and makes it where there is none. @throws StorageError `Locked`, `Corrupt`, `IoFailed` */
export async function openLmdbBackend(options: LmdbBackendOptions): Promise<LmdbBackend> {
  const lock = await lockDataDir(dirname(options.file));
  removeUnfinishedCopy(options.file);
  const backend = new LmdbBackend(options, lock);
  try {
    return await backend.opened();
  } catch (error) {
    await backend.close();
    throw lmdbFailure(options.file, "opening", error);
  }
}

type Pinned = {
  readonly reader: LmdbReader;
  readonly transaction: Transaction;
  state: "open" | "expired" | "closed";
};

/** What reads a file that was replaced. */
type Retired = {
  readonly writer: WriterThread;
  readonly reader: LmdbReader;
  readonly jobs: readonly ImageJob[];
  readonly file: FileHandle;
};

/** What defragmentation did. */
export type Defragmented = { readonly sizeBytesBefore: number; readonly sizeBytesAfter: number };

class LmdbBackend implements HostBackend {
  readonly #options: LmdbBackendOptions;
  readonly #lock: DataDirLock;
  #writer: WriterThread;
  readonly #log = new ChangeLog();
  readonly #overlay = new Overlay();
  readonly #snapshots = new RingQueue<Pinned>(MAX_SNAPSHOTS);
  /** In the order in which they began. */
  readonly #jobs = new Set<ImageJob>();
  #reader: LmdbReader | undefined;
  /** Files that defragmentation has replaced, while snapshots still read them; settles when they are let go. */
  #retired: Promise<void> = Promise.resolve();
  #wakeRetired: (() => void) | undefined;
  #stats: BackendStats = { sizeBytes: 0, sizeInUseBytes: 0, mapSizeBytes: 0 };
  #bufferedChanges = 0;
  #committed: AppliedPosition = { index: 0, term: 0 };
  #underWay: AppliedPosition | undefined;
  /** Who wants that no commit reaches the writer for a moment. */
  #holds = 0;
  /** The commit under way, while it may not reach the writer yet. */
  #heldBack: Chunk[] | undefined;
  /** Commits that were started. */
  #commits = 0;
  /** Told when no commit is at the writer any more. */
  #wakeIdle: (() => void)[] = [];
  #defragmentation: { readonly work: Defragmentation; readonly finished: Promise<void> } | undefined;
  #failure: StorageError | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: LmdbBackendOptions, lock: DataDirLock) {
    this.#options = options;
    this.#lock = lock;
    const { file, mapSizeBytes } = options;
    this.#writer = new WriterThread({ file, mapSizeBytes }, this.#events);
  }

  async opened(): Promise<this> {
    this.#stats = await this.#writer.whenOpen;
    this.#reader = new LmdbReader(this.#options.file, this.#options.mapSizeBytes);
    this.#committed = this.#positionIn(this.#reader);
    return this;
  }

  get bufferedChanges(): number {
    return this.#bufferedChanges;
  }

  /** Bytes of the changes behind `bufferedChanges`. */
  get bufferedBytes(): number {
    return this.#log.sizeBytes;
  }

  get committed(): AppliedPosition {
    return this.#committed;
  }

  /** Figures of the file after the last commit. */
  get stats(): BackendStats {
    return this.#stats;
  }

  get(bucket: BucketName, key: Uint8Array): Uint8Array | undefined {
    const reader = this.#check();
    const change = this.#overlay.get(bucket, key);
    return change === undefined ? reader.get(bucket, key) : change.value;
  }

  range(
    bucket: BucketName,
    from: Uint8Array,
    to: Uint8Array | undefined,
    visit: (key: Uint8Array, value: Uint8Array) => boolean,
  ): void {
    const reader = this.#check();
    if (to !== undefined && compareBytes(from, to) >= 0) return;
    const changes = this.#overlay.changes(bucket, from, to);
    const rows = reader.rows(bucket, from, to);
    visitRows(changes === undefined ? rows : overlaid(rows, changes), visit);
  }

  put(bucket: BucketName, key: Uint8Array, value: Uint8Array): void {
    this.#check();
    this.#checkKey(bucket, key);
    this.#overlay.set(bucket, key, value);
    this.#log.put(BUCKET_NUMBER[bucket], key, value);
    this.#bufferedChanges++;
    if (this.#log.sizeBytes > MAX_BUFFERED_BYTES)
      this.#fail(this.#error("IoFailed", "changes come faster than commits"));
  }

  delete(bucket: BucketName, key: Uint8Array): void {
    this.#check();
    this.#checkKey(bucket, key);
    this.#overlay.set(bucket, key, undefined);
    this.#log.remove(BUCKET_NUMBER[bucket], key);
    this.#bufferedChanges++;
  }

  startCommit(applied: AppliedPosition): boolean {
    this.#check();
    if (this.#underWay !== undefined) return false;
    assert(applied.index >= this.#committed.index, "the applied index does not go back");
    this.put("meta", CONSISTENT_INDEX_KEY, uint64Bytes(applied.index));
    this.put("meta", TERM_KEY, uint64Bytes(applied.term));
    const chunks = this.#log.take();
    this.#overlay.seal();
    this.#bufferedChanges = 0;
    this.#underWay = applied;
    this.#commits++;
    if (this.#holds > 0) this.#heldBack = chunks;
    else this.#writer.commit(chunks);
    return true;
  }

  /** Settles once the commits that its host makes hold every change of now. @throws StorageError where there is no backend any more */
  async flushed(): Promise<void> {
    this.#check();
    const wanted = this.#commits + (this.#bufferedChanges > 0 ? 1 : 0);
    while (this.#failure === undefined && this.#commits - (this.#underWay === undefined ? 0 : 1) < wanted) {
      await new Promise<void>((resolve) => {
        this.#wakeIdle.push(resolve);
      });
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** @throws StorageError `SnapshotExpired` where too many are open. */
  snapshot(): BackendSnapshot {
    const reader = this.#check();
    const pinned: Pinned = { reader, transaction: reader.pin(), state: "open" };
    this.#forgetClosed();
    if (!this.#snapshots.push(pinned)) {
      reader.unpin(pinned.transaction);
      throw this.#error("SnapshotExpired", `${MAX_SNAPSHOTS} snapshots are open already`);
    }
    const rows = reader.at(pinned.transaction);
    const check = (): void => {
      this.#check();
      if (pinned.state !== "open") throw this.#error("SnapshotExpired", `the snapshot is ${pinned.state}`);
    };
    return {
      // From the transaction itself: it may be newer than the last commit that was reported.
      applied: this.#positionIn(rows),
      get: (bucket, key) => {
        check();
        return rows.get(bucket, key);
      },
      range: (bucket, from, to, visit) => {
        check();
        rows.range(bucket, from, to, visit);
      },
      close: () => this.#unpin(pinned, "closed"),
    };
  }

  /**
   * The bbolt image, read by a thread of its own. Of exactly `committed` where no commit is under way, for one that starts now is held back
   * until the view is taken (50 ms); else of that or of the one under way, as `applied` says.
   * @throws StorageError `SnapshotExpired` where too many are under way, and later, like a snapshot.
   */
  async exportImage(): Promise<ImageExport> {
    const job = await this.#startJob("image");
    return job.image();
  }

  /**
   * The image, and a snapshot of the same commit for who must know more of it than its position. The caller closes both.
   * @throws StorageError like `exportImage`
   */
  async exportSnapshot(): Promise<{ readonly snapshot: BackendSnapshot; readonly image: ImageExport }> {
    this.#check();
    let job: Promise<ImageJob>;
    let snapshot: BackendSnapshot;
    await this.#hold();
    try {
      snapshot = this.snapshot();
      job = this.#startJob("image");
    } finally {
      this.#release();
    }
    try {
      const image = await (await job).image();
      assert(image.applied.index === snapshot.applied.index, "an image and its snapshot are of one commit");
      return { snapshot, image };
    } catch (error) {
      snapshot.close();
      throw error;
    }
  }

  /** etcd's Maintenance.Hash over the same view as `exportImage` would take, by a thread of its own. */
  async hash(): Promise<{ readonly hash: number; readonly applied: AppliedPosition }> {
    const job = await this.#startJob("hash");
    return job.hash();
  }

  /**
   * Gives the space of free pages back to the disk. Reads and commits go on; the last commits wait while they are copied.
   * @throws StorageError `Busy` while one is under way, `Aborted` where it was given up; whatever it throws, the backend goes on as it was
   */
  async defragment(): Promise<Defragmented> {
    this.#check();
    if (this.#defragmentation !== undefined) throw this.#error("Busy", "a defragmentation is under way already");
    const before = this.#stats;
    const work = new Defragmentation(this.#options.file, before, this.#defragmentHost());
    const run = work.run();
    // For `close`, which waits but leaves the outcome to who asked for it.
    const finished = run.then(
      () => undefined,
      () => undefined,
    );
    this.#defragmentation = { work, finished };
    try {
      await run;
    } finally {
      this.#defragmentation = undefined;
    }
    return { sizeBytesBefore: before.sizeBytes, sizeBytesAfter: this.#stats.sizeBytes };
  }

  /** Waits for a commit under way, then lets the file go. What is buffered is dropped. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#defragmentation?.work.abort("the backend is closed");
    for (const pinned of this.#snapshots.drain()) this.#unpin(pinned, "closed");
    await Promise.all(Array.from(this.#jobs, (job) => job.close()));
    await this.#defragmentation?.finished;
    this.#sendHeldBack();
    // The writer first: the last one to close takes the environment down, and that must be the thread that read through it.
    await this.#writer.close();
    this.#failure ??= this.#error("Poisoned", "the backend is closed");
    for (const wake of this.#wakeIdle.splice(0)) wake();
    await this.#retired;
    await this.#reader?.close();
    await this.#lock.release();
  }

  #finish({ chunks, stats, seconds }: Committed): void {
    const position = this.#underWay;
    assert(position !== undefined, "a finished commit was started");
    // Reads must see the commit before the sealed changes, which told the same, go.
    this.#reader?.renew();
    this.#overlay.dropSealed();
    if (this.#defragmentation === undefined) this.#log.recycle(chunks);
    else this.#defragmentation.work.keep(chunks);
    this.#stats = stats;
    this.#options.observer?.committed(seconds);
    this.#committed = position;
    this.#underWay = undefined;
    for (const wake of this.#wakeIdle.splice(0)) wake();
    if (stats.sizeBytes > SNAPSHOT_ROOM * stats.mapSizeBytes) this.#makeRoom();
    this.#options.onCommitted?.(position);
  }

  async #startJob(work: ImageJobInit["work"]): Promise<ImageJob> {
    this.#check();
    if (this.#jobs.size >= MAX_IMAGE_JOBS)
      throw this.#error("SnapshotExpired", `${MAX_IMAGE_JOBS} images are under way already`);
    const { file, mapSizeBytes } = this.#options;
    const job = new ImageJob({ file, mapSizeBytes, work });
    this.#jobs.add(job);
    void job.whenEnded.then(() => this.#jobs.delete(job));
    this.#holds++;
    await job.pinned();
    this.#release();
    return job;
  }

  /** Holds commits back until `#release`; settles when none is at the writer. @throws StorageError where there is no backend any more */
  async #hold(): Promise<void> {
    this.#holds++;
    while (this.#failure === undefined && this.#underWay !== undefined && this.#heldBack === undefined) {
      await new Promise<void>((resolve) => {
        this.#wakeIdle.push(resolve);
      });
    }
    if (this.#failure === undefined) return;
    this.#release();
    throw this.#failure;
  }

  #release(): void {
    this.#holds--;
    if (this.#holds === 0) this.#sendHeldBack();
  }

  #sendHeldBack(): void {
    const chunks = this.#heldBack;
    this.#heldBack = undefined;
    if (chunks !== undefined) this.#writer.commit(chunks);
  }

  #positionIn(reader: Pick<BackendReader, "get">): AppliedPosition {
    const position = appliedOf(reader);
    if (position === undefined) throw unusable(this.#options.file, "its applied position is no number");
    return position;
  }

  /** Views keep pages from being used again; the oldest goes first. */
  #makeRoom(): void {
    const oldest = this.#snapshots.shift();
    if (oldest !== undefined) this.#unpin(oldest, "expired");
    for (const job of this.#jobs) job.stop(this.#error("SnapshotExpired", "the image kept too much of the file alive"));
    this.#defragmentation?.work.abort("the file grows too fast");
  }

  #unpin(pinned: Pinned, state: "expired" | "closed"): void {
    if (pinned.state !== "open") return;
    pinned.state = state;
    pinned.reader.unpin(pinned.transaction);
    this.#wakeRetired?.();
  }

  #defragmentHost(): DefragmentHost {
    return {
      hold: () => this.#hold(),
      release: () => this.#release(),
      recycle: (chunks) => this.#log.recycle(chunks),
      switchTo: ({ writer, reader, stats, oldFile }) => {
        assert(this.#reader !== undefined, "what is defragmented is open");
        const old: Retired = { writer: this.#writer, reader: this.#reader, jobs: [...this.#jobs], file: oldFile };
        writer.events = this.#events;
        this.#writer = writer;
        this.#reader = reader;
        this.#stats = stats;
        const before = this.#retired;
        this.#retired = before.then(() => this.#retire(old));
      },
      fail: (error) => this.#fail(error),
    };
  }

  /** Lets a file go that was replaced, once nobody reads it. In this order: see `close`. */
  async #retire(old: Retired): Promise<void> {
    await old.writer.close();
    await Promise.all(old.jobs.map((job) => job.whenEnded));
    while (old.reader.pins > 0) {
      await new Promise<void>((resolve) => {
        this.#wakeRetired = resolve;
      });
    }
    await old.reader.close();
    await old.file.close();
  }

  get #events(): WriterEvents {
    return { onCommitted: (reply) => this.#finish(reply), onFailure: (error) => this.#fail(error) };
  }

  #forgetClosed(): void {
    for (const pinned of this.#snapshots.drain()) if (pinned.state === "open") this.#snapshots.push(pinned);
  }

  #check(): LmdbReader {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#closed !== undefined) throw this.#error("Poisoned", "the backend is closed");
    assert(this.#reader !== undefined, "the backend is open");
    return this.#reader;
  }

  #checkKey(bucket: BucketName, key: Uint8Array): void {
    if (key.length > 0 && key.length <= MAX_KEY_BYTES) return;
    throw this.#error(
      "IoFailed",
      `a key of bucket "${bucket}" has ${key.length} bytes; 1 to ${MAX_KEY_BYTES} are possible`,
    );
  }

  #fail(error: StorageError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    for (const wake of this.#wakeIdle.splice(0)) wake();
    if (this.#reader !== undefined) this.#options.onFailure(error);
  }

  #error(code: StorageError["code"], message: string): StorageError {
    return new StorageError(code, `${this.#options.file}: ${message}`, { path: this.#options.file });
  }
}

export type { LmdbBackend };

/** Committed rows with newer changes over them. */
function overlaid(rows: RowCursor, changes: ChangeCursor): RowCursor {
  let row = rows.next();
  const next = (): Row | undefined => {
    for (;;) {
      const change = changes.current;
      if (change === undefined || (row !== undefined && compareBytes(row.key, change.key) < 0)) {
        const out = row;
        if (row !== undefined) row = rows.next();
        return out;
      }
      if (row !== undefined && compareBytes(row.key, change.key) === 0) row = rows.next();
      changes.next();
      const { key, value } = change;
      if (value !== undefined) return { key, value };
    }
  };
  return { next, end: rows.end };
}
