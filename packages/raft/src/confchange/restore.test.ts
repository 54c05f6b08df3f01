import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type ConfState, newConfState } from "@quorate/proto";
import { withSeed } from "@quorate/testkit";
import fc from "fast-check";
import { RaftError } from "../errors.ts";
import { ProgressTracker } from "../tracker/tracker.ts";
import { equivalentConfStates, restoreConfState } from "./restore.ts";

const LIMITS = { maxInflight: 20, maxInflightBytes: 0 };

function restored(confState: ConfState): ConfState {
  const tracker = new ProgressTracker(LIMITS);
  const { config, progress } = restoreConfState(LIMITS, 10, confState);
  tracker.install(config, progress);
  return tracker.confState();
}

/** Each id gets the roles of one member: incoming voter, outgoing voter, both, learner, learner next, both of these, none. */
const confStates = fc
  .record({
    roles: fc.array(fc.constantFrom("in", "out", "both", "learner", "next", "out", "both", "none"), { maxLength: 12 }),
    autoLeave: fc.boolean(),
    shuffle: fc.boolean(),
  })
  .map(({ roles, autoLeave, shuffle }) => {
    const having = (...wanted: readonly string[]): bigint[] => {
      const ids = roles.flatMap((role, i) => (wanted.includes(role) ? [BigInt(i * 7 + 1)] : []));
      return shuffle ? ids.reverse() : ids;
    };
    const voters = having("in", "both");
    const isJoint = having("out", "both", "next").length > 0;
    return newConfState({
      voters: voters.length === 0 ? [99n] : voters,
      votersOutgoing: isJoint ? having("out", "both", "next") : [],
      learners: having("learner"),
      learnersNext: having("next"),
      autoLeave: isJoint && autoLeave,
    });
  });

describe("raft/confchange/restore", () => {
  it("comes back to every configuration that there can be", () => {
    withSeed("raft/dist/confchange", ({ seed }) => {
      fc.assert(
        fc.property(confStates, (confState) => {
          assert.ok(
            equivalentConfStates(restored(confState), confState),
            JSON.stringify(confState, (_, v) => String(v)),
          );
        }),
        { seed, numRuns: 1000 },
      );
    });
  });

  it("takes nothing for nothing", () => {
    assert.ok(equivalentConfStates(restored(newConfState()), newConfState()));
  });

  it("gives every member a fresh record behind the end of the log", () => {
    const { progress } = restoreConfState(LIMITS, 10, newConfState({ voters: [1n], learners: [2n] }));
    assert.deepEqual([...progress.values()].map(String), [
      "StateProbe match=0 next=10",
      "StateProbe match=0 next=10 learner",
    ]);
  });

  it("refuses what no sequence of changes leads to", () => {
    const impossible: readonly Partial<ConfState>[] = [
      { voters: [0n] },
      { voters: [1n, 1n] },
      { learners: [1n] },
      { voters: [1n], learners: [1n] },
      { voters: [1n], autoLeave: true },
      { voters: [1n], learnersNext: [2n] },
      { voters: [1n], votersOutgoing: [1n], learnersNext: [2n] },
      { votersOutgoing: [1n] },
      { voters: [1n], votersOutgoing: [2n], learners: [2n] },
    ];
    for (const init of impossible) {
      assert.throws(
        () => restored(newConfState(init)),
        (error) => error instanceof RaftError && error.code === "InvalidConfChange",
        JSON.stringify(init, (_, v) => (typeof v === "bigint" ? `${v}` : v)),
      );
    }
  });

  it("compares configurations whatever the order of their members", () => {
    const full = {
      voters: [1n, 2n, 3n],
      learners: [5n, 4n],
      votersOutgoing: [2n, 1n],
      learnersNext: [7n, 8n],
      autoLeave: true,
    };
    const reordered = {
      voters: [2n, 1n, 3n],
      learners: [4n, 5n],
      votersOutgoing: [1n, 2n],
      learnersNext: [8n, 7n],
      autoLeave: true,
    };
    assert.equal(equivalentConfStates(newConfState(full), newConfState(reordered)), true);
    const others: readonly Partial<ConfState>[] = [
      { voters: [1n, 2n] },
      { voters: [1n, 2n, 4n] },
      { voters: [1n, 2n, 3n, 3n] },
      { learners: [] },
      { votersOutgoing: [1n] },
      { learnersNext: [7n] },
      { autoLeave: false },
    ];
    for (const change of others) {
      assert.equal(equivalentConfStates(newConfState(full), newConfState({ ...full, ...change })), false);
    }
  });
});
