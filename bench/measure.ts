/** Timing for the benchmarks: warm up, run a few rounds, keep the median. A benchmark reports a figure and never fails on one. */

/** One printed result. `goal` is what the project asks of it. */
export type Result = {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly goal: string;
  readonly met: boolean;
};

const ROUNDS = 7;

/** Median seconds of one call of `round`, which does the same amount of work each time. */
export function medianSeconds(round: () => void): number {
  round();
  const seconds: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    const start = performance.now();
    round();
    seconds.push((performance.now() - start) / 1000);
  }
  return percentile(seconds, 0.5);
}

/** The value below which a share of the sample lies. */
export function percentile(sample: readonly number[], share: number): number {
  const sorted = [...sample].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** A result whose value must be at most `limit`. */
export function atMost(name: string, value: number, unit: string, limit: number): Result {
  return { name, value, unit, goal: `<= ${limit}`, met: value <= limit };
}

/** A result whose value must be at least `limit`. */
export function atLeast(name: string, value: number, unit: string, limit: number): Result {
  return { name, value, unit, goal: `>= ${limit}`, met: value >= limit };
}
