/**
 * A histogram with fixed buckets. An observation is a walk over a few numbers and two additions: nothing is allocated, so that it can stand
 * in the path of every request. What it holds is read when Prometheus scrapes.
 */
import { assert } from "@quorate/base";

export class Histogram {
  /** Upper bounds of the buckets, inclusive and rising; what lies above the last one falls into a bucket without bound. */
  readonly bounds: readonly number[];
  /** Observations by bucket, not cumulative; one more than there are bounds. */
  readonly counts: Float64Array;
  sum = 0;
  count = 0;

  constructor(bounds: readonly number[]) {
    for (let i = 1; i < bounds.length; i++) assert(bounds[i]! > bounds[i - 1]!, "the bounds of a histogram must rise");
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    const { bounds } = this;
    let i = 0;
    // From below: what is worth measuring is mostly fast, and lands in one of the first buckets.
    while (i < bounds.length && value > bounds[i]!) i++;
    this.counts[i]!++;
    this.sum += value;
    this.count++;
  }
}

/** `count` bounds from `start` on, each `factor` times the one before, multiplied up as Prometheus' client for Go does. */
export function exponentialBounds(start: number, factor: number, count: number): readonly number[] {
  assert(start > 0 && factor > 1, "bounds must rise");
  const bounds: number[] = [];
  for (let i = 0, bound = start; i < count; i++, bound *= factor) bounds.push(bound);
  return bounds;
}
