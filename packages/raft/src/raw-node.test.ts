import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { InvariantViolation } from "@quorate/base";
import {
  type Message,
  MessageType,
  newConfState,
  newEntry,
  newHardState,
  newMessage,
  newSnapshot,
  newSnapshotMetadata,
} from "@quorate/proto";
import { RawMember, storageWith } from "@quorate/testkit";
import { describeReady } from "./describe.ts";
import { RaftError, type RaftErrorCode } from "./errors.ts";
import { MemoryStorage } from "./memory-storage.ts";
import { isLocalMessage, isResponseMessage } from "./message-type.ts";
import type { RawNode } from "./raw-node.ts";
import { ProgressState } from "./tracker/progress.ts";
import { LOCAL_APPEND_THREAD, LOCAL_APPLY_THREAD, StateType } from "./types.ts";

const T = MessageType;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function refuses(code: RaftErrorCode, message: string, call: () => unknown): void {
  assert.throws(call, (error) => error instanceof RaftError && error.code === code && error.message === message);
}

/** A member that leads alone, with nothing left to do. */
function soleLeader(init: ConstructorParameters<typeof RawMember>[0] = {}): RawMember {
  const member = new RawMember(init);
  member.raw.campaign();
  member.settle();
  return member;
}

/** A member that leads 1 and 2; member 2 answers only what a test makes it answer. */
function leaderOfTwo(init: ConstructorParameters<typeof RawMember>[0] = {}): RawMember {
  const member = new RawMember({ voters: [1n, 2n], ...init });
  member.raw.campaign();
  member.settle();
  member.raw.step(newMessage({ type: T.MsgVoteResp, from: 2n, to: 1n, term: member.raw.basicStatus().hardState.term }));
  member.settle();
  member.take();
  return member;
}

function acknowledge(member: RawMember, index: number): void {
  const { term } = member.raw.basicStatus().hardState;
  member.raw.step(newMessage({ type: T.MsgAppResp, from: 2n, to: 1n, term, index }));
  member.settle();
}

describe("raft/raw-node", () => {
  it("refuses every local message type from outside, and takes it from a storage thread", () => {
    for (const type of Object.values(MessageType)) {
      if (!isLocalMessage(type)) continue;
      const { raw } = new RawMember({ voters: [1n, 2n] });
      refuses("StepLocalMsg", "raft: cannot step raft local message", () =>
        raw.step(newMessage({ type, from: 2n, term: 1 })),
      );
      raw.step(newMessage({ type, from: LOCAL_APPEND_THREAD }));
    }
  });

  it("refuses every response of a member that it does not know", () => {
    for (const type of Object.values(MessageType)) {
      if (!isResponseMessage(type) || isLocalMessage(type)) continue;
      const { raw } = new RawMember({ voters: [1n, 2n] });
      refuses("StepPeerNotFound", "raft: cannot step as peer not found", () =>
        raw.step(newMessage({ type, from: 9n, term: 1 })),
      );
    }
  });

  it("refuses answers of the storage threads about what they were never given", () => {
    const { raw, storage } = leaderOfTwo();
    const last = storage.lastIndex();
    raw.propose(bytes("x"));
    const term = raw.basicStatus().hardState.term;
    const forged: readonly Partial<Message>[] = [
      { type: T.MsgStorageAppendResp, from: LOCAL_APPEND_THREAD, term, index: last + 1, logTerm: term },
      { type: T.MsgStorageAppendResp, from: LOCAL_APPEND_THREAD, index: last + 1, logTerm: term },
      { type: T.MsgStorageApplyResp, from: LOCAL_APPLY_THREAD, entries: [newEntry({ index: last + 1 })] },
      {
        type: T.MsgStorageAppendResp,
        from: LOCAL_APPEND_THREAD,
        snapshot: newSnapshot({ metadata: newSnapshotMetadata({ index: 99 }) }),
      },
    ];
    for (const init of forged) {
      assert.throws(
        () => raw.step(newMessage({ to: 1n, ...init })),
        (error) => error instanceof RaftError && error.code === "InvalidMessage",
      );
    }
    assert.deepEqual(
      raw.ready().entries.map(({ index }) => index),
      [last + 1],
      "the entry is still to be written",
    );
  });

  it("refuses to bootstrap without peers, and a storage that is not empty", () => {
    refuses("Bootstrap", "must provide at least one peer to Bootstrap", () => new RawMember().raw.bootstrap([]));
    const storage = storageWith([1n]);
    storage.append([newEntry({ term: 1, index: 1 })]);
    refuses("Bootstrap", "can't bootstrap a nonempty Storage", () =>
      new RawMember({ storage }).raw.bootstrap([{ id: 1n }]),
    );
  });

  it("bootstraps with one committed configuration entry a peer, its context included", () => {
    const member = new RawMember({ storage: new MemoryStorage() });
    member.raw.bootstrap([{ id: 1n, context: bytes("one") }, { id: 10n }]);
    assert.equal(
      describeReady(member.raw.readyWithoutAccept()),
      [
        "Ready MustSync=true:",
        "HardState Term:1 Commit:2",
        "Entries:",
        "1/1 EntryConfChange v1",
        "1/2 EntryConfChange v10",
        "CommittedEntries:",
        "1/1 EntryConfChange v1",
        "1/2 EntryConfChange v10",
        "",
      ].join("\n"),
    );
    member.settle();
    assert.deepEqual(member.confStates[1]?.voters, [1n, 10n]);
  });

  it("starts from a snapshot that has only a configuration with this sequence of Readys", () => {
    const member = new RawMember();
    assert.equal(member.raw.hasReady(), false);
    member.raw.campaign();
    const readys = member.settle().map((ready) => describeReady(ready));
    member.raw.propose(bytes("foo"));
    readys.push(...member.settle().map((ready) => describeReady(ready)));
    assert.deepEqual(readys, [
      "Ready MustSync=true:\nLead:0 State:StateCandidate\nHardState Term:1 Vote:1 Commit:0\n",
      'Ready MustSync=true:\nLead:1 State:StateLeader\nEntries:\n1/1 EntryNormal ""\n',
      'Ready MustSync=false:\nHardState Term:1 Vote:1 Commit:1\nCommittedEntries:\n1/1 EntryNormal ""\n',
      'Ready MustSync=true:\nEntries:\n1/2 EntryNormal "foo"\n',
      'Ready MustSync=false:\nHardState Term:1 Vote:1 Commit:2\nCommittedEntries:\n1/2 EntryNormal "foo"\n',
    ]);
  });

  it("hands out after a restart what is committed and not applied, and no state that was saved", () => {
    const storage = storageWith([1n]);
    storage.append([
      newEntry({ term: 1, index: 1 }),
      newEntry({ term: 1, index: 2, data: bytes("foo") }),
      newEntry({ term: 1, index: 3 }),
    ]);
    storage.setHardState(newHardState({ term: 1, commit: 2 }));
    const all = new RawMember({ storage });
    assert.equal(
      describeReady(all.raw.ready()),
      'Ready MustSync=false:\nCommittedEntries:\n1/1 EntryNormal ""\n1/2 EntryNormal "foo"\n',
    );
    all.raw.advance();
    assert.equal(all.raw.hasReady(), false);
    const rest = new RawMember({ storage, applied: 1 });
    assert.deepEqual(
      rest.raw.ready().committedEntries.map(({ index }) => index),
      [2],
    );
    const none = new RawMember({ storage, applied: 2 });
    assert.equal(none.raw.hasReady(), false);
  });

  it("hands out after a restart what follows the snapshot", () => {
    const storage = new MemoryStorage();
    const confState = newConfState({ voters: [1n, 2n] });
    storage.applySnapshot(newSnapshot({ metadata: newSnapshotMetadata({ confState, index: 2, term: 1 }) }));
    storage.append([newEntry({ term: 1, index: 3, data: bytes("foo") })]);
    storage.setHardState(newHardState({ term: 1, commit: 3 }));
    const member = new RawMember({ storage });
    assert.equal(
      describeReady(member.raw.ready()),
      'Ready MustSync=false:\nCommittedEntries:\n1/3 EntryNormal "foo"\n',
    );
  });

  it("stops at a commit index that its storage cannot have", () => {
    const storage = storageWith([1n]);
    storage.setHardState(newHardState({ term: 1, commit: 5 }));
    assert.throws(() => new RawMember({ storage }), /state\.commit 5 is out of range/);
  });

  it("shows a Ready without taking it", () => {
    const { raw } = new RawMember();
    raw.campaign();
    const peeked = raw.readyWithoutAccept();
    assert.deepEqual(raw.readyWithoutAccept(), peeked);
    assert.deepEqual(raw.ready(), peeked);
    assert.equal(raw.hasReady(), false);
  });

  it("keeps what happens between a Ready and its advance for the next one", () => {
    const member = leaderOfTwo();
    member.raw.propose(bytes("a"));
    const first = member.raw.ready();
    member.raw.propose(bytes("b"));
    member.storage.append(first.entries);
    member.raw.advance();
    const second = member.raw.ready();
    assert.deepEqual([first.entries.length, second.entries.length], [1, 1]);
    assert.equal(second.entries[0]?.index, (first.entries[0]?.index ?? 0) + 1);
  });

  it("has a Ready for an answer alone", () => {
    for (const asyncStorageWrites of [false, true]) {
      const member = new RawMember({ voters: [1n, 2n], asyncStorageWrites });
      for (let i = 0; i < 2; i++) {
        member.raw.step(newMessage({ type: T.MsgApp, from: 2n, to: 1n, term: 1 }));
        assert.equal(member.raw.hasReady(), true);
        member.settle();
        assert.deepEqual(
          member.take().map(({ type, to }) => [type, to]),
          [[T.MsgAppResp, 2n]],
        );
      }
    }
  });

  it("breaks on a second Ready before the first is advanced", () => {
    const { raw } = leaderOfTwo();
    raw.propose(bytes("a"));
    raw.ready();
    raw.propose(bytes("b"));
    assert.throws(() => raw.ready(), /two accepted Ready structs without call to Advance/);
  });

  it("hands out a read state once", () => {
    const member = soleLeader();
    member.raw.readIndex(bytes("ctx"));
    const [ready, ...rest] = member.settle();
    assert.deepEqual(ready?.readStates, [{ index: 1, requestCtx: bytes("ctx") }]);
    assert.deepEqual(rest, []);
    member.raw.propose(bytes("x"));
    for (const each of member.settle()) assert.deepEqual(each.readStates, []);
  });

  it("tells its status in copies, and progress only while it leads", () => {
    const member = leaderOfTwo();
    const status = member.raw.status();
    assert.deepEqual([status.raftState, status.lead, [...status.progress.keys()]], [StateType.Leader, 1n, [1n, 2n]]);
    assert.equal(status.progress.get(2n)?.state, ProgressState.Probe);
    acknowledge(member, 1);
    assert.equal(status.progress.get(2n)?.state, ProgressState.Probe, "the copy stays as it was");
    assert.equal(member.raw.status().progress.get(2n)?.state, ProgressState.Replicate);
    assert.equal(member.raw.basicStatus().hardState.commit, 1);
    assert.equal(new RawMember({ voters: [1n, 2n] }).raw.status().progress.size, 0);
  });

  it("visits every peer's progress in ascending order", () => {
    const { raw } = new RawMember({ voters: [1n, 300n, 20n], learners: [4n] });
    const visited: string[] = [];
    raw.withProgress((id, progress) => visited.push(`${id} ${progress.isLearner}`));
    assert.deepEqual(visited, ["1 false", "4 true", "20 false", "300 false"]);
  });

  it("counts quiesced ticks on the election clock without acting on it", () => {
    const { raw } = new RawMember({ voters: [1n, 2n] });
    for (let i = 0; i < 100; i++) raw.tickQuiesced();
    assert.equal(raw.hasReady(), false);
    raw.tick();
    assert.equal(raw.basicStatus().raftState, StateType.Candidate);
  });

  it("keeps the position of a peer that a report of a snapshot does not concern", () => {
    const member = leaderOfTwo();
    acknowledge(member, 1);
    const before = `${member.raw.status().progress.get(2n)}`;
    for (const id of [1n, 2n, 9n])
      for (const outcome of ["finish", "failure"] as const) member.raw.reportSnapshot(id, outcome);
    assert.equal(`${member.raw.status().progress.get(2n)}`, before);
  });

  it("must not be advanced when storage writes are asynchronous", () => {
    const { raw }: { raw: RawNode } = new RawMember({ asyncStorageWrites: true });
    assert.throws(() => raw.advance(), InvariantViolation);
  });
});
