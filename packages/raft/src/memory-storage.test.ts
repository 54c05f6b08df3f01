import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { InvariantViolation } from "@quorate/base";
import { newConfState, newEntry, newHardState, newSnapshot, newSnapshotMetadata, type Snapshot } from "@quorate/proto";
import { entriesSize } from "./entries.ts";
import { RaftError, type RaftErrorCode } from "./errors.ts";
import { MemoryStorage } from "./memory-storage.ts";

const NO_LIMIT = Number.POSITIVE_INFINITY;

const entry = (index: number, term = index): ReturnType<typeof newEntry> => newEntry({ index, term });

const snapshotAt = (index: number, term: number, voters: readonly bigint[] = []): Snapshot =>
  newSnapshot({ metadata: newSnapshotMetadata({ index, term, confState: newConfState({ voters: [...voters] }) }) });

/** Entries 4 to 6 behind a compacted part that ends with entry 3, each of the term of its index. */
function storage(): MemoryStorage {
  const made = new MemoryStorage();
  made.applySnapshot(snapshotAt(3, 3));
  made.append([entry(4), entry(5), entry(6)]);
  return made;
}

function refuses(code: RaftErrorCode, message: string, call: () => unknown): void {
  assert.throws(call, (error) => error instanceof RaftError && error.code === code && error.message === message);
}

const COMPACTED = ["Compacted", "requested index is unavailable due to compaction"] as const;
const UNAVAILABLE = ["Unavailable", "requested entry at index is unavailable"] as const;
const OUT_OF_DATE = ["SnapOutOfDate", "requested index is older than the existing snapshot"] as const;

describe("raft/memory-storage", () => {
  it("starts empty, before the first entry", () => {
    const made = new MemoryStorage();
    assert.deepEqual([made.firstIndex(), made.lastIndex(), made.term(0)], [1, 0, 0]);
    const { hardState, confState } = made.initialState();
    assert.deepEqual([hardState, confState], [newHardState(), newConfState()]);
    refuses(...UNAVAILABLE, () => made.entries(1, 1, NO_LIMIT));
  });

  it("knows the terms from the compacted entry to the last one", () => {
    const made = storage();
    refuses(...COMPACTED, () => made.term(2));
    assert.deepEqual(
      [3, 4, 5, 6].map((index) => made.term(index)),
      [3, 4, 5, 6],
    );
    refuses(...UNAVAILABLE, () => made.term(7));
  });

  it("gives entries from the first to the last, and refuses others", () => {
    const made = storage();
    refuses(...COMPACTED, () => made.entries(2, 6, NO_LIMIT));
    refuses(...COMPACTED, () => made.entries(3, 4, NO_LIMIT));
    assert.deepEqual(made.entries(4, 5, NO_LIMIT), [entry(4)]);
    assert.deepEqual(made.entries(4, 7, NO_LIMIT), [entry(4), entry(5), entry(6)]);
    refuses(...UNAVAILABLE, () => made.entries(4, 8, NO_LIMIT));
  });

  it("gives as many entries as fit, and at least one", () => {
    const made = storage();
    const size = entriesSize([entry(4)]);
    const table: readonly (readonly [number, number])[] = [
      [0, 1],
      [size - 1, 1],
      [size, 1],
      [2 * size - 1, 1],
      [2 * size, 2],
      [3 * size, 3],
    ];
    for (const [limit, count] of table) assert.equal(made.entries(4, 7, limit).length, count, `limit ${limit}`);
  });

  it("moves its first index by compaction, and its last by appending", () => {
    const made = storage();
    assert.deepEqual([made.firstIndex(), made.lastIndex()], [4, 6]);
    made.append([entry(7)]);
    made.compact(5);
    assert.deepEqual([made.firstIndex(), made.lastIndex()], [6, 7]);
  });

  it("compacts up to an entry that stays as the term before the first", () => {
    const made = storage();
    refuses(...COMPACTED, () => made.compact(2));
    refuses(...COMPACTED, () => made.compact(3));
    made.compact(6);
    assert.deepEqual([made.firstIndex(), made.lastIndex(), made.term(6)], [7, 6, 6]);
    refuses(...COMPACTED, () => made.entries(6, 7, NO_LIMIT));
    assert.throws(() => made.compact(7), /compact 7 is out of bound lastindex\(6\)/);
  });

  it("makes snapshots of what it holds, newer than the one before, with the configuration given or the last", () => {
    const made = storage();
    const data = Uint8Array.of(1);
    const first = made.createSnapshot(4, newConfState({ voters: [1n, 2n] }), data);
    assert.deepEqual([first.metadata.index, first.metadata.term, first.data], [4, 4, data]);
    const second = made.createSnapshot(5, undefined, data);
    assert.deepEqual([second.metadata.term, second.metadata.confState.voters], [5, [1n, 2n]]);
    assert.equal(made.snapshot(), second);
    assert.equal(first.metadata.index, 4, "a snapshot handed out does not change");
    refuses(...OUT_OF_DATE, () => made.createSnapshot(5, undefined, data));
    assert.throws(() => made.createSnapshot(7, undefined, data), InvariantViolation);
  });

  it("appends, replacing what it overlaps and everything behind", () => {
    const table: readonly (readonly [readonly (readonly [number, number])[], string])[] = [
      [[], "4/4 5/5 6/6"],
      [
        [
          [1, 1],
          [2, 2],
        ],
        "4/4 5/5 6/6",
      ],
      [
        [
          [3, 3],
          [4, 4],
          [5, 5],
          [6, 6],
        ],
        "4/4 5/5 6/6",
      ],
      [
        [
          [4, 9],
          [5, 9],
        ],
        "4/9 5/9",
      ],
      [
        [
          [2, 9],
          [3, 9],
          [4, 9],
        ],
        "4/9",
      ],
      [[[5, 9]], "4/4 5/9"],
      [[[7, 9]], "4/4 5/5 6/6 7/9"],
    ];
    for (const [ids, expected] of table) {
      const made = storage();
      made.append(ids.map(([index, term]) => entry(index, term)));
      const held = made.entries(4, made.lastIndex() + 1, NO_LIMIT).map(({ index, term }) => `${index}/${term}`);
      assert.equal(held.join(" "), expected);
    }
    assert.throws(() => storage().append([entry(8)]), /missing log entry \[last: 6, append at: 8\]/);
  });

  it("does not change entries that it handed out", () => {
    const made = storage();
    const before = made.entries(4, 7, NO_LIMIT);
    made.append([entry(5, 9)]);
    made.compact(4);
    assert.deepEqual(
      before.map(({ term }) => term),
      [4, 5, 6],
    );
  });

  it("takes a snapshot that is newer, in place of everything", () => {
    const made = storage();
    const newer = snapshotAt(20, 7, [1n]);
    made.applySnapshot(newer);
    assert.deepEqual([made.firstIndex(), made.lastIndex(), made.term(20)], [21, 20, 7]);
    assert.equal(made.snapshot(), newer);
    assert.deepEqual(made.initialState().confState.voters, [1n]);
    refuses(...OUT_OF_DATE, () => made.applySnapshot(snapshotAt(20, 7)));
    refuses(...OUT_OF_DATE, () => made.applySnapshot(snapshotAt(19, 9)));
  });

  it("takes a snapshot that has only a configuration, before there is another", () => {
    const made = new MemoryStorage();
    made.applySnapshot(snapshotAt(0, 0, [1n, 2n]));
    assert.deepEqual([made.firstIndex(), made.lastIndex(), made.initialState().confState.voters], [1, 0, [1n, 2n]]);
    refuses(...OUT_OF_DATE, () => storage().applySnapshot(snapshotAt(0, 0, [1n])));
  });

  it("gives back the state that was saved", () => {
    const made = storage();
    const hardState = newHardState({ term: 5, vote: 2n, commit: 6 });
    made.setHardState(hardState);
    assert.deepEqual(made.initialState().hardState, hardState);
  });
});
