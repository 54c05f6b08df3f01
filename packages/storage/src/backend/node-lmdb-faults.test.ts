import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { messageOf, Prng } from "@quorate/base";
import { drawSeed, rerun } from "@quorate/testkit";
import { StorageError } from "../errors.ts";
import { openLmdb } from "./node-lmdb.ts";
import { type LmdbBackend, openLmdbBackend } from "./node-lmdb-backend.ts";

const NOTHING = new Uint8Array(0);
const MAP_BYTES = 256 * 1024 * 1024;
const VALUE_BYTES = 300;
const ROWS_PER_COMMIT = 20;
const CHILD_TIMEOUT_MS = 60_000;

type Opened = {
  readonly backend: LmdbBackend;
  readonly commit: (index: number) => Promise<number>;
  readonly failures: StorageError[];
};

async function openAt(file: string, mapSizeBytes = MAP_BYTES): Promise<Opened> {
  const failures: StorageError[] = [];
  let settle: { resolve: (index: number) => void; reject: (error: StorageError) => void } | undefined;
  const backend = await openLmdbBackend({
    file,
    mapSizeBytes,
    onCommitted: ({ index }) => settle?.resolve(index),
    onFailure: (error) => {
      failures.push(error);
      settle?.reject(error);
    },
  });
  const commit = (index: number): Promise<number> =>
    new Promise((resolve, reject) => {
      settle = { resolve, reject };
      assert.ok(backend.startCommit({ index, term: 1 }));
    });
  return { backend, commit, failures };
}

function rowKey(i: number): Uint8Array {
  const key = new Uint8Array(17);
  new DataView(key.buffer).setBigUint64(0, BigInt(i));
  return key;
}

/** The value that row `i` always has. */
function rowValue(i: number): Uint8Array {
  const value = new Uint8Array(VALUE_BYTES);
  new DataView(value.buffer).setUint32(0, i);
  return value.fill(i * 7, 4);
}

function putRows(backend: LmdbBackend, from: number, to: number): void {
  for (let i = from; i < to; i++) backend.put("key", rowKey(i), rowValue(i));
}

/** How many rows there are. @throws where one is not what was written. */
function countRows(backend: LmdbBackend): number {
  let count = 0;
  backend.range("key", NOTHING, undefined, (key, value) => {
    const i = Number(new DataView(key.buffer, key.byteOffset).getBigUint64(0));
    assert.deepEqual(value.slice(), rowValue(i));
    count++;
    return true;
  });
  return count;
}

/** What a child process does; the parent kills it, or sees how it ends. */
const ROLES: Readonly<Record<string, (file: string) => Promise<void>>> = {
  /** Commits without end and says each index that was reported as committed. */
  async write(file) {
    const { backend, commit } = await openAt(file);
    for (let index = backend.committed.index + 1; ; index++) {
      putRows(backend, (index - 1) * ROWS_PER_COMMIT, index * ROWS_PER_COMMIT);
      process.stdout.write(`${await commit(index)}\n`);
    }
  },
  /** Loses the file under its feet. */
  async truncate(file) {
    const { backend } = await openAt(file);
    truncateSync(file, 4096 * 3);
    countRows(backend);
  },
  /** Opens each file and says how its rows are. */
  async scan(list) {
    for (const file of list.split(":")) {
      let outcome: string;
      try {
        const { backend } = await openAt(file);
        try {
          outcome = `${countRows(backend)}`;
        } finally {
          await backend.close();
        }
      } catch (error) {
        outcome = error instanceof StorageError ? error.code : `wrong: ${messageOf(error)}`;
      }
      process.stdout.write(`${outcome}\n`);
    }
  },
};

function start(role: string, argument: string): ChildProcess {
  return spawn(process.execPath, [fileURLToPath(import.meta.url), "role", role, argument], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    // Damaged pages could lead LMDB in circles.
    timeout: CHILD_TIMEOUT_MS,
    killSignal: "SIGKILL",
  });
}

const [, , mark, role, argument] = process.argv;
if (mark === "role") await ROLES[role as string]?.(argument as string);
else describeFaults();

function describeFaults(): void {
  describe("storage/node-lmdb-faults", () => {
    const base = mkdtempSync(join(tmpdir(), "quorate-faults-"));
    after(() => rmSync(base, { recursive: true }));
    let folders = 0;
    const newFile = (): string => join(mkdtempSync(join(base, `${folders++}-`)), "backend.mdb");
    const written = async (rows: number): Promise<string> => {
      const file = newFile();
      const { backend, commit } = await openAt(file);
      putRows(backend, 0, rows);
      await commit(1);
      await backend.close();
      return file;
    };

    it("holds what a finished commit said after kill -9 at any moment, and nothing in part", async () => {
      const seed = drawSeed();
      const prng = new Prng(seed);
      const file = newFile();
      for (let round = 0; round < 4; round++) {
        const child = start("write", file);
        let reported = 0;
        const killAt = 1 + prng.below(60);
        const lines = createInterface({ input: child.stdout as NonNullable<ChildProcess["stdout"]> });
        const exited = once(child, "exit");
        let seen = 0;
        for await (const line of lines) {
          reported = Number(line);
          if (++seen === killAt) child.kill("SIGKILL");
        }
        assert.equal((await exited)[1], "SIGKILL", "it wrote until it was killed");
        const { backend } = await openAt(file);
        const { index } = backend.committed;
        assert.ok(index >= reported, `${rerun("node-lmdb-faults", seed)}: ${index} of ${reported}`);
        assert.equal(countRows(backend), index * ROWS_PER_COMMIT, rerun("node-lmdb-faults", seed));
        await backend.close();
      }
    });

    it("never gives out a wrong value from a file with a flipped bit", async () => {
      const seed = drawSeed();
      const prng = new Prng(seed);
      const rows = 400;
      const source = await written(rows);
      const image = readFileSync(source);
      const used = image.findLastIndex((byte) => byte !== 0) + 1;
      let pending: string[] = [];
      for (let n = 0; n < 24; n++) {
        const file = newFile();
        const damaged = Buffer.from(image);
        const at = prng.below(used);
        damaged[at] = (damaged[at] as number) ^ (1 << prng.below(8));
        writeFileSync(file, damaged);
        pending.push(file);
      }
      let found = 0;
      while (pending.length > 0) {
        const child = start("scan", pending.join(":"));
        const outcomes: string[] = [];
        for await (const line of createInterface({ input: child.stdout as NonNullable<ChildProcess["stdout"]> })) {
          outcomes.push(line);
        }
        for (const outcome of outcomes) {
          assert.ok(!outcome.startsWith("wrong"), `${outcome}; ${rerun("node-lmdb-faults", seed)}`);
          if (outcome === "Corrupt") found++;
        }
        // Where LMDB itself stumbled over the damage, the process is gone: the next one goes on behind that file.
        pending = pending.slice(outcomes.length + 1);
        child.kill("SIGKILL");
      }
      assert.ok(found > 4, `${found} of 24 were found; ${rerun("node-lmdb-faults", seed)}`);
    });

    it("finds a flipped bit in a value, and gives out the rows beside it", async () => {
      const file = await written(400);
      const image = readFileSync(file);
      const at = image.indexOf(Buffer.from(rowValue(123)));
      image[at + 50] = (image[at + 50] as number) ^ 4;
      writeFileSync(file, image);
      const { backend } = await openAt(file);
      assert.throws(() => backend.get("key", rowKey(123)), { code: "Corrupt", message: /row 000000000000007b/ });
      assert.throws(() => countRows(backend), { code: "Corrupt" });
      assert.deepEqual(backend.get("key", rowKey(124))?.slice(), rowValue(124));
      await backend.close();
    });

    it("refuses to open where the applied position is damaged, and lets go of the file", async () => {
      const file = await written(10);
      const image = readFileSync(file);
      const name = Buffer.from("consistent_index");
      for (let at = image.indexOf(name); at >= 0; at = image.indexOf(name, at + 1)) {
        const lowest = at + name.length + 7;
        image[lowest] = (image[lowest] as number) ^ 1;
      }
      writeFileSync(file, image);
      await assert.rejects(openAt(file), { code: "Corrupt", message: /of bucket "meta"/ });
      await assert.rejects(openAt(file), { code: "Corrupt", message: /of bucket "meta"/ });
    });

    it("refuses a truncated file, and dies rather than answer when it is truncated in use", async () => {
      const file = await written(400);
      const cut = newFile();
      copyFileSync(file, cut);
      truncateSync(cut, 4096 * 3);
      await assert.rejects(openAt(cut), { code: "Corrupt", message: /truncated: 12288 of \d+ bytes/ });
      truncateSync(cut, 0);
      await assert.rejects(openAt(cut), { code: "Corrupt", message: /shorter than its header/ });
      assert.equal(statSync(cut).size, 0);
      const child = start("truncate", file);
      const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
      assert.ok(signal === "SIGBUS" || code === 135, `ended with ${code}, ${signal}`);
      await assert.rejects(openAt(file), { code: "Corrupt" });
    });

    it("refuses files of others, and leaves them as they are", async () => {
      const text = newFile();
      writeFileSync(text, "not a database\n".repeat(10_000));
      await assert.rejects(openAt(text), { code: "Corrupt", message: /not an LMDB file/ });
      const foreign = newFile();
      const root = openLmdb({
        path: foreign,
        noSubdir: true,
        readOnly: false,
        mapSize: MAP_BYTES,
        maxDbs: 4,
        maxReaders: 8,
        permissionsMode: 0o600,
        overlappingSync: false,
        safeRestore: true,
        noSync: false,
        noMetaSync: false,
        mapAsync: false,
        useWritemap: false,
        noMemInit: false,
        noReadAhead: false,
        remapChunks: false,
        cache: false,
        compression: false,
        encoding: "binary",
        keyEncoding: "binary",
      });
      root.transactionSync(() => void root.putSync(Uint8Array.of(1), Uint8Array.of(2)));
      await root.close();
      const before = readFileSync(foreign);
      await assert.rejects(openAt(foreign), { code: "Corrupt", message: /has no bucket "alarm"/ });
      assert.ok(before.equals(readFileSync(foreign)));
    });

    it("ends with one clear failure when the map is full, and holds the last commit", async () => {
      const file = newFile();
      const { backend, commit, failures } = await openAt(file, 1024 * 1024);
      putRows(backend, 0, 100);
      await commit(1);
      putRows(backend, 100, 20_000);
      await assert.rejects(commit(2), { code: "NoSpace", message: /its map is full/ });
      assert.throws(() => backend.get("key", rowKey(1)), { code: "NoSpace" });
      assert.throws(() => backend.put("key", rowKey(1), NOTHING), { code: "NoSpace" });
      assert.throws(() => backend.startCommit({ index: 3, term: 1 }), { code: "NoSpace" });
      await backend.close();
      assert.equal(failures.length, 1);
      const again = await openAt(file);
      assert.equal(again.backend.committed.index, 1);
      assert.equal(countRows(again.backend), 100);
      await again.backend.close();
    });

    it("gives up the oldest snapshot before the map is full of what it keeps", async () => {
      const { backend, commit } = await openAt(newFile(), 4 * 1024 * 1024);
      putRows(backend, 0, 1_000);
      await commit(1);
      const snapshot = backend.snapshot();
      for (let index = 2; index < 40; index++) {
        putRows(backend, 0, 1_000);
        await commit(index);
      }
      assert.throws(() => snapshot.get("key", rowKey(1)), { code: "SnapshotExpired" });
      assert.equal(countRows(backend), 1_000);
      await backend.close();
    });

    it("ends with one clear failure when the disk is full, and holds the last commit", async (t) => {
      const disk = join(base, "small-disk");
      mkdirSync(disk);
      try {
        execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", disk], { stdio: "ignore" });
      } catch {
        t.skip("needs the right to mount a small file system");
        return;
      }
      try {
        const file = join(disk, "backend.mdb");
        const { backend, commit, failures } = await openAt(file);
        let index = 0;
        await assert.rejects(
          async () => {
            for (;;) {
              putRows(backend, index * 1_000, (index + 1) * 1_000);
              await commit(index + 1);
              index++;
            }
          },
          { code: "IoFailed", message: /is the disk full or failing/ },
        );
        assert.ok(index > 0);
        assert.throws(() => backend.get("key", rowKey(1)), { code: "IoFailed" });
        await backend.close();
        assert.equal(failures.length, 1);
        const again = await openAt(file);
        assert.equal(again.backend.committed.index, index);
        assert.equal(countRows(again.backend), index * 1_000);
        await again.backend.close();
      } finally {
        execFileSync("umount", [disk]);
      }
    });

    it("starts over after a crash while the file was made", async () => {
      const file = newFile();
      writeFileSync(`${file}.tmp`, "half");
      const { backend } = await openAt(file);
      await backend.close();
      assert.ok(!existsSync(`${file}.tmp`));
    });
  });
}
