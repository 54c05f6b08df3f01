/** A growing buffer that stream encoders append frames to, and that is handed to a socket as one write. */

const INITIAL_BYTES = 16 * 1024;
const TWO_32 = 2 ** 32;

export class OutputBuffer {
  #bytes: Uint8Array = new Uint8Array(INITIAL_BYTES);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Makes room for `count` bytes and returns the array and where they go; the caller fills all of them. */
  reserve(count: number): { readonly bytes: Uint8Array; readonly at: number } {
    const needed = this.#length + count;
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    const at = this.#length;
    this.#length = needed;
    return { bytes: this.#bytes, at };
  }

  uint8(value: number): void {
    const { bytes, at } = this.reserve(1);
    bytes[at] = value;
  }

  /** A safe integer as big-endian u64. */
  uint64(value: number): void {
    const { bytes, at } = this.reserve(8);
    const hi = Math.floor(value / TWO_32);
    const lo = value >>> 0;
    bytes[at] = hi >>> 24;
    bytes[at + 1] = (hi >>> 16) & 0xff;
    bytes[at + 2] = (hi >>> 8) & 0xff;
    bytes[at + 3] = hi & 0xff;
    bytes[at + 4] = lo >>> 24;
    bytes[at + 5] = (lo >>> 16) & 0xff;
    bytes[at + 6] = (lo >>> 8) & 0xff;
    bytes[at + 7] = lo & 0xff;
  }

  /** What was appended, given away: the next append starts a new buffer. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#bytes = new Uint8Array(INITIAL_BYTES);
    this.#length = 0;
    return taken;
  }
}
