/**
 * Decides which elements make a page, and which page gets which id, for one B+tree that is written from left to right. It knows sizes only,
 * no bytes: the same decisions give the plan of an image (first pass) and its pages (second pass).
 *
 * A page is written as soon as it is full, a branch right behind the last of its children. So ids ascend in the order of the file, every
 * child has its id before its parent needs it, and only the page in the making is held per level:
 *
 *     pages of a tree    L L L B  L L L B  L L B  R          L leaf, B branch, R root
 *
 * Rules, all bbolt's: an element that does not fit the rest of a page opens the next one; a page holds at least one element, a branch two
 * (bbolt merges children with their siblings, so there must be one); what is larger than a page gets a run of pages (overflow).
 *
 * A branch is therefore written only when two children of the next one are there. If one is left over at the end, the full page gives it a
 * sibling. Pages are filled whole: an image is read, or grows at its right edge, where a new page begins anyway.
 */
import { assert } from "@quorate/base";
import { ELEMENT_BYTES, FIRST_TREE_PAGE, inlineLimit, PAGE_HEADER_BYTES } from "./format.ts";

/** Hands out page ids in the order of the file. Shared by all trees of an image. */
export class PageIds {
  readonly pageSize: number;
  #next = FIRST_TREE_PAGE;

  constructor(pageSize: number) {
    this.pageSize = pageSize;
  }

  /** The first of the pages that `bytes` take. */
  allocate(bytes: number): number {
    const id = this.#next;
    this.#next += Math.ceil(bytes / this.pageSize);
    return id;
  }

  /** Pages so far, the two metas included. */
  get count(): number {
    return this.#next;
  }
}

/** Told of each page as it is decided: the first `count` elements waiting at `level` (0: leaf) make it, and take `bytes` with the header. */
export type PageSink = (level: number, id: number, count: number, bytes: number) => void;

/** The elements that wait at one level. Invariant: `bytes` is the header and all of them; 0 <= cut < count or both are 0. */
class Level {
  /** Fewest elements of a page. */
  readonly min: number;
  count = 0;
  bytes: number = PAGE_HEADER_BYTES;
  /** Length of the first key: the page's key one level up. */
  firstKey = 0;
  lastKey = 0;
  lastBytes = 0;
  /** Elements that fill a page, which waits for `min` more behind it; 0 while it is not full. */
  cut = 0;
  cutBytes = 0;
  /** Length of the first key behind the cut. */
  cutKey = 0;
  /** Key and size of the last element before the cut. */
  beforeKey = 0;
  beforeBytes = 0;
  /** True once a page of this level is written. */
  written = false;

  constructor(min: number) {
    this.min = min;
  }
}

export class TreeLayout {
  readonly #ids: PageIds;
  readonly #sink: PageSink;
  readonly #levels: Level[] = [new Level(1)];
  /** The page written last. */
  #last = 0;

  constructor(ids: PageIds, sink: PageSink) {
    this.#ids = ids;
    this.#sink = sink;
  }

  /** The next element of the leaves. May write pages; then its own bytes must wait with the others already. */
  add(keyBytes: number, valueBytes: number): void {
    this.#push(0, keyBytes, ELEMENT_BYTES + keyBytes + valueBytes);
  }

  /** Size of the one leaf if it may lie in its bucket's value, else undefined. Asked before `finish`, and instead of it. */
  inlineBytes(): number | undefined {
    const leaves = this.#levels[0]!;
    return !leaves.written && leaves.bytes <= inlineLimit(this.#ids.pageSize) ? leaves.bytes : undefined;
  }

  /** Writes what waits. Returns the root page. */
  finish(): number {
    for (let at = 0; ; at++) {
      const level = this.#levels[at]!;
      if (at > 0 && level.count === 1 && !level.written) return this.#last;
      if (level.cut > level.min) this.#giveSibling(at, level);
      this.#write(at, level, level.count, level.bytes);
    }
  }

  #push(at: number, keyBytes: number, bytes: number): void {
    const level = this.#levels[at] ?? this.#grow();
    if (level.cut === 0 && level.count >= level.min && level.bytes + bytes > this.#ids.pageSize) {
      level.cut = level.count;
      level.cutBytes = level.bytes;
      level.cutKey = keyBytes;
      level.beforeKey = level.lastKey;
      level.beforeBytes = level.lastBytes;
    }
    if (level.count === 0) level.firstKey = keyBytes;
    level.count++;
    level.bytes += bytes;
    level.lastKey = keyBytes;
    level.lastBytes = bytes;
    if (level.cut > 0 && level.count - level.cut === level.min) this.#write(at, level, level.cut, level.cutBytes);
  }

  #grow(): Level {
    const level = new Level(2);
    this.#levels.push(level);
    return level;
  }

  /** One child is left behind a full page: the last child of that page joins it. */
  #giveSibling(at: number, level: Level): void {
    assert(level.count - level.cut === 1, "a full page waits only until the next one has its fewest elements");
    level.cutKey = level.beforeKey;
    this.#write(at, level, level.cut - 1, level.cutBytes - level.beforeBytes);
  }

  /** The first `count` elements of a level, `bytes` with the header, become a page, and that a child one level up. */
  #write(at: number, level: Level, count: number, bytes: number): void {
    const id = this.#ids.allocate(bytes);
    const key = level.firstKey;
    this.#sink(at, id, count, bytes);
    this.#last = id;
    level.written = true;
    level.count -= count;
    level.bytes -= bytes - PAGE_HEADER_BYTES;
    level.firstKey = level.cutKey;
    level.cut = 0;
    this.#push(at + 1, key, ELEMENT_BYTES + key);
  }
}
