/** Asks Node and the operating system what this process uses. Figures that only Linux has are undefined elsewhere. */
import { readdirSync, readFileSync } from "node:fs";
import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import type { EventLoopDelay, ProcessFigures } from "./sources.ts";

const PAGE_BYTES = 4096;
/** "unlimited", as etcd shows it: the largest 64-bit number. */
const UNLIMITED = 2 ** 64;

export class ProcessReader {
  readonly #delay = new EventLoopDelayReader();
  readonly #startTimeSeconds = performance.timeOrigin / 1000;

  read(): ProcessFigures {
    const { user, system } = process.cpuUsage();
    const limits = readText("/proc/self/limits");
    const [networkReceivedBytes, networkSentBytes] = networkBytes(readText("/proc/self/net/dev"));
    const pages = Number(readText("/proc/self/statm")?.split(" ")[0]);
    return {
      runtimeVersion: `node${process.versions.node}`,
      cpuSeconds: (user + system) / 1e6,
      startTimeSeconds: this.#startTimeSeconds,
      residentBytes: process.memoryUsage.rss(),
      virtualBytes: Number.isNaN(pages) ? undefined : pages * PAGE_BYTES,
      virtualMaxBytes: limitOf(limits, "Max address space"),
      openFds: countFds(),
      maxFds: limitOf(limits, "Max open files"),
      networkReceivedBytes,
      networkSentBytes,
      eventLoopDelay: this.#delay.read(),
    };
  }

  close(): void {
    this.#delay.close();
  }
}

const RESOLUTION_MS = 10;
const WINDOW_MS = 60_000;
const QUANTILES = [0.5, 0.99, 0.999] as const;
const NANOSECONDS = 1e9;

/**
 * Node's sampler gives the time between two firings of a timer, so what is beyond the timer's own interval is the delay. Quantiles
 * cover the window under way and the one before it: a peak does not vanish because somebody else scraped.
 */
class EventLoopDelayReader {
  readonly #sampler: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  #windowStartMs = performance.now();
  #lastWindow: readonly number[] = QUANTILES.map(() => 0);
  #sumBefore = 0;
  #countBefore = 0;

  constructor() {
    this.#sampler.enable();
  }

  read(): EventLoopDelay {
    const sampler = this.#sampler;
    const { count } = sampler;
    const now = QUANTILES.map((quantile) => (count === 0 ? 0 : delaySeconds(sampler.percentile(quantile * 100))));
    const sum = count === 0 ? 0 : delaySeconds(sampler.mean) * count;
    const result: EventLoopDelay = {
      quantiles: QUANTILES.map((quantile, i) => ({ quantile, seconds: Math.max(now[i]!, this.#lastWindow[i]!) })),
      sum: this.#sumBefore + sum,
      count: this.#countBefore + count,
    };
    if (performance.now() - this.#windowStartMs > WINDOW_MS) {
      this.#windowStartMs = performance.now();
      this.#lastWindow = now;
      this.#sumBefore = result.sum;
      this.#countBefore = result.count;
      sampler.reset();
    }
    return result;
  }

  close(): void {
    this.#sampler.disable();
  }
}

function delaySeconds(intervalNanoseconds: number): number {
  return Math.max(0, intervalNanoseconds / NANOSECONDS - RESOLUTION_MS / 1000);
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch {
    // Not Linux, or not allowed: the figure is left out.
    return undefined;
  }
}

function countFds(): number | undefined {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return undefined;
  }
}

/** The soft limit of one line of /proc/self/limits. */
function limitOf(limits: string | undefined, name: string): number | undefined {
  const line = limits?.split("\n").find((candidate) => candidate.startsWith(name));
  const soft = line?.slice(name.length).trim().split(/\s+/)[0];
  return soft === undefined ? undefined : soft === "unlimited" ? UNLIMITED : Number(soft);
}

/** Received and sent over all interfaces of /proc/self/net/dev. */
function networkBytes(text: string | undefined): readonly [number | undefined, number | undefined] {
  if (text === undefined) return [undefined, undefined];
  let received = 0;
  let sent = 0;
  for (const line of text.split("\n").slice(2)) {
    const columns = line
      .slice(line.indexOf(":") + 1)
      .trim()
      .split(/\s+/);
    if (columns.length < 9) continue;
    received += Number(columns[0]);
    sent += Number(columns[8]);
  }
  return [received, sent];
}
