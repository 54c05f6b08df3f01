/**
 * Bytes that arrived in pieces and leave in frames. A frame that arrived in one piece leaves as a view of it, others are copied
 * together. A piece is as long as what was read from the socket, no longer, and what is decoded from it lives and dies in order: a view
 * holds on to its neighbours in the log, and to nothing else.
 */
import { assert, EMPTY_BYTES } from "@quorate/base";

export class ByteQueue {
  #chunks: Uint8Array[] = [];
  /** Bytes of the first chunk that were taken. */
  #start = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /**
   * Adds a chunk; it must not change afterwards. Sockets give Buffers, whose `slice` shares where that of a Uint8Array copies: from here on
   * there are none.
   */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length));
    this.#length += chunk.length;
  }

  /** The next `count` bytes, which must have arrived. They may share memory with what was pushed. */
  take(count: number): Uint8Array {
    assert(count <= this.#length, "a frame is taken once it is complete");
    const first = this.#chunks[0];
    if (first === undefined) return EMPTY_BYTES;
    const end = this.#start + count;
    if (end > first.length) return this.#gather(count);
    const taken = first.subarray(this.#start, end);
    this.#skip(count);
    return taken;
  }

  /** The next byte, which must have arrived. */
  takeByte(): number {
    assert(this.#length > 0, "a byte is taken once it is there");
    const byte = this.#chunks[0]![this.#start]!;
    this.#skip(1);
    return byte;
  }

  /** The next big-endian u64 as a number; Infinity where a number cannot hold it (no length may be that large). */
  takeUint64(): number {
    let value = 0;
    for (let i = 0; i < 8; i++) value = value * 256 + this.takeByte();
    return Number.isSafeInteger(value) ? value : Number.POSITIVE_INFINITY;
  }

  /** A frame that lies in several pieces. */
  #gather(count: number): Uint8Array {
    const out = new Uint8Array(count);
    for (let done = 0; done < count; ) {
      const first = this.#chunks[0]!;
      const size = Math.min(first.length - this.#start, count - done);
      out.set(first.subarray(this.#start, this.#start + size), done);
      done += size;
      this.#skip(size);
    }
    return out;
  }

  /** Moves on within the first piece. */
  #skip(count: number): void {
    this.#start += count;
    this.#length -= count;
    if (this.#start < this.#chunks[0]!.length) return;
    this.#chunks.shift();
    this.#start = 0;
  }
}
