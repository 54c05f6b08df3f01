/**
 * Splits what a socket brings into frames, straight off its chunks: a frame that lies whole in a chunk is handed on where it lies. Only a
 * frame that crosses chunks is put together in a buffer of its own, after its length was checked.
 */
import { ConnectionError } from "./connection-error.ts";
import { ErrorCode, FRAME_HEADER_BYTES, readUint24, readUint32 } from "./frame.ts";

/** Takes one frame; the payload is bytes [start, end). */
export type FrameHandler = (
  type: number,
  flags: number,
  streamId: number,
  bytes: Uint8Array,
  start: number,
  end: number,
) => void;

export class FrameReader {
  readonly #maxFrame: number;
  readonly #handle: FrameHandler;
  /** The first octets of a frame that goes on in the next chunk. */
  #partial: Uint8Array = new Uint8Array(FRAME_HEADER_BYTES);
  #partialLength = 0;

  /** @param maxFrame payload octets: our SETTINGS_MAX_FRAME_SIZE. */
  constructor(maxFrame: number, handle: FrameHandler) {
    this.#maxFrame = maxFrame;
    this.#handle = handle;
  }

  /** Hands on every frame that bytes [from, end of chunk) complete. @throws ConnectionError */
  push(chunk: Uint8Array, from: number): void {
    let at = this.#partialLength > 0 ? this.#complete(chunk, from) : from;
    const end = chunk.length;
    while (end - at >= FRAME_HEADER_BYTES) {
      const frameEnd = at + FRAME_HEADER_BYTES + this.#lengthAt(chunk, at);
      if (frameEnd > end) break;
      this.#frame(chunk, at, frameEnd);
      at = frameEnd;
    }
    if (at < end) this.#keep(chunk, at);
  }

  /** Goes on with the partial frame; returns where the chunk goes on behind it. */
  #complete(chunk: Uint8Array, from: number): number {
    let at = from;
    if (this.#partialLength < FRAME_HEADER_BYTES) {
      at = this.#fill(chunk, at, FRAME_HEADER_BYTES);
      if (this.#partialLength < FRAME_HEADER_BYTES) return at;
    }
    const total = FRAME_HEADER_BYTES + this.#lengthAt(this.#partial, 0);
    at = this.#fill(chunk, at, total);
    if (this.#partialLength < total) return at;
    const frame = this.#partial;
    this.#partial = new Uint8Array(FRAME_HEADER_BYTES);
    this.#partialLength = 0;
    this.#frame(frame, 0, total);
    return at;
  }

  /** Copies from the chunk until the partial frame has `total` octets; returns where it stopped. */
  #fill(chunk: Uint8Array, at: number, total: number): number {
    const take = Math.min(total - this.#partialLength, chunk.length - at);
    if (total > this.#partial.length) {
      const larger = new Uint8Array(total);
      larger.set(this.#partial.subarray(0, this.#partialLength));
      this.#partial = larger;
    }
    this.#partial.set(chunk.subarray(at, at + take), this.#partialLength);
    this.#partialLength += take;
    return at + take;
  }

  #keep(chunk: Uint8Array, at: number): void {
    if (this.#partialLength > 0) return;
    const isHeaderWhole = chunk.length - at >= FRAME_HEADER_BYTES;
    this.#fill(chunk, at, isHeaderWhole ? FRAME_HEADER_BYTES + this.#lengthAt(chunk, at) : FRAME_HEADER_BYTES);
  }

  #lengthAt(bytes: Uint8Array, at: number): number {
    const length = readUint24(bytes, at);
    if (length > this.#maxFrame) throw new ConnectionError(ErrorCode.FrameSizeError, `frame of ${length} octets`);
    return length;
  }

  #frame(bytes: Uint8Array, at: number, end: number): void {
    const streamId = readUint32(bytes, at + 5) & 0x7fff_ffff;
    this.#handle(bytes[at + 3]!, bytes[at + 4]!, streamId, bytes, at + FRAME_HEADER_BYTES, end);
  }
}
