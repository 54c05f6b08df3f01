/**
 * Streams that closed not long ago, and how: frames that were under way when we reset a stream are no fault of the peer (RFC 9113 section
 * 5.1), frames after its own END_STREAM or RST_STREAM are.
 */

/** Streams that are remembered; a power of two. An older one counts as never used. */
const REMEMBERED = 1024;

export type HowClosed = "unknown" | "by-us" | "by-peer";

export class ClosedStreams {
  /** The id, negative where we reset it. */
  readonly #ids = new Int32Array(REMEMBERED);
  #next = 0;

  add(id: number, isReset: boolean): void {
    this.#ids[this.#next++ & (REMEMBERED - 1)] = isReset ? -id : id;
  }

  find(id: number): HowClosed {
    if (this.#ids.includes(-id)) return "by-us";
    return this.#ids.includes(id) ? "by-peer" : "unknown";
  }
}
