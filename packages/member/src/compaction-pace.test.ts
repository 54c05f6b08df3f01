import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CompactionPace } from "./compaction-pace.ts";

/** A store with so many rows to remove, which notes the slices it was given. */
class Rows {
  readonly slices: number[] = [];
  left: number;

  constructor(rows: number) {
    this.left = rows;
  }

  get compacting(): boolean {
    return this.left > 0;
  }

  stepCompaction(budget: number): boolean {
    this.slices.push(budget);
    this.left -= Math.min(budget, this.left);
    return this.left === 0;
  }
}

const newWants = (): { more: boolean; stepAgainMs: number | undefined } => ({ more: false, stepAgainMs: undefined });

describe("member/compaction-pace", () => {
  it("removes a batch in slices, pauses, and goes on no sooner than the pause is over", () => {
    const rows = new Rows(2_100);
    const finished: number[] = [];
    const pace = new CompactionPace({ compactionBatchRows: 700, compactionPauseMs: 10 }, (ms) => finished.push(ms));
    const at = (nowMs: number) => {
      const wants = newWants();
      pace.step(rows, nowMs, wants);
      return [rows.slices.splice(0), wants.more, wants.stepAgainMs];
    };
    assert.deepEqual(at(0), [[500], true, undefined]);
    assert.deepEqual(at(1), [[200], false, 10]);
    assert.deepEqual(at(5), [[], false, 6]);
    assert.deepEqual(at(11), [[500], true, undefined]);
    assert.deepEqual(at(12), [[200], false, 10]);
    assert.deepEqual(at(30), [[500], true, undefined]);
    assert.deepEqual(at(31), [[200], false, undefined]);
    assert.deepEqual(finished, [31]);
    assert.deepEqual(at(32), [[], false, undefined]);
  });

  it("measures each compaction by itself", () => {
    const finished: number[] = [];
    const pace = new CompactionPace({ compactionBatchRows: 1_000, compactionPauseMs: 0 }, (ms) => finished.push(ms));
    for (const startMs of [100, 900]) {
      const rows = new Rows(600);
      for (let nowMs = startMs; rows.compacting; nowMs += 7) pace.step(rows, nowMs, newWants());
    }
    assert.deepEqual(finished, [7, 7]);
  });

  it("begins anew where another store has taken the place of the one that was compacted", () => {
    const finished: number[] = [];
    const pace = new CompactionPace({ compactionBatchRows: 1_000, compactionPauseMs: 0 }, (ms) => finished.push(ms));
    pace.step(new Rows(5_000), 0, newWants());
    pace.step(new Rows(0), 50, newWants());
    pace.step(new Rows(10), 80, newWants());
    assert.deepEqual(finished, [0]);
  });
});
