import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { newHardState } from "@quorate/proto";
import { type Status, statusToJson } from "./status.ts";
import { Progress, ProgressState } from "./tracker/progress.ts";
import { emptyConfig } from "./tracker/tracker.ts";
import { StateType } from "./types.ts";

const follower: Status = {
  id: 10n,
  hardState: newHardState({ term: 3, vote: 255n, commit: 7 }),
  lead: 2n ** 63n,
  raftState: StateType.Follower,
  applied: 6,
  leadTransferee: 0n,
  config: emptyConfig,
  progress: new Map(),
};

describe("raft/status", () => {
  it("has etcd's JSON form, with ids in hex", () => {
    assert.equal(
      statusToJson(follower),
      '{"id":"a","term":3,"vote":"ff","commit":7,"lead":"8000000000000000","raftState":"StateFollower","applied":6,' +
        '"progress":{},"leadtransferee":"0"}',
    );
  });

  it("has the progress of each peer under its id", () => {
    const peer = new Progress({
      id: 31n,
      match: 4,
      next: 5,
      isLearner: false,
      recentActive: true,
      maxInflight: 1,
      maxInflightBytes: 0,
    });
    peer.state = ProgressState.Replicate;
    const leader = { ...follower, raftState: StateType.Leader, leadTransferee: 31n, progress: new Map([[31n, peer]]) };
    assert.match(
      statusToJson(leader),
      /"progress":\{"1f":\{"match":4,"next":5,"state":"StateReplicate"\}\},"leadtransferee":"1f"\}$/,
    );
  });
});
