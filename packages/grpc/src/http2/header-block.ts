/** A header block that comes in pieces: HEADERS and its CONTINUATION frames. Bounded in octets, in frames, and by its owner in time. */
import { ConnectionError } from "./connection-error.ts";
import { ErrorCode } from "./frame.ts";
import type { Limits } from "./limits.ts";

export class HeaderBlock {
  readonly streamId: number;
  readonly isEnd: boolean;
  /** The HEADERS frame named its own stream as the one it depends on: the stream is at fault once the block was decoded. */
  readonly dependsOnItself: boolean;
  readonly startedAtMs: number;
  readonly #limits: Limits;
  #bytes: Uint8Array = new Uint8Array(1024);
  #length = 0;
  #continuations = -1;

  constructor(
    head: { readonly streamId: number; readonly isEnd: boolean; readonly dependsOnItself: boolean },
    limits: Limits,
    nowMs: number,
  ) {
    this.streamId = head.streamId;
    this.isEnd = head.isEnd;
    this.dependsOnItself = head.dependsOnItself;
    this.startedAtMs = nowMs;
    this.#limits = limits;
  }

  /** What has arrived. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Adds the fragment bytes [start, end) of the next frame. @throws ConnectionError */
  add(bytes: Uint8Array, start: number, end: number): void {
    const needed = this.#length + end - start;
    if (++this.#continuations > this.#limits.maxContinuationFrames)
      throw new ConnectionError(ErrorCode.EnhanceYourCalm, "too many CONTINUATION frames");
    if (needed > this.#limits.maxHeaderBlockBytes)
      throw new ConnectionError(ErrorCode.EnhanceYourCalm, "header block too large");
    if (needed > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(bytes.subarray(start, end), this.#length);
    this.#length = needed;
  }
}
