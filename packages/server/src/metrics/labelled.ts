/** Counters and histograms whose label is only known when something happens, each with a bound on how many series there may be. */
import type { Exposition } from "./exposition.ts";
import { Histogram } from "./histogram.ts";

/** What is counted once there is no room for another series. */
const OTHER = "other";

/** A counter for each of a few texts. What others may choose, such as a client's version, cannot make it grow beyond its bound. */
export class LabelledCounter {
  readonly #maxSeries: number;
  readonly #series = new Map<string, { count: number }>();
  /** The series that was counted last: mostly it is the next one too, and then no map is asked. */
  #last: { count: number } = { count: 0 };
  #lastLabel: string | undefined;

  constructor(maxSeries: number) {
    this.#maxSeries = maxSeries;
  }

  increment(label: string): void {
    if (label !== this.#lastLabel) {
      this.#last = this.#seriesOf(label);
      this.#lastLabel = label;
    }
    this.#last.count++;
  }

  /** Every label with its count. */
  *entries(): Generator<readonly [label: string, count: number]> {
    for (const [label, { count }] of this.#series) yield [label, count];
  }

  #seriesOf(label: string): { count: number } {
    const found = this.#series.get(label);
    if (found !== undefined) return found;
    if (this.#series.size >= this.#maxSeries && label !== OTHER) return this.#seriesOf(OTHER);
    const series = { count: 0 };
    this.#series.set(label, series);
    return series;
  }
}

type Timed = { readonly succeeded: Histogram; readonly failed: Histogram };

/** Durations by operation and whether it went well. Operations are those of the caller's table, by index. */
export class OperationTimes {
  readonly #operations: readonly string[];
  readonly #times: readonly Timed[];

  constructor(operations: readonly string[], bounds: readonly number[]) {
    this.#operations = operations;
    this.#times = operations.map(() => ({ succeeded: new Histogram(bounds), failed: new Histogram(bounds) }));
  }

  /** The histogram of one operation, to be kept by who observes often. */
  of(operation: string, hasSucceeded: boolean): Histogram | undefined {
    const times = this.#times[this.#operations.indexOf(operation)];
    return hasSucceeded ? times?.succeeded : times?.failed;
  }

  observe(operation: number, hasSucceeded: boolean, seconds: number): void {
    const times = this.#times[operation]!;
    (hasSucceeded ? times.succeeded : times.failed).observe(seconds);
  }

  /** Writes the series that have an observation into the family that was started last. */
  writeTo(out: Exposition, labelsOf: (operation: string, success: string) => readonly string[]): void {
    for (let i = 0; i < this.#times.length; i++) {
      const { succeeded, failed } = this.#times[i]!;
      const operation = this.#operations[i]!;
      if (succeeded.count > 0) out.buckets(succeeded, labelsOf(operation, "true"));
      if (failed.count > 0) out.buckets(failed, labelsOf(operation, "false"));
    }
  }
}

type Check = { readonly kind: string; readonly name: string; passed: number; failed: number; isLastGood: boolean };

/** How often each of the checks of /livez and /readyz passed and failed. */
export class CheckCounter {
  readonly #checks = new Map<string, Check>();

  count(kind: string, name: string, isGood: boolean): void {
    const key = `${kind}/${name}`;
    let check = this.#checks.get(key);
    if (check === undefined) {
      check = { kind, name, passed: 0, failed: 0, isLastGood: isGood };
      this.#checks.set(key, check);
    }
    if (isGood) check.passed++;
    else check.failed++;
    check.isLastGood = isGood;
  }

  writeTo(out: Exposition): void {
    out.family("etcd_server_healthcheck", "gauge", "1 if the check passed when it was asked last.");
    for (const { kind, name, isLastGood } of this.#checks.values())
      out.sample(isLastGood ? 1 : 0, ["name", name, "type", kind]);
    out.family("etcd_server_healthchecks_total", "counter", "Checks that were asked for, by their result.");
    for (const { kind, name, passed, failed } of this.#checks.values()) {
      if (passed > 0) out.sample(passed, ["name", name, "status", "success", "type", kind]);
      if (failed > 0) out.sample(failed, ["name", name, "status", "error", "type", kind]);
    }
  }
}
