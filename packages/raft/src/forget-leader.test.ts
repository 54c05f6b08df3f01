import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MessageType } from "@quorate/proto";
import { describeMessages, type PeerOptions, RaftNetwork, RaftPeer } from "@quorate/testkit";

const { MsgApp, MsgForgetLeader, MsgHeartbeat, MsgVote } = MessageType;

/** A follower of 2 in term 1. */
function follower(options: PeerOptions = {}): RaftPeer {
  const peer = new RaftPeer(options);
  peer.receive(MsgHeartbeat, 2n, { term: 1 });
  peer.work();
  assert.equal(peer.lead, 2n);
  return peer;
}

describe("raft/forget leader", () => {
  it("lets a follower vote inside the lease of a leader that it was told to forget", () => {
    for (const forget of [false, true]) {
      const peer = follower({ checkQuorum: true });
      if (forget) peer.node.forgetLeader();
      peer.receive(MsgVote, 3n, { term: 2 });
      assert.deepEqual([peer.term, peer.vote], forget ? [2, 3n] : [1, 0n]);
    }
  });

  it("keeps term, role and timer, and follows again at the next message of the leader", () => {
    const peer = follower();
    peer.tick(9);
    peer.node.forgetLeader();
    assert.equal(peer.logLines.at(-1), "INFO 1 forgetting leader 2 at term 1");
    assert.deepEqual([peer.role, peer.term, peer.lead], ["StateFollower", 1, 0n]);
    assert.throws(() => peer.propose("nobody to send it to"), { code: "ProposalDropped" });
    peer.receive(MsgApp, 2n);
    assert.equal(peer.lead, 2n);
    peer.node.forgetLeader();
    peer.tick(10);
    assert.equal(peer.role, "StateCandidate");
  });

  it("is taken from the network, and does nothing where no leader is known", () => {
    const peer = follower();
    peer.receive(MsgForgetLeader, 2n);
    assert.equal(peer.lead, 0n);
    const before = peer.logLines.length;
    peer.node.forgetLeader();
    assert.equal(peer.logLines.length, before);
  });

  it("does nothing on a leader or a candidate", () => {
    const net = RaftNetwork.ofSize(3);
    net.campaign(1n);
    net.act(1n, (node) => node.forgetLeader());
    assert.deepEqual([net.peer(1n).role, net.peer(1n).lead], ["StateLeader", 1n]);
    const candidate = new RaftPeer();
    candidate.node.campaign();
    candidate.node.forgetLeader();
    assert.deepEqual([candidate.role, candidate.term], ["StateCandidate", 1]);
  });

  it("works on a learner", () => {
    const peer = follower({ voters: [2n], learners: [1n] });
    peer.node.forgetLeader();
    assert.equal(peer.lead, 0n);
  });

  it("is refused with lease-based reads: the leader relies on the lease", () => {
    const peer = follower({ checkQuorum: true, readOnlyOption: "leaseBased" });
    peer.node.forgetLeader();
    assert.equal(peer.lead, 2n);
    assert.equal(peer.logLines.at(-1), "ERROR ignoring MsgForgetLeader due to ReadOnlyLeaseBased");
  });

  it("lets a quorum elect a new leader at once with pre-vote and check-quorum, although the old one is alive", () => {
    const net = RaftNetwork.ofSize(3, { preVote: true, checkQuorum: true });
    net.campaign(1n);
    net.campaign(3n);
    assert.equal(net.peer(1n).role, "StateLeader", "2 has its lease");
    net.tick(1n);
    net.act(2n, (node) => node.forgetLeader());
    net.campaign(3n);
    assert.deepEqual([net.peer(3n).role, net.peer(1n).role], ["StateLeader", "StateFollower"]);
    assert.deepEqual(describeMessages(net.peer(2n).work()), []);
  });
});
