import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MessageType } from "@quorate/proto";
import { describeMessages, type PeerOptions, RaftNetwork, RaftPeer } from "@quorate/testkit";
import { NONE } from "./types.ts";

const { MsgApp, MsgHeartbeat, MsgPreVote, MsgPreVoteResp, MsgVote, MsgVoteResp, MsgHup } = MessageType;

const roles = (net: RaftNetwork): string[] => net.peers.map(({ role }) => role.slice("State".length));
const terms = (net: RaftNetwork): number[] => net.peers.map(({ term }) => term);

/** Of `voters` members those that are named are there, with pre-vote; their logs may hold something already. */
function network(voters: number, present: Readonly<Record<number, readonly number[]>>): RaftNetwork {
  const all = Array.from({ length: voters }, (_, i) => BigInt(i + 1));
  const options = { voters: all, preVote: true };
  return new RaftNetwork(Object.entries(present).map(([id, log]) => new RaftPeer({ ...options, id: BigInt(id), log })));
}

/** Members 1 to 3, of which 3 was the last without pre-vote: it got stuck as a candidate at a higher term, and was started again. */
function migration(): RaftNetwork {
  const voters = [1n, 2n, 3n];
  const net = new RaftNetwork([
    new RaftPeer({ id: 1n, voters, preVote: true }),
    new RaftPeer({ id: 2n, voters, preVote: true }),
    new RaftPeer({ id: 3n, voters }),
  ]);
  net.campaign(1n);
  net.isolate(3n);
  net.propose(1n, "some data");
  net.campaign(3n);
  net.campaign(3n);
  assert.deepEqual(roles(net), ["Leader", "Follower", "Candidate"]);
  assert.deepEqual(terms(net), [1, 1, 3]);
  // 3 is started again, with pre-vote this time.
  net.join(new RaftPeer({ id: 3n, voters, preVote: true, log: [1], hardState: { term: 3, vote: 3n } }));
  net.recover();
  return net;
}

describe("raft/pre-vote", () => {
  const mixes: [name: string, net: () => RaftNetwork, role: string, term: number][] = [
    ["all of 3 voters live", () => network(3, { 1: [], 2: [], 3: [] }), "Leader", 1],
    ["2 of 3 voters live", () => network(3, { 1: [], 2: [] }), "Leader", 1],
    ["1 of 3 voters live", () => network(3, { 1: [] }), "PreCandidate", 0],
    ["2 of 4 voters live", () => network(4, { 1: [], 2: [] }), "PreCandidate", 0],
    ["3 of 5 voters live", () => network(5, { 1: [], 2: [], 3: [] }), "Leader", 1],
    ["two of three logs are longer", () => network(3, { 1: [], 2: [1], 3: [1] }), "Follower", 1],
    ["most logs are as short", () => network(5, { 1: [], 2: [1], 3: [1], 4: [1], 5: [] }), "Follower", 1],
  ];
  for (const [name, make, role, term] of mixes) {
    it(`ends with a ${role} at term ${term} when ${name}`, () => {
      const net = make();
      net.campaign(1n);
      assert.deepEqual([net.peer(1n).role, net.peer(1n).term], [`State${role}`, term]);
    });
  }

  it("lets every member be elected in turn", () => {
    const net = RaftNetwork.ofSize(3, { preVote: true });
    for (const id of [1n, 2n, 3n, 1n]) {
      net.campaign(id);
      assert.deepEqual(
        roles(net),
        [1n, 2n, 3n].map((other) => (other === id ? "Leader" : "Follower")),
      );
    }
  });

  it("elects the only voter at once", () => {
    const net = RaftNetwork.ofSize(1, { preVote: true });
    net.campaign(1n);
    assert.deepEqual(roles(net), ["Leader"]);
  });

  it("overwrites uncommitted entries of a higher term when a new leader wins", () => {
    const options = { voters: [1n, 2n, 3n, 4n, 5n], preVote: true };
    const net = new RaftNetwork([
      new RaftPeer({ ...options, id: 1n, log: [1] }),
      new RaftPeer({ ...options, id: 2n, log: [1] }),
      new RaftPeer({ ...options, id: 3n, log: [2] }),
      new RaftPeer({ ...options, id: 4n, hardState: { vote: 3n, term: 2 } }),
      new RaftPeer({ ...options, id: 5n, hardState: { vote: 3n, term: 2 } }),
    ]);
    net.campaign(1n);
    assert.deepEqual([net.peer(1n).role, net.peer(1n).term], ["StateFollower", 2], "4 and 5 told their term");
    net.campaign(1n);
    assert.deepEqual([net.peer(1n).role, net.peer(1n).term], ["StateLeader", 3]);
    for (const peer of net.peers) assert.deepEqual(peer.logTerms, [1, 3], `log of ${peer.id}`);
  });

  it("asks at the term after its own, forgets the leader, and keeps term, vote and timer", () => {
    const peer = new RaftPeer({ preVote: true, log: [1] });
    peer.receive(MsgHeartbeat, 2n);
    peer.work();
    peer.tick(10);
    assert.deepEqual([peer.role, peer.term, peer.vote, peer.lead], ["StatePreCandidate", 1, NONE, NONE]);
    assert.deepEqual(describeMessages(peer.work()), [
      "1->2 MsgPreVote Term:2 Log:1/1",
      "1->3 MsgPreVote Term:2 Log:1/1",
    ]);
    assert.ok(peer.logLines.includes("INFO 1 [logterm: 1, index: 1] sent MsgPreVote request to 2 at term 1"));
  });

  it("campaigns in earnest once a quorum would vote for it", () => {
    const peer = new RaftPeer({ preVote: true });
    peer.node.campaign();
    peer.work();
    peer.receive(MsgPreVoteResp, 2n, { term: 1 });
    assert.deepEqual([peer.role, peer.term, peer.vote], ["StateCandidate", 1, 1n]);
    assert.deepEqual(describeMessages(peer.work()), ["1->2 MsgVote Term:1 Log:0/0", "1->3 MsgVote Term:1 Log:0/0"]);
  });

  it("becomes follower at the same term when the quorum would not vote for it", () => {
    const peer = new RaftPeer({ preVote: true, log: [1] });
    peer.node.campaign();
    peer.work();
    for (const id of [2n, 3n]) peer.receive(MsgPreVoteResp, id, { reject: true });
    assert.deepEqual([peer.role, peer.term, peer.vote], ["StateFollower", 1, NONE]);
  });

  it("gives a rejection a term although the member was set up from a snapshot alone and is at term 0", () => {
    const peer = new RaftPeer({ preVote: true, snapshot: { index: 10, term: 2 }, hardState: { term: 0 } });
    assert.equal(peer.term, 0);
    peer.receive(MsgPreVote, 2n, { term: 1 });
    assert.deepEqual(describeMessages(peer.work()), ["1->2 MsgPreVoteResp Term:2 Log:0/0 Rejected (Hint: 0)"]);
    assert.equal(peer.term, 0);
  });

  it("learns of a higher term from a rejection", () => {
    const peer = new RaftPeer({ preVote: true });
    peer.node.campaign();
    peer.work();
    peer.receive(MsgPreVoteResp, 2n, { term: 7, reject: true });
    assert.deepEqual([peer.role, peer.term], ["StateFollower", 7]);
  });

  it("does not let a candidate that was cut off disturb the leader", () => {
    const net = RaftNetwork.ofSize(3, { preVote: true });
    net.cut(1n, 3n);
    net.campaign(1n);
    net.campaign(3n);
    assert.deepEqual(roles(net), ["Leader", "Follower", "Follower"], "2 would not vote for 3");
    net.recover();
    net.campaign(3n);
    assert.deepEqual(roles(net), ["Leader", "Follower", "Follower"]);
    assert.deepEqual(terms(net), [1, 1, 1]);
  });

  it("ignores its own late pre-vote after it has lost the election", () => {
    const peer = new RaftPeer({ preVote: true });
    peer.node.campaign();
    peer.take();
    peer.receive(MsgHeartbeat, 2n, { term: 1 });
    peer.node.advance();
    assert.deepEqual([peer.role, peer.term], ["StateFollower", 1]);
  });

  it("does not count its own late pre-vote as a vote", () => {
    const peer = new RaftPeer({ preVote: true, asyncStorageWrites: true });
    peer.node.campaign();
    const [append] = peer.node.ready().messages.filter(({ type }) => type === MessageType.MsgStorageAppend);
    for (const id of [2n, 3n]) peer.receive(MsgPreVoteResp, id, { term: 1 });
    assert.equal(peer.role, "StateCandidate");
    for (const late of append?.responses ?? []) peer.node.step(late);
    assert.equal(append?.responses.length, 1);
    assert.equal(peer.role, "StateCandidate", "its pre-vote means nothing any more");
    peer.receive(MsgPreVoteResp, 3n, { term: 1 });
    assert.equal(peer.role, "StateCandidate", "and neither does another's");
    const [vote] = peer.node.ready().messages.filter(({ type }) => type === MessageType.MsgStorageAppend);
    for (const own of vote?.responses ?? []) peer.node.step(own);
    assert.equal(peer.role, "StateCandidate");
    peer.receive(MsgVoteResp, 2n);
    assert.equal(peer.role, "StateLeader");
  });

  it("does nothing when a leader is told to campaign", () => {
    const net = RaftNetwork.ofSize(3, { preVote: true });
    net.campaign(1n);
    net.campaign(1n);
    assert.deepEqual(roles(net), ["Leader", "Follower", "Follower"]);
    assert.deepEqual(terms(net), [1, 1, 1]);
  });

  it("keeps a late heartbeat from deposing the leader where without pre-vote it would", () => {
    const outcome = (preVote: boolean): unknown[] => {
      const net = RaftNetwork.ofSize(3, { preVote, checkQuorum: true });
      net.campaign(1n);
      // 3 hears nothing for a timeout and campaigns; then a heartbeat of the leader reaches it after all.
      net.isolate(3n);
      net.tick(3n, 10);
      net.recover();
      net.send({ type: MsgHeartbeat, from: 1n, to: 3n, term: 1 });
      return [roles(net), terms(net)];
    };
    assert.deepEqual(outcome(false), [
      ["Follower", "Follower", "Candidate"],
      [2, 1, 2],
    ]);
    assert.deepEqual(outcome(true), [
      ["Leader", "Follower", "Follower"],
      [1, 1, 1],
    ]);
  });

  it("elects a leader although the member that lags behind has the smaller term", () => {
    // 3 asks at term 1, which is over for 2: only because 2 answers that, and with its own term, does 3 catch up.
    const net = RaftNetwork.ofSize(3, { preVote: true });
    net.isolate(3n);
    net.campaign(1n);
    net.campaign(2n);
    assert.deepEqual(terms(net), [2, 2, 0]);
    net.recover();
    net.cut(1n, 2n);
    net.cut(1n, 3n);
    net.campaign(3n);
    assert.deepEqual([net.peer(3n).role, net.peer(3n).term], ["StateFollower", 2], "its log is too short");
    net.campaign(2n);
    assert.deepEqual(roles(net).slice(1), ["Leader", "Follower"]);
  });

  it("resolves a split vote in the next round", () => {
    const net = RaftNetwork.ofSize(3, { preVote: true });
    net.campaign(1n);
    net.isolate(1n);
    // Both campaign before either hears of the other.
    net.peer(2n).node.campaign();
    net.campaign(3n);
    assert.deepEqual(roles(net).slice(1), ["Candidate", "Candidate"]);
    assert.deepEqual(terms(net).slice(1), [2, 2]);
    net.campaign(2n);
    assert.deepEqual(roles(net).slice(1), ["Leader", "Follower"]);
    assert.deepEqual(terms(net).slice(1), [3, 3]);
  });

  it("respects the leader's lease, and still elects once the leader is gone", () => {
    const net = RaftNetwork.ofSize(3, { preVote: true, checkQuorum: true });
    net.campaign(1n);
    net.isolate(1n);
    net.campaign(2n);
    assert.deepEqual(roles(net), ["Leader", "PreCandidate", "Follower"], "3 has its lease");
    net.tick(3n, 10);
    assert.deepEqual(roles(net), ["Leader", "Follower", "Leader"], "2 has given up its lease by campaigning");
  });

  it("elects while some members have pre-vote and some have not", () => {
    const net = migration();
    // 1 is lost; 2 must be able to win with 3, and 3 with 2.
    net.isolate(1n);
    net.campaign(3n);
    net.campaign(2n);
    assert.equal(net.peer(2n).term, 3, "2 learnt the term of 3");
    net.campaign(3n);
    net.campaign(2n);
    const winner = net.peers.slice(1).filter(({ role }) => role === "StateLeader");
    assert.deepEqual(
      winner.map(({ id }) => id),
      [2n],
    );
  });

  it("frees a pre-candidate that is stuck at a higher term", () => {
    const net = migration();
    net.campaign(3n);
    assert.deepEqual(roles(net), ["Leader", "Follower", "PreCandidate"]);
    net.campaign(3n);
    assert.deepEqual(roles(net), ["Leader", "Follower", "PreCandidate"], "its pre-votes are refused");
    assert.equal(net.peer(2n).term, 1);
    // The leader's heartbeat is answered with the higher term: it steps down, and the next leader starts beyond it.
    net.tick(1n);
    assert.deepEqual([net.peer(1n).role, net.peer(1n).term], ["StateFollower", 3]);
  });

  it("answers stale appends and heartbeats with its higher term only with pre-vote or check-quorum", () => {
    const answers = (options: PeerOptions, type: MessageType): string[] => {
      const peer = new RaftPeer({ hardState: { term: 4 }, ...options });
      peer.receive(type, 2n, { term: 3 });
      return describeMessages(peer.work());
    };
    for (const type of [MsgApp, MsgHeartbeat]) {
      assert.deepEqual(answers({}, type), []);
      assert.deepEqual(answers({ preVote: true }, type), ["1->2 MsgAppResp Term:4 Log:0/0"]);
      assert.deepEqual(answers({ checkQuorum: true }, type), ["1->2 MsgAppResp Term:4 Log:0/0"]);
    }
    assert.deepEqual(answers({ preVote: true }, MsgVote), []);
  });

  it("is not moved to campaign by a message from outside", () => {
    const peer = new RaftPeer({ preVote: true });
    assert.throws(() => peer.receive(MsgHup, 1n), { code: "StepLocalMsg" });
    assert.equal(peer.role, "StateFollower");
  });
});
