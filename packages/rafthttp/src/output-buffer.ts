/** A growing buffer that stream encoders append frames to, and that is handed to a socket as one write. */

const INITIAL_BYTES = 16 * 1024;
/** The largest buffer that is made ahead of need. */
const MAX_AHEAD_BYTES = 1024 * 1024;
const TWO_32 = 2 ** 32;

export class OutputBuffer {
  #bytes: Uint8Array = new Uint8Array(INITIAL_BYTES);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The array that `reserve` makes room in: valid until the next call of it. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Makes room for `count` bytes and returns where in `bytes` they go; the caller fills all of them. */
  reserve(count: number): number {
    const at = this.#length;
    const needed = at + count;
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, at));
      this.#bytes = larger;
    }
    this.#length = needed;
    return at;
  }

  uint8(value: number): void {
    const at = this.reserve(1);
    this.#bytes[at] = value;
  }

  /** A safe integer as big-endian u64. */
  uint64(value: number): void {
    const at = this.reserve(8);
    writeUint64(this.#bytes, at, value);
  }

  /** What was appended, given away: the next append starts a new buffer, as large as this one needed. */
  take(): Uint8Array {
    const length = this.#length;
    const taken = this.#bytes.subarray(0, length);
    this.#bytes = new Uint8Array(Math.min(Math.max(INITIAL_BYTES, length + length / 2), MAX_AHEAD_BYTES));
    this.#length = 0;
    return taken;
  }
}

/** A safe integer as big-endian u64 at `at`. */
export function writeUint64(bytes: Uint8Array, at: number, value: number): void {
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
