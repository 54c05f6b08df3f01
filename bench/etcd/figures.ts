/** The figures of a run: what is asked of each row, and the medians that were found. Knows nothing of how they are measured. */
import { percentile } from "../measure.ts";

export type RowName =
  | "put3"
  | "cpu3"
  | "get3"
  | "sget3"
  | "lat3"
  | "p99"
  | "loop"
  | "put1"
  | "watch"
  | "range"
  | "rss"
  | "keys3"
  | "start";

/** A row of the table. `must` and `aim` bound the ratio of ours to etcd's: from below where more is better, from above where less is. */
export type Row = {
  readonly name: RowName;
  readonly work: string;
  readonly unit: string;
  readonly isMoreBetter: boolean;
  readonly must?: number;
  readonly aim?: number;
  /** For a row without a ratio: ours alone, in `unit`. */
  readonly mustBe?: number;
};

export const ROWS: readonly Row[] = [
  {
    name: "put3",
    work: "put, 3 members, 100 connections x 10 streams",
    unit: "/s",
    isMoreBetter: true,
    must: 3,
    aim: 4,
  },
  { name: "cpu3", work: "the same: CPU a put, all members", unit: "us", isMoreBetter: false, must: 0.4, aim: 0.25 },
  { name: "get3", work: "linearizable get, the same load", unit: "/s", isMoreBetter: true, must: 2, aim: 3 },
  { name: "sget3", work: "serializable get, the same load", unit: "/s", isMoreBetter: true, must: 2, aim: 2.5 },
  { name: "lat3", work: "put, 1 connection x 1 stream: p50", unit: "us", isMoreBetter: false, must: 1, aim: 0.8 },
  { name: "p99", work: "put at half of etcd's peak rate: p99", unit: "us", isMoreBetter: false, must: 1, aim: 0.5 },
  { name: "loop", work: "event-loop delay under the put load: p99.9", unit: "ms", isMoreBetter: false, mustBe: 50 },
  { name: "put1", work: "put, 1 member, 100 x 10", unit: "/s", isMoreBetter: true, must: 3, aim: 4 },
  {
    name: "watch",
    work: "1,000 watchers on a prefix: events delivered",
    unit: "/s",
    isMoreBetter: true,
    must: 3,
    aim: 5,
  },
  {
    name: "range",
    work: "range of 10,000 keys, 100 at a time: keys",
    unit: "/s",
    isMoreBetter: true,
    must: 1.5,
    aim: 2,
  },
  {
    name: "rss",
    work: "resident memory of the leader after 1M puts",
    unit: "MB",
    isMoreBetter: false,
    must: 1.5,
    aim: 1,
  },
  { name: "keys3", work: "these puts, over 100,000 keys (own load)", unit: "/s", isMoreBetter: true },
  { name: "start", work: "restart to serving with 1M keys", unit: "ms", isMoreBetter: false, must: 2, aim: 1 },
];
export type Side = "etcd" | "ours";

/** Every figure of every round. */
export class Figures {
  readonly #samples = new Map<string, number[]>();

  add(side: Side, row: RowName, value: number): void {
    const key = `${side} ${row}`;
    const sample = this.#samples.get(key);
    if (sample === undefined) this.#samples.set(key, [value]);
    else sample.push(value);
  }

  /** Median over the rounds; undefined for what was not measured. */
  median(side: Side, row: RowName): number | undefined {
    const sample = this.#samples.get(`${side} ${row}`);
    return sample === undefined ? undefined : middle(sample);
  }

  /** What the first round found. */
  first(side: Side, row: RowName): number | undefined {
    return this.#samples.get(`${side} ${row}`)?.[0];
  }

  /** Least and greatest, for what a median hides. */
  spread(side: Side, row: RowName): readonly [number, number] | undefined {
    const sample = this.#samples.get(`${side} ${row}`);
    return sample === undefined ? undefined : [Math.min(...sample), Math.max(...sample)];
  }
}

/** Of an even number of rounds the mean of the two in the middle. */
function middle(sample: readonly number[]): number {
  const upper = percentile(sample, 0.5);
  if (sample.length % 2 === 1) return upper;
  return (upper + ([...sample].sort((a, b) => a - b)[sample.length / 2 - 1] as number)) / 2;
}

/** "aim", "met" or "missed"; undefined where nothing is asked, or nothing was found. */
export function verdict(row: Row, ratio: number | undefined, ours: number | undefined): string | undefined {
  if (row.mustBe !== undefined) return ours === undefined ? undefined : ours <= row.mustBe ? "met" : "missed";
  if (ratio === undefined || row.must === undefined) return undefined;
  const reaches = (goal: number): boolean => (row.isMoreBetter ? ratio >= goal : ratio <= goal);
  if (row.aim !== undefined && reaches(row.aim)) return "aim";
  return reaches(row.must) ? "met" : "missed";
}
