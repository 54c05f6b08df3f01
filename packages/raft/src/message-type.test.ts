import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Message, MessageType, newEntry, newMessage } from "@quorate/proto";
import { RaftError } from "./errors.ts";
import { checkMessage, isLocalMessage, isLocalMessageTarget, isResponseMessage } from "./message-type.ts";
import { MAX_TERM_OR_INDEX } from "./types.ts";

const T = MessageType;

function problemOf(init: Partial<Message>): string | undefined {
  try {
    checkMessage(newMessage({ from: 2n, term: 1, ...init }), 1n);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof RaftError);
    assert.equal(error.code, "InvalidMessage");
    return error.message.replace("raft: invalid message: ", "");
  }
}

describe("raft/message-type", () => {
  const numbered: Readonly<Record<string, readonly [number, string]>> = {
    MsgHup: [0, "L"],
    MsgBeat: [1, "L"],
    MsgProp: [2, ""],
    MsgApp: [3, ""],
    MsgAppResp: [4, "R"],
    MsgVote: [5, ""],
    MsgVoteResp: [6, "R"],
    MsgSnap: [7, ""],
    MsgHeartbeat: [8, ""],
    MsgHeartbeatResp: [9, "R"],
    MsgUnreachable: [10, "LR"],
    MsgSnapStatus: [11, "L"],
    MsgCheckQuorum: [12, "L"],
    MsgTransferLeader: [13, ""],
    MsgTimeoutNow: [14, ""],
    MsgReadIndex: [15, ""],
    MsgReadIndexResp: [16, "R"],
    MsgPreVote: [17, ""],
    MsgPreVoteResp: [18, "R"],
    MsgStorageAppend: [19, "L"],
    MsgStorageAppendResp: [20, "LR"],
    MsgStorageApply: [21, "L"],
    MsgStorageApplyResp: [22, "LR"],
    MsgForgetLeader: [23, ""],
  };

  it("knows every type's number, and whether it is local and whether it is a response", () => {
    const actual = Object.fromEntries(
      Object.entries(MessageType).map(([name, type]) => [
        name,
        [type, `${isLocalMessage(type) ? "L" : ""}${isResponseMessage(type) ? "R" : ""}`],
      ]),
    );
    assert.deepEqual(actual, numbered);
  });

  it("knows the addresses of the storage threads", () => {
    const ids = [0n, 1n, 2n ** 64n - 3n, 2n ** 64n - 2n, 2n ** 64n - 1n];
    assert.deepEqual(ids.map(isLocalMessageTarget), [false, false, false, true, true]);
  });

  it("takes terms and indexes up to its bound and refuses what is beyond", () => {
    const max = MAX_TERM_OR_INDEX;
    for (const edge of [{ term: max }, { index: max }, { commit: max }, { rejectHint: max }]) {
      assert.equal(problemOf({ type: T.MsgAppResp, ...edge }), undefined);
    }
    assert.equal(problemOf({ type: T.MsgAppResp, term: max + 1 }), `MsgAppResp of term ${max + 1} is out of range`);
    for (const beyond of [{ index: max + 1 }, { commit: max + 1 }, { rejectHint: max + 1 }]) {
      assert.equal(problemOf({ type: T.MsgAppResp, ...beyond }), "MsgAppResp with an index out of range");
    }
  });

  it("refuses messages that speak for a term and have none", () => {
    for (const type of [
      T.MsgApp,
      T.MsgHeartbeat,
      T.MsgSnap,
      T.MsgVote,
      T.MsgVoteResp,
      T.MsgPreVote,
      T.MsgPreVoteResp,
    ]) {
      assert.match(problemOf({ type, term: 0 }) ?? "", /^Msg\w+ without a term$/);
    }
    for (const type of [T.MsgHeartbeatResp, T.MsgAppResp, T.MsgTimeoutNow, T.MsgTransferLeader]) {
      assert.equal(problemOf({ type, term: 0 }), undefined);
    }
  });

  it("refuses what only another member can send when it comes from nobody or from this member", () => {
    for (const type of [T.MsgApp, T.MsgHeartbeat, T.MsgSnap, T.MsgVote, T.MsgPreVote]) {
      assert.match(problemOf({ type, from: 0n }) ?? "", /from 0$/);
      assert.match(problemOf({ type, from: 1n }) ?? "", /from 1$/);
      assert.equal(problemOf({ type }), undefined);
    }
  });

  it("refuses what a member never answers to itself, and takes its acknowledgement of its own log", () => {
    assert.equal(problemOf({ type: T.MsgHeartbeatResp, from: 1n }), "MsgHeartbeatResp of this member to itself");
    assert.equal(problemOf({ type: T.MsgAppResp, from: 1n, reject: true }), "MsgAppResp of this member to itself");
    assert.equal(problemOf({ type: T.MsgAppResp, from: 1n }), undefined);
  });

  it("refuses what is not for storage threads to send, because the answer would be taken for storage work", () => {
    for (const from of [2n ** 64n - 1n, 2n ** 64n - 2n]) {
      for (const type of Object.values(MessageType)) {
        if (isLocalMessage(type)) continue;
        assert.match(problemOf({ type, from, entries: [newEntry()] }) ?? "", /^Msg\w+ from a storage thread$/);
      }
      assert.equal(problemOf({ type: T.MsgStorageApplyResp, from }), undefined);
    }
  });

  it("refuses proposals that are empty, of an unknown kind, or a change that cannot be decoded", () => {
    assert.equal(problemOf({ type: T.MsgProp }), "stepped empty MsgProp");
    const unknown = newEntry({ type: 3 as 0 });
    assert.equal(problemOf({ type: T.MsgProp, entries: [newEntry(), unknown] }), "unknown entry type 3");
    for (const type of [1, 2] as const) {
      const broken = newEntry({ type, data: Uint8Array.of(0xff) });
      assert.match(
        problemOf({ type: T.MsgProp, entries: [broken] }) ?? "",
        /^configuration change that cannot be decoded: /,
      );
      assert.equal(problemOf({ type: T.MsgProp, entries: [newEntry({ type })] }), undefined);
    }
  });

  it("refuses a read request unless it has exactly one context", () => {
    assert.equal(problemOf({ type: T.MsgReadIndex }), "MsgReadIndex with 0 entries");
    assert.equal(problemOf({ type: T.MsgReadIndex, entries: [newEntry(), newEntry()] }), "MsgReadIndex with 2 entries");
    assert.equal(problemOf({ type: T.MsgReadIndex, entries: [newEntry()] }), undefined);
  });
});
