/**
 * All keys in byte order, each with its revisions. It knows no values: those are in the backend, under the revision.
 */
import { flatLatin1, OrderedMap } from "@quorate/base";
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
  readonly #keys: OrderedMap<KeyIndex> = new OrderedMap<KeyIndex>();

  /** Keys with any revision, deleted ones that are not compacted yet included. */
  get size(): number {
    return this.#keys.size;
  }

  get(key: string): KeyIndex | undefined {
    return this.#keys.get(key);
  }

  /** Records a put and gives back the key's index. */
  put(key: string, main: number, sub: number): KeyIndex {
    const known = this.#keys.get(key);
    if (known !== undefined) {
      known.put(main, sub);
      return known;
    }
    const index = new KeyIndex(main, sub, main, 1);
    this.#keys.set(flatLatin1(key), index);
    return index;
  }

  /** Records a row found in the backend. @param version 0 for a tombstone. */
  restore(key: string, main: number, sub: number, created: number, version: number): void {
    const known = this.#keys.get(key);
    if (known === undefined) this.#keys.set(flatLatin1(key), new KeyIndex(main, sub, created, version));
    else known.restore(main, sub, created, version);
  }

  remove(key: string): void {
    this.#keys.delete(key);
  }

  /** What a reader at `rev` finds in an interval, up to `limit` keys (Infinity for all), counting all of them. */
  revisions(range: KeyRange, rev: number, limit: number): FoundRevisions {
    const found: FoundRevisions = { mains: [], subs: [], total: 0 };
    if (range.single) {
      const index = this.#keys.get(range.from);
      if (index !== undefined) addFound(found, index, rev, limit);
      return found;
    }
    if (range.from >= range.to) return found;
    this.#keys.scan(range.from, range.to, (_key, index) => {
      addFound(found, index, rev, limit);
      return true;
    });
    return found;
  }

  /** Keys in an interval that are there at `rev`. */
  count(range: KeyRange, rev: number): number {
    return this.revisions(range, rev, 0).total;
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

  /** Visits keys from `from` in order until `visit` returns false. No key may come or go meanwhile. */
  scan(from: string, visit: (key: string, index: KeyIndex) => boolean): void {
    this.#keys.scan(from, undefined, visit);
  }
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
