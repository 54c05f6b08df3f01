import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { hasCode, silentLogger } from "@quorate/base";
import { sampleEntries, sampleSnapshot, sampleState } from "@quorate/testkit";
import { dataDir } from "./data-dir.ts";
import { MemberStorage } from "./member-storage.ts";
import { createNodeDisk } from "./node-disk.ts";
import { encodeBatch } from "./wal/batch.ts";

describe("storage/node-disk", () => {
  const root = mkdtempSync(join(tmpdir(), "quorate-disk-"));
  after(() => rmSync(root, { recursive: true }));
  const disk = createNodeDisk();
  const modeOf = (path: string): number => statSync(path).mode & 0o777;

  it("reads, writes, cuts and extends real files", () => {
    const path = join(root, "f");
    const file = disk.open(path, "create");
    file.write(Uint8Array.of(1, 2, 3, 4), 2);
    assert.equal(file.size(), 6);
    file.truncate(4);
    file.truncate(8);
    const target = new Uint8Array(10);
    assert.equal(file.read(target, 1), 7);
    assert.deepEqual([...target], [0, 1, 2, 0, 0, 0, 0, 0, 0, 0]);
    assert.equal(file.read(target, 8), 0);
    file.datasync();
    file.sync();
    file.close();
    disk.rename(path, join(root, "g"));
    disk.syncDir(root);
    assert.deepEqual(disk.list(root), ["g"]);
    assert.equal(disk.exists(path), false);
    disk.remove(join(root, "g"));
    assert.deepEqual(disk.list(root), []);
  });

  it("has the codes of the Disk port, with the path and what failed in the message", () => {
    const path = join(root, "missing");
    for (const use of [
      () => disk.open(path, "read"),
      () => disk.open(path, "readwrite"),
      () => disk.list(path),
      () => disk.remove(path),
      () => disk.rename(path, join(root, "x")),
      () => disk.syncDir(path),
    ]) {
      assert.throws(use, (error) => hasCode(error, "NotFound") && error.message.startsWith(`${path}: `));
    }
    writeFileSync(join(root, "taken"), "");
    assert.throws(
      () => disk.open(join(root, "taken"), "create"),
      (error) => hasCode(error, "Exists") && error.message.endsWith("open failed with EEXIST"),
    );
    assert.throws(
      () => disk.makeDir(join(root, "taken")),
      (error) => hasCode(error, "Exists"),
    );
    assert.throws(
      () => disk.list(join(root, "taken")),
      (error) => hasCode(error, "IoFailed"),
    );
    const closed = disk.open(join(root, "taken"), "readwrite");
    closed.close();
    assert.throws(
      () => closed.datasync(),
      (error) => hasCode(error, "IoFailed") && /EBADF/.test(error.message),
    );
  });

  it("fails a write and a sync that the system refuses", () => {
    symlinkSync("/dev/full", join(root, "full"));
    const full = disk.open(join(root, "full"), "readwrite");
    assert.throws(
      () => full.write(Uint8Array.of(1), 0),
      (error) => hasCode(error, "IoFailed") && /write failed with ENOSPC/.test(error.message),
    );
    assert.throws(
      () => full.datasync(),
      (error) => hasCode(error, "IoFailed") && /fdatasync failed with EINVAL/.test(error.message),
    );
    full.close();
  });

  it("keeps a member's data to its owner: directories 0700, files 0600", () => {
    const dir = dataDir(join(root, "member1"));
    const options = { dir, metadata: Uint8Array.of(1), logger: silentLogger, segmentSizeBytes: 4096 };
    const storage = new MemberStorage(disk, options);
    storage.append(encodeBatch(sampleState(1, 0), sampleEntries(1, 30, 1, 200), true));
    storage.append(encodeBatch(sampleState(1, 30), [], false));
    storage.saveSnapshot(sampleSnapshot(20));
    storage.close();
    for (const path of [dir.root, join(dir.root, "member"), dir.wal, dir.snap]) assert.equal(modeOf(path), 0o700, path);
    const files = [dir.wal, dir.snap].flatMap((folder) => disk.list(folder).map((name) => join(folder, name)));
    assert.equal(files.length, 3);
    for (const path of files) assert.equal(modeOf(path), 0o600, path);
    const { restored } = new MemberStorage(disk, options);
    assert.equal(restored.snapshot?.metadata.index, 20);
    assert.deepEqual(restored.entries, sampleEntries(21, 30, 1, 200));
  });
});
