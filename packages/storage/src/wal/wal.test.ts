import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hasCode } from "@quorate/base";
import { newConfState, newWalSnapshot } from "@quorate/proto";
import { entryIds, MemoryDisk, sampleEntries, sampleEntry, sampleState } from "@quorate/testkit";
import { readWal, validSnapshots } from "./reader.ts";
import { Wal } from "./wal.ts";

const DIR = "/data/wal";
const FIRST = "0000000000000000-0000000000000000.wal";
const METADATA = Uint8Array.of(8, 1, 16, 9);
const START = newWalSnapshot({ explicitZeros: 0 });
const SMALL = { segmentSizeBytes: 1024, keepSegments: 1 };

const open = (disk: MemoryDisk, start = START, options = SMALL): ReturnType<typeof Wal.open> =>
  Wal.open(disk, DIR, start, options);
const at = (index: number, term = 1): ReturnType<typeof newWalSnapshot> =>
  newWalSnapshot({ index, term, confState: newConfState({ voters: [1n, 2n] }), explicitZeros: 0 });
const has = (code: string) => (error: unknown) => hasCode(error, code);
const operations = (disk: MemoryDisk): string[] =>
  disk.operations.map(({ kind, path, to }) =>
    [kind, path.replace(`${DIR}/`, ""), ...(to === undefined ? [] : [to.replace(`${DIR}/`, "")])].join(" "),
  );

/** A log of `count` segments or more, one entry a save, each committed at the next. */
function longLog(disk: MemoryDisk, count: number): { readonly wal: Wal; readonly last: number } {
  const wal = Wal.create(disk, DIR, METADATA, SMALL);
  let last = 0;
  while (disk.list(DIR).filter((name) => name.endsWith(".wal")).length < count) {
    wal.save(sampleState(1, last), sampleEntries(last + 1, last + 1, 1, 100), true);
    last++;
  }
  return { wal, last };
}

describe("storage/wal/wal", () => {
  it("starts under a temporary name, and gives the name when the head is durable", () => {
    const disk = new MemoryDisk();
    Wal.create(disk, DIR, METADATA, SMALL);
    assert.deepEqual(operations(disk), [
      "makeDir /data",
      "makeDir /data/wal",
      "create 0.tmp",
      "truncate 0.tmp",
      "write 0.tmp",
      "sync 0.tmp",
      `rename 0.tmp ${FIRST}`,
      "syncDir /data/wal",
      "syncDir /data",
    ]);
    assert.equal(disk.contents(`${DIR}/${FIRST}`).length, SMALL.segmentSizeBytes);
  });

  it("does not start where a log is", () => {
    const disk = new MemoryDisk();
    Wal.create(disk, DIR, METADATA, SMALL);
    assert.throws(() => Wal.create(disk, DIR, METADATA, SMALL), has("Exists"));
  });

  it("is not found where none is", () => {
    const disk = new MemoryDisk();
    assert.throws(() => open(disk), has("NotFound"));
    disk.makeDir(DIR);
    assert.throws(() => open(disk), has("NotFound"));
  });

  it("reads back what was saved, over several runs", () => {
    const disk = new MemoryDisk();
    let wal = Wal.create(disk, DIR, METADATA, SMALL);
    for (let run = 0; run < 5; run++) {
      wal.save(sampleState(run + 1, run * 2), sampleEntries(run * 2 + 1, run * 2 + 2, run + 1), true);
      wal.close();
      const opened = open(disk);
      ({ wal } = opened);
      assert.deepEqual(opened.content.metadata, METADATA);
      assert.deepEqual(opened.content.hardState, sampleState(run + 1, run * 2));
      assert.equal(opened.content.entries.length, (run + 1) * 2);
    }
    assert.equal(entryIds(open(disk).content.entries), "1/1 2/1 3/2 4/2 5/3 6/3 7/4 8/4 9/5 10/5");
  });

  it("syncs when it must and only then", () => {
    const disk = new MemoryDisk();
    const wal = Wal.create(disk, DIR, METADATA, SMALL);
    disk.operations.length = 0;
    wal.save(undefined, sampleEntries(1, 2), true);
    wal.save(sampleState(1, 2), [], false);
    assert.deepEqual(operations(disk), [`write ${FIRST}`, `datasync ${FIRST}`, `write ${FIRST}`]);
    wal.sync();
    assert.deepEqual(operations(disk).slice(3), [`datasync ${FIRST}`]);
    assert.deepEqual(wal.stats, { fsyncs: 2, bytes: wal.stats.bytes, entries: 2, saves: 2 });
  });

  it("holds a commit index back until its entries are durable, and writes it when it closes", () => {
    const disk = new MemoryDisk();
    const wal = Wal.create(disk, DIR, METADATA, SMALL);
    wal.save(sampleState(1, 3), sampleEntries(1, 4), true);
    assert.equal(readWal(disk, DIR, START).hardState.commit, 0);
    wal.save(sampleState(1, 4), [], false);
    assert.equal(readWal(disk, DIR, START).hardState.commit, 4);
    wal.save(sampleState(2, 5, 2n), sampleEntries(5, 6, 2), true);
    assert.deepEqual(readWal(disk, DIR, START).hardState, sampleState(2, 4, 2n));
    wal.close();
    assert.deepEqual(readWal(disk, DIR, START).hardState, sampleState(2, 5, 2n));
  });

  it("holds a commit index back to what is left of entries that are being replaced", () => {
    const disk = new MemoryDisk();
    const wal = Wal.create(disk, DIR, METADATA, SMALL);
    wal.save(sampleState(1, 0), sampleEntries(1, 6), true);
    wal.save(sampleState(2, 4), sampleEntries(3, 4, 2), true);
    assert.equal(readWal(disk, DIR, START).hardState.commit, 2);
  });

  it("lets later entries replace earlier ones", () => {
    const disk = new MemoryDisk();
    const wal = Wal.create(disk, DIR, METADATA, SMALL);
    wal.save(sampleState(1, 2), sampleEntries(1, 6), true);
    wal.save(sampleState(3, 2), sampleEntries(4, 5, 3), true);
    assert.equal(entryIds(open(disk).content.entries), "1/1 2/1 3/1 4/3 5/3");
    // Of an equal or lower term too: an old leader that was elected again sends what it had.
    wal.save(sampleState(4, 2), [sampleEntry(4, 1)], true);
    assert.equal(entryIds(open(disk).content.entries), "1/1 2/1 3/1 4/1");
  });

  it("drops entries behind a snapshot that were replaced from below it", () => {
    const disk = new MemoryDisk();
    const wal = Wal.create(disk, DIR, METADATA, SMALL);
    wal.save(sampleState(3, 1), sampleEntries(1, 6, 3), true);
    wal.save(sampleState(5, 1), sampleEntries(2, 5, 5), true);
    wal.save(sampleState(5, 5), [], false);
    wal.saveSnapshot(at(5, 5));
    assert.equal(entryIds(open(disk, at(5, 5)).content.entries), "");
  });

  it("cuts a full segment: trims and syncs it, then gives the next its name when its head is durable", () => {
    const disk = new MemoryDisk();
    const wal = Wal.create(disk, DIR, METADATA, SMALL);
    disk.operations.length = 0;
    wal.save(sampleState(1, 0), sampleEntries(1, 7, 1, 200), true);
    const next = "0000000000000001-0000000000000008.wal";
    assert.deepEqual(operations(disk), [
      `write ${FIRST}`,
      `truncate ${FIRST}`,
      `sync ${FIRST}`,
      "create 0.tmp",
      "truncate 0.tmp",
      "write 0.tmp",
      "sync 0.tmp",
      `rename 0.tmp ${next}`,
      "syncDir /data/wal",
    ]);
    assert.ok(disk.contents(`${DIR}/${FIRST}`).length > 1400);
    assert.equal(disk.contents(`${DIR}/${next}`).length, SMALL.segmentSizeBytes);
  });

  it("repeats metadata and the newest HardState at the head of each segment", () => {
    const disk = new MemoryDisk();
    const wal = Wal.create(disk, DIR, METADATA, SMALL);
    wal.save(sampleState(4, 7, 3n), sampleEntries(1, 7, 1, 200), true);
    const { segments } = readWal(disk, DIR, START);
    assert.equal(segments.length, 2);
    // The older segment is not read for a snapshot in the newer one.
    wal.saveSnapshot(at(8));
    assert.deepEqual(open(disk, at(8)).content.hardState, sampleState(4, 7, 3n));
  });

  it("goes over from segment to segment without losing an entry or the chain", () => {
    const disk = new MemoryDisk();
    const { last } = longLog(disk, 6);
    const { content } = open(disk);
    assert.equal(content.entries.length, last);
    assert.deepEqual(content.entries, sampleEntries(1, last, 1, 100));
  });

  it("prepares the segment in use, then the next, in pieces that are synced one by one, and goes over to it", () => {
    const disk = new MemoryDisk();
    const options = { segmentSizeBytes: 2.5 * 1024 * 1024 };
    const wal = Wal.create(disk, DIR, METADATA, options);
    const head = disk.contents(`${DIR}/${FIRST}`).slice();
    disk.operations.length = 0;
    const more = Array.from({ length: 7 }, () => wal.prepareNext());
    assert.deepEqual(more, [true, true, true, true, true, false, false]);
    const piece = (name: string): string[] => [`write ${name}`, `datasync ${name}`];
    const three = (name: string): string[] => [...piece(name), ...piece(name), ...piece(name)];
    assert.deepEqual(operations(disk), [...three(FIRST), "create 0.tmp", ...three("0.tmp")]);
    assert.deepEqual(disk.contents(`${DIR}/${FIRST}`), head, "what was there stays");
    assert.equal(disk.contents(`${DIR}/0.tmp`).length, options.segmentSizeBytes);
    disk.operations.length = 0;
    wal.save(undefined, sampleEntries(1, 3, 1, 1024 * 1024), true);
    assert.deepEqual(operations(disk).slice(3), [
      "write 0.tmp",
      "sync 0.tmp",
      "rename 0.tmp 0000000000000001-0000000000000004.wal",
      "syncDir /data/wal",
    ]);
    wal.prepareNext();
    wal.close();
    assert.ok(!disk.exists(`${DIR}/0.tmp`));
  });

  it("prepares behind what is appended meanwhile, and behind what it was opened with", () => {
    const disk = new MemoryDisk();
    const options = { segmentSizeBytes: 3 * 1024 * 1024 };
    const wal = Wal.create(disk, DIR, METADATA, options);
    wal.prepareNext();
    wal.save(undefined, sampleEntries(1, 2, 1, 1024 * 1024 - 100), true);
    while (wal.prepareNext());
    wal.close();
    const { wal: reopened, content } = Wal.open(disk, DIR, at(0, 0), options);
    assert.deepEqual(content.entries, sampleEntries(1, 2, 1, 1024 * 1024 - 100));
    while (reopened.prepareNext());
    reopened.save(undefined, sampleEntries(3, 3), true);
    reopened.close();
    assert.equal(Wal.open(disk, DIR, at(0, 0), options).content.entries.length, 3);
  });

  it("prepares 8 MiB ahead of the data and goes on as they grow, into the next segment near the end of one", () => {
    const disk = new MemoryDisk();
    const MIB = 1024 * 1024;
    const wal = Wal.create(disk, DIR, METADATA, { segmentSizeBytes: 12 * MIB });
    const pieces = (): number => {
      let count = 0;
      while (wal.prepareNext()) count++;
      return count;
    };
    assert.equal(pieces(), 8);
    assert.equal(wal.prepareNext(), false);
    wal.save(undefined, sampleEntries(1, 1, 1, 2 * MIB), true);
    assert.equal(pieces(), 3, "two, and one for the last bytes");
    assert.ok(!disk.exists(`${DIR}/0.tmp`));
    wal.save(undefined, sampleEntries(2, 2, 1, 4 * MIB), true);
    pieces();
    const spare = disk.contents(`${DIR}/0.tmp`).length;
    assert.ok(spare > MIB && spare <= 3 * MIB, `${spare} bytes of the next segment`);
  });

  it("removes a prepared segment that an earlier run left", () => {
    const disk = new MemoryDisk();
    Wal.create(disk, DIR, METADATA, SMALL).prepareNext();
    open(disk);
    assert.deepEqual(disk.list(DIR), [FIRST]);
  });

  it("has 64,000,000 bytes in a segment unless told otherwise", () => {
    const disk = new MemoryDisk();
    Wal.create(disk, DIR, METADATA);
    assert.equal(disk.contents(`${DIR}/${FIRST}`).length, 64_000_000);
  });

  it("syncs a snapshot record at once, and opens at it", () => {
    const disk = new MemoryDisk();
    const wal = Wal.create(disk, DIR, METADATA, SMALL);
    wal.save(sampleState(1, 0), sampleEntries(1, 9), true);
    wal.save(sampleState(1, 8), [], false);
    disk.operations.length = 0;
    wal.saveSnapshot(at(5));
    assert.deepEqual(operations(disk), [`write ${FIRST}`, `datasync ${FIRST}`]);
    assert.equal(entryIds(open(disk, at(5)).content.entries), "6/1 7/1 8/1 9/1");
    assert.deepEqual(
      validSnapshots(disk, DIR).map(({ index, confState }) => [index, confState?.voters]),
      [
        [0, undefined],
        [5, [1n, 2n]],
      ],
    );
  });

  it("does not open at a snapshot that it does not hold", () => {
    const disk = new MemoryDisk();
    const wal = Wal.create(disk, DIR, METADATA, SMALL);
    wal.save(sampleState(1, 0), sampleEntries(1, 9), true);
    wal.saveSnapshot(at(5));
    assert.throws(() => open(disk, at(4)), has("SnapshotNotFound"));
    assert.throws(() => open(disk, at(5, 2)), /the snapshot at 5 has term 1, its file 2/);
  });

  it("does not count a snapshot beyond the commit index", () => {
    const disk = new MemoryDisk();
    const wal = Wal.create(disk, DIR, METADATA, SMALL);
    wal.saveSnapshot(at(50));
    assert.deepEqual(
      validSnapshots(disk, DIR).map(({ index }) => index),
      [0],
    );
    wal.save(sampleState(1, 50), [], true);
    assert.deepEqual(
      validSnapshots(disk, DIR).map(({ index }) => index),
      [0, 50],
    );
  });

  it("releases segments that are not needed, oldest first, each removal durable before the next", () => {
    const disk = new MemoryDisk();
    const { wal } = longLog(disk, 4);
    const names = disk.list(DIR);
    const third = Number.parseInt(names[2]!.slice(17, 33), 16);
    disk.operations.length = 0;
    wal.release(third - 1);
    assert.deepEqual(operations(disk), [`remove ${names[0]}`, "syncDir /data/wal"]);
    wal.release(third);
    assert.deepEqual(disk.list(DIR), names.slice(2));
    wal.release(Number.MAX_SAFE_INTEGER);
    assert.deepEqual(disk.list(DIR), names.slice(3));
  });

  it("keeps as many segments as it is told, five unless told otherwise", () => {
    for (const { keep, left } of [
      { keep: 3, left: 3 },
      { keep: undefined, left: 5 },
    ]) {
      const disk = new MemoryDisk();
      longLog(disk, 7).wal.close();
      const { wal } = Wal.open(disk, DIR, START, keep === undefined ? {} : { keepSegments: keep });
      wal.release(Number.MAX_SAFE_INTEGER);
      assert.equal(disk.list(DIR).length, left);
    }
  });

  it("releases the segments of earlier runs too, though it did not read them, and leaves no gap", () => {
    const disk = new MemoryDisk();
    const { wal, last } = longLog(disk, 4);
    wal.save(sampleState(1, last), [], false);
    wal.saveSnapshot(at(last));
    wal.close();
    const names = disk.list(DIR);
    const second = open(disk, at(last), { ...SMALL, keepSegments: 2 }).wal;
    second.release(last);
    assert.deepEqual(disk.list(DIR), names.slice(2));
    assert.deepEqual(
      validSnapshots(disk, DIR).map(({ index }) => index),
      [last],
    );
  });

  it("opens behind a snapshot when older segments are gone", () => {
    const disk = new MemoryDisk();
    const { wal, last } = longLog(disk, 4);
    wal.save(sampleState(1, last), [], false);
    wal.saveSnapshot(at(last));
    wal.release(last);
    wal.close();
    assert.deepEqual(open(disk, at(last)).content.entries, []);
    assert.throws(() => open(disk), has("SnapshotNotFound"));
  });

  it("refuses a log with a segment missing in the middle", () => {
    const disk = new MemoryDisk();
    longLog(disk, 4).wal.close();
    disk.remove(`${DIR}/${disk.list(DIR)[1]}`);
    assert.throws(() => open(disk), /a segment file is missing/);
  });

  it("refuses a segment of another member", () => {
    const disk = new MemoryDisk();
    const { wal } = longLog(disk, 2);
    wal.close();
    const other = new MemoryDisk();
    const strange = Wal.create(other, DIR, Uint8Array.of(8, 2, 16, 9), SMALL);
    strange.close();
    const last = disk.list(DIR).at(-1)!;
    disk.replace(`${DIR}/${last}`, other.contents(`${DIR}/${FIRST}`));
    assert.throws(() => open(disk), has("Corrupt"));
  });

  it("leaves other files in the directory alone", () => {
    const disk = new MemoryDisk();
    Wal.create(disk, DIR, METADATA, SMALL).close();
    for (const name of ["notes.txt", "0000000000000001-000000000000000g.wal", `${FIRST}.broken`]) {
      disk.replace(`${DIR}/${name}`, Uint8Array.of(1));
    }
    open(disk);
    assert.equal(disk.list(DIR).length, 4);
  });

  it("closes once, and takes nothing after", () => {
    const disk = new MemoryDisk();
    const wal = Wal.create(disk, DIR, METADATA, SMALL);
    wal.close();
    wal.close();
    assert.throws(() => wal.save(undefined, sampleEntries(1, 1), true), /the log in \/data\/wal is closed/);
  });
});
