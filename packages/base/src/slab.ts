/**
 * Many small byte strings out of few large arrays. An array of its own for each costs the runtime more than filling it: in a
 * store of small values that is most of the cost of a write. A block is let go of once nothing taken from it is alive, so the
 * block size bounds what one survivor can hold on to.
 */

/** Strings longer than this part of a block get an array of their own. */
const LARGE_FRACTION = 4;

export class Slab {
  readonly #blockBytes: number;
  #block: ArrayBuffer;
  #used = 0;

  /** @param blockBytes size of a block: small where neighbours live for different times, large where they go together. */
  constructor(blockBytes: number) {
    this.#blockBytes = blockBytes;
    this.#block = new ArrayBuffer(0);
  }

  /** `length` zero bytes that nobody else has. */
  allocate(length: number): Uint8Array {
    if (length > this.#blockBytes / LARGE_FRACTION) return new Uint8Array(length);
    if (this.#used + length > this.#block.byteLength) {
      this.#block = new ArrayBuffer(this.#blockBytes);
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += length;
    // A third of what subarray of a block costs.
    return new Uint8Array(this.#block, start, length);
  }

  /** A copy of `bytes`. */
  copy(bytes: Uint8Array): Uint8Array {
    const out = this.allocate(bytes.length);
    out.set(bytes);
    return out;
  }
}
