/** A bound on lines that one cause could write without end: so many in a while, and the next one says how many were left out. */

export class RateBound {
  readonly #maxLines: number;
  readonly #windowMs: number;
  #windowStartMs = Number.NEGATIVE_INFINITY;
  #written = 0;
  #suppressed = 0;

  /** At most `maxLines` in `windowMs`. */
  constructor(maxLines: number, windowMs: number) {
    this.#maxLines = maxLines;
    this.#windowMs = windowMs;
  }

  /** Undefined where the line is to be left out; else how many were since the last one that was written. */
  admit(nowMs: number): number | undefined {
    if (nowMs - this.#windowStartMs >= this.#windowMs) {
      this.#windowStartMs = nowMs;
      this.#written = 0;
    }
    if (this.#written === this.#maxLines) {
      this.#suppressed++;
      return undefined;
    }
    this.#written++;
    const suppressed = this.#suppressed;
    this.#suppressed = 0;
    return suppressed;
  }
}
