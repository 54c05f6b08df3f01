/**
 * Changes of membership that wait to be applied. A change may be lost on its way, or refused while another is pending, without a word
 * from raft: it is proposed again until it comes out of the log, under the same id, so that it takes effect once.
 */
import { CodedError } from "@quorate/base";
import { type ConfChange, ConfChangeType, newConfChange } from "@quorate/proto";
import type { ConfChangeAny } from "@quorate/raft";

/** Changes that may wait at once. */
const MAX_PENDING_CHANGES = 64;
const RETRY_MS = 500;

/** Why a change was not made. */
export class ChangeError extends CodedError<{ readonly code: "Refused" | "Busy" | "TimedOut" | "Stopped" }> {
  override readonly name = "ChangeError";
}

type Waiter = {
  readonly change: ConfChange;
  readonly resolve: () => void;
  readonly reject: (error: ChangeError) => void;
  readonly deadline: number;
  proposedAt: number;
};

export type ChangesOptions = {
  readonly now: () => number;
  readonly timeoutMs: number;
  /** 8 random bytes of this process: change ids are unique across members and restarts. */
  readonly origin: Uint8Array;
  readonly propose: (change: ConfChangeAny) => void;
};

export class Changes {
  readonly #options: ChangesOptions;
  readonly #waiting = new Map<bigint, Waiter>();
  #nextId: bigint;

  constructor(options: ChangesOptions) {
    this.#options = options;
    this.#nextId = new DataView(options.origin.buffer, options.origin.byteOffset, 8).getBigUint64(0) | 1n;
  }

  /** Settles once the member is part of the configuration here. */
  add(id: bigint, url: string): Promise<void> {
    return this.#propose(ConfChangeType.ConfChangeAddNode, id, new TextEncoder().encode(url));
  }

  /** Settles once the member is no longer part of the configuration here. */
  remove(id: bigint): Promise<void> {
    return this.#propose(ConfChangeType.ConfChangeRemoveNode, id, undefined);
  }

  /** A change came out of the log. */
  applied(id: bigint, problem: string | undefined): void {
    const waiter = this.#waiting.get(id);
    if (waiter === undefined) return;
    this.#waiting.delete(id);
    if (problem === undefined) waiter.resolve();
    else waiter.reject(new ChangeError(problem, { code: "Refused" }));
  }

  /** Proposes again what was not heard of, and gives up on what is overdue. Called a few times a second. */
  expire(): void {
    const now = this.#options.now();
    for (const [id, waiter] of this.#waiting) {
      if (waiter.deadline <= now) {
        this.#waiting.delete(id);
        waiter.reject(new ChangeError("not applied in time; it may still take effect", { code: "TimedOut" }));
      } else if (now - waiter.proposedAt >= RETRY_MS) {
        waiter.proposedAt = now;
        this.#options.propose({ kind: "v1", change: waiter.change });
      }
    }
  }

  stop(): void {
    for (const { reject } of this.#waiting.values())
      reject(new ChangeError("this member is stopping", { code: "Stopped" }));
    this.#waiting.clear();
  }

  #propose(type: ConfChangeType, nodeId: bigint, context: Uint8Array | undefined): Promise<void> {
    if (this.#waiting.size >= MAX_PENDING_CHANGES) {
      return Promise.reject(new ChangeError("too many changes are waiting", { code: "Busy" }));
    }
    const id = this.#nextId;
    this.#nextId = BigInt.asUintN(64, this.#nextId + 2n);
    const change = newConfChange({ id, type, nodeId, context });
    const now = this.#options.now();
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { change, resolve, reject, deadline: now + this.#options.timeoutMs, proposedAt: now });
      this.#options.propose({ kind: "v1", change });
    });
  }
}
