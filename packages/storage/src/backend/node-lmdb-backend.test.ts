import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import {
  type AppliedPosition,
  type BackendReader,
  BUCKETS,
  type BucketName,
  MemoryBackend,
  Prng,
  toHex,
} from "@quorate/base";
import { drawSeed, rerun } from "@quorate/testkit";
import { type LmdbBackend, mapSizeForQuota, openLmdbBackend } from "./node-lmdb-backend.ts";

const MAP_BYTES = 1024 * 1024 * 1024;
const NOTHING = new Uint8Array(0);
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

/** A backend with its commits as promises. */
class Lab {
  readonly backend: LmdbBackend;
  readonly #waiting: ((position: AppliedPosition) => void)[];

  private constructor(backend: LmdbBackend, waiting: ((position: AppliedPosition) => void)[]) {
    this.backend = backend;
    this.#waiting = waiting;
  }

  static async open(file: string): Promise<Lab> {
    const waiting: ((position: AppliedPosition) => void)[] = [];
    const backend = await openLmdbBackend({
      file,
      mapSizeBytes: MAP_BYTES,
      onCommitted: (position) => waiting.shift()?.(position),
      onFailure: (error) => assert.fail(error),
    });
    return new Lab(backend, waiting);
  }

  /** Starts a commit; the promise tells when it is finished. */
  commit(applied: AppliedPosition): Promise<AppliedPosition> {
    const finished = new Promise<AppliedPosition>((resolve) => this.#waiting.push(resolve));
    assert.ok(this.backend.startCommit(applied));
    return finished;
  }
}

function dump(reader: BackendReader): string[] {
  const rows: string[] = [];
  for (const bucket of BUCKETS) {
    reader.range(bucket, NOTHING, undefined, (key, value) => {
      rows.push(`${bucket} ${toHex(key)}=${toHex(value)}`);
      return true;
    });
  }
  return rows;
}

describe("storage/node-lmdb-backend", () => {
  const base = mkdtempSync(join(tmpdir(), "quorate-backend-"));
  after(() => rmSync(base, { recursive: true }));
  let files = 0;
  const newFile = (): string => join(mkdtempSync(join(base, `${files++}-`)), "backend.mdb");

  it("keeps rows and the applied position over a restart, in a file for its owner alone", async () => {
    const file = newFile();
    const first = await Lab.open(file);
    assert.deepEqual(first.backend.committed, { index: 0, term: 0 });
    first.backend.put("key", bytes(1, 2), bytes(3));
    first.backend.put("lease", bytes(0), NOTHING);
    first.backend.put("auth", bytes(0), new Uint8Array(3_000_000).fill(7));
    await first.commit({ index: 258, term: 3 });
    first.backend.put("key", bytes(9), bytes(9));
    await first.backend.close();
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(statSync(`${file}-lock`).mode & 0o777, 0o600);

    const second = await Lab.open(file);
    const { backend } = second;
    assert.deepEqual(backend.committed, { index: 258, term: 3 });
    assert.deepEqual(backend.get("key", bytes(1, 2)), bytes(3));
    assert.deepEqual(backend.get("lease", bytes(0)), NOTHING);
    assert.deepEqual(backend.get("auth", bytes(0)), new Uint8Array(3_000_000).fill(7));
    assert.equal(backend.get("key", bytes(9)), undefined);
    const meta = (name: string): string => toHex(backend.get("meta", new TextEncoder().encode(name)) ?? NOTHING);
    assert.equal(meta("consistent_index"), "0000000000000102");
    assert.equal(meta("term"), "0000000000000003");
    await backend.close();
  });

  it("does what the backend in memory does, with commits and restarts at any moment", async () => {
    const seed = drawSeed();
    const prng = new Prng(seed);
    const file = newFile();
    let lab = await Lab.open(file);
    let model = new MemoryBackend();
    let pending: Promise<AppliedPosition> | undefined;
    const buckets: readonly BucketName[] = ["key", "lease", "meta"];
    const someKey = (): Uint8Array => bytes(...Array.from({ length: 1 + prng.below(3) }, () => prng.below(6)));
    const settle = async (): Promise<void> => {
      await pending;
      if (pending !== undefined) model.finishCommit();
      pending = undefined;
    };
    try {
      for (let i = 1; i <= 4_000; i++) {
        const bucket = buckets[prng.below(buckets.length)] as BucketName;
        const what = prng.below(1_000);
        if (what < 500) {
          const value = new Uint8Array(prng.chance(0.02) ? 20_000 : prng.below(40)).fill(i);
          const key = someKey();
          lab.backend.put(bucket, key, value);
          model.put(bucket, key, value);
        } else if (what < 700) {
          const key = someKey();
          lab.backend.delete(bucket, key);
          model.delete(bucket, key);
        } else if (what < 800) {
          const key = someKey();
          assert.deepEqual(lab.backend.get(bucket, key)?.slice(), model.get(bucket, key)?.slice());
        } else if (what < 950) {
          const from = prng.chance(0.2) ? NOTHING : someKey();
          const to = prng.chance(0.3) ? undefined : someKey();
          const limit = 1 + prng.below(20);
          const rows = (reader: BackendReader): string[] => {
            const seen: string[] = [];
            reader.range(bucket, from, to, (key, value) => seen.push(`${toHex(key)}=${toHex(value)}`) < limit);
            return seen;
          };
          assert.deepEqual(rows(lab.backend), rows(model));
        } else if (what < 995) {
          if (pending !== undefined && prng.chance(0.7)) await settle();
          const position = { index: i, term: 1 };
          if (pending === undefined) {
            pending = lab.commit(position);
            assert.ok(model.startCommit(position));
          } else assert.ok(!lab.backend.startCommit(position));
        } else {
          await settle();
          assert.deepEqual(dump(lab.backend), dump(model));
          await lab.backend.close();
          lab = await Lab.open(file);
          model = model.crash(false);
          assert.deepEqual(dump(lab.backend), dump(model));
          assert.deepEqual(lab.backend.committed, model.committed);
        }
      }
      await settle();
      await lab.backend.close();
    } catch (error) {
      throw new Error(rerun("node-lmdb-backend", seed), { cause: error });
    }
  });

  it("shows deletes and overwrites of either buffer over the file, in order", async () => {
    const { backend, commit } = await openWithRows();
    for (let i = 0; i < 300; i += 2) backend.delete("key", bytes(i >> 8, i & 255));
    const finished = commit({ index: 2, term: 1 });
    // Sealed, not yet reported: reads see the deletes, and new changes over them.
    for (let i = 0; i < 300; i += 4) backend.put("key", bytes(i >> 8, i & 255), bytes(1));
    const check = (): void => {
      const seen: number[] = [];
      backend.range("key", NOTHING, undefined, (key, value) => {
        const i = ((key[0] as number) << 8) | (key[1] as number);
        assert.deepEqual(value.slice(), i % 4 === 0 ? bytes(1) : bytes(0));
        seen.push(i);
        return true;
      });
      assert.deepEqual(
        seen,
        Array.from({ length: 300 }, (_, i) => i).filter((i) => i % 4 !== 2),
      );
    };
    check();
    await finished;
    check();
    await backend.close();
  });

  it("keeps a snapshot as it was while commits go on", async () => {
    const { backend, commit } = await openWithRows();
    const snapshot = backend.snapshot();
    const before = dump(snapshot);
    assert.deepEqual(snapshot.applied, { index: 1, term: 1 });
    for (let round = 2; round < 12; round++) {
      for (let i = 0; i < 300; i++) backend.put("key", bytes(i >> 8, i & 255), bytes(round));
      backend.delete("key", bytes(0, round));
      await commit({ index: round, term: 1 });
      assert.deepEqual(dump(snapshot), before);
      assert.deepEqual(backend.get("key", bytes(1, 0))?.slice(), bytes(round));
    }
    const later = backend.snapshot();
    assert.deepEqual(later.applied, { index: 11, term: 1 });
    assert.notDeepEqual(dump(later), before);
    snapshot.close();
    assert.throws(() => snapshot.get("key", bytes(0, 0)), { code: "SnapshotExpired" });
    assert.deepEqual(later.get("key", bytes(1, 0))?.slice(), bytes(11));
    later.close();
    await backend.close();
  });

  it("opens eight snapshots and no ninth, and room comes back", async () => {
    const { backend } = await openWithRows();
    const open = Array.from({ length: 8 }, () => backend.snapshot());
    assert.throws(() => backend.snapshot(), { code: "SnapshotExpired" });
    open[3]?.close();
    backend.snapshot().close();
    await backend.close();
  });

  it("uses the space of removed rows again", async () => {
    const { backend, commit } = await openWithRows();
    const sizes: number[] = [];
    for (let round = 2; round < 30; round++) {
      for (let i = 0; i < 200; i++) backend.put("key", bytes(round, i), new Uint8Array(2_000));
      if (round > 2) for (let i = 0; i < 200; i++) backend.delete("key", bytes(round - 1, i));
      await commit({ index: round, term: 1 });
      sizes.push(backend.stats.sizeBytes);
    }
    assert.ok((sizes.at(-1) as number) < 3_000_000, `${sizes.at(-1)} bytes`);
    assert.ok(backend.stats.sizeInUseBytes < backend.stats.sizeBytes);
    await backend.close();
  });

  it("refuses a second opener, keys that do not fit, and use after close", async () => {
    const file = newFile();
    const { backend } = await Lab.open(file);
    await assert.rejects(Lab.open(file), { code: "Locked" });
    assert.throws(() => backend.put("key", new Uint8Array(1_979), bytes(1)), { code: "IoFailed" });
    assert.throws(() => backend.put("key", NOTHING, bytes(1)), { code: "IoFailed" });
    await backend.close();
    await backend.close();
    assert.throws(() => backend.get("key", bytes(1)), { code: "Poisoned" });
    assert.throws(() => backend.startCommit({ index: 1, term: 1 }), { code: "Poisoned" });
    await (await Lab.open(file)).backend.close();
  });

  it("maps four times the quota, and never less than a gigabyte", () => {
    assert.equal(mapSizeForQuota(2 ** 31), 2 ** 33);
    assert.equal(mapSizeForQuota(1), 2 ** 30);
  });

  /** 300 rows, committed at index 1. */
  async function openWithRows(): Promise<{ backend: LmdbBackend; commit: Lab["commit"] }> {
    const lab = await Lab.open(newFile());
    for (let i = 0; i < 300; i++) lab.backend.put("key", bytes(i >> 8, i & 255), bytes(0));
    await lab.commit({ index: 1, term: 1 });
    return { backend: lab.backend, commit: (position) => lab.commit(position) };
  }
});
