import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hasCode, type Random } from "@quorate/base";
import { newWalSnapshot } from "@quorate/proto";
import { type DiskOperation, entryIds, MemoryDisk, sampleEntries, sampleState } from "@quorate/testkit";
import { Wal } from "./wal.ts";

const DIR = "/wal";
const FIRST = "/wal/0000000000000000-0000000000000000.wal";
const START = newWalSnapshot({ explicitZeros: 0 });
const OPTIONS = { segmentSizeBytes: 2048, keepSegments: 1 };
const keepNothing: Random = { below: (bound) => bound - 1 };
const isPoisoned = (error: unknown): boolean => hasCode(error, "Poisoned");

/** A log with three segments, the last of them young. */
function filled(): { readonly disk: MemoryDisk; readonly wal: Wal } {
  const disk = new MemoryDisk();
  const wal = Wal.create(disk, DIR, Uint8Array.of(1), OPTIONS);
  wal.save(sampleState(1, 0), sampleEntries(1, 12, 1, 200), true);
  wal.save(sampleState(1, 12), sampleEntries(13, 24, 1, 200), true);
  return { disk, wal };
}

const CALLS: readonly {
  readonly name: string;
  readonly call: (wal: Wal) => unknown;
  readonly kinds: readonly string[];
}[] = [
  {
    name: "save",
    call: (wal) => wal.save(sampleState(1, 20), sampleEntries(25, 26), true),
    kinds: ["write", "datasync"],
  },
  {
    name: "a save that cuts",
    call: (wal) => wal.save(sampleState(1, 20), sampleEntries(25, 40, 1, 200), true),
    kinds: ["write", "truncate", "sync", "create", "rename", "syncDir"],
  },
  {
    name: "saveSnapshot",
    call: (wal) => wal.saveSnapshot(newWalSnapshot({ index: 12, term: 1 })),
    kinds: ["write", "datasync"],
  },
  { name: "sync", call: (wal) => wal.sync(), kinds: ["datasync"] },
  { name: "release", call: (wal) => wal.release(20), kinds: ["remove", "syncDir"] },
  { name: "prepareNext", call: prepareAll, kinds: ["create", "write", "datasync"] },
  { name: "close", call: (wal) => wal.close(), kinds: ["datasync"] },
];

/** This segment first, then the next. */
function prepareAll(wal: Wal): void {
  while (wal.prepareNext());
}

describe("storage/wal/wal-failure", () => {
  for (const { name, call, kinds } of CALLS) {
    for (const kind of kinds) {
      it(`is poisoned by a ${kind} that fails in ${name}: every later call throws the same and touches nothing`, () => {
        const { disk, wal } = filled();
        disk.fails = (operation) => operation.kind === kind;
        let first: unknown;
        assert.throws(
          () => call(wal),
          (error) => {
            first = error;
            return isPoisoned(error);
          },
        );
        assert.match(String(first), /writing the log in \/wal failed \(.*IoFailed\).*this process must end/);
        disk.fails = () => false;
        const before = disk.operations.length;
        for (const later of CALLS.filter((other) => other.name !== "close")) {
          assert.throws(
            () => later.call(wal),
            (error) => error === first,
            later.name,
          );
        }
        assert.equal(disk.operations.length, before);
      });
    }
  }

  it("closes a poisoned log without another sync", () => {
    const { disk, wal } = filled();
    disk.fails = ({ kind }) => kind === "datasync";
    assert.throws(() => wal.sync(), isPoisoned);
    disk.fails = () => false;
    disk.operations.length = 0;
    wal.close();
    assert.deepEqual(disk.operations, []);
  });

  it("writes what it read anew when it opens: after a failed sync memory may hold what the disk does not", () => {
    const { disk, wal } = filled();
    disk.fails = ({ kind }) => kind === "datasync";
    assert.throws(() => wal.save(sampleState(1, 24), sampleEntries(25, 27), true), isPoisoned);
    disk.fails = () => false;
    // The process ends and starts again; the kernel goes on and shows what it could not write.
    const { content } = Wal.open(disk, DIR, START, OPTIONS);
    assert.equal(content.entries.at(-1)?.index, 27);
    const after = disk.afterPowerLoss(keepNothing);
    assert.equal(Wal.open(after, DIR, START, OPTIONS).content.entries.at(-1)?.index, 27);
  });

  it("repairs a torn tail: keeps a copy, cuts, writes zeros behind, all durable before the first append", () => {
    const { disk, wal } = filled();
    wal.save(sampleState(1, 24), sampleEntries(25, 26, 1, 300), true);
    wal.close();
    const path = `${DIR}/${disk.list(DIR).at(-1)}`;
    const whole = disk.contents(path);
    const torn = whole.slice();
    torn.fill(0, 512, 1024);
    disk.replace(path, torn);
    disk.operations.length = 0;
    const opened = Wal.open(disk, DIR, START, OPTIONS);
    assert.equal(entryIds(opened.content.entries.slice(-1)), "25/1");
    assert.deepEqual(disk.contents(`${path}.broken`), torn);
    const order = disk.operations.map(({ kind, path: name }: DiskOperation) => `${kind} ${name.replace(path, "LAST")}`);
    assert.deepEqual(order, [
      "create LAST.broken",
      "write LAST.broken",
      "sync LAST.broken",
      "syncDir /wal",
      "write LAST",
      "truncate LAST",
      "truncate LAST",
      "sync LAST",
      "syncDir /wal",
    ]);
    assert.equal(disk.contents(path).length, OPTIONS.segmentSizeBytes);
    opened.wal.save(sampleState(2, 24), sampleEntries(26, 27, 2), true);
    opened.wal.close();
    const again = Wal.open(disk.afterPowerLoss(keepNothing), DIR, START, OPTIONS);
    assert.equal(entryIds(again.content.entries.slice(-3)), "25/1 26/2 27/2");
  });

  it("never cuts at or below the commit index, though the tail looks torn", () => {
    const { disk, wal } = filled();
    wal.save(sampleState(1, 24), sampleEntries(25, 26, 1, 300), true);
    wal.save(sampleState(1, 26), sampleEntries(27, 27, 1, 600), true);
    wal.close();
    const path = `${DIR}/${disk.list(DIR).at(-1)}`;
    const torn = disk.contents(path);
    torn.fill(0, 512, 1024);
    disk.replace(path, torn);
    const before = disk.operations.length;
    assert.throws(
      () => Wal.open(disk, DIR, START, OPTIONS),
      /is damaged at offset \d+: entries up to 26 were committed, the readable ones end at 25; restore this member/,
    );
    assert.equal(disk.operations.length, before);
    assert.deepEqual(disk.contents(path), torn);
  });

  it("replaces the copy of an earlier repair", () => {
    const { disk, wal } = filled();
    wal.close();
    const path = `${DIR}/${disk.list(DIR).at(-1)}`;
    disk.replace(`${path}.broken`, Uint8Array.of(1, 2, 3));
    const cut = disk.contents(path).subarray(0, 50);
    disk.replace(path, cut);
    Wal.open(disk, DIR, START, OPTIONS);
    assert.deepEqual(disk.contents(`${path}.broken`), cut);
  });

  it("opens a log that was closed right behind a cut, and goes on in its last segment", () => {
    const { disk, wal } = filled();
    wal.close();
    const last = disk.list(DIR).at(-1)!;
    disk.remove(`${DIR}/${last}`);
    // As if the power went between trimming a full segment and naming the next.
    const { wal: second, content } = Wal.open(disk, DIR, START, OPTIONS);
    const next = content.entries.at(-1)!.index + 1;
    second.save(sampleState(2, 12), sampleEntries(next, next, 2), true);
    assert.ok(disk.exists(FIRST));
    assert.equal(Wal.open(disk, DIR, START, OPTIONS).content.entries.at(-1)?.index, next);
  });
});
