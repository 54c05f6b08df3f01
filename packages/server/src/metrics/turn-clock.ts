/**
 * A clock for what happens in crowds: it looks at the real one once in each callback of the event loop. What begins and ends in one
 * callback took no time by it, which is right to within what a callback lasts.
 */

export class TurnClock {
  readonly #now: () => number;
  #nowMs = 0;
  #isFresh = false;
  readonly #expire = (): void => {
    this.#isFresh = false;
  };

  /** @param now monotonic milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  now(): number {
    if (!this.#isFresh) {
      this.#nowMs = this.#now();
      this.#isFresh = true;
      queueMicrotask(this.#expire);
    }
    return this.#nowMs;
  }
}
