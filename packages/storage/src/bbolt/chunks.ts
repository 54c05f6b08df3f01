/** The image as a stream: pages are written into chunks of many, each handed out once it is full and never touched again. */
import { MAX_PAGE_BYTES, viewOf } from "./format.ts";

/** Bytes of a chunk, unless one run of pages takes more. A multiple of every page size. */
const CHUNK_BYTES = MAX_PAGE_BYTES;

export class Chunks {
  /** The chunk in the making, and a view of it. */
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = viewOf(this.bytes);
  #used = 0;
  /** Full chunks that nobody took yet: as many as one element can complete, a page per level. */
  #full: Uint8Array[] = [];

  /** Makes room for `bytes`, which are zero, and returns where they start in the chunk. */
  reserve(bytes: number): number {
    if (this.#used + bytes > this.bytes.length) {
      this.flush();
      this.bytes = new Uint8Array(Math.max(bytes, CHUNK_BYTES));
      this.view = viewOf(this.bytes);
    }
    const at = this.#used;
    this.#used += bytes;
    return at;
  }

  /** Hands out what is written so far. */
  flush(): void {
    if (this.#used > 0) this.#full.push(this.bytes.subarray(0, this.#used));
    this.bytes = this.bytes.subarray(this.#used);
    this.view = viewOf(this.bytes);
    this.#used = 0;
  }

  get hasFull(): boolean {
    return this.#full.length > 0;
  }

  /** The full chunks; they belong to the caller. */
  take(): Uint8Array[] {
    const full = this.#full;
    this.#full = [];
    return full;
  }
}
