/**
 * Requests on their way through the log: who waits for which id, and until when. All wait equally long, so they run out in the order
 * in which they came. It owns the table; what a timeout is called depends on the leader and is asked for.
 */
import type { FailureCode } from "./errors.ts";

/** Requests that may be under way at once; more are told that there are too many. */
export const MAX_PENDING_PROPOSALS = 65_536;

type Pending<W> = { readonly waiter: W; readonly startedMs: number };

/** Committed entries that wait to be applied before requests are refused (etcd: maxGapBetweenApplyAndCommitIndex). */
export const MAX_APPLY_BACKLOG = 5_000;
/** The same for requests that make room, where the PriorityRequest gate is on. */
export const MAX_PRIORITY_BACKLOG = 10_000;

export class Proposals<W> {
  readonly #pending = new Map<bigint, Pending<W>>();
  readonly #timeoutMs: number;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  get size(): number {
    return this.#pending.size;
  }

  get isFull(): boolean {
    return this.#pending.size >= MAX_PENDING_PROPOSALS;
  }

  has(id: bigint): boolean {
    return this.#pending.has(id);
  }

  add(id: bigint, waiter: W, nowMs: number): void {
    this.#pending.set(id, { waiter, startedMs: nowMs });
  }

  /** Whoever waits for `id`, who does so no longer. */
  take(id: bigint): W | undefined {
    const pending = this.#pending.get(id);
    if (pending === undefined) return undefined;
    this.#pending.delete(id);
    return pending.waiter;
  }

  /** Gives up on those whose time has run out. */
  expire(nowMs: number, give: (waiter: W, startedMs: number) => void): void {
    for (const [id, { waiter, startedMs }] of this.#pending) {
      if (startedMs + this.#timeoutMs > nowMs) return;
      this.#pending.delete(id);
      give(waiter, startedMs);
    }
  }

  /** Gives up on all. */
  failAll(code: FailureCode, give: (waiter: W, code: FailureCode) => void): void {
    for (const { waiter } of this.#pending.values()) give(waiter, code);
    this.#pending.clear();
  }
}
