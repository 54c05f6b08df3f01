/**
 * All keys in byte order, each with its revisions. It knows no values: those are in the backend, under the revision.
 */
import { assert, flatLatin1, OrderedMap } from "@quorate/base";
import { KeyIndex } from "./key-index.ts";
import type { KeyRange } from "./key-range.ts";

/** Revisions of puts, side by side: `mains[i]`, `subs[i]` of the i-th key found. */
export type FoundRevisions = {
  readonly mains: number[];
  readonly subs: number[];
  /** Keys in the interval, those beyond the limit included. */
  total: number;
};

export class TreeIndex {
  /** A living key weighs 1, a deleted one nothing. */
  readonly #keys: OrderedMap<KeyIndex> = new OrderedMap<KeyIndex>(lifeOf);
  /** The newest main revision of any key: a read at it or above finds the living keys, which need not be counted one by one. */
  #newestMain = 0;

  /** Keys that are there now. */
  get living(): number {
    return this.#keys.totalWeight;
  }

  /** Keys with any revision, deleted ones that are not compacted yet included. */
  get size(): number {
    return this.#keys.size;
  }

  get(key: string): KeyIndex | undefined {
    return this.#keys.get(key);
  }

  /** Records a put and gives back the key's index. */
  put(key: string, main: number, sub: number): KeyIndex {
    this.#newestMain = Math.max(this.#newestMain, main);
    const known = this.#keys.get(key);
    if (known !== undefined) {
      const before = lifeOf(known);
      known.put(main, sub);
      if (before === 0) this.#keys.reweigh(key, 1);
      return known;
    }
    const index = new KeyIndex(main, sub, main, 1);
    this.#keys.set(flatLatin1(key), index);
    return index;
  }

  /** Records a row found in the backend. @param version 0 for a tombstone. */
  restore(key: string, main: number, sub: number, created: number, version: number): void {
    this.#newestMain = Math.max(this.#newestMain, main);
    const known = this.#keys.get(key);
    if (known === undefined) {
      this.#keys.set(flatLatin1(key), new KeyIndex(main, sub, created, version));
      return;
    }
    const before = lifeOf(known);
    known.restore(main, sub, created, version);
    const gain = lifeOf(known) - before;
    if (gain !== 0) this.#keys.reweigh(key, gain);
  }

  /** Records the deletion of a living key. */
  tombstone(key: string, main: number, sub: number): void {
    const known = this.#keys.get(key);
    assert(known !== undefined, "a living key is in the index");
    this.#newestMain = Math.max(this.#newestMain, main);
    known.tombstone(main, sub);
    this.#keys.reweigh(key, -1);
  }

  remove(key: string): void {
    this.#keys.delete(key);
  }

  /** What a reader at `rev` finds in an interval, up to `limit` keys (Infinity for all), counting all of them. */
  revisions(range: KeyRange, rev: number, limit: number): FoundRevisions {
    const isCurrent = rev >= this.#newestMain;
    const found = this.#find(range, rev, limit, isCurrent);
    if (isCurrent && found.total >= limit) found.total = this.count(range, rev);
    return found;
  }

  /** `revisions` for who knows the count: `total` is that of the revisions found, and the keys beyond the limit are not looked at. */
  revisionsUncounted(range: KeyRange, rev: number, limit: number): FoundRevisions {
    return this.#find(range, rev, limit, true);
  }

  /** Keys in an interval that are there at `rev`: at the newest revision without a look at each. */
  count(range: KeyRange, rev: number): number {
    if (range.single || rev < this.#newestMain) return this.#find(range, rev, 0, false).total;
    return range.from >= range.to ? 0 : this.#keys.weight(range.from, range.to);
  }

  /** The living keys of an interval, in byte order. */
  livingKeys(range: KeyRange): string[] {
    if (range.single) return (this.#keys.get(range.from)?.version ?? 0) > 0 ? [range.from] : [];
    const keys: string[] = [];
    if (range.from >= range.to) return keys;
    this.#keys.scan(range.from, range.to, (key, index) => {
      if (index.version > 0) keys.push(key);
      return true;
    });
    return keys;
  }

  /** @param stop at the limit; else the keys beyond it are counted. */
  #find(range: KeyRange, rev: number, limit: number, stop: boolean): FoundRevisions {
    const found: FoundRevisions = { mains: [], subs: [], total: 0 };
    if (range.single) {
      const index = this.#keys.get(range.from);
      if (index !== undefined) addFound(found, index, rev, limit);
      return found;
    }
    if (range.from >= range.to || (stop && limit <= 0)) return found;
    this.#keys.scan(range.from, range.to, (_key, index) => {
      addFound(found, index, rev, limit);
      return !stop || found.total < limit;
    });
    return found;
  }

  /** Visits keys from `from` in order until `visit` returns false. No key may come or go meanwhile. */
  scan(from: string, visit: (key: string, index: KeyIndex) => boolean): void {
    this.#keys.scan(from, undefined, visit);
  }
}

function lifeOf(index: KeyIndex): number {
  return index.version > 0 ? 1 : 0;
}

function addFound(found: FoundRevisions, index: KeyIndex, rev: number, limit: number): void {
  const at = index.find(rev);
  if (at < 0) return;
  if (found.total < limit) {
    found.mains.push(index.mainAt(at));
    found.subs.push(index.subAt(at));
  }
  found.total++;
}
