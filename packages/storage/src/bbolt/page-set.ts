/** The pages that a walk has reached, one bit each: a page reached twice is a cycle or has two owners, and no walk goes on for ever. */
import { BboltError } from "./errors.ts";
import { FIRST_TREE_PAGE } from "./format.ts";

export class PageSet {
  readonly #pageCount: number;
  readonly #bits: Uint8Array;

  constructor(pageCount: number) {
    this.#pageCount = pageCount;
    this.#bits = new Uint8Array(Math.ceil(pageCount / 8));
  }

  /** @throws BboltError `PageOutOfRange` for a meta page and for one that the image does not have. */
  check(id: number): void {
    if (id < FIRST_TREE_PAGE || id >= this.#pageCount)
      throw new BboltError("PageOutOfRange", `is not one of the ${this.#pageCount} pages of the image`, id);
  }

  /** Takes page `id` and the `overflow` pages behind it. */
  take(id: number, overflow: number): void {
    this.check(id);
    if (overflow >= this.#pageCount - id)
      throw new BboltError("PageOutOfRange", `and ${overflow} pages behind it leave the image`, id);
    for (let page = id; page <= id + overflow; page++) {
      const bit = 1 << (page & 7);
      const byte = this.#bits[page >>> 3]!;
      if ((byte & bit) !== 0) throw new BboltError("PageReused", "is reached twice", page);
      this.#bits[page >>> 3] = byte | bit;
    }
  }
}
