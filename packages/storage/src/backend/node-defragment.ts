/**
 * Defragmentation: a copy of the backend without its free pages takes the backend's place, while reads and commits go on.
 *
 *     copy thread    view -> all rows -> new file      commits again what was committed since      goes on as the writer
 *     writer         commits ----------------------------------------------> |  held back  |
 *     event loop     reads: old file ----------------------------------------------------> | new file
 *                                                                     rename, sync of the directory
 *
 * Commits name final states, so it does no harm to repeat one that the view has already. Until the rename the old file is the backend, from
 * then on the new one, and at that moment they hold the same.
 */
import { type FileHandle, open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { messageOf } from "@quorate/base";
import { StorageError } from "../errors.ts";
import { syncPath } from "../node-files.ts";
import type { BackendStats } from "./backend-protocol.ts";
import type { Chunk } from "./change-log.ts";
import { lmdbFailure, removeLmdbFile } from "./node-lmdb-file.ts";
import { LmdbReader } from "./node-lmdb-reader.ts";
import { type Committed, WriterThread } from "./node-writer-thread.ts";

/** Committed changes kept for the copy; beyond it commits come faster than it is made, and the attempt ends. */
const MAX_KEPT_BYTES = 256 * 1024 * 1024;
/** Changes whose replay may hold commits back: 10 ms. */
const LAST_REPLAY_BYTES = 1024 * 1024;
/** Replays beside commits; then the rest is replayed while they wait, however much it is. */
const MAX_ROUNDS = 8;

/** What it needs of the backend. */
export type DefragmentHost = {
  /** Holds commits back; settles when none is under way. @throws StorageError where the backend has failed */
  readonly hold: () => Promise<void>;
  readonly release: () => void;
  /** Memory to be used again. */
  readonly recycle: (chunks: readonly Chunk[]) => void;
  /** From now on the backend is these. In one turn. */
  readonly switchTo: (copy: Copy) => void;
  /** The backend can no longer be trusted. */
  readonly fail: (error: StorageError) => void;
};

/** What takes the backend's place. */
export type Copy = {
  readonly writer: WriterThread;
  readonly reader: LmdbReader;
  readonly stats: BackendStats;
  /**
   * The old file, to be closed behind everybody else: whoever is last frees its disk space, which takes half a second for
   * 400 MB, and this one does it in the thread pool.
   */
  readonly oldFile: FileHandle;
};

/** Removes what a process that ended in the middle has left. Nobody has the backend open. */
export function removeUnfinishedCopy(file: string): void {
  const fresh = freshFile(file);
  removeLmdbFile(fresh);
  removeLmdbFile(`${fresh}.tmp`);
}

function freshFile(file: string): string {
  return `${file}.tmp-defragment`;
}

export class Defragmentation {
  readonly #file: string;
  readonly #fresh: string;
  readonly #mapSizeBytes: number;
  readonly #host: DefragmentHost;
  readonly #thread: WriterThread;
  #kept: Chunk[] = [];
  #keptBytes = 0;
  #failure: StorageError | undefined;
  /** It is too late to give up. */
  #isTakingPlace = false;
  #replayed: { resolve: (reply: Committed) => void; reject: (error: StorageError) => void } | undefined;

  constructor(file: string, { mapSizeBytes, sizeInUseBytes }: BackendStats, host: DefragmentHost) {
    this.#file = file;
    this.#fresh = freshFile(file);
    this.#mapSizeBytes = mapSizeBytes;
    this.#host = host;
    this.#thread = new WriterThread(
      { file: this.#fresh, mapSizeBytes, copyOf: { file, sizeInUseBytes } },
      {
        onCommitted: (reply) => this.#replayed?.resolve(reply),
        onFailure: (error) => this.#fail(error),
      },
    );
  }

  /** Changes that were committed while it is under way: they are the copy's to recycle. */
  keep(chunks: readonly Chunk[]): void {
    if (this.#failure !== undefined) {
      this.#host.recycle(chunks);
      return;
    }
    for (const chunk of chunks) {
      this.#kept.push(chunk);
      this.#keptBytes += chunk.bytes.length;
    }
    if (this.#keptBytes > MAX_KEPT_BYTES) this.abort("commits come faster than it is copied");
  }

  /** Ends the attempt; the backend stays as it is. Without effect once the copy takes its place. */
  abort(why: string): void {
    if (this.#isTakingPlace) return;
    this.#fail(new StorageError("Aborted", `${this.#file}: defragmentation is given up: ${why}`, { path: this.#file }));
    void this.#thread.close();
  }

  /** Settles when the copy is the backend. @throws StorageError where the old file goes on */
  async run(): Promise<void> {
    try {
      let stats = await this.#thread.whenOpen;
      for (let round = 0; round < MAX_ROUNDS && this.#keptBytes > LAST_REPLAY_BYTES; round++)
        stats = await this.#replay(stats);
      await this.#host.hold();
      try {
        await this.#takePlace(await this.#replay(stats));
      } finally {
        this.#host.release();
      }
    } catch (error) {
      this.#failure ??= lmdbFailure(this.#fresh, "defragmenting by", error);
      this.#host.recycle(this.#kept);
      await this.#thread.close();
      removeLmdbFile(this.#fresh);
      throw this.#failure;
    }
  }

  /** Commits to the copy what was kept so far. */
  async #replay(stats: BackendStats): Promise<BackendStats> {
    if (this.#failure !== undefined) throw this.#failure;
    const chunks = this.#kept;
    this.#kept = [];
    this.#keptBytes = 0;
    if (chunks.length === 0) return stats;
    const replayed = new Promise<Committed>((resolve, reject) => {
      this.#replayed = { resolve, reject };
    });
    this.#thread.commit(chunks);
    const reply = await replayed;
    this.#replayed = undefined;
    this.#host.recycle(reply.chunks);
    return reply.stats;
  }

  /** The copy has all that is committed, and no commit is under way. */
  async #takePlace(stats: BackendStats): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#isTakingPlace = true;
    const writer = this.#thread;
    const reader = new LmdbReader(this.#fresh, this.#mapSizeBytes);
    let oldFile: FileHandle | undefined;
    try {
      oldFile = await open(this.#file, "r");
      // The lock first: nobody looks at its name while the environment is open.
      await rename(`${this.#fresh}-lock`, `${this.#file}-lock`);
      await rename(this.#fresh, this.#file);
    } catch (error) {
      await oldFile?.close();
      await writer.close();
      await reader.close();
      throw error;
    }
    writer.renamed(this.#file);
    reader.renamed(this.#file);
    this.#host.switchTo({ writer, reader, stats, oldFile });
    if (this.#failure !== undefined) this.#host.fail(this.#failure);
    try {
      await syncPath(dirname(this.#file));
    } catch (error) {
      // Which of the two a restart would find is unknown, so neither may be written to.
      const message = `the directory of ${this.#file} could not be synced: ${messageOf(error)}`;
      this.#host.fail(new StorageError("Poisoned", message, { path: this.#file }, error));
    }
  }

  #fail(error: StorageError): void {
    this.#failure ??= error;
    this.#replayed?.reject(this.#failure);
  }
}
