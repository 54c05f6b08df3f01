import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Message, MessageType } from "@quorate/proto";
import { describeMessages, RaftNetwork, RaftPeer } from "@quorate/testkit";
import { setRandomizedElectionTimeout } from "./raw-node.ts";

const { MsgApp, MsgHeartbeat, MsgTimeoutNow, MsgVoteResp } = MessageType;

/** Five voters, of which those named are there; the logs of the latter may hold something already. */
function network(voters: number, present: Readonly<Record<number, readonly number[]>>): RaftNetwork {
  const all = Array.from({ length: voters }, (_, i) => BigInt(i + 1));
  return new RaftNetwork(
    Object.entries(present).map(
      ([id, log]) => new RaftPeer({ id: BigInt(id), voters: all, log, hardState: { term: 0 } }),
    ),
  );
}

describe("raft/election", () => {
  const mixes: [name: string, net: () => RaftNetwork, role: string, term: number][] = [
    ["all of 3 voters live", () => network(3, { 1: [], 2: [], 3: [] }), "Leader", 1],
    ["2 of 3 voters live", () => network(3, { 1: [], 2: [] }), "Leader", 1],
    ["1 of 3 voters live", () => network(3, { 1: [] }), "Candidate", 1],
    ["2 of 4 voters live", () => network(4, { 1: [], 2: [] }), "Candidate", 1],
    ["3 of 5 voters live", () => network(5, { 1: [], 2: [], 3: [] }), "Leader", 1],
    ["two of three logs are longer than the candidate's", () => network(3, { 1: [], 2: [1], 3: [1] }), "Follower", 1],
    [
      "most logs are as short as the candidate's",
      () => network(5, { 1: [], 2: [1], 3: [1], 4: [1], 5: [] }),
      "Follower",
      1,
    ],
    ["a minority has longer logs", () => network(5, { 1: [], 2: [1], 3: [1], 4: [], 5: [] }), "Leader", 1],
  ];
  for (const [name, make, role, term] of mixes) {
    it(`ends with a ${role} when ${name}`, () => {
      const net = make();
      net.campaign(1n);
      assert.equal(net.peer(1n).role, `State${role}`);
      assert.equal(net.peer(1n).term, term);
    });
  }

  it("lets every member be elected in turn", () => {
    const net = RaftNetwork.ofSize(3);
    for (const id of [1n, 2n, 3n, 1n]) {
      net.campaign(id);
      const roles = net.peers.map((peer) => peer.role);
      assert.deepEqual(
        roles,
        net.peers.map((peer) => (peer.id === id ? "StateLeader" : "StateFollower")),
      );
      assert.deepEqual(
        net.peers.map(({ lead }) => lead),
        [id, id, id],
      );
    }
    assert.equal(net.peer(1n).term, 4);
  });

  it("elects the only voter at once", () => {
    const net = RaftNetwork.ofSize(1);
    net.campaign(1n);
    assert.equal(net.peer(1n).role, "StateLeader");
  });

  it("overwrites uncommitted entries of a higher term when a new leader wins", () => {
    // 1 holds the entry of term 1; 2 is behind; 3 was leader of term 2 but replicated nothing; 4 and 5 voted for it.
    const voters = [1n, 2n, 3n, 4n, 5n];
    const net = new RaftNetwork([
      new RaftPeer({ id: 1n, voters, log: [1] }),
      new RaftPeer({ id: 2n, voters, log: [1] }),
      new RaftPeer({ id: 3n, voters, log: [2] }),
      new RaftPeer({ id: 4n, voters, hardState: { vote: 3n, term: 2 } }),
      new RaftPeer({ id: 5n, voters, hardState: { vote: 3n, term: 2 } }),
    ]);
    net.campaign(1n);
    assert.deepEqual([net.peer(1n).role, net.peer(1n).term], ["StateFollower", 2], "4 and 5 know of term 2 already");
    net.campaign(1n);
    assert.deepEqual([net.peer(1n).role, net.peer(1n).term], ["StateLeader", 3]);
    for (const peer of net.peers) assert.deepEqual(peer.logTerms, [1, 3], `log of ${peer.id}`);
  });

  it("lets a candidate that was cut off disturb the leader, and lose for its short log", () => {
    const net = RaftNetwork.ofSize(3);
    net.cut(1n, 3n);
    net.campaign(1n);
    net.campaign(3n);
    assert.deepEqual([net.peer(1n).role, net.peer(3n).role], ["StateLeader", "StateCandidate"], "2 voted for 1");
    net.recover();
    net.campaign(3n);
    // Its term deposed 1, but 1 and 2 hold an entry that it lacks.
    assert.deepEqual(
      net.peers.map(({ role, term }) => [role, term]),
      Array(3).fill(["StateFollower", 2]),
    );
    assert.deepEqual(
      net.peers.map(({ logTerms }) => logTerms),
      [[1], [1], []],
    );
  });

  it("makes a candidate concede to the leader of its term, and brings its log up", () => {
    const net = RaftNetwork.ofSize(3);
    net.isolate(1n);
    net.campaign(1n);
    net.campaign(3n);
    net.recover();
    net.tick(3n);
    net.propose(3n, "force follower");
    net.tick(3n);
    assert.deepEqual([net.peer(1n).role, net.peer(1n).term], ["StateFollower", 1]);
    for (const peer of net.peers) assert.deepEqual(peer.applied, ["1:", "2:force follower"], `${peer.id}`);
  });

  it("ignores appends of a leader whose term is over", () => {
    const net = RaftNetwork.ofSize(3);
    for (const id of [1n, 2n, 1n]) net.campaign(id);
    net.send({ type: MsgApp, from: 2n, to: 1n, term: 2, index: 2, logTerm: 2, entries: [] });
    net.propose(1n, "somedata");
    for (const peer of net.peers) assert.deepEqual(peer.logTerms, [1, 2, 3, 3]);
  });

  it("does nothing when a leader is told to campaign", () => {
    const net = RaftNetwork.ofSize(3);
    net.campaign(1n);
    net.campaign(1n);
    assert.deepEqual([net.peer(1n).role, net.peer(1n).term], ["StateLeader", 1]);
    assert.equal(net.peer(1n).logLines.at(-1), "DEBUG 1 ignoring MsgHup because already leader");
  });

  it("draws timeouts so that the chance to campaign grows evenly between one and two election timeouts", () => {
    // Every value that the generator can draw, once: after n of the 10 extra ticks, n + 1 of 10 members have campaigned.
    const peers = Array.from({ length: 10 }, (_, draw) => new RaftPeer({ random: { below: () => draw } }));
    const campaigned = (): number => peers.filter(({ role }) => role === "StateCandidate").length;
    for (const peer of peers) peer.tick(9);
    assert.equal(campaigned(), 0);
    for (let extra = 0; extra < 10; extra++) {
      for (const peer of peers) if (peer.role === "StateFollower") peer.tick();
      assert.equal(campaigned(), extra + 1, `after ${10 + extra} ticks`);
    }
  });

  it("draws a new timeout at every reset and keeps one that was set until then", () => {
    const peer = new RaftPeer();
    setRandomizedElectionTimeout(peer.node, 3);
    peer.tick(3);
    assert.equal(peer.role, "StateCandidate");
    peer.tick(3);
    assert.equal(peer.term, 1, "the timeout is 10 again");
    peer.tick(7);
    assert.equal(peer.term, 2);
  });

  it("forgets the leader and starts its timeout afresh when it campaigns", () => {
    const peer = new RaftPeer();
    peer.receive(MsgHeartbeat, 2n, { term: 1 });
    peer.tick(9);
    peer.node.campaign();
    assert.deepEqual([peer.role, peer.lead, peer.term], ["StateCandidate", 0n, 2]);
    peer.tick(9);
    assert.equal(peer.term, 2);
    peer.tick();
    assert.equal(peer.term, 3);
  });

  it("lets only members campaign: not a stranger, not a learner", () => {
    const promotable: [RaftPeer, boolean][] = [
      [new RaftPeer({ voters: [1n] }), true],
      [new RaftPeer({ voters: [1n, 2n, 3n] }), true],
      [new RaftPeer({ voters: [] }), false],
      [new RaftPeer({ voters: [2n, 3n] }), false],
      [new RaftPeer({ voters: [2n], learners: [1n] }), false],
    ];
    for (const [peer, expected] of promotable) {
      peer.tick(25);
      peer.node.campaign();
      peer.work();
      assert.equal(peer.role !== "StateFollower", expected);
      assert.equal(peer.logLines.includes("WARN 1 is unpromotable and can not campaign"), !expected);
    }
  });

  it("counts a vote for itself only once it is durable", () => {
    const peer = new RaftPeer({ voters: [1n] });
    peer.node.campaign();
    assert.equal(peer.role, "StateCandidate");
    peer.take();
    assert.equal(peer.role, "StateCandidate");
    peer.node.advance();
    assert.equal(peer.role, "StateLeader");
  });

  it("ignores its own late vote after it has lost the election", () => {
    const peer = new RaftPeer();
    peer.node.campaign();
    const ready = peer.take();
    assert.deepEqual(describeMessages(ready.messages), ["1->2 MsgVote Term:1 Log:0/0", "1->3 MsgVote Term:1 Log:0/0"]);
    peer.receive(MsgHeartbeat, 2n);
    peer.node.advance();
    assert.equal(peer.role, "StateFollower");
    peer.receive(MsgVoteResp, 3n);
    assert.equal(peer.role, "StateFollower", "and so with anybody's");
  });

  it("becomes leader on the quorum's votes, and follower on a quorum of rejections; the first vote of each counts", () => {
    const voters = [1n, 2n, 3n, 4n, 5n];
    const candidate = (): RaftPeer => {
      const peer = new RaftPeer({ voters });
      peer.node.campaign();
      peer.work();
      return peer;
    };
    const winner = candidate();
    winner.receive(MsgVoteResp, 2n);
    winner.receive(MsgVoteResp, 2n);
    assert.equal(winner.role, "StateCandidate", "the same voter twice");
    winner.receive(MsgVoteResp, 2n, { reject: true });
    winner.receive(MsgVoteResp, 3n);
    assert.equal(winner.role, "StateLeader", "a vote cannot be taken back");

    const loser = candidate();
    for (const id of [2n, 3n]) loser.receive(MsgVoteResp, id, { reject: true });
    assert.equal(loser.role, "StateCandidate");
    loser.receive(MsgVoteResp, 4n, { reject: true });
    assert.deepEqual([loser.role, loser.term, loser.lead], ["StateFollower", 1, 0n]);
  });

  it("ignores a call to campaign at once while it is a candidate", () => {
    const peer = new RaftPeer();
    peer.node.campaign();
    peer.work();
    peer.receive(MsgTimeoutNow, 2n);
    assert.equal(peer.term, 1);
    assert.equal(peer.logLines.at(-1), "DEBUG 1 [term 1 state StateCandidate] ignored MsgTimeoutNow from 2");
  });

  it("asks the voters of both halves of a joint configuration, and needs a quorum in each", () => {
    const peer = new RaftPeer({ confState: { voters: [1n, 2n, 3n], votersOutgoing: [3n, 4n, 5n] } });
    peer.node.campaign();
    const to = (messages: readonly Message[]): bigint[] => messages.map((m) => m.to);
    assert.deepEqual(to(peer.work()), [2n, 3n, 4n, 5n]);
    peer.receive(MsgVoteResp, 2n);
    assert.equal(peer.role, "StateCandidate");
    peer.receive(MsgVoteResp, 4n);
    assert.equal(peer.role, "StateCandidate");
    peer.receive(MsgVoteResp, 5n);
    assert.equal(peer.role, "StateLeader");
  });
});
