/**
 * Bytes that arrived in pieces and leave in frames. A frame is copied out once into an array of its own, so that what is decoded from it
 * keeps neither the socket's buffer nor other frames alive.
 */
import { assert } from "@quorate/base";

const TWO_32 = 2 ** 32;

export class ByteQueue {
  #chunks: Uint8Array[] = [];
  /** Bytes of the first chunk that were taken. */
  #start = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Adds a chunk; it must not change afterwards. */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** Copies the next `count` bytes out. They must have arrived. */
  take(count: number): Uint8Array {
    assert(count <= this.#length, "a frame is taken once it is complete");
    const out = new Uint8Array(count);
    let done = 0;
    while (done < count) {
      const first = this.#chunks[0]!;
      const size = Math.min(first.length - this.#start, count - done);
      out.set(first.subarray(this.#start, this.#start + size), done);
      done += size;
      this.#start += size;
      if (this.#start === first.length) {
        this.#chunks.shift();
        this.#start = 0;
      }
    }
    this.#length -= count;
    return out;
  }

  /** The next big-endian u64 as a number; Infinity where a number cannot hold it (no length may be that large). */
  takeUint64(): number {
    const b = this.take(8);
    const hi = ((b[0]! << 24) | (b[1]! << 16) | (b[2]! << 8) | b[3]!) >>> 0;
    const lo = ((b[4]! << 24) | (b[5]! << 16) | (b[6]! << 8) | b[7]!) >>> 0;
    const value = hi * TWO_32 + lo;
    return Number.isSafeInteger(value) ? value : Number.POSITIVE_INFINITY;
  }
}
