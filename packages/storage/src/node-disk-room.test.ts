import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { hasRoomFor, judgeDiskRoom, LOW_DISK_BYTES } from "./disk-room.ts";
import { freeBytes } from "./node-disk-room.ts";

const MIB = 1024 * 1024;

describe("storage/node-disk-room", () => {
  it("calls a disk low before the next segment of the log and the reserve do not fit", () => {
    assert.equal(LOW_DISK_BYTES, 64_000_000 + 64 * MIB);
    assert.equal(judgeDiskRoom(LOW_DISK_BYTES, "enough"), "enough");
    assert.equal(judgeDiskRoom(LOW_DISK_BYTES - 1, "enough"), "low");
    assert.equal(judgeDiskRoom(0, "low"), "low");
  });

  it("wants a quarter more before it calls a low disk enough", () => {
    assert.equal(judgeDiskRoom(LOW_DISK_BYTES + MIB, "low"), "low");
    assert.equal(judgeDiskRoom(1.25 * LOW_DISK_BYTES, "low"), "enough");
  });

  it("has room for a file only if the reserve is left", () => {
    assert.ok(hasRoomFor(MIB, 65 * MIB));
    assert.ok(!hasRoomFor(MIB + 1, 65 * MIB));
  });

  it("tells what a file system has left", async (t) => {
    const disk = mkdtempSync(join(tmpdir(), "quorate-room-"));
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", disk], { stdio: "ignore" });
    } catch {
      rmSync(disk, { recursive: true });
      t.skip("needs the right to mount a small file system");
      return;
    }
    try {
      assert.equal(await freeBytes(disk), 8 * MIB);
      writeFileSync(join(disk, "file"), new Uint8Array(3 * MIB));
      assert.equal(await freeBytes(disk), 5 * MIB);
    } finally {
      execFileSync("umount", [disk]);
      rmSync(disk, { recursive: true });
    }
  });

  it("says what it cannot ask", async () => {
    await assert.rejects(freeBytes(join(tmpdir(), "not-there-at-all")), { code: "IoFailed", message: /ENOENT/ });
  });
});
