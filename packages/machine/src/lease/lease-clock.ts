/**
 * The time that leases run on. It follows the host's monotonic clock but for gaps: a host that was stopped, or so late that
 * keep-alives waited unread in its sockets, did not let that time pass for its leases. A TTL is a minimum, so time may be lost and
 * must never be gained.
 */
import { assert } from "@quorate/base";

export class LeaseClock {
  readonly #maxStepMs: number;
  #hostMs: number | undefined = undefined;
  #nowMs = 0;

  /** @param maxStepMs the longest time between two looks at the clock that counts in full. */
  constructor(maxStepMs: number) {
    assert(maxStepMs > 0, "time passes");
    this.#maxStepMs = maxStepMs;
  }

  /** Milliseconds that have passed for leases. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** Tells the host's monotonic time. False where the host was late: leadership should be confirmed before anything is revoked. */
  advance(hostMs: number): boolean {
    const step = hostMs - (this.#hostMs ?? hostMs);
    this.#hostMs = hostMs;
    if (step <= 0) return true;
    this.#nowMs += Math.min(step, this.#maxStepMs);
    return step <= this.#maxStepMs;
  }
}
