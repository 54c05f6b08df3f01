import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Prng } from "@quorate/base";
import { withSeed } from "@quorate/testkit";
import { type KeyRange, OPEN_END } from "./key-range.ts";
import { TreeIndex } from "./tree-index.ts";

const KEYS = 400;
const ALL: KeyRange = { from: "", to: OPEN_END, single: false };

/** Every change there was, in order. */
type Happened = { readonly key: string; readonly main: number; readonly isDeletion: boolean };

/** The main revisions that a reader at `rev` finds, in key order, by the definition. */
function naive(history: readonly Happened[], { from, to }: KeyRange, rev: number): number[] {
  const newest = new Map<string, Happened>();
  for (const change of history)
    if (change.main <= rev && change.key >= from && change.key < to) newest.set(change.key, change);
  return [...newest.values()]
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .filter(({ isDeletion }) => !isDeletion)
    .map(({ main }) => main);
}

function drawRange(prng: Prng, drawKey: () => string): KeyRange {
  const from = drawKey();
  if (prng.chance(0.1)) return { from, to: `${from}\0`, single: true };
  return { from, to: prng.chance(0.2) ? OPEN_END : drawKey(), single: false };
}

function assertFinds(index: TreeIndex, history: readonly Happened[], ask: { range: KeyRange; rev: number }): void {
  const { range, rev } = ask;
  const all = naive(history, range, rev);
  assert.equal(index.count(range, rev), all.length);
  for (const limit of [0, 1, 7, Number.POSITIVE_INFINITY]) {
    const found = index.revisions(range, rev, limit);
    assert.deepEqual(found.mains, all.slice(0, limit));
    assert.equal(found.total, all.length);
    assert.deepEqual(index.revisionsUncounted(range, rev, limit).mains, all.slice(0, limit));
  }
}

describe("mvcc/tree-index", () => {
  it("finds and counts at every revision what an array of changes says, with puts, deletions and compactions", () => {
    withSeed("mvcc/tree-index", ({ prng }) => {
      const index = new TreeIndex();
      const restored = new TreeIndex();
      const history: Happened[] = [];
      const living = new Set<string>();
      const drawKey = (): string => `k${prng.below(KEYS)}`;
      let compactRev = 0;
      const change = (main: number, key: string): void => {
        const isDeletion = living.has(key) && prng.chance(0.5);
        if (isDeletion) {
          index.tombstone(key, main, 0);
          restored.restore(key, main, 0, 0, 0);
          living.delete(key);
        } else {
          const { created, version } = index.put(key, main, 0);
          restored.restore(key, main, 0, created, version);
          living.add(key);
        }
        history.push({ key, main, isDeletion });
      };
      for (let main = 2; main < 3000; main++) {
        change(main, drawKey());
        if (main % 1000 === 0) {
          compactRev = main - 300;
          compact(index, compactRev);
          compact(restored, compactRev);
        }
        if (main % 40 !== 0) continue;
        const range = drawRange(prng, drawKey);
        const past = compactRev + prng.below(main - compactRev);
        for (const rev of [main, main + 5, past]) {
          assertFinds(index, history, { range, rev });
          assertFinds(restored, history, { range, rev });
        }
        assert.equal(index.count(ALL, main), living.size);
        assert.equal(index.livingKeys(ALL).length, living.size);
      }
    });
  });
});

function compact(index: TreeIndex, rev: number): void {
  const gone: string[] = [];
  index.scan("", (key, keyIndex) => {
    if (!keyIndex.drop(keyIndex.droppedBy(rev))) gone.push(key);
    return true;
  });
  for (const key of gone) index.remove(key);
}
