/**
 * The revisions of one key that are still there, oldest first, as etcd's generations. A generation begins with the put that
 * creates the key and ends with the tombstone that deletes it. For
 *
 *     put(2) put(4) delete(5) put(7)          the revisions are 2, 4, 5t | 7: two generations, the last one alive
 *
 *     read at 4 -> 4      at 5, 6 -> nothing      at 3 -> 2      at 8 -> 7
 *     compact at 4 -> 4, 5t | 7                   4 is what a reader at 4 sees
 *     compact at 5 ->    5t | 7                   the tombstone at the compacted revision itself stays: a watcher may start there
 *     compact at 6 ->         7                   the generation is over
 *     delete(9), compact at 10 -> nothing         the key leaves the index
 *
 * Invariant: revisions rise; the first of a generation needs no mark, because what follows a tombstone begins a new one.
 * Most keys have one revision, which is kept in fields; older ones are flat pairs in one array of numbers, so that a key
 * costs no object per revision.
 */
import { assert } from "@quorate/base";

/** Numbers per older revision: main, and sub * 2 + 1 for a tombstone. */
const STRIDE = 2;

export class KeyIndex {
  /** The newest revision: a put, or a tombstone where `version` is 0. */
  #main: number;
  #sub: number;
  /** Revision that created the living generation; 0 where there is none. */
  #created: number;
  /** Puts since then; 0 where the key is deleted. */
  #version: number;
  #older: number[] | undefined = undefined;

  /** A key with one revision. @param version 0 for a tombstone whose puts are compacted away. */
  constructor(main: number, sub: number, created: number, version: number) {
    this.#main = main;
    this.#sub = sub;
    this.#created = created;
    this.#version = version;
  }

  /** Main revision of the newest change. */
  get modMain(): number {
    return this.#main;
  }

  get modSub(): number {
    return this.#sub;
  }

  /** Revision of the put that created the key; 0 where it is deleted. */
  get created(): number {
    return this.#created;
  }

  /** Puts since the key was created; 0 where it is deleted. */
  get version(): number {
    return this.#version;
  }

  /** Revisions kept. */
  get length(): number {
    return this.#older === undefined ? 1 : this.#older.length / STRIDE + 1;
  }

  /** Main revision of change `at`, counted from the oldest kept. */
  mainAt(at: number): number {
    const older = this.#older;
    return older === undefined || at * STRIDE === older.length ? this.#main : older[at * STRIDE]!;
  }

  subAt(at: number): number {
    const older = this.#older;
    if (older === undefined || at * STRIDE === older.length) return this.#sub;
    return Math.floor(older[at * STRIDE + 1]! / 2);
  }

  tombstoneAt(at: number): boolean {
    const older = this.#older;
    if (older === undefined || at * STRIDE === older.length) return this.#version === 0;
    return older[at * STRIDE + 1]! % 2 === 1;
  }

  /** Adds a put; a deleted key begins a new generation. */
  put(main: number, sub: number): void {
    this.#push(main, sub);
    if (this.#version === 0) this.#created = main;
    this.#version++;
  }

  /** Adds a put whose creation and version are known from its row. */
  restore(main: number, sub: number, created: number, version: number): void {
    this.#push(main, sub);
    this.#created = created;
    this.#version = version;
  }

  /** Ends the living generation. */
  tombstone(main: number, sub: number): void {
    assert(this.#version > 0, "only a living key can be deleted");
    this.#push(main, sub);
    this.#created = 0;
    this.#version = 0;
  }

  /** Place of the put that a reader at revision `rev` sees; -1 where the key is not there. */
  find(rev: number): number {
    const at = this.#newestAt(rev);
    return at >= 0 && !this.tombstoneAt(at) ? at : -1;
  }

  /** True where the key's last change up to revision `rev` is a deletion at that very revision. */
  deletedAt(rev: number): boolean {
    const at = this.#newestAt(rev);
    return at >= 0 && this.tombstoneAt(at) && this.mainAt(at) === rev;
  }

  /** How many of the oldest revisions a compaction at `rev` takes away. */
  droppedBy(rev: number): number {
    const newest = this.#newestAt(rev);
    if (newest < 0) return 0;
    if (this.tombstoneAt(newest) && this.mainAt(newest) < rev) return newest + 1;
    // All changes of the compacted revision itself stay, so that a watcher can start there.
    let first = newest;
    while (first > 0 && this.mainAt(first - 1) === rev) first--;
    return first;
  }

  /** Takes the oldest `count` revisions away; false where none is left, and the key must leave the index. */
  drop(count: number): boolean {
    if (count === 0) return true;
    if (count === this.length) return false;
    const older = this.#older!;
    this.#older = count * STRIDE === older.length ? undefined : older.slice(count * STRIDE);
    return true;
  }

  /** Place of the newest revision at or below `rev`; -1 where all are above. */
  #newestAt(rev: number): number {
    const older = this.#older;
    if (this.#main <= rev) return older === undefined ? 0 : older.length / STRIDE;
    if (older === undefined) return -1;
    let low = 0;
    let high = older.length / STRIDE;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (older[middle * STRIDE]! <= rev) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  #push(main: number, sub: number): void {
    assert(main > this.#main || (main === this.#main && sub > this.#sub), "revisions of a key rise");
    const mark = this.#sub * 2 + (this.#version === 0 ? 1 : 0);
    if (this.#older === undefined) this.#older = [this.#main, mark];
    else this.#older.push(this.#main, mark);
    this.#main = main;
    this.#sub = sub;
  }
}
