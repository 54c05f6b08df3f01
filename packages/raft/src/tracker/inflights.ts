/**
 * The sliding window of appends that were sent to a peer and not yet acknowledged: bounded by message count, and softly by
 * payload bytes (the message that crosses the limit still goes).
 *
 *   start                start + count
 *     v                    v
 *   [ 7 | 9 | 12 | 15 | 18 |  |  ]   each slot: last index of one MsgApp, and its payload bytes
 */
import { assert } from "@quorate/base";
import type { Index } from "../types.ts";

export class Inflights {
  readonly #maxMessages: number;
  readonly #maxBytes: number;
  #start = 0;
  #count = 0;
  #bytes = 0;
  #indexes: Index[] = [];
  #sizes: number[] = [];

  /** @param maxMessages window in messages; @param maxBytes window in payload bytes, 0 for no limit. */
  constructor(maxMessages: number, maxBytes: number) {
    this.#maxMessages = maxMessages;
    this.#maxBytes = maxBytes;
  }

  /** Messages in flight. */
  get count(): number {
    return this.#count;
  }

  /** True when nothing more may be sent until an acknowledgement frees the window. */
  full(): boolean {
    return this.#count === this.#maxMessages || (this.#maxBytes !== 0 && this.#bytes >= this.#maxBytes);
  }

  /** Records a message that ends at `index`. The window must not be full; indexes must rise. */
  add(index: Index, bytes: number): void {
    assert(!this.full(), "cannot add into a Full inflights");
    if (this.#count === this.#indexes.length) this.#grow();
    const at = (this.#start + this.#count) % this.#indexes.length;
    this.#indexes[at] = index;
    this.#sizes[at] = bytes;
    this.#count++;
    this.#bytes += bytes;
  }

  /** Frees every message that ends at or below `to`. */
  freeLE(to: Index): void {
    while (this.#count > 0 && this.#indexes[this.#start]! <= to) {
      this.#bytes -= this.#sizes[this.#start]!;
      this.#start = (this.#start + 1) % this.#indexes.length;
      this.#count--;
    }
    if (this.#count === 0) this.#start = 0;
  }

  /** Frees everything. */
  reset(): void {
    this.#start = 0;
    this.#count = 0;
    this.#bytes = 0;
  }

  /** An independent copy. */
  clone(): Inflights {
    const copy = new Inflights(this.#maxMessages, this.#maxBytes);
    copy.#start = this.#start;
    copy.#count = this.#count;
    copy.#bytes = this.#bytes;
    copy.#indexes = this.#indexes.slice();
    copy.#sizes = this.#sizes.slice();
    return copy;
  }

  /** Doubles the ring, never beyond the window: most peers never fill theirs. */
  #grow(): void {
    const length = this.#indexes.length;
    const size = Math.min(Math.max(1, length * 2), this.#maxMessages);
    const indexes: Index[] = new Array(size).fill(0);
    const sizes: number[] = new Array(size).fill(0);
    for (let i = 0; i < this.#count; i++) {
      indexes[i] = this.#indexes[(this.#start + i) % length]!;
      sizes[i] = this.#sizes[(this.#start + i) % length]!;
    }
    this.#indexes = indexes;
    this.#sizes = sizes;
    this.#start = 0;
  }
}
