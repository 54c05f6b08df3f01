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
  #living = 0;

  /** Keys with any revision, deleted ones that are not compacted yet included. */
  get size(): number {
    return this.#keys.size;
  }

  /** Keys that exist now. */
  get living(): number {
    return this.#living;
  }

  get(key: string): KeyIndex | undefined {
    return this.#keys.get(key);
  }

  /** Records a put and gives back the key's index. */
  put(key: string, main: number, sub: number): KeyIndex {
    const known = this.#keys.get(key);
    if (known !== undefined) {
      if (known.version === 0) this.#living++;
      known.put(main, sub);
      return known;
    }
    this.#living++;
    const index = new KeyIndex(main, sub, main, 1);
    this.#keys.set(flatLatin1(key), index);
    return index;
  }

  /** Records the deletion of a living key, whose index the caller has from here. */
  tombstone(index: KeyIndex, main: number, sub: number): void {
    index.tombstone(main, sub);
    this.#living--;
  }

  /** Records a row found in the backend. @param version 0 for a tombstone. */
  restore(key: string, main: number, sub: number, created: number, version: number): void {
    const known = this.#keys.get(key);
    this.#living += Math.sign(version) - Math.sign(known?.version ?? 0);
    if (known === undefined) this.#keys.set(flatLatin1(key), new KeyIndex(main, sub, created, version));
    else known.restore(main, sub, created, version);
  }

  /** Forgets a key whose revisions are all compacted: a deleted one. */
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
