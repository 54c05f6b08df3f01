import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MessageType } from "@quorate/proto";
import { RaftPeer } from "@quorate/testkit";

const { MsgApp, MsgAppResp, MsgHeartbeat, MsgHeartbeatResp, MsgVote, MsgVoteResp } = MessageType;

/** A member of (1 2 3) in term 1. */
const inRole = {
  follower: (): RaftPeer => new RaftPeer({ hardState: { term: 1 } }),
  candidate: (): RaftPeer => {
    const peer = new RaftPeer();
    peer.node.campaign();
    peer.work();
    return peer;
  },
  leader: (): RaftPeer => {
    const peer = inRole.candidate();
    peer.receive(MsgVoteResp, 2n);
    peer.work();
    return peer;
  },
};

describe("raft/paper 5.1 terms", () => {
  for (const [role, make] of Object.entries(inRole)) {
    it(`makes a ${role} with a smaller term adopt the larger one and follow`, () => {
      const peer = make();
      assert.deepEqual([peer.role.toLowerCase(), peer.term], [`state${role}`, 1]);
      peer.receive(MsgApp, 2n, { term: 2 });
      assert.deepEqual([peer.role, peer.term, peer.lead], ["StateFollower", 2, 2n]);
    });
  }

  it("rejects what comes with a stale term, whatever it is", () => {
    for (const make of Object.values(inRole)) {
      const peer = make();
      peer.receive(MsgHeartbeat, 3n, { term: 2 });
      peer.work();
      for (const type of [MsgApp, MsgAppResp, MsgHeartbeat, MsgHeartbeatResp, MsgVote, MsgVoteResp]) {
        peer.receive(type, 2n, { term: 1, index: 0, commit: 0 });
      }
      assert.deepEqual(peer.work(), []);
      assert.deepEqual([peer.term, peer.lead, peer.vote], [2, 3n, 0n]);
    }
  });
});
