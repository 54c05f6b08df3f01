import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { withSeed } from "@quorate/testkit";
import { OrderedMap } from "./ordered-map.ts";

/** All entries in [from, to) by the definition. */
function naiveScan(model: ReadonlyMap<string, number>, from: string, to: string | undefined): [string, number][] {
  return [...model]
    .filter(([key]) => key >= from && (to === undefined || key < to))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function scanned(map: OrderedMap<number>, from: string, to: string | undefined): [string, number][] {
  const out: [string, number][] = [];
  map.scan(from, to, (key, value) => {
    out.push([key, value]);
    return true;
  });
  return out;
}

describe("base/ordered-map", () => {
  it("agrees with a plain map under random changes, growing and shrinking", () => {
    withSeed("base/ordered-map", ({ prng }) => {
      const map = new OrderedMap<number>();
      const model = new Map<string, number>();
      const drawKey = (): string => `${"k".repeat(prng.below(3))}${prng.below(4000)}`;
      for (let i = 0; i < 30_000; i++) {
        const key = drawKey();
        // The balance swings, so that the tree grows to thousands of keys and shrinks to few.
        if (prng.chance(Math.floor(i / 6000) % 2 === 0 ? 0.7 : 0.1)) {
          assert.equal(map.set(key, i), model.get(key));
          model.set(key, i);
        } else {
          assert.equal(map.delete(key), model.get(key));
          model.delete(key);
        }
        assert.equal(map.size, model.size);
        if (i % 1000 === 0) {
          const [from, to] = [drawKey(), prng.chance(0.2) ? undefined : drawKey()];
          assert.deepEqual(scanned(map, from, to), naiveScan(model, from, to));
          assert.deepEqual(scanned(map, "", undefined), naiveScan(model, "", undefined));
          assert.equal(map.lastKey(), [...model.keys()].sort().at(-1));
        }
      }
      for (const key of model.keys()) assert.equal(map.get(key), model.get(key));
      for (const key of [...model.keys()]) map.delete(key);
      assert.equal(map.size, 0);
      assert.deepEqual(scanned(map, "", undefined), []);
    });
  });

  it("weighs intervals like the sum of their entries, whatever becomes of them", () => {
    withSeed("base/ordered-map-weight", ({ prng }) => {
      const map = new OrderedMap<{ weight: number }>(({ weight }) => weight);
      const model = new Map<string, { weight: number }>();
      const drawKey = (): string => `${"k".repeat(prng.below(3))}${prng.below(3000)}`;
      const naive = (from: string, to: string | undefined): number => {
        let sum = 0;
        for (const [key, { weight }] of model) if (key >= from && (to === undefined || key < to)) sum += weight;
        return sum;
      };
      for (let i = 0; i < 30_000; i++) {
        const key = drawKey();
        const known = model.get(key);
        const isGrowing = Math.floor(i / 6000) % 2 === 0;
        if (known !== undefined && prng.chance(0.3)) {
          const gain = prng.below(4);
          known.weight += gain;
          map.reweigh(key, gain);
        } else if (prng.chance(isGrowing ? 0.7 : 0.1)) {
          const value = { weight: prng.below(3) };
          map.set(key, value);
          model.set(key, value);
        } else {
          map.delete(key);
          model.delete(key);
        }
        if (i % 100 !== 0) continue;
        const [a, b] = [drawKey(), drawKey()].sort() as [string, string];
        assert.equal(map.weight(a, b), naive(a, b));
        assert.equal(map.weight(a, undefined), naive(a, undefined));
        assert.equal(map.weight("", undefined), naive("", undefined));
        assert.equal(map.weight(a, a), 0);
      }
      map.clear();
      assert.equal(map.weight("", undefined), 0);
    });
  });

  it("refuses another weight for a key that is not there", () => {
    const map = new OrderedMap<number>((value) => value);
    map.set("a", 1);
    assert.throws(() => map.reweigh("b", 1));
  });

  it("stops a scan where the visitor says so", () => {
    const map = new OrderedMap<number>();
    for (let i = 0; i < 500; i++) map.set(String(i).padStart(3, "0"), i);
    const seen: number[] = [];
    map.scan("100", undefined, (_key, value) => {
      seen.push(value);
      return seen.length < 3;
    });
    assert.deepEqual(seen, [100, 101, 102]);
  });

  it("is empty after clear", () => {
    const map = new OrderedMap<number>();
    map.set("a", 1);
    map.clear();
    assert.equal(map.size, 0);
    assert.equal(map.get("a"), undefined);
    assert.equal(map.lastKey(), undefined);
  });
});
