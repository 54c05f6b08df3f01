/** Warnings of what took longer than an operator wants, in etcd's words, so many and no more. */
import { formatGoDuration } from "../config/go-values.ts";
import type { StructuredLogger } from "./logger.ts";
import { RateBound } from "./rate-bound.ts";

/** Of each kind: enough to see what goes on, and nothing that a slow disk could fill itself with. */
const MAX_LINES = 10;
const WINDOW_MS = 1_000;

export type SlowLimits = {
  /** --warning-apply-duration. */
  readonly applyMs: number;
  /** --warning-unary-request-duration. */
  readonly unaryMs: number;
};

export class SlowLines {
  readonly #limits: SlowLimits;
  readonly #logger: StructuredLogger;
  readonly #applies = new RateBound(MAX_LINES, WINDOW_MS);
  readonly #calls = new RateBound(MAX_LINES, WINDOW_MS);

  constructor(limits: SlowLimits, logger: StructuredLogger) {
    this.#limits = limits;
    this.#logger = logger;
  }

  /** A run of entries was applied in one go. True where that was slow. */
  applied(entries: number, tookMs: number, nowMs: number): boolean {
    const { applyMs } = this.#limits;
    if (tookMs <= applyMs) return false;
    const suppressed = this.#applies.admit(nowMs);
    if (suppressed !== undefined)
      this.#logger.warn("apply request took too long", {
        took: formatGoDuration(tookMs),
        "expected-duration": formatGoDuration(applyMs),
        entries,
        ...others(suppressed),
      });
    return true;
  }

  /** A unary call was answered. */
  answered(path: string, tookMs: number, nowMs: number): void {
    const { unaryMs } = this.#limits;
    if (tookMs <= unaryMs) return;
    const suppressed = this.#calls.admit(nowMs);
    if (suppressed === undefined) return;
    this.#logger.warn("request stats", {
      "time spent": formatGoDuration(tookMs),
      "response type": path,
      ...others(suppressed),
    });
  }
}

function others(suppressed: number): { readonly suppressed?: number } {
  return suppressed === 0 ? {} : { suppressed };
}
