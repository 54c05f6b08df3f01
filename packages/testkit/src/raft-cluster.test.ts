import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Prng } from "@quorate/base";
import { runSchedule, type ScheduleReport } from "./raft-cluster.ts";
import { drawSeed, rerun } from "./seed.ts";

/** How many schedules `npm test` runs; SCHEDULES=N overrides it, for one that failed (1) or for a long campaign. */
const SCHEDULES = 600;
/** From this many on nothing that is meant to be tested may be missing; fewer are for looking at one. */
const ENOUGH_TO_COUNT = 100;

function schedules(): number {
  const given = Number(process.env["SCHEDULES"] ?? Number.NaN);
  return Number.isSafeInteger(given) && given > 0 ? given : SCHEDULES;
}

describe("testkit/raft-cluster", () => {
  it("keeps every rule of raft in random schedules, and agrees once the faults stop", () => {
    const seed = drawSeed();
    const prng = new Prng(seed);
    const count = schedules();
    const sum: Record<string, number> = {};
    for (let i = 0; i < count; i++) {
      // The first schedule has the seed itself, so that the seed of a failed one runs it again.
      const own = i === 0 ? seed : prng.uint32();
      let report: ScheduleReport;
      try {
        report = runSchedule(own);
      } catch (error) {
        throw new Error(`schedule ${i} of ${count}; all of them: ${rerun("raft-cluster", seed)}`, { cause: error });
      }
      for (const [what, n] of Object.entries(report)) sum[what] = (sum[what] ?? 0) + n;
    }
    if (count < ENOUGH_TO_COUNT) return;
    for (const what of ["elections", "applied", "reads", "confChanges", "snapshotsRestored", "crashes"]) {
      assert.ok((sum[what] ?? 0) >= count / 10, `${sum[what]} ${what} in ${count} schedules: too few to test anything`);
    }
    assert.ok(
      (sum["blocked"] ?? 0) <= count / 50,
      `${sum["blocked"]} of ${count} clusters were blocked by removed members`,
    );
  });

  it("does the same for the same seed, event by event", () => {
    const [first, second] = [1, 2].map(() => {
      const lines: string[] = [];
      const report = runSchedule(7, (line) => lines.push(line));
      return { lines, report };
    });
    assert.ok((first?.lines.length ?? 0) > 100);
    assert.deepEqual(second, first);
  });

  /** Seeds of schedules that found something; each ran into it before it was fixed. */
  const regressions: readonly (readonly [number, string])[] = [
    [955, "a single voter answered a read before its first commit in its term"],
    [1665, "a leader outside of the configuration answered a read as if it were the only voter"],
    [501106, "a change overtaken by a snapshot was put on top of the snapshot's configuration"],
    [7008639, "the same, with a joint configuration"],
    [175, "a demoted leader at its uncommitted limit is at rest until it hands over"],
    [
      3252660953,
      "nobody had applied anything yet when the faults stopped, and the harness stopped everybody for being in no configuration",
    ],
    [1061, "a removed member with a longer log keeps the others from electing anyone"],
  ];
  for (const [seed, story] of regressions) {
    it(`goes well with seed ${seed}: ${story}`, () => {
      assert.ok(runSchedule(seed).applied > 0);
    });
  }
});
