/**
 * Moves responses of watches from the streams that have some to their calls, and brings watchers up that are behind. The host calls
 * `flush` when entries were applied; everything else happens by itself. Its cost is that of what is sent: streams with nothing to say are
 * never looked at.
 */
import type { EtcdServer } from "./etcd-server.ts";

/** How often watchers that are behind are looked at anyway (etcd: 100 ms for those in the past, 10 ms for those without room). */
const CATCH_UP_MS = 100;

/** A stream of the service. */
export interface PumpedStream {
  /** Hands on what waits, as far as the client has room. */
  drain(): void;
  /** The member stops. */
  stop(): void;
}

export class WatchPump {
  /** Events that were handed to calls, for metrics. */
  eventsSent = 0;
  readonly #server: EtcdServer;
  readonly #open = new Set<PumpedStream>();
  /** Streams whose queue has filled since they were last drained; and an empty set, to change places with it. */
  #ready = new Set<PumpedStream>();
  #spare = new Set<PumpedStream>();
  #immediate: NodeJS.Immediate | undefined = undefined;
  #timer: NodeJS.Timeout | undefined = undefined;
  #isStopped = false;

  constructor(server: EtcdServer) {
    this.#server = server;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Open streams, for metrics. */
  get size(): number {
    return this.#open.size;
  }

  /** After entries were applied: sends what they gave. */
  flush(): void {
    this.#drainReady();
    this.#watchOver();
  }

  /** Ends all streams, and takes no more. */
  stop(): void {
    this.#isStopped = true;
    clearImmediate(this.#immediate);
    clearTimeout(this.#timer);
    for (const stream of [...this.#open]) stream.stop();
    this.#ready.clear();
  }

  add(stream: PumpedStream): void {
    this.#open.add(stream);
  }

  delete(stream: PumpedStream): void {
    this.#open.delete(stream);
    this.#ready.delete(stream);
  }

  /** The stream has something to send, and did not have when it was last drained. */
  ready(stream: PumpedStream): void {
    this.#ready.add(stream);
  }

  /** There may be something to catch up with: looks in the next turn, once for all who ask in this one. */
  wake(): void {
    if (this.#immediate !== undefined || this.#isStopped) return;
    this.#immediate = setImmediate(() => {
      this.#immediate = undefined;
      this.#catchUp();
    });
  }

  #catchUp(): void {
    const { watchable } = this.#server;
    // Whoever was overtaken while it waited is behind afterwards, and reads on in the same go.
    watchable.retryVictims();
    const isDone = watchable.syncUnsynced();
    this.#drainReady();
    if (!isDone) this.wake();
    this.#watchOver();
  }

  #drainReady(): void {
    const streams = this.#ready;
    if (streams.size === 0) return;
    this.#ready = this.#spare;
    this.#spare = streams;
    for (const stream of streams) stream.drain();
    streams.clear();
  }

  #watchOver(): void {
    if (this.#timer !== undefined || this.#isStopped || !this.#server.watchable.isBehind) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#catchUp();
    }, CATCH_UP_MS).unref();
  }
}
