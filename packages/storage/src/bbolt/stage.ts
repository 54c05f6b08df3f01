/**
 * The elements that wait at one level of a tree until the layout says which of them make a page. Bytes are copied in at once, so that
 * a caller may reuse its own, and lie as they will in the page: one move writes them all.
 */
import { assert, compareBytes } from "@quorate/base";
import { BUCKET_ELEMENT, ELEMENT_BYTES, PAGE_HEADER_BYTES, PageFlag, putPageHeader, putU64 } from "./format.ts";

/** A page to write: where, under which id, and how many of the waiting elements are in it. */
type Page = { readonly at: number; readonly id: number; readonly count: number; readonly overflow: number };

export class Stage {
  readonly #flag: number;
  readonly #elementFlags: number;
  /** Key and value of each element, one behind the other. */
  #data: Uint8Array;
  #used = 0;
  readonly #keyBytes: number[] = [];
  /** Bytes of the value in a leaf, child page in a branch. */
  readonly #values: number[] = [];
  #count = 0;
  /** Where the last key starts. */
  #lastAt = 0;

  private constructor(flag: number, elementFlags: number, pageSize: number) {
    this.#flag = flag;
    this.#elementFlags = elementFlags;
    this.#data = new Uint8Array(2 * pageSize);
  }

  /** For leaves of pairs, or of buckets. */
  static leaf(kind: "pairs" | "buckets", pageSize: number): Stage {
    return new Stage(PageFlag.Leaf, kind === "buckets" ? BUCKET_ELEMENT : 0, pageSize);
  }

  static branch(pageSize: number): Stage {
    return new Stage(PageFlag.Branch, 0, pageSize);
  }

  /** Adds an element of a leaf. Keys must ascend. */
  addPair(key: Uint8Array, value: Uint8Array): void {
    if (this.#count > 0) {
      const last = this.#data.subarray(this.#lastAt, this.#lastAt + this.#keyBytes[this.#count - 1]!);
      assert(compareBytes(last, key) < 0, "keys of an image ascend");
    }
    this.#add(key, value.length);
    this.#room(value.length);
    this.#data.set(value, this.#used);
    this.#used += value.length;
  }

  /** Adds an element of a branch. */
  addChild(key: Uint8Array, id: number): void {
    this.#add(key, id);
  }

  /** Elements that wait. */
  get count(): number {
    return this.#count;
  }

  /** The first waiting key: a view that holds until the next change. */
  firstKey(): Uint8Array {
    return this.#data.subarray(0, this.#keyBytes[0]!);
  }

  /** Writes the first `count` elements as a page, and forgets them. */
  writePage(bytes: Uint8Array, view: DataView, page: Page): void {
    const { at, id, count, overflow } = page;
    putPageHeader(view, at, { id, flags: this.#flag, count, overflow });
    const isLeaf = this.#flag === PageFlag.Leaf;
    const table = at + PAGE_HEADER_BYTES;
    const dataAt = table + count * ELEMENT_BYTES;
    let length = 0;
    for (let i = 0; i < count; i++) {
      const element = table + i * ELEMENT_BYTES;
      const pos = dataAt + length - element;
      const keyBytes = this.#keyBytes[i]!;
      const value = this.#values[i]!;
      length += keyBytes;
      if (isLeaf) {
        view.setUint32(element, this.#elementFlags, true);
        view.setUint32(element + 4, pos, true);
        view.setUint32(element + 8, keyBytes, true);
        view.setUint32(element + 12, value, true);
        length += value;
      } else {
        view.setUint32(element, pos, true);
        view.setUint32(element + 4, keyBytes, true);
        putU64(view, element + 8, value);
      }
    }
    bytes.set(this.#data.subarray(0, length), dataAt);
    this.#forget(count, length);
  }

  #add(key: Uint8Array, value: number): void {
    this.#room(key.length);
    this.#data.set(key, this.#used);
    this.#keyBytes[this.#count] = key.length;
    this.#values[this.#count] = value;
    this.#lastAt = this.#used;
    this.#used += key.length;
    this.#count++;
  }

  #forget(count: number, length: number): void {
    this.#data.copyWithin(0, length, this.#used);
    this.#used -= length;
    this.#lastAt -= length;
    for (let i = count; i < this.#count; i++) {
      this.#keyBytes[i - count] = this.#keyBytes[i]!;
      this.#values[i - count] = this.#values[i]!;
    }
    this.#count -= count;
  }

  #room(bytes: number): void {
    if (this.#used + bytes <= this.#data.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#data.length, this.#used + bytes));
    larger.set(this.#data.subarray(0, this.#used));
    this.#data = larger;
  }
}
