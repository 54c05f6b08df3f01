/**
 * What goes out on one connection at the end of the turn, in one piece. Buffers come from a pool that the connections of a host share: a
 * connection holds one only between its first frame of a turn and the flush.
 */
import { EMPTY_BYTES } from "@quorate/base";

/** Size of a pooled buffer: the answers of one turn on a busy connection. */
const BUFFER_BYTES = 16 * 1024;
/** Pooled buffers at most; what is above goes to the garbage collector. */
const MAX_POOLED = 256;

export class BufferPool {
  readonly #free: Uint8Array[] = [];

  take(): Uint8Array {
    return this.#free.pop() ?? new Uint8Array(BUFFER_BYTES);
  }

  /** Gives `buffer` back; nobody may read it any more. One that was grown is dropped. */
  give(buffer: Uint8Array): void {
    if (buffer.length === BUFFER_BYTES && this.#free.length < MAX_POOLED) this.#free.push(buffer);
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
    if (this.bytes.length === 0 && needed <= BUFFER_BYTES) {
      this.bytes = this.#pool.take();
      return;
    }
    const larger = new Uint8Array(Math.max(needed, this.bytes.length * 2, BUFFER_BYTES));
    larger.set(this.bytes.subarray(0, this.length));
    this.#pool.give(this.bytes);
    this.bytes = larger;
  }
}
