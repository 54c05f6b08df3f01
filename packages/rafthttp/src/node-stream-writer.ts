/**
 * The writing end of one stream to one peer (step 25 of the path of a write): a bounded queue, and a run loop that encodes what is queued
 * into one buffer and writes it once. The connection is one that the peer dialled; a newer one replaces it, and the codec starts over.
 */
import type { ServerResponse } from "node:http";
import { RingQueue, type TracePoints } from "@quorate/base";
import { type Message, MessageType } from "@quorate/proto";
import type { StreamEncoder } from "./message-codec.ts";
import type { Limits, PeerStats } from "./options.ts";
import { OutputBuffer } from "./output-buffer.ts";

export type StreamWriterDeps = {
  readonly localId: bigint;
  readonly limits: Limits;
  readonly stats: PeerStats;
  readonly trace: TracePoints;
  readonly createEncoder: () => StreamEncoder;
  readonly onAttached: () => void;
  /** Messages that were taken will not be sent. */
  readonly onLost: () => void;
  /** The connection ended and no other took its place. */
  readonly onDetached: () => void;
};

export class StreamWriter {
  readonly #deps: StreamWriterDeps;
  readonly #queue: RingQueue<Message>;
  readonly #out = new OutputBuffer();
  #response: ServerResponse | undefined;
  #encoder: StreamEncoder;
  #heartbeat: NodeJS.Timeout | undefined;
  #scheduled = false;
  /** Since when the socket takes no more; undefined while it does. */
  #blockedAt: number | undefined;

  constructor(deps: StreamWriterDeps) {
    this.#deps = deps;
    this.#queue = new RingQueue(deps.limits.streamQueue);
    this.#encoder = deps.createEncoder();
  }

  /** True while a connection is attached. */
  get isWorking(): boolean {
    return this.#response !== undefined;
  }

  /** Takes over a connection whose headers were sent; an older one is closed. */
  attach(response: ServerResponse): void {
    this.#drop();
    this.#response = response;
    this.#encoder = this.#deps.createEncoder();
    const gone = (): void => {
      if (this.#response === response) this.#detach();
    };
    response.on("close", gone);
    response.on("error", gone);
    response.on("drain", () => this.#unblock(response));
    this.#heartbeat = setInterval(() => this.#beat(), this.#deps.limits.linkHeartbeatMs).unref();
    this.#deps.onAttached();
  }

  /** Queues a message; false if there is no connection or the queue is full. */
  send(m: Message): boolean {
    if (this.#response === undefined || !this.#queue.push(m)) return false;
    this.#wake();
    return true;
  }

  close(): void {
    this.#detach();
  }

  #wake(): void {
    if (this.#scheduled || this.#blockedAt !== undefined) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#run();
    });
  }

  /** Encodes until the queue is empty or enough is buffered, and flushes. While the socket is full the queue fills, and then drops. */
  #run(): void {
    const { flushMessages, flushBytes } = this.#deps.limits;
    while (this.#response !== undefined && this.#blockedAt === undefined && this.#queue.length > 0) {
      for (let n = 0; n < flushMessages && this.#out.length < flushBytes; n++) {
        const m = this.#queue.shift();
        if (m === undefined) break;
        this.#encoder.encode(this.#out, m);
        this.#deps.stats.sentMessages++;
        if (this.#deps.trace.active) this.#trace(m);
      }
      this.#flush();
    }
  }

  #flush(): void {
    const bytes = this.#out.take();
    this.#deps.stats.sentBytes += bytes.length;
    if (this.#response?.write(bytes) === false) this.#blockedAt = performance.now();
  }

  #unblock(response: ServerResponse): void {
    if (this.#response !== response) return;
    this.#blockedAt = undefined;
    this.#wake();
  }

  /** Keeps the connection alive; gives it up if it has taken nothing for too long. */
  #beat(): void {
    if (this.#blockedAt !== undefined) {
      if (performance.now() - this.#blockedAt > this.#deps.limits.writeTimeoutMs) this.#detach();
      return;
    }
    this.#encoder.encode(this.#out, undefined);
    this.#flush();
  }

  #detach(): void {
    if (this.#response === undefined) return;
    this.#drop();
    this.#deps.onDetached();
  }

  /** Closes the connection, if there is one. What was queued for it is lost, as is what its socket did not take. */
  #drop(): void {
    const response = this.#response;
    if (response === undefined) return;
    this.#response = undefined;
    clearInterval(this.#heartbeat);
    const lost = this.#queue.drain().length;
    this.#deps.stats.dropped += lost;
    const wasBlocked = this.#blockedAt !== undefined;
    this.#blockedAt = undefined;
    response.destroy();
    if (lost > 0 || wasBlocked) this.#deps.onLost();
  }

  #trace(m: Message): void {
    if (m.type !== MessageType.MsgApp || m.entries.length === 0) return;
    const index = m.index + m.entries.length;
    this.#deps.trace.emit("streamWriter.run", this.#deps.localId, { to: m.to, term: m.term, index });
  }
}
