import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConfChangeType, MessageType, newConfChangeSingle, newConfChangeV2 } from "@quorate/proto";
import { describeMessages, RaftNetwork, RaftPeer } from "@quorate/testkit";
import { ProgressState } from "./tracker/progress.ts";

const { MsgTimeoutNow, MsgVote } = MessageType;

/** Voter 1 and learner 2. */
function network(options: ConstructorParameters<typeof RaftPeer>[0] = {}): RaftNetwork {
  return new RaftNetwork([1n, 2n].map((id) => new RaftPeer({ voters: [1n], learners: [2n], ...options, id })));
}

describe("raft/learner", () => {
  it("never campaigns: not on a timeout, not when told, not by a transfer", () => {
    for (const preVote of [false, true]) {
      const peer = new RaftPeer({ id: 2n, voters: [1n], learners: [2n], preVote });
      peer.tick(25);
      peer.node.campaign();
      peer.receive(MsgTimeoutNow, 1n, { term: 1 });
      assert.equal(peer.role, "StateFollower");
      assert.deepEqual(peer.work(), []);
    }
  });

  it("can be elected once it was promoted", () => {
    const net = network();
    net.tick(1n, 10);
    assert.equal(net.peer(1n).role, "StateLeader");
    const promotion = newConfChangeV2({
      changes: [newConfChangeSingle({ type: ConfChangeType.ConfChangeAddNode, nodeId: 2n })],
    });
    net.act(1n, (node) => node.proposeConfChange({ kind: "v2", change: promotion }));
    for (const { confState } of net.peers) assert.deepEqual([confState.voters, confState.learners], [[1n, 2n], []]);
    net.tick(2n, 10);
    assert.deepEqual(
      net.peers.map(({ role }) => role),
      ["StateFollower", "StateLeader"],
    );
  });

  it("grants a valid vote: its promotion may not have reached it yet", () => {
    const peer = new RaftPeer({ id: 2n, voters: [1n], learners: [2n] });
    peer.receive(MsgVote, 1n, { term: 2, logTerm: 11, index: 11 });
    assert.deepEqual(describeMessages(peer.work()), ["2->1 MsgVoteResp Term:2 Log:0/0"]);
  });

  it("is not counted: its vote wins nothing, its acknowledgement commits nothing", () => {
    const peer = new RaftPeer({ voters: [1n, 2n], learners: [3n] });
    peer.node.campaign();
    peer.work();
    peer.receive(MessageType.MsgVoteResp, 3n);
    assert.equal(peer.role, "StateCandidate");
    peer.receive(MessageType.MsgVoteResp, 2n);
    peer.work();
    peer.receive(MessageType.MsgAppResp, 3n, { index: 1 });
    assert.equal(peer.commit, 0);
    peer.receive(MessageType.MsgAppResp, 2n, { index: 1 });
    assert.equal(peer.commit, 1);
  });

  it("receives and commits entries, and the leader tracks it", () => {
    const net = network();
    net.campaign(1n);
    net.propose(1n, "somedata");
    for (const peer of net.peers) assert.deepEqual(peer.applied, ["1:", "2:somedata"]);
    const { match, state, isLearner } = net.peer(1n).progress(2n);
    assert.deepEqual([match, state, isLearner], [2, ProgressState.Replicate, true]);
  });

  it("may propose through the leader", () => {
    const net = network();
    net.campaign(1n);
    net.propose(2n, "from the learner");
    assert.deepEqual(net.peer(2n).applied, ["1:", "2:from the learner"]);
  });
});
