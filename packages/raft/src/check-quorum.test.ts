import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConfChangeType, MessageType, newConfChangeSingle, newConfChangeV2 } from "@quorate/proto";
import { RaftNetwork, RaftPeer } from "@quorate/testkit";
import { setRandomizedElectionTimeout } from "./raw-node.ts";

const { MsgHeartbeatResp, MsgApp, MsgHeartbeat, MsgVote } = MessageType;

const roles = (net: RaftNetwork): string[] => net.peers.map(({ role }) => role.slice("State".length));
const terms = (net: RaftNetwork): number[] => net.peers.map(({ term }) => term);

/** A leader of (1 2 3) with check-quorum that nobody has answered since. */
function leader(): RaftPeer {
  const peer = new RaftPeer({ checkQuorum: true });
  peer.node.campaign();
  peer.work();
  peer.receive(MessageType.MsgVoteResp, 2n);
  peer.work();
  assert.equal(peer.role, "StateLeader");
  return peer;
}

describe("raft/check-quorum", () => {
  it("keeps a leader that a quorum answers", () => {
    const peer = leader();
    for (let i = 0; i <= 3 * 10; i++) {
      peer.receive(MsgHeartbeatResp, 2n);
      peer.tick();
    }
    assert.equal(peer.role, "StateLeader");
  });

  it("makes a leader step down that nobody answered for an election timeout", () => {
    const peer = leader();
    peer.tick(9);
    assert.equal(peer.role, "StateLeader");
    peer.tick();
    assert.deepEqual([peer.role, peer.term, peer.lead], ["StateFollower", 1, 0n]);
    assert.ok(peer.logLines.includes("WARN 1 stepped down to follower since quorum is not active"));
  });

  it("gives a new leader a whole election timeout, however long it was a candidate", () => {
    const peer = new RaftPeer({ checkQuorum: true });
    peer.node.campaign();
    peer.tick(9);
    peer.work();
    peer.receive(MessageType.MsgVoteResp, 2n);
    peer.tick(9);
    assert.equal(peer.role, "StateLeader");
    peer.tick();
    assert.equal(peer.role, "StateFollower");
  });

  it("counts an answer for one round only", () => {
    const peer = leader();
    peer.receive(MsgHeartbeatResp, 3n);
    peer.tick(10);
    assert.equal(peer.role, "StateLeader");
    peer.tick(10);
    assert.equal(peer.role, "StateFollower");
  });

  it("never makes a leader step down without the option", () => {
    const net = RaftNetwork.ofSize(3);
    net.campaign(1n);
    net.isolate(1n);
    net.tick(1n, 50);
    assert.equal(net.peer(1n).role, "StateLeader");
  });

  it("needs activity in both halves of a joint configuration", () => {
    for (const active of [[2n], [2n, 4n]]) {
      const confState = { voters: [1n, 2n, 3n], votersOutgoing: [1n, 4n, 5n] };
      const peer = new RaftPeer({ checkQuorum: true, confState });
      peer.node.campaign();
      peer.work();
      for (const id of [2n, 4n]) peer.receive(MessageType.MsgVoteResp, id);
      for (const id of active) peer.receive(MsgHeartbeatResp, id);
      peer.tick(10);
      assert.equal(peer.role, active.length === 2 ? "StateLeader" : "StateFollower");
    }
  });

  it("ignores a vote request inside the lease, and grants it after", () => {
    const net = RaftNetwork.ofSize(3, { checkQuorum: true });
    setRandomizedElectionTimeout(net.peer(2n).node, 11);
    net.peer(2n).tick(10);
    net.campaign(1n);
    assert.deepEqual(roles(net), ["Leader", "Follower", "Follower"]);
    net.campaign(3n);
    assert.deepEqual(roles(net), ["Leader", "Follower", "Candidate"]);
    assert.match(
      net.peer(2n).logLines.at(-1) ?? "",
      /^INFO 2 \[logterm: 1, index: 1, vote: 1\] ignored MsgVote from 3 \[logterm: 1, index: 1\] at term 1: lease is not expired \(remaining ticks: 10\)$/,
    );
    // 2 hears nothing more of the leader; its own timeout is later than the end of its lease.
    setRandomizedElectionTimeout(net.peer(2n).node, 20);
    net.peer(2n).tick(10);
    net.campaign(3n);
    assert.equal(net.peer(3n).role, "StateLeader");
  });

  it("elects at the start, and again once the leases of a quorum have run out", () => {
    const net = RaftNetwork.ofSize(3, { checkQuorum: true });
    net.campaign(1n);
    assert.deepEqual(roles(net), ["Leader", "Follower", "Follower"]);
    // The leader keeps its own lease; the vote of 2 is enough.
    setRandomizedElectionTimeout(net.peer(2n).node, 20);
    net.peer(2n).tick(10);
    net.campaign(3n);
    assert.deepEqual(roles(net), ["Follower", "Follower", "Leader"]);
  });

  it("lets a candidate stuck at a higher term free itself by disturbing the leader", () => {
    const net = RaftNetwork.ofSize(3, { checkQuorum: true });
    net.campaign(1n);
    net.isolate(1n);
    net.campaign(3n);
    net.campaign(3n);
    assert.deepEqual(
      [roles(net), terms(net)],
      [
        ["Leader", "Follower", "Candidate"],
        [1, 1, 3],
      ],
    );
    net.recover();
    // Its vote requests are ignored, but its answer to the leader's heartbeat is not.
    net.send({ type: MsgHeartbeat, from: 1n, to: 3n, term: 1 });
    assert.deepEqual([net.peer(1n).role, net.peer(1n).term], ["StateFollower", 3]);
    net.campaign(3n);
    assert.equal(net.peer(3n).role, "StateLeader");
    assert.equal(new Set(terms(net)).size, 1);
  });

  it("lets a voter that is not in its own configuration follow, and never campaign", () => {
    const net = new RaftNetwork([
      new RaftPeer({ id: 1n, voters: [1n, 2n], checkQuorum: true }),
      new RaftPeer({ id: 2n, voters: [1n], checkQuorum: true }),
    ]);
    net.campaign(1n);
    net.tick(2n, 25);
    assert.deepEqual(roles(net), ["Leader", "Follower"]);
    assert.equal(net.peer(2n).lead, 1n);
  });

  it("lets the higher term of a member that campaigned depose the leader whose heartbeat came late", () => {
    const net = RaftNetwork.ofSize(3, { checkQuorum: true });
    net.campaign(1n);
    net.peer(3n).tick(10);
    assert.deepEqual([net.peer(3n).role, net.peer(3n).term], ["StateCandidate", 2]);
    net.peer(3n).work();
    net.send({ type: MsgHeartbeat, from: 1n, to: 3n, term: 1 });
    assert.deepEqual(roles(net), ["Follower", "Follower", "Candidate"]);
    assert.deepEqual(terms(net), [2, 1, 2]);
  });

  it("takes a new member for active for one round, so that it may be slow to start", () => {
    const peer = new RaftPeer({ voters: [1n], checkQuorum: true });
    peer.node.campaign();
    peer.work();
    const change = newConfChangeV2({
      changes: [newConfChangeSingle({ type: ConfChangeType.ConfChangeAddNode, nodeId: 2n })],
    });
    peer.node.proposeConfChange({ kind: "v2", change });
    peer.work();
    assert.deepEqual(peer.confState.voters, [1n, 2n]);
    peer.tick(10);
    assert.equal(peer.role, "StateLeader");
    peer.tick(10);
    assert.equal(peer.role, "StateFollower");
  });

  it("holds the lease from any sign of the leader, and not after one election timeout", () => {
    const peer = new RaftPeer({ checkQuorum: true, random: { below: () => 9 } });
    peer.receive(MsgApp, 2n, { term: 1 });
    peer.tick(9);
    peer.receive(MsgVote, 3n, { term: 2 });
    assert.equal(peer.term, 1);
    peer.receive(MsgHeartbeat, 2n, { term: 1 });
    peer.tick(9);
    peer.receive(MsgVote, 3n, { term: 2 });
    assert.equal(peer.term, 1);
    peer.tick();
    peer.receive(MsgVote, 3n, { term: 2 });
    assert.deepEqual([peer.term, peer.vote], [2, 3n]);
  });
});
