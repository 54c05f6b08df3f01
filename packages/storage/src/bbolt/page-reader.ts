/**
 * Reads the elements of one leaf or branch, from first to last, and believes none of its lengths before they are checked against what
 * there is. Every bbolt lays keys and values right behind the table, in order and without gaps; anything else is damage.
 */
import { EMPTY_BYTES } from "@quorate/base";
import { BboltError } from "./errors.ts";
import { BUCKET_ELEMENT, ELEMENT_BYTES, getU64, MAX_KEY_BYTES, PAGE_HEADER_BYTES, PageFlag, viewOf } from "./format.ts";
import type { PageSet } from "./page-set.ts";
import { type ImageSource, readExactly } from "./source.ts";

/** What a page says of itself. */
type PageHeader = {
  readonly id: number | undefined;
  readonly flags: number;
  readonly count: number;
  readonly overflow: number;
};

function readPageHeader(view: DataView): PageHeader {
  return {
    id: getU64(view, 0),
    flags: view.getUint16(8, true),
    count: view.getUint16(10, true),
    overflow: view.getUint32(12, true),
  };
}

/** The image as its trees are read. */
export type PageSpace = {
  readonly source: ImageSource;
  readonly pageSize: number;
  /** The longest value of a run that is read: the one thing held whose size the image decides. */
  readonly maxValueBytes: number;
  /** Pages reached so far. */
  readonly pages: PageSet;
};

/** A page with overflow: too long to be read at once. */
type Run = {
  readonly source: ImageSource;
  readonly offset: number;
  /** Its last element ends in its last page; some versions of bbolt add a page when one is just full. */
  readonly endMin: number;
  readonly maxValueBytes: number;
};

/** The elements of one page. `next` steps to the first, and on. */
export class PageReader {
  readonly id: number;
  readonly isBranch: boolean;
  readonly count: number;
  /** The current element. */
  key: Uint8Array = EMPTY_BYTES;
  /** Of a leaf. */
  value: Uint8Array = EMPTY_BYTES;
  /** Of a leaf: the value is a bucket. */
  isBucket = false;
  /** Of a branch: the page below. Not checked yet. */
  child = 0;
  /** Header and table, or the whole page where it is one page. */
  readonly #head: Uint8Array;
  readonly #view: DataView;
  readonly #runBytes: number;
  /** How to read what lies behind #head; undefined where that is all. */
  readonly #run: Run | undefined;
  #index = -1;
  /** Where the data of the next element must start. */
  #dataAt: number;

  private constructor(header: PageHeader, id: number, head: Uint8Array, runBytes: number, run: Run | undefined) {
    this.id = id;
    this.isBranch = header.flags === PageFlag.Branch;
    this.count = header.count;
    this.#head = head;
    this.#view = viewOf(head);
    this.#runBytes = runBytes;
    this.#run = run;
    this.#dataAt = PAGE_HEADER_BYTES + header.count * ELEMENT_BYTES;
  }

  /** Opens page `id` of an image, and takes its run of pages from those not reached yet. */
  static open(space: PageSpace, id: number): PageReader {
    const { source, pageSize, pages } = space;
    pages.check(id);
    const offset = id * pageSize;
    const first = readExactly(source, offset, pageSize);
    const header = readPageHeader(viewOf(first));
    checkHeader(header, id);
    pages.take(id, header.overflow);
    const runBytes = (header.overflow + 1) * pageSize;
    const tableEnd = checkTable(header, id, runBytes);
    if (header.overflow === 0) return new PageReader(header, id, first, runBytes, undefined);
    // A run may be as long as its one value: read the table, then element by element.
    const head = tableEnd <= pageSize ? first : readExactly(source, offset, tableEnd);
    const endMin = runBytes - pageSize;
    return new PageReader(header, id, head, runBytes, { source, offset, endMin, maxValueBytes: space.maxValueBytes });
  }

  /** The page inside a bucket's value. */
  static inline(bytes: Uint8Array, owner: number): PageReader {
    if (bytes.length < PAGE_HEADER_BYTES) throw new BboltError("BadElement", "a bucket without a page", owner);
    const header = readPageHeader(viewOf(bytes));
    if (header.id !== 0 || header.flags !== PageFlag.Leaf || header.overflow !== 0)
      throw new BboltError("WrongPage", "what lies in a bucket's value is no leaf", owner);
    checkTable(header, owner, bytes.length);
    return new PageReader(header, owner, bytes, bytes.length, undefined);
  }

  /** Steps to the next element; false behind the last. */
  next(): boolean {
    if (this.#index + 1 >= this.count) return false;
    this.#index++;
    const view = this.#view;
    const element = PAGE_HEADER_BYTES + this.#index * ELEMENT_BYTES;
    if (this.isBranch) {
      const child = getU64(view, element + 8);
      if (child === undefined) throw new BboltError("PageOutOfRange", "a child beyond any image", this.id);
      this.child = child;
      this.#take(element + view.getUint32(element, true), view.getUint32(element + 4, true), 0);
    } else {
      const flags = view.getUint32(element, true);
      if (flags !== 0 && flags !== BUCKET_ELEMENT) throw new BboltError("BadElement", `flags ${flags}`, this.id);
      this.isBucket = flags === BUCKET_ELEMENT;
      const keyBytes = view.getUint32(element + 8, true);
      this.#take(element + view.getUint32(element + 4, true), keyBytes, view.getUint32(element + 12, true));
    }
    return true;
  }

  #take(start: number, keyBytes: number, valueBytes: number): void {
    if (start !== this.#dataAt) throw this.#bad(`starts at ${start}, not at ${this.#dataAt}`);
    if (keyBytes === 0 || keyBytes > MAX_KEY_BYTES) throw this.#bad(`has a key of ${keyBytes} bytes`);
    const end = start + keyBytes + valueBytes;
    const isLast = this.#index + 1 === this.count;
    const run = this.#run;
    if (end > this.#runBytes || (run !== undefined && isLast && end < run.endMin))
      throw this.#bad(`ends at ${end} of ${this.#runBytes}`);
    this.#dataAt = end;
    const keyEnd = start + keyBytes;
    if (run === undefined) {
      this.key = this.#head.subarray(start, keyEnd);
      this.value = this.#head.subarray(keyEnd, end);
      return;
    }
    if (valueBytes > run.maxValueBytes)
      throw new BboltError("ValueTooLarge", `a value of ${valueBytes} bytes, limit ${run.maxValueBytes}`, this.id);
    const both = readExactly(run.source, run.offset + start, end - start);
    this.key = both.subarray(0, keyBytes);
    this.value = both.subarray(keyBytes);
  }

  #bad(problem: string): BboltError {
    return new BboltError("BadElement", `element ${this.#index} ${problem}`, this.id);
  }
}

function checkHeader(header: PageHeader, id: number): void {
  if (header.id !== id) throw new BboltError("WrongPage", `says it is page ${header.id}`, id);
  if (header.flags !== PageFlag.Branch && header.flags !== PageFlag.Leaf)
    throw new BboltError("WrongPage", `is neither branch nor leaf: flags ${header.flags}`, id);
}

/** Returns where the table of elements ends. */
function checkTable({ count }: PageHeader, id: number, bytes: number): number {
  const end = PAGE_HEADER_BYTES + count * ELEMENT_BYTES;
  if (end > bytes) throw new BboltError("BadElement", `${count} elements do not fit ${bytes} bytes`, id);
  return end;
}

/** Takes the pages of the freelist, if one is stored, so that no tree may have them. */
export function takeFreelist(space: PageSpace, id: number): void {
  space.pages.check(id);
  const {
    id: own,
    flags,
    overflow,
  } = readPageHeader(viewOf(readExactly(space.source, id * space.pageSize, PAGE_HEADER_BYTES)));
  if (own !== id || flags !== PageFlag.Freelist) throw new BboltError("WrongPage", "is no freelist", id);
  space.pages.take(id, overflow);
}
