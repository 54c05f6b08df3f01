import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Message, MessageType } from "@quorate/proto";
import { describeMessages, type PeerOptions, RaftPeer } from "@quorate/testkit";
import { ProgressState } from "./tracker/progress.ts";

const { MsgApp, MsgAppResp, MsgHeartbeatResp, MsgVoteResp } = MessageType;

/** A leader of (1 2 3), elected by 3, whose first append (one empty entry) is on its way to the probed peers. */
function leader(options: PeerOptions = {}): RaftPeer {
  const peer = new RaftPeer(options);
  peer.node.campaign();
  peer.work();
  peer.receive(MsgVoteResp, options.voters?.[1] ?? 3n);
  peer.work();
  assert.equal(peer.role, "StateLeader");
  return peer;
}

/** A leader whose peer 2 acknowledged everything. */
function replicating(options: PeerOptions = {}): RaftPeer {
  const peer = leader({ voters: [1n, 2n], ...options });
  peer.receive(MsgAppResp, 2n, { index: peer.storage.lastIndex() });
  peer.work();
  assert.equal(peer.progress(2n).state, ProgressState.Replicate);
  return peer;
}

const appends = (messages: readonly Message[]): Message[] => messages.filter(({ type }) => type === MsgApp);

describe("raft/probing", () => {
  it("sends a probed peer one append for three proposals", () => {
    const peer = leader({ voters: [1n, 2n] });
    peer.receive(MsgHeartbeatResp, 2n);
    for (const payload of ["a", "b", "c"]) peer.propose(payload);
    assert.deepEqual(describeMessages(peer.work()), ['1->2 MsgApp Term:1 Log:0/0 Entries:[1/1 EntryNormal ""]']);
  });

  it("is paused while probing; a heartbeat changes nothing, its response lets one append go", () => {
    const peer = leader({ voters: [1n, 2n] });
    const progress = (): boolean => peer.progress(2n).msgAppFlowPaused;
    assert.equal(progress(), true);
    peer.tick();
    peer.work();
    assert.equal(progress(), true);
    peer.receive(MsgHeartbeatResp, 2n);
    assert.equal(progress(), true, "the append that the response let go paused it again");
    assert.equal(appends(peer.work()).length, 1);
    peer.receive(MsgAppResp, 2n, { index: 1 });
    assert.equal(progress(), false);
  });

  it("sends one append per heartbeat response while probing", () => {
    const peer = leader({ voters: [1n, 2n] });
    for (let i = 0; i < 3; i++) {
      peer.tick();
      peer.propose("somedata");
      assert.deepEqual(appends(peer.work()), [], "none of its own accord");
      peer.receive(MsgHeartbeatResp, 2n);
      assert.equal(appends(peer.work()).length, 1);
      assert.equal(peer.progress(2n).next, 1, "next does not move ahead of the answer");
    }
  });

  it("sends every append at once while replicating, next running ahead", () => {
    const peer = replicating();
    for (let i = 0; i < 10; i++) {
      peer.propose("somedata");
      assert.equal(appends(peer.work()).length, 1);
      assert.equal(peer.progress(2n).next, 3 + i);
      assert.equal(peer.progress(2n).match, 1);
    }
  });

  it("sends nothing while a snapshot is on its way", () => {
    const peer = replicating();
    peer.progress(2n).becomeSnapshot(10);
    for (let i = 0; i < 10; i++) {
      peer.propose("somedata");
      assert.deepEqual(peer.work(), []);
    }
  });

  it("falls back to probing from match + 1 when a peer is unreachable, and stays there when it is told again", () => {
    const peer = replicating();
    peer.propose("lost");
    peer.work();
    assert.deepEqual([peer.progress(2n).match, peer.progress(2n).next], [1, 3]);
    for (let i = 0; i < 2; i++) {
      peer.node.reportUnreachable(2n);
      const { state, match, next } = peer.progress(2n);
      assert.deepEqual([state, match, next], [ProgressState.Probe, 1, 2]);
      assert.equal(
        peer.logLines.at(-1),
        "DEBUG 1 failed to send message to 2 because it is unreachable [StateProbe match=1 next=2]",
      );
    }
    peer.receive(MsgHeartbeatResp, 2n);
    assert.deepEqual(describeMessages(peer.work()), [
      '1->2 MsgApp Term:1 Log:1/1 Commit:1 Entries:[1/2 EntryNormal "lost"]',
    ]);
  });

  it("takes no notice of reports about strangers", () => {
    const peer = replicating();
    peer.node.reportUnreachable(9n);
    assert.equal(peer.logLines.at(-1), "DEBUG 1 no progress available for 9");
    peer.node.reportSnapshot(9n, "failure");
    assert.deepEqual(peer.work(), []);
    const follower = new RaftPeer();
    follower.node.reportUnreachable(2n);
    follower.node.reportSnapshot(2n, "failure");
    assert.deepEqual(follower.work(), []);
  });

  it("lets the peer that acknowledged go on, while the others still wait", () => {
    const peer = leader();
    // 2 and 3 are probed; nobody has acknowledged anything.
    peer.receive(MsgAppResp, 2n, { index: 1 });
    assert.equal(peer.commit, 1);
    peer.work();
    peer.propose("next");
    const sent = appends(peer.work());
    assert.deepEqual(
      sent.map(({ to, entries }) => [to, entries.length, entries[0]?.index]),
      [[2n, 1, 2]],
    );
    peer.receive(MsgAppResp, 3n, { index: 1 });
    assert.deepEqual(
      appends(peer.work()).map(({ to, entries }) => [to, entries.length, entries[0]?.index]),
      [[3n, 1, 2]],
    );
  });

  // What the acknowledgement of a probed peer does to a leader whose log ends at 3: (index, reject, hint) to match, next,
  // the message that follows (its index), and the commit index.
  const answers: [
    index: number,
    reject: boolean,
    hint: number,
    match: number,
    next: number,
    sent: number,
    commit: number,
  ][] = [
    [3, true, 2, 0, 3, 2, 0],
    [3, true, 0, 0, 1, 0, 0],
    [2, true, 1, 0, 4, -1, 0],
    [4, true, 2, 0, 4, -1, 0],
    [1, false, 0, 1, 5, 1, 0],
    [2, false, 0, 2, 5, 2, 0],
    [4, false, 0, 4, 5, 4, 4],
    [0, false, 0, 0, 5, 0, 0],
  ];
  for (const [index, reject, rejectHint, match, next, sent, commit] of answers) {
    const name = reject ? `a rejection of ${index} that hints at ${rejectHint}` : `an acknowledgement of ${index}`;
    it(`has match ${match} and next ${next} after ${name}`, () => {
      const peer = leader({ log: [1, 1, 1], hardState: { term: 1 } });
      assert.equal(peer.progress(2n).next, 4);
      peer.receive(MsgAppResp, 2n, { index, reject, rejectHint });
      const messages = peer.work().filter(({ to }) => to === 2n);
      assert.deepEqual([peer.progress(2n).match, peer.progress(2n).next], [match, next]);
      assert.deepEqual(
        messages.map((m) => m.index),
        sent < 0 ? [] : [sent],
      );
      assert.equal(peer.commit, commit);
    });
  }

  it("moves next ahead of the answer while replicating, not while probing", () => {
    const probed = leader({ voters: [1n, 2n], log: [1, 1, 1] });
    probed.receive(MsgHeartbeatResp, 2n);
    probed.propose("x");
    probed.work();
    assert.equal(probed.progress(2n).next, 4);
    const peer = replicating({ log: [1, 1, 1] });
    assert.equal(peer.progress(2n).next, 5);
    peer.propose("x");
    peer.work();
    assert.equal(peer.progress(2n).next, 6);
  });

  it("refuses the acknowledgement of what it does not hold, and one from a stranger", () => {
    const peer = leader();
    assert.throws(() => peer.receive(MsgAppResp, 2n, { index: 2 }), { code: "InvalidMessage" });
    assert.equal(peer.progress(2n).match, 0);
    assert.throws(() => peer.receive(MsgAppResp, 9n, { index: 1 }), {
      code: "StepPeerNotFound",
      message: "raft: cannot step as peer not found",
    });
  });

  it("takes the repeated acknowledgement of match as news while probing, and an older one never", () => {
    const peer = replicating({ log: [1, 1, 1] });
    peer.node.reportUnreachable(2n);
    peer.receive(MsgAppResp, 2n, { index: 3 });
    assert.equal(peer.progress(2n).state, ProgressState.Probe);
    assert.deepEqual(peer.work(), []);
    peer.receive(MsgAppResp, 2n, { index: 4 });
    assert.equal(peer.progress(2n).state, ProgressState.Replicate);
  });

  it("ignores a stale rejection: below match while replicating, of another append while probing", () => {
    const peer = replicating({ log: [1, 1, 1] });
    peer.propose("x");
    peer.work();
    peer.receive(MsgAppResp, 2n, { index: 4, reject: true, rejectHint: 3, logTerm: 1 });
    assert.deepEqual([peer.progress(2n).state, peer.progress(2n).next], [ProgressState.Replicate, 6]);
    assert.deepEqual(peer.work(), []);
    peer.receive(MsgAppResp, 2n, { index: 5, reject: true, rejectHint: 4, logTerm: 1 });
    assert.deepEqual([peer.progress(2n).state, peer.progress(2n).next], [ProgressState.Probe, 5]);
    assert.equal(appends(peer.work()).length, 1);
  });
});
