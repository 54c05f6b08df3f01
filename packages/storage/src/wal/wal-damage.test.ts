import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hasCode } from "@quorate/base";
import { decodeHardState, type Entry, newWalSnapshot } from "@quorate/proto";
import { MemoryDisk, sampleEntries, sampleState } from "@quorate/testkit";
import { decodeSegment } from "./decoder.ts";
import { RecordType, readFrame } from "./record.ts";
import { Wal } from "./wal.ts";

const DIR = "/wal";
const START = newWalSnapshot({ explicitZeros: 0 });
const OPTIONS = { segmentSizeBytes: 512, keepSegments: 5 };
const COMMIT = 9;

/** Two segments: one that is full, one with entries, a committed index that is durable, and entries beyond it. */
function smallLog(): {
  readonly disk: MemoryDisk;
  readonly entries: readonly Entry[];
  readonly paths: readonly string[];
} {
  const disk = new MemoryDisk();
  const wal = Wal.create(disk, DIR, Uint8Array.of(8, 1, 16, 9), OPTIONS);
  wal.save(sampleState(2, 0), sampleEntries(1, 7, 2, 40), true);
  wal.save(sampleState(2, 7), sampleEntries(8, 10, 2), true);
  wal.save(sampleState(2, COMMIT), sampleEntries(11, 12, 2), true);
  wal.close();
  const paths = disk.list(DIR).map((name) => `${DIR}/${name}`);
  return { disk, entries: sampleEntries(1, 12, 2), paths };
}

/** What opening a damaged log may come to: a refusal, or true entries up to the commit index at least. */
function check(
  damaged: MemoryDisk,
  originals: readonly Entry[],
  what: string,
  committed = COMMIT,
): "refused" | "whole" | "cut" {
  let read: readonly Entry[];
  try {
    read = Wal.open(damaged, DIR, START, OPTIONS).content.entries;
  } catch (error) {
    assert.ok(hasCode(error, "Corrupt") || hasCode(error, "SnapshotNotFound"), `${what}: ${String(error)}`);
    return "refused";
  }
  assert.ok(read.length >= committed, `${what}: committed entries are gone, ${read.length} are left`);
  assert.deepEqual(read, originals.slice(0, read.length), `${what}: an entry is another one`);
  return read.length === originals.length ? "whole" : "cut";
}

describe("storage/wal/wal-damage", () => {
  const { disk, paths } = smallLog();
  const originals = Wal.open(disk.clone(), DIR, START, OPTIONS).content.entries;
  const [full, last] = paths as [string, string];
  const used = disk.contents(last).findLastIndex((byte) => byte !== 0) + 1;

  it("reads the log whole when nothing is damaged", () => {
    assert.equal(paths.length, 2);
    assert.equal(originals.length, 12);
    assert.equal(check(disk.clone(), originals, "undamaged"), "whole");
  });

  it("refuses or repairs the last segment cut at any byte, and never loses what was committed", () => {
    const outcomes = { refused: 0, whole: 0, cut: 0 };
    const bytes = disk.contents(last);
    const commits: { readonly end: number; readonly commit: number }[] = [];
    decodeSegment({
      path: last,
      bytes,
      previousCrc: undefined,
      isLast: true,
      visit: (record, offset) => {
        if (record.type !== RecordType.State) return;
        const frame = readFrame(bytes, offset);
        if (frame.kind === "record") commits.push({ end: frame.end, commit: decodeHardState(record.data!).commit });
      },
    });
    for (let length = 0; length <= used; length++) {
      const damaged = disk.clone();
      damaged.replace(last, bytes.subarray(0, length));
      // What says how much was committed may be cut off with it: only what is left can be held against the log.
      const committed = commits.filter(({ end }) => end <= length).at(-1)?.commit ?? 0;
      outcomes[check(damaged, originals, `cut at ${length}`, committed)]++;
    }
    assert.ok(outcomes.refused > 0 && outcomes.cut > 0 && outcomes.whole > 0, JSON.stringify(outcomes));
  });

  it("refuses every cut of a segment that is not the last", () => {
    const bytes = disk.contents(full);
    for (let length = 0; length < bytes.length; length++) {
      const damaged = disk.clone();
      damaged.replace(full, bytes.subarray(0, length));
      assert.equal(check(damaged, originals, `cut at ${length}`), "refused", `cut at ${length}`);
    }
  });

  for (const [name, path] of [
    ["a full segment", full],
    ["the last segment", last],
  ] as const) {
    it(`refuses each single flipped bit of ${name}, or reads it right all the same`, () => {
      const bytes = disk.contents(path);
      const end = path === last ? used : bytes.length;
      for (let at = 0; at < end; at++) {
        for (let bit = 0; bit < 8; bit++) {
          const damaged = disk.clone();
          const flipped = bytes.slice();
          flipped[at]! ^= 1 << bit;
          damaged.replace(path, flipped);
          assert.notEqual(check(damaged, originals, `byte ${at} bit ${bit}`), "cut", `byte ${at} bit ${bit}`);
        }
      }
    });

    it(`refuses each inverted or zeroed byte of ${name}, or reads it right all the same`, () => {
      const bytes = disk.contents(path);
      const end = path === last ? used : bytes.length;
      for (let at = 0; at < end; at++) {
        for (const value of [0, 0xff, bytes[at]! ^ 0xff]) {
          const damaged = disk.clone();
          const flipped = bytes.slice();
          flipped[at] = value;
          damaged.replace(path, flipped);
          assert.notEqual(check(damaged, originals, `byte ${at} to ${value}`), "cut", `byte ${at} to ${value}`);
        }
      }
    });
  }

  it("takes every sector of zeros in the last segment for a torn write or for damage, by what was committed", () => {
    for (let sector = 0; sector < disk.contents(last).length; sector += 512) {
      const damaged = disk.clone();
      const bytes = disk.contents(last);
      bytes.fill(0, sector, sector + 512);
      damaged.replace(last, bytes);
      check(damaged, originals, `sector ${sector}`);
    }
  });
});
