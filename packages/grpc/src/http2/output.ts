/**
 * What goes out on one connection at the end of the turn, in one piece. Buffers come from a pool that the connections of a host share: a
 * connection holds one only between its first frame of a turn and the flush.
 */
import { EMPTY_BYTES } from "@quorate/base";

/** Size of a pooled buffer: the answers of one turn on a busy connection. */
const BUFFER_BYTES = 16 * 1024;
/** Pooled buffers at most; what is above goes to the garbage collector. */
const MAX_POOLED = 256;
/** What long answers take, and how many of them are kept: one that is made for each page of a listing costs more than it carries. */
const LARGE_BYTES = 64 * 1024;
const MAX_LARGE_POOLED = 32;

export class BufferPool {
  readonly #free: Uint8Array[] = [];
  readonly #freeLarge: Uint8Array[] = [];

  /** A buffer of at least `count` octets; what is in it is of no meaning. */
  take(count: number): Uint8Array {
    if (count <= BUFFER_BYTES) return this.#free.pop() ?? new Uint8Array(BUFFER_BYTES);
    if (count <= LARGE_BYTES) return this.#freeLarge.pop() ?? new Uint8Array(LARGE_BYTES);
    return new Uint8Array(count);
  }

  /** Gives `buffer` back; nobody may read it any more. One of another size is dropped. */
  give(buffer: Uint8Array): void {
    if (buffer.length === BUFFER_BYTES && this.#free.length < MAX_POOLED) this.#free.push(buffer);
    else if (buffer.length === LARGE_BYTES && this.#freeLarge.length < MAX_LARGE_POOLED) this.#freeLarge.push(buffer);
  }
}

export class Output {
  readonly #pool: BufferPool;
  /** Where frames are written; valid until the next `reserve`. */
  bytes: Uint8Array = EMPTY_BYTES;
  length = 0;

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
    const { bytes } = this;
    this.bytes = EMPTY_BYTES;
    this.length = 0;
    return bytes;
  }

  #grow(needed: number): void {
    if (this.bytes.length === 0) {
      this.bytes = this.#pool.take(needed);
      return;
    }
    const larger = this.#pool.take(Math.max(needed, this.bytes.length * 2));
    larger.set(this.bytes.subarray(0, this.length));
    this.#pool.give(this.bytes);
    this.bytes = larger;
  }
}
