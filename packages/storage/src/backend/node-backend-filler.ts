/**
 * Fills a new backend file with rows that come in order, many to a transaction: imports and defragmentation. It blocks its thread. The file has another
 * name until its owner puts it in place, and is removed where that does not happen.
 */
import type { BucketName } from "@quorate/base";
import { StorageError } from "../errors.ts";
import { ChangeLog } from "./change-log.ts";
import { BackendWriter } from "./node-backend-writer.ts";
import { MAX_KEY_BYTES, removeLmdbFile } from "./node-lmdb-file.ts";
import { BUCKET_NUMBER } from "./row-checksum.ts";

/** Changes of one transaction: a sync for every so many bytes, and what is held. */
const BATCH_BYTES = 8 * 1024 * 1024;

export class BackendFiller {
  readonly writer: BackendWriter;
  readonly #file: string;
  readonly #log = new ChangeLog();
  #rows = 0;
  #isClosed = false;

  private constructor(file: string, writer: BackendWriter) {
    this.#file = file;
    this.writer = writer;
  }

  /** Starts anew, whatever an earlier attempt has left under this name. */
  static async create(file: string, mapSizeBytes: number): Promise<BackendFiller> {
    removeLmdbFile(file);
    return new BackendFiller(file, await BackendWriter.open(file, mapSizeBytes));
  }

  /** Rows put so far. */
  get rows(): number {
    return this.#rows;
  }

  /** @throws StorageError `Corrupt` for a key that no backend holds, and what a commit throws. */
  put(bucket: BucketName, key: Uint8Array, value: Uint8Array): void {
    if (key.length === 0 || key.length > MAX_KEY_BYTES)
      throw new StorageError(
        "Corrupt",
        `a key of bucket "${bucket}" has ${key.length} bytes; 1 to ${MAX_KEY_BYTES} are possible`,
        { path: this.#file },
      );
    this.#log.put(BUCKET_NUMBER[bucket], key, value);
    this.#rows++;
    if (this.#log.sizeBytes >= BATCH_BYTES) this.flush();
  }

  /** Sets a row, or removes it, whatever stands there. */
  replace(bucket: BucketName, key: Uint8Array, value: Uint8Array | undefined): void {
    if (value === undefined) this.#log.remove(BUCKET_NUMBER[bucket], key);
    else this.#log.put(BUCKET_NUMBER[bucket], key, value);
  }

  /** All that was put is on the disk. */
  flush(): void {
    const chunks = this.#log.take();
    if (chunks.length === 0) return;
    this.writer.commit(chunks);
    this.#log.recycle(chunks);
  }

  /** Lets go of the file. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.writer.close();
  }

  /** Lets go of the file, and removes it. */
  async discard(): Promise<void> {
    await this.close();
    removeLmdbFile(this.#file);
  }
}
