import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { type DataDir, dataDir, snapDbName } from "@quorate/storage";
import {
  findBackend,
  imageFile,
  mapBytes,
  newBackendFile,
  removeImages,
  removeImagesAtStart,
  removeOtherBackends,
} from "./node-backend-files.ts";

describe("server/node-backend-files", () => {
  let root: string;
  let dir: DataDir;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "quorate-backends-"));
    dir = dataDir(root);
    mkdirSync(dir.snap, { recursive: true });
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const backends = (): string[] => readdirSync(join(root, "member/backend")).sort();

  it("finds none where there is none", () => {
    assert.equal(findBackend(dir), undefined);
    // A directory was made, and the process ended before its file.
    newBackendFile(dir, 5);
    assert.equal(findBackend(dir), undefined);
  });

  it("finds the newest that is whole, by its number and not by its text", () => {
    for (const index of [0, 9, 0x10, 100_000]) writeFileSync(newBackendFile(dir, index), "");
    newBackendFile(dir, 200_000);
    mkdirSync(join(root, "member/backend/lost+found"));
    assert.equal(findBackend(dir), join(root, "member/backend/00000000000186a0/db.lmdb"));
  });

  it("removes all others, unfinished ones too", () => {
    const [old, kept] = [newBackendFile(dir, 1), newBackendFile(dir, 2)];
    newBackendFile(dir, 3);
    writeFileSync(old, "");
    writeFileSync(kept, "");
    removeOtherBackends(dir, kept);
    assert.deepEqual(backends(), ["0000000000000002"]);
    assert.equal(findBackend(dir), kept);
  });

  it("removes images up to an index; what is being received only at a start", async () => {
    const names = [snapDbName(5), snapDbName(6), snapDbName(7), `tmp1-1-${snapDbName(9)}`, "0000000000000001-05.snap"];
    for (const name of names) writeFileSync(join(dir.snap, name), "");
    assert.equal(imageFile(dir, { index: 7 }), join(dir.snap, snapDbName(7)));
    await removeImages(dir, 6);
    assert.deepEqual(readdirSync(dir.snap).sort(), [...names.slice(2)].sort());
    await removeImagesAtStart(dir, 6);
    assert.deepEqual(readdirSync(dir.snap).sort(), ["0000000000000001-05.snap", snapDbName(7)].sort());
  });

  it("maps more than the quota, and much where there is none", () => {
    assert.ok(mapBytes(2 ** 31) > 2 ** 31);
    assert.ok(mapBytes(Number.POSITIVE_INFINITY) >= 2 ** 40);
  });
});
