/**
 * Compaction by the clock: the leader compacts what is older than a time or more than a number of revisions back, so that nobody else
 * needs to (etcd's compactor). It says to which revision; it goes through the log as any client's request.
 */
/** How often the revision mode looks. */
const REVISION_INTERVAL_MS = 5 * 60_000;
const HOUR_MS = 60 * 60_000;
/** Samples of the revision in one interval of the periodic mode. */
const SAMPLES_PER_INTERVAL = 10;

export type AutoCompactionOptions =
  | { readonly mode: "off" }
  | { readonly mode: "periodic"; readonly retentionMs: number }
  | { readonly mode: "revision"; readonly retention: number };

export class AutoCompaction {
  readonly #options: AutoCompactionOptions;
  readonly #intervalMs: number;
  readonly #samplesKept: number;
  /** Revisions, one a sample, oldest first. */
  #samples: number[] = [];
  #sampledMs: number | undefined;
  #compactedMs: number | undefined;
  #lastRev = 0;

  constructor(options: AutoCompactionOptions) {
    this.#options = options;
    const retentionMs = options.mode === "periodic" ? options.retentionMs : HOUR_MS;
    this.#intervalMs = options.mode === "revision" ? REVISION_INTERVAL_MS : Math.min(retentionMs, HOUR_MS);
    this.#samplesKept = Math.ceil((SAMPLES_PER_INTERVAL * retentionMs) / this.#intervalMs) + 1;
  }

  /** The revision to compact to now, if any. Followers call it too: their samples are of use when they lead. */
  tick(nowMs: number, currentRev: number, isLeader: boolean): number | undefined {
    if (this.#options.mode === "off") return undefined;
    if (this.#options.mode === "revision")
      return this.#byRevision(nowMs, currentRev - this.#options.retention, isLeader);
    return this.#byTime(nowMs, currentRev, isLeader);
  }

  #byRevision(nowMs: number, rev: number, isLeader: boolean): number | undefined {
    this.#sampledMs ??= nowMs;
    if (nowMs - this.#sampledMs < this.#intervalMs) return undefined;
    this.#sampledMs = nowMs;
    return isLeader && rev > 0 ? this.#once(rev) : undefined;
  }

  #byTime(nowMs: number, currentRev: number, isLeader: boolean): number | undefined {
    if (this.#sampledMs !== undefined && nowMs - this.#sampledMs < this.#intervalMs / SAMPLES_PER_INTERVAL)
      return undefined;
    this.#sampledMs = nowMs;
    this.#compactedMs ??= nowMs;
    this.#samples.push(currentRev);
    if (this.#samples.length < this.#samplesKept) return undefined;
    if (this.#samples.length > this.#samplesKept) this.#samples.shift();
    if (!isLeader || nowMs - this.#compactedMs < this.#intervalMs) return undefined;
    this.#compactedMs = nowMs;
    return this.#once(this.#samples[0]!);
  }

  #once(rev: number): number | undefined {
    if (rev === this.#lastRev) return undefined;
    this.#lastRev = rev;
    return rev;
  }
}
