import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { newHardState, newSnapshot, newSnapshotMetadata } from "@quorate/proto";
import { isEmptyHardState, isEmptySnapshot, mustSync, sameHardState, sameSoftState } from "./ready.ts";
import { StateType } from "./types.ts";

describe("raft/ready", () => {
  it("finds soft states equal when lead and role are", () => {
    const state = { lead: 1n, raftState: StateType.Leader };
    assert.equal(sameSoftState(state, { ...state }), true);
    assert.equal(sameSoftState(state, { ...state, lead: 2n }), false);
    assert.equal(sameSoftState(state, { ...state, raftState: StateType.Follower }), false);
  });

  it("finds hard states equal when term, vote and commit index are", () => {
    const state = newHardState({ term: 1, vote: 2n, commit: 3 });
    assert.equal(sameHardState(state, newHardState({ ...state, explicitZeros: 0 })), true);
    for (const change of [{ term: 2 }, { vote: 3n }, { commit: 4 }]) {
      assert.equal(sameHardState(state, { ...state, ...change }), false);
    }
  });

  it("takes no hard state, and one of nothing, for empty", () => {
    assert.deepEqual([undefined, newHardState()].map(isEmptyHardState), [true, true]);
    for (const init of [{ term: 1 }, { vote: 1n }, { commit: 1 }])
      assert.equal(isEmptyHardState(newHardState(init)), false);
  });

  it("takes no snapshot, and one at index 0, for empty", () => {
    assert.deepEqual([undefined, newSnapshot()].map(isEmptySnapshot), [true, true]);
    assert.equal(isEmptySnapshot(newSnapshot({ metadata: newSnapshotMetadata({ index: 1 }) })), false);
  });

  it("needs a sync for entries, a term and a vote, and not for a commit index", () => {
    const before = newHardState({ term: 1, vote: 2n, commit: 3 });
    assert.equal(mustSync(before, before, 0), false);
    assert.equal(mustSync({ ...before, commit: 9 }, before, 0), false);
    assert.equal(mustSync(before, before, 1), true);
    assert.equal(mustSync({ ...before, term: 2 }, before, 0), true);
    assert.equal(mustSync({ ...before, vote: 1n }, before, 0), true);
  });
});
