/**
 * One watch stream of one system, with a log per watcher that can be compared: what was created, every event in order, what was cancelled.
 * How events are spread over responses is the server's to choose, within rules that are checked here.
 */
import type { ClientCall, GrpcClient } from "@quorate/grpc";
import {
  type Event,
  type WatchCreateRequest,
  type WatchRequest,
  type WatchResponse,
  WatchService,
} from "@quorate/proto";
import type { Bite } from "./bite.ts";
import { forgetIdentities } from "./permitted.ts";
import { describe } from "./wire.ts";

/** The watcher that answers about no watcher go to. */
export const NONE = -1;
const ANSWER_MS = 15_000;
/** A request for progress is dropped while a watcher is behind: it is made again. */
const ASK_AGAIN_MS = 25;

type Waiter = { readonly isMet: () => boolean; readonly resolve: () => void };

export class WatchLane {
  /** Of each watcher, what it said since the last comparison. */
  readonly logs: Map<number, string[]> = new Map();
  /** Watchers that were created and not cancelled. */
  readonly active: Set<number> = new Set();
  readonly #call: ClientCall<WatchRequest, WatchResponse>;
  readonly #bite: Bite | undefined;
  readonly #lastRevision = new Map<number, number>();
  #waiters: Waiter[] = [];
  #created = 0;
  #progress = 0;
  #ended: string | undefined;
  /** Events that came, and responses that were a part of one. */
  events = 0;
  fragments = 0;

  constructor(client: GrpcClient, bite: Bite | undefined) {
    this.#bite = bite;
    this.#call = client.stream(
      WatchService.watch,
      {},
      {
        onMessage: (response) => this.#take(response),
        onStatus: ({ code, message }) => {
          this.#ended = `${code} ${message}`;
          this.#log(NONE, `the stream ended: ${this.#ended}`);
          this.#wake();
        },
      },
    );
  }

  /** Creates a watcher; resolves when the server has answered. */
  async create(request: WatchCreateRequest): Promise<void> {
    const before = this.#created;
    this.#call.write({ requestUnion: { kind: "createRequest", value: request } });
    await this.until(() => this.#created > before, "an answer to a create request");
  }

  /** Cancels a watcher; resolves when the server has said so. One that there is not: at once, there is no answer. */
  async cancel(watchId: number): Promise<void> {
    this.#call.write({ requestUnion: { kind: "cancelRequest", value: { watchId } } });
    await this.until(() => !this.active.has(watchId), `the cancellation of watcher ${watchId}`);
  }

  /** Resolves when every watcher has told all there is up to `revision`; needs watchers that begin there or before. */
  async synced(revision: number): Promise<void> {
    if (this.active.size === 0) return;
    const ask = (): void => void this.#call.write({ requestUnion: { kind: "progressRequest", value: {} } });
    const timer = setInterval(ask, ASK_AGAIN_MS);
    ask();
    try {
      await this.until(() => this.#progress >= revision, `progress to revision ${revision}, beyond ${this.#progress}`);
    } finally {
      clearInterval(timer);
    }
  }

  close(): void {
    this.#call.cancel();
  }

  #take(response: WatchResponse): void {
    const { watchId, created, canceled, events } = response;
    forgetIdentities(response);
    if (created) {
      this.#created++;
      if (!canceled) this.active.add(watchId);
    }
    if (canceled) this.active.delete(watchId);
    const revision = response.header?.revision ?? 0;
    if (watchId === NONE && !created && !canceled) this.#progress = Math.max(this.#progress, revision);
    else if (created || canceled) this.#control(response);
    else if (events.length === 0) this.#log(watchId, "a response without events");
    else this.#events(response);
    this.#wake();
  }

  #control(response: WatchResponse): void {
    this.#bite?.message(response);
    this.#log(response.watchId, describe(response));
    if (response.created) this.#lastRevision.delete(response.watchId);
  }

  #events(response: WatchResponse): void {
    const { watchId, events, fragment, header } = response;
    const first = events[0]?.kv?.modRevision ?? 0;
    const last = events.at(-1)?.kv?.modRevision ?? 0;
    if ((header?.revision ?? 0) < last) this.#log(watchId, `revision ${header?.revision} with an event of ${last}`);
    const before = this.#lastRevision.get(watchId) ?? 0;
    if (first <= before) this.#log(watchId, `revision ${first} in two responses, the first of which was no fragment`);
    this.#lastRevision.set(watchId, fragment ? first - 1 : last);
    this.events += events.length;
    if (fragment) this.fragments++;
    for (const event of events) {
      this.#bite?.message(event);
      this.#log(watchId, describeEvent(event));
    }
  }

  #log(watchId: number, line: string): void {
    const log = this.logs.get(watchId);
    if (log === undefined) this.logs.set(watchId, [line]);
    else log.push(line);
  }

  /** Resolves once the condition holds, which only answers of the server can change. */
  until(isMet: () => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      if (isMet()) {
        resolve();
        return;
      }
      const timer = setTimeout(() => reject(new Error(`waited in vain for ${what}`)), ANSWER_MS);
      this.#waiters.push({
        isMet: () => isMet() || this.#ended !== undefined,
        resolve: () => {
          clearTimeout(timer);
          if (isMet()) resolve();
          else reject(new Error(`the watch stream ended: ${this.#ended}`));
        },
      });
    });
  }

  #wake(): void {
    const met = this.#waiters.filter(({ isMet }) => isMet());
    if (met.length === 0) return;
    this.#waiters = this.#waiters.filter((waiter) => !met.includes(waiter));
    for (const { resolve } of met) resolve();
  }
}

function describeEvent({ type, kv, prevKv }: Event): string {
  return describe({ type, kv, prevKv });
}
