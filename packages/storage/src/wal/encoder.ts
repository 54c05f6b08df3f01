/** Frames records one after the other into a buffer that is kept from batch to batch, and carries the CRC chain. */
import { frameSizeMax, type RecordType, writeFrame } from "./record.ts";

const INITIAL_BYTES = 64 * 1024;
/** A buffer that a large batch made grow beyond this is let go of after it. */
const KEEP_BYTES = 4 * 1024 * 1024;

export class WalEncoder {
  /** CRC of all data of the chain so far. */
  crc: number;
  #buffer: Uint8Array = new Uint8Array(INITIAL_BYTES);
  #length = 0;

  constructor(crc: number) {
    this.crc = crc;
  }

  /** Adds one record to what `take` will return. */
  add(type: RecordType, data: Uint8Array | undefined): void {
    const needed = this.#length + frameSizeMax(data === undefined ? 0 : data.length);
    if (needed > this.#buffer.length) this.#grow(needed);
    const framed = writeFrame(this.#buffer, this.#length, type, data, this.crc);
    this.#length = framed.end;
    this.crc = framed.crc;
  }

  /** The frames added since the last call; valid until the next `add`. */
  take(): Uint8Array {
    const taken = this.#buffer.subarray(0, this.#length);
    this.#length = 0;
    if (this.#buffer.length > KEEP_BYTES) this.#buffer = new Uint8Array(INITIAL_BYTES);
    return taken;
  }

  #grow(needed: number): void {
    const larger = new Uint8Array(Math.max(needed, this.#buffer.length * 2));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}
