import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Message, MessageType } from "@quorate/proto";
import { type PeerOptions, RaftPeer } from "@quorate/testkit";
import { ProgressState } from "./tracker/progress.ts";

const { MsgApp, MsgAppResp, MsgHeartbeatResp, MsgVoteResp } = MessageType;

/** A leader of (1 2) that replicates to 2. */
function leader(options: PeerOptions = {}): RaftPeer {
  const peer = new RaftPeer({ voters: [1n, 2n], maxInflightMsgs: 4, ...options });
  peer.node.campaign();
  peer.work();
  peer.receive(MsgVoteResp, 2n);
  peer.work();
  peer.receive(MsgAppResp, 2n, { index: 1 });
  peer.work();
  assert.equal(peer.progress(2n).state, ProgressState.Replicate);
  return peer;
}

/** Proposes one entry and says how many entries each append to 2 carries. */
function propose(peer: RaftPeer, payload = "somedata"): number[] {
  peer.propose(payload);
  return entryCounts(peer.work());
}

const entryCounts = (messages: readonly Message[]): number[] =>
  messages.filter(({ type }) => type === MsgApp).map(({ entries }) => entries.length);

describe("raft/flow control", () => {
  it("sends no append with entries once the window is full", () => {
    const peer = leader();
    for (let i = 0; i < 4; i++) assert.deepEqual(propose(peer), [1], `append ${i}`);
    assert.equal(peer.progress(2n).inflights.full(), true);
    for (let i = 0; i < 10; i++) assert.deepEqual(propose(peer), []);
    assert.match(`${peer.progress(2n)}`, /StateReplicate match=1 next=6 paused inflight=4\[full\]/);
  });

  it("slides the window with every newer acknowledgement, and not for a stale one", () => {
    const peer = leader();
    for (let i = 0; i < 4; i++) propose(peer);
    for (let index = 2; index < 6; index++) {
      peer.receive(MsgAppResp, 2n, { index });
      peer.work();
      assert.equal(peer.progress(2n).inflights.full(), false);
      assert.deepEqual(propose(peer), [1]);
      assert.equal(peer.progress(2n).inflights.full(), true);
      for (let stale = 0; stale < index; stale++) {
        peer.receive(MsgAppResp, 2n, { index: stale });
        assert.deepEqual(entryCounts(peer.work()), []);
        assert.equal(peer.progress(2n).inflights.full(), true);
      }
    }
  });

  it("frees all of the window that an acknowledgement covers, and fills it again at once", () => {
    const peer = leader({ maxSizePerMsg: 0 });
    for (let i = 0; i < 10; i++) propose(peer);
    assert.equal(peer.progress(2n).next, 6);
    peer.receive(MsgAppResp, 2n, { index: 5 });
    assert.deepEqual(entryCounts(peer.work()), [1, 1, 1, 1]);
    assert.equal(peer.progress(2n).next, 10);
  });

  it("lets one empty append go for each heartbeat response while the window is full", () => {
    const peer = leader();
    for (let i = 0; i < 4; i++) propose(peer);
    for (let round = 0; round < 5; round++) {
      for (let i = 0; i < round; i++) {
        peer.receive(MsgHeartbeatResp, 2n);
        assert.deepEqual(entryCounts(peer.work()), [0]);
        assert.equal(peer.progress(2n).isPaused(), true);
      }
      for (let i = 0; i < 10; i++) assert.deepEqual(propose(peer), []);
    }
  });

  // Each entry holds 1000 bytes of payload; encoded it takes a little more.
  const windows: [name: string, options: PeerOptions, appends: number[], afterAck: number[]][] = [
    ["one entry a message", { maxSizePerMsg: 0, maxInflightMsgs: 3 }, [1, 1, 1], [1, 1, 1]],
    ["two entries a message", { maxSizePerMsg: 2048, maxInflightMsgs: 3 }, [2, 2, 2], [2, 2]],
    ["no limit but the number of messages", { maxInflightMsgs: 2 }, [10], []],
    [
      "a byte window below what the messages may hold, which the last message may overrun",
      { maxSizePerMsg: 2048, maxInflightMsgs: 10, maxInflightBytes: 3000 },
      [2, 2],
      [2, 2],
    ],
    [
      "a byte window filled exactly",
      { maxSizePerMsg: 1500, maxInflightMsgs: 10, maxInflightBytes: 3000 },
      [1, 1, 1],
      [1, 1, 1],
    ],
  ];
  for (const [name, options, appends, afterAck] of windows) {
    it(`sends within ${name}`, () => {
      const peer = leader(options);
      // Let 10 entries pile up behind a peer that has to be probed first.
      peer.node.reportUnreachable(2n);
      peer.progress(2n).msgAppFlowPaused = true;
      for (let i = 0; i < 10; i++) peer.propose("x".repeat(1000));
      assert.deepEqual(entryCounts(peer.work()), []);
      peer.receive(MsgAppResp, 2n, { index: 1 });
      assert.deepEqual(entryCounts(peer.work()), appends);
      const inFlight = appends.reduce((sum, n) => sum + n, 0);
      peer.receive(MsgAppResp, 2n, { index: 1 + inFlight });
      assert.deepEqual(
        entryCounts(peer.work()).filter((n) => n > 0),
        afterAck,
      );
    });
  }

  it("hands out one committed entry at a time when sizes are left at 0", () => {
    const peer = leader({ maxSizePerMsg: 0, maxCommittedSizePerReady: 0 });
    for (let i = 0; i < 3; i++) peer.propose("x");
    peer.work();
    peer.receive(MsgAppResp, 2n, { index: 4 });
    const counts: number[] = [];
    while (peer.node.hasReady()) {
      counts.push(peer.take().committedEntries.length);
      peer.node.advance();
    }
    assert.deepEqual(counts, [1, 1, 1]);
  });

  it("counts payload bytes, not encoded ones, in the byte window", () => {
    const peer = leader({ maxSizePerMsg: 100, maxInflightMsgs: 100, maxInflightBytes: 100 });
    for (let i = 0; i < 9; i++) assert.deepEqual(propose(peer, "0123456789"), [1]);
    assert.equal(peer.progress(2n).inflights.full(), false, "90 of 100 bytes");
    assert.deepEqual(propose(peer, "0123456789"), [1]);
    assert.equal(peer.progress(2n).inflights.full(), true);
    assert.deepEqual(propose(peer, ""), []);
  });
});

describe("raft/uncommitted limit", () => {
  const LIMIT = 8 * 4;
  const fill = (peer: RaftPeer): number => {
    for (let accepted = 0; ; accepted++) {
      assert.ok(accepted < 100);
      try {
        peer.propose("testdata");
      } catch (error) {
        assert.equal((error as { code?: unknown }).code, "ProposalDropped");
        return accepted;
      }
    }
  };

  it("drops proposals beyond the limit, takes what fits exactly, and always takes empty ones", () => {
    const peer = leader({ maxUncommittedEntriesSize: LIMIT, maxInflightMsgs: 256 });
    assert.equal(fill(peer), 4);
    assert.equal(
      peer.logLines.at(-1),
      "WARN 1 appending new entries to log would exceed uncommitted entry size limit; dropping proposal",
    );
    peer.propose("");
    peer.work();
    assert.equal(peer.storage.lastIndex(), 6, "4 entries of 8 bytes and an empty one");
    assert.equal(fill(peer), 0);
    // Applied entries free their bytes.
    peer.receive(MsgAppResp, 2n, { index: 3 });
    peer.work();
    assert.equal(fill(peer), 2);
  });

  it("takes one proposal of any size while nothing is uncommitted", () => {
    const peer = leader({ maxUncommittedEntriesSize: LIMIT });
    peer.propose("x".repeat(10 * LIMIT));
    assert.throws(() => peer.propose("x"), { code: "ProposalDropped" });
    peer.work();
    peer.receive(MsgAppResp, 2n, { index: 2 });
    peer.work();
    assert.equal(fill(peer), 4);
  });

  it("takes or drops a forwarded batch as a whole", () => {
    const peer = leader({ maxUncommittedEntriesSize: LIMIT });
    const batch = (count: number): void =>
      peer.receive(MessageType.MsgProp, 2n, {
        term: 0,
        entries: Array.from({ length: count }, () => ({
          type: 0,
          term: 0,
          index: 0,
          data: new Uint8Array(8),
          explicitZeros: 0,
        })),
      });
    batch(3);
    assert.throws(() => batch(2), { code: "ProposalDropped" });
    peer.work();
    assert.equal(peer.storage.lastIndex(), 4);
    batch(1);
    peer.work();
    assert.equal(peer.storage.lastIndex(), 5);
  });

  it("starts afresh with a new term, and never counts below nothing for entries of former leaders", () => {
    const peer = leader({ maxUncommittedEntriesSize: LIMIT });
    assert.equal(fill(peer), 4);
    peer.work();
    peer.receive(MsgApp, 2n, { term: 2, index: 5, logTerm: 1 });
    peer.work();
    peer.node.campaign();
    peer.work();
    peer.receive(MsgVoteResp, 2n);
    peer.work();
    assert.equal(peer.role, "StateLeader");
    assert.equal(fill(peer), 4, "what the former leader, itself, had under way does not count");
    peer.work();
    // The four entries of the old term commit with the new leader's; they were not counted by it.
    peer.receive(MsgAppResp, 2n, { index: peer.storage.lastIndex() });
    peer.work();
    assert.equal(fill(peer), 4);
  });

  it("has no limit by default", () => {
    const peer = leader();
    for (let i = 0; i < 100; i++) peer.propose("x".repeat(1000));
    peer.work();
    assert.equal(peer.storage.lastIndex(), 101);
  });
});
