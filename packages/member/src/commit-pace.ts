/** When the backend commits: the log is durable at once, the backend follows a little later, in large transactions. */
import type { AppliedPosition, HostBackend } from "@quorate/base";

export type CommitPaceOptions = {
  /** After so long, or so many changes. */
  readonly backendBatchMs: number;
  readonly backendBatchLimit: number;
};

export class CommitPace {
  readonly #options: CommitPaceOptions;
  #startedMs = 0;

  constructor(options: CommitPaceOptions) {
    this.#options = options;
  }

  /** Starts a commit of everything up to `applied`, where it is time and none is under way. */
  step(backend: HostBackend, applied: AppliedPosition, nowMs: number): void {
    // A compaction removes rows long after its entry: the buffer counts, not only the index.
    if (applied.index <= backend.committed.index && backend.bufferedChanges === 0) return;
    const { backendBatchLimit, backendBatchMs } = this.#options;
    const isLarge = backend.bufferedChanges >= backendBatchLimit;
    if (!isLarge && nowMs - this.#startedMs < backendBatchMs) return;
    if (backend.startCommit(applied)) this.#startedMs = nowMs;
  }
}
