/**
 * Linearizable reads: which read may be served when. All reads that wait at one moment share one ReadIndex round; a read that
 * arrives during a round waits for the next one, because the round may have read the commit index before it arrived. A round
 * without an answer is asked again under a new context (thesis section 6.4; etcd's linearizableReadLoop).
 */
import { CodedError } from "@quorate/base";

/** Reads that may wait at once. */
export const MAX_PENDING_READS = 16_384;
/** After this long without an answer a round is asked again: the request, or its answer, was lost. */
export const RETRY_ROUND_MS = 500;

/** Why a read was not confirmed. */
export class ReadError extends CodedError<{ readonly code: "Busy" | "TimedOut" | "Stopped" }> {
  override readonly name = "ReadError";
}

type Read = { readonly resolve: () => void; readonly reject: (error: ReadError) => void; readonly deadline: number };

type Round = { context: number; askedAt: number; index: number | undefined; readonly reads: Read[] };

export type ReadOptions = {
  readonly now: () => number;
  readonly timeoutMs: number;
  /** Asks raft for a read state tagged with this number, which is unique in this process. */
  readonly readIndex: (context: number) => void;
};

export class LinearizableReads {
  readonly #options: ReadOptions;
  #context = 0;
  #applied = 0;
  #waiting: Read[] = [];
  #round: Round | undefined;

  constructor(options: ReadOptions) {
    this.#options = options;
  }

  /** Settles once the local store holds everything that was committed when this was called. */
  confirm(): Promise<void> {
    const { now, timeoutMs } = this.#options;
    if (this.#waiting.length >= MAX_PENDING_READS) {
      return Promise.reject(new ReadError("too many reads are waiting", { code: "Busy" }));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject, deadline: now() + timeoutMs });
      this.#startRound();
    });
  }

  /** Raft confirmed the round tagged `context`: its reads may see everything up to `index`. */
  confirmed(context: number, index: number): void {
    if (this.#round === undefined || this.#round.context !== context) return;
    this.#round.index = index;
    this.#finishRound();
  }

  /** The store has applied entries up to `index`. */
  applied(index: number): void {
    this.#applied = index;
    this.#finishRound();
  }

  /** Fails reads past their deadline and asks again for a round without an answer. Called a few times a second. */
  expire(): void {
    const now = this.#options.now();
    const overdue = (read: Read): boolean => read.deadline <= now;
    for (const read of [...(this.#round?.reads ?? []), ...this.#waiting].filter(overdue)) {
      read.reject(new ReadError("no quorum confirmed the read in time", { code: "TimedOut" }));
    }
    this.#waiting = this.#waiting.filter((read) => !overdue(read));
    const round = this.#round;
    if (round === undefined) return;
    if (round.reads.every(overdue)) this.#endRound();
    else if (round.index === undefined && now - round.askedAt >= RETRY_ROUND_MS) this.#ask(round);
  }

  stop(): void {
    for (const read of [...(this.#round?.reads ?? []), ...this.#waiting]) {
      read.reject(new ReadError("this member is stopping", { code: "Stopped" }));
    }
    this.#round = undefined;
    this.#waiting = [];
  }

  #startRound(): void {
    if (this.#round !== undefined || this.#waiting.length === 0) return;
    this.#round = { context: 0, askedAt: 0, index: undefined, reads: this.#waiting };
    this.#waiting = [];
    this.#ask(this.#round);
  }

  #ask(round: Round): void {
    round.context = ++this.#context;
    round.askedAt = this.#options.now();
    this.#options.readIndex(round.context);
  }

  #finishRound(): void {
    const round = this.#round;
    if (round?.index === undefined || this.#applied < round.index) return;
    for (const read of round.reads) read.resolve();
    this.#endRound();
  }

  #endRound(): void {
    this.#round = undefined;
    this.#startRound();
  }
}
