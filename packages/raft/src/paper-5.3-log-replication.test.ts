import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Entry, MessageType, newEntry } from "@quorate/proto";
import { describeMessages, type PeerOptions, RaftNetwork, RaftPeer } from "@quorate/testkit";
import type { Term } from "./types.ts";

const { MsgApp, MsgAppResp, MsgVoteResp } = MessageType;

const entries = (...ids: readonly [term: Term, index: number, payload?: string][]): Entry[] =>
  ids.map(([term, index, payload]) => newEntry({ term, index, data: new TextEncoder().encode(payload ?? "") }));

/** A leader of `size` whose first entry is committed everywhere. */
function leader(size = 3, options: PeerOptions = {}): RaftPeer {
  const voters = Array.from({ length: size }, (_, i) => BigInt(i + 1));
  const peer = new RaftPeer({ voters, ...options });
  peer.node.campaign();
  peer.work();
  for (const id of voters.slice(1)) if (peer.role !== "StateLeader") peer.receive(MsgVoteResp, id);
  peer.work();
  for (const id of voters.slice(1)) peer.receive(MsgAppResp, id, { index: peer.storage.lastIndex() });
  peer.work();
  assert.equal(peer.commit, peer.storage.lastIndex());
  return peer;
}

describe("raft/paper 5.3 log replication", () => {
  it("appends a proposal and sends it to all with the entry before it", () => {
    const peer = leader();
    peer.propose("some data");
    assert.equal(peer.commit, 1);
    const ready = peer.take();
    assert.deepEqual(
      ready.entries.map(({ term, index }) => [term, index]),
      [[1, 2]],
    );
    assert.deepEqual(describeMessages(ready.messages), [
      '1->2 MsgApp Term:1 Log:1/1 Commit:1 Entries:[1/2 EntryNormal "some data"]',
      '1->3 MsgApp Term:1 Log:1/1 Commit:1 Entries:[1/2 EntryNormal "some data"]',
    ]);
  });

  it("commits and applies an entry that a quorum holds, and tells all", () => {
    const peer = leader();
    peer.propose("some data");
    peer.work();
    peer.receive(MsgAppResp, 2n, { index: 2 });
    assert.equal(peer.commit, 2);
    const sent = peer.work();
    assert.deepEqual(peer.applied, ["1:", "2:some data"]);
    assert.deepEqual(
      sent.map(({ type, to, commit }) => [type, to, commit]),
      [
        [MsgApp, 2n, 2],
        [MsgApp, 3n, 2],
      ],
    );
  });

  for (const [size, acknowledging, commits] of [
    [1, [], true],
    [3, [], false],
    [3, [2n], true],
    [3, [2n, 3n], true],
    [5, [], false],
    [5, [2n], false],
    [5, [2n, 3n], true],
    [5, [2n, 3n, 4n], true],
    [5, [2n, 3n, 4n, 5n], true],
  ] as const) {
    it(`${commits ? "commits" : "does not commit"} with ${acknowledging.length} of ${size - 1} acknowledgements`, () => {
      const peer = leader(size);
      peer.propose("some data");
      peer.work();
      for (const id of acknowledging) peer.receive(MsgAppResp, id, { index: 2 });
      assert.equal(peer.commit >= 2, commits);
    });
  }

  it("commits the entries of earlier leaders before its own", () => {
    for (const log of [[], [2], [1, 2], [1]]) {
      const peer = new RaftPeer({ log, hardState: { term: 2 } });
      peer.node.campaign();
      peer.work();
      peer.receive(MsgVoteResp, 2n);
      peer.work();
      peer.propose("some data");
      peer.work();
      const last = log.length + 2;
      assert.deepEqual(peer.applied, []);
      peer.receive(MsgAppResp, 2n, { index: last });
      peer.work();
      const expected = Array.from({ length: last - 1 }, (_, i) => `${i + 1}:`);
      assert.deepEqual(peer.applied, [...expected, `${last}:some data`]);
    }
  });

  it("makes a follower apply, in order, what it learns is committed", () => {
    const cases: [sent: Entry[], commit: number][] = [
      [entries([1, 1, "some data"]), 1],
      [entries([1, 1, "some data"], [1, 2, "some data2"]), 2],
      [entries([1, 1, "some data2"], [1, 2, "some data"]), 2],
      [entries([1, 1, "some data"], [1, 2, "some data2"]), 1],
    ];
    for (const [sent, commit] of cases) {
      const peer = new RaftPeer();
      peer.receive(MsgApp, 2n, { term: 1, entries: sent, commit });
      peer.work();
      assert.equal(peer.commit, commit);
      assert.deepEqual(
        peer.applied,
        sent.slice(0, commit).map(({ index, data }) => `${index}:${new TextDecoder().decode(data)}`),
      );
    }
  });

  // The follower's log is 1/1 2/2, of which the first is committed.
  for (const [logTerm, index, answer] of [
    [0, 0, "Log:0/1"],
    [1, 1, "Log:0/1"],
    [2, 2, "Log:0/2"],
    [1, 2, "Log:1/2 Rejected (Hint: 1)"],
    [3, 3, "Log:2/3 Rejected (Hint: 2)"],
  ] as const) {
    it(`makes a follower answer ${answer} to an append behind ${logTerm}/${index}`, () => {
      const peer = new RaftPeer({ log: [1, 2], hardState: { term: 2, commit: 1 } });
      peer.work();
      peer.receive(MsgApp, 2n, { term: 3, logTerm, index });
      assert.deepEqual(describeMessages(peer.work()), [`1->2 MsgAppResp Term:3 ${answer}`]);
    });
  }

  // The follower's log is 1/1 2/2.
  for (const [prev, sent, log, unstable] of [
    [[2, 2], [[3, 3]], [1, 2, 3], [[3, 3]]],
    [
      [1, 1],
      [
        [3, 2],
        [4, 3],
      ],
      [1, 3, 4],
      [
        [3, 2],
        [4, 3],
      ],
    ],
    [[0, 0], [[1, 1]], [1, 2], []],
    [[0, 0], [[3, 1]], [3], [[3, 1]]],
  ] as [prev: [number, number], sent: [number, number][], log: number[], unstable: [number, number][]][]) {
    it(`makes a follower drop what conflicts and keep what matches, of ${sent.join(" ")} behind ${prev}`, () => {
      const peer = new RaftPeer({ log: [1, 2], hardState: { term: 2 } });
      peer.receive(MsgApp, 2n, { term: 4, logTerm: prev[0], index: prev[1], entries: entries(...sent) });
      const ready = peer.take();
      assert.deepEqual(
        ready.entries.map(({ term, index }) => [term, index]),
        unstable,
      );
      assert.deepEqual(peer.logTerms, log);
    });
  }

  const LEADER = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
  for (const [name, log] of [
    ["a: lacks an entry", [1, 1, 1, 4, 4, 5, 5, 6, 6]],
    ["b: lacks many", [1, 1, 1, 4]],
    ["c: has one too many", [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6]],
    ["d: has two of a later term", [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7]],
    ["e: lacks some, has others", [1, 1, 1, 4, 4, 4, 4]],
    ["f: went its own way early", [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3]],
  ] as const) {
    it(`makes the log of figure 7 equal to the leader's, ${name}`, () => {
      const options = { voters: [1n, 2n, 3n] };
      const net = new RaftNetwork([
        new RaftPeer({ ...options, id: 1n, log: LEADER, hardState: { term: 8, commit: LEADER.length } }),
        new RaftPeer({ ...options, id: 2n, log, hardState: { term: 7 } }),
      ]);
      // Somebody else's vote is needed: the log of the follower may be the longer one.
      net.campaign(1n);
      if (net.peer(1n).role !== "StateLeader") net.send({ type: MsgVoteResp, from: 3n, to: 1n, term: 9 });
      net.propose(1n, "");
      assert.deepEqual(net.peer(2n).logTerms, [...LEADER, 9, 9]);
      assert.equal(net.peer(2n).commit, LEADER.length + 2);
    });
  }
});
