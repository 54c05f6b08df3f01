import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type ConfState,
  MessageType,
  newConfState,
  newSnapshot,
  newSnapshotMetadata,
  type Snapshot,
} from "@quorate/proto";
import { describeMessages, RaftPeer } from "@quorate/testkit";
import type { Index, Term } from "./types.ts";

const { MsgApp, MsgSnap } = MessageType;

const snapshot = (index: Index, term: Term, confState: Partial<ConfState>): Snapshot =>
  newSnapshot({ metadata: newSnapshotMetadata({ index, term, confState: newConfState(confState) }) });

const voters = [1n, 2n, 3n];

describe("raft/snapshot", () => {
  it("takes log, commit index and voters from the leader's snapshot, and acknowledges its index", () => {
    const peer = new RaftPeer({ voters: [1n, 2n] });
    peer.receive(MsgSnap, 2n, { term: 11, snapshot: snapshot(11, 11, { voters }) });
    assert.deepEqual([peer.lead, peer.term, peer.commit], [2n, 11, 11]);
    assert.deepEqual(describeMessages(peer.work()), ["1->2 MsgAppResp Term:11 Log:0/11"]);
    assert.deepEqual([peer.storage.lastIndex(), peer.storage.term(11)], [11, 11]);
    assert.deepEqual(peer.confState.voters, voters);
    assert.deepEqual([...peer.node.status().config.voters.ids()], voters);
    assert.deepEqual(peer.logLines.filter((line) => line.includes("restore")).slice(-3), [
      "INFO log [committed=0, applied=0, applying=0, unstable.offset=1, unstable.offsetInProgress=1, len(unstable.Entries)=0] starts to restore snapshot [index: 11, term: 11]",
      "INFO 1 [commit: 11, lastindex: 11, lastterm: 11] restored snapshot [index: 11, term: 11]",
      "INFO 1 [commit: 11] restored snapshot [index: 11, term: 11]",
    ]);
  });

  it("refuses the same snapshot a second time, and does not campaign while one is on its way to disk", () => {
    const peer = new RaftPeer();
    peer.receive(MsgSnap, 2n, { term: 11, snapshot: snapshot(11, 11, { voters }) });
    peer.tick(25);
    peer.node.campaign();
    assert.equal(peer.role, "StateFollower", "the snapshot is not durable");
    const ready = peer.take();
    peer.node.campaign();
    assert.equal(peer.role, "StateFollower", "it is in progress");
    assert.deepEqual(ready.committedEntries, []);
    peer.node.advance();
    peer.work();
    peer.receive(MsgSnap, 2n, { term: 11, snapshot: snapshot(11, 11, { voters }) });
    assert.equal(peer.logLines.at(-1), "INFO 1 [commit: 11] ignored snapshot [index: 11, term: 11]");
    assert.deepEqual(describeMessages(peer.work()), ["1->2 MsgAppResp Term:11 Log:0/11"]);
    peer.node.campaign();
    assert.equal(peer.role, "StateCandidate");
  });

  for (const [name, before, confState] of [
    ["learners", { voters: [1n, 2n, 3n] }, { voters: [1n, 2n], learners: [3n] }],
    ["a joint configuration", { voters }, { voters: [2n, 3n, 4n], votersOutgoing: [1n, 2n, 3n] }],
    [
      "learners-next",
      { voters },
      { voters: [2n, 4n], votersOutgoing: [1n, 2n, 3n], learnersNext: [3n], autoLeave: true },
    ],
    ["itself as learner where it was a voter", { voters }, { voters: [2n, 3n], learners: [1n] }],
    ["itself as voter where it was a learner", { voters: [2n, 3n], learners: [1n] }, { voters }],
    ["itself as an outgoing voter", { voters }, { voters: [2n, 3n], votersOutgoing: [1n, 2n, 3n] }],
  ] as const) {
    it(`restores ${name}`, () => {
      const peer = new RaftPeer({ confState: before as unknown as Partial<ConfState> });
      const expected = newConfState(confState as unknown as Partial<ConfState>);
      peer.receive(MsgSnap, 2n, { term: 11, snapshot: snapshot(11, 11, expected) });
      peer.work();
      assert.equal(peer.commit, 11);
      const { config } = peer.node.status();
      assert.deepEqual([...config.voters.incoming.ids()], expected.voters);
      assert.deepEqual([...config.voters.outgoing.ids()], expected.votersOutgoing);
      assert.deepEqual([...config.learners], expected.learners);
      assert.deepEqual([...config.learnersNext], expected.learnersNext);
      assert.equal(config.autoLeave, expected.autoLeave);
      peer.node.campaign();
      assert.equal(peer.role === "StateCandidate", !expected.learners.includes(1n), "only a voter may campaign");
    });
  }

  it("does not take a snapshot whose configuration it is not part of", () => {
    const peer = new RaftPeer();
    peer.receive(MsgSnap, 2n, { term: 11, snapshot: snapshot(11, 11, { voters: [2n, 3n] }) });
    assert.equal(peer.commit, 0);
    assert.ok(
      peer.logLines.includes(
        "WARN 1 attempted to restore snapshot but it is not in the ConfState Voters:[2 3] VotersOutgoing:[] Learners:[] LearnersNext:[] AutoLeave:false; should never happen",
      ),
    );
    assert.deepEqual(describeMessages(peer.work()), ["1->2 MsgAppResp Term:11 Log:0/0"]);
  });

  it("ignores a snapshot that is older than its commit index", () => {
    const peer = new RaftPeer({ log: [1, 1, 1], hardState: { commit: 1 } });
    peer.receive(MsgSnap, 2n, { snapshot: snapshot(1, 1, { voters }) });
    assert.deepEqual(describeMessages(peer.work()), ["1->2 MsgAppResp Term:1 Log:0/1"]);
    assert.deepEqual([peer.commit, peer.logTerms], [1, [1, 1, 1]]);
  });

  it("moves its commit index forward for a snapshot that its log matches, and keeps the log", () => {
    const peer = new RaftPeer({ log: [1, 1, 1], hardState: { commit: 1 } });
    peer.receive(MsgSnap, 2n, { snapshot: snapshot(2, 1, { voters }) });
    assert.deepEqual(peer.logLines.slice(-2), [
      "INFO 1 [commit: 1, lastindex: 3, lastterm: 1] fast-forwarded commit to snapshot [index: 2, term: 1]",
      "INFO 1 [commit: 2] ignored snapshot [index: 2, term: 1]",
    ]);
    assert.deepEqual(describeMessages(peer.work()), ["1->2 MsgAppResp Term:1 Log:0/2"]);
    assert.deepEqual([peer.commit, peer.logTerms], [2, [1, 1, 1]]);
  });

  it("replaces a log that disagrees with the snapshot, even one that reaches further", () => {
    const peer = new RaftPeer({ log: [1, 1, 1, 1], hardState: { commit: 1 } });
    peer.receive(MsgSnap, 2n, { term: 2, snapshot: snapshot(3, 2, { voters }) });
    peer.work();
    assert.deepEqual([peer.commit, peer.storage.firstIndex(), peer.storage.lastIndex()], [3, 4, 3]);
    peer.receive(MsgApp, 2n, { index: 3, logTerm: 2, commit: 3 });
    assert.deepEqual(describeMessages(peer.work()), ["1->2 MsgAppResp Term:2 Log:0/3"]);
  });

  it("makes a candidate follow the sender of a snapshot in its term", () => {
    const peer = new RaftPeer();
    peer.node.campaign();
    peer.work();
    peer.receive(MsgSnap, 2n, { snapshot: snapshot(5, 1, { voters }) });
    assert.deepEqual([peer.role, peer.lead, peer.commit], ["StateFollower", 2n, 5]);
  });

  it("refuses what cannot be restored, and changes nothing but term and leader", () => {
    const refused: [m: { snapshot?: Snapshot }, code: string][] = [
      [{}, "InvalidMessage"],
      [{ snapshot: snapshot(5, 9, { voters }) }, "InvalidMessage"],
      [{ snapshot: snapshot(5, 1, { voters, learners: [1n] }) }, "InvalidConfChange"],
    ];
    for (const [m, code] of refused) {
      const peer = new RaftPeer();
      assert.throws(() => peer.receive(MsgSnap, 2n, { term: 2, ...m }), { code });
      assert.equal(peer.commit, 0);
      assert.equal(peer.work().length, 0);
    }
  });
});
