/**
 * Appends on their way to the log and back: strictly in order, and none is reported before earlier ones are durable. It owns that
 * order; the log owns durability.
 */
import { RingQueue } from "@quorate/base";
import type { Append } from "@quorate/member";
import type { DurableStorage } from "@quorate/storage";

/** Appends that may wait for a received snapshot to be saved; raft has a few under way at most. */
const MAX_WAITING_APPENDS = 16_384;

export type AppendLineDeps = {
  readonly storage: Pick<DurableStorage, "save" | "saveSnapshot">;
  readonly onAppended: (append: Append) => void;
  /** The log failed: the process must end. */
  readonly onFatal: (error: unknown) => void;
};

export class AppendLine {
  readonly #deps: AppendLineDeps;
  readonly #waiting = new RingQueue<Append>(MAX_WAITING_APPENDS);
  #isSavingSnapshot = false;
  /** The newest append that reached the log. */
  #last: Promise<void> = Promise.resolve();

  constructor(deps: AppendLineDeps) {
    this.#deps = deps;
  }

  add(append: Append): void {
    if (!this.#isSavingSnapshot) this.#hand(append);
    else if (!this.#waiting.push(append)) this.#deps.onFatal(new Error("too many appends wait for a snapshot"));
  }

  /** Resolves once everything handed over so far is durable. */
  settled(): Promise<void> {
    return this.#last;
  }

  #hand(append: Append): void {
    const { snapshot, hardState, entries, mustSync, responses } = append;
    if (snapshot !== undefined) return this.#saveSnapshot(append);
    const { storage } = this.#deps;
    const isCommitAlone = entries.length === 0 && !mustSync;
    // A commit index may be saved at leisure, but what is said with it counts on everything before it.
    const saved =
      hardState === undefined && entries.length === 0 ? this.#last : storage.save(hardState, entries, mustSync);
    if (isCommitAlone && responses.length === 0) {
      saved.catch(this.#deps.onFatal);
      return;
    }
    const done = isCommitAlone ? this.#last.then(() => saved) : saved;
    this.#last = done;
    done.then(() => this.#deps.onAppended(append)).catch(this.#deps.onFatal);
  }

  /** The snapshot file and its record first; what is saved next may lie behind them. */
  #saveSnapshot(append: Append): void {
    const { storage } = this.#deps;
    const { snapshot, hardState, entries } = append;
    this.#isSavingSnapshot = true;
    this.#last = this.#last
      .then(() => (snapshot === undefined ? undefined : storage.saveSnapshot(snapshot)))
      .then(() => storage.save(hardState, entries, true));
    this.#last
      .then(() => {
        this.#isSavingSnapshot = false;
        this.#deps.onAppended(append);
        while (!this.#isSavingSnapshot && this.#waiting.length > 0) this.#hand(this.#waiting.shift()!);
      })
      .catch(this.#deps.onFatal);
  }
}
