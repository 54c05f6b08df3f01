import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hasCode, silentLogger } from "@quorate/base";
import { entryIds, MemoryDisk, sampleEntries, sampleSnapshot, sampleState } from "@quorate/testkit";
import { dataDir } from "./data-dir.ts";
import { directStorage } from "./durable-storage.ts";
import { MemberStorage } from "./member-storage.ts";
import { encodeBatch } from "./wal/batch.ts";

const DIR = dataDir("/data");
const METADATA = Uint8Array.of(8, 1, 16, 9);

function open(disk: MemoryDisk, segmentSizeBytes = 4096): MemberStorage {
  return new MemberStorage(disk, {
    dir: DIR,
    metadata: METADATA,
    logger: silentLogger,
    segmentSizeBytes,
    keepSegments: 1,
  });
}

const save = (storage: MemberStorage, first: number, last: number, commit: number, term = 1): void =>
  storage.append(encodeBatch(sampleState(term, commit), sampleEntries(first, last, term), true));

describe("storage/member-storage", () => {
  it("starts a new log with what was passed in", () => {
    const disk = new MemoryDisk();
    const { restored } = open(disk);
    assert.equal(restored.isNew, true);
    assert.deepEqual(restored.metadata, METADATA);
    assert.deepEqual(restored.entries, []);
    assert.deepEqual(disk.list("/data/member"), ["snap", "wal"]);
  });

  it("finds the metadata, HardState and entries of the run before", () => {
    const disk = new MemoryDisk();
    const first = open(disk);
    save(first, 1, 5, 4);
    first.close();
    const { restored } = new MemberStorage(disk, { dir: DIR, metadata: Uint8Array.of(1), logger: silentLogger });
    assert.equal(restored.isNew, false);
    assert.deepEqual(restored.metadata, METADATA);
    assert.deepEqual(restored.hardState, sampleState(1, 4));
    assert.deepEqual(restored.entries, sampleEntries(1, 5));
    assert.equal(restored.snapshot, undefined);
  });

  it("goes on behind its newest snapshot", () => {
    const disk = new MemoryDisk();
    const first = open(disk);
    save(first, 1, 8, 8);
    first.saveSnapshot(sampleSnapshot(6));
    save(first, 9, 10, 9);
    first.close();
    const { restored } = open(disk);
    assert.deepEqual(restored.snapshot, sampleSnapshot(6));
    assert.equal(entryIds(restored.entries), "7/1 8/1 9/1 10/1");
  });

  it("starts again after a snapshot from the leader that left a gap in the log", () => {
    const disk = new MemoryDisk();
    const first = open(disk);
    save(first, 1, 3, 2);
    first.saveSnapshot(sampleSnapshot(100, 2));
    first.append(encodeBatch(sampleState(2, 100), [], true));
    save(first, 101, 102, 101, 2);
    first.close();
    const { restored } = open(disk);
    assert.equal(restored.snapshot?.metadata.index, 100);
    assert.equal(entryIds(restored.entries), "101/2 102/2");
    assert.equal(restored.hardState.commit, 101);
  });

  it("does not start from a received snapshot that no HardState made count, and goes on", () => {
    const disk = new MemoryDisk();
    const first = open(disk);
    save(first, 1, 3, 2);
    first.saveSnapshot(sampleSnapshot(100, 2));
    const second = open(disk);
    assert.equal(second.restored.snapshot, undefined);
    assert.equal(entryIds(second.restored.entries), "1/1 2/1 3/1");
    save(second, 4, 5, 4);
    assert.equal(entryIds(open(disk).restored.entries), "1/1 2/1 3/1 4/1 5/1");
  });

  it("passes over a snapshot that came to count only after the log had gone on below it", () => {
    const disk = new MemoryDisk();
    const first = open(disk, 512);
    save(first, 1, 3, 2);
    first.saveSnapshot(sampleSnapshot(50, 1));
    const second = open(disk, 512);
    for (let i = 4; i <= 60; i++) save(second, i, i, i - 1);
    second.close();
    const { restored } = open(disk, 512);
    assert.equal(restored.snapshot, undefined);
    assert.equal(restored.entries.length, 60);
  });

  it("starts from the older snapshot when the newer one is damaged, and sets that aside", () => {
    const disk = new MemoryDisk();
    const first = open(disk);
    save(first, 1, 8, 8);
    first.saveSnapshot(sampleSnapshot(3));
    first.saveSnapshot(sampleSnapshot(6));
    first.close();
    const path = "/data/member/snap/0000000000000001-0000000000000006.snap";
    const bytes = disk.contents(path);
    bytes[bytes.length - 1]! ^= 1;
    disk.replace(path, bytes);
    const { restored } = open(disk);
    assert.equal(restored.snapshot?.metadata.index, 3);
    assert.equal(entryIds(restored.entries), "4/1 5/1 6/1 7/1 8/1");
    assert.deepEqual(
      disk.list("/data/member/snap").filter((name) => name.includes("006")),
      ["0000000000000001-0000000000000006.snap.broken"],
    );
  });

  it("refuses to start when the only snapshot is damaged and the log before it is gone", () => {
    const disk = new MemoryDisk();
    const first = open(disk, 512);
    for (let i = 1; i <= 40; i++) save(first, i, i, i);
    first.saveSnapshot(sampleSnapshot(40));
    first.release(40);
    first.close();
    const path = "/data/member/snap/0000000000000001-0000000000000028.snap";
    disk.replace(path, disk.contents(path).subarray(0, 20));
    assert.throws(
      () => open(disk, 512),
      (error) => hasCode(error, "SnapshotNotFound"),
    );
  });

  it("writes the snapshot file before the record that vouches for it", () => {
    const disk = new MemoryDisk();
    const storage = open(disk);
    save(storage, 1, 4, 4);
    disk.operations.length = 0;
    storage.saveSnapshot(sampleSnapshot(4));
    const name = "0000000000000001-0000000000000004.snap";
    assert.deepEqual(
      disk.operations.map(({ kind, path }) => `${kind} ${path.replace("/data/member/", "")}`),
      [
        `create snap/${name}.tmp`,
        `write snap/${name}.tmp`,
        `sync snap/${name}.tmp`,
        `rename snap/${name}.tmp`,
        "syncDir snap",
        // The HardState had claimed less than 4 while the entries were on their way.
        "datasync wal/0000000000000000-0000000000000000.wal",
        "write wal/0000000000000000-0000000000000000.wal",
        "datasync wal/0000000000000000-0000000000000000.wal",
      ],
    );
  });

  it("rejects every call after one that failed, in whichever part", async () => {
    const disk = new MemoryDisk();
    const storage = directStorage(open(disk));
    await storage.save(sampleState(1, 0), sampleEntries(1, 2), true);
    disk.fails = ({ kind, path }) => kind === "sync" && path.endsWith(".snap.tmp");
    await assert.rejects(storage.saveSnapshot(sampleSnapshot(2)), (error) => hasCode(error, "IoFailed"));
    await assert.rejects(storage.save(undefined, sampleEntries(3, 3), true), (error) => hasCode(error, "IoFailed"));
    await assert.rejects(storage.release(1), (error) => hasCode(error, "IoFailed"));
    assert.equal(entryIds(open(disk).restored.entries), "1/1 2/1");
  });
});
