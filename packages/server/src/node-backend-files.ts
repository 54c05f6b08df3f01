/**
 * Which file is a member's backend. A received snapshot becomes a backend beside the one in use, so that readers go on until the new one
 * is whole; each has a directory of its own, named by the index that it began with, and the highest one that is whole counts:
 *
 *     member/backend/0000000000000000/db.lmdb     began empty
 *     member/backend/00000000000186a0/db.lmdb     began with a snapshot at 100,000
 */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { formatConfState } from "@quorate/machine";
import { encodeUtf8, type SnapshotMetadata } from "@quorate/proto";
import { cleanSnapDir, type DataDir, importImage, mapSizeForQuota, snapDbName } from "@quorate/storage";

/** The address space of a backend without a quota. */
const UNLIMITED_MAP_BYTES = 2 ** 40;
const FILE_NAME = "db.lmdb";
const NAME_DIGITS = 16;
/** Beside its images etcd keeps its backend. */
const ETCD_BACKEND_NAME = "db";

export function mapBytes(quotaBytes: number): number {
  return Number.isFinite(quotaBytes) ? mapSizeForQuota(quotaBytes) : UNLIMITED_MAP_BYTES;
}

/** The backend in use; undefined where there is none. */
export function findBackend(dir: DataDir): string | undefined {
  const root = rootOf(dir);
  if (!existsSync(root)) return undefined;
  const whole = readdirSync(root)
    .filter((name) => /^[0-9a-f]{16}$/.test(name) && existsSync(join(root, name, FILE_NAME)))
    .sort();
  const newest = whole[whole.length - 1];
  return newest === undefined ? undefined : join(root, newest, FILE_NAME);
}

/** The path of a backend that begins at `index`; its directory is made. */
export function newBackendFile(dir: DataDir, index: number): string {
  const root = rootOf(dir);
  const own = join(root, index.toString(16).padStart(NAME_DIGITS, "0"));
  mkdirSync(own, { recursive: true, mode: 0o700 });
  for (const parent of [root, dirname(root)]) syncDir(parent);
  return join(own, FILE_NAME);
}

/** Removes every backend but this one: those before it, and such that were not finished. */
export function removeOtherBackends(dir: DataDir, file: string): void {
  const root = rootOf(dir);
  for (const name of readdirSync(root)) {
    if (join(root, name, FILE_NAME) !== file) rmSync(join(root, name), { recursive: true, force: true });
  }
}

/** The image that belongs to a received snapshot. */
export function imageFile(dir: DataDir, { index }: Pick<SnapshotMetadata, "index">): string {
  return join(dir.snap, snapDbName(index));
}

/**
 * Makes a backend out of a received image. Position and configuration are the snapshot's: an image may say something else, such as one
 * that was restored from a file.
 */
export async function importSnapshot(dir: DataDir, metadata: SnapshotMetadata, quotaBytes: number): Promise<string> {
  const file = newBackendFile(dir, metadata.index);
  const row = (key: string, value: Uint8Array) => ({ bucket: "meta", key: encodeUtf8(key), value }) as const;
  const rows = [
    row("confState", encodeUtf8(formatConfState(metadata.confState))),
    row("consistent_index", bigEndian(metadata.index)),
    row("term", bigEndian(metadata.term)),
  ];
  await importImage({ image: imageFile(dir, metadata), file, mapSizeBytes: mapBytes(quotaBytes), rows });
  return file;
}

/** Images that are in a backend are of no use any more. */
export async function removeImages(dir: DataDir, upToIndex: number): Promise<void> {
  await cleanSnapDir(dir.snap, { belowIndex: upToIndex + 1 });
}

/** The same at a start, when nobody receives one: what was cut short goes, too. */
export async function removeImagesAtStart(dir: DataDir, upToIndex: number): Promise<void> {
  await cleanSnapDir(dir.snap, { belowIndex: upToIndex + 1, backendName: ETCD_BACKEND_NAME });
}

function rootOf(dir: DataDir): string {
  return join(dirname(dir.snap), "backend");
}

function bigEndian(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}

function syncDir(path: string): void {
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
