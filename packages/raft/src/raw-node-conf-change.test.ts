import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  ConfChangeTransition,
  type ConfState,
  EntryType,
  encodeConfChange as encodeV1,
  MessageType,
  newConfChange,
  newConfChangeV2,
  newConfState,
  newEntry,
  newMessage,
  newSnapshot,
  newSnapshotMetadata,
} from "@quorate/proto";
import { RawMember } from "@quorate/testkit";
import { type ConfChangeAny, confChangesFromString, encodeConfChange } from "./conf-change.ts";
import { RaftError } from "./errors.ts";

const T = MessageType;
const { ConfChangeTransitionAuto, ConfChangeTransitionJointImplicit, ConfChangeTransitionJointExplicit } =
  ConfChangeTransition;

const v1 = (text: string): ConfChangeAny => {
  const [only] = confChangesFromString(text);
  return { kind: "v1", change: newConfChange({ type: only?.type ?? 0, nodeId: only?.nodeId ?? 0n }) };
};
const v2 = (text: string, transition: ConfChangeTransition = ConfChangeTransitionAuto): ConfChangeAny => ({
  kind: "v2",
  change: newConfChangeV2({ transition, changes: confChangesFromString(text) }),
});

function leader(): RawMember {
  const member = new RawMember();
  member.raw.campaign();
  member.settle();
  return member;
}

function stepAck(member: RawMember, from: bigint): void {
  const { term } = member.raw.basicStatus().hardState;
  member.raw.step(newMessage({ type: T.MsgAppResp, from, to: 1n, term, index: member.storage.lastIndex() }));
  member.settle();
}

describe("raft/raw-node-conf-change", () => {
  type Row = {
    readonly title: string;
    readonly change: ConfChangeAny;
    /** Configuration when the change is applied, and after the joint configuration is left. */
    readonly applied: Partial<ConfState>;
    readonly left?: Partial<ConfState>;
  };
  const table: readonly Row[] = [
    { title: "V1 add", change: v1("v2"), applied: { voters: [1n, 2n] } },
    { title: "V1 add learner", change: v1("l2"), applied: { voters: [1n], learners: [2n] } },
    { title: "V2 add", change: v2("v2"), applied: { voters: [1n, 2n] } },
    { title: "V2 add learner", change: v2("l2"), applied: { voters: [1n], learners: [2n] } },
    {
      title: "explicit joint add learner",
      change: v2("l2", ConfChangeTransitionJointExplicit),
      applied: { voters: [1n], votersOutgoing: [1n], learners: [2n] },
      left: { voters: [1n], learners: [2n] },
    },
    {
      title: "implicit joint add learner",
      change: v2("l2", ConfChangeTransitionJointImplicit),
      applied: { voters: [1n], votersOutgoing: [1n], learners: [2n], autoLeave: true },
      left: { voters: [1n], learners: [2n] },
    },
    {
      title: "automatic joint change of three",
      change: v2("l2 l1 v3"),
      applied: { voters: [3n], votersOutgoing: [1n], learners: [2n], learnersNext: [1n], autoLeave: true },
      left: { voters: [3n], learners: [1n, 2n] },
    },
    {
      title: "explicit joint change of three",
      change: v2("l2 l1 v3", ConfChangeTransitionJointExplicit),
      applied: { voters: [3n], votersOutgoing: [1n], learners: [2n], learnersNext: [1n] },
      left: { voters: [3n], learners: [1n, 2n] },
    },
  ];
  for (const { title, change, applied, left } of table) {
    it(`takes a proposal into the log as it is encoded, and into force when applied: ${title}`, () => {
      const member = leader();
      member.raw.proposeConfChange(change);
      member.settle();
      const { type, data } = encodeConfChange(change);
      const entry = member.storage.entries(2, 3, 0)[0];
      assert.deepEqual([entry?.type, entry?.data], [type, data]);
      assert.deepEqual(member.confStates[0], newConfState(applied));
      if (left === undefined) return assert.equal(member.confStates.length, 1);
      if (applied.autoLeave !== true) {
        member.raw.proposeConfChange(v2(""));
        member.settle();
      }
      if (applied.voters?.includes(3n) === true) stepAck(member, 3n);
      assert.deepEqual(member.confStates[1], newConfState(left));
      const leaving = member.storage.entries(3, 4, 0)[0];
      assert.equal(leaving?.type, EntryType.EntryConfChangeV2);
      assert.equal(
        leaving?.data?.length ?? 0,
        applied.autoLeave === true ? 0 : 2,
        "only an explicit change has a payload",
      );
    });
  }

  it("leaves a joint configuration by itself after it lost and regained leadership", () => {
    const member = leader();
    member.raw.proposeConfChange(v2("l2", ConfChangeTransitionJointImplicit));
    // Applied as a follower: nobody proposes to leave.
    const { storage, raw } = member;
    const first = raw.ready();
    storage.append(first.entries);
    raw.advance();
    const second = raw.ready();
    storage.setHardState(second.hardState ?? storage.initialState().hardState);
    raw.step(newMessage({ type: T.MsgVote, from: 2n, to: 1n, term: 5 }));
    assert.equal(raw.basicStatus().lead, 0n);
    const changes = second.committedEntries.filter(({ type }) => type !== EntryType.EntryNormal);
    assert.equal(changes.length, 1);
    member.raw.applyConfChange(
      newConfChangeV2({ transition: ConfChangeTransitionJointImplicit, changes: confChangesFromString("l2") }),
    );
    raw.advance();
    member.settle();
    assert.equal(raw.status().config.voters.isJoint(), true);
    raw.campaign();
    member.settle();
    assert.equal(raw.status().config.voters.isJoint(), false);
    assert.deepEqual(member.confStates[member.confStates.length - 1], newConfState({ voters: [1n], learners: [2n] }));
  });

  it("takes the addition of a member that is there already without letting it block the next", () => {
    const member = leader();
    for (const text of ["v1", "v1", "v2"]) {
      member.raw.proposeConfChange(v1(text));
      member.settle();
    }
    assert.deepEqual(
      member.confStates.map(({ voters }) => voters),
      [[1n], [1n], [1n, 2n]],
    );
  });

  it("turns a change into an empty entry while another one is not applied, and says why", () => {
    const member = leader();
    member.raw.proposeConfChange(v1("v2"));
    member.raw.proposeConfChange(v1("v3"));
    member.settle();
    const [entry] = member.storage.entries(3, 4, 0);
    assert.deepEqual([entry?.type, entry?.data], [EntryType.EntryNormal, undefined]);
    assert.ok(
      member.lines.includes(
        "INFO 1 ignoring conf change transition:ConfChangeTransitionAuto changes:{type:ConfChangeAddNode node_id:3} " +
          "at config voters=(1): possible unapplied conf change at index 2 (applied to 1)",
      ),
      member.lines.join("\n"),
    );
  });

  it("refuses to leave what is not joint, and to change what is", () => {
    const member = leader();
    member.raw.proposeConfChange(v2(""));
    member.settle();
    member.raw.proposeConfChange(v2("l2", ConfChangeTransitionJointExplicit));
    member.settle();
    member.raw.proposeConfChange(v1("v3"));
    member.settle();
    const refusals = member.lines
      .filter((line) => line.includes("ignoring conf change"))
      .map((line) => line.split(": ").pop());
    assert.deepEqual(refusals, [
      "not in joint state; refusing empty conf change",
      "must transition out of joint config first",
    ]);
  });

  it("takes every change where the application checks them itself, and then refuses what does not fit", () => {
    const member = new RawMember({ disableConfChangeValidation: true });
    member.raw.campaign();
    member.settle();
    member.raw.proposeConfChange(v2("l2", ConfChangeTransitionJointExplicit));
    member.settle();
    member.raw.proposeConfChange(v1("v3"));
    assert.throws(
      () => member.settle(),
      (error) =>
        error instanceof RaftError &&
        error.code === "InvalidConfChange" &&
        error.message === "can't apply simple config change in joint config",
    );
  });

  it("counts a change that the application refuses as applied once its ids are 0", () => {
    const member = leader();
    const before = member.raw.status().config;
    const confState = member.raw.applyConfChange(newConfChangeV2({ changes: confChangesFromString("v0") }));
    assert.deepEqual(confState, newConfState({ voters: [1n] }));
    assert.deepEqual([...member.raw.status().config.voters.ids()], [...before.voters.ids()]);
  });

  it("applies a change that a snapshot overtook to the configuration of its time", () => {
    // A follower is handed an entry that adds 3; before it applies it, a snapshot arrives from later, when 3 is gone again.
    const member = new RawMember({ voters: [1n, 2n] });
    const data = encodeV1(newConfChange({ nodeId: 3n }));
    const entries = [newEntry({ term: 1, index: 1, type: EntryType.EntryConfChange, data })];
    member.raw.step(newMessage({ type: T.MsgApp, from: 2n, to: 1n, term: 1, entries, commit: 1 }));
    const ready = member.raw.ready();
    assert.equal(ready.committedEntries.length, 1);
    member.storage.append(ready.entries);
    const confState = newConfState({ voters: [1n, 2n, 4n] });
    const snapshot = newSnapshot({ metadata: newSnapshotMetadata({ index: 9, term: 1, confState }) });
    member.raw.step(newMessage({ type: T.MsgSnap, from: 2n, to: 1n, term: 1, snapshot }));
    const change = newConfChangeV2({ changes: confChangesFromString("v3") });
    assert.deepEqual(member.raw.applyConfChange(change).voters, [1n, 2n, 3n]);
    assert.deepEqual(member.raw.status().config.voters.ids(), [1n, 2n, 4n]);
    member.raw.advance();
    member.settle();
    // The snapshot is in force: changes count from there.
    assert.deepEqual(member.raw.applyConfChange(change).voters, [1n, 2n, 3n, 4n]);
    assert.deepEqual(member.raw.status().config.voters.ids(), [1n, 2n, 3n, 4n]);
  });
});
