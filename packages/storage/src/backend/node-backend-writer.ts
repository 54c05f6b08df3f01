/**
 * The one writer of a backend's file: it lives on a thread of its own, because a commit blocks until the disk has it. One batch is one
 * transaction. A commit that failed is never followed by another.
 */
import { statSync, truncateSync } from "node:fs";
import { BUCKETS, compareBytes } from "@quorate/base";
import type { BackendStats } from "./backend-protocol.ts";
import { type Chunk, readChanges } from "./change-log.ts";
import type { LmdbTable, PageCounts } from "./node-lmdb.ts";
import {
  createLmdbFile,
  inspectLmdbFile,
  keysOnly,
  type LmdbFile,
  mapFull,
  openLmdbFile,
  unusable,
} from "./node-lmdb-file.ts";
import { CHECKSUM_BYTES, rowChecksum, writeChecksum } from "./row-checksum.ts";

/**
 * The file is kept longer than its used part by this and twice the batch, as a hole that costs no disk: LMDB may leave the last pages
 * unwritten when they are free, and then a sound file would look truncated.
 */
const SLACK_BYTES = 16 * 1024 * 1024;
const APPEND = { append: true } as const;

export class BackendWriter {
  #file: string;
  readonly #mapSizeBytes: number;
  readonly #lmdb: LmdbFile;
  readonly #tables: readonly LmdbTable[];
  /** The last key of each bucket: keys above it are appended, which is faster and fills pages whole. */
  readonly #lastKeys: (Uint8Array | undefined)[];
  #stats: BackendStats;
  #fileBytes: number;

  private constructor(file: string, mapSizeBytes: number, lmdb: LmdbFile) {
    this.#file = file;
    this.#mapSizeBytes = mapSizeBytes;
    this.#lmdb = lmdb;
    this.#tables = BUCKETS.map((bucket) => lmdb.tables[bucket]);
    this.#lastKeys = this.#tables.map(lastKeyOf);
    this.#fileBytes = statSync(file).size;
    this.#stats = this.#measure();
  }

  /** Opens the file, and makes it first where there is none. @throws StorageError */
  static async open(file: string, mapSizeBytes: number): Promise<BackendWriter> {
    if (!inspectLmdbFile(file)) await createLmdbFile(file, mapSizeBytes);
    const lmdb = openLmdbFile({ file, mapSizeBytes, readOnly: false, rows: keysOnly });
    lmdb.root.readerCheck();
    return new BackendWriter(file, mapSizeBytes, lmdb);
  }

  get stats(): BackendStats {
    return this.#stats;
  }

  /** Writes all changes in one transaction; when it returns they are on the disk. */
  commit(chunks: readonly Chunk[]): void {
    const batchBytes = chunks.reduce((sum, { length }) => sum + length, 0);
    this.#checkRoom(batchBytes);
    this.#keepSlack(batchBytes);
    this.#lmdb.root.transactionSync(() => {
      for (const chunk of chunks) readChanges(chunk, (bucket, key, room) => this.#write(bucket, key, room));
    });
    this.#stats = this.#measure();
  }

  /** Its file has another name now. */
  renamed(file: string): void {
    this.#file = file;
  }

  close(): Promise<void> {
    return this.#lmdb.root.close();
  }

  #write(bucket: number, key: Uint8Array, room: Uint8Array | undefined): void {
    const table = this.#tables[bucket]!;
    if (room === undefined) {
      // Where this was the last key, appending only above it stays right.
      table.removeSync(key);
      return;
    }
    const end = room.length - CHECKSUM_BYTES;
    writeChecksum(room, end, rowChecksum(bucket, key, room, 0, end));
    const last = this.#lastKeys[bucket];
    if (last === undefined || compareBytes(key, last) > 0) {
      if (!table.putSync(key, room, APPEND)) throw new Error("a key above the last one was not accepted at the end");
      // A view would keep pointing into a chunk that is used again.
      if (last !== undefined && last.length === key.length) last.set(key);
      else this.#lastKeys[bucket] = key.slice();
    } else table.putSync(key, room);
  }

  /** The library enlarges a map that is full without a word; the bound is kept here, before anything is written. */
  #checkRoom(batchBytes: number): void {
    if (this.#stats.sizeInUseBytes + 2 * batchBytes > this.#mapSizeBytes) throw mapFull(this.#file);
  }

  #keepSlack(batchBytes: number): void {
    const wanted = this.#stats.sizeBytes + 2 * batchBytes + SLACK_BYTES;
    if (this.#fileBytes >= wanted) return;
    this.#fileBytes = wanted + SLACK_BYTES;
    truncateSync(this.#file, this.#fileBytes);
  }

  #measure(): BackendStats {
    const { root } = this.#lmdb;
    const stats = root.getStats();
    let pages = 2 + pagesOf(stats) + pagesOf(stats.free);
    for (const table of this.#tables) pages += pagesOf(table.getStats());
    const sizeBytes = (stats.lastPageNumber + 1) * stats.pageSize;
    if (pages * stats.pageSize > sizeBytes) throw unusable(this.#file, "it counts more pages in use than it has");
    root.resetReadTxn();
    return { sizeBytes, sizeInUseBytes: pages * stats.pageSize, mapSizeBytes: this.#mapSizeBytes };
  }
}

function pagesOf(counts: PageCounts): number {
  return counts.treeBranchPageCount + counts.treeLeafPageCount + counts.overflowPages;
}

/** The end is said to be open: the library would else stop short of the key of one zero byte. */
function lastKeyOf(table: LmdbTable): Uint8Array | undefined {
  for (const key of table.getKeys({ reverse: true, limit: 1, end: undefined })) return new Uint8Array(key);
  return undefined;
}
