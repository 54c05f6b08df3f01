import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hasCode, type Logger, silentLogger } from "@quorate/base";
import { encodeSnapFile, newSnapFile, newWalSnapshot, type WalSnapshot } from "@quorate/proto";
import { MemoryDisk, PowerLoss, sampleSnapshot, withSeed } from "@quorate/testkit";
import { decodeSnapshotFile, encodeSnapshotFile, parseSnapFileName, snapDbName, snapFileName } from "./snap-file.ts";
import { Snapshotter } from "./snapshotter.ts";

const DIR = "/snap";
/** Tag, then five bytes of a sum above 2^28. */
const CRC_LAST_BYTE = 5;

function emptyDir(): MemoryDisk {
  const disk = new MemoryDisk();
  disk.makeDir(DIR);
  disk.syncDir("/");
  return disk;
}

const recorded = (...indexes: number[]): WalSnapshot[] => indexes.map((index) => newWalSnapshot({ index, term: 1 }));
const withFiles = (...indexes: number[]): { readonly disk: MemoryDisk; readonly snapshotter: Snapshotter } => {
  const disk = emptyDir();
  const snapshotter = new Snapshotter(disk, DIR, silentLogger);
  for (const index of indexes) snapshotter.save(sampleSnapshot(index));
  return { disk, snapshotter };
};

describe("storage/snap/snapshotter", () => {
  it("names files as etcd does", () => {
    assert.equal(snapFileName(2, 10_000), "0000000000000002-0000000000002710.snap");
    assert.equal(snapDbName(255), "00000000000000ff.snap.db");
    assert.deepEqual(parseSnapFileName("0000000000000002-0000000000002710.snap"), { term: 2, index: 10_000 });
    for (const name of ["db", "0000000000000002-0000000000002710.snap.broken", "2-3.snap", snapDbName(1)]) {
      assert.equal(parseSnapFileName(name), undefined, name);
    }
  });

  it("refuses a file cut at any byte, or with any byte changed", () => {
    const bytes = encodeSnapshotFile(sampleSnapshot(7));
    const original = sampleSnapshot(7);
    assert.deepEqual(decodeSnapshotFile("f", bytes), original);
    const isCorrupt = (error: unknown): boolean => hasCode(error, "Corrupt");
    for (let at = 0; at < bytes.length; at++) {
      assert.throws(() => decodeSnapshotFile("f", bytes.subarray(0, at)), isCorrupt, `cut at ${at}`);
      for (let bit = 0; bit < 8; bit++) {
        const flipped = bytes.slice();
        flipped[at]! ^= 1 << bit;
        // A varint's bits beyond 32 are dropped: one such flip changes nothing.
        if (at === CRC_LAST_BYTE && bit >= 4 && bit < 7) assert.deepEqual(decodeSnapshotFile("f", flipped), original);
        else assert.throws(() => decodeSnapshotFile("f", flipped), isCorrupt, `byte ${at} bit ${bit}`);
      }
    }
  });

  it("refuses a wrapper without data or without a sum", () => {
    for (const init of [{ crc: 5 }, { crc: 5, data: new Uint8Array(0) }, { crc: 0, data: Uint8Array.of(1) }]) {
      assert.throws(() => decodeSnapshotFile("f", encodeSnapFile(newSnapFile(init))), /f is damaged .* is empty/);
    }
  });

  it("refuses garbage with a typed error", () => {
    withSeed("snap/snapshotter", ({ prng }) => {
      for (let i = 0; i < 1000; i++) {
        const bytes = Uint8Array.from({ length: prng.below(50) }, () => prng.below(256));
        assert.throws(
          () => decodeSnapshotFile("f", bytes),
          (error) => hasCode(error, "Corrupt"),
        );
      }
    });
  });

  it("loads the newest one that the log vouches for", () => {
    const { snapshotter } = withFiles(5, 300, 20);
    assert.deepEqual(snapshotter.loadNewestAvailable(recorded(5, 20, 300)), sampleSnapshot(300));
    assert.deepEqual(snapshotter.loadNewestAvailable(recorded(5, 20)), sampleSnapshot(20));
    assert.equal(snapshotter.loadNewestAvailable([newWalSnapshot({ index: 5, term: 2 })]), undefined);
    assert.equal(snapshotter.loadNewestAvailable([]), undefined);
  });

  it("orders by term before index", () => {
    const { snapshotter } = withFiles(9);
    snapshotter.save(sampleSnapshot(3, 2));
    const all = [...recorded(9), newWalSnapshot({ index: 3, term: 2 })];
    assert.deepEqual(snapshotter.loadNewestAvailable(all), sampleSnapshot(3, 2));
  });

  it("sets damaged files aside, says so, and loads the older one", () => {
    const { disk } = withFiles(1, 2, 3);
    const lines: string[] = [];
    const logger: Logger = { ...silentLogger, warn: (line) => lines.push(line) };
    disk.replace(`${DIR}/${snapFileName(1, 3)}`, new Uint8Array(0));
    disk.replace(`${DIR}/${snapFileName(1, 2)}`, disk.contents(`${DIR}/${snapFileName(1, 2)}`).fill(7, 20, 25));
    const loaded = new Snapshotter(disk, DIR, logger).loadNewestAvailable(recorded(1, 2, 3));
    assert.deepEqual(loaded, sampleSnapshot(1));
    assert.deepEqual(disk.list(DIR), [
      snapFileName(1, 1),
      `${snapFileName(1, 2)}.broken`,
      `${snapFileName(1, 3)}.broken`,
    ]);
    assert.equal(lines.length, 2);
    assert.match(lines[0]!, /3\.snap is damaged at offset 0: the snapshot file is empty;.*3\.snap\.broken/);
  });

  it("is there whole or not at all, wherever the power goes while it saves", () => {
    for (let at = 0; at < 5; at++) {
      withSeed("snap/snapshotter", ({ prng }) => {
        for (let draw = 0; draw < 20; draw++) {
          const { disk, snapshotter } = withFiles(1);
          disk.powerLossAt = disk.operations.length + at;
          assert.throws(() => snapshotter.save(sampleSnapshot(2)), PowerLoss);
          const after = disk.afterPowerLoss(prng);
          const next = new Snapshotter(after, DIR, silentLogger);
          next.cleanTemporary();
          const isThere = after.exists(`${DIR}/${snapFileName(1, 2)}`);
          assert.deepEqual(after.list(DIR), [snapFileName(1, 1), ...(isThere ? [snapFileName(1, 2)] : [])]);
          assert.deepEqual(next.loadNewestAvailable(recorded(1, 2)), sampleSnapshot(isThere ? 2 : 1));
        }
      });
    }
  });

  it("saves over what an unfinished save left", () => {
    const { disk, snapshotter } = withFiles();
    disk.replace(`${DIR}/${snapFileName(1, 4)}.tmp`, new Uint8Array(10_000).fill(1));
    snapshotter.save(sampleSnapshot(4));
    assert.deepEqual(disk.list(DIR), [snapFileName(1, 4)]);
    assert.deepEqual(snapshotter.loadNewestAvailable(recorded(4)), sampleSnapshot(4));
  });

  it("keeps the newest five, or as many as it is told, and no other file is touched", () => {
    const { disk, snapshotter } = withFiles(1, 2, 3, 4, 5, 6, 7);
    disk.replace(`${DIR}/db`, Uint8Array.of(1));
    snapshotter.purge();
    assert.deepEqual(disk.list(DIR), [...[3, 4, 5, 6, 7].map((index) => snapFileName(1, index)), "db"]);
    snapshotter.purge(1);
    assert.deepEqual(disk.list(DIR), [snapFileName(1, 7), "db"]);
    disk.operations.length = 0;
    snapshotter.purge(1);
    assert.deepEqual(disk.operations, []);
  });
});
