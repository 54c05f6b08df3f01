/**
 * The watchers of one client stream and its one queue of responses, control and events in the order in which they happened. It
 * never waits for the client: what finds no room is left to the watchable store, which brings it later. The host takes
 * responses while the client has room, and reads no further requests while `congested`.
 */
import { RingQueue } from "@quorate/base";
import type { EventBatch } from "./event.ts";
import { isEmptyRange, keyRange } from "./key-range.ts";
import type { WatchableStore } from "./watchable-store.ts";
import type { Watcher } from "./watcher.ts";

/** In place of a watcher's id: refusals, and progress of the whole stream. */
export const NO_WATCH_ID = -1;

export type WatchCreate = {
  readonly key: Uint8Array;
  /** Undefined for the key alone. */
  readonly rangeEnd: Uint8Array | undefined;
  /** 0: from now on. */
  readonly startRevision: number;
  /** 0: the stream picks one. */
  readonly watchId: number;
  readonly noPut: boolean;
  readonly noDelete: boolean;
  readonly prevKv: boolean;
  readonly fragment: boolean;
  readonly progressNotify: boolean;
};

/** A WatchResponse but for the header, of which it has the revision. */
export type WatchReply = {
  readonly watchId: number;
  /** For the header. */
  readonly revision: number;
  readonly created: boolean;
  readonly canceled: boolean;
  readonly compactRevision: number;
  readonly cancelReason: string;
  /** Another part of the same events follows. */
  readonly fragment: boolean;
  readonly batch: EventBatch | undefined;
};

export type WatchStreamOptions = {
  /** Responses with events that may wait (etcd: 128). */
  readonly maxQueuedEvents: number;
  /** Encoded events in them: with more than that no response with events is added. */
  readonly maxQueuedBytes: number;
  /** Responses to requests that may wait; beyond it the host reads no request. */
  readonly maxQueuedControls: number;
  /** Responses with more encoded events are split where the watcher allows it (etcd: max-request-bytes + 512 KiB). */
  readonly fragmentBytes: number;
};

export const DEFAULT_WATCH_STREAM_OPTIONS: WatchStreamOptions = {
  maxQueuedEvents: 8_192,
  maxQueuedBytes: 8 * 1024 * 1024,
  maxQueuedControls: 1024,
  fragmentBytes: 2 * 1024 * 1024,
};

const DUPLICATE_ID = "mvcc: duplicate watch ID provided on the WatchStream";
const EMPTY_RANGE = "mvcc: watcher range is empty";
const NEGATIVE_START = "etcdserver: mvcc: required revision has been compacted";
const FIRST_KEY = Uint8Array.of(0);

export class WatchStream {
  /** The queue held nothing and now it does. Called inside the transaction: only make a note of it. */
  onReady: (() => void) | undefined = undefined;
  /** No room for another response with events: what is taken in here makes room. It must not end or cancel watches. */
  onFull: (() => void) | undefined = undefined;
  /** A watcher of this stream waits for room. The host clears it when it has made room, and has the store look again. */
  starved = false;
  readonly #store: WatchableStore;
  readonly #options: WatchStreamOptions;
  readonly #watchers: Map<number, Watcher> = new Map<number, Watcher>();
  /** Bounded by what `push` and `congested` admit. */
  readonly #queue: RingQueue<WatchReply> = new RingQueue<WatchReply>(Number.MAX_SAFE_INTEGER);
  #queuedEvents = 0;
  #queuedBytes = 0;
  #nextId = 0;

  /** Made by `WatchableStore.openStream`. */
  constructor(store: WatchableStore, options: WatchStreamOptions) {
    this.#store = store;
    this.#options = options;
  }

  /** Watchers on this stream. */
  get size(): number {
    return this.#watchers.size;
  }

  /** Responses that wait. */
  get queued(): number {
    return this.#queue.length;
  }

  /** True while the host must not read further requests from this client. */
  get congested(): boolean {
    return this.#queue.length - this.#queuedEvents >= this.#options.maxQueuedControls;
  }

  /** True while another response with events finds room. */
  get hasRoom(): boolean {
    return this.#queuedEvents < this.#options.maxQueuedEvents && this.#queuedBytes < this.#options.maxQueuedBytes;
  }

  /** The oldest response, for sending. */
  take(): WatchReply | undefined {
    const reply = this.#queue.shift();
    if (reply?.batch !== undefined) {
      this.#queuedEvents--;
      this.#queuedBytes -= reply.batch.encoded().length;
    }
    return reply;
  }

  /** Answers a create request: with `created`, before any of the watcher's events; refused ones with `canceled` as well. */
  create(request: WatchCreate): void {
    const revision = this.#store.currentRev;
    const range = keyRange(request.key.length === 0 ? FIRST_KEY : request.key, request.rangeEnd);
    const refusal = this.#refusal(request, isEmptyRange(range));
    if (refusal !== undefined) {
      this.#put({ watchId: NO_WATCH_ID, revision, created: true, canceled: true, cancelReason: refusal });
      return;
    }
    const watcher: Watcher = {
      id: request.watchId === 0 ? this.#freeId() : request.watchId,
      stream: this,
      range,
      startRev: request.startRevision,
      noPut: request.noPut,
      noDelete: request.noDelete,
      prevKv: request.prevKv,
      fragment: request.fragment,
      progressNotify: request.progressNotify,
      minRev: request.startRevision === 0 ? revision + 1 : request.startRevision,
      state: "synced",
      waiting: undefined,
      quiet: true,
    };
    this.#watchers.set(watcher.id, watcher);
    this.#put({ watchId: watcher.id, revision, created: true });
    this.#store.add(watcher);
  }

  /** Ends a watch; an id that is not there is not answered. */
  cancel(watchId: number): void {
    const watcher = this.#watchers.get(watchId);
    if (watcher === undefined) return;
    this.#forget(watcher);
    this.#put({ watchId, revision: this.#store.currentRev, canceled: true });
  }

  /** Answers a progress request where all watchers have everything; dropped silently where not: the client asks again. */
  requestProgress(): void {
    const revision = this.#store.currentRev;
    if (this.#watchers.size === 0 || !this.hasRoom) return;
    for (const watcher of this.#watchers.values()) if (!hasAll(watcher, revision)) return;
    this.#put({ watchId: NO_WATCH_ID, revision });
  }

  /** The host's progress timer has run down: tells watchers that asked for it and heard nothing since the last time. */
  tickProgress(): void {
    const revision = this.#store.currentRev;
    for (const watcher of this.#watchers.values()) {
      if (!watcher.progressNotify) continue;
      if (watcher.quiet && this.hasRoom && hasAll(watcher, revision)) this.#put({ watchId: watcher.id, revision });
      watcher.quiet = true;
    }
  }

  /** Ends all watches; nothing more comes. */
  close(): void {
    for (const watcher of [...this.#watchers.values()]) this.#forget(watcher);
    this.#queue.drain();
    this.#queuedEvents = 0;
    this.#queuedBytes = 0;
  }

  /** Queues events for a watcher of this stream; false where there is no room, and nothing was queued. */
  pushEvents(watcher: Watcher, batch: EventBatch, revision: number): boolean {
    if (!this.hasRoom) this.onFull?.();
    if (!this.hasRoom) {
      this.starved = true;
      return false;
    }
    watcher.quiet = false;
    const parts = watcher.fragment ? batch.split(this.#options.fragmentBytes) : undefined;
    if (parts === undefined || parts.length === 1) {
      this.#putEvents(watcher.id, revision, batch, false);
      return true;
    }
    for (let i = 0; i < parts.length; i++) this.#putEvents(watcher.id, revision, parts[i]!, i < parts.length - 1);
    return true;
  }

  /** Ends a watch whose history is gone. The revision of its header is 0, as etcd has it. */
  pushCompacted(watcher: Watcher, compactRevision: number): void {
    this.#watchers.delete(watcher.id);
    this.#put({ watchId: watcher.id, revision: 0, canceled: true, compactRevision });
  }

  #refusal(request: WatchCreate, emptyRange: boolean): string | undefined {
    if (request.startRevision < 0) return NEGATIVE_START;
    if (emptyRange) return EMPTY_RANGE;
    return request.watchId !== 0 && this.#watchers.has(request.watchId) ? DUPLICATE_ID : undefined;
  }

  #freeId(): number {
    while (this.#watchers.has(this.#nextId)) this.#nextId++;
    return this.#nextId++;
  }

  #forget(watcher: Watcher): void {
    this.#watchers.delete(watcher.id);
    this.#store.remove(watcher);
  }

  #putEvents(watchId: number, revision: number, batch: EventBatch, fragment: boolean): void {
    this.#queuedEvents++;
    this.#queuedBytes += batch.encoded().length;
    this.#enqueue({
      watchId,
      revision,
      created: false,
      canceled: false,
      compactRevision: 0,
      cancelReason: "",
      fragment,
      batch,
    });
  }

  #put(reply: Partial<WatchReply> & { readonly watchId: number; readonly revision: number }): void {
    this.#enqueue({
      watchId: reply.watchId,
      revision: reply.revision,
      created: reply.created ?? false,
      canceled: reply.canceled ?? false,
      compactRevision: reply.compactRevision ?? 0,
      cancelReason: reply.cancelReason ?? "",
      fragment: false,
      batch: undefined,
    });
  }

  #enqueue(reply: WatchReply): void {
    this.#queue.push(reply);
    if (this.#queue.length === 1) this.onReady?.();
  }
}

/** True where the watcher has been told of everything up to `revision`, and has begun by then. */
function hasAll(watcher: Watcher, revision: number): boolean {
  return watcher.state === "synced" && revision >= watcher.startRev;
}
