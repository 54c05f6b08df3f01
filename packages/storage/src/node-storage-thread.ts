/** The owner's side of the storage thread: queues requests in order, settles promises as the thread reports them done. */
import { Worker } from "node:worker_threads";
import { type Logger, RingQueue } from "@quorate/base";
import { type Entry, encodeSnapshot, type HardState } from "@quorate/proto";
import type { DataDir } from "./data-dir.ts";
import type { DurableStorage } from "./durable-storage.ts";
import { StorageError } from "./errors.ts";
import type { Restored } from "./member-storage.ts";
import type { LogObserver } from "./observer.ts";
import type { DiskTimes, StorageReply, StorageRequest, StorageThreadInit } from "./storage-protocol.ts";
import { encodeBatch } from "./wal/batch.ts";
import { SEGMENT_SIZE_BYTES } from "./wal/segment.ts";
import type { WalOptions, WalStats } from "./wal/wal.ts";

/** Requests that may be under way; raft has one or two. */
const MAX_PENDING_REQUESTS = 1_024;
const KEEP_SEGMENTS = 5;
const KEEP_SNAPSHOTS = 5;
/** A commit index that nothing else carried to the log by then is written on its own. */
const DEFERRED_STATE_MS = 100;

export type StorageThreadOptions = WalOptions & {
  readonly dir: DataDir;
  readonly metadata: Uint8Array;
  readonly logger: Logger;
  /** Snapshot files that are kept; Infinity for all. etcd's --max-snapshots. */
  readonly keepSnapshots?: number;
  readonly observer?: LogObserver;
};

type Pending = { readonly id: number; readonly resolve: () => void; readonly reject: (error: StorageError) => void };
/** A request before it gets its number. */
type Work = StorageRequest extends infer R ? (R extends { readonly id: number } ? Omit<R, "id"> : never) : never;

/** Opens or starts a member's storage on a thread of its own. @throws StorageError as MemberStorage does. */
export function startStorageThread(options: StorageThreadOptions): Promise<DurableStorage> {
  const signal = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const init: StorageThreadInit = {
    dir: options.dir,
    metadata: options.metadata,
    segmentSizeBytes: options.segmentSizeBytes ?? SEGMENT_SIZE_BYTES,
    keepSegments: options.keepSegments ?? KEEP_SEGMENTS,
    keepSnapshots: options.keepSnapshots ?? KEEP_SNAPSHOTS,
    signal,
  };
  const worker = new Worker(new URL("./node-storage-worker-main.js", import.meta.url), { workerData: init });
  return new StorageThread(worker, signal, options).opened();
}

class StorageThread {
  readonly #worker: Worker;
  readonly #signal: Int32Array<SharedArrayBuffer>;
  readonly #logger: Logger;
  readonly #root: string;
  readonly #observer: LogObserver | undefined;
  readonly #pending = new RingQueue<Pending>(MAX_PENDING_REQUESTS);
  /** Snapshots under way: what is asked after them may be done before them. */
  readonly #snapshots = new Map<number, Pending>();
  readonly #opened: Promise<Restored>;
  #settleOpened: { resolve: (restored: Restored) => void; reject: (error: StorageError) => void } | undefined;
  #stats: WalStats = { fsyncs: 0, bytes: 0, entries: 0, saves: 0 };
  #lastId = 0;
  /** A HardState that nobody waits for, kept until something else wakes the thread. */
  #deferredState: HardState | undefined;
  #deferredTimer: NodeJS.Timeout | undefined;
  #failure: StorageError | undefined;

  constructor(worker: Worker, signal: Int32Array<SharedArrayBuffer>, { logger, dir, observer }: StorageThreadOptions) {
    this.#worker = worker;
    this.#signal = signal;
    this.#logger = logger;
    this.#root = dir.root;
    this.#observer = observer;
    this.#opened = new Promise((resolve, reject) => {
      this.#settleOpened = { resolve, reject };
    });
    worker.on("message", (reply: StorageReply) => this.#take(reply));
    worker.on("error", (error) =>
      this.#fail(
        new StorageError("IoFailed", `the storage thread failed: ${error.message}`, { path: dir.root }, error),
      ),
    );
    worker.on("exit", () =>
      this.#fail(new StorageError("Poisoned", "the storage thread has ended", { path: dir.root })),
    );
  }

  async opened(): Promise<DurableStorage> {
    const restored = await this.#opened;
    return {
      restored,
      save: (hardState, entries, mustSync) => {
        if (!mustSync && entries.length === 0) return this.#defer(hardState);
        return this.#append(hardState ?? this.#deferredState, entries, mustSync);
      },
      saveSnapshot: (snapshot) => {
        // The commit index first: a snapshot beyond the newest one that is known does not count after a restart.
        this.#flushDeferred();
        const { data } = snapshot;
        const head = encodeSnapshot({ ...snapshot, data: undefined });
        const owned = data === undefined || ownsItsMemory(data) ? data : new Uint8Array(data);
        const transfer = owned === undefined ? [] : [owned.buffer as ArrayBuffer];
        return this.#request({ kind: "saveSnapshot", snapshot: head, data: owned }, transfer);
      },
      release: (index) => this.#request({ kind: "release", index }, []),
      stats: () => this.#stats,
      close: () => {
        this.#flushDeferred();
        return this.#request({ kind: "close" }, []);
      },
    };
  }

  #append(hardState: HardState | undefined, entries: readonly Entry[], mustSync: boolean): Promise<void> {
    this.#forgetDeferred();
    const batch = encodeBatch(hardState, entries, mustSync);
    return this.#request({ kind: "append", batch }, [batch.bytes.buffer as ArrayBuffer]);
  }

  /**
   * A HardState that differs in its commit index alone promises nothing: after a crash raft finds the index again. It rides
   * with the next write, so that half of all saves do not wake the thread.
   */
  #defer(hardState: HardState | undefined): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    this.#deferredState = hardState ?? this.#deferredState;
    this.#deferredTimer ??= setTimeout(() => this.#flushDeferred(), DEFERRED_STATE_MS).unref();
    return Promise.resolve();
  }

  /** Writes a deferred state now. Nobody waits for it; a failure reaches every later call. */
  #flushDeferred(): void {
    if (this.#deferredState === undefined) return;
    this.#append(this.#deferredState, [], false).catch(() => undefined);
  }

  #forgetDeferred(): void {
    this.#deferredState = undefined;
    clearTimeout(this.#deferredTimer);
    this.#deferredTimer = undefined;
  }

  #request(work: Work, transfer: readonly ArrayBuffer[]): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure);
      const id = ++this.#lastId;
      if (work.kind === "saveSnapshot") this.#snapshots.set(id, { id, resolve, reject });
      else if (!this.#pending.push({ id, resolve, reject })) {
        // What is refused here leaves a hole in the log: nothing may follow it.
        this.#fail(new StorageError("IoFailed", "too many storage requests are waiting", { path: this.#root }));
        return reject(this.#failure);
      }
      this.#worker.postMessage({ ...work, id }, transfer);
      Atomics.add(this.#signal, 0, 1);
      Atomics.notify(this.#signal, 0);
    });
  }

  #take(reply: StorageReply): void {
    switch (reply.kind) {
      case "opened":
        this.#settleOpened?.resolve(reply.restored);
        return;
      case "done":
        this.#stats = reply.stats;
        this.#observe(reply.times);
        while ((this.#pending.peek()?.id ?? Number.POSITIVE_INFINITY) <= reply.id) this.#pending.shift()?.resolve();
        return;
      case "snapshotSaved":
        this.#stats = reply.stats;
        this.#observer?.snapshotSaved(reply.seconds);
        this.#snapshots.get(reply.id)?.resolve();
        this.#snapshots.delete(reply.id);
        return;
      case "failed":
        this.#fail(new StorageError(reply.code, reply.message, { path: reply.path }));
        return;
      case "log":
        this.#logger[reply.level](reply.line);
    }
  }

  #observe({ write, sync }: DiskTimes): void {
    if (write !== undefined) this.#observer?.written(write);
    if (sync !== undefined) this.#observer?.synced(sync);
  }

  #fail(error: StorageError): void {
    this.#failure ??= error;
    this.#forgetDeferred();
    this.#settleOpened?.reject(this.#failure);
    for (const { reject } of [...this.#pending.drain(), ...this.#snapshots.values()]) reject(this.#failure);
    this.#snapshots.clear();
  }
}

/** True for an array that is a whole buffer: handing it over takes nobody else's bytes along. */
function ownsItsMemory(bytes: Uint8Array): boolean {
  return bytes.byteLength === bytes.buffer.byteLength;
}
