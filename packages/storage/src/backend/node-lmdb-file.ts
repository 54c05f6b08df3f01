/**
 * Opening and making the LMDB file, with the settings that make it trustworthy, and the words for what goes wrong. A new file is made
 * under another name and renamed when it is whole, so a file that exists under its name and is not whole is damaged.
 */
import { chmodSync, closeSync, existsSync, fsyncSync, openSync, readSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { BUCKETS, type BucketName, fail, messageOf } from "@quorate/base";
import { StorageError } from "../errors.ts";
import { HEADER_AREA_BYTES, parseLmdbHeader } from "./lmdb-header.ts";
import { type LmdbRoot, type LmdbTable, openLmdb } from "./node-lmdb.ts";

/** LMDB's limit on keys for pages of 4 KiB. User keys never are LMDB keys. */
export const MAX_KEY_BYTES = 1978;
const FILE_MODE = 0o600;
const MAX_DBS = 16;
const MAX_READERS = 1024;
/** How liblmdb names it in its messages. */
const MAP_FULL = "MDB_MAP_FULL";
const DAMAGED = /MDB_(CORRUPTED|INVALID|PAGE_NOTFOUND|VERSION_MISMATCH|INCOMPATIBLE)/;

export type LmdbFile = { readonly root: LmdbRoot; readonly tables: Readonly<Record<BucketName, LmdbTable>> };
/** How stored bytes are read. The library calls both with memory that it uses again; in a range, the key first. */
export type RowReader = {
  readonly key: (memory: Uint8Array, start: number, end: number) => Uint8Array;
  readonly value: (bucket: BucketName, stored: Uint8Array) => Uint8Array;
};
/** For who reads keys only. */
export const keysOnly: RowReader = {
  // A Buffer's own `slice` would share the memory.
  key: (memory, start, end) => new Uint8Array(memory.subarray(start, end)),
  value: () => fail("this side of the backend reads no values"),
};

export type OpenOptions = {
  readonly file: string;
  readonly mapSizeBytes: number;
  readonly readOnly: boolean;
  readonly rows: RowReader;
};

/** Opens a file that exists. @throws StorageError where it is not ours. */
export function openLmdbFile(options: OpenOptions): LmdbFile {
  return openTables(options, false);
}

/** Makes an empty file with all buckets, durably. */
export function createLmdbFile(file: string, mapSizeBytes: number): Promise<void> {
  const fresh = `${file}.tmp`;
  removeLmdbFile(fresh);
  const { root } = openTables({ file: fresh, mapSizeBytes, readOnly: false, rows: keysOnly }, true);
  return root.close().then(() => putInPlace(fresh, file));
}

/** Renames a file that is whole and closed to `file`, durably. What was there is gone; after a crash it is one or the other. */
export function putInPlace(fresh: string, file: string): void {
  rmSync(`${fresh}-lock`, { force: true });
  syncPath(fresh);
  renameSync(fresh, file);
  syncPath(dirname(file));
}

/** Removes a file that nobody has open, if it is there. */
export function removeLmdbFile(file: string): void {
  rmSync(file, { force: true });
  rmSync(`${file}-lock`, { force: true });
}

/** Looks at an existing file without LMDB. @throws StorageError where LMDB should not be let near it. */
export function inspectLmdbFile(file: string): boolean {
  if (!existsSync(file)) return false;
  const { size } = statSync(file);
  const header = parseLmdbHeader(readStart(file, Math.min(size, HEADER_AREA_BYTES)));
  if (typeof header === "string") throw unusable(file, header);
  if (size < header.usedBytes) throw unusable(file, `it is truncated: ${size} of ${header.usedBytes} bytes are left`);
  chmodSync(file, FILE_MODE);
  return true;
}

/** Any failure while opening or committing, as a sentence for an operator. */
export function lmdbFailure(file: string, doing: string, error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  if (messageOf(error).includes(MAP_FULL)) return mapFull(file);
  if (DAMAGED.test(messageOf(error))) return unusable(file, messageOf(error));
  // A full disk is a short write for LMDB, which it reports as an input/output error.
  return new StorageError(
    "IoFailed",
    `${doing} ${file} failed: ${messageOf(error)}; is the disk full or failing?`,
    { path: file },
    error,
  );
}

/** There is no room in the map, which the quota should have seen long before. */
export function mapFull(file: string): StorageError {
  return new StorageError("NoSpace", `a commit to ${file} failed: its map is full; raise the quota`, { path: file });
}

/** The file cannot be trusted. */
export function unusable(file: string, problem: string): StorageError {
  return new StorageError(
    "Corrupt",
    `${file} cannot be used: ${problem}; remove it only if the write-ahead log holds the whole history, else replace this member`,
    { path: file },
  );
}

function openTables({ file, mapSizeBytes, readOnly, rows }: OpenOptions, create: boolean): LmdbFile {
  const root = openLmdb({
    path: file,
    noSubdir: true,
    readOnly,
    mapSize: mapSizeBytes,
    maxDbs: MAX_DBS,
    maxReaders: MAX_READERS,
    permissionsMode: FILE_MODE,
    // A commit is visible only when it is on the disk; after a failed sync nothing of it is.
    overlappingSync: false,
    safeRestore: true,
    noSync: false,
    noMetaSync: false,
    mapAsync: false,
    // A stray pointer or a full disk must not reach the file through the map.
    useWritemap: false,
    // Unused bytes of pages are zero, not what the heap held.
    noMemInit: false,
    noReadAhead: false,
    remapChunks: false,
    cache: false,
    compression: false,
    encoding: "binary",
    keyEncoding: "binary",
  });
  try {
    return { root, tables: openBuckets(root, file, rows, create) };
  } catch (error) {
    // Nothing was written: letting go of it cannot fail in a way that matters more than this.
    void root.close();
    throw error;
  }
}

function openBuckets(root: LmdbRoot, file: string, rows: RowReader, create: boolean): LmdbFile["tables"] {
  const keyEncoder = { writeKey, readKey: rows.key };
  const tables = {} as Record<BucketName, LmdbTable>;
  for (const bucket of BUCKETS) {
    const encoder = {
      encode: (value: Uint8Array) => value,
      decode: (stored: Uint8Array) => rows.value(bucket, stored),
    };
    const settings = { name: bucket, keyEncoder, encoder, create };
    const table = root.openDB(settings);
    if (table === undefined) throw unusable(file, `it has no bucket "${bucket}", so it is not a backend of ours`);
    tables[bucket] = table;
  }
  return tables;
}

function writeKey(key: Uint8Array, target: Uint8Array, at: number): number {
  target.set(key, at);
  return at + key.length;
}

function readStart(file: string, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const fd = openSync(file, "r");
  try {
    let at = 0;
    while (at < length) {
      const count = readSync(fd, bytes, at, length - at, at);
      if (count === 0) break;
      at += count;
    }
  } finally {
    closeSync(fd);
  }
  return bytes;
}

function syncPath(path: string): void {
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
