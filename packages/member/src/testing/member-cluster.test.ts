import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Prng } from "@quorate/base";
import { drawSeed, rerun } from "@quorate/testkit";
import { type ClusterReport, runCluster } from "./member-cluster.ts";

/** How many schedules `npm test` runs; CLUSTERS=N overrides it, for one that failed (1) or for a long campaign. */
const CLUSTERS = 40;
/** From this many on nothing that is meant to be tested may be missing. */
const ENOUGH_TO_COUNT = 40;

function clusters(): number {
  const given = Number(process.env["CLUSTERS"] ?? Number.NaN);
  return Number.isSafeInteger(given) && given > 0 ? given : CLUSTERS;
}

describe("member/testing/member-cluster", () => {
  it("keeps its promises in random schedules, and agrees once the faults are over", () => {
    const seed = drawSeed();
    const prng = new Prng(seed);
    const count = clusters();
    const sum: Record<string, number> = {};
    for (let i = 0; i < count; i++) {
      // The first schedule has the seed itself, so that the seed of a failed one runs it again.
      const own = i === 0 ? seed : prng.uint32();
      let report: ClusterReport;
      try {
        report = runCluster(own);
      } catch (error) {
        throw new Error(`schedule ${i} of ${count}; all of them: ${rerun("member-cluster", seed)}`, { cause: error });
      }
      for (const [what, n] of Object.entries(report)) sum[what] = (sum[what] ?? 0) + n;
    }
    if (count < ENOUGH_TO_COUNT) return;
    for (const [what, n] of Object.entries(sum)) {
      assert.ok(n > 0, `${n} ${what} in ${count} schedules: too few to test anything`);
    }
  });

  it("does the same for the same seed, event by event", () => {
    const [first, second] = [1, 2].map(() => {
      const lines: string[] = [];
      const report = runCluster(7, (line) => lines.push(line));
      return { lines, report };
    });
    assert.deepEqual(second, first);
  });
});
