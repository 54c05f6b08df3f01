/**
 * The backends that are received with snapshots: `<index>.snap.db` in the directory of the snapshots. A file is there under its name
 * whole and durable, or not at all. Written through the thread pool, a chunk at a time.
 */
import { type FileHandle, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "@quorate/base";
import { openFileSource } from "../bbolt/node-file-source.ts";
import { BboltImage } from "../bbolt/reader.ts";
import { StorageError } from "../errors.ts";
import { syncPath } from "../node-files.ts";
import { parseSnapDbName, snapDbName } from "./snap-file.ts";

/** etcd's prefix for unfinished images: either one's next start removes the other's. */
const TEMPORARY = "tmp";
const FILE_MODE = 0o600;
/** Written bytes that may wait for their sync, so that the last one is short. */
const UNSYNCED_BYTES = 8 * 1024 * 1024;

/** Where the bytes of one image go. What rafthttp wants of a sink. */
export type SnapDbSink = {
  /** One at a time: the next after this one has settled. */
  readonly write: (chunk: Uint8Array) => Promise<void>;
  /** Makes the file durable under its name. @throws StorageError `Corrupt` where it is no whole image; then it is gone */
  readonly commit: () => Promise<void>;
  /** Removes what was written. Harmless after anything else. */
  readonly abort: () => Promise<void>;
};

/** Sinks for images, in the form in which rafthttp asks for them. Each has a temporary name of its own. */
export function snapDbSink(dir: string): { readonly openSink: (index: number) => Promise<SnapDbSink> } {
  let opened = 0;
  return {
    openSink: async (index) => {
      const name = snapDbName(index);
      const temporary = join(dir, `${TEMPORARY}${process.pid}-${++opened}-${name}`);
      const file = await attempt(temporary, () => open(temporary, "wx", FILE_MODE));
      return new Sink({ dir, path: join(dir, name), temporary }, file);
    },
  };
}

class Sink implements SnapDbSink {
  readonly #names: { readonly dir: string; readonly path: string; readonly temporary: string };
  #file: FileHandle | undefined;
  #written = 0;
  #unsynced = 0;

  constructor(names: { readonly dir: string; readonly path: string; readonly temporary: string }, file: FileHandle) {
    this.#names = names;
    this.#file = file;
  }

  async write(chunk: Uint8Array): Promise<void> {
    const file = this.#open();
    await attempt(this.#names.temporary, async () => {
      for (let done = 0; done < chunk.length; ) {
        const { bytesWritten } = await file.write(chunk, done, chunk.length - done, this.#written);
        done += bytesWritten;
        this.#written += bytesWritten;
        this.#unsynced += bytesWritten;
      }
      if (this.#unsynced < UNSYNCED_BYTES) return;
      this.#unsynced = 0;
      await file.datasync();
    });
  }

  async commit(): Promise<void> {
    const file = this.#open();
    const { dir, path, temporary } = this.#names;
    try {
      await attempt(temporary, () => file.sync());
      checkImage(temporary);
      await this.#close();
      await attempt(path, () => rename(temporary, path));
      await attempt(dir, () => syncPath(dir));
    } catch (error) {
      await this.abort();
      throw error;
    }
  }

  async abort(): Promise<void> {
    await this.#close();
    await rm(this.#names.temporary, { force: true });
  }

  #open(): FileHandle {
    if (this.#file === undefined)
      throw new StorageError("Poisoned", `${this.#names.path}: the sink is closed`, { path: this.#names.path });
    return this.#file;
  }

  async #close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }
}

/** An image that was cut short is refused while its sender can still be told. Reads two pages. */
function checkImage(path: string): void {
  const source = openFileSource(path);
  try {
    new BboltImage(source);
  } catch (error) {
    throw new StorageError("Corrupt", `the received ${path} is no image: ${messageOf(error)}`, { path }, error);
  } finally {
    source.close();
  }
}

export type CleanOptions = {
  /** Images of snapshots before this one go. */
  readonly belowIndex: number;
  /** Name of the backend's file. With it, all temporary files go, its own and those of images: at a start, when nobody writes one. */
  readonly backendName?: string;
};

/** Removes what is of no use any more in the directory of the snapshots. Returns the names. */
export async function cleanSnapDir(dir: string, { belowIndex, backendName }: CleanOptions): Promise<string[]> {
  const removed: string[] = [];
  for (const name of await attempt(dir, () => readdir(dir))) {
    const index = parseSnapDbName(name);
    const isOld = index !== undefined && index < belowIndex;
    const isTemporary =
      backendName !== undefined && (name.startsWith(TEMPORARY) || name.startsWith(`${backendName}.tmp`));
    if (!isOld && !isTemporary) continue;
    await attempt(join(dir, name), () => rm(join(dir, name), { force: true }));
    removed.push(name);
  }
  if (removed.length > 0) await attempt(dir, () => syncPath(dir));
  return removed.sort();
}

async function attempt<T>(path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const kind = code === "ENOSPC" ? "NoSpace" : "IoFailed";
    throw new StorageError(kind, `${path}: writing a received snapshot failed: ${messageOf(cause)}`, { path }, cause);
  }
}
