import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MessageType } from "@quorate/proto";
import { describeMessages, type PeerOptions, RaftNetwork, RaftPeer, raftConfig } from "@quorate/testkit";
import { newRaft } from "./new-raft.ts";
import { maybeCommit } from "./replication.ts";

const { MsgApp, MsgAppResp, MsgHeartbeat, MsgHeartbeatResp, MsgVoteResp } = MessageType;

/** A leader of (1 2 3), elected by 2, with nothing left to do. Its first own entry follows `options.log`. */
function leader(options: PeerOptions = {}): RaftPeer {
  const peer = new RaftPeer(options);
  peer.node.campaign();
  peer.work();
  peer.receive(MsgVoteResp, 2n);
  peer.work();
  assert.equal(peer.role, "StateLeader");
  return peer;
}

const applied = (net: RaftNetwork): string[] =>
  net.peers.map((peer) => peer.applied.filter((e) => !e.endsWith(":")).join(" "));

describe("raft/replication", () => {
  it("commits proposals everywhere, under one leader and across a change of leader", () => {
    const net = RaftNetwork.ofSize(3);
    net.campaign(1n);
    net.propose(1n, "a");
    assert.deepEqual(applied(net), ["2:a", "2:a", "2:a"]);
    net.campaign(2n);
    net.propose(2n, "b");
    assert.deepEqual(applied(net), ["2:a 4:b", "2:a 4:b", "2:a 4:b"]);
    assert.deepEqual(
      net.peers.map(({ commit }) => commit),
      [4, 4, 4],
    );
  });

  it("lets a single voter commit its own proposals", () => {
    const net = RaftNetwork.ofSize(1);
    net.campaign(1n);
    net.propose(1n, "a");
    net.propose(1n, "b");
    assert.equal(net.peer(1n).commit, 3);
  });

  it("moves the leader's own match only when its own acknowledgement arrives", () => {
    const peer = leader({ voters: [1n, 2n] });
    peer.receive(MsgAppResp, 2n, { index: 1 });
    peer.work();
    for (let i = 0; i < 5; i++) {
      peer.propose("foo");
      assert.equal(peer.progress(1n).match, 1 + i);
      assert.equal(peer.progress(1n).next, 2 + i);
      peer.take();
      assert.equal(peer.progress(1n).match, 1 + i, "it is not known to be durable yet");
      peer.node.advance();
      assert.equal(peer.progress(1n).match, 2 + i);
      assert.equal(peer.progress(1n).next, 3 + i);
      peer.work();
    }
  });

  it("ignores its own acknowledgement from a term that is over", () => {
    const net = RaftNetwork.ofSize(3);
    net.campaign(1n);
    const [one, two] = [net.peer(1n), net.peer(2n)];
    one.propose("foo");
    const ready = one.take();
    assert.equal(ready.entries.length, 1);
    // Meanwhile another leader replaces what 1 has just written, at the same index.
    two.node.campaign();
    for (const m of two.work()) if (m.to === 3n) net.peer(3n).node.step(m);
    for (const m of net.peer(3n).work()) if (m.to === 2n) two.node.step(m);
    assert.equal(two.role, "StateLeader");
    one.receive(MsgApp, 2n, { term: 2, index: 1, logTerm: 1 });
    assert.equal(one.role, "StateFollower");
    one.node.advance();
    one.work();
    assert.equal(one.term, 2);
    assert.equal(one.commit, 1);
  });

  for (const [name, size, live, commits] of [
    ["3 members", 3, [1n, 2n, 3n], true],
    ["3 members, one silent", 3, [1n, 2n], true],
    ["3 members, two silent", 3, [1n], false],
    ["4 members, two silent", 4, [1n, 2n], false],
    ["5 members, two silent", 5, [1n, 2n, 3n], true],
  ] as const) {
    it(`${commits ? "commits" : "does not commit"} a proposal with ${name}`, () => {
      const net = RaftNetwork.ofSize(size);
      net.campaign(1n);
      for (const peer of net.peers) if (!live.some((id) => id === peer.id)) net.isolate(peer.id);
      net.propose(1n, "somedata");
      assert.deepEqual(
        net.peers.map((peer) => peer.applied.includes("2:somedata")),
        net.peers.map((peer) => commits && live.some((id) => id === peer.id)),
      );
    });
  }

  it("forwards a follower's proposal to the leader", () => {
    const net = RaftNetwork.ofSize(3);
    net.campaign(1n);
    net.propose(2n, "by proxy");
    assert.deepEqual(applied(net), ["2:by proxy", "2:by proxy", "2:by proxy"]);
  });

  it("drops proposals where no leader is known, and on candidates", () => {
    const peer = new RaftPeer();
    assert.throws(() => peer.propose("lost"), { code: "ProposalDropped", message: "raft proposal dropped" });
    assert.equal(peer.logLines.at(-1), "INFO 1 no leader at term 0; dropping proposal");
    peer.node.campaign();
    assert.throws(() => peer.propose("lost"), { code: "ProposalDropped" });
    assert.equal(peer.logLines.at(-1), "INFO 1 no leader at term 1; dropping proposal");
  });

  it("drops a follower's proposals when forwarding is disabled, and the leader's not", () => {
    const net = RaftNetwork.ofSize(3, { disableProposalForwarding: true });
    net.campaign(1n);
    assert.throws(() => net.propose(2n, "lost"), { code: "ProposalDropped" });
    assert.equal(net.peer(2n).logLines.at(-1), "INFO 2 not forwarding to leader 1 at term 1; dropping proposal");
    net.propose(1n, "kept");
    assert.deepEqual(applied(net), ["2:kept", "2:kept", "2:kept"]);
  });

  it("does not commit entries of an older term by counting, until one of its own term commits", () => {
    const net = RaftNetwork.ofSize(5);
    net.campaign(1n);
    for (const id of [3n, 4n, 5n]) net.cut(1n, id);
    net.propose(1n, "a");
    net.propose(1n, "b");
    assert.equal(net.peer(1n).commit, 1);
    net.recover();
    // The new leader must not commit them by its empty entry yet: appends are lost.
    net.ignore(MsgApp);
    net.campaign(2n);
    assert.equal(net.peer(2n).commit, 1);
    net.recover();
    net.tick(2n);
    net.propose(2n, "c");
    assert.deepEqual([net.peer(2n).commit, net.peer(2n).logTerms], [5, [1, 1, 1, 2, 2]]);
    assert.deepEqual(new Set(applied(net)), new Set(["2:a 3:b 5:c"]));
  });

  it("commits the entries of older terms with the empty entry of a new leader", () => {
    const net = RaftNetwork.ofSize(5);
    net.campaign(1n);
    for (const id of [3n, 4n, 5n]) net.cut(1n, id);
    net.propose(1n, "a");
    net.propose(1n, "b");
    net.recover();
    net.campaign(2n);
    assert.equal(net.peer(2n).commit, 4);
    assert.deepEqual(new Set(applied(net)), new Set(["2:a 3:b"]));
  });

  // Matches of the peers, terms of the log, the leader's term, and the commit index that follows.
  const commits: [matches: number[], log: number[], term: number, commit: number][] = [
    [[1], [1], 1, 1],
    [[1], [1], 2, 0],
    [[2], [1, 2], 2, 2],
    [[1], [2], 2, 1],
    [[2, 1, 1], [1, 2], 1, 1],
    [[2, 1, 1], [1, 1], 2, 0],
    [[2, 1, 2], [1, 2], 2, 2],
    [[2, 1, 2], [1, 1], 2, 0],
    [[2, 1, 1, 1], [1, 2], 1, 1],
    [[2, 1, 1, 1], [1, 1], 2, 0],
    [[2, 1, 1, 2], [1, 2], 1, 1],
    [[2, 1, 1, 2], [1, 1], 2, 0],
    [[2, 1, 2, 2], [1, 2], 2, 2],
    [[2, 1, 2, 2], [1, 1], 2, 0],
  ];
  for (const [matches, log, term, commit] of commits) {
    it(`commits ${commit} where ${matches.join(" ")} of a log of terms ${log.join(" ")} is durable, in term ${term}`, () => {
      const voters = matches.map((_, i) => BigInt(i + 1));
      const r = newRaft(raftConfig({ voters, log, hardState: { term } }).config);
      for (const [i, match] of matches.entries()) r.tracker.progress.get(BigInt(i + 1))!.maybeUpdate(match);
      maybeCommit(r);
      assert.equal(r.log.committed, commit);
    });
  }

  it("sends heartbeats without index, term or entries, with the commit index capped at the peer's match", () => {
    const peer = leader({ snapshot: { index: 1000, term: 1 }, log: Array(10).fill(1), hardState: { term: 1 } });
    peer.receive(MsgAppResp, 2n, { index: 1011 });
    peer.receive(MsgAppResp, 3n, { index: 1006 });
    peer.work();
    assert.equal(peer.commit, 1011);
    peer.tick();
    assert.deepEqual(describeMessages(peer.work()), [
      "1->2 MsgHeartbeat Term:2 Log:0/0 Commit:1011",
      "1->3 MsgHeartbeat Term:2 Log:0/0 Commit:1006",
    ]);
  });

  it("beats as leader only", () => {
    const follower = new RaftPeer();
    follower.tick(5);
    assert.deepEqual(follower.work(), []);
    const candidate = new RaftPeer();
    candidate.node.campaign();
    candidate.work();
    candidate.tick(5);
    assert.deepEqual(candidate.work(), []);
    const peer = leader({ heartbeatTick: 2 });
    peer.tick();
    assert.deepEqual(peer.work(), []);
    peer.tick();
    assert.equal(peer.work().length, 2);
    // One tick into the next interval it loses the lead, and gets it back: the interval starts afresh.
    peer.tick();
    peer.receive(MsgHeartbeat, 2n, { term: 2 });
    peer.node.campaign();
    peer.work();
    peer.receive(MsgVoteResp, 2n);
    peer.work();
    peer.tick();
    assert.deepEqual(peer.work(), []);
    peer.tick();
    assert.equal(peer.work().length, 2);
  });

  it("takes the commit index of a heartbeat, and never goes back", () => {
    for (const [told, commit] of [
      [3, 3],
      [1, 2],
    ] as const) {
      const peer = new RaftPeer({ log: [1, 2, 3], hardState: { term: 3, commit: 2 } });
      peer.receive(MsgHeartbeat, 2n, { term: 4, commit: told });
      assert.equal(peer.commit, commit);
      assert.deepEqual(describeMessages(peer.work()), ["1->2 MsgHeartbeatResp Term:4 Log:0/0"]);
    }
  });

  it("refuses a heartbeat that commits more than the log holds", () => {
    const peer = new RaftPeer({ log: [1, 1] });
    assert.throws(() => peer.receive(MsgHeartbeat, 2n, { commit: 3 }), {
      code: "CommitOutOfRange",
      message: "tocommit(3) is out of range [lastIndex(2)]. Was the raft log corrupted, truncated, or lost?",
    });
    assert.equal(peer.commit, 0);
  });

  it("echoes the context of a heartbeat byte for byte", () => {
    const peer = new RaftPeer();
    const context = Uint8Array.from([0, 255, 7]);
    peer.receive(MsgHeartbeat, 2n, { term: 1, context });
    const [answer] = peer.work();
    assert.deepEqual(answer?.context, context);
  });

  it("sends a lagging peer an append at every heartbeat response until it has caught up", () => {
    const peer = leader({ voters: [1n, 2n], log: [1, 2, 3], hardState: { term: 3, commit: 3 } });
    for (let i = 0; i < 2; i++) {
      peer.receive(MsgHeartbeatResp, 2n);
      assert.deepEqual(describeMessages(peer.work()), [
        '1->2 MsgApp Term:4 Log:3/3 Commit:3 Entries:[4/4 EntryNormal ""]',
      ]);
    }
    peer.receive(MsgAppResp, 2n, { index: 4 });
    peer.work();
    peer.receive(MsgHeartbeatResp, 2n);
    assert.deepEqual(peer.work(), []);
  });

  it("broadcasts a new commit index to all, and tells it to the one who acknowledges later unless he knows it", () => {
    const peer = leader();
    peer.receive(MsgAppResp, 2n, { index: 1 });
    assert.deepEqual(describeMessages(peer.work()), ["1->2 MsgApp Term:1 Log:1/1 Commit:1"], "3 is being probed");
    peer.receive(MsgAppResp, 3n, { index: 1 });
    assert.deepEqual(describeMessages(peer.work()), ["1->3 MsgApp Term:1 Log:1/1 Commit:1"]);
    peer.receive(MsgAppResp, 3n, { index: 1 });
    assert.deepEqual(peer.work(), []);
  });
});
