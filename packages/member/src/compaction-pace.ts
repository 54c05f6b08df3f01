/**
 * How fast the rows of a compaction go: a batch in slices of one step each, then a pause, so that requests find the event loop and the
 * backend's writer free. It decides when; what goes is the store's business.
 */
import { assert } from "@quorate/base";
import type { Effects } from "./events.ts";

/** Rows looked at in one step. */
const SLICE_ROWS = 500;

/** The store as its compaction is driven. */
export type CompactingStore = {
  readonly compacting: boolean;
  readonly stepCompaction: (budget: number) => boolean;
};

export type CompactionPaceOptions = {
  /** Rows between two pauses. */
  readonly compactionBatchRows: number;
  readonly compactionPauseMs: number;
};

export class CompactionPace {
  readonly #options: CompactionPaceOptions;
  readonly #finished: (milliseconds: number) => void;
  #startedMs: number | undefined;
  #rowsLeft: number;
  #resumeMs = Number.NEGATIVE_INFINITY;

  /** @param finished told when a compaction is done, with the time since it was first seen, to within a step. */
  constructor(options: CompactionPaceOptions, finished: (milliseconds: number) => void) {
    assert(options.compactionBatchRows > 0, "a batch removes something");
    this.#options = options;
    this.#finished = finished;
    this.#rowsLeft = options.compactionBatchRows;
  }

  /** One step of the host: a slice where it is time for one; and when the next step should be at the latest. */
  step(store: CompactingStore, nowMs: number, effects: Pick<Effects<unknown>, "more" | "stepAgainMs">): void {
    if (!store.compacting) {
      // Another store may have come in the middle of one.
      this.#startedMs = undefined;
      return;
    }
    this.#startedMs ??= nowMs;
    if (nowMs >= this.#resumeMs) {
      const rows = Math.min(SLICE_ROWS, this.#rowsLeft);
      if (store.stepCompaction(rows)) {
        this.#finished(nowMs - this.#startedMs);
        this.#startedMs = undefined;
        this.#rowsLeft = this.#options.compactionBatchRows;
        return;
      }
      this.#rowsLeft -= rows;
      if (this.#rowsLeft > 0) {
        effects.more = true;
        return;
      }
      this.#rowsLeft = this.#options.compactionBatchRows;
      this.#resumeMs = nowMs + this.#options.compactionPauseMs;
    }
    effects.stepAgainMs = this.#resumeMs - nowMs;
  }
}
