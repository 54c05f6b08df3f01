/**
 * Buffered changes as bytes, in order, ready to be handed to the writer's thread without another copy: sealing a buffer costs
 * nothing, however many changes it holds. Chunks come back when they are written, and are used again.
 *
 *     change = operation (1: bucket number, top bit set for a removal) | key length (2) | value length (4) | key | value | room for the checksum (4)
 */
import { assert } from "@quorate/base";
import { CHECKSUM_BYTES } from "./row-checksum.ts";

const HEAD_BYTES = 7;
const REMOVAL = 0x80;
const CHUNK_BYTES = 256 * 1024;
/** Chunks kept for the next buffers: enough for 10,000 changes of 300 bytes. */
const MAX_SPARE_CHUNKS = 16;

/** Filled part of a buffer; the memory behind it moves between threads. */
export type Chunk = { readonly bytes: Uint8Array<ArrayBuffer>; readonly length: number };

export class ChangeLog {
  #full: Chunk[] = [];
  #fullBytes = 0;
  #open: Uint8Array<ArrayBuffer> | undefined;
  #used = 0;
  readonly #spare: Uint8Array<ArrayBuffer>[] = [];

  /** Bytes of all changes that were not taken yet. */
  get sizeBytes(): number {
    return this.#fullBytes + this.#used;
  }

  put(bucket: number, key: Uint8Array, value: Uint8Array): void {
    this.#append(bucket, key, value);
  }

  remove(bucket: number, key: Uint8Array): void {
    this.#append(bucket | REMOVAL, key, undefined);
  }

  /** All changes so far; the log starts anew. */
  take(): Chunk[] {
    this.#finishChunk();
    const chunks = this.#full;
    this.#full = [];
    this.#fullBytes = 0;
    return chunks;
  }

  /** Gives memory back that `take` gave out. */
  recycle(chunks: readonly Chunk[]): void {
    for (const { bytes } of chunks) {
      if (bytes.length === CHUNK_BYTES && this.#spare.length < MAX_SPARE_CHUNKS) this.#spare.push(bytes);
    }
  }

  #append(operation: number, key: Uint8Array, value: Uint8Array | undefined): void {
    const valueLength = value === undefined ? 0 : value.length;
    const need = HEAD_BYTES + key.length + valueLength + CHECKSUM_BYTES;
    if (this.#open === undefined || this.#used + need > this.#open.length) this.#startChunk(need);
    const chunk = this.#open!;
    let at = this.#used;
    chunk[at] = operation;
    chunk[at + 1] = key.length;
    chunk[at + 2] = key.length >>> 8;
    chunk[at + 3] = valueLength;
    chunk[at + 4] = valueLength >>> 8;
    chunk[at + 5] = valueLength >>> 16;
    chunk[at + 6] = valueLength >>> 24;
    at += HEAD_BYTES;
    chunk.set(key, at);
    if (value !== undefined) chunk.set(value, at + key.length);
    this.#used += need;
  }

  #startChunk(need: number): void {
    this.#finishChunk();
    this.#open = need > CHUNK_BYTES ? new Uint8Array(need) : (this.#spare.pop() ?? new Uint8Array(CHUNK_BYTES));
  }

  #finishChunk(): void {
    if (this.#open === undefined) return;
    this.#full.push({ bytes: this.#open, length: this.#used });
    this.#fullBytes += this.#used;
    this.#open = undefined;
    this.#used = 0;
  }
}

/** What a reader of a log is told. `room` is the value and the place for its checksum behind it, undefined for a removal. */
export type ChangeVisitor = (bucket: number, key: Uint8Array, room: Uint8Array | undefined) => void;

/** Calls `visit` for each change of a chunk, in order. The arrays share the chunk's memory. */
export function readChanges({ bytes, length }: Chunk, visit: ChangeVisitor): void {
  const { buffer, byteOffset } = bytes;
  let at = 0;
  while (at < length) {
    const operation = bytes[at]!;
    const keyLength = bytes[at + 1]! | (bytes[at + 2]! << 8);
    const valueLength =
      (bytes[at + 3]! | (bytes[at + 4]! << 8) | (bytes[at + 5]! << 16) | (bytes[at + 6]! << 24)) >>> 0;
    const keyAt = at + HEAD_BYTES;
    const valueAt = keyAt + keyLength;
    const end = valueAt + valueLength + CHECKSUM_BYTES;
    assert(end <= length, "a change lies within its chunk");
    // A third of what subarray costs.
    const key = new Uint8Array(buffer, byteOffset + keyAt, keyLength);
    if ((operation & REMOVAL) === 0)
      visit(operation, key, new Uint8Array(buffer, byteOffset + valueAt, valueLength + CHECKSUM_BYTES));
    else visit(operation & ~REMOVAL, key, undefined);
    at = end;
  }
}
