import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MessageType, newMessage } from "@quorate/proto";
import { describeMessages, RaftPeer, raftConfig } from "@quorate/testkit";
import { newRaft } from "./new-raft.ts";
import type { Raft } from "./raft.ts";
import { becomeCandidate, becomeFollower, becomeLeader, becomePreCandidate } from "./roles.ts";
import { step } from "./step.ts";
import { NONE, StateType } from "./types.ts";

const { MsgApp, MsgHeartbeat, MsgPreVote, MsgVote, MsgVoteResp, MsgPreVoteResp } = MessageType;

type Role = "StateFollower" | "StatePreCandidate" | "StateCandidate" | "StateLeader";
const ROLES: readonly Role[] = ["StateFollower", "StatePreCandidate", "StateCandidate", "StateLeader"];

/** A member of (1 2 3) in this role, with nothing left to do. */
function peerAs(role: Role, options: ConstructorParameters<typeof RaftPeer>[0] = {}): RaftPeer {
  const peer = new RaftPeer({ preVote: role === "StatePreCandidate", ...options });
  if (role !== "StateFollower") peer.node.campaign();
  peer.work();
  if (role === "StateLeader") peer.receive(MsgVoteResp, 2n);
  peer.work();
  assert.equal(peer.role, role);
  return peer;
}

describe("raft/vote", () => {
  for (const role of ROLES) {
    it(`grants a vote of a higher term as ${role}, and becomes follower in that term`, () => {
      const peer = peerAs(role, { log: [1] });
      const term = peer.term + 2;
      peer.receive(MsgVote, 2n, { term, logTerm: term - 1, index: 42 });
      assert.deepEqual([peer.role, peer.term, peer.vote, peer.lead], ["StateFollower", term, 2n, NONE]);
      assert.deepEqual(describeMessages(peer.work()), [`1->2 MsgVoteResp Term:${term} Log:0/0`]);
    });

    it(`grants a pre-vote of a higher term as ${role}, and changes nothing`, () => {
      const peer = peerAs(role, { log: [1] });
      const before = [peer.role, peer.term, peer.vote, peer.lead];
      const term = peer.term + 2;
      peer.receive(MsgPreVote, 2n, { term, logTerm: term - 1, index: 42 });
      assert.deepEqual([peer.role, peer.term, peer.vote, peer.lead], before);
      assert.deepEqual(describeMessages(peer.work()), [`1->2 MsgPreVoteResp Term:${term} Log:0/0`]);
    });

    it(`steps down as ${role} for a vote or an append of a higher term, and follows only the append's sender`, () => {
      const voted = peerAs(role);
      voted.receive(MsgVote, 2n, { term: 3, logTerm: 3, index: 9 });
      assert.deepEqual([voted.role, voted.term, voted.lead], ["StateFollower", 3, NONE]);
      const appended = peerAs(role);
      appended.receive(MsgApp, 2n, { term: 3, logTerm: 0, index: 0 });
      assert.deepEqual([appended.role, appended.term, appended.lead], ["StateFollower", 3, 2n]);
    });
  }

  // The voter's log ends with index 2 of term 2, and it may have voted in this term.
  const requests: [role: Role, index: number, logTerm: number, votedFor: bigint, rejected: boolean][] = [
    ["StateFollower", 0, 0, NONE, true],
    ["StateFollower", 0, 1, NONE, true],
    ["StateFollower", 0, 2, NONE, true],
    ["StateFollower", 0, 3, NONE, false],
    ["StateFollower", 1, 0, NONE, true],
    ["StateFollower", 1, 1, NONE, true],
    ["StateFollower", 1, 2, NONE, true],
    ["StateFollower", 1, 3, NONE, false],
    ["StateFollower", 2, 0, NONE, true],
    ["StateFollower", 2, 1, NONE, true],
    ["StateFollower", 2, 2, NONE, false],
    ["StateFollower", 2, 3, NONE, false],
    ["StateFollower", 3, 0, NONE, true],
    ["StateFollower", 3, 1, NONE, true],
    ["StateFollower", 3, 2, NONE, false],
    ["StateFollower", 3, 3, NONE, false],
    ["StateFollower", 3, 2, 2n, false],
    ["StateFollower", 3, 2, 3n, true],
    ["StateLeader", 3, 3, 1n, true],
    ["StatePreCandidate", 3, 3, 1n, true],
    ["StateCandidate", 3, 3, 1n, true],
  ];
  for (const [type, response] of [
    [MsgVote, MsgVoteResp],
    [MsgPreVote, MsgPreVoteResp],
  ] as const) {
    const name = type === MsgVote ? "vote" : "pre-vote";
    for (const [role, index, logTerm, votedFor, rejected] of requests) {
      it(`${rejected ? "rejects" : "grants"} a ${name} as ${role} that voted for ${votedFor}, asked with ${logTerm}/${index}`, () => {
        const r = newRaft(raftConfig({ voters: [1n], log: [2, 2], hardState: { term: 2 } }).config);
        r.state = StateType[role.slice("State".length) as keyof typeof StateType];
        r.vote = votedFor;
        r.term = Math.max(2, logTerm);
        step(r, newMessage({ type, term: r.term, from: 2n, to: 1n, index, logTerm }));
        assert.equal(r.messagesAfterAppend.length, 1);
        const [answer] = r.messagesAfterAppend;
        assert.deepEqual([answer?.type, answer?.reject, answer?.term], [response, rejected, r.term]);
      });
    }
  }

  it("does not grant a vote of its own term while a leader is known", () => {
    const peer = new RaftPeer();
    peer.receive(MsgHeartbeat, 3n, { term: 1 });
    peer.work();
    peer.receive(MsgVote, 2n, { logTerm: 5, index: 5 });
    assert.deepEqual(describeMessages(peer.work()), ["1->2 MsgVoteResp Term:1 Log:0/0 Rejected (Hint: 0)"]);
    assert.equal(peer.vote, NONE);
  });

  it("starts its election timeout afresh for a vote and for a new term, not when it pre-votes or refuses", () => {
    const ticksToCampaign = (type: MessageType, index: number, term: number): number => {
      const peer = new RaftPeer({ log: [1] });
      peer.tick(9);
      peer.receive(type, 2n, { term, index, logTerm: index });
      let ticks = 0;
      while (peer.role === "StateFollower") {
        peer.tick();
        ticks++;
      }
      return ticks;
    };
    assert.equal(ticksToCampaign(MsgVote, 1, 1), 10);
    assert.equal(ticksToCampaign(MsgVote, 0, 2), 10);
    assert.equal(ticksToCampaign(MsgPreVote, 1, 2), 1);
    assert.equal(ticksToCampaign(MsgVote, 0, 1), 1);
  });

  it("answers a pre-vote of a lower term with a rejection at its own term", () => {
    const peer = new RaftPeer({ log: [1], hardState: { term: 5 } });
    peer.receive(MsgPreVote, 2n, { term: 3, logTerm: 1, index: 1 });
    assert.deepEqual(describeMessages(peer.work()), ["1->2 MsgPreVoteResp Term:5 Log:0/0 Rejected (Hint: 0)"]);
  });

  it("does not answer a vote of a lower term, nor pass any other message of one to its role", () => {
    const peer = new RaftPeer({ hardState: { term: 5 } });
    for (const type of [MsgVote, MsgApp, MsgHeartbeat, MsgVoteResp]) peer.receive(type, 2n, { term: 4 });
    assert.deepEqual(peer.work(), []);
    assert.deepEqual([peer.lead, peer.term], [NONE, 5]);
    assert.deepEqual(peer.logLines.slice(-4), [
      "INFO 1 [term: 5] ignored a MsgVote message with lower term from 2 [term: 4]",
      "INFO 1 [term: 5] ignored a MsgApp message with lower term from 2 [term: 4]",
      "INFO 1 [term: 5] ignored a MsgHeartbeat message with lower term from 2 [term: 4]",
      "INFO 1 [term: 5] ignored a MsgVoteResp message with lower term from 2 [term: 4]",
    ]);
  });

  for (const type of [MsgHeartbeat, MsgApp]) {
    it(`makes a candidate adopt the leader's term on ${type === MsgApp ? "an append" : "a heartbeat"}`, () => {
      for (const term of [1, 2]) {
        const peer = peerAs("StateCandidate");
        peer.receive(type, 2n, { term });
        assert.deepEqual([peer.role, peer.term, peer.lead], ["StateFollower", term, 2n]);
        const [answer] = peer.work();
        assert.deepEqual([answer?.to, answer?.term], [2n, term]);
      }
    });
  }

  const become = {
    follower: (r: Raft) => becomeFollower(r, 1, 1n),
    preCandidate: becomePreCandidate,
    candidate: becomeCandidate,
    leader: becomeLeader,
  };
  const transitions: [from: Role, to: keyof typeof become, term: number, lead: bigint, refused?: RegExp][] = [
    ["StateFollower", "follower", 1, 1n],
    ["StateFollower", "preCandidate", 0, NONE],
    ["StateFollower", "candidate", 1, NONE],
    ["StateFollower", "leader", 0, NONE, /invalid transition \[follower -> leader\]/],
    ["StatePreCandidate", "follower", 1, 1n],
    ["StatePreCandidate", "preCandidate", 0, NONE],
    ["StatePreCandidate", "candidate", 1, NONE],
    ["StatePreCandidate", "leader", 0, 1n],
    ["StateCandidate", "follower", 1, 1n],
    ["StateCandidate", "preCandidate", 0, NONE],
    ["StateCandidate", "candidate", 1, NONE],
    ["StateCandidate", "leader", 0, 1n],
    ["StateLeader", "follower", 1, 1n],
    ["StateLeader", "preCandidate", 0, NONE, /invalid transition \[leader -> pre-candidate\]/],
    ["StateLeader", "candidate", 1, NONE, /invalid transition \[leader -> candidate\]/],
    ["StateLeader", "leader", 0, 1n],
  ];
  for (const [from, to, term, lead, refused] of transitions) {
    it(`${refused === undefined ? "goes" : "never goes"} from ${from} to ${to}`, () => {
      const r = newRaft(raftConfig({ voters: [1n] }).config);
      r.state = StateType[from.slice("State".length) as keyof typeof StateType];
      if (refused !== undefined) {
        assert.throws(() => become[to](r), refused);
        return;
      }
      become[to](r);
      assert.deepEqual([r.term, r.lead], [term, lead]);
    });
  }
});
