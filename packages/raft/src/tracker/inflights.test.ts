import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { InvariantViolation } from "@quorate/base";
import { withSeed } from "@quorate/testkit";
import fc from "fast-check";
import { Inflights } from "./inflights.ts";

type Slot = { readonly index: number; readonly bytes: number };
type Step =
  | { readonly kind: "add"; readonly gap: number; readonly bytes: number }
  | { readonly kind: "free"; readonly by: number }
  | { readonly kind: "reset" | "clone" };

const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant("add" as const),
        gap: fc.integer({ min: 1, max: 3 }),
        bytes: fc.integer({ min: 0, max: 40 }),
      }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("free" as const), by: fc.integer({ min: -2, max: 12 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("reset" as const, "clone" as const) }) },
  ),
  { maxLength: 80 },
);

/** The window as a plain array. */
function replay(maxMessages: number, maxBytes: number, script: readonly Step[]): void {
  let window = new Inflights(maxMessages, maxBytes);
  let model: Slot[] = [];
  let last = 0;
  const isFull = (): boolean =>
    model.length === maxMessages || (maxBytes > 0 && model.reduce((sum, { bytes }) => sum + bytes, 0) >= maxBytes);
  for (const step of script) {
    if (step.kind === "add") {
      last += step.gap;
      if (isFull()) {
        assert.throws(() => window.add(last, step.bytes), InvariantViolation);
      } else {
        window.add(last, step.bytes);
        model.push({ index: last, bytes: step.bytes });
      }
    } else if (step.kind === "free") {
      const to = (model[0]?.index ?? last) + step.by;
      window.freeLE(to);
      model = model.filter(({ index }) => index > to);
    } else if (step.kind === "reset") {
      window.reset();
      model = [];
    } else {
      const copy = window.clone();
      // Whatever becomes of the original is not seen in the copy.
      window.reset();
      window = copy;
    }
    assert.equal(window.count, model.length);
    assert.equal(window.full(), isFull());
  }
}

describe("raft/tracker/inflights", () => {
  it("does what an array does, through every sequence of calls", () => {
    withSeed("raft/dist/tracker", ({ seed }) => {
      const limits = fc.record({
        maxMessages: fc.integer({ min: 1, max: 20 }),
        maxBytes: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 200 })),
      });
      fc.assert(
        fc.property(limits, steps, ({ maxMessages, maxBytes }, script) => replay(maxMessages, maxBytes, script)),
        { seed, numRuns: 500 },
      );
    });
  });

  it("is full at its count of messages", () => {
    const window = new Inflights(2, 0);
    window.add(1, 1000);
    assert.equal(window.full(), false);
    window.add(2, 1000);
    assert.equal(window.full(), true);
    assert.throws(() => window.add(3, 0), /cannot add into a Full inflights/);
  });

  it("lets the message that crosses the byte limit go, and is full then", () => {
    const window = new Inflights(10, 100);
    window.add(1, 99);
    assert.equal(window.full(), false);
    window.add(2, 5000);
    assert.equal(window.full(), true);
    window.freeLE(1);
    assert.equal(window.full(), true, "5000 bytes are still in flight");
    window.freeLE(2);
    assert.equal(window.full(), false);
  });

  it("frees nothing for an acknowledgement of what was freed before", () => {
    const window = new Inflights(10, 0);
    for (const index of [5, 6, 7]) window.add(index, 1);
    window.freeLE(4);
    assert.equal(window.count, 3);
    window.freeLE(6);
    window.freeLE(6);
    assert.equal(window.count, 1);
    window.freeLE(Number.MAX_SAFE_INTEGER);
    assert.equal(window.count, 0);
  });

  it("counts rightly after the ring has gone round many times", () => {
    const window = new Inflights(4, 1000);
    for (let index = 1; index <= 1000; index++) {
      window.add(index, 10);
      if (window.full()) window.freeLE(index - 1);
    }
    assert.ok(window.count >= 1);
    window.freeLE(1000);
    assert.equal(window.count, 0);
    for (let i = 0; i < 4; i++) window.add(2000 + i, 250);
    assert.equal(window.full(), true);
  });
});
