import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Prng } from "@quorate/base";
import { MessageType } from "@quorate/proto";
import { describeMessages, RaftPeer, withSeed } from "@quorate/testkit";

const { MsgApp, MsgHeartbeat, MsgVote, MsgVoteResp } = MessageType;
const FILE = "paper-5.2";
const TIMEOUT = 10;

const voters = (count: number): bigint[] => Array.from({ length: count }, (_, i) => BigInt(i + 1));

/** Ticks until the member campaigns, which shows in its term. */
function ticksToCampaign(peer: RaftPeer): number {
  const { term } = peer;
  for (let ticks = 1; ; ticks++) {
    assert.ok(ticks <= 2 * TIMEOUT);
    peer.tick();
    if (peer.term > term) return ticks;
  }
}

/** Two ways to start a member's election timeout afresh. */
const restart = {
  follower: (peer: RaftPeer): void => peer.receive(MsgHeartbeat, 2n, { term: peer.term + 1 }),
  candidate: (peer: RaftPeer): void => peer.node.campaign(),
};

describe("raft/paper 5.2 leader election", () => {
  it("starts as follower", () => {
    const peer = new RaftPeer();
    assert.deepEqual([peer.role, peer.term, peer.lead], ["StateFollower", 0, 0n]);
  });

  it("makes a leader send heartbeats to all at every interval", () => {
    const peer = new RaftPeer({ heartbeatTick: 3 });
    peer.node.campaign();
    peer.work();
    peer.receive(MsgVoteResp, 2n);
    for (let i = 0; i < 5; i++) peer.propose("");
    peer.work();
    for (let round = 0; round < 3; round++) {
      peer.tick(2);
      assert.deepEqual(peer.work(), []);
      peer.tick();
      assert.deepEqual(describeMessages(peer.work()), [
        "1->2 MsgHeartbeat Term:1 Log:0/0",
        "1->3 MsgHeartbeat Term:1 Log:0/0",
      ]);
    }
  });

  for (const role of ["follower", "candidate"] as const) {
    it(`makes a ${role} that hears nothing for a timeout raise its term, vote for itself and ask all others`, () => {
      const peer = new RaftPeer({ hardState: { term: 1 } });
      if (role === "candidate") {
        peer.node.campaign();
        peer.work();
      }
      const { term } = peer;
      peer.tick(2 * TIMEOUT - 1);
      assert.deepEqual([peer.role, peer.term, peer.vote], ["StateCandidate", term + 1, 1n]);
      assert.deepEqual(describeMessages(peer.work()), [
        `1->2 MsgVote Term:${term + 1} Log:0/0`,
        `1->3 MsgVote Term:${term + 1} Log:0/0`,
      ]);
    });
  }

  // The votes of the others, in order: granted or not. The candidate's own vote comes first.
  const elections: [size: number, votes: boolean[], role: string][] = [
    [1, [], "Leader"],
    [3, [true, true], "Leader"],
    [3, [true], "Leader"],
    [5, [true, true, true, true], "Leader"],
    [5, [true, true, true], "Leader"],
    [5, [true, true], "Leader"],
    [3, [false, false], "Follower"],
    [5, [false, false, false, false], "Follower"],
    [5, [true, false, false, false], "Follower"],
    [3, [], "Candidate"],
    [5, [true], "Candidate"],
    [5, [false, false], "Candidate"],
    [5, [], "Candidate"],
  ];
  for (const [size, votes, role] of elections) {
    it(`makes a candidate of ${size} with votes [${votes.join(" ")}] a ${role}`, () => {
      const peer = new RaftPeer({ voters: voters(size) });
      peer.node.campaign();
      peer.work();
      for (const [i, granted] of votes.entries()) {
        if (peer.role === "StateCandidate") peer.receive(MsgVoteResp, BigInt(i + 2), { reject: !granted });
      }
      assert.deepEqual([peer.role, peer.term], [`State${role}`, 1]);
    });
  }

  it("gives one vote a term, and gives it again to the same candidate", () => {
    for (const [vote, from, granted] of [
      [0n, 2n, true],
      [0n, 3n, true],
      [2n, 2n, true],
      [3n, 3n, true],
      [2n, 3n, false],
      [3n, 2n, false],
    ] as const) {
      const peer = new RaftPeer({ hardState: { term: 1, vote } });
      peer.receive(MsgVote, from);
      const rejected = granted ? "" : " Rejected (Hint: 0)";
      assert.deepEqual(describeMessages(peer.work()), [`1->${from} MsgVoteResp Term:1 Log:0/0${rejected}`]);
      assert.equal(peer.vote, granted ? from : vote);
    }
  });

  it("makes a candidate follow whoever claims to lead its term or a later one", () => {
    for (const term of [1, 2]) {
      const peer = new RaftPeer();
      peer.node.campaign();
      peer.work();
      peer.receive(MsgApp, 2n, { term });
      assert.deepEqual([peer.role, peer.term, peer.lead], ["StateFollower", term, 2n]);
    }
  });

  for (const [role, start] of Object.entries(restart)) {
    it(`draws every timeout in [t, 2t) for a ${role}, and none outside`, () => {
      withSeed(FILE, ({ prng }) => {
        const peer = new RaftPeer({ electionTick: TIMEOUT, random: prng });
        const seen = new Set<number>();
        for (let round = 0; round < 50 * TIMEOUT; round++) {
          start(peer);
          seen.add(ticksToCampaign(peer));
          peer.work();
        }
        assert.deepEqual(
          [...seen].sort((a, b) => a - b),
          Array.from({ length: TIMEOUT }, (_, i) => TIMEOUT + i),
        );
      });
    });

    it(`seldom lets two of five as ${role} time out at once`, () => {
      withSeed(FILE, ({ prng }) => {
        const ROUNDS = 1000;
        const peers = voters(5).map((id) => newcomer(id, prng));
        let conflicts = 0;
        for (let round = 0; round < ROUNDS; round++) {
          for (const peer of peers) start(peer);
          const ticks = peers.map((peer) => ticksToCampaign(peer));
          for (const peer of peers) peer.work();
          const first = Math.min(...ticks);
          if (ticks.filter((n) => n === first).length > 1) conflicts++;
        }
        // Expected are 23 %; 30 % is five standard deviations away.
        assert.ok(conflicts / ROUNDS < 0.3, `${conflicts} of ${ROUNDS}`);
        assert.ok(conflicts > 0, "independent draws do collide");
      });
    });
  }
});

function newcomer(id: bigint, prng: Prng): RaftPeer {
  // Peer 2 is followed by all, so it is left out of the five.
  return new RaftPeer({ id: id + 10n, voters: [2n, ...voters(5).map((n) => n + 10n)], random: prng.fork(`${id}`) });
}
