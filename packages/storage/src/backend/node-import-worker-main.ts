/** Makes a backend's file out of a bbolt image, on a thread that may block. Whole and synced under its name, or nothing. */
import { dirname } from "node:path";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { assert, BUCKETS, type BucketName, latin1FromBytes } from "@quorate/base";
import { BboltError } from "../bbolt/errors.ts";
import { openFileSource } from "../bbolt/node-file-source.ts";
import { BboltImage } from "../bbolt/reader.ts";
import type { ImageSource } from "../bbolt/source.ts";
import { StorageError } from "../errors.ts";
import { checkRoomFor } from "../node-disk-room.ts";
import type { Imported, ImportOptions, ImportReply } from "./import-protocol.ts";
import { appliedOf } from "./meta-rows.ts";
import { BackendFiller } from "./node-backend-filler.ts";
import { lmdbFailure, putInPlace } from "./node-lmdb-file.ts";

/** A bucket of etcd's own tests, which some versions make. */
const TEST_BUCKET = "test";

async function main(port: MessagePort, options: ImportOptions): Promise<void> {
  const reply = (message: ImportReply): void => port.postMessage(message);
  try {
    const source = openFileSource(options.image);
    try {
      reply({ kind: "imported", imported: await importFrom(source, options) });
    } finally {
      source.close();
    }
  } catch (error) {
    const { code, message } = importFailure(options, error);
    reply({ kind: "failed", code, message });
  }
}

async function importFrom(source: ImageSource, options: ImportOptions): Promise<Imported> {
  const image = new BboltImage(source);
  checkRoomFor(image.byteLength, dirname(options.file));
  const fresh = `${options.file}.tmp`;
  const filler = await BackendFiller.create(fresh, options.mapSizeBytes);
  try {
    const applied = copyRows(image, filler, options.image);
    filler.flush();
    for (const { bucket, key, value } of options.rows ?? []) filler.replace(bucket, key, value);
    filler.flush();
    const { rows } = filler;
    const { sizeBytes } = filler.writer.stats;
    await filler.close();
    putInPlace(fresh, options.file);
    return { applied, rows, sizeBytes };
  } catch (error) {
    await filler.discard();
    throw error;
  }
}

/** Copies all rows. Returns the position that the image is applied to. */
function copyRows(image: BboltImage, filler: BackendFiller, path: string): Imported["applied"] {
  const meta = new Map<string, Uint8Array>();
  for (const bucket of image.buckets()) {
    const name = latin1FromBytes(bucket.name);
    if (name === TEST_BUCKET) continue;
    if (!isBucket(name)) throw unfit(path, `it has a bucket "${name}", which this version does not know`);
    for (const { key, value } of bucket.pairs()) {
      filler.put(name, key, value);
      if (name === "meta") meta.set(latin1FromBytes(key), value.slice());
    }
  }
  const applied = appliedOf({ get: (_bucket, key) => meta.get(latin1FromBytes(key)) });
  if (applied === undefined) throw unfit(path, "its applied position is no number");
  return applied;
}

function isBucket(name: string): name is BucketName {
  return (BUCKETS as readonly string[]).includes(name);
}

function importFailure({ image, file }: ImportOptions, error: unknown): StorageError {
  if (error instanceof BboltError) return unfit(image, error.message, error);
  return lmdbFailure(file, `importing ${image} to`, error);
}

function unfit(image: string, problem: string, cause?: unknown): StorageError {
  return new StorageError(
    "Corrupt",
    `${image} cannot be imported: ${problem}; take another snapshot from a healthy member`,
    { path: image },
    cause,
  );
}

assert(parentPort !== null, "this file runs as a worker");
void main(parentPort, workerData as ImportOptions);
