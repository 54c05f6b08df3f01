import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hasCode, type Random } from "@quorate/base";
import { MemoryDisk } from "@quorate/testkit";
import { dataDir, hasWal, prepareDataDir } from "./data-dir.ts";

const keepNothing: Random = { below: (bound) => bound - 1 };

describe("storage/data-dir", () => {
  it("lays a directory out as etcd does", () => {
    const want = { root: "/d", wal: "/d/member/wal", snap: "/d/member/snap" };
    assert.deepEqual(dataDir("/d"), want);
    assert.deepEqual(dataDir("/d/"), want);
  });

  it("makes what is missing, durable to the last name above it", () => {
    const disk = new MemoryDisk();
    prepareDataDir(disk, dataDir("/var/lib/quorate"));
    const after = disk.afterPowerLoss(keepNothing);
    assert.deepEqual(after.list("/var/lib/quorate/member"), ["snap", "wal"]);
  });

  it("syncs directories that are there already: whoever made them may not have come to it", () => {
    const disk = new MemoryDisk();
    disk.makeDir("/d");
    disk.syncDir("/");
    disk.makeDir("/d/member/wal");
    disk.makeDir("/d/member/snap");
    prepareDataDir(disk, dataDir("/d"));
    assert.deepEqual(disk.afterPowerLoss(keepNothing).list("/d/member"), ["snap", "wal"]);
  });

  it("finds a log where there is a segment", () => {
    const disk = new MemoryDisk();
    const dir = dataDir("/d");
    assert.equal(hasWal(disk, dir), false);
    prepareDataDir(disk, dir);
    disk.replace(`${dir.wal}/0.tmp`, Uint8Array.of());
    assert.equal(hasWal(disk, dir), false);
    disk.replace(`${dir.wal}/0000000000000000-0000000000000000.wal`, Uint8Array.of());
    assert.equal(hasWal(disk, dir), true);
  });

  it("refuses a directory that holds something else, and leaves it as it is", () => {
    const disk = new MemoryDisk();
    disk.makeDir("/d");
    disk.replace("/d/letters", Uint8Array.of(1));
    const before = disk.operations.length;
    assert.throws(
      () => prepareDataDir(disk, dataDir("/d")),
      (error) =>
        hasCode(error, "BadDataDir") && /it holds letters, which is not the data of a member/.test(error.message),
    );
    assert.equal(disk.operations.length, before);
  });

  it("refuses a directory that cannot be made, and says why", () => {
    const disk = new MemoryDisk();
    disk.fails = ({ kind }) => kind === "makeDir";
    assert.throws(
      () => prepareDataDir(disk, dataDir("/d")),
      (error) =>
        hasCode(error, "BadDataDir") && /\/d cannot be used as a data directory: .*IoFailed/.test(error.message),
    );
  });
});
