import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MessageType, newConfChange, newEntry, newHardState, newMessage } from "@quorate/proto";
import { RawMember, storageWith } from "@quorate/testkit";
import { StateType } from "./types.ts";

const T = MessageType;
const context = Uint8Array.of(1);

describe("raft/read-index-single-voter", () => {
  it("answers at once when it leads alone and has committed in its term", () => {
    const member = new RawMember();
    member.raw.campaign();
    member.settle();
    member.raw.readIndex(context);
    assert.deepEqual(member.settle()[0]?.readStates, [{ index: 1, requestCtx: context }]);
  });

  it("answers after a restart only at the commit index that its first own entry brings", () => {
    // A commit index need not be synced: three entries were committed and acknowledged, and the disk remembers one.
    const storage = storageWith([1n]);
    storage.append([1, 2, 3].map((index) => newEntry({ term: 1, index })));
    storage.setHardState(newHardState({ term: 1, vote: 1n, commit: 1 }));
    const { raw } = new RawMember({ storage });
    raw.campaign();
    raw.ready();
    raw.advance();
    assert.equal(raw.basicStatus().raftState, StateType.Leader);
    raw.readIndex(context);
    const elected = raw.ready();
    assert.deepEqual(elected.readStates, []);
    storage.append(elected.entries);
    raw.advance();
    assert.deepEqual(raw.ready().readStates, [{ index: 4, requestCtx: context }]);
  });

  it("does not answer while it leads a configuration whose only voter is someone else", () => {
    // 1 removes itself and leads on; the only voter, 2, may have elected itself and moved on.
    const member = new RawMember({ voters: [1n, 2n] });
    const { raw } = member;
    raw.campaign();
    member.settle();
    raw.step(newMessage({ type: T.MsgVoteResp, from: 2n, to: 1n, term: 1 }));
    member.settle();
    raw.step(newMessage({ type: T.MsgAppResp, from: 2n, to: 1n, term: 1, index: 1 }));
    member.settle();
    raw.proposeConfChange({ kind: "v1", change: newConfChange({ type: 1, nodeId: 1n }) });
    member.settle();
    raw.step(newMessage({ type: T.MsgAppResp, from: 2n, to: 1n, term: 1, index: 2 }));
    member.settle();
    assert.deepEqual([raw.basicStatus().raftState, raw.status().config.voters.ids()], [StateType.Leader, [2n]]);
    member.take();
    raw.readIndex(context);
    const readys = member.settle();
    assert.deepEqual(
      readys.flatMap(({ readStates }) => readStates),
      [],
    );
    const heartbeat = member.take().find(({ type }) => type === T.MsgHeartbeat);
    assert.equal(heartbeat?.to, 2n);
    raw.step(newMessage({ type: T.MsgHeartbeatResp, from: 2n, to: 1n, term: 1, context: heartbeat?.context }));
    assert.deepEqual(member.settle()[0]?.readStates, [{ index: 2, requestCtx: context }]);
  });
});
