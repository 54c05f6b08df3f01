import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MessageType, newEntry } from "@quorate/proto";
import { describeMessages, RaftPeer } from "@quorate/testkit";

const { MsgApp, MsgAppResp, MsgVote, MsgVoteResp } = MessageType;

describe("raft/paper 5.4.1 election restriction", () => {
  it("tells in a vote request how far the candidate's log reaches", () => {
    for (const log of [[1], [1, 2]]) {
      const term = log.length + 1;
      const peer = new RaftPeer();
      const entries = log.map((entryTerm, i) => newEntry({ term: entryTerm, index: i + 1 }));
      peer.receive(MsgApp, 2n, { term: term - 1, entries });
      peer.work();
      peer.tick(10);
      const request = `MsgVote Term:${term} Log:${log.at(-1)}/${log.length}`;
      assert.deepEqual(describeMessages(peer.work()), [`1->2 ${request}`, `1->3 ${request}`]);
    }
  });

  // The voter's log, and the end of the candidate's.
  for (const [log, logTerm, index, rejected] of [
    [[1], 1, 1, false],
    [[1], 1, 2, false],
    [[1, 1], 1, 1, true],
    [[1], 2, 1, false],
    [[1], 2, 2, false],
    [[1, 1], 2, 1, false],
    [[2], 1, 1, true],
    [[2], 1, 2, true],
    [[1, 2], 1, 1, true],
  ] as const) {
    it(`${rejected ? "rejects" : "votes for"} a candidate at ${logTerm}/${index} with the log ${log.join(" ")}`, () => {
      const peer = new RaftPeer({ log });
      peer.receive(MsgVote, 2n, { term: 3, logTerm, index });
      const [answer] = peer.work();
      assert.deepEqual([answer?.type, answer?.reject], [MsgVoteResp, rejected]);
    });
  }
});

describe("raft/paper 5.4.2 entries of earlier terms", () => {
  for (const [index, commit] of [
    [1, 0],
    [2, 0],
    [3, 3],
  ] as const) {
    it(`has committed up to ${commit} when a quorum holds entry ${index}`, () => {
      const peer = new RaftPeer({ voters: [1n, 2n], log: [1, 2], hardState: { term: 2 } });
      peer.node.campaign();
      peer.work();
      peer.receive(MsgVoteResp, 2n);
      peer.work();
      peer.propose("");
      peer.work();
      peer.receive(MsgAppResp, 2n, { index });
      assert.deepEqual([peer.term, peer.commit], [3, commit]);
    });
  }
});
