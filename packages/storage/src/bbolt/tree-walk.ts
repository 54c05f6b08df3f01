/**
 * Walks one tree from left to right and checks on the way what a reader relies on: keys ascend over all leaves, and lie where the branches
 * above say. Holds the pages from the root to the current leaf.
 */
import { compareBytes } from "@quorate/base";
import { BboltError } from "./errors.ts";
import { PageReader, type PageSpace } from "./page-reader.ts";

/** With two children a branch, a tree as deep as this has more pages than a disk. */
const MAX_DEPTH = 64;

export class TreeWalk {
  /** Undefined for a page inside a bucket's value: there is nothing below it. */
  readonly #space: PageSpace | undefined;
  readonly #branches: PageReader[] = [];
  #leaf: PageReader | undefined;
  /** Key of the element before. */
  #last: Uint8Array | undefined;
  /** What the first key of a leaf must reach: its key in the branch above. */
  #floor: Uint8Array | undefined;

  private constructor(space: PageSpace | undefined) {
    this.#space = space;
  }

  /** The tree below a root page. */
  static ofPage(space: PageSpace, root: number): TreeWalk {
    const walk = new TreeWalk(space);
    walk.#enter(PageReader.open(space, root));
    return walk;
  }

  /** The tree that is one page in a bucket's value. `owner` is the page that holds the value. */
  static ofInline(bytes: Uint8Array, owner: number): TreeWalk {
    const walk = new TreeWalk(undefined);
    walk.#enter(PageReader.inline(bytes, owner));
    return walk;
  }

  /** The leaf whose current element is the next one of the tree, or undefined behind the last. */
  next(): PageReader | undefined {
    for (;;) {
      const leaf = this.#leaf;
      if (leaf?.next() === true) {
        this.#checkOrder(leaf);
        return leaf;
      }
      const branch = this.#branches.at(-1);
      if (branch === undefined) {
        this.#leaf = undefined;
        return undefined;
      }
      if (branch.next()) this.#descend(branch);
      else this.#branches.pop();
    }
  }

  #descend(branch: PageReader): void {
    if (this.#last !== undefined && compareBytes(this.#last, branch.key) >= 0)
      throw new BboltError("UnsortedKeys", "a branch has a key that an earlier leaf reaches", branch.id);
    if (this.#floor !== undefined && compareBytes(this.#floor, branch.key) > 0)
      throw new BboltError("UnsortedKeys", "a branch has a key below its own", branch.id);
    this.#floor = branch.key;
    const page = PageReader.open(this.#space!, branch.child);
    if (page.count === 0) throw new BboltError("BadElement", "is empty, and not the root", page.id);
    this.#enter(page);
  }

  #enter(page: PageReader): void {
    if (!page.isBranch) {
      this.#leaf = page;
      return;
    }
    if (page.count === 0) throw new BboltError("BadElement", "is a branch without children", page.id);
    if (this.#branches.length === MAX_DEPTH) throw new BboltError("TooDeep", "is below too many branches", page.id);
    this.#branches.push(page);
    this.#leaf = undefined;
  }

  #checkOrder(leaf: PageReader): void {
    const key = leaf.key;
    if (this.#floor !== undefined) {
      if (compareBytes(this.#floor, key) > 0)
        throw new BboltError("UnsortedKeys", "its first key lies before its branch's", leaf.id);
      this.#floor = undefined;
    }
    if (this.#last !== undefined && compareBytes(this.#last, key) >= 0)
      throw new BboltError("UnsortedKeys", "keys do not ascend", leaf.id);
    this.#last = key;
  }
}
