import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { InvariantViolation, silentLogger } from "@quorate/base";
import { type Entry, newEntry, newSnapshot, newSnapshotMetadata } from "@quorate/proto";
import { entriesSize } from "./entries.ts";
import { RaftError } from "./errors.ts";
import { RaftLog } from "./log.ts";
import { MemoryStorage } from "./memory-storage.ts";

const NO_LIMIT = Number.POSITIVE_INFINITY;
const run = (from: number, ...terms: number[]): Entry[] =>
  terms.map((term, i) => newEntry({ index: from + i, term, data: new Uint8Array(10) }));
const ids = (entries: readonly Entry[]): string => entries.map(({ index, term }) => `${index}/${term}`).join(" ");
const contents = (log: RaftLog): string => ids(log.entries(log.firstIndex(), NO_LIMIT));

const lines: string[] = [];
const logger = { ...silentLogger, info: (line: string): void => void lines.push(line) };

/** A log with entries 1.. of `stable` terms in storage and `unstable` terms behind them. */
function log(stable: readonly number[], unstable: readonly number[] = []): RaftLog {
  const storage = new MemoryStorage();
  storage.append(run(1, ...stable));
  const made = new RaftLog(storage, logger);
  made.append(run(stable.length + 1, ...unstable));
  lines.length = 0;
  return made;
}

/** A log behind a compacted part that ends at (index, term). */
function logFrom(index: number, term: number, unstable: readonly number[] = []): RaftLog {
  const storage = new MemoryStorage();
  storage.applySnapshot(newSnapshot({ metadata: newSnapshotMetadata({ index, term }) }));
  const made = new RaftLog(storage, logger);
  made.append(run(index + 1, ...unstable));
  return made;
}

describe("raft/log", () => {
  it("finds the first entry that conflicts or is new", () => {
    const table: readonly (readonly [Entry[], number])[] = [
      [[], 0],
      [run(1, 1, 2, 3), 0],
      [run(2, 2, 3), 0],
      [run(1, 1, 2, 3, 4, 4), 4],
      [run(4, 4, 4), 4],
      [run(1, 4, 4), 1],
      [run(2, 1, 4, 4), 2],
      [run(3, 1, 2, 4), 3],
    ];
    for (const [entries, conflict] of table) {
      const made = log([1, 2], [3]);
      assert.equal(made.findConflict(entries), conflict, ids(entries));
    }
    assert.deepEqual(lines, ["found conflict at index 3 [existing term: 3, conflicting term: 1]"]);
  });

  it("finds the largest index whose term is at most the one given, within what it knows", () => {
    const made = logFrom(2, 1, [2, 2, 4]);
    const table: readonly (readonly [number, number, number, number])[] = [
      // index, term -> index, term
      [5, 9, 5, 4],
      [5, 3, 4, 2],
      [4, 1, 2, 1],
      [3, 1, 2, 1],
      [5, 0, 1, 0],
      [2, 0, 1, 0],
      [9, 4, 9, 0],
      [1, 9, 1, 0],
      [0, 0, 0, 0],
    ];
    for (const [index, term, atIndex, atTerm] of table) {
      assert.deepEqual(made.findConflictByTerm(index, term), { index: atIndex, term: atTerm }, `${index} ${term}`);
    }
    const whole = log([2, 2, 5]);
    assert.deepEqual(whole.findConflictByTerm(3, 1), { index: 0, term: 0 });
  });

  it("compares logs by last term, then by length", () => {
    const made = log([1, 2, 3]);
    const table: readonly (readonly [number, number, boolean])[] = [
      [2, 4, true],
      [3, 4, true],
      [4, 4, true],
      [2, 2, false],
      [4, 2, false],
      [2, 3, false],
      [3, 3, true],
      [4, 3, true],
    ];
    for (const [index, term, expected] of table) assert.equal(made.isUpToDate({ index, term }), expected);
  });

  it("appends behind what it holds, and replaces what conflicts", () => {
    const table: readonly (readonly [Entry[], string, number])[] = [
      [[], "1/1 2/2", 3],
      [run(3, 2), "1/1 2/2 3/2", 3],
      [run(1, 2), "1/2", 1],
      [run(2, 3, 3), "1/1 2/3 3/3", 2],
    ];
    for (const [entries, expected, offset] of table) {
      const made = log([1, 2]);
      assert.equal(made.append(entries), expected.split(" ").length);
      assert.equal(contents(made), expected);
      assert.equal(made.unstable.offset, offset);
    }
  });

  it("never replaces a committed entry by its own doing", () => {
    const made = log([1, 2, 3]);
    made.commitTo(2);
    assert.throws(() => made.append(run(2, 9)), /after\(1\) is out of range \[committed\(2\)\]/);
  });

  it("takes a leader's slice where it connects, and commits no further than it reaches", () => {
    type Row = {
      prev: readonly [index: number, term: number];
      terms: number[];
      commit: number;
      last?: number;
      committed: number;
      log?: string;
    };
    const table: readonly Row[] = [
      { prev: [3, 2], terms: [4], commit: 3, committed: 1 },
      { prev: [4, 4], terms: [4], commit: 3, committed: 1 },
      { prev: [3, 3], terms: [], commit: 3, last: 3, committed: 3 },
      { prev: [3, 3], terms: [], commit: 4, last: 3, committed: 3 },
      { prev: [3, 3], terms: [], commit: 2, last: 3, committed: 2 },
      { prev: [3, 3], terms: [], commit: 0, last: 3, committed: 1 },
      { prev: [0, 0], terms: [], commit: 3, last: 0, committed: 1 },
      { prev: [3, 3], terms: [4], commit: 3, last: 4, committed: 3, log: "1/1 2/2 3/3 4/4" },
      { prev: [3, 3], terms: [4], commit: 9, last: 4, committed: 4, log: "1/1 2/2 3/3 4/4" },
      { prev: [3, 3], terms: [4, 4], commit: 3, last: 5, committed: 3, log: "1/1 2/2 3/3 4/4 5/4" },
      { prev: [2, 2], terms: [4], commit: 3, last: 3, committed: 3, log: "1/1 2/2 3/4" },
      { prev: [1, 1], terms: [4], commit: 3, last: 2, committed: 2, log: "1/1 2/4" },
      { prev: [1, 1], terms: [2, 3], commit: 1, last: 3, committed: 1, log: "1/1 2/2 3/3" },
      { prev: [1, 1], terms: [2], commit: 3, last: 2, committed: 2, log: "1/1 2/2 3/3" },
    ];
    for (const row of table) {
      const made = log([1, 2], [3]);
      made.commitTo(1);
      const [index, term] = row.prev;
      const slice = { term: 9, prev: { index, term }, entries: run(index + 1, ...row.terms) };
      assert.equal(made.maybeAppend(slice, row.commit), row.last);
      assert.equal(made.committed, row.committed);
      assert.equal(contents(made), row.log ?? "1/1 2/2 3/3");
    }
  });

  it("refuses a slice that contradicts a committed entry, and keeps its log", () => {
    const made = log([1, 2], [3]);
    made.commitTo(2);
    const slice = { term: 9, prev: { index: 1, term: 1 }, entries: run(2, 4) };
    assert.throws(
      () => made.maybeAppend(slice, 3),
      (error) =>
        error instanceof RaftError &&
        error.code === "InvalidMessage" &&
        error.message === "entry 2 conflict with committed entry [committed(2)]",
    );
    assert.deepEqual([contents(made), made.committed], ["1/1 2/2 3/3", 2]);
  });

  it("moves its commit index forward, never back, and never past its end", () => {
    const made = log([1, 2], [3]);
    made.commitTo(2);
    made.commitTo(1);
    assert.equal(made.committed, 2);
    assert.throws(
      () => made.commitTo(4),
      (error) =>
        error instanceof RaftError &&
        error.code === "CommitOutOfRange" &&
        error.message === "tocommit(4) is out of range [lastIndex(3)]. Was the raft log corrupted, truncated, or lost?",
    );
    assert.equal(made.committed, 2);
  });

  it("commits only an entry that it holds under the term given, and that is news", () => {
    const made = log([1, 2, 3]);
    made.commitTo(1);
    for (const id of [
      { index: 2, term: 3 },
      { index: 1, term: 1 },
      { index: 4, term: 3 },
      { index: 2, term: 0 },
    ]) {
      assert.equal(made.maybeCommit(id), false);
    }
    assert.equal(made.maybeCommit({ index: 3, term: 3 }), true);
    assert.equal(made.committed, 3);
  });

  it("knows the terms from the compacted entry to its end", () => {
    const made = logFrom(100, 1, [2, 3]);
    for (const [index, code] of [
      [98, "Compacted"],
      [99, "Compacted"],
      [103, "Unavailable"],
    ] as const) {
      assert.throws(
        () => made.term(index),
        (error) => error instanceof RaftError && error.code === code,
      );
      assert.equal(made.termOrUndefined(index), undefined);
    }
    for (const [index, term] of [
      [100, 1],
      [101, 2],
      [102, 3],
    ] as const) {
      assert.equal(made.term(index), term);
      assert.equal(made.termOrUndefined(index), term);
    }
  });

  it("takes everything before a snapshot that is not yet durable for compacted", () => {
    const made = logFrom(100, 1);
    made.restore(newSnapshot({ metadata: newSnapshotMetadata({ index: 105, term: 2 }) }));
    for (const index of [100, 101, 104]) assert.throws(() => made.term(index), /due to compaction/);
    assert.equal(made.term(105), 2);
    assert.throws(() => made.term(106), /is unavailable$/);
  });

  it("is nothing but the snapshot after a restore", () => {
    const made = log([1, 1], [1]);
    lines.length = 0;
    made.restore(newSnapshot({ metadata: newSnapshotMetadata({ index: 1000, term: 7 }) }));
    assert.deepEqual(
      [made.firstIndex(), made.lastIndex(), made.committed, made.unstable.offset],
      [1001, 1000, 1000, 1001],
    );
    assert.deepEqual(made.lastEntryId(), { index: 1000, term: 7 });
    assert.deepEqual(lines, [
      "log [committed=0, applied=0, applying=0, unstable.offset=3, unstable.offsetInProgress=3, len(unstable.Entries)=1] " +
        "starts to restore snapshot [index: 1000, term: 7]",
    ]);
    assert.throws(
      () => made.restore(newSnapshot({ metadata: newSnapshotMetadata({ index: 1000, term: 7 }) })),
      InvariantViolation,
    );
  });

  it("goes on rightly after compaction of its storage", () => {
    const storage = new MemoryStorage();
    storage.append(run(1, ...Array.from({ length: 750 }, (_, i) => i + 1)));
    const made = new RaftLog(storage, silentLogger);
    made.append(run(751, ...Array.from({ length: 250 }, (_, i) => i + 751)));
    made.commitTo(1000);
    made.appliedTo(1000, 0);
    storage.compact(500);
    for (let index = 500; index <= 1000; index++) assert.equal(made.term(index), index);
    assert.equal(made.firstIndex(), 501);
    assert.equal(made.nextUnstableEntries().length, 250);
    made.append(run(1001, 1001));
    assert.equal(made.lastIndex(), 1001);
    assert.equal(made.entries(501, NO_LIMIT).length, 501);
    assert.throws(() => storage.compact(500), RaftError);
    assert.throws(() => storage.compact(1001), InvariantViolation);
  });

  it("slices across storage and the unstable part", () => {
    const made = logFrom(100, 1, [1, 1, 2, 2]);
    const stored = made.storage as MemoryStorage;
    stored.append(made.nextUnstableEntries().slice(0, 2));
    made.acceptUnstable();
    made.stableTo({ index: 102, term: 1 });
    assert.equal(made.unstable.offset, 103);
    const size = entriesSize(run(101, 1));
    const table: readonly (readonly [number, number, number, string])[] = [
      [101, 101, NO_LIMIT, ""],
      [101, 102, NO_LIMIT, "101/1"],
      [102, 104, NO_LIMIT, "102/1 103/2"],
      [103, 105, NO_LIMIT, "103/2 104/2"],
      [101, 105, NO_LIMIT, "101/1 102/1 103/2 104/2"],
      [101, 105, 0, "101/1"],
      [101, 105, size, "101/1"],
      [101, 105, 2 * size - 1, "101/1"],
      [101, 105, 2 * size, "101/1 102/1"],
      [101, 105, 3 * size - 1, "101/1 102/1"],
      [101, 105, 3 * size, "101/1 102/1 103/2"],
      [101, 105, 4 * size, "101/1 102/1 103/2 104/2"],
      [103, 105, 0, "103/2"],
      [102, 105, size - 1, "102/1"],
    ];
    for (const [lo, hi, limit, expected] of table)
      assert.equal(ids(made.slice(lo, hi, limit)), expected, `${lo} ${hi} ${limit}`);
    assert.equal(ids(made.entries(105, 0)), "");
  });

  it("leaves no gap where a small unstable entry would fit behind a large stable one that does not", () => {
    const storage = new MemoryStorage();
    const [small, large, tail] = [1, 1000, 1].map((size, i) =>
      newEntry({ index: i + 1, term: 1, data: new Uint8Array(size) }),
    ) as [Entry, Entry, Entry];
    storage.append([small, large]);
    const made = new RaftLog(storage, logger);
    made.append([tail]);
    assert.equal(ids(made.slice(1, 4, entriesSize([small, tail]))), "1/1");
    assert.equal(ids(made.slice(1, 4, entriesSize([small, large, tail]) - 1)), "1/1 2/1");
  });

  it("refuses a slice from the compacted part, and breaks on one past its end", () => {
    const made = logFrom(100, 1, [1, 1]);
    assert.throws(() => made.slice(100, 102, 1), /due to compaction/);
    assert.throws(() => made.slice(99, 100, 1), /due to compaction/);
    assert.throws(() => made.slice(101, 104, 1), /slice\[101,104\) out of bound \[101,102\]/);
    assert.throws(() => made.slice(103, 102, 1), /invalid slice 103 > 102/);
    assert.deepEqual(made.slice(103, 103, 1), []);
  });

  it("scans in pages that together are the slice, and stops when told to", () => {
    const made = log([1, 1, 2], [2, 3, 3]);
    for (const pageSize of [0, 1, 30, 50, 100, NO_LIMIT]) {
      const seen: Entry[] = [];
      made.scan(2, 7, pageSize, (page) => {
        assert.ok(page.length === 1 || entriesSize(page) <= pageSize);
        seen.push(...page);
        return true;
      });
      assert.equal(ids(seen), "2/1 3/2 4/2 5/3 6/3");
    }
    let pages = 0;
    made.scan(1, 7, 0, () => ++pages < 2);
    assert.equal(pages, 2);
  });
});
