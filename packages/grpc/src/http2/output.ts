/**
 * What goes out on one connection at the end of the turn, in one piece. Buffers come from a pool that the connections of a host share: a
 * connection holds one only between its first frame of a turn and the flush.
 */
import { EMPTY_BYTES } from "@quorate/base";

/** The sizes of pooled buffers, and how many of each are kept: from the answers of one turn to the events of a thousand watches. */
const CLASSES = [
  { bytes: 16 * 1024, kept: 256 },
  { bytes: 64 * 1024, kept: 32 },
  { bytes: 256 * 1024, kept: 16 },
  { bytes: 1024 * 1024, kept: 8 },
] as const;

export class BufferPool {
  readonly #free: Uint8Array[][] = CLASSES.map(() => []);

  /** A buffer of at least `count` octets; what is in it is of no meaning. */
  take(count: number): Uint8Array {
    for (let i = 0; i < CLASSES.length; i++) {
      const { bytes } = CLASSES[i]!;
      if (count <= bytes) return this.#free[i]!.pop() ?? new Uint8Array(bytes);
    }
    return new Uint8Array(count);
  }

  /** Gives `buffer` back; nobody may read it any more. One of another size, or too many of one, are dropped. */
  give(buffer: Uint8Array): void {
    for (let i = 0; i < CLASSES.length; i++) {
      const { bytes, kept } = CLASSES[i]!;
      if (buffer.length !== bytes) continue;
      if (this.#free[i]!.length < kept) this.#free[i]!.push(buffer);
      return;
    }
  }
}

export class Output {
  readonly #pool: BufferPool;
  /** Where frames are written; valid until the next `reserve`. */
  bytes: Uint8Array = EMPTY_BYTES;
  length = 0;
  /** What the turn before needed: this one begins with as much, and does not grow step by step. */
  #expected = 0;

  constructor(pool: BufferPool) {
    this.#pool = pool;
  }

  /** Makes room for `count` more octets and returns where they go in `bytes`; the caller fills all of them. */
  reserve(count: number): number {
    const at = this.length;
    const needed = at + count;
    if (needed > this.bytes.length) this.#grow(needed);
    this.length = needed;
    return at;
  }

  /** The whole buffer, of which `length` octets are to be sent; the output is empty afterwards. */
  take(): Uint8Array {
    const { bytes, length } = this;
    this.#expected = length;
    this.bytes = EMPTY_BYTES;
    this.length = 0;
    return bytes;
  }

  #grow(needed: number): void {
    if (this.bytes.length === 0) {
      this.bytes = this.#pool.take(Math.max(needed, this.#expected));
      return;
    }
    const larger = this.#pool.take(Math.max(needed, this.bytes.length * 2));
    larger.set(this.bytes.subarray(0, this.length));
    this.#pool.give(this.bytes);
    this.bytes = larger;
  }
}
