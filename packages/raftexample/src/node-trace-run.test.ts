import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { type SeenStep, traceOneWrite } from "./node-trace-run.ts";
import { WRITE_PATH } from "./write-path.ts";

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe("raftexample/node-trace-run", () => {
  let steps: SeenStep[];
  const at = (number: number): SeenStep => steps[number - 1] as SeenStep;

  before(async () => {
    steps = await traceOneWrite();
  });

  it("sees all 28 steps, in the order of the table", () => {
    assert.deepEqual(
      steps.map(({ step }) => step),
      WRITE_PATH,
    );
  });

  for (const [name, numbers] of [
    ["from the client into the leader's log", range(1, 12)],
    ["into messages, through the Ready, to disk and transport", range(14, 19)],
    ["from the transport to the follower's log", [19, ...range(23, 28)]],
    ["from the follower's answer to the commit, the store and Advance", [28, 13, 20, 22]],
    ["from the log into messages", [12, 14]],
    ["from the transport to Advance", [19, 21]],
  ] as const) {
    it(`goes on in time ${name}: ${numbers.join(", ")}`, () => {
      for (let i = 1; i < numbers.length; i++) {
        const [earlier, later] = [at(numbers[i - 1] as number), at(numbers[i] as number)];
        const where = `step ${earlier.step.number} at ${earlier.atMs} ms, step ${later.step.number} at ${later.atMs} ms`;
        assert.ok(later.atMs >= earlier.atMs, where);
      }
    });
  }

  it("counts time from step 1", () => {
    assert.equal(at(1).atMs, 0);
  });

  it("stays on the leader, and ends on one follower", () => {
    const leader = at(1).member;
    for (const { step, member } of steps)
      assert.equal(member === leader, step.side === "leader", `step ${step.number}`);
    assert.equal(new Set(range(26, 28).map((number) => at(number).member)).size, 1);
  });

  it("follows one entry: term and index agree wherever they are known", () => {
    const { term, index } = at(12);
    assert.ok(term !== undefined && index !== undefined && term > 0 && index > 0);
    for (const seen of steps) {
      if (seen.term !== undefined) assert.equal(seen.term, term, `term of step ${seen.step.number}`);
      if (seen.index !== undefined) assert.equal(seen.index, index, `index of step ${seen.step.number}`);
    }
    // From the append on the entry has its place; the points that carry messages and entries tell it.
    for (const number of [12, 13, 16, 17, 18, 19, 20, 22, 23, 28]) {
      assert.deepEqual([at(number).term, at(number).index], [term, index], `step ${number}`);
    }
  });
});
