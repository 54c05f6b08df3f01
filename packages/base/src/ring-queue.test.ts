import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Prng } from "./prng.ts";
import { RingQueue } from "./ring-queue.ts";

const SEED = process.env["SEED"] ?? "ring-queue";

describe("base/ring-queue", () => {
  it("gives items back in the order in which they came", () => {
    const queue = new RingQueue<number>(100);
    for (let i = 0; i < 40; i++) queue.push(i);
    assert.deepEqual(
      Array.from({ length: 40 }, () => queue.shift()),
      Array.from({ length: 40 }, (_, i) => i),
    );
  });

  it("has nothing to give when empty", () => {
    const queue = new RingQueue<number>(1);
    assert.equal(queue.shift(), undefined);
    assert.equal(queue.peek(), undefined);
    assert.deepEqual(queue.drain(), []);
    assert.equal(queue.length, 0);
  });

  for (const limit of [1, 3, 16, 17, 100]) {
    it(`refuses item ${limit + 1} of a queue bounded at ${limit}, and takes it once there is room`, () => {
      const queue = new RingQueue<number>(limit);
      for (let i = 0; i < limit; i++) assert.equal(queue.push(i), true);
      assert.equal(queue.push(limit), false);
      assert.equal(queue.length, limit);
      assert.equal(queue.shift(), 0);
      assert.equal(queue.push(limit), true);
      assert.deepEqual(
        queue.drain(),
        Array.from({ length: limit }, (_, i) => i + 1),
      );
    });
  }

  it("does what an array does, through every sequence of calls", () => {
    const prng = new Prng(SEED);
    for (let round = 0; round < 200; round++) {
      const limit = 1 + prng.below(70);
      const queue = new RingQueue<number>(limit);
      const model: number[] = [];
      const bias = 1 + prng.below(9);
      for (let at = 0; at < 300; at++) {
        const draw = prng.below(10);
        const where = `SEED=${SEED} round=${round} step=${at} limit=${limit}`;
        if (draw < bias) {
          const fits = model.length < limit;
          if (fits) model.push(at);
          assert.equal(queue.push(at), fits, where);
        } else if (draw === 9 && prng.chance(0.1)) {
          assert.deepEqual(queue.drain(), model.splice(0), where);
        } else {
          assert.equal(queue.peek(), model[0], where);
          assert.equal(queue.shift(), model.shift(), where);
        }
        assert.equal(queue.length, model.length, where);
        assert.equal(queue.peek(), model[0], where);
      }
      assert.deepEqual(queue.drain(), model, `SEED=${SEED} round=${round}`);
    }
  });
});
