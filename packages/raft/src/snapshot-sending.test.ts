import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MessageType, type Snapshot } from "@quorate/proto";
import { describeMessages, type PeerOptions, RaftNetwork, RaftPeer } from "@quorate/testkit";
import { RaftError } from "./errors.ts";
import { ProgressState } from "./tracker/progress.ts";

const { MsgAppResp, MsgHeartbeatResp, MsgVoteResp } = MessageType;

/** A leader of (1 2) whose log starts behind a snapshot at 11/11 and then holds its own empty entry 12. */
function leader(options: PeerOptions = {}): RaftPeer {
  const peer = new RaftPeer({ voters: [1n, 2n], snapshot: { index: 11, term: 11 }, ...options });
  peer.node.campaign();
  peer.work();
  peer.receive(MsgVoteResp, 2n);
  peer.work();
  assert.equal(peer.role, "StateLeader");
  return peer;
}

/** The same, after 2 has said that it holds nothing, and the snapshot was sent. */
function sending(): RaftPeer {
  const peer = leader();
  peer.receive(MsgAppResp, 2n, { index: 11, reject: true, rejectHint: 0 });
  assert.equal(peer.progress(2n).state, ProgressState.Snapshot);
  return peer;
}

describe("raft/snapshot sending", () => {
  it("sends a snapshot to a peer that needs what was compacted, and notes its index", () => {
    const peer = sending();
    assert.deepEqual(describeMessages(peer.work()), [
      "1->2 MsgSnap Term:12 Log:0/0\n  Snapshot: Index:11 Term:11 ConfState:Voters:[1 2] VotersOutgoing:[] Learners:[] LearnersNext:[] AutoLeave:false",
    ]);
    const { state, match, next, pendingSnapshot } = peer.progress(2n);
    assert.deepEqual([state, match, next, pendingSnapshot], [ProgressState.Snapshot, 0, 12, 11]);
    assert.deepEqual(peer.logLines.slice(-2), [
      "DEBUG 1 [firstindex: 12, commit: 11] sent snapshot[index: 11, term: 11] to 2 [StateProbe match=0 next=1]",
      "DEBUG 1 paused sending replication messages to 2 [StateSnapshot match=0 next=12 paused pendingSnap=11]",
    ]);
  });

  it("sends no append while the snapshot is pending", () => {
    const peer = sending();
    peer.work();
    peer.propose("somedata");
    peer.receive(MsgHeartbeatResp, 2n);
    assert.deepEqual(peer.work(), []);
  });

  it("probes from match + 1 after a failure, once the peer has answered a heartbeat", () => {
    const peer = sending();
    peer.work();
    peer.node.reportSnapshot(2n, "failure");
    const { state, next, pendingSnapshot, msgAppFlowPaused } = peer.progress(2n);
    assert.deepEqual([state, next, pendingSnapshot, msgAppFlowPaused], [ProgressState.Probe, 1, 0, true]);
    assert.equal(
      peer.logLines.at(-1),
      "DEBUG 1 snapshot failed, resumed sending replication messages to 2 [StateProbe match=0 next=1]",
    );
    assert.deepEqual(peer.work(), []);
    peer.receive(MsgHeartbeatResp, 2n);
    assert.equal(peer.progress(2n).state, ProgressState.Snapshot, "it is sent again");
  });

  it("probes behind the snapshot after success, once the peer has answered", () => {
    const peer = sending();
    peer.work();
    peer.node.reportSnapshot(2n, "finish");
    const { state, next, pendingSnapshot, msgAppFlowPaused } = peer.progress(2n);
    assert.deepEqual([state, next, pendingSnapshot, msgAppFlowPaused], [ProgressState.Probe, 12, 0, true]);
    assert.equal(
      peer.logLines.at(-1),
      "DEBUG 1 snapshot succeeded, resumed sending replication messages to 2 [StateProbe match=0 next=12]",
    );
    assert.deepEqual(peer.work(), []);
    peer.receive(MsgHeartbeatResp, 2n);
    assert.deepEqual(describeMessages(peer.work()), [
      '1->2 MsgApp Term:12 Log:11/11 Commit:11 Entries:[12/12 EntryNormal ""]',
    ]);
  });

  it("takes a report only while a snapshot is pending", () => {
    const peer = leader();
    const before = `${peer.progress(2n)}`;
    peer.node.reportSnapshot(2n, "failure");
    peer.node.reportSnapshot(2n, "finish");
    assert.equal(`${peer.progress(2n)}`, before);
  });

  it("goes on replicating when an acknowledgement says that the peer has what it needs, whatever snapshot gave it", () => {
    const peer = sending();
    peer.work();
    peer.receive(MsgAppResp, 2n, { index: 11 });
    const { state, match, next, pendingSnapshot, inflights } = peer.progress(2n);
    assert.deepEqual([state, match, next, pendingSnapshot], [ProgressState.Replicate, 11, 13, 0]);
    assert.equal(inflights.count, 1, "the next entry is under way at once");
    assert.ok(
      peer.logLines.includes(
        "DEBUG 1 recovered from needing snapshot, resumed sending replication messages to 2 [StateSnapshot match=11 next=12 paused pendingSnap=11]",
      ),
    );
    assert.equal(peer.work().length, 1);
  });

  it("stays pending for an acknowledgement that the log cannot go on from", () => {
    const peer = sending();
    peer.work();
    // Entry 11 is compacted: the log goes on from 11 itself, not from 10.
    peer.receive(MsgAppResp, 2n, { index: 10 });
    assert.deepEqual([peer.progress(2n).state, peer.progress(2n).match], [ProgressState.Snapshot, 10]);
    assert.deepEqual(peer.work(), []);
  });

  it("sends no snapshot to a peer that was not heard of lately", () => {
    const peer = leader({ checkQuorum: true });
    peer.tick(10);
    assert.equal(peer.role, "StateFollower", "nobody answered");
    const silent = leader();
    silent.progress(2n).becomeProbe();
    silent.progress(2n).next = 1;
    silent.propose("x");
    assert.deepEqual(silent.work(), []);
    assert.ok(silent.logLines.includes("DEBUG ignore sending snapshot to 2 since it is not recently active"));
    assert.equal(silent.progress(2n).state, ProgressState.Probe);
  });

  it("tries again later where storage has no snapshot ready", () => {
    const peer = leader();
    const { storage } = peer;
    const make = storage.snapshot.bind(storage);
    storage.snapshot = (): Snapshot => {
      throw new RaftError("SnapshotTemporarilyUnavailable", "snapshot is temporarily unavailable");
    };
    peer.receive(MsgAppResp, 2n, { index: 11, reject: true, rejectHint: 0 });
    assert.equal(peer.progress(2n).state, ProgressState.Probe);
    assert.deepEqual(peer.work(), []);
    assert.equal(
      peer.logLines.at(-1),
      "DEBUG 1 failed to send snapshot to 2 because snapshot is temporarily unavailable",
    );
    storage.snapshot = make;
    peer.receive(MsgHeartbeatResp, 2n);
    assert.equal(peer.progress(2n).state, ProgressState.Snapshot);
  });

  it("brings a follower up by snapshot that was cut off while the log was compacted", () => {
    const net = RaftNetwork.ofSize(3);
    net.campaign(1n);
    net.isolate(3n);
    for (let i = 0; i < 100; i++) net.propose(1n, `${i}`);
    net.peer(1n).compact();
    net.recover();
    // The first append after the pause is lost on a peer that nobody knows to be alive; the heartbeat tells.
    net.tick(1n);
    net.propose(1n, "trigger a snapshot");
    net.propose(1n, "trigger a commit");
    assert.deepEqual([net.peer(3n).commit, net.peer(3n).storage.firstIndex()], [103, 102]);
    assert.deepEqual(net.peer(3n).applied, ["1:", "102:trigger a snapshot", "103:trigger a commit"]);
  });

  it("sends the snapshot to a learner, too", () => {
    const leading = new RaftPeer({ voters: [1n], learners: [2n], snapshot: { index: 11, term: 11 } });
    const net = new RaftNetwork([leading, new RaftPeer({ id: 2n, voters: [1n], learners: [2n] })]);
    net.campaign(1n);
    net.tick(1n);
    assert.equal(net.peer(2n).commit, 12);
    assert.deepEqual([net.peer(2n).storage.firstIndex(), net.peer(2n).applied], [12, ["12:"]]);
  });
});
