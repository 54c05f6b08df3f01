import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { newConfState, newSnapshot, newSnapshotMetadata, type Snapshot } from "@quorate/proto";
import { MemoryDisk } from "@quorate/testkit";
import { decodeSnapshotFile, encodeSnapshotFile } from "./snap-file.ts";
import { SnapshotWriter } from "./snapshot-writer.ts";

const MIB = 1024 * 1024;
const PATH = "/snap/0000000000000002-0000000000000009.snap";

function snapshot(data: Uint8Array | undefined): Snapshot {
  const confState = newConfState({ voters: [1n, 2n ** 63n] });
  return newSnapshot({ data, metadata: newSnapshotMetadata({ index: 9, term: 2, confState }) });
}

function written(taken: Snapshot): { readonly disk: MemoryDisk; readonly steps: number } {
  const disk = new MemoryDisk();
  disk.makeDir("/snap");
  const writer = new SnapshotWriter(disk, "/snap", taken);
  let steps = 1;
  while (writer.step()) steps++;
  return { disk, steps };
}

describe("storage/snap/snapshot-writer", () => {
  for (const length of [undefined, 0, 1, 300, MIB - 1, MIB, MIB + 1, 3 * MIB + 17]) {
    it(`writes the very file that is made in one go, with ${length ?? "no"} bytes of data`, () => {
      const taken = snapshot(length === undefined ? undefined : new Uint8Array(length).map((_, i) => i * 7));
      const { disk } = written(taken);
      assert.deepEqual(disk.contents(PATH), encodeSnapshotFile(taken));
      assert.deepEqual(decodeSnapshotFile(PATH, disk.contents(PATH)).data, taken.data);
      assert.deepEqual(disk.list("/snap"), ["0000000000000002-0000000000000009.snap"]);
    });
  }

  it("does no more than a MiB in a step, and syncs every eight", () => {
    const { disk, steps } = written(snapshot(new Uint8Array(20 * MIB)));
    assert.ok(steps >= 40, `${steps} steps`);
    assert.equal(disk.operations.filter(({ kind }) => kind === "datasync").length, 2);
  });

  it("leaves no file under the snapshot's name until all of it is synced", () => {
    const disk = new MemoryDisk();
    disk.makeDir("/snap");
    const writer = new SnapshotWriter(disk, "/snap", snapshot(new Uint8Array(2 * MIB)));
    while (writer.step()) assert.ok(!disk.exists(PATH));
    const kinds = disk.operations.map(({ kind }) => kind).slice(-4);
    assert.deepEqual(kinds, ["write", "sync", "rename", "syncDir"]);
  });
});
