import assert from "node:assert/strict";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { hasCode, type Logger, silentLogger } from "@quorate/base";
import { entryIds, sampleEntries, sampleSnapshot, sampleState } from "@quorate/testkit";
import { dataDir } from "./data-dir.ts";
import type { DurableStorage } from "./durable-storage.ts";
import { startStorageThread } from "./node-storage-thread.ts";
import { snapFileName } from "./snap/snap-file.ts";

/** Puts /dev/null under the descriptor of an open file: it takes every write, and its sync fails with EINVAL. */
function loseBacking(path: string): void {
  const fd = readdirSync("/proc/self/fd")
    .map(Number)
    .find((candidate) => linkOf(candidate) === path);
  assert.ok(fd !== undefined, `${path} is not open`);
  closeSync(fd);
  // A new descriptor takes the lowest number that is free.
  const opened: number[] = [];
  while (!opened.includes(fd)) {
    assert.ok(opened.length < 100, "the descriptor was taken by somebody else");
    opened.push(openSync("/dev/null", "r+"));
  }
  for (const other of opened) if (other !== fd) closeSync(other);
}

function linkOf(fd: number): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    // The descriptor with which the folder was listed.
    return undefined;
  }
}

const LINUX_ONLY = { skip: process.platform === "linux" ? false : "needs /proc and /dev/null as Linux has them" };

describe("storage/node-storage-thread", () => {
  const base = mkdtempSync(join(tmpdir(), "quorate-thread-"));
  after(() => rmSync(base, { recursive: true }));
  const start = (name: string, logger: Logger = silentLogger): Promise<DurableStorage> =>
    startStorageThread({
      dir: dataDir(join(base, name)),
      metadata: Uint8Array.of(8, 1),
      logger,
      segmentSizeBytes: 64 * 1024,
    });

  it("saves, takes snapshots, releases, closes, and restores all of it", async () => {
    const first = await start("a");
    assert.equal(first.restored.isNew, true);
    await first.save(sampleState(1, 0), sampleEntries(1, 10), true);
    await first.save(sampleState(1, 9), [], false);
    await first.saveSnapshot(sampleSnapshot(6));
    await first.release(6);
    assert.equal(first.stats().entries, 10);
    assert.ok(first.stats().fsyncs >= 2);
    await first.close();
    const second = await start("a");
    assert.deepEqual(second.restored.snapshot, sampleSnapshot(6));
    assert.deepEqual(second.restored.hardState, sampleState(1, 9));
    assert.deepEqual(second.restored.entries, sampleEntries(7, 10));
    await second.close();
  });

  it("does requests in order, and appends that wait together share a sync", async () => {
    const storage = await start("b");
    const before = storage.stats().fsyncs;
    const order: number[] = [];
    const saves = Array.from({ length: 200 }, (_, i) =>
      storage.save(undefined, sampleEntries(i + 1, i + 1), true).then(() => order.push(i)),
    );
    await Promise.all(saves);
    assert.deepEqual(
      order,
      [...order].sort((a, b) => a - b),
    );
    const fsyncs = storage.stats().fsyncs - before;
    assert.ok(fsyncs >= 1 && fsyncs <= 200, `${fsyncs} fsyncs`);
    assert.equal(storage.stats().saves, 200);
    await storage.close();
    const again = await start("b");
    assert.equal(again.restored.entries.length, 200);
    await again.close();
  });

  it("leaves the memory around a snapshot's data to its owner, also where it came as a Buffer from a socket", async () => {
    const storage = await start("buffer");
    const received = new Uint8Array(64).fill(7);
    const data = Buffer.from(received.buffer, 8, 16);
    await storage.save(sampleState(1, 6), sampleEntries(1, 6), true);
    await storage.saveSnapshot({ ...sampleSnapshot(6), data });
    assert.deepEqual([received.length, received[8]], [64, 7]);
    await storage.close();
  });

  it("never reports done what was asked behind a close", async () => {
    const storage = await start("c");
    const closed = storage.close();
    const late = storage.save(undefined, sampleEntries(1, 1), true);
    await closed;
    await assert.rejects(late, /the storage thread has ended/);
    await assert.rejects(storage.save(undefined, sampleEntries(1, 1), true), /the storage thread has ended/);
    const again = await start("c");
    assert.equal(again.restored.entries.length, 0);
    await again.close();
  });

  it("tells its owner of a directory that cannot be used", async () => {
    mkdirSync(join(base, "d"));
    writeFileSync(join(base, "d/letters"), "");
    await assert.rejects(start("d"), (error) => hasCode(error, "BadDataDir") && /it holds letters/.test(error.message));
  });

  it("passes log lines on", async () => {
    const storage = await start("e");
    await storage.save(sampleState(1, 0), sampleEntries(1, 10), true);
    await storage.save(sampleState(1, 9), [], false);
    await storage.saveSnapshot(sampleSnapshot(6));
    await storage.close();
    writeFileSync(join(base, "e/member/snap", snapFileName(1, 6)), "");
    const lines: string[] = [];
    const again = await start("e", { ...silentLogger, warn: (line) => lines.push(line) });
    assert.equal(entryIds(again.restored.entries.slice(0, 1)), "1/1");
    assert.match(lines[0] ?? "", /the snapshot file is empty.*it is set aside/);
    await again.close();
  });

  it("reports a failed sync to the owner, and rejects everything from there on", LINUX_ONLY, async () => {
    const storage = await start("g");
    await storage.save(sampleState(1, 0), sampleEntries(1, 3), true);
    // The thread must be at rest, its next segment prepared, so that it opens nothing meanwhile.
    const spare = join(base, "g/member/wal/0.tmp");
    const deadline = Date.now() + 10_000;
    while (!existsSync(spare) || statSync(spare).size < 64 * 1024) {
      assert.ok(Date.now() < deadline, "no segment was prepared");
      await nextTurn();
    }
    loseBacking(join(base, "g/member/wal/0000000000000000-0000000000000000.wal"));
    const isPoisoned = (error: unknown): boolean =>
      hasCode(error, "Poisoned") && /fdatasync failed with EINVAL.*this process must end/.test(error.message);
    const failing = storage.save(undefined, sampleEntries(4, 4), true);
    const behind = storage.save(undefined, sampleEntries(5, 5), false);
    await assert.rejects(failing, isPoisoned);
    await assert.rejects(behind, isPoisoned);
    await assert.rejects(storage.save(undefined, sampleEntries(6, 6), true), isPoisoned);
    await assert.rejects(storage.saveSnapshot(sampleSnapshot(2)), isPoisoned);
    await assert.rejects(storage.close(), isPoisoned);
    const again = await start("g");
    assert.equal(entryIds(again.restored.entries), "1/1 2/1 3/1");
    await again.close();
  });

  it("reports a snapshot file that cannot be written, and rejects everything from there on", async () => {
    const storage = await start("f");
    await storage.save(sampleState(1, 0), sampleEntries(1, 3), true);
    // A folder stands where the file is to be written.
    const name = `${snapFileName(1, 2)}.tmp`;
    mkdirSync(join(base, "f/member/snap", name));
    await assert.rejects(storage.saveSnapshot(sampleSnapshot(2)), (error) => hasCode(error, "IoFailed"));
    await assert.rejects(storage.save(undefined, sampleEntries(4, 4), true), (error) => hasCode(error, "IoFailed"));
    await assert.rejects(storage.close(), (error) => hasCode(error, "IoFailed"));
    rmSync(join(base, "f/member/snap", name), { recursive: true });
    const again = await start("f");
    assert.equal(entryIds(again.restored.entries), "1/1 2/1 3/1");
    await again.close();
  });
});
