import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import {
  type Backend,
  type BackendReader,
  BUCKETS,
  bytesFromLatin1,
  concatBytes,
  crc32c,
  latin1FromBytes,
  MemoryBackend,
  toHex,
} from "@quorate/base";
import { BboltImage } from "../bbolt/reader.ts";
import { bytesSource } from "../bbolt/source.ts";
import type { ImageExport } from "./image-protocol.ts";
import { exportImage, hashBackend } from "./node-image-export.ts";
import { ImageJob } from "./node-image-job.ts";
import { type LmdbBackend, openLmdbBackend } from "./node-lmdb-backend.ts";

const MAP_BYTES = 1024 * 1024 * 1024;
const NOTHING = new Uint8Array(0);
const APPLIED = { index: 7, term: 2 };

/** A key of mvcc: main revision, "_", sub-revision 0. */
function revisionKey(main: number): Uint8Array {
  const key = new Uint8Array(17);
  new DataView(key.buffer).setBigUint64(0, BigInt(main));
  key[8] = 95;
  return key;
}

/** Rows in some buckets, none in the others. */
function fill(backend: Backend, rows: number): void {
  for (let i = 1; i <= rows; i++) backend.put("key", revisionKey(i), new Uint8Array(300).fill(i));
  backend.put("key", revisionKey(rows + 1), new Uint8Array(200_000).fill(9));
  backend.put("cluster", bytesFromLatin1("clusterVersion"), bytesFromLatin1("3.5.0"));
  backend.put("meta", bytesFromLatin1("confState"), bytesFromLatin1('{"voters":[1]}'));
  backend.put("alarm", bytesFromLatin1("\x08\x01\x10\x01"), NOTHING);
}

async function openAt(file: string): Promise<{ backend: LmdbBackend; commit: (index: number) => Promise<void> }> {
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
      assert.ok(backend.startCommit({ index, term: APPLIED.term }));
    });
  return { backend, commit };
}

async function collect({ chunks }: ImageExport): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return concatBytes(all);
}

/** Every bucket and row, as text. */
function imageRows(bytes: Uint8Array): string[] {
  const rows: string[] = [];
  for (const bucket of new BboltImage(bytesSource(bytes)).buckets()) {
    rows.push(latin1FromBytes(bucket.name));
    for (const { key, value } of bucket.pairs()) rows.push(`${toHex(key)}=${toHex(value)}`);
  }
  return rows;
}

function backendRows(reader: BackendReader): string[] {
  const rows: string[] = [];
  for (const bucket of BUCKETS) {
    rows.push(bucket);
    reader.range(bucket, NOTHING, undefined, (key, value) => rows.push(`${toHex(key)}=${toHex(value)}`) > 0);
  }
  return rows;
}

/** What etcd's Maintenance.Hash says of these rows. */
function plainHash(reader: BackendReader, ignored: readonly string[]): number {
  const parts: Uint8Array[] = [];
  for (const bucket of BUCKETS) {
    parts.push(bytesFromLatin1(bucket));
    reader.range(bucket, NOTHING, undefined, (key, value) => {
      if (!ignored.includes(`${bucket}/${latin1FromBytes(key)}`)) parts.push(key.slice(), value.slice());
      return true;
    });
  }
  return crc32c(concatBytes(parts));
}

const ETCDUTL = "etcdutl";
const hasEtcdutl = spawnSync(ETCDUTL, ["version"]).status === 0;

describe("storage/node-image-export", () => {
  const base = mkdtempSync(join(tmpdir(), "quorate-image-"));
  after(() => rmSync(base, { recursive: true }));
  let files = 0;
  const newFile = (): string => join(mkdtempSync(join(base, `${files++}-`)), "db");

  it("gives the same image, in all ten buckets, of LMDB on either thread and of the backend in memory", async () => {
    const { backend, commit } = await openAt(newFile());
    fill(backend, 2_000);
    await commit(APPLIED.index);
    const memory = new MemoryBackend();
    fill(memory, 2_000);
    assert.ok(memory.startCommit(APPLIED));
    memory.finishCommit();

    const expected = await exportImage(memory.snapshot());
    const bytes = await collect(expected);
    assert.equal(bytes.length, expected.byteLength);
    assert.deepEqual(imageRows(bytes), backendRows(backend));
    for (const image of [await exportImage(backend.snapshot()), await backend.exportImage()]) {
      assert.deepEqual(image.applied, APPLIED);
      assert.equal(latin1FromBytes(image.confState ?? NOTHING), '{"voters":[1]}');
      assert.equal(image.byteLength, bytes.length);
      assert.ok(Buffer.from(await collect(image)).equals(bytes));
    }
    await backend.close();
  });

  it("gives an image of ten empty buckets for a new backend", async () => {
    const { backend } = await openAt(newFile());
    const image = await backend.exportImage();
    assert.equal(image.confState, undefined);
    assert.deepEqual(imageRows(await collect(image)), [...BUCKETS]);
    await backend.close();
  });

  it("is of the commit before, whatever is committed while it is made", async () => {
    const { backend, commit } = await openAt(newFile());
    fill(backend, 3_000);
    await commit(1);
    const before = backendRows(backend);
    const exporting = backend.exportImage();
    // Held back until the view is taken, though it was started first.
    for (let i = 1; i <= 3_000; i++) backend.delete("key", revisionKey(i));
    const finished = commit(2);
    const image = await exporting;
    assert.equal(image.applied.index, 1);
    await finished;
    assert.equal(backend.committed.index, 2);
    fill(backend, 10);
    await commit(3);
    assert.deepEqual(imageRows(await collect(image)), before);
    await backend.close();
  });

  it("lets go when it is left early, when it is never begun, and refuses a fifth at a time", async () => {
    const { backend, commit } = await openAt(newFile());
    fill(backend, 4_000);
    await commit(1);
    for (let i = 0; i < 3; i++) {
      const image = await backend.exportImage();
      if (i % 2 === 0) for await (const chunk of image.chunks) if (chunk.length > 0) break;
      await image.close();
    }
    const images = await Promise.all(Array.from({ length: 4 }, () => backend.exportImage()));
    await assert.rejects(backend.exportImage(), { code: "SnapshotExpired" });
    await Promise.all(images.map((image) => image.close()));
    await assert.rejects(collect(images[0] as ImageExport), { code: "Poisoned" });
    await backend.close();
  });

  it("comes with a snapshot of the same commit, though one is under way and the next is asked for", async () => {
    const { backend, commit } = await openAt(newFile());
    fill(backend, 500);
    const first = commit(1);
    const both = backend.exportSnapshot();
    await first;
    backend.put("lease", Uint8Array.of(1), NOTHING);
    const second = commit(2);
    const { snapshot, image } = await both;
    assert.deepEqual([snapshot.applied.index, image.applied.index], [1, 1]);
    await second;
    assert.equal(backend.committed.index, 2);
    assert.deepEqual(imageRows(await collect(image)), backendRows(snapshot));
    snapshot.close();
    const closing = assert.rejects(backend.exportSnapshot(), { code: "Poisoned" });
    await backend.close();
    await closing;
  });

  it("is given up when nobody takes a piece of it", async () => {
    const file = newFile();
    const { backend, commit } = await openAt(file);
    fill(backend, 4_000);
    await commit(1);
    const job = new ImageJob({ file, mapSizeBytes: MAP_BYTES, work: "image" }, 1);
    const image = await job.image();
    // Settles without anybody closing the image.
    await job.whenEnded;
    await assert.rejects(collect(image), { code: "SnapshotExpired", message: /nobody took/ });
    await backend.close();
  });

  it("ends with an error when the backend is closed under it", async () => {
    const { backend, commit } = await openAt(newFile());
    fill(backend, 20_000);
    await commit(1);
    const image = await backend.exportImage();
    const chunks = image.chunks[Symbol.asyncIterator]();
    await chunks.next();
    await backend.close();
    await assert.rejects(
      async () => {
        for (;;) if ((await chunks.next()).done === true) return;
      },
      { code: "Poisoned" },
    );
  });

  it("never gives out a damaged row", async () => {
    const file = newFile();
    const { backend, commit } = await openAt(file);
    fill(backend, 100);
    await commit(1);
    await backend.close();
    const bytes = readFileSync(file);
    const at = bytes.indexOf(Buffer.alloc(300, 50));
    bytes[at + 7] = (bytes[at + 7] as number) ^ 1;
    writeFileSync(file, bytes);
    const again = (await openAt(file)).backend;
    await assert.rejects(again.exportImage(), { code: "Corrupt", message: /does not match its checksum/ });
    await assert.rejects(again.hash(), { code: "Corrupt" });
    await assert.rejects(exportImage(again.snapshot()), { code: "Corrupt" });
    await again.close();
  });

  it("lets the loop go on while it works on its thread", async () => {
    const memory = new MemoryBackend();
    fill(memory, 40_000);
    assert.ok(memory.startCommit(APPLIED));
    memory.finishCommit();
    let turns = 0;
    let isDone = false;
    const turn = (): void => {
      turns++;
      if (!isDone) setImmediate(turn);
    };
    setImmediate(turn);
    await collect(await exportImage(memory.snapshot()));
    isDone = true;
    assert.ok(turns > 5, `${turns} turns of the loop`);
  });

  it("hashes as etcd does, whoever does it, and leaves out what members do not share", async () => {
    const { backend, commit } = await openAt(newFile());
    fill(backend, 500);
    backend.put("meta", bytesFromLatin1("storageVersion"), bytesFromLatin1("3.6.0"));
    await commit(5);
    const snapshot = backend.snapshot();
    const hash = plainHash(snapshot, ["meta/consistent_index", "meta/term", "meta/storageVersion"]);
    assert.equal(await hashBackend(snapshot), hash);
    assert.deepEqual(await backend.hash(), { hash, applied: { index: 5, term: APPLIED.term } });
    assert.equal(await hashBackend(snapshot, () => false), plainHash(snapshot, []));
    snapshot.close();
    backend.put("meta", bytesFromLatin1("storageVersion"), bytesFromLatin1("3.7.0"));
    await commit(6);
    assert.equal((await backend.hash()).hash, hash);
    backend.put("lease", Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 1), NOTHING);
    await commit(7);
    assert.notEqual((await backend.hash()).hash, hash);
    await backend.close();
  });

  it("is accepted by etcdutl, digest, status and restore", {
    skip: !hasEtcdutl && "etcdutl is not on the PATH",
  }, async () => {
    const { backend, commit } = await openAt(newFile());
    for (let i = 1; i <= 1_000; i++)
      backend.put("key", revisionKey(i), bytesFromLatin1("\x0a\x01k\x10\x01\x18\x01\x20\x01"));
    backend.put("cluster", bytesFromLatin1("clusterVersion"), bytesFromLatin1("3.5.0"));
    await commit(9);
    const bytes = await collect(await backend.exportImage());
    const snapshot = backend.snapshot();
    const hash = await hashBackend(snapshot, () => false);
    await backend.close();
    const file = newFile();
    writeFileSync(file, concatBytes([bytes, createHash("sha256").update(bytes).digest()]));
    const status = spawnSync(ETCDUTL, ["snapshot", "status", file, "-w", "json"], { encoding: "utf8" });
    assert.equal(status.status, 0, status.stderr);
    const told = JSON.parse(status.stdout) as { hash: number; revision: number; totalSize: number };
    assert.deepEqual([told.hash, told.revision, told.totalSize], [hash, 1_000, bytes.length]);
    const restored = join(base, "restored");
    const restore = spawnSync(ETCDUTL, ["snapshot", "restore", file, "--data-dir", restored], { encoding: "utf8" });
    assert.equal(restore.status, 0, restore.stderr);
    assert.ok(readFileSync(join(restored, "member/snap/db")).length >= bytes.length);
  });
});
