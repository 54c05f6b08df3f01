/**
 * Linearizable reads: which may go on when (thesis section 6.4; etcd's linearizableReadLoop). All that wait at one moment share one
 * ReadIndex round; one that comes during a round waits for the next, because the round may have read the commit index before. A
 * round without an answer is asked again under a new id, which no earlier run of this member has used.
 */
import type { FailureCode } from "./errors.ts";

/** Reads that may wait at once. */
export const MAX_PENDING_READS = 65_536;
/** After this long without an answer a round is asked again: the request, or its answer, was lost (etcd: readIndexRetryTime). */
export const RETRY_READ_INDEX_MS = 500;

type Read<W> = { readonly waiter: W; readonly startedMs: number };
type Round<W> = { id: bigint; askedMs: number; index: number | undefined; reads: Read<W>[] };

export type ReadsDeps<W> = {
  readonly timeoutMs: number;
  readonly nextId: () => bigint;
  /** Asks raft for a read state with this id. */
  readonly ask: (id: bigint) => void;
  readonly confirm: (waiter: W) => void;
  readonly fail: (waiter: W, code: FailureCode) => void;
};

export class Reads<W> {
  /** Rounds that failed or had to be asked again, for metrics. */
  failedRounds = 0;
  slowRounds = 0;
  readonly #deps: ReadsDeps<W>;
  #waiting: Read<W>[] = [];
  #round: Round<W> | undefined;

  constructor(deps: ReadsDeps<W>) {
    this.#deps = deps;
  }

  /** A read waits from now on; `startRound` lets it go further. */
  add(waiter: W, nowMs: number): void {
    if (this.#waiting.length >= MAX_PENDING_READS) this.#deps.fail(waiter, "TooManyRequests");
    else this.#waiting.push({ waiter, startedMs: nowMs });
  }

  /** Begins a round for those who wait, unless one is under way. */
  startRound(nowMs: number): void {
    if (this.#round !== undefined || this.#waiting.length === 0) return;
    this.#round = { id: 0n, askedMs: 0, index: undefined, reads: this.#waiting };
    this.#waiting = [];
    this.#ask(this.#round, nowMs);
  }

  /** Raft's answer to the round `id`: its reads may see everything up to `index`. */
  answered(id: bigint, index: number): void {
    if (this.#round?.id === id) this.#round.index = index;
  }

  /** The local store holds everything up to `index`: a round that waited for it ends. */
  applied(index: number): void {
    const round = this.#round;
    if (round?.index === undefined || index < round.index) return;
    this.#round = undefined;
    for (const { waiter } of round.reads) this.#deps.confirm(waiter);
  }

  /** Another member leads: an answer of the old one may never come, and must not be waited for. */
  leaderChanged(): void {
    const round = this.#round;
    if (round === undefined || round.index !== undefined) return;
    this.#round = undefined;
    this.failedRounds++;
    for (const { waiter } of round.reads) this.#deps.fail(waiter, "LeaderChanged");
  }

  /** The leader has committed in its term: what was asked before may have been dropped. */
  askAgain(nowMs: number): void {
    if (this.#round !== undefined && this.#round.index === undefined) this.#ask(this.#round, nowMs);
  }

  /** Time passes: gives up on reads that waited too long, and asks again where no answer came. */
  tick(nowMs: number): void {
    this.#waiting = this.#dropOverdue(this.#waiting, nowMs);
    const round = this.#round;
    if (round === undefined) return;
    round.reads = this.#dropOverdue(round.reads, nowMs);
    if (round.reads.length === 0) {
      this.#round = undefined;
      this.failedRounds++;
    } else if (round.index === undefined && nowMs - round.askedMs >= RETRY_READ_INDEX_MS) {
      this.slowRounds++;
      this.#ask(round, nowMs);
    }
  }

  failAll(code: FailureCode): void {
    for (const { waiter } of [...(this.#round?.reads ?? []), ...this.#waiting]) this.#deps.fail(waiter, code);
    this.#round = undefined;
    this.#waiting = [];
  }

  #ask(round: Round<W>, nowMs: number): void {
    round.id = this.#deps.nextId();
    round.askedMs = nowMs;
    this.#deps.ask(round.id);
  }

  /** Reads wait in the order in which they came, so those who waited too long stand in front. */
  #dropOverdue(reads: Read<W>[], nowMs: number): Read<W>[] {
    const overdue = (read: Read<W>): boolean => read.startedMs + this.#deps.timeoutMs <= nowMs;
    let gone = 0;
    while (gone < reads.length && overdue(reads[gone]!)) gone++;
    if (gone === 0) return reads;
    for (let i = 0; i < gone; i++) this.#deps.fail(reads[i]!.waiter, "Timeout");
    return reads.slice(gone);
  }
}
