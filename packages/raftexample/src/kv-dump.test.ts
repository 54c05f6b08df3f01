import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Prng } from "@quorate/base";
import { Slab, silentTrace } from "@quorate/base";
import { withSeed } from "@quorate/testkit";
import { Channel } from "./channel.ts";
import { decodeDump, encodePut } from "./kv-codec.ts";
import type { StoreDump } from "./kv-dump.ts";
import { type Commit, KvStore, type ProposeRequest } from "./kv-store.ts";

const slab = new Slab(1_024);
/** A store that is written to by commits alone, and a plain map that is told the same. */
class Pair {
  readonly model = new Map<string, string>();
  readonly store: KvStore;
  #index = 0;

  constructor() {
    this.store = new KvStore(
      { origin: new Uint8Array(8), memberId: 1n, trace: silentTrace, now: () => 0, timeoutMs: 1 },
      new Channel<ProposeRequest>("proposeC"),
      new Channel<Commit>("commitC"),
    );
  }

  put(key: string, value: string): void {
    const data = encodePut(
      {
        origin: Uint8Array.from([1, 1, 1, 1, 1, 1, 1, 1]),
        sequence: 1,
        key,
        value: new TextEncoder().encode(value),
      },
      slab,
    );
    this.store.readCommits([{ term: 1, index: ++this.#index, data }]);
    this.model.set(key, value);
  }

  putRandom(prng: Prng): void {
    // Lengths vary and keys leave ASCII, so that sizes are put to the test as well.
    this.put(`${prng.chance(0.3) ? "ключ" : "key"}-${prng.below(30)}`, "v".repeat(prng.below(12)));
  }
}

function contentOf(dump: StoreDump, headroom: number): Map<string, string> {
  const { pairs } = decodeDump(dump.take().subarray(headroom));
  return new Map([...pairs].map(([key, value]) => [key, new TextDecoder().decode(value)]));
}

const sorted = (map: ReadonlyMap<string, string>): [string, string][] => [...map].sort(([a], [b]) => (a < b ? -1 : 1));

describe("raftexample/kv-dump", () => {
  it("holds the state at its start while writes go on, with several dumps at once", () => {
    withSeed("kv-dump", ({ prng }) => {
      for (let round = 0; round < 200; round++) {
        const pair = new Pair();
        type Running = { readonly dump: StoreDump; readonly expected: Map<string, string>; readonly headroom: number };
        const running = new Set<Running>();
        for (let step = 0; step < 80; step++) {
          const draw = prng.below(10);
          if (draw === 0 && running.size < 4) {
            const headroom = prng.below(20);
            running.add({ dump: pair.store.startDump(headroom), expected: new Map(pair.model), headroom });
          } else if (draw < 4) {
            for (const each of running) {
              if (!each.dump.advance(1 + prng.below(6))) continue;
              pair.store.endDump(each.dump);
              running.delete(each);
              assert.deepEqual(sorted(contentOf(each.dump, each.headroom)), sorted(each.expected), `round ${round}`);
            }
          } else {
            pair.putRandom(prng);
          }
        }
        for (const { dump, expected, headroom } of running) {
          while (!dump.advance(7));
          assert.deepEqual(sorted(contentOf(dump, headroom)), sorted(expected), `round ${round}, at the end`);
        }
      }
    });
  });

  it("goes on over the former pairs when a snapshot replaces them", () => {
    const pair = new Pair();
    pair.put("a", "1");
    pair.put("b", "2");
    const dump = pair.store.startDump(0);
    assert.equal(dump.advance(1), false);
    const expected = new Map(pair.model);
    pair.store.replace({ pairs: new Map(), sizeBytes: 0 });
    pair.put("b", "changed in the new pairs");
    assert.equal(dump.advance(5), true);
    assert.deepEqual(contentOf(dump, 0), expected);
    const next = pair.store.startDump(0);
    assert.equal(next.advance(5), true);
    assert.deepEqual(contentOf(next, 0), new Map([["b", "changed in the new pairs"]]));
  });

  it("is written in slices of the size asked for", () => {
    const pair = new Pair();
    for (let i = 0; i < 10; i++) pair.put(`${i}`, "x");
    const dump = pair.store.startDump(0);
    assert.equal(dump.advance(4), false);
    assert.equal(dump.advance(4), false);
    assert.throws(() => dump.take(), /a dump is taken once it is complete/);
    assert.equal(dump.advance(4), true);
    assert.equal(contentOf(dump, 0).size, 10);
  });
});
