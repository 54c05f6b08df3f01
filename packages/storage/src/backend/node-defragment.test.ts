import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { type BackendReader, BUCKETS, bytesFromLatin1, MemoryBackend, Prng, toHex } from "@quorate/base";
import { drawSeed, rerun } from "@quorate/testkit";
import { type LmdbBackend, openLmdbBackend } from "./node-lmdb-backend.ts";

const MAP_BYTES = 1024 * 1024 * 1024;
const NOTHING = new Uint8Array(0);
const ROWS = 4_000;

type Opened = { readonly backend: LmdbBackend; readonly commit: (index: number) => Promise<void> };

async function openAt(file: string): Promise<Opened> {
  let finished: (() => void) | undefined;
  const backend = await openLmdbBackend({
    file,
    mapSizeBytes: MAP_BYTES,
    onCommitted: () => finished?.(),
    onFailure: (error) => assert.fail(error),
  });
  const commit = (index: number): Promise<void> =>
    new Promise((resolve) => {
      finished = resolve;
      assert.ok(backend.startCommit({ index, term: 1 }));
    });
  return { backend, commit };
}

function rowKey(i: number): Uint8Array {
  return Uint8Array.of(1, i >> 8, i & 255);
}

function rowsOf(reader: BackendReader): string[] {
  const rows: string[] = [];
  for (const bucket of BUCKETS)
    reader.range(bucket, NOTHING, undefined, (key, value) => rows.push(`${bucket}/${toHex(key)}=${toHex(value)}`) > 0);
  return rows;
}

/** Many rows, most of them deleted again: committed at 2. */
async function fillAndEmpty({ backend, commit }: Opened): Promise<void> {
  for (let i = 0; i < ROWS; i++) backend.put("key", rowKey(i), new Uint8Array(1_000).fill(i));
  await commit(1);
  for (let i = 0; i < ROWS; i++) if (i % 10 > 0) backend.delete("key", rowKey(i));
  await commit(2);
}

/** What a child does until it is killed: commits and defragments, and says how far the commits are. */
async function defragmentForEver(file: string): Promise<void> {
  const opened = await openAt(file);
  const { backend, commit } = opened;
  const defragment = async (): Promise<void> => {
    for (;;) {
      await backend.defragment();
      process.stdout.write("defragmented\n");
    }
  };
  void defragment();
  for (let index = backend.committed.index + 1; ; index++) {
    for (let i = 0; i < 20; i++) backend.put("key", rowKey(index * 20 + i), new Uint8Array(500).fill(index));
    backend.delete("key", rowKey(index * 10));
    await commit(index);
    process.stdout.write(`${index}\n`);
  }
}

const [, , mark, childFile] = process.argv;
if (mark === "defragment") await defragmentForEver(childFile as string);
else describeDefragment();

function describeDefragment(): void {
  describe("storage/node-defragment", () => {
    const base = mkdtempSync(join(tmpdir(), "quorate-defragment-"));
    after(() => rmSync(base, { recursive: true }));
    const newDir = (): string => mkdtempSync(join(base, "d-"));

    it("gives space back, keeps every row, and the file goes on as before", async () => {
      const dir = newDir();
      const file = join(dir, "db");
      const opened = await openAt(file);
      await fillAndEmpty(opened);
      const { backend, commit } = opened;
      backend.put("lease", bytesFromLatin1("buffered"), NOTHING);
      const before = rowsOf(backend);
      const { sizeBytesBefore, sizeBytesAfter } = await backend.defragment();
      assert.ok(sizeBytesBefore > 4_000_000, `${sizeBytesBefore} bytes before`);
      assert.ok(sizeBytesAfter < 1_000_000, `${sizeBytesAfter} bytes after`);
      assert.equal(backend.stats.sizeBytes, sizeBytesAfter);
      assert.equal(statSync(file).mode & 0o777, 0o600);
      assert.deepEqual(readdirSync(dir).sort(), ["db", "db-lock"]);
      assert.deepEqual(rowsOf(backend), before);
      await commit(3);
      assert.deepEqual(backend.committed, { index: 3, term: 1 });
      await backend.defragment();
      backend.put("key", rowKey(7), NOTHING);
      await commit(4);
      const last = rowsOf(backend);
      await backend.close();
      const again = (await openAt(file)).backend;
      assert.deepEqual(rowsOf(again), last);
      assert.deepEqual(again.committed, { index: 4, term: 1 });
      await again.close();
    });

    it("can wait for the commits that hold what is buffered, and ends with the backend", async () => {
      const { backend, commit } = await openAt(join(newDir(), "db"));
      await backend.flushed();
      backend.put("key", rowKey(1), NOTHING);
      const first = commit(1);
      backend.delete("key", rowKey(1));
      let isFlushed = false;
      const flushed = backend.flushed().then(() => {
        isFlushed = true;
      });
      await first;
      assert.equal(isFlushed, false, "the commit that was under way does not hold the removal");
      await commit(1);
      await flushed;
      backend.put("key", rowKey(2), NOTHING);
      const never = assert.rejects(backend.flushed(), { code: "Poisoned" });
      await backend.close();
      await never;
    });

    it("loses no change and tears no read, whatever is read and committed meanwhile", async () => {
      const seed = drawSeed();
      const prng = new Prng(seed);
      try {
        const file = join(newDir(), "db");
        const opened = await openAt(file);
        await fillAndEmpty(opened);
        const { backend, commit } = opened;
        const model = new MemoryBackend();
        for (let i = 0; i < ROWS; i += 10) model.put("key", rowKey(i), new Uint8Array(1_000).fill(i));
        let isDone = false;
        let commitsMeanwhile = 0;
        const work = async (): Promise<void> => {
          for (let i = 0; i < 2; i++) await backend.defragment();
          isDone = true;
        };
        const working = work();
        for (let index = 3; !isDone; index++) {
          for (let i = 0; i < 50; i++) {
            const key = rowKey(prng.below(ROWS));
            if (prng.chance(0.3)) {
              backend.delete("key", key);
              model.delete("key", key);
            } else {
              const value = new Uint8Array(prng.below(400)).fill(index);
              backend.put("key", key, value);
              model.put("key", key, value);
            }
            const other = rowKey(prng.below(ROWS));
            assert.deepEqual(backend.get("key", other)?.slice(), model.get("key", other)?.slice());
          }
          await commit(index);
          commitsMeanwhile++;
        }
        await working;
        assert.ok(commitsMeanwhile > 1);
        const position = backend.committed;
        model.startCommit(position);
        assert.deepEqual(rowsOf(backend), rowsOf(model));
        await backend.close();
        const again = (await openAt(file)).backend;
        assert.deepEqual(rowsOf(again), rowsOf(model));
        await again.close();
      } catch (error) {
        throw new Error(rerun("node-defragment", seed), { cause: error });
      }
    });

    it("leaves snapshots and images as they are, and the old file goes with the last of them", async () => {
      const file = join(newDir(), "db");
      const opened = await openAt(file);
      await fillAndEmpty(opened);
      const { backend, commit } = opened;
      const snapshot = backend.snapshot();
      const image = await backend.exportImage();
      const before = rowsOf(snapshot);
      await backend.defragment();
      for (let i = 0; i < ROWS; i += 10) backend.delete("key", rowKey(i));
      await commit(3);
      assert.deepEqual(rowsOf(snapshot), before);
      let bytes = 0;
      for await (const chunk of image.chunks) bytes += chunk.length;
      assert.equal(bytes, image.byteLength);
      const later = backend.snapshot();
      snapshot.close();
      assert.equal(later.applied.index, 3);
      assert.equal(rowsOf(later).length, 2);
      await backend.close();
    });

    it("refuses a second one, and is given up when the backend is closed", async () => {
      const dir = newDir();
      const opened = await openAt(join(dir, "db"));
      await fillAndEmpty(opened);
      const { backend } = opened;
      const first = backend.defragment();
      await assert.rejects(backend.defragment(), { code: "Busy" });
      const outcome = assert.rejects(first, { code: "Aborted" });
      await backend.close();
      await outcome;
      await assert.rejects(backend.defragment(), { code: "Poisoned" });
      assert.deepEqual(readdirSync(dir).sort(), ["db", "db-lock"]);
    });

    it("fails on a damaged row, and the old file goes on", async () => {
      const dir = newDir();
      const file = join(dir, "db");
      const first = await openAt(file);
      await fillAndEmpty(first);
      await first.backend.close();
      const bytes = readFileSync(file);
      for (
        let at = bytes.indexOf(Buffer.alloc(1_000, 50));
        at >= 0;
        at = bytes.indexOf(Buffer.alloc(1_000, 50), at + 1_000)
      )
        bytes[at + 500] = (bytes[at + 500] as number) ^ 1;
      writeFileSync(file, bytes);
      const { backend, commit } = await openAt(file);
      await assert.rejects(backend.defragment(), { code: "Corrupt", message: /does not match its checksum/ });
      assert.deepEqual(readdirSync(dir).sort(), ["db", "db-lock"]);
      backend.put("key", rowKey(1), NOTHING);
      await commit(3);
      assert.deepEqual(backend.get("key", rowKey(1))?.slice(), NOTHING);
      await backend.close();
    });

    it("is refused on a disk without room for a copy, and the old file goes on", async (t) => {
      const disk = newDir();
      try {
        execFileSync("mount", ["-t", "tmpfs", "-o", "size=66m", "tmpfs", disk], { stdio: "ignore" });
      } catch {
        t.skip("needs the right to mount a small file system");
        return;
      }
      try {
        const opened = await openAt(join(disk, "db"));
        await fillAndEmpty(opened);
        const { backend, commit } = opened;
        await assert.rejects(backend.defragment(), { code: "NoSpace", message: /has no room for a file of \d+ bytes/ });
        backend.put("key", rowKey(1), NOTHING);
        await commit(3);
        assert.deepEqual(readdirSync(disk).sort(), ["db", "db-lock"]);
        await backend.close();
      } finally {
        execFileSync("umount", [disk]);
      }
    });

    it("holds every commit that was reported when it is killed at any moment", async () => {
      const seed = drawSeed();
      const prng = new Prng(seed);
      const dir = newDir();
      const file = join(dir, "db");
      for (let round = 0; round < 3; round++) {
        const child = spawn(process.execPath, [fileURLToPath(import.meta.url), "defragment", file], {
          stdio: ["ignore", "pipe", "inherit"],
          env: { ...process.env, NODE_TEST_CONTEXT: undefined },
        });
        const reported = await killWhileItWorks(child, prng);
        const { backend } = await openAt(file);
        assert.deepEqual(readdirSync(dir).sort(), ["db", "db-lock"]);
        const { index } = backend.committed;
        assert.ok(index >= reported, `${index} of ${reported}; ${rerun("node-defragment", seed)}`);
        const model = new MemoryBackend();
        for (let n = 1; n <= index; n++) {
          for (let i = 0; i < 20; i++) model.put("key", rowKey(n * 20 + i), new Uint8Array(500).fill(n));
          model.delete("key", rowKey(n * 10));
        }
        model.startCommit({ index, term: 1 });
        assert.deepEqual(rowsOf(backend), rowsOf(model), rerun("node-defragment", seed));
        await backend.close();
      }
    });
  });
}

/** Kills the child after some lines and some time. Returns the last commit that it reported. */
async function killWhileItWorks(child: ChildProcess, prng: Prng): Promise<number> {
  let lines = 1 + prng.below(15);
  let last = 0;
  const exit = once(child, "exit");
  for await (const line of createInterface({ input: child.stdout! })) {
    if (line !== "defragmented") last = Number(line);
    if (--lines === 0) setTimeout(() => child.kill("SIGKILL"), prng.below(60));
  }
  await exit;
  return last;
}
