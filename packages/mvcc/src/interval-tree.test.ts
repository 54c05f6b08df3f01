import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { withSeed } from "@quorate/testkit";
import { IntervalTree } from "./interval-tree.ts";
import { contains, type KeyRange, OPEN_END } from "./key-range.ts";

describe("mvcc/interval-tree", () => {
  it("finds exactly the intervals that hold a key, while they come and go", () => {
    withSeed("mvcc/interval-tree", ({ prng }) => {
      const tree = new IntervalTree<KeyRange>();
      const model = new Map<string, KeyRange>();
      const key = (): string => String.fromCharCode(97 + prng.below(20)) + (prng.chance(0.5) ? "\xff" : "");
      for (let i = 0; i < 4000; i++) {
        const range: KeyRange = { from: key(), to: prng.chance(0.2) ? OPEN_END : key(), single: false };
        const name = `${range.from}|${range.to}`;
        if (model.has(name)) {
          assert.equal(tree.get(range), model.get(name));
          tree.delete(range);
          model.delete(name);
        } else if (prng.chance(0.6)) {
          tree.add(range, range);
          model.set(name, range);
        }
        assert.equal(tree.size, model.size);
        const probe = key();
        const found: KeyRange[] = [];
        tree.stab(probe, (value) => found.push(value));
        const wanted = [...model.values()].filter((r) => contains(r, probe));
        assert.deepEqual(new Set(found), new Set(wanted));
        assert.equal(found.length, wanted.length);
      }
      const all: KeyRange[] = [];
      tree.visitAll((value) => all.push(value));
      assert.deepEqual(new Set(all), new Set(model.values()));
    });
  });

  it("stays shallow when intervals come in order", () => {
    const tree = new IntervalTree<number>();
    for (let i = 0; i < 20_000; i++) {
      const from = String(i).padStart(6, "0");
      tree.add({ from, to: `${from}x`, single: false }, i);
    }
    // A list instead of a tree would overflow the stack here.
    const found: number[] = [];
    tree.stab("012345", (value) => found.push(value));
    assert.deepEqual(found, [12345]);
  });
});
