import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Entry, MessageType, newEntry } from "@quorate/proto";
import { describeMessages, RaftNetwork, RaftPeer } from "@quorate/testkit";
import type { Term } from "./types.ts";

const { MsgApp, MsgAppResp } = MessageType;

const entries = (...ids: readonly [term: Term, index: number][]): Entry[] =>
  ids.map(([term, index]) => newEntry({ term, index }));

describe("raft/append handling", () => {
  // A follower of term 2 whose log is 1/1 2/2 gets an append of term 2.
  const appends: {
    readonly name: string;
    readonly prev: readonly [term: Term, index: number];
    readonly entries?: Entry[];
    readonly commit: number;
    readonly after: readonly [lastIndex: number, commit: number];
    readonly rejected?: boolean;
  }[] = [
    { name: "rejects another term at the previous index", prev: [3, 2], commit: 3, after: [2, 0], rejected: true },
    { name: "rejects a previous index beyond its log", prev: [3, 3], commit: 3, after: [2, 0], rejected: true },
    { name: "takes an empty append", prev: [1, 1], commit: 1, after: [2, 1] },
    { name: "replaces everything", prev: [0, 0], entries: entries([2, 1]), commit: 1, after: [1, 1] },
    { name: "appends behind its last entry", prev: [2, 2], entries: entries([2, 3], [2, 4]), commit: 3, after: [4, 3] },
    { name: "commits up to the last new entry only", prev: [2, 2], entries: entries([2, 3]), commit: 4, after: [3, 3] },
    { name: "keeps an entry that it holds", prev: [1, 1], entries: entries([2, 2]), commit: 4, after: [2, 2] },
    { name: "commits no further than the append reaches", prev: [1, 1], commit: 3, after: [2, 1] },
    {
      name: "commits what it holds as far as both know",
      prev: [1, 1],
      entries: entries([2, 2]),
      commit: 3,
      after: [2, 2],
    },
    { name: "takes a commit index below its end", prev: [2, 2], commit: 3, after: [2, 2] },
    {
      name: "stays with what the append reaches although the leader committed more",
      prev: [2, 2],
      commit: 4,
      after: [2, 2],
    },
  ];
  for (const { name, prev, entries: sent = [], commit, after, rejected = false } of appends) {
    it(name, () => {
      const peer = new RaftPeer({ log: [1, 2], hardState: { term: 2 } });
      peer.receive(MsgApp, 2n, { term: Math.max(2, prev[0]), logTerm: prev[0], index: prev[1], commit, entries: sent });
      const messages = peer.work();
      assert.deepEqual([peer.storage.lastIndex(), peer.commit], after);
      assert.deepEqual(
        messages.map(({ type, reject }) => [type, reject]),
        [[MsgAppResp, rejected]],
      );
    });
  }

  it("answers an append below its commit index with the commit index", () => {
    const peer = new RaftPeer({ log: [1, 1, 1], hardState: { commit: 3 } });
    peer.receive(MsgApp, 2n, { index: 1, logTerm: 1, entries: entries([1, 2]) });
    assert.deepEqual(describeMessages(peer.work()), ["1->2 MsgAppResp Term:1 Log:0/3"]);
  });

  it("replaces what is not committed, and refuses whole what no leader sends", () => {
    const peer = new RaftPeer({ log: [1, 1, 1], hardState: { commit: 2 } });
    const conflict = { term: 2, index: 2, logTerm: 1, entries: entries([2, 3]), commit: 3 };
    peer.receive(MsgApp, 2n, conflict);
    peer.work();
    assert.deepEqual([peer.logTerms, peer.commit], [[1, 1, 2], 3]);
    assert.throws(
      () => peer.receive(MsgApp, 2n, { term: 3, index: 3, logTerm: 2, entries: entries([3, 5]) }),
      { code: "InvalidMessage" },
      "a gap",
    );
    assert.throws(
      () => peer.receive(MsgApp, 2n, { term: 3, index: 3, logTerm: 2, entries: entries([4, 4]) }),
      { code: "InvalidMessage" },
      "an entry of a term that has not come",
    );
    assert.deepEqual(peer.logTerms, [1, 1, 2]);
  });

  // The leader's log, the follower's, and the ids (term/index) that the leader probes until the follower's log fits.
  const shapes: [leader: Term[], follower: Term[], probes: string[]][] = [
    [[1, 2, 2, 4, 4, 4, 4], [1, 2, 2, 4, 4, 4, 4, 5, 5, 5], ["4/7"]],
    [[1, 1, 1], [1], ["1/3", "1/1"]],
    [
      [1, 3, 3, 3, 5, 5, 5, 5, 5],
      [1, 3, 3, 4, 4, 4, 4, 4, 4],
      ["5/9", "3/4", "3/3"],
    ],
    [
      [1, 1, 1, 5, 5, 5, 5, 5],
      [1, 1, 1, 4, 4, 4, 4, 4, 4, 4, 4],
      ["5/8", "1/3"],
    ],
    [
      [1, 1, 1, 1, 6, 6, 6, 6],
      [1, 1, 1, 1, 4, 4, 4],
      ["6/8", "1/4"],
    ],
    [
      [1, 1, 1, 5, 5, 5],
      [1, 1, 1, 4, 4],
      ["5/6", "1/3"],
    ],
    [[1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1, 2, 3], ["1/6"]],
    [
      [1, 4, 4, 6, 6, 6],
      [1, 2, 3, 5, 5],
      ["6/6", "4/3", "1/1"],
    ],
    [
      [1, 1, 1, 2, 5],
      [1, 1, 1, 4, 4, 4, 4],
      ["5/5", "2/4", "1/3"],
    ],
    [
      [4, 4, 4, 5],
      [2, 2, 3, 3],
      ["5/4", "0/0"],
    ],
  ];
  for (const [leaderLog, followerLog, probes] of shapes) {
    it(`probes ${probes.join(" ")} where the leader's ${leaderLog.join(" ")} meets ${followerLog.join(" ")}`, () => {
      const term = Math.max(...leaderLog, ...followerLog);
      const leader = new RaftPeer({ log: leaderLog, hardState: { term } });
      const follower = new RaftPeer({ id: 2n, log: followerLog, hardState: { term } });
      leader.node.campaign();
      leader.work();
      leader.receive(MessageType.MsgVoteResp, 3n);
      const seen: string[] = [];
      for (let rejected = true; rejected; ) {
        const [probe] = leader.work().filter(({ to }) => to === 2n);
        seen.push(`${probe?.logTerm}/${probe?.index}`);
        follower.node.step(probe!);
        const [answer] = follower.work();
        rejected = answer!.reject;
        leader.node.step(answer!);
      }
      assert.deepEqual(seen, probes);
    });
  }

  it("tells in its rejection where the logs may agree", () => {
    const follower = new RaftPeer({ id: 2n, log: [1, 1, 3, 3], hardState: { term: 4 } });
    const hints: [index: number, logTerm: number, answer: string][] = [
      [9, 4, "Log:3/9 Rejected (Hint: 4)"],
      [4, 4, "Log:3/4 Rejected (Hint: 4)"],
      [4, 2, "Log:1/4 Rejected (Hint: 2)"],
      [3, 1, "Log:1/3 Rejected (Hint: 2)"],
    ];
    for (const [index, logTerm, answer] of hints) {
      follower.receive(MsgApp, 1n, { index, logTerm });
      assert.deepEqual(describeMessages(follower.work()), [`2->1 MsgAppResp Term:4 ${answer}`]);
      assert.equal(
        follower.logLines.at(-1),
        `DEBUG 2 [logterm: ${index === 9 ? 0 : 3}, index: ${index}] rejected MsgApp [logterm: ${logTerm}, index: ${index}] from 1`,
      );
    }
  });

  it("never moves next below match for a rejection that comes late", () => {
    const net = RaftNetwork.ofSize(3);
    net.campaign(1n);
    net.isolate(3n);
    for (const payload of ["a", "b", "c"]) net.propose(1n, payload);
    net.recover();
    const rejections: Parameters<NonNullable<RaftNetwork["hook"]>>[0][] = [];
    net.hook = (m) => {
      if (m.from === 3n && m.reject) rejections.push(m);
      return true;
    };
    net.send({ type: MsgApp, from: 1n, to: 3n, term: 1, index: 4, logTerm: 1 });
    net.tick(1n);
    const before = net.peer(1n).progress(3n);
    assert.deepEqual([before.match, before.next], [4, 5]);
    assert.equal(rejections.length, 1);
    net.peer(1n).node.step(rejections[0]!);
    const after = net.peer(1n).progress(3n);
    assert.deepEqual([after.match, after.next], [4, 5]);
    net.propose(1n, "d");
    assert.equal(net.peer(3n).applied.at(-1), "5:d");
  });
});
