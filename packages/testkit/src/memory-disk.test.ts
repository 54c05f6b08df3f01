import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hasCode, Prng, type Random } from "@quorate/base";
import { MemoryDisk, PowerLoss } from "./memory-disk.ts";

const keepNothing: Random = { below: (bound) => bound - 1 };
const keepAll: Random = { below: () => 0 };
const bytes = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);

function diskWith(path: string, content: Uint8Array): MemoryDisk {
  const disk = new MemoryDisk();
  disk.makeDir("/d");
  disk.syncDir("/");
  const file = disk.open(path, "create");
  file.write(content, 0);
  file.sync();
  disk.syncDir("/d");
  return disk;
}

describe("testkit/memory-disk", () => {
  it("reads what was written, short only at the end", () => {
    const disk = diskWith("/d/f", Uint8Array.of(1, 2, 3));
    const target = new Uint8Array(8);
    assert.equal(disk.open("/d/f", "read").read(target, 1), 2);
    assert.deepEqual([...target.subarray(0, 2)], [2, 3]);
    assert.deepEqual(disk.list("/d"), ["f"]);
  });

  it("keeps synced bytes under synced names through a power loss", () => {
    const after = diskWith("/d/f", bytes(2000, 7)).afterPowerLoss(keepNothing);
    assert.deepEqual(after.contents("/d/f"), bytes(2000, 7));
  });

  it("forgets a name whose directory was not synced, although its bytes were", () => {
    const disk = diskWith("/d/f", bytes(10, 1));
    const file = disk.open("/d/g", "create");
    file.write(bytes(10, 2), 0);
    file.sync();
    disk.remove("/d/f");
    assert.deepEqual(disk.afterPowerLoss(keepNothing).list("/d"), ["f"]);
  });

  it("forgets a directory whose parent was not synced", () => {
    const disk = new MemoryDisk();
    disk.makeDir("/a/b");
    disk.syncDir("/a");
    assert.equal(disk.afterPowerLoss(keepNothing).exists("/a"), false);
  });

  it("renames as a whole: one of the two names is there, never both or neither", () => {
    for (let seed = 0; seed < 20; seed++) {
      const disk = diskWith("/d/f", bytes(1, 1));
      disk.rename("/d/f", "/d/g");
      assert.equal(disk.afterPowerLoss(new Prng(seed)).list("/d").length, 1);
    }
  });

  it("keeps any subset of unsynced sectors, each whole", () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 64; seed++) {
      const disk = diskWith("/d/f", bytes(1536, 1));
      disk.open("/d/f", "readwrite").write(bytes(1536, 2), 0);
      const left = disk.afterPowerLoss(new Prng(seed)).contents("/d/f");
      const sectors = [0, 1, 2].map((i) => new Set(left.subarray(i * 512, (i + 1) * 512)));
      assert.ok(sectors.every((values) => values.size === 1));
      seen.add(sectors.map((values) => [...values][0]).join(""));
    }
    assert.equal(seen.size, 8);
  });

  it("keeps all of it when chance has it so", () => {
    const disk = diskWith("/d/f", bytes(100, 1));
    disk.open("/d/f", "readwrite").write(bytes(1000, 2), 50);
    assert.equal(disk.afterPowerLoss(keepAll).contents("/d/f").length, 1050);
  });

  it("reads zeros in what a truncation added, whatever was there before", () => {
    const disk = diskWith("/d/f", bytes(1000, 9));
    const file = disk.open("/d/f", "readwrite");
    file.truncate(100);
    file.truncate(1000);
    assert.equal(disk.contents("/d/f").indexOf(0), 100);
  });

  it("loses for good what a failed sync left behind, though reads still see it", () => {
    const disk = diskWith("/d/f", bytes(10, 1));
    const file = disk.open("/d/f", "readwrite");
    file.write(bytes(10, 2), 0);
    disk.fails = ({ kind }) => kind === "datasync";
    assert.throws(
      () => file.datasync(),
      (error) => hasCode(error, "IoFailed"),
    );
    disk.fails = () => false;
    assert.deepEqual(disk.contents("/d/f"), bytes(10, 2));
    assert.deepEqual(disk.afterPowerLoss(keepAll).contents("/d/f"), bytes(10, 1));
  });

  it("loses its power before the operation that was asked for, and answers nothing after", () => {
    const disk = diskWith("/d/f", bytes(10, 1));
    disk.powerLossAt = disk.operations.length + 1;
    const file = disk.open("/d/f", "readwrite");
    file.write(bytes(1, 2), 0);
    assert.throws(() => file.datasync(), PowerLoss);
    assert.throws(() => disk.list("/d"), PowerLoss);
    assert.deepEqual(disk.operations.at(-1), { kind: "write", path: "/d/f", length: 1 });
  });

  it("has the codes of the Disk port", () => {
    const disk = diskWith("/d/f", bytes(1, 1));
    assert.throws(
      () => disk.open("/d/f", "create"),
      (error) => hasCode(error, "Exists"),
    );
    for (const use of [
      () => disk.open("/d/none", "read"),
      () => disk.remove("/d/none"),
      () => disk.rename("/d/none", "/d/g"),
      () => disk.list("/none"),
      () => disk.syncDir("/none"),
    ]) {
      assert.throws(use, (error) => hasCode(error, "NotFound"));
    }
  });
});
