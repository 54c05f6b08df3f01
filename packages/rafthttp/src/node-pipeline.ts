/**
 * Single messages by POST /raft, for when no stream is up, and for snapshots without a body of their own. A bounded queue and a few
 * requests at a time. etcd's pipeline.
 */
import { RingQueue } from "@quorate/base";
import { encodeMessage, type Message } from "@quorate/proto";
import { type Identity, requestHeaders } from "./headers.ts";
import { checkPostAnswer, type Dialer, exchange } from "./node-request.ts";
import type { Limits, PeerStats } from "./options.ts";
import type { UrlPicker } from "./peer-state.ts";

export const PIPELINE_PATH = "/raft";

export type PipelineDeps = {
  readonly identity: Identity;
  readonly limits: Limits;
  readonly stats: PeerStats;
  readonly picker: UrlPicker;
  readonly dialer: Dialer;
  readonly onSent: (m: Message) => void;
  readonly onFailed: (m: Message, error: unknown) => void;
};

export class Pipeline {
  readonly #deps: PipelineDeps;
  readonly #queue: RingQueue<Message>;
  #active = 0;
  #closed = false;

  constructor(deps: PipelineDeps) {
    this.#deps = deps;
    this.#queue = new RingQueue(deps.limits.pipelineQueue);
  }

  /** Queues a message; false if the queue is full. */
  send(m: Message): boolean {
    if (this.#closed || !this.#queue.push(m)) return false;
    this.#startWorker();
    return true;
  }

  /** Drops what waits; requests under way end by themselves. */
  close(): void {
    this.#closed = true;
    this.#queue.drain();
  }

  #startWorker(): void {
    if (this.#active >= this.#deps.limits.pipelineWorkers) return;
    const m = this.#queue.shift();
    if (m === undefined) return;
    this.#active++;
    this.#post(m).then(
      () => this.#done(() => this.#deps.onSent(m)),
      (error: unknown) => this.#done(() => this.#deps.onFailed(m, error)),
    );
  }

  #done(report: () => void): void {
    this.#active--;
    if (this.#closed) return;
    report();
    this.#startWorker();
  }

  async #post(m: Message): Promise<void> {
    const { identity, limits, picker, dialer, stats } = this.#deps;
    const url = picker.pick();
    const headers = { ...requestHeaders(identity), "Content-Type": "application/protobuf" };
    const body = encodeMessage(m);
    try {
      const answer = await exchange(dialer, {
        method: "POST",
        url: url + PIPELINE_PATH,
        headers,
        body,
        deadlineMs: limits.readTimeoutMs,
      });
      checkPostAnswer(answer, url);
    } catch (error) {
      stats.failures++;
      stats.sendFailures++;
      picker.unreachable(url);
      throw error;
    }
    stats.sentMessages++;
    stats.sentBytes += body.length;
  }
}
