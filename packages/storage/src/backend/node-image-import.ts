/**
 * The way of a received image into a running member. Whenever the process ends, there is one whole backend under its name, and the image
 * stays until its rows are there:
 *
 *     <index>.snap.db is durable      snapDbSink
 *     .snap and the log's record      the log, before the backend: it must never be behind it
 *     importImage                     <db>.tmp-received is whole; the old backend goes on
 *     replaceBackend                  renamed over <db>, opened
 *     remove <index>.snap.db          cleanSnapDir, or at the next start
 *
 * At a start with a backend that is behind the log's snapshot, the last three steps are done again.
 */
import { dirname } from "node:path";
import { Worker } from "node:worker_threads";
import { unreachable } from "@quorate/base";
import { StorageError } from "../errors.ts";
import { renameDurably } from "../node-files.ts";
import type { Imported, ImportOptions, ImportReply } from "./import-protocol.ts";
import { type LmdbBackend, type LmdbBackendOptions, openLmdbBackend } from "./node-lmdb-backend.ts";
import { inspectLmdbFile, lmdbFailure } from "./node-lmdb-file.ts";

/** Where an image is imported to while the backend at `file` is in use: cleaned at a start, like every temporary file. */
export function receivedFile(file: string): string {
  return `${file}.tmp-received`;
}

/** Makes a backend's file out of a bbolt image, on a thread of its own. @throws StorageError `Corrupt` where the image is bad; then nothing is left behind */
export function importImage(options: ImportOptions): Promise<Imported> {
  const worker = new Worker(new URL("./node-import-worker-main.js", import.meta.url), { workerData: options });
  return new Promise((resolve, reject) => {
    let settle = (): void =>
      reject(new StorageError("IoFailed", `importing ${options.image} ended without a word`, { path: options.image }));
    worker.on("message", (reply: ImportReply) => {
      switch (reply.kind) {
        case "imported":
          settle = () => resolve(reply.imported);
          return;
        case "failed":
          settle = () => reject(new StorageError(reply.code, reply.message, { path: options.image }));
          return;
        default:
          unreachable(reply);
      }
    });
    worker.on("error", (error) => {
      settle = () => reject(lmdbFailure(options.image, "importing", error));
    });
    // Not before the thread has let go of the file.
    worker.on("exit", () => settle());
  });
}

export type ReplaceOptions = {
  /** The backend in use. It is closed: what it had buffered is older than the image. */
  readonly backend: LmdbBackend;
  /** The file that takes its place, from `importImage`. */
  readonly by: string;
  /** How the backend was opened, and is again. */
  readonly options: LmdbBackendOptions;
};

/** Puts an imported file in the place of an open backend. Returns the backend over it. @throws StorageError; then the process must end */
export async function replaceBackend({ backend, by, options }: ReplaceOptions): Promise<LmdbBackend> {
  if (!inspectLmdbFile(by)) throw new StorageError("NotFound", `there is no ${by}`, { path: by });
  await backend.close();
  try {
    await renameDurably(by, options.file, dirname(options.file));
  } catch (error) {
    throw lmdbFailure(options.file, "replacing", error);
  }
  return openLmdbBackend(options);
}
