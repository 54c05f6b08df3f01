import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Message, MessageType, newConfChangeV2, newEntry } from "@quorate/proto";
import { type PeerOptions, RaftNetwork, RaftPeer } from "@quorate/testkit";
import { confChangesFromString } from "./conf-change.ts";
import { MAX_PENDING_READS } from "./read-only.ts";
import type { NodeId } from "./types.ts";

const { MsgApp, MsgAppResp, MsgHeartbeat, MsgHeartbeatResp, MsgReadIndex, MsgReadIndexResp, MsgVoteResp } = MessageType;

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (net: RaftNetwork, id: NodeId, tag: string): void => net.act(id, (node) => node.readIndex(bytes(tag)));

/** The reads that a member was told it may serve, as `tag@index`. */
const answers = (peer: RaftPeer): string[] =>
  peer.readStates.map(({ index, requestCtx }) => `${new TextDecoder().decode(requestCtx)}@${index}`);

/** The counter in a heartbeat's context. */
const counter = (m: Message): number =>
  m.context === undefined ? 0 : Number(new DataView(m.context.buffer, m.context.byteOffset).getBigUint64(0, true));

/** A leader elected by 2 (and 4, for a joint configuration) that nobody has acknowledged anything to. */
function newLeader(options: PeerOptions = {}): RaftPeer {
  const peer = new RaftPeer(options);
  peer.node.campaign();
  peer.work();
  for (const id of [2n, 4n]) if (peer.role !== "StateLeader") peer.receive(MsgVoteResp, id);
  peer.work();
  assert.equal(peer.role, "StateLeader");
  return peer;
}

/** The same after its first commit, with all work done. */
function leader(options: PeerOptions = {}): RaftPeer {
  const peer = newLeader(options);
  for (const id of peer.node.status().config.voters.ids()) {
    if (id !== 1n) peer.receive(MsgAppResp, id, { index: peer.storage.lastIndex() });
  }
  peer.work();
  assert.equal(peer.commit, peer.storage.lastIndex());
  return peer;
}

/** Asks for a read and gives back the heartbeats that it makes leave. */
function ask(peer: RaftPeer, tag: string): Message[] {
  peer.node.readIndex(bytes(tag));
  return peer.work().filter(({ type }) => type === MsgHeartbeat);
}

/** `id` answers a heartbeat. */
function echo(peer: RaftPeer, id: NodeId, heartbeat: Message | undefined): void {
  peer.receive(MsgHeartbeatResp, id, { context: heartbeat?.context });
  peer.work();
}

describe("raft/read index", () => {
  it("answers the leader, followers and learners with the commit index of the moment", () => {
    const voters = [1n, 2n, 3n];
    const net = new RaftNetwork([1n, 2n, 3n, 4n].map((id) => new RaftPeer({ id, voters, learners: [4n] })));
    net.campaign(1n);
    let commit = 1;
    for (const [round, id] of [1n, 2n, 3n, 4n, 1n, 2n, 4n].entries()) {
      for (let i = 0; i < 10; i++) net.propose(1n, `${round}.${i}`);
      commit += 10;
      read(net, id, `r${round}`);
      assert.equal(answers(net.peer(id)).at(-1), `r${round}@${commit}`);
    }
    assert.equal(net.peer(3n).readStates.length, 1, "nobody else is told");
  });

  it("needs a quorum of heartbeat responses, and answers nothing on an old leader that is cut off", () => {
    const net = RaftNetwork.ofSize(3);
    net.campaign(1n);
    net.isolate(1n);
    read(net, 1n, "stale");
    net.campaign(2n);
    net.propose(2n, "newer");
    assert.deepEqual(answers(net.peer(1n)), []);
    net.recover();
    net.tick(2n);
    assert.equal(net.peer(1n).role, "StateFollower");
    assert.deepEqual(answers(net.peer(1n)), [], "it was forgotten with the term");
    read(net, 1n, "again");
    assert.deepEqual(answers(net.peer(1n)), ["again@3"]);
  });

  it("carries in its heartbeats the number of the newest read, 8 bytes, little endian, and none without reads", () => {
    const peer = leader();
    peer.tick();
    assert.deepEqual(
      peer.work().map(({ context }) => context),
      [undefined, undefined],
    );
    const first = ask(peer, "a");
    assert.deepEqual(
      first.map(({ to, context }) => [to, context]),
      [
        [2n, Uint8Array.from([1, 0, 0, 0, 0, 0, 0, 0])],
        [3n, Uint8Array.from([1, 0, 0, 0, 0, 0, 0, 0])],
      ],
    );
    assert.equal(counter(ask(peer, "b")[0]!), 2);
    peer.tick();
    assert.equal(counter(peer.work()[0]!), 2, "a beat repeats it");
    echo(peer, 2n, first[0]);
    assert.deepEqual(answers(peer), ["a@1"]);
    assert.equal(counter(ask(peer, "c")[0]!), 3, "numbers are not used twice");
  });

  it("confirms all reads up to the number that a quorum echoed, oldest first", () => {
    const peer = leader();
    ask(peer, "a");
    const [second] = ask(peer, "b");
    const [third] = ask(peer, "c");
    echo(peer, 3n, second);
    assert.deepEqual(answers(peer), ["a@1", "b@1"]);
    echo(peer, 2n, third);
    assert.deepEqual(answers(peer), ["a@1", "b@1", "c@1"]);
    echo(peer, 3n, third);
    assert.equal(answers(peer).length, 3, "once each");
  });

  it("never confirms a retried context with the response to a heartbeat that left before", () => {
    const peer = leader({ voters: [1n, 2n, 3n, 4n, 5n], hardState: { term: 0 } });
    const [early] = ask(peer, "same");
    echo(peer, 2n, early);
    assert.deepEqual(answers(peer), [], "two of five");
    peer.propose("newer");
    peer.work();
    for (const id of [2n, 3n]) peer.receive(MsgAppResp, id, { index: 2 });
    peer.work();
    const [late] = ask(peer, "same");
    echo(peer, 3n, early);
    assert.deepEqual(answers(peer), ["same@1"], "the first request, at its own index");
    for (const id of [4n, 5n, 2n, 3n]) echo(peer, id, early);
    assert.deepEqual(answers(peer), ["same@1"]);
    echo(peer, 2n, late);
    echo(peer, 3n, late);
    assert.deepEqual(answers(peer), ["same@1", "same@2"]);
  });

  it("ignores echoes that it cannot have asked for", () => {
    const peer = leader();
    ask(peer, "a");
    const forged = [
      new Uint8Array(0),
      Uint8Array.from([1]),
      Uint8Array.from([2, 0, 0, 0, 0, 0, 0, 0]),
      Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0]),
      new Uint8Array(8).fill(255),
      Uint8Array.from([1, 0, 0, 0, 0, 0, 0, 0, 0]),
    ];
    for (const context of [...forged, undefined]) peer.receive(MsgHeartbeatResp, 2n, { context });
    peer.work();
    assert.deepEqual(answers(peer), []);
    peer.receive(MsgHeartbeatResp, 2n, { context: Uint8Array.from([1, 0, 0, 0, 0, 0, 0, 0]) });
    peer.work();
    assert.deepEqual(answers(peer), ["a@1"]);
  });

  it("keeps nothing of a read that is confirmed, and nothing of a term that is over", () => {
    const peer = leader();
    const [heartbeat] = ask(peer, "a");
    echo(peer, 2n, heartbeat);
    peer.tick();
    assert.deepEqual(
      peer.work().map(({ context }) => context),
      [undefined, undefined],
    );
    ask(peer, "lost with the term");
    const leadAgain = (): void => {
      peer.receive(MsgHeartbeat, 2n, { term: peer.term + 1 });
      peer.work();
      peer.node.campaign();
      peer.work();
      peer.receive(MsgVoteResp, 2n);
      peer.work();
    };
    leadAgain();
    ask(peer, "lost before the first commit");
    leadAgain();
    peer.receive(MsgAppResp, 2n, { index: 3 });
    assert.deepEqual(
      peer.work().filter(({ type }) => type === MsgHeartbeat),
      [],
    );
    assert.equal(counter(ask(peer, "b")[0]!), 1);
    assert.deepEqual(answers(peer), ["a@1"]);
  });

  it("makes reads wait for the leader's first commit in its term, then confirms them like any other", () => {
    const peer = newLeader({ log: [1, 1], hardState: { commit: 2 } });
    assert.deepEqual(ask(peer, "early"), []);
    peer.receive(MsgReadIndex, 3n, { term: 0, entries: [newEntry({ data: bytes("forwarded") })] });
    assert.deepEqual(peer.work(), []);
    peer.tick();
    for (const m of peer.work()) assert.equal(m.context, undefined);
    peer.receive(MsgAppResp, 2n, { index: 3 });
    const heartbeats = peer.work().filter(({ type }) => type === MsgHeartbeat);
    assert.deepEqual(
      heartbeats.map(({ to }) => to),
      [2n, 3n, 2n, 3n],
    );
    echo(peer, 2n, heartbeats[0]);
    assert.deepEqual(answers(peer), ["early@3"]);
    peer.receive(MsgHeartbeatResp, 2n, { context: heartbeats[2]!.context });
    const [response] = peer.work().filter(({ type }) => type === MsgReadIndexResp);
    assert.deepEqual([response?.to, response?.index, response?.entries[0]?.data], [3n, 3, bytes("forwarded")]);
  });

  it("needs a quorum in both halves of a joint configuration", () => {
    const confState = { voters: [1n, 2n, 3n], votersOutgoing: [1n, 4n, 5n] };
    const peer = leader({ confState });
    const [heartbeat] = ask(peer, "a");
    for (const id of [2n, 3n]) echo(peer, id, heartbeat);
    assert.deepEqual(answers(peer), []);
    echo(peer, 4n, heartbeat);
    assert.deepEqual(answers(peer), ["a@1"]);
  });

  it("does not count learners", () => {
    const peer = leader({ voters: [1n, 2n], learners: [3n] });
    const [heartbeat] = ask(peer, "a");
    echo(peer, 3n, heartbeat);
    assert.deepEqual(answers(peer), []);
    echo(peer, 2n, heartbeat);
    assert.deepEqual(answers(peer), ["a@1"]);
  });

  it("answers at once where there is one voter, a learner's request too", () => {
    const net = new RaftNetwork([1n, 2n].map((id) => new RaftPeer({ id, voters: [1n], learners: [2n] })));
    net.campaign(1n);
    net.ignore(MsgHeartbeat);
    read(net, 1n, "mine");
    read(net, 2n, "the learner's");
    assert.deepEqual([answers(net.peer(1n)), answers(net.peer(2n))], [["mine@1"], ["the learner's@1"]]);
  });

  it("makes a single voter wait, too, until an entry of its term is committed: its HardState may lag behind", () => {
    // Entry 2 was committed and its write acknowledged; the commit index need not be on disk.
    const peer = new RaftPeer({ voters: [1n], log: [1, 1], hardState: { commit: 1 } });
    peer.node.campaign();
    while (peer.role !== "StateLeader") {
      peer.take();
      peer.node.advance();
    }
    assert.equal(peer.commit, 1);
    peer.node.readIndex(bytes("a"));
    peer.work();
    assert.deepEqual(answers(peer), ["a@3"]);
  });

  it("asks the one voter that is left when it was itself removed: that one may lead already", () => {
    const peer = leader({ voters: [1n, 2n] });
    peer.node.applyConfChange(newConfChangeV2({ changes: confChangesFromString("r1") }));
    assert.equal(peer.role, "StateLeader");
    const [heartbeat] = ask(peer, "a");
    assert.deepEqual(answers(peer), []);
    echo(peer, 2n, heartbeat);
    assert.deepEqual(answers(peer), ["a@1"]);
  });

  it("drops a request where no leader is known, and takes it again once there is one", () => {
    const net = RaftNetwork.ofSize(3);
    read(net, 2n, "nobody leads");
    assert.equal(net.peer(2n).logLines.at(-1), "INFO 2 no leader at term 0; dropping index reading msg");
    net.campaign(1n);
    read(net, 2n, "1 leads");
    assert.deepEqual(answers(net.peer(2n)), ["1 leads@1"]);
    const candidate = new RaftPeer();
    candidate.node.campaign();
    candidate.node.readIndex(bytes("a"));
    assert.ok(candidate.work().every(({ type }) => type !== MsgReadIndex));
  });

  it("passes a request on, from an old leader to the new one, without a term", () => {
    const net = RaftNetwork.ofSize(3);
    net.campaign(1n);
    net.cut(2n, 3n);
    net.campaign(3n);
    assert.deepEqual([net.peer(2n).lead, net.peer(1n).lead], [1n, 3n]);
    const seen: [from: NodeId, to: NodeId, type: MessageType, term: number][] = [];
    net.hook = (m) => {
      if (m.type === MsgReadIndex) seen.push([m.from, m.to, m.type, m.term]);
      return true;
    };
    read(net, 2n, "a");
    assert.deepEqual(seen, [
      [2n, 1n, MsgReadIndex, 0],
      [2n, 3n, MsgReadIndex, 0],
    ]);
  });

  it("takes answers of one entry only", () => {
    const peer = new RaftPeer();
    peer.receive(MsgHeartbeat, 2n, { term: 1 });
    for (const count of [0, 2]) {
      peer.receive(MsgReadIndexResp, 2n, { index: 5, entries: Array.from({ length: count }, () => newEntry()) });
      assert.equal(peer.logLines.at(-1), `ERROR 1 invalid format of MsgReadIndexResp from 2, entries count: ${count}`);
    }
    peer.receive(MsgReadIndexResp, 2n, { index: 5, entries: [newEntry({ data: bytes("ok") })] });
    peer.work();
    assert.deepEqual(answers(peer), ["ok@5"]);
    for (const count of [0, 2]) {
      const entries = Array.from({ length: count }, () => newEntry());
      assert.throws(() => peer.receive(MsgReadIndex, 2n, { term: 0, entries }), { code: "InvalidMessage" });
    }
  });

  it("refuses more reads than may wait, whether for a commit or for a quorum", () => {
    const waiting = newLeader({ voters: [1n, 2n] });
    const context = bytes("x");
    for (let i = 0; i < MAX_PENDING_READS; i++) waiting.node.readIndex(context);
    const refused = { code: "TooManyReads", message: "raft: more than 65536 reads are waiting" };
    assert.throws(() => waiting.node.readIndex(context), refused);
    waiting.receive(MsgAppResp, 2n, { index: 1 });
    assert.throws(() => waiting.node.readIndex(context), refused, "all of them wait for a quorum now");
    const heartbeats = waiting.work();
    echo(waiting, 2n, heartbeats.filter(({ type }) => type !== MsgApp).at(-1));
    assert.equal(waiting.readStates.length, MAX_PENDING_READS);
    waiting.node.readIndex(context);
  });
});

describe("raft/lease read", () => {
  const options: PeerOptions = { readOnlyOption: "leaseBased", checkQuorum: true };

  it("answers leader, followers and learners without a round of heartbeats", () => {
    const voters = [1n, 2n, 3n];
    const net = new RaftNetwork([1n, 2n, 3n, 4n].map((id) => new RaftPeer({ ...options, id, voters, learners: [4n] })));
    net.campaign(1n);
    net.ignore(MsgHeartbeat);
    net.propose(1n, "x");
    for (const id of [1n, 2n, 4n]) {
      read(net, id, "a");
      assert.deepEqual(answers(net.peer(id)), ["a@2"]);
    }
  });

  it("waits for the first commit in the term all the same", () => {
    const peer = newLeader({ ...options, log: [1], hardState: { commit: 1 } });
    peer.node.readIndex(bytes("early"));
    peer.work();
    assert.deepEqual(answers(peer), []);
    peer.receive(MsgAppResp, 2n, { index: 2 });
    peer.work();
    assert.deepEqual(answers(peer), ["early@2"]);
    peer.node.readIndex(bytes("later"));
    assert.deepEqual(peer.work(), []);
    assert.deepEqual(answers(peer), ["early@2", "later@2"]);
  });

  it("needs check-quorum", () => {
    assert.throws(() => new RaftPeer({ readOnlyOption: "leaseBased" }), {
      code: "InvalidConfig",
      message: "CheckQuorum must be enabled when ReadOnlyOption is ReadOnlyLeaseBased",
    });
  });
});
