import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Prng } from "@quorate/base";
import { newConfState, newEntry, newHardState, newSnapshot, newSnapshotMetadata } from "@quorate/proto";
import { CrashDisk, lastIndexOf } from "./raft-cluster-disk.ts";

const run = (from: number, ...terms: number[]): ReturnType<typeof newEntry>[] =>
  terms.map((term, i) => newEntry({ term, index: from + i }));
const write = (disk: CrashDisk, from: number, ...terms: number[]): void =>
  disk.write({ hardState: undefined, snapshot: undefined, entries: run(from, ...terms) });

describe("testkit/raft-cluster-disk", () => {
  it("shows what was written, and keeps what was synced through a crash", () => {
    const disk = new CrashDisk();
    write(disk, 1, 1, 1);
    disk.sync();
    write(disk, 3, 1);
    assert.deepEqual([disk.lastIndex(), lastIndexOf(disk.durable)], [3, 2]);
    const kept = new Set<number>();
    for (let seed = 0; seed < 20; seed++) {
      const copy = new CrashDisk();
      write(copy, 1, 1, 1);
      copy.sync();
      write(copy, 3, 1);
      write(copy, 4, 1);
      copy.crash(new Prng(seed));
      kept.add(copy.lastIndex());
      assert.equal(lastIndexOf(copy.durable), copy.lastIndex());
    }
    assert.deepEqual([...kept].sort(), [2, 3, 4]);
  });

  it("overwrites what is written again, and refuses a gap", () => {
    const disk = new CrashDisk();
    write(disk, 1, 1, 1, 1);
    write(disk, 2, 2);
    assert.deepEqual([disk.lastIndex(), disk.term(2)], [2, 2]);
    assert.throws(() => write(disk, 4, 2), /leaves a gap/);
  });

  it("freezes entries, so that whoever changes one after handing it out fails", () => {
    const disk = new CrashDisk();
    const entries = run(1, 1);
    disk.write({ hardState: newHardState({ term: 1 }), snapshot: undefined, entries });
    assert.throws(() => Object.assign(entries[0] ?? {}, { term: 2 }), TypeError);
  });

  it("is an interface to the log as raft expects it", () => {
    const disk = new CrashDisk();
    write(disk, 1, 1, 1, 2);
    disk.createSnapshot(2, newConfState({ voters: [1n] }), Uint8Array.of(1));
    assert.throws(() => disk.compact(3), /cannot compact to 3/);
    disk.compact(2);
    assert.deepEqual([disk.firstIndex(), disk.lastIndex(), disk.term(2), disk.term(3)], [3, 3, 1, 2]);
    assert.throws(() => disk.term(1), /compacted/);
    assert.throws(() => disk.term(4), /unavailable/);
    assert.throws(() => disk.entries(2, 3, 0), /compacted/);
    assert.throws(() => disk.entries(3, 5, 0), /unavailable/);
    const metadata = newSnapshotMetadata({ index: 9, term: 3 });
    disk.write({ hardState: undefined, snapshot: newSnapshot({ metadata }), entries: [] });
    assert.deepEqual([disk.firstIndex(), disk.lastIndex(), disk.snapshot().metadata.index], [10, 9, 9]);
    disk.snapshotUnavailable = () => true;
    assert.throws(() => disk.snapshot(), /temporarily unavailable/);
  });
});
