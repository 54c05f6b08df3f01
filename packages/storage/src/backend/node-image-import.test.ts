import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import {
  type Backend,
  type BackendReader,
  BUCKETS,
  bytesFromLatin1,
  concatBytes,
  latin1FromBytes,
  MemoryBackend,
  Prng,
  toHex,
} from "@quorate/base";
import { drawSeed, readFixture, rerun, samplePairs, skipWithoutFixtures } from "@quorate/testkit";
import { planImage } from "../bbolt/plan.ts";
import { type BucketPairs, encodeImage } from "../bbolt/writer.ts";
import { exportImage } from "./node-image-export.ts";
import { importImage, receivedFile, replaceBackend } from "./node-image-import.ts";
import { type LmdbBackend, type LmdbBackendOptions, openLmdbBackend } from "./node-lmdb-backend.ts";

const MAP_BYTES = 1024 * 1024 * 1024;
const NOTHING = new Uint8Array(0);
const ROWS = 3_000;

function optionsFor(file: string, onCommitted?: () => void): LmdbBackendOptions {
  const onFailure = (error: Error): void => assert.fail(error);
  return { file, mapSizeBytes: MAP_BYTES, onFailure, ...(onCommitted === undefined ? {} : { onCommitted }) };
}

function rowsOf(reader: BackendReader): string[] {
  const rows: string[] = [];
  for (const bucket of BUCKETS)
    reader.range(bucket, NOTHING, undefined, (key, value) => rows.push(`${bucket}/${toHex(key)}=${toHex(value)}`) > 0);
  return rows;
}

/** What the backend of generation `n` holds; its applied index is n. */
function fill(backend: Backend, n: number): void {
  for (let i = 0; i < ROWS; i++)
    backend.put("key", Uint8Array.of(1, i >> 8, i & 255), new Uint8Array(100 + (n % 50)).fill(n));
}

async function imageBytes(fillWith: (backend: Backend) => void, index: number): Promise<Uint8Array> {
  const memory = new MemoryBackend();
  fillWith(memory);
  memory.startCommit({ index, term: 3 });
  memory.finishCommit();
  const chunks: Uint8Array[] = [];
  for await (const chunk of (await exportImage(memory.snapshot())).chunks) chunks.push(chunk);
  return concatBytes(chunks);
}

/** An image of buckets of any name, for what no backend would export. */
function rawImage(buckets: Readonly<Record<string, readonly (readonly [key: string, value: string])[]>>): Uint8Array {
  const all: BucketPairs[] = Object.entries(buckets).map(([name, pairs]) => ({
    name: bytesFromLatin1(name),
    pairs: pairs.map(([key, value]) => ({ key: bytesFromLatin1(key), value: bytesFromLatin1(value) })),
  }));
  const sizes = all.map(({ name, pairs }) => ({
    name,
    pairs: [...pairs].map(({ key, value }) => ({ keyBytes: key.length, valueBytes: value.length })),
  }));
  return concatBytes([...encodeImage(planImage(sizes), all)]);
}

/** What a child does until it is killed: replaces its backend by the next generation, and says so. */
async function replaceForEver(file: string): Promise<void> {
  let backend = await openLmdbBackend(optionsFor(file));
  for (let n = backend.committed.index + 1; ; n++) {
    const image = join(dirname(file), `${n}.snap.db`);
    writeFileSync(image, await imageBytes((memory) => fill(memory, n), n));
    process.stdout.write("begin\n");
    await importImage({ image, file: receivedFile(file), mapSizeBytes: MAP_BYTES });
    backend = await replaceBackend({ backend, by: receivedFile(file), options: optionsFor(file) });
    rmSync(image);
  }
}

const [, , mark, childFile] = process.argv;
if (mark === "replace") await replaceForEver(childFile as string);
else describeImport();

function describeImport(): void {
  describe("storage/node-image-import", () => {
    const base = mkdtempSync(join(tmpdir(), "quorate-import-"));
    after(() => rmSync(base, { recursive: true }));
    const newDir = (): string => mkdtempSync(join(base, "d-"));
    const write = (dir: string, bytes: Uint8Array): string => {
      const image = join(dir, "image");
      writeFileSync(image, bytes);
      return image;
    };
    const opened = async (file: string, body: (backend: LmdbBackend) => void): Promise<void> => {
      const backend = await openLmdbBackend(optionsFor(file));
      try {
        body(backend);
      } finally {
        await backend.close();
      }
    };

    it("makes a backend with the rows of any image, and tells how far it is applied", async () => {
      const seed = drawSeed();
      const prng = new Prng(seed);
      try {
        for (let round = 0; round < 3; round++) {
          const memory = new MemoryBackend();
          for (const bucket of BUCKETS) {
            const count = bucket === "meta" ? 0 : prng.pick([0, 1, 20, 200]);
            for (const { key, value } of samplePairs(prng, count, prng.pick([2, 18, 1_978]), prng.pick([0, 30, 5_000])))
              memory.put(bucket, key, value);
          }
          memory.startCommit({ index: 100 + round, term: 4 });
          memory.finishCommit();
          const chunks: Uint8Array[] = [];
          for await (const chunk of (await exportImage(memory.snapshot())).chunks) chunks.push(chunk);
          const dir = newDir();
          const image = write(dir, concatBytes(chunks));
          const file = join(dir, "db");
          const imported = await importImage({ image, file, mapSizeBytes: MAP_BYTES });
          assert.deepEqual(imported.applied, { index: 100 + round, term: 4 });
          assert.deepEqual(readdirSync(dir).sort(), ["db", "image"]);
          await opened(file, (backend) => {
            assert.deepEqual(rowsOf(backend), rowsOf(memory));
            assert.equal(imported.rows, rowsOf(memory).length);
            assert.deepEqual(backend.committed, imported.applied);
          });
        }
      } catch (error) {
        throw new Error(rerun("node-image-import", seed), { cause: error });
      }
    });

    it("sets and removes rows that the snapshot's metadata knows better", async () => {
      const dir = newDir();
      const fillWith = (memory: Backend): void => {
        memory.put("meta", bytesFromLatin1("confState"), bytesFromLatin1("old"));
        memory.put("cluster", bytesFromLatin1("downgrade"), bytesFromLatin1("{}"));
      };
      const image = write(dir, await imageBytes(fillWith, 8));
      const file = join(dir, "db");
      const index = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 12);
      const imported = await importImage({
        image,
        file,
        mapSizeBytes: MAP_BYTES,
        rows: [
          { bucket: "meta", key: bytesFromLatin1("confState"), value: bytesFromLatin1("new") },
          { bucket: "meta", key: bytesFromLatin1("consistent_index"), value: index },
          { bucket: "cluster", key: bytesFromLatin1("downgrade"), value: undefined },
        ],
      });
      assert.deepEqual(imported.applied, { index: 8, term: 3 });
      await opened(file, (backend) => {
        assert.deepEqual(backend.committed, { index: 12, term: 3 });
        assert.equal(latin1FromBytes(backend.get("meta", bytesFromLatin1("confState")) ?? NOTHING), "new");
        assert.equal(backend.get("cluster", bytesFromLatin1("downgrade")), undefined);
      });
    });

    it("takes images with buckets missing, with etcd's test bucket, and without any position", async () => {
      const dir = newDir();
      const image = write(dir, rawImage({ key: [["a", "1"]], test: [["b", "2"]] }));
      const file = join(dir, "db");
      const imported = await importImage({ image, file, mapSizeBytes: MAP_BYTES });
      assert.deepEqual([imported.applied, imported.rows], [{ index: 0, term: 0 }, 1]);
      await opened(file, (backend) => assert.deepEqual(rowsOf(backend), ["key/61=31"]));
    });

    for (const version of ["3.6.14", "3.7.1"])
      it(`takes the backend of etcd ${version}`, { skip: skipWithoutFixtures() }, async () => {
        const dir = newDir();
        const image = write(dir, readFixture(`db-${version}-first64k.db`));
        const imported = await importImage({ image, file: join(dir, "db"), mapSizeBytes: MAP_BYTES });
        assert.ok(imported.applied.index > 0 && imported.rows > 5);
        await opened(join(dir, "db"), (backend) => {
          assert.deepEqual(backend.committed, imported.applied);
          assert.ok(backend.get("meta", bytesFromLatin1("storageVersion")) !== undefined);
        });
      });

    it("refuses what is no image of a backend, and leaves the directory as it was", async () => {
      const good = await imageBytes((memory) => fill(memory, 1), 1);
      const flipped = good.slice();
      // A page that says it is another one.
      flipped[3 * 4096] = 77;
      const cases: readonly (readonly [Uint8Array, RegExp])[] = [
        [bytesFromLatin1("hello"), /cannot be imported/],
        [good.subarray(0, good.length - 4096), /cannot be imported: .*pages of 4096 bytes/],
        [flipped, /cannot be imported: page 3/],
        [rawImage({ key: [["a", "1"]], later: [] }), /a bucket "later", which this version does not know/],
        [rawImage({ key: [["k".repeat(1_979), "1"]] }), /1979 bytes/],
        [rawImage({ meta: [["consistent_index", "short"]] }), /applied position is no number/],
      ];
      for (const [bytes, message] of cases) {
        const dir = newDir();
        const image = write(dir, bytes);
        writeFileSync(join(dir, "db"), "what was there");
        const attempt = importImage({ image, file: join(dir, "db"), mapSizeBytes: MAP_BYTES });
        await assert.rejects(attempt, { code: "Corrupt", message });
        assert.deepEqual(readdirSync(dir).sort(), ["db", "image"]);
        assert.equal(readFileSync(join(dir, "db"), "latin1"), "what was there");
      }
    });

    it("says when there is no image, or no room for it", async () => {
      const dir = newDir();
      const none = importImage({ image: join(dir, "none"), file: join(dir, "db"), mapSizeBytes: MAP_BYTES });
      await assert.rejects(none, { code: "IoFailed", message: /ENOENT/ });
      const image = write(dir, await imageBytes((memory) => fill(memory, 1), 1));
      const small = importImage({ image, file: join(dir, "db"), mapSizeBytes: 256 * 1024 });
      await assert.rejects(small, { code: "NoSpace" });
      assert.deepEqual(readdirSync(dir), ["image"]);
    });

    it("takes the place of an open backend, whatever that was doing", async () => {
      const dir = newDir();
      const file = join(dir, "db");
      const backend = await openLmdbBackend(optionsFor(file));
      fill(backend, 1);
      backend.startCommit({ index: 1, term: 1 });
      backend.put("key", bytesFromLatin1("buffered"), NOTHING);
      const image = write(dir, await imageBytes((memory) => fill(memory, 9), 9));
      await importImage({ image, file: receivedFile(file), mapSizeBytes: MAP_BYTES });
      const snapshot = backend.snapshot();
      const job = await backend.exportImage();
      let committed = 0;
      const options = optionsFor(file, () => committed++);
      const next = await replaceBackend({ backend, by: receivedFile(file), options });
      assert.throws(() => backend.get("key", NOTHING), { code: "Poisoned" });
      assert.throws(() => snapshot.get("key", NOTHING), { code: "Poisoned" });
      await job.close();
      const expected = new MemoryBackend();
      fill(expected, 9);
      expected.startCommit({ index: 9, term: 3 });
      assert.deepEqual(rowsOf(next), rowsOf(expected));
      assert.deepEqual(next.committed, { index: 9, term: 3 });
      await assert.rejects(replaceBackend({ backend: next, by: receivedFile(file), options }), { code: "NotFound" });
      next.put("key", bytesFromLatin1("goes on"), NOTHING);
      assert.ok(next.startCommit({ index: 10, term: 3 }));
      await next.close();
      assert.equal(committed, 1);
      assert.deepEqual(readdirSync(dir).sort(), ["db", "db-lock", "image"]);
    });

    it("leaves the old or the new backend whole when it is killed, and the image until it is in place", async () => {
      const seed = drawSeed();
      const prng = new Prng(seed);
      const dir = newDir();
      const file = join(dir, "db");
      let last = 0;
      for (let round = 0; round < 4; round++) {
        const child = spawn(process.execPath, [fileURLToPath(import.meta.url), "replace", file], {
          stdio: ["ignore", "pipe", "inherit"],
          env: { ...process.env, NODE_TEST_CONTEXT: undefined },
        });
        await killWhileItReplaces(child, prng);
        const images = readdirSync(dir).filter((name) => name.endsWith(".snap.db"));
        await opened(file, (backend) => {
          const n = backend.committed.index;
          assert.ok(n >= last, `${n} after ${last}; ${rerun("node-image-import", seed)}`);
          last = n;
          if (n > 0) {
            const expected = new MemoryBackend();
            fill(expected, n);
            expected.startCommit({ index: n, term: 3 });
            assert.deepEqual(rowsOf(backend), rowsOf(expected));
          }
          // It was killed after it began on n + 1, or when n was in place and its image not yet removed.
          assert.ok(images.includes(`${n + 1}.snap.db`) || images.length === 0 || images.includes(`${n}.snap.db`));
          for (const name of images) rmSync(join(dir, name));
        });
      }
    });
  });
}

/** Waits until the child is at it, and kills it some time in the next replacement. */
async function killWhileItReplaces(child: ChildProcess, prng: Prng): Promise<void> {
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  assert.equal((await lines.next()).value, "begin");
  const exit = once(child, "exit");
  setTimeout(() => child.kill("SIGKILL"), prng.below(300));
  await exit;
}
