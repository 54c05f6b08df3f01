import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { withSeed } from "@quorate/testkit";
import { AutoCompaction } from "./auto-compaction.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Calls it every `stepMs` up to `untilMs`; the compactions as [minute, revision]. One revision a minute. */
function compactions(
  auto: AutoCompaction,
  untilMs: number,
  leads: (nowMs: number) => boolean = () => true,
): number[][] {
  const found: number[][] = [];
  for (let nowMs = 0; nowMs <= untilMs; nowMs += MINUTE_MS) {
    const rev = auto.tick(nowMs, 1 + nowMs / MINUTE_MS, leads(nowMs));
    if (rev !== undefined) found.push([nowMs / MINUTE_MS, rev]);
  }
  return found;
}

describe("member/auto-compaction", () => {
  it("compacts after the retention to what was current then, and then every hour at most", () => {
    const fourHours = new AutoCompaction({ mode: "periodic", retentionMs: 4 * HOUR_MS });
    assert.deepEqual(compactions(fourHours, 7 * HOUR_MS), [
      [240, 1],
      [300, 61],
      [360, 121],
      [420, 181],
    ]);
    const tenMinutes = new AutoCompaction({ mode: "periodic", retentionMs: 10 * MINUTE_MS });
    assert.deepEqual(compactions(tenMinutes, 30 * MINUTE_MS), [
      [10, 1],
      [20, 11],
      [30, 21],
    ]);
  });

  it("samples as a follower and compacts as a leader", () => {
    const auto = new AutoCompaction({ mode: "periodic", retentionMs: HOUR_MS });
    const found = compactions(auto, 200 * MINUTE_MS, (nowMs) => nowMs >= 100 * MINUTE_MS);
    assert.deepEqual(found[0], [102, 43], "at its next sample, to the oldest that it kept");
  });

  it("compacts every five minutes to so many revisions back", () => {
    const auto = new AutoCompaction({ mode: "revision", retention: 7 });
    assert.deepEqual(compactions(auto, 20 * MINUTE_MS), [
      [10, 4],
      [15, 9],
      [20, 14],
    ]);
  });

  it("says nothing where nothing changed, and never where it is off", () => {
    const auto = new AutoCompaction({ mode: "revision", retention: 1 });
    const found = [];
    for (let nowMs = 0; nowMs <= HOUR_MS; nowMs += MINUTE_MS) found.push(auto.tick(nowMs, 5, true));
    assert.deepEqual(
      found.filter((rev) => rev !== undefined),
      [4],
    );
    assert.deepEqual(compactions(new AutoCompaction({ mode: "off" }), 5 * HOUR_MS), []);
  });

  it("keeps what is younger than the retention, whatever the rhythm in which it is called", () => {
    withSeed("member/auto-compaction", ({ prng }) => {
      const retentionMs = prng.pick([10 * MINUTE_MS, HOUR_MS, 5 * HOUR_MS]);
      const auto = new AutoCompaction({ mode: "periodic", retentionMs });
      const history: { readonly nowMs: number; readonly rev: number }[] = [];
      let compacted = 0;
      for (let nowMs = 0, rev = 1; nowMs < 3 * retentionMs; nowMs += 1 + prng.below(MINUTE_MS)) {
        rev += prng.below(3);
        history.push({ nowMs, rev });
        const to = auto.tick(nowMs, rev, prng.chance(0.9));
        if (to === undefined) continue;
        compacted++;
        const then = history.filter((one) => one.nowMs <= nowMs - retentionMs).at(-1);
        assert.ok(then !== undefined && to <= then.rev, `compacts to ${to} and was at ${then?.rev} a retention ago`);
      }
      assert.ok(compacted > 0);
    });
  });
});
