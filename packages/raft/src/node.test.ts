import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  MessageType,
  newConfChange,
  newConfState,
  newEntry,
  newHardState,
  newMessage,
  newSnapshot,
  newSnapshotMetadata,
} from "@quorate/proto";
import { storageWith, TurnHost } from "@quorate/testkit";
import { describeReady } from "./describe.ts";
import { RaftError } from "./errors.ts";
import { MemoryStorage } from "./memory-storage.ts";
import { LOCAL_APPEND_THREAD, StateType } from "./types.ts";

const T = MessageType;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function leader(init: ConstructorParameters<typeof TurnHost>[0] = {}): TurnHost {
  const host = new TurnHost(init);
  host.node.campaign();
  host.settle();
  return host;
}

describe("raft/node", () => {
  it("starts a new cluster with this sequence of Readys", () => {
    const host = new TurnHost({ storage: new MemoryStorage(), peers: [{ id: 1n }] });
    host.settle();
    host.node.campaign();
    host.settle();
    host.node.propose(bytes("foo"));
    host.settle();
    assert.deepEqual(
      host.readys.map((ready) => describeReady(ready)),
      [
        "Ready MustSync=true:\nHardState Term:1 Commit:1\nEntries:\n1/1 EntryConfChange v1\nCommittedEntries:\n1/1 EntryConfChange v1\n",
        "Ready MustSync=true:\nLead:0 State:StateCandidate\nHardState Term:2 Vote:1 Commit:1\n",
        'Ready MustSync=true:\nLead:1 State:StateLeader\nEntries:\n2/2 EntryNormal ""\n',
        'Ready MustSync=false:\nHardState Term:2 Vote:1 Commit:2\nCommittedEntries:\n2/2 EntryNormal ""\n',
        'Ready MustSync=true:\nEntries:\n2/3 EntryNormal "foo"\n',
        'Ready MustSync=false:\nHardState Term:2 Vote:1 Commit:3\nCommittedEntries:\n2/3 EntryNormal "foo"\n',
      ],
    );
  });

  it("refuses to start a new cluster of nobody", () => {
    assert.throws(
      () => new TurnHost({ storage: new MemoryStorage(), peers: [] }),
      (error) =>
        error instanceof RaftError &&
        error.code === "Bootstrap" &&
        error.message === "no peers given; use RestartNode instead",
    );
  });

  it("hands out after a restart what is committed, from the log or behind a snapshot", () => {
    const fromLog = storageWith([1n, 2n]);
    fromLog.append([newEntry({ term: 1, index: 1 }), newEntry({ term: 1, index: 2, data: bytes("foo") })]);
    const fromSnapshot = new MemoryStorage();
    const confState = newConfState({ voters: [1n, 2n] });
    fromSnapshot.applySnapshot(newSnapshot({ metadata: newSnapshotMetadata({ index: 1, term: 1, confState }) }));
    fromSnapshot.append([newEntry({ term: 1, index: 2, data: bytes("foo") })]);
    for (const [storage, expected] of [
      [fromLog, 'Ready MustSync=false:\nCommittedEntries:\n1/1 EntryNormal ""\n1/2 EntryNormal "foo"\n'],
      [fromSnapshot, 'Ready MustSync=false:\nCommittedEntries:\n1/2 EntryNormal "foo"\n'],
    ] as const) {
      storage.setHardState(newHardState({ term: 1, commit: 2 }));
      const host = new TurnHost({ storage });
      host.settle();
      assert.deepEqual(
        host.readys.map((ready) => describeReady(ready)),
        [expected],
      );
    }
  });

  it("hands out the next Ready only after the last is advanced", () => {
    const host = new TurnHost({ manual: true });
    host.node.campaign();
    host.settle();
    assert.equal(host.readys.length, 1);
    host.node.tick();
    host.settle();
    assert.equal(host.readys.length, 1);
    host.work(host.readys[0] as (typeof host.readys)[0]);
    host.settle();
    assert.equal(host.readys.length, 2);
  });

  it("schedules one turn, however much is asked of it", () => {
    const host = leader();
    for (let i = 0; i < 10; i++) {
      host.node.tick();
      host.node.propose(bytes("x"));
      host.node.reportUnreachable(2n);
    }
    assert.equal(host.turns.length, 1);
    host.settle();
    assert.equal(host.turns.length, 0);
  });

  it("passes ticks on", () => {
    const host = new TurnHost({ voters: [1n, 2n] });
    for (let i = 0; i < 20; i++) host.node.tick();
    host.settle();
    assert.equal(host.node.status()?.raftState, StateType.Candidate);
  });

  it("puts a proposed change in force and gives the configuration back", () => {
    const host = leader();
    host.node.proposeConfChange({ kind: "v1", change: newConfChange({ type: 3, nodeId: 2n }) });
    host.settle();
    assert.deepEqual([...(host.node.status()?.config.learners ?? [])], [2n]);
    host.node.proposeConfChange({ kind: "v1", change: newConfChange({ type: 3, nodeId: 2n }) });
    host.node.proposeConfChange({ kind: "v1", change: newConfChange({ type: 3, nodeId: 3n }) });
    host.settle();
    assert.deepEqual([...(host.node.status()?.config.learners ?? [])], [2n], "3 came while 2 was not applied");
  });

  it("answers reads through Ready", () => {
    const host = leader();
    host.node.readIndex(bytes("ctx"));
    host.settle();
    assert.deepEqual(
      host.readys.flatMap(({ readStates }) => readStates),
      [{ index: 1, requestCtx: bytes("ctx") }],
    );
  });

  it("passes a read on that came to a former leader, under its sender's id and without a term", () => {
    const host = leader();
    host.node.step(newMessage({ type: T.MsgHeartbeat, from: 3n, to: 1n, term: 5 }));
    for (const term of [0, 5]) {
      const entries = [newEntry({ data: bytes("ctx") })];
      host.node.step(newMessage({ type: T.MsgReadIndex, from: 2n, to: 1n, term, entries }));
    }
    host.settle();
    const passedOn = host.readys.flatMap(({ messages }) => messages).filter(({ type }) => type === T.MsgReadIndex);
    assert.deepEqual(
      passedOn.map(({ from, to, term }) => [from, to, term]),
      [
        [2n, 3n, 0],
        [2n, 3n, 0],
      ],
    );
  });

  it("logs who leads, once a change", () => {
    const host = new TurnHost({ id: 10n, voters: [10n, 255n, 3n] });
    const heartbeat = (from: bigint, term: number): void => {
      host.node.step(newMessage({ type: T.MsgHeartbeat, from, to: 10n, term }));
      host.settle();
    };
    heartbeat(255n, 2);
    heartbeat(255n, 2);
    heartbeat(3n, 3);
    host.node.forgetLeader();
    host.settle();
    assert.deepEqual(
      host.lines.filter((line) => line.includes("raft.node")),
      [
        "INFO raft.node: a elected leader ff at term 2",
        "INFO raft.node: a changed leader from ff to 3 at term 3",
        "INFO raft.node: a lost leader 3 at term 3",
      ],
    );
  });

  it("refuses local messages, but takes the answers of storage threads", () => {
    const host = leader({ asyncStorageWrites: true, manual: true });
    for (const type of [
      T.MsgHup,
      T.MsgBeat,
      T.MsgSnapStatus,
      T.MsgCheckQuorum,
      T.MsgStorageAppend,
      T.MsgStorageApply,
    ]) {
      assert.throws(
        () => host.node.step(newMessage({ type })),
        (error) => error instanceof RaftError && error.message === "raft: cannot step raft local message",
      );
    }
    host.node.step(newMessage({ type: T.MsgStorageAppendResp, from: LOCAL_APPEND_THREAD, to: 1n }));
    host.settle();
    assert.equal(host.refused.length, 0);
    host.node.step(newMessage({ type: T.MsgStorageAppendResp, from: 7n, to: 1n }));
    host.settle();
    assert.deepEqual(
      host.refused.map(({ error }) => error.code),
      ["StepLocalMsg"],
    );
  });

  it("drops answers of members that it does not know without a word, and tells of what it refuses otherwise", () => {
    const host = new TurnHost({ voters: [1n, 2n] });
    host.node.step(newMessage({ type: T.MsgAppResp, from: 9n, to: 1n, term: 1 }));
    host.node.step(newMessage({ type: T.MsgHeartbeat, from: 2n, to: 1n, term: 1, commit: 7 }));
    host.settle();
    assert.deepEqual(
      host.refused.map(({ error }) => error.code),
      ["CommitOutOfRange"],
    );
    assert.ok(
      host.lines.includes(
        "DEBUG 1 refused a message from 2: tocommit(7) is out of range [lastIndex(0)]. Was the raft log corrupted, truncated, or lost?",
      ),
    );
  });

  it("steps messages between a Ready and its advance", () => {
    const host = new TurnHost({ voters: [1n, 2n], manual: true });
    host.node.step(newMessage({ type: T.MsgHeartbeat, from: 2n, to: 1n, term: 1 }));
    host.settle();
    host.node.step(newMessage({ type: T.MsgHeartbeat, from: 2n, to: 1n, term: 2 }));
    host.settle();
    assert.deepEqual([host.readys.length, host.node.status()?.hardState.term], [1, 2]);
  });

  it("hands out page after page of committed entries without being woken", () => {
    const host = leader({ maxCommittedSizePerReady: 1 });
    for (let i = 0; i < 10; i++) host.node.propose(bytes(`${i}`));
    host.settle();
    assert.deepEqual(host.appliedTexts(), ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    assert.ok(host.readys.every(({ committedEntries }) => committedEntries.length <= 1));
  });

  it("hands out Readys without advance when storage writes are asynchronous", () => {
    const host = new TurnHost({ asyncStorageWrites: true, manual: true });
    host.node.campaign();
    host.settle();
    host.node.tick();
    host.settle();
    const [first] = host.readys;
    assert.equal(first?.messages[0]?.type, T.MsgStorageAppend);
    for (const response of first?.messages[0]?.responses ?? []) host.node.step(response);
    host.settle();
    assert.equal(host.node.status()?.raftState, StateType.Leader);
    assert.equal(host.readys.length, 2);
  });
});
