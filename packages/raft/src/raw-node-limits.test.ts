import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Entry, MessageType, newConfChange, newEntry, newHardState, newMessage } from "@quorate/proto";
import { RawMember, storageWith } from "@quorate/testkit";
import { entriesSize } from "./entries.ts";
import { RaftError } from "./errors.ts";
import { MemoryStorage } from "./memory-storage.ts";

const T = MessageType;
const payload = (size: number): Uint8Array => new Uint8Array(size);

/** A storage that gives more than it was asked for, as one that ignores the size hint may. */
class GenerousStorage extends MemoryStorage {
  override entries(lo: number, hi: number): Entry[] {
    return super.entries(lo, hi, Number.POSITIVE_INFINITY);
  }
}

/** A leader of 1 and 2 that nobody answers. */
function partitionedLeader(maxUncommittedEntriesSize: number): RawMember {
  const member = new RawMember({ voters: [1n, 2n], maxUncommittedEntriesSize });
  member.raw.campaign();
  member.settle();
  member.raw.step(newMessage({ type: T.MsgVoteResp, from: 2n, to: 1n, term: 1 }));
  member.settle();
  member.take();
  return member;
}

function isDropped(error: unknown): boolean {
  return error instanceof RaftError && error.code === "ProposalDropped" && error.message === "raft proposal dropped";
}

const acknowledgeAll = (member: RawMember): void => {
  member.raw.step(newMessage({ type: T.MsgAppResp, from: 2n, to: 1n, term: 1, index: member.storage.lastIndex() }));
  member.settle();
};

describe("raft/raw-node-limits", () => {
  it("hands out committed entries one at a time where no limit at all is set", () => {
    const member = new RawMember({ maxSizePerMsg: 0 });
    member.raw.campaign();
    member.settle();
    for (let i = 0; i < 3; i++) member.raw.propose(payload(10));
    const pages = member.settle().map(({ committedEntries }) => committedEntries.length);
    assert.deepEqual(
      pages.filter((n) => n > 0),
      [1, 1, 1],
    );
  });

  it("hands out committed entries in pages of the size that is set, none twice and none left out", () => {
    for (const limit of [1, 60, 100, 1000]) {
      const member = new RawMember({ maxCommittedSizePerReady: limit });
      member.raw.campaign();
      member.settle();
      for (let i = 0; i < 20; i++) member.raw.propose(payload(i * 3));
      for (const { committedEntries } of member.settle()) {
        assert.ok(committedEntries.length <= 1 || entriesSize(committedEntries) <= limit);
      }
      assert.deepEqual(
        member.applied.map(({ index }) => index),
        Array.from({ length: 21 }, (_, i) => i + 1),
      );
    }
  });

  it("never lets the commit index fall, and skips nothing, after a restart over a storage that ignores size hints", () => {
    const storage = new GenerousStorage();
    storage.applySnapshot(storageWith([1n]).snapshot());
    const entries = Array.from({ length: 10 }, (_, i) => newEntry({ term: 1, index: i + 1, data: payload(1) }));
    storage.append(entries);
    storage.setHardState(newHardState({ term: 1, vote: 1n, commit: 9 }));
    const member = new RawMember({ storage, maxSizePerMsg: entriesSize(entries.slice(0, 9)) - 1 });
    let commit = 9;
    for (const { hardState } of member.settle()) {
      if (hardState === undefined) continue;
      assert.ok(hardState.commit >= commit);
      commit = hardState.commit;
    }
    assert.equal(member.raw.basicStatus().applied, 9);
    member.raw.campaign();
    member.settle();
    member.raw.propose(payload(1));
    member.settle();
    assert.deepEqual(
      member.applied.map(({ index }) => index),
      Array.from({ length: 12 }, (_, i) => i + 1),
    );
  });

  it("counts entries handed out and not yet acknowledged against the page when storage writes are asynchronous", () => {
    const member = new RawMember({ maxCommittedSizePerReady: 50, asyncStorageWrites: true });
    member.raw.campaign();
    member.settle();
    for (let i = 0; i < 4; i++) member.raw.propose(payload(30));
    const { raw, storage } = member;
    const append = raw.ready().messages.find(({ type }) => type === T.MsgStorageAppend);
    storage.append(append?.entries ?? []);
    for (const response of append?.responses ?? []) raw.step(response);
    const taken: number[][] = [];
    const apply = (): ReturnType<typeof newMessage> | undefined => {
      const job = raw.ready().messages.find(({ type }) => type === T.MsgStorageApply);
      if (job !== undefined) taken.push(job.entries.map(({ index }) => index));
      return job;
    };
    const first = apply();
    assert.equal(apply(), undefined, "the page is full until it is acknowledged");
    for (const response of first?.responses ?? []) raw.step(response);
    apply();
    assert.deepEqual(taken, [[2], [3]]);
  });

  it("sends a member that was cut off appends within the size limit, but for single large entries", () => {
    const limit = 2048;
    const member = new RawMember({ voters: [1n, 2n], maxSizePerMsg: limit });
    member.raw.campaign();
    member.settle();
    member.raw.step(newMessage({ type: T.MsgVoteResp, from: 2n, to: 1n, term: 1 }));
    for (let i = 0; i < 50; i++) member.raw.propose(payload(i === 25 ? 3 * limit : 500));
    member.settle();
    member.take();
    member.raw.step(newMessage({ type: T.MsgAppResp, from: 2n, to: 1n, term: 1, index: 1 }));
    member.settle();
    const appends = member.take().filter(({ type, entries }) => type === T.MsgApp && entries.length > 0);
    assert.deepEqual(
      appends.flatMap(({ entries }) => entries.map(({ index }) => index)),
      Array.from({ length: 50 }, (_, i) => i + 2),
    );
    for (const { entries } of appends) assert.ok(entries.length === 1 || entriesSize(entries) <= limit);
    assert.equal(appends.filter(({ entries }) => entriesSize(entries) > limit).length, 1);
  });

  it("drops proposals beyond the limit of uncommitted payload, and takes them once it was applied", () => {
    const member = partitionedLeader(100);
    for (let i = 0; i < 4; i++) member.raw.propose(payload(25));
    assert.throws(() => member.raw.propose(payload(1)), isDropped);
    assert.ok(
      member.lines.includes(
        "WARN 1 appending new entries to log would exceed uncommitted entry size limit; dropping proposal",
      ),
    );
    member.raw.propose(payload(0));
    member.settle();
    acknowledgeAll(member);
    member.raw.propose(payload(100));
    assert.throws(() => member.raw.propose(payload(1)), isDropped);
  });

  it("takes one proposal of any size while nothing is uncommitted", () => {
    const member = partitionedLeader(100);
    member.raw.propose(payload(5000));
    assert.throws(() => member.raw.propose(payload(1)), isDropped);
    member.settle();
    acknowledgeAll(member);
    member.raw.propose(payload(1));
  });

  it("has no limit of uncommitted payload unless told", () => {
    const member = partitionedLeader(0);
    for (let i = 0; i < 100; i++) member.raw.propose(payload(10_000));
    member.settle();
    assert.equal(member.storage.lastIndex(), 101);
  });

  it("starts to count uncommitted payload anew in each term", () => {
    const member = partitionedLeader(100);
    member.raw.propose(payload(100));
    member.settle();
    member.raw.step(newMessage({ type: T.MsgHeartbeat, from: 2n, to: 1n, term: 2 }));
    member.raw.campaign();
    member.settle();
    member.raw.step(newMessage({ type: T.MsgVoteResp, from: 2n, to: 1n, term: 3 }));
    member.settle();
    member.raw.propose(payload(100));
    assert.throws(() => member.raw.propose(payload(1)), isDropped);
  });

  it("takes a configuration change again that was dropped for its size", () => {
    const member = partitionedLeader(20);
    acknowledgeAll(member);
    member.raw.propose(payload(19));
    const change = { kind: "v1", change: newConfChange({ nodeId: 3n, context: payload(50) }) } as const;
    assert.throws(() => member.raw.proposeConfChange(change), isDropped);
    member.settle();
    acknowledgeAll(member);
    member.raw.proposeConfChange(change);
    member.settle();
    acknowledgeAll(member);
    assert.deepEqual(
      member.confStates.map(({ voters }) => voters),
      [[1n, 2n, 3n]],
    );
    assert.ok(!member.lines.some((line) => line.includes("ignoring conf change")));
  });
});
