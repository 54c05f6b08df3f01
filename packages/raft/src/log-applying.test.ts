import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { silentLogger } from "@quorate/base";
import { type Entry, newEntry, newSnapshot, newSnapshotMetadata } from "@quorate/proto";
import { entriesSize } from "./entries.ts";
import { RaftLog } from "./log.ts";
import { MemoryStorage } from "./memory-storage.ts";

const NO_LIMIT = Number.POSITIVE_INFINITY;
const entry = (index: number): Entry => newEntry({ index, term: 1, data: new Uint8Array(1000) });
const SIZE = entriesSize([entry(4)]);

/** Entries 4 to 6 behind a snapshot at 3: 4 durable, 5 and 6 not; committed up to 5, applied up to 3. */
function log(budget: number = NO_LIMIT): RaftLog {
  const storage = new MemoryStorage();
  storage.applySnapshot(newSnapshot({ metadata: newSnapshotMetadata({ index: 3, term: 1 }) }));
  const made = new RaftLog(storage, silentLogger, budget);
  made.append([4, 5, 6].map(entry));
  storage.append([entry(4)]);
  made.stableTo({ index: 4, term: 1 });
  made.commitTo(5);
  made.appliedTo(3, 0);
  return made;
}

const indexes = (entries: readonly Entry[]): number[] => entries.map(({ index }) => index);

describe("raft/log-applying", () => {
  it("hands out committed entries, those not durable here only if allowed", () => {
    const made = log();
    assert.deepEqual(indexes(made.nextCommittedEntries(true)), [4, 5]);
    assert.deepEqual(indexes(made.nextCommittedEntries(false)), [4]);
    made.acceptApplying(4, SIZE, false);
    assert.deepEqual(indexes(made.nextCommittedEntries(true)), [5]);
    assert.equal(made.hasNextCommittedEntries(false), false);
    made.acceptApplying(5, SIZE, true);
    assert.equal(made.hasNextCommittedEntries(true), false);
  });

  it("hands out nothing while a snapshot is on its way to the disk", () => {
    const made = log();
    made.restore(newSnapshot({ metadata: newSnapshotMetadata({ index: 9, term: 2 }) }));
    made.append([newEntry({ index: 10, term: 2 })]);
    made.commitTo(10);
    assert.deepEqual(made.nextCommittedEntries(true), []);
    made.acceptUnstable();
    assert.equal(made.hasNextCommittedEntries(true), false);
    made.stableSnapshotTo(9);
    made.appliedTo(9, 0);
    assert.deepEqual(indexes(made.nextCommittedEntries(true)), [10]);
  });

  it("pauses when the budget is used up, and goes on when enough was applied", () => {
    for (const [budget, first] of [
      [SIZE - 1, [4]],
      [SIZE, [4]],
      [2 * SIZE - 1, [4]],
      [2 * SIZE, [4, 5]],
    ] as const) {
      const made = log(budget);
      const page = made.nextCommittedEntries(true);
      assert.deepEqual(indexes(page), first, `budget ${budget}`);
      made.acceptApplying(page[page.length - 1]?.index ?? 0, entriesSize(page), true);
      assert.equal(made.hasNextCommittedEntries(true), false);
      assert.equal(made.applyingEntriesPaused, true);
      made.appliedTo(4, SIZE);
      assert.deepEqual(indexes(made.nextCommittedEntries(true)), first.length === 1 ? [5] : []);
    }
  });

  it("pauses where the next entry would not have fitted, budget left or not", () => {
    const made = log(2 * SIZE - 1);
    made.acceptApplying(4, SIZE, true);
    assert.equal(made.applyingEntriesPaused, true, "entry 5 was left behind");
    const exact = log(2 * SIZE + 1);
    exact.acceptApplying(5, 2 * SIZE, true);
    assert.equal(exact.applyingEntriesPaused, false, "everything was handed out and one byte is left");
  });

  it("counts only what may be handed out as left behind", () => {
    const made = log(10 * SIZE);
    made.acceptApplying(4, SIZE, false);
    assert.equal(made.applyingEntriesPaused, false, "entry 5 is not durable, so it could not be handed out");
  });

  it("frees no more than was handed out", () => {
    const made = log(SIZE);
    made.acceptApplying(4, SIZE, true);
    made.appliedTo(4, 10 * SIZE);
    assert.equal(made.applyingEntriesPaused, false);
    made.acceptApplying(5, SIZE, true);
    assert.equal(made.applyingEntriesPaused, true);
  });

  it("moves applied and applying only forward, and never beyond the commit index", () => {
    const made = log();
    made.acceptApplying(5, 2 * SIZE, true);
    made.appliedTo(4, SIZE);
    assert.deepEqual([made.applied, made.applying], [4, 5]);
    made.appliedTo(5, SIZE);
    assert.deepEqual([made.applied, made.applying], [5, 5]);
    assert.throws(() => made.appliedTo(4, 0), /applied\(4\) is out of range \[prevApplied\(5\), committed\(5\)\]/);
    assert.throws(() => made.appliedTo(6, 0), /applied\(6\) is out of range/);
    assert.throws(
      () => made.acceptApplying(6, 0, true),
      /applying\(6\) is out of range \[prevApplying\(5\), committed\(5\)\]/,
    );
  });

  it("counts what the application applied without being handed it as handed out", () => {
    const made = log();
    made.appliedTo(5, 0);
    assert.deepEqual([made.applied, made.applying], [5, 5]);
  });

  it("hands out to the disk what is not on its way there", () => {
    const made = log();
    assert.deepEqual(indexes(made.nextUnstableEntries()), [5, 6]);
    made.acceptUnstable();
    assert.deepEqual([made.hasNextUnstableEntries(), made.hasNextOrInProgressUnstableEntries()], [false, true]);
    made.stableTo({ index: 6, term: 1 });
    assert.equal(made.hasNextOrInProgressUnstableEntries(), false);
  });
});
