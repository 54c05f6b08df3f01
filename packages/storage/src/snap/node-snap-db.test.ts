import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { bytesFromLatin1, concatBytes } from "@quorate/base";
import { planImage } from "../bbolt/plan.ts";
import { encodeImage } from "../bbolt/writer.ts";
import { cleanSnapDir, snapDbSink } from "./node-snap-db.ts";

/** An image with one row of `size` bytes. */
function imageOf(size: number): Uint8Array {
  const key = bytesFromLatin1("k");
  const value = new Uint8Array(size).fill(size);
  const name = bytesFromLatin1("key");
  const plan = planImage([{ name, pairs: [{ keyBytes: 1, valueBytes: size }] }]);
  return concatBytes([...encodeImage(plan, [{ name, pairs: [{ key, value }] }])]);
}

describe("storage/node-snap-db", () => {
  const base = mkdtempSync(join(tmpdir(), "quorate-snap-db-"));
  after(() => rmSync(base, { recursive: true }));
  const newDir = (): string => mkdtempSync(join(base, "snap-"));

  it("keeps what comes in pieces, under the index's name, for its owner alone", async () => {
    const dir = newDir();
    const image = imageOf(20 * 1024 * 1024);
    const sink = await snapDbSink(dir).openSink(0xab_cdef);
    for (let at = 0; at < image.length; at += 1_000_000) {
      await sink.write(image.subarray(at, at + 1_000_000));
      assert.deepEqual(
        readdirSync(dir).filter((name) => !name.startsWith("tmp")),
        [],
      );
    }
    await sink.commit();
    assert.deepEqual(readdirSync(dir), ["0000000000abcdef.snap.db"]);
    const path = join(dir, "0000000000abcdef.snap.db");
    assert.ok(readFileSync(path).equals(image));
    assert.equal(statSync(path).mode & 0o777, 0o600);
    await sink.abort();
    assert.deepEqual(readdirSync(dir), ["0000000000abcdef.snap.db"]);
    await assert.rejects(sink.write(image), { code: "Poisoned" });
  });

  it("leaves nothing of an image that is given up, cut short, or none", async () => {
    const dir = newDir();
    const image = imageOf(100_000);
    const store = snapDbSink(dir);
    const given = await store.openSink(1);
    await given.write(image.subarray(0, 50_000));
    await given.abort();
    await given.abort();
    for (const bytes of [image.subarray(0, 50_000), new Uint8Array(10_000), new Uint8Array(0)]) {
      const sink = await store.openSink(1);
      await sink.write(bytes);
      await assert.rejects(sink.commit(), { code: "Corrupt", message: /is no image/ });
    }
    assert.deepEqual(readdirSync(dir), []);
  });

  it("takes two for one index at a time; the later one stays", async () => {
    const dir = newDir();
    const store = snapDbSink(dir);
    const [first, second] = [await store.openSink(5), await store.openSink(5)];
    await first.write(imageOf(10));
    await second.write(imageOf(20));
    await first.commit();
    await second.commit();
    assert.deepEqual(readdirSync(dir), ["0000000000000005.snap.db"]);
    assert.ok(readFileSync(join(dir, "0000000000000005.snap.db")).equals(imageOf(20)));
  });

  it("says what it cannot do in a directory that is not there", async () => {
    await assert.rejects(snapDbSink(join(base, "none")).openSink(1), { code: "IoFailed" });
  });

  it("cleans old images at any time, and temporary files at a start", async () => {
    const dir = newDir();
    const old = ["0000000000000001.snap.db", "000000000000000f.snap.db"];
    const temporary = ["db.tmp", "db.tmp-lock", "db.tmp-received", "db.tmp.tmp", "tmp123-0000000000000010.snap.db"];
    const kept = ["0000000000000001-0000000000000001.snap", "0000000000000010.snap.db", "db", "db-lock", "x.snap.db"];
    for (const name of [...old, ...temporary, ...kept]) writeFileSync(join(dir, name), "");
    assert.deepEqual(await cleanSnapDir(dir, { belowIndex: 16 }), old);
    assert.deepEqual(readdirSync(dir), [...kept, ...temporary].sort());
    assert.deepEqual(await cleanSnapDir(dir, { belowIndex: 16, backendName: "db" }), temporary);
    assert.deepEqual(readdirSync(dir), kept);
  });
});
