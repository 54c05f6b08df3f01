import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { newConfState } from "@quorate/proto";
import { restoreConfState } from "../confchange/restore.ts";
import { VoteResult } from "../quorum/vote-result.ts";
import { describeConfig, ProgressTracker } from "./tracker.ts";

function tracker(confState: Parameters<typeof newConfState>[0]): ProgressTracker {
  const limits = { maxInflight: 8, maxInflightBytes: 100 };
  const made = new ProgressTracker(limits);
  const { config, progress } = restoreConfState(limits, 5, newConfState(confState));
  made.install(config, progress);
  return made;
}

describe("raft/tracker", () => {
  it("prints only the parts of a configuration that there are, ids in hex", () => {
    assert.equal(describeConfig(new ProgressTracker({ maxInflight: 1, maxInflightBytes: 0 }).config), "voters=()");
    const joint = tracker({
      voters: [1n, 16n],
      votersOutgoing: [1n, 10n],
      learners: [255n, 12n],
      learnersNext: [10n],
      autoLeave: true,
    });
    assert.equal(describeConfig(joint.config), "voters=(1 10)&&(1 a) learners=(c ff) learners_next=(a) autoleave");
  });

  it("lists voters, learners and peers in ascending order", () => {
    const made = tracker({ voters: [20n, 3n, 100n], learners: [2n ** 63n, 4n] });
    assert.deepEqual(made.voterNodes(), [3n, 20n, 100n]);
    assert.deepEqual(made.learnerNodes(), [4n, 2n ** 63n]);
    assert.deepEqual(
      made.peers.map(({ id }) => id),
      [3n, 4n, 20n, 100n, 2n ** 63n],
    );
  });

  it("is a singleton with one voter that is not joint, whatever learners there are", () => {
    assert.equal(tracker({ voters: [1n], learners: [2n] }).isSingleton(), true);
    assert.equal(tracker({ voters: [1n, 2n] }).isSingleton(), false);
    assert.equal(tracker({ voters: [1n], votersOutgoing: [1n] }).isSingleton(), false);
  });

  it("counts the first vote of each tracked voter and none of a learner", () => {
    const made = tracker({ voters: [1n, 2n, 3n], learners: [4n] });
    made.recordVote(1n, true);
    made.recordVote(1n, false);
    made.recordVote(4n, true);
    made.recordVote(9n, true);
    assert.deepEqual(made.tallyVotes(), { granted: 1, rejected: 0, result: VoteResult.VotePending });
    made.recordVote(2n, false);
    made.recordVote(3n, false);
    assert.deepEqual(made.tallyVotes(), { granted: 1, rejected: 2, result: VoteResult.VoteLost });
    made.resetVotes();
    assert.deepEqual(made.tallyVotes(), { granted: 0, rejected: 0, result: VoteResult.VotePending });
  });

  it("finds a quorum active by its voters alone", () => {
    const made = tracker({ voters: [1n, 2n, 3n], learners: [4n, 5n] });
    for (const peer of made.peers) peer.recentActive = peer.isLearner || peer.id === 1n;
    assert.equal(made.quorumActive(), false);
    for (const peer of made.peers) if (peer.id === 3n) peer.recentActive = true;
    assert.equal(made.quorumActive(), true);
  });

  it("starts every record afresh for a new term, and keeps who is a learner", () => {
    const made = tracker({ voters: [1n, 2n], learners: [3n] });
    for (const peer of made.peers) peer.becomeSnapshot(77);
    made.resetProgress(2n, 9);
    assert.deepEqual(made.peers.map(String), [
      "StateProbe match=0 next=10 inactive",
      "StateProbe match=9 next=10 inactive",
      "StateProbe match=0 next=10 learner inactive",
    ]);
    assert.equal(made.committed(), 0);
  });

  it("gives its configuration as it was restored", () => {
    const confState = newConfState({
      voters: [1n, 2n],
      votersOutgoing: [2n, 3n],
      learners: [5n],
      learnersNext: [3n],
      autoLeave: true,
    });
    assert.deepEqual(tracker(confState).confState(), confState);
  });
});
