/** Long work on a thread that has other things to do: a slice at a time, and the loop between them. */
import { setImmediate } from "node:timers/promises";

/** Longest run between two looks at the clock is the caller's; what is over this ends the slice. */
const SLICE_MS = 2;

/** Counts the time since the loop had its turn. */
export class Slices {
  #start = performance.now();

  /** True when it is the loop's turn: then await `pause`. */
  get isOver(): boolean {
    return performance.now() - this.#start >= SLICE_MS;
  }

  async pause(): Promise<void> {
    await setImmediate();
    this.#start = performance.now();
  }
}

/** Runs work to its end in slices. `isStopped` is asked after each; true ends it with undefined. */
export async function inSlices<T>(work: Generator<void, T, void>, isStopped?: () => boolean): Promise<T | undefined> {
  const slices = new Slices();
  await slices.pause();
  for (let step = work.next(); ; step = work.next()) {
    if (step.done === true) return step.value;
    if (!slices.isOver) continue;
    await slices.pause();
    if (isStopped?.() === true) return undefined;
  }
}
