/**
 * Leases by the time at which somebody should look at them: a binary heap with one entry per lease. An entry may be early, never
 * late. A renewal therefore costs nothing here: whoever finds a lease before its time puts it back. Revoked leases stay until
 * their time comes or until they are the larger part.
 */
import type { LeaseRecord } from "./lease.ts";

type Entry = { readonly atMs: number; readonly lease: LeaseRecord };

/** Below this many entries, dead ones are not worth removing. */
const MIN_SWEEP = 64;

export class LeaseHeap {
  #entries: Entry[] = [];

  get size(): number {
    return this.#entries.length;
  }

  clear(): void {
    this.#entries = [];
  }

  /** Holds these leases and no others, in time proportional to their number. */
  refill(leases: readonly LeaseRecord[], timeOf: (lease: LeaseRecord) => number): void {
    this.#entries = leases.map((lease) => ({ atMs: timeOf(lease), lease }));
    this.#order();
  }

  push(lease: LeaseRecord, atMs: number): void {
    const entries = this.#entries;
    const entry = { atMs, lease };
    let i = entries.length;
    entries.push(entry);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const above = entries[parent]!;
      if (above.atMs <= atMs) break;
      entries[i] = above;
      i = parent;
    }
    entries[i] = entry;
  }

  /** Takes out the lease with the earliest time, if that is not after `nowMs`. */
  pop(nowMs: number): LeaseRecord | undefined {
    const first = this.#entries[0];
    if (first === undefined || first.atMs > nowMs) return undefined;
    const last = this.#entries.pop()!;
    if (this.#entries.length > 0) this.#sink(0, last);
    return first.lease;
  }

  /** Drops entries of revoked leases where they outnumber the `living`; amortized, it costs each revocation O(1). */
  sweep(living: number): void {
    if (this.#entries.length <= MIN_SWEEP || this.#entries.length <= 2 * living) return;
    this.#entries = this.#entries.filter(({ lease }) => lease.alive);
    this.#order();
  }

  #order(): void {
    for (let i = (this.#entries.length >> 1) - 1; i >= 0; i--) this.#sink(i, this.#entries[i]!);
  }

  /** Puts `entry` at `at` or below, where it belongs. */
  #sink(at: number, entry: Entry): void {
    const entries = this.#entries;
    let i = at;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= entries.length) break;
      if (child + 1 < entries.length && entries[child + 1]!.atMs < entries[child]!.atMs) child++;
      if (entries[child]!.atMs >= entry.atMs) break;
      entries[i] = entries[child]!;
      i = child;
    }
    entries[i] = entry;
  }
}
