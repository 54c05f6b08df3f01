import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { withSeed } from "@quorate/testkit";
import { MAX_PENDING_PROPOSALS, Proposals } from "./proposals.ts";

describe("member/proposals", () => {
  it("gives each waiter back once: taken, run out, or given up, as a plain list does", () => {
    withSeed("member/proposals", ({ prng }) => {
      const proposals = new Proposals<number>(100);
      let model: { readonly id: bigint; readonly waiter: number; readonly startedMs: number }[] = [];
      let nowMs = 0;
      for (let i = 0; i < 5_000; i++) {
        nowMs += prng.below(4);
        const id = BigInt(prng.below(500));
        const known = model.find((one) => one.id === id);
        if (prng.chance(0.5) && known === undefined) {
          proposals.add(id, i, nowMs);
          model.push({ id, waiter: i, startedMs: nowMs });
        } else if (prng.chance(0.6)) {
          assert.equal(proposals.has(id), known !== undefined);
          assert.equal(proposals.take(id), known?.waiter);
          model = model.filter((one) => one !== known);
        } else {
          const gone: number[] = [];
          proposals.expire(nowMs, (waiter) => gone.push(waiter));
          assert.deepEqual(
            gone,
            model.filter(({ startedMs }) => startedMs + 100 <= nowMs).map(({ waiter }) => waiter),
          );
          model = model.filter(({ startedMs }) => startedMs + 100 > nowMs);
        }
        assert.equal(proposals.size, model.length);
      }
      const rest: number[] = [];
      proposals.failAll("Stopped", (waiter) => rest.push(waiter));
      assert.deepEqual(
        rest,
        model.map(({ waiter }) => waiter),
      );
      assert.equal(proposals.size, 0);
    });
  });

  it("is full at its bound", () => {
    const proposals = new Proposals<number>(1);
    for (let i = 0; i < MAX_PENDING_PROPOSALS; i++) {
      assert.ok(!proposals.isFull);
      proposals.add(BigInt(i), i, 0);
    }
    assert.ok(proposals.isFull);
  });
});
