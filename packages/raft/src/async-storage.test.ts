import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type Message,
  MessageType,
  newConfState,
  newEntry,
  newMessage,
  newSnapshot,
  newSnapshotMetadata,
} from "@quorate/proto";
import { RawMember } from "@quorate/testkit";
import { describeMessage } from "./describe.ts";
import { LOCAL_APPEND_THREAD, LOCAL_APPLY_THREAD, StateType } from "./types.ts";

const T = MessageType;
const ASYNC = { asyncStorageWrites: true } as const;

/** What the next Ready hands to each storage thread, and sends. */
function next(member: RawMember): {
  readonly append: Message | undefined;
  readonly apply: Message | undefined;
  readonly sent: Message[];
} {
  const { messages } = member.raw.ready();
  return {
    append: messages.find(({ to }) => to === LOCAL_APPEND_THREAD),
    apply: messages.find(({ to }) => to === LOCAL_APPLY_THREAD),
    sent: messages.filter(({ to }) => to !== LOCAL_APPEND_THREAD && to !== LOCAL_APPLY_THREAD),
  };
}

/** The append thread does this job; its answers are stepped or returned. */
function append(member: RawMember, job: Message | undefined): Message[] {
  assert.ok(job);
  if (job.snapshot !== undefined) member.storage.applySnapshot(job.snapshot);
  member.storage.append(job.entries);
  for (const response of job.responses) if (response.to === 1n) member.raw.step(response);
  return job.responses.filter(({ to }) => to !== 1n);
}

const app = (init: Partial<Message>): Message => newMessage({ type: T.MsgApp, from: 2n, to: 1n, term: 1, ...init });
const describeAll = (messages: readonly Message[]): string[] => messages.map((m) => describeMessage(m));

describe("raft/async-storage", () => {
  it("hands a vote to the append thread, and counts it once that has answered", () => {
    const { raw } = new RawMember(ASYNC);
    raw.campaign();
    const [job] = raw.ready().messages;
    assert.equal(
      describeMessage(job ?? newMessage()),
      "1->AppendThread MsgStorageAppend Term:1 Log:0/0 Vote:1 Responses:[\n  1->1 MsgVoteResp Term:1 Log:0/0\n]",
    );
    assert.equal(raw.basicStatus().raftState, StateType.Candidate);
    for (const response of job?.responses ?? []) raw.step(response);
    assert.equal(raw.basicStatus().raftState, StateType.Leader);
  });

  it("answers the leader only through the append thread, behind the entries", () => {
    const member = new RawMember({ ...ASYNC, voters: [1n, 2n] });
    member.raw.step(app({ entries: [newEntry({ term: 1, index: 1 })] }));
    const { append: job, sent } = next(member);
    assert.deepEqual(sent, []);
    assert.deepEqual(describeAll(append(member, job)), ["1->2 MsgAppResp Term:1 Log:0/1"]);
    assert.equal(member.raw.hasReady(), false);
  });

  it("names in the answer the last entry of the log at that moment, under the current term", () => {
    const member = new RawMember({ ...ASYNC, voters: [1n, 2n] });
    member.raw.step(app({ entries: [newEntry({ term: 1, index: 1 })] }));
    const first = next(member).append;
    member.raw.step(app({ index: 1, logTerm: 1, entries: [newEntry({ term: 1, index: 2 })] }));
    const second = next(member).append;
    const acknowledgement = (job: Message | undefined): string =>
      describeMessage(job?.responses.at(-1) ?? newMessage());
    assert.equal(acknowledgement(first), "AppendThread->1 MsgStorageAppendResp Term:1 Log:1/1");
    assert.equal(acknowledgement(second), "AppendThread->1 MsgStorageAppendResp Term:1 Log:1/2");
    assert.deepEqual(
      second?.entries.map(({ index }) => index),
      [2],
    );
  });

  it("acknowledges unstable entries again in a Ready that has none", () => {
    const member = new RawMember({ ...ASYNC, voters: [1n, 2n] });
    member.raw.step(app({ entries: [newEntry({ term: 1, index: 1 })] }));
    next(member);
    member.raw.step(newMessage({ type: T.MsgHeartbeat, from: 3n, to: 1n, term: 4 }));
    const job = next(member).append;
    assert.deepEqual(job?.entries, []);
    assert.deepEqual(describeAll(job?.responses ?? []), ["AppendThread->1 MsgStorageAppendResp Term:4 Log:1/1"]);
  });

  it("does not take the first copy of an entry for the second, written under a later term", () => {
    const member = new RawMember({ ...ASYNC, voters: [1n, 2n, 3n] });
    member.raw.step(app({ entries: [newEntry({ term: 1, index: 1 })] }));
    const first = next(member).append;
    member.raw.step(app({ from: 3n, term: 2, entries: [newEntry({ term: 2, index: 1 })] }));
    const second = next(member).append;
    member.raw.step(app({ term: 3, entries: [newEntry({ term: 1, index: 1 })] }));
    append(member, first);
    append(member, second);
    const third = next(member).append;
    assert.deepEqual(
      third?.entries.map(({ term, index }) => [term, index]),
      [[1, 1]],
      "still to be written",
    );
    assert.deepEqual(
      member.lines.filter((line) => line.includes("ignored entry appends")),
      [1, 2].map(
        (term) =>
          `INFO 1 [term: 3] ignored entry appends from a MsgStorageAppendResp message with lower term [term: ${term}]`,
      ),
    );
  });

  it("takes the snapshot of an answer whose term has passed", () => {
    const member = new RawMember({ ...ASYNC, voters: [1n, 2n] });
    const confState = newConfState({ voters: [1n, 2n] });
    const snapshot = newSnapshot({ metadata: newSnapshotMetadata({ index: 5, term: 1, confState }) });
    member.raw.step(newMessage({ type: T.MsgSnap, from: 2n, to: 1n, term: 1, snapshot }));
    const job = next(member).append;
    assert.equal(job?.snapshot?.metadata.index, 5);
    member.raw.step(newMessage({ type: T.MsgHeartbeat, from: 2n, to: 1n, term: 2 }));
    assert.equal(member.raw.basicStatus().applied, 0);
    append(member, job);
    assert.equal(member.raw.basicStatus().applied, 5);
  });

  it("hands out only committed entries that are durable here", () => {
    const member = new RawMember({ ...ASYNC, voters: [1n, 2n] });
    member.raw.step(app({ entries: [newEntry({ term: 1, index: 1 })], commit: 1 }));
    const { append: job, apply } = next(member);
    assert.equal(apply, undefined);
    append(member, job);
    const later = next(member);
    assert.equal(
      describeMessage(later.apply ?? newMessage()),
      '1->ApplyThread MsgStorageApply Term:0 Log:0/0 Entries:[1/1 EntryNormal ""] Responses:[\n' +
        '  ApplyThread->1 MsgStorageApplyResp Term:0 Log:0/0 Entries:[1/1 EntryNormal ""]\n]',
    );
  });

  it("tells the append thread term, vote and commit index only when they changed", () => {
    const member = new RawMember({ ...ASYNC, voters: [1n, 2n] });
    member.raw.step(app({ entries: [newEntry({ term: 1, index: 1 })] }));
    append(member, next(member).append);
    member.raw.step(app({ index: 1, logTerm: 1, entries: [newEntry({ term: 1, index: 2 })] }));
    const job = next(member).append;
    assert.deepEqual([job?.term, job?.vote, job?.commit], [0, 0n, 0]);
  });

  it("leads, replicates and applies as without asynchronous writes", () => {
    const [sync, async] = [{}, ASYNC].map((init) => {
      const member = new RawMember({ ...init, voters: [1n, 2n] });
      member.raw.campaign();
      member.settle();
      member.raw.step(newMessage({ type: T.MsgVoteResp, from: 2n, to: 1n, term: 1 }));
      member.settle();
      for (let i = 0; i < 5; i++) member.raw.propose(Uint8Array.of(i));
      member.settle();
      member.raw.step(newMessage({ type: T.MsgAppResp, from: 2n, to: 1n, term: 1, index: 6 }));
      member.settle();
      return { applied: member.applied, status: member.raw.basicStatus(), sent: describeAll(member.take()) };
    });
    assert.equal(sync?.applied.length, 6);
    assert.deepEqual(async, sync);
  });
});
