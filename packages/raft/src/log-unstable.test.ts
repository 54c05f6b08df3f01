import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { InvariantViolation, silentLogger } from "@quorate/base";
import { newEntry, newSnapshot, newSnapshotMetadata } from "@quorate/proto";
import { Unstable } from "./log-unstable.ts";

type Init = {
  readonly offset: number;
  readonly terms?: readonly number[];
  readonly snapshot?: readonly [index: number, term: number];
  readonly inProgress?: number;
};

const lines: string[] = [];
const logger = { ...silentLogger, info: (line: string): void => void lines.push(line) };

/** An unstable tail of entries from `offset` on with these terms. */
function unstable({ offset, terms = [], snapshot, inProgress = offset }: Init): Unstable {
  lines.length = 0;
  const made = new Unstable(offset, logger);
  made.entries = terms.map((term, i) => newEntry({ term, index: offset + i }));
  if (snapshot !== undefined) {
    made.snapshot = newSnapshot({ metadata: newSnapshotMetadata({ index: snapshot[0], term: snapshot[1] }) });
  }
  made.offsetInProgress = inProgress;
  return made;
}

/** `index/term ...`, with a bar where the entries in progress end. */
function picture(u: Unstable): string {
  const entries = u.entries.map(({ index, term }) => `${index === u.offsetInProgress ? "|" : ""}${index}/${term}`);
  return `${u.offset}: ${entries.join(" ")}${u.offsetInProgress === u.offset + u.entries.length ? "|" : ""}`;
}

const run = (from: number, ...terms: number[]): ReturnType<typeof newEntry>[] =>
  terms.map((term, i) => newEntry({ index: from + i, term }));

describe("raft/log-unstable", () => {
  it("knows a first index only from a snapshot, and a last one from entries, else from a snapshot", () => {
    const table: readonly (readonly [Init, number | undefined, number | undefined])[] = [
      [{ offset: 5, terms: [1] }, undefined, 5],
      [{ offset: 0 }, undefined, undefined],
      [{ offset: 5, terms: [1], snapshot: [4, 1] }, 5, 5],
      [{ offset: 5, snapshot: [4, 1] }, 5, 4],
    ];
    for (const [init, first, last] of table) {
      const made = unstable(init);
      assert.deepEqual([made.maybeFirstIndex(), made.maybeLastIndex()], [first, last]);
    }
  });

  it("knows the terms of its entries and of its snapshot, and no others", () => {
    const made = unstable({ offset: 5, terms: [2, 3], snapshot: [4, 1] });
    assert.deepEqual(
      [3, 4, 5, 6, 7].map((index) => made.maybeTerm(index)),
      [undefined, 1, 2, 3, undefined],
    );
    assert.equal(unstable({ offset: 5, terms: [2] }).maybeTerm(4), undefined);
  });

  it("starts over behind a snapshot", () => {
    const made = unstable({ offset: 5, terms: [1], snapshot: [4, 1], inProgress: 6 });
    made.snapshotInProgress = true;
    const snapshot = newSnapshot({ metadata: newSnapshotMetadata({ index: 6, term: 2 }) });
    made.restore(snapshot);
    assert.deepEqual([made.offset, made.offsetInProgress, made.entries, made.snapshotInProgress], [7, 7, [], false]);
    assert.equal(made.nextSnapshot(), snapshot);
  });

  it("hands out what is not in progress", () => {
    const made = unstable({ offset: 5, terms: [1, 1], inProgress: 6, snapshot: [4, 1] });
    assert.deepEqual(made.nextEntries(), run(6, 1));
    assert.equal(made.hasNextEntries(), true);
    assert.equal(made.nextSnapshot()?.metadata.index, 4);
    made.acceptInProgress();
    assert.deepEqual([made.nextEntries(), made.hasNextEntries(), made.nextSnapshot()], [[], false, undefined]);
    assert.equal(picture(made), "5: 5/1 6/1|");
  });

  it("has nothing to mark in progress when it is empty", () => {
    const made = unstable({ offset: 5 });
    made.acceptInProgress();
    assert.deepEqual([made.offsetInProgress, made.snapshotInProgress], [5, false]);
  });

  it("drops what became durable, once", () => {
    const made = unstable({ offset: 5, terms: [1, 1, 1], inProgress: 7 });
    made.stableTo({ index: 6, term: 1 });
    assert.equal(picture(made), "7: |7/1");
    made.stableTo({ index: 6, term: 1 });
    assert.equal(picture(made), "7: |7/1");
    assert.deepEqual(lines, ["entry at index 6 missing from unstable log; ignoring"]);
    made.stableTo({ index: 7, term: 1 });
    assert.equal(picture(made), "8: |");
  });

  it("leaves what else is in progress in progress", () => {
    const made = unstable({ offset: 5, terms: [1, 1, 1, 1], inProgress: 8 });
    made.stableTo({ index: 5, term: 1 });
    assert.equal(picture(made), "6: 6/1 7/1 |8/1");
    made.stableTo({ index: 8, term: 1 });
    assert.equal(picture(made), "9: |");
  });

  it("does not change what it was given", () => {
    const made = unstable({ offset: 5, terms: [1] });
    const given = run(5, 2);
    made.truncateAndAppend(given);
    made.truncateAndAppend(run(6, 2));
    assert.deepEqual(given, run(5, 2));
  });

  it("ignores the acknowledgement of an entry that was overwritten", () => {
    const made = unstable({ offset: 5, terms: [2, 2] });
    made.stableTo({ index: 6, term: 1 });
    assert.equal(picture(made), "5: |5/2 6/2");
    assert.deepEqual(lines, ["entry at (index,term)=(6,1) mismatched with entry at (6,2) in unstable log; ignoring"]);
  });

  it("ignores the acknowledgement of the entry that its snapshot stands for", () => {
    const made = unstable({ offset: 5, terms: [2], snapshot: [4, 1] });
    made.stableTo({ index: 4, term: 1 });
    assert.equal(picture(made), "5: |5/2");
    assert.deepEqual(lines, ["entry at index 4 matched unstable snapshot; ignoring"]);
  });

  it("drops its snapshot only for the index of that snapshot", () => {
    const made = unstable({ offset: 5, snapshot: [4, 1] });
    made.acceptInProgress();
    made.stableSnapshotTo(3);
    assert.equal(made.snapshot?.metadata.index, 4);
    made.stableSnapshotTo(4);
    assert.deepEqual([made.snapshot, made.snapshotInProgress], [undefined, false]);
  });

  it("appends, replaces and truncates, and takes back what is in progress where it was overwritten", () => {
    const replace = (from: number): string => `replace the unstable entries from index ${from}`;
    const truncate = (from: number): string => `truncate the unstable entries before index ${from}`;
    const table: readonly (readonly [Init, ReturnType<typeof newEntry>[], string, string?])[] = [
      [{ offset: 5, terms: [1] }, run(6, 1, 1), "5: |5/1 6/1 7/1"],
      [{ offset: 5, terms: [1], inProgress: 6 }, run(6, 1, 1), "5: 5/1 |6/1 7/1"],
      [{ offset: 5, terms: [1] }, run(5, 2, 2), "5: |5/2 6/2", replace(5)],
      [{ offset: 5, terms: [1] }, run(4, 2, 2, 2), "4: |4/2 5/2 6/2", replace(4)],
      [{ offset: 5, terms: [1], inProgress: 6 }, run(5, 2, 2), "5: |5/2 6/2", replace(5)],
      [{ offset: 5, terms: [1, 1, 1] }, run(6, 2), "5: |5/1 6/2", truncate(6)],
      [{ offset: 5, terms: [1, 1, 1] }, run(7, 2, 2), "5: |5/1 6/1 7/2 8/2", truncate(7)],
      [{ offset: 5, terms: [1, 1, 1], inProgress: 6 }, run(6, 2), "5: 5/1 |6/2", truncate(6)],
      [{ offset: 5, terms: [1, 1, 1], inProgress: 7 }, run(6, 2), "5: 5/1 |6/2", truncate(6)],
    ];
    for (const [init, entries, expected, line] of table) {
      const made = unstable(init);
      made.truncateAndAppend(entries);
      assert.equal(picture(made), expected);
      assert.deepEqual(lines, line === undefined ? [] : [line]);
    }
  });

  it("refuses a gap", () => {
    assert.throws(() => unstable({ offset: 5, terms: [1] }).truncateAndAppend(run(7, 1)), InvariantViolation);
  });

  it("does not change what it handed out", () => {
    const made = unstable({ offset: 5, terms: [1, 1, 1] });
    const handedOut = made.nextEntries();
    made.truncateAndAppend(run(6, 2));
    made.truncateAndAppend(run(7, 2));
    assert.deepEqual(handedOut, run(5, 1, 1, 1));
  });

  it("slices only what it holds", () => {
    const made = unstable({ offset: 5, terms: [1, 2, 3] });
    assert.deepEqual(made.slice(6, 8), run(6, 2, 3));
    assert.deepEqual(made.slice(8, 8), []);
    for (const [lo, hi] of [
      [4, 6],
      [5, 9],
      [7, 6],
    ] as const)
      assert.throws(() => made.slice(lo, hi), InvariantViolation);
  });
});
