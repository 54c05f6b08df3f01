import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { withSeed } from "@quorate/testkit";
import { KeyIndex } from "./key-index.ts";

/** The example of the file's comment: put(2) put(4) delete(5) put(7). */
function example(): KeyIndex {
  const index = new KeyIndex(2, 0, 2, 1);
  index.put(4, 0);
  index.tombstone(5, 0);
  index.put(7, 0);
  return index;
}

function mains(index: KeyIndex): string[] {
  return Array.from({ length: index.length }, (_, i) => `${index.mainAt(i)}${index.tombstoneAt(i) ? "t" : ""}`);
}

function mainSeenAt(index: KeyIndex, rev: number): number | undefined {
  const at = index.find(rev);
  return at < 0 ? undefined : index.mainAt(at);
}

function compact(index: KeyIndex, rev: number): boolean {
  return index.drop(index.droppedBy(rev));
}

describe("mvcc/key-index", () => {
  it("shows a reader the newest put at its revision, and nothing between generations", () => {
    const index = example();
    const seen = [1, 2, 3, 4, 5, 6, 7, 8].map((rev) => mainSeenAt(index, rev));
    assert.deepEqual(seen, [undefined, 2, 2, 4, undefined, undefined, 7, 7]);
  });

  it("counts versions within a generation and remembers what began it", () => {
    const index = example();
    assert.deepEqual([index.created, index.version], [7, 1]);
    index.put(9, 3);
    assert.deepEqual([index.created, index.version, index.modMain, index.modSub], [7, 2, 9, 3]);
    index.tombstone(10, 0);
    assert.deepEqual([index.created, index.version], [0, 0]);
  });

  for (const [rev, kept] of [
    [1, ["2", "4", "5t", "7"]],
    [2, ["2", "4", "5t", "7"]],
    [3, ["2", "4", "5t", "7"]],
    [4, ["4", "5t", "7"]],
    [5, ["5t", "7"]],
    [6, ["7"]],
    [7, ["7"]],
    [99, ["7"]],
  ] as const) {
    it(`keeps ${kept.join(" ")} when compacted at ${rev}`, () => {
      const index = example();
      assert.equal(compact(index, rev), true);
      assert.deepEqual(mains(index), kept);
      assert.deepEqual([index.created, index.version], [7, 1]);
    });
  }

  it("is empty once its last tombstone is compacted, one revision after it", () => {
    const index = example();
    index.tombstone(9, 0);
    assert.equal(compact(index, 9), true);
    assert.deepEqual(mains(index), ["9t"]);
    assert.equal(compact(index, 10), false);
  });

  it("keeps its version over compactions", () => {
    const index = new KeyIndex(2, 0, 2, 1);
    for (let rev = 3; rev < 20; rev++) index.put(rev, 0);
    compact(index, 15);
    index.put(30, 0);
    assert.deepEqual([index.created, index.version], [2, 19]);
    assert.equal(index.length, 6);
  });

  it("keeps a put that follows a deletion in the revision that is compacted", () => {
    // Divergence: etcd 3.5 loses the put from its backend and crashes at the next read.
    const index = new KeyIndex(2, 0, 2, 1);
    index.tombstone(5, 0);
    index.put(5, 1);
    assert.equal(compact(index, 5), true);
    assert.equal(mainSeenAt(index, 5), 5);
    assert.equal(index.subAt(index.find(5)), 1);
  });

  it("takes only revisions that rise, and deletes only what is there", () => {
    const index = example();
    assert.throws(() => index.put(7, 0), /rise/);
    assert.throws(() => index.put(6, 9), /rise/);
    index.tombstone(8, 0);
    assert.throws(() => index.tombstone(9, 0), /living/);
  });

  it("answers as a list of all changes does, however often it is compacted", () => {
    withSeed("mvcc/key-index", ({ prng }) => {
      for (let round = 0; round < 200; round++) {
        const all: { main: number; sub: number; dead: boolean }[] = [{ main: 2 ** 31 - 20, sub: 0, dead: false }];
        const index = new KeyIndex(all[0]!.main, 0, all[0]!.main, 1);
        let floor = all[0]!.main - 1;
        for (let i = 0; i < 60; i++) {
          const last = all.at(-1)!;
          const same = prng.chance(0.1);
          const next = {
            main: last.main + (same ? 0 : 1 + prng.below(3)),
            sub: same ? last.sub + 1 : prng.below(4),
            dead: !last.dead && prng.chance(0.3),
          };
          if (next.dead) index.tombstone(next.main, next.sub);
          else index.put(next.main, next.sub);
          all.push(next);
          if (prng.chance(0.2)) {
            const rev = Math.max(floor, next.main - prng.below(6));
            floor = rev;
            if (!index.drop(index.droppedBy(rev))) break;
          }
          for (let rev = floor; rev <= next.main + 1; rev++) {
            const newest = all.filter(({ main }) => main <= rev).at(-1);
            const at = index.find(rev);
            if (newest === undefined || newest.dead) assert.equal(at, -1);
            else assert.deepEqual([index.mainAt(at), index.subAt(at)], [newest.main, newest.sub]);
          }
          // What is above the compaction, and everything of the compacted revision itself from its first kept change, is there.
          const keptAbove = all.filter(({ main }) => main > floor).length;
          assert.equal(
            Array.from({ length: index.length }, (_, k) => index.mainAt(k)).filter((m) => m > floor).length,
            keptAbove,
          );
        }
      }
    });
  });
});
