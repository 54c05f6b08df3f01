import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hasCode } from "@quorate/base";
import { encodeEntry, encodeHardState } from "@quorate/proto";
import { sampleEntry, sampleState, withSeed } from "@quorate/testkit";
import { StorageError } from "../errors.ts";
import { committedBehind, type Decoded, decodeSegment } from "./decoder.ts";
import { WalEncoder } from "./encoder.ts";
import { RecordType } from "./record.ts";

const PATH = "wal/0000000000000000-0000000000000000.wal";

/** A segment of entries with `size` bytes each, zeros behind them, and where each frame starts. */
function segment(count: number, size: number, total = 8192): { bytes: Uint8Array; starts: number[]; crc: number } {
  const encoder = new WalEncoder(0);
  const bytes = new Uint8Array(total);
  const starts: number[] = [];
  let at = 0;
  const put = (): void => {
    const frame = encoder.take();
    bytes.set(frame, at);
    starts.push(at);
    at += frame.length;
  };
  encoder.add(RecordType.Crc, undefined);
  put();
  for (let i = 1; i <= count; i++) {
    encoder.add(RecordType.Entry, encodeEntry(sampleEntry(i, 1, size)));
    put();
  }
  starts.push(at);
  return { bytes, starts, crc: encoder.crc };
}

function decode(bytes: Uint8Array, isLast = true, previousCrc?: number): Decoded & { readonly count: number } {
  let count = 0;
  const decoded = decodeSegment({ path: PATH, bytes, previousCrc, isLast, visit: () => count++ });
  return { ...decoded, count };
}

function refusal(run: () => unknown): StorageError {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof StorageError && hasCode(error, "Corrupt"), String(error));
    return error;
  }
  return assert.fail("it was not refused");
}

describe("storage/wal/decoder", () => {
  it("reads to where the zeros start", () => {
    const { bytes, starts, crc } = segment(5, 30);
    assert.deepEqual(decode(bytes), { end: starts[6], crc, torn: false, count: 6 });
  });

  it("reads to the exact end of a file that was cut to what it holds", () => {
    const { bytes, starts, crc } = segment(5, 30);
    assert.deepEqual(decode(bytes.subarray(0, starts[6]), false), { end: starts[6], crc, torn: false, count: 6 });
  });

  it("takes a cut anywhere in the last segment for a torn write", () => {
    const { bytes, starts } = segment(3, 30);
    for (let length = starts[1]! + 1; length < starts[4]!; length++) {
      const decoded = decode(bytes.subarray(0, length));
      const end = starts.filter((start) => start <= length).at(-1)!;
      assert.deepEqual([decoded.end, decoded.torn], [end, end !== length], `cut at ${length}`);
    }
  });

  it("takes a cut in any other segment for damage", () => {
    const { bytes, starts } = segment(3, 30);
    const error = refusal(() => decode(bytes.subarray(0, starts[3]! + 9), false));
    assert.equal(error.detail.offset, starts[3]);
    assert.match(error.message, /in the middle of a record, and it is not the last one/);
  });

  it("tells file, offset and what to do when it refuses", () => {
    const { bytes, starts } = segment(5, 30);
    bytes[starts[3]! + 20]! ^= 1;
    const error = refusal(() => decode(bytes));
    assert.equal(error.detail.path, PATH);
    assert.equal(error.detail.offset, starts[3]);
    assert.match(error.message, new RegExp(`^${PATH} is damaged at offset ${starts[3]}: checksum \\d+ does not match`));
    assert.match(error.message, /restore this member from a healthy cluster: remove it, .* add it again/);
  });

  it("takes a record with a sector of zeros at the end for a torn write, wherever the sector is", () => {
    const { bytes, starts } = segment(3, 1500);
    const start = starts[3]!;
    for (let sector = Math.ceil(start / 512) * 512; sector + 512 <= starts[4]!; sector += 512) {
      const torn = bytes.slice();
      torn.fill(0, sector, sector + 512);
      assert.deepEqual([decode(torn).end, decode(torn).torn], [start, true], `sector ${sector}`);
    }
    const firstSector = bytes.slice();
    firstSector.fill(0, start, (Math.floor(start / 512) + 1) * 512);
    assert.deepEqual([decode(firstSector).end, decode(firstSector).torn], [start, true]);
  });

  it("takes zeros that are not a whole sector's share for damage", () => {
    const { bytes, starts } = segment(3, 1500);
    const from = Math.ceil(starts[3]! / 512) * 512;
    bytes.fill(0, from, from + 511);
    refusal(() => decode(bytes));
  });

  it("takes a zero length word with data behind it in the same sector for damage", () => {
    const { bytes, starts } = segment(3, 30);
    bytes.fill(0, starts[2], starts[2]! + 8);
    assert.match(refusal(() => decode(bytes)).message, /the length word is gone/);
  });

  for (const byte of [0, 1, 2, 3, 4, 5, 6, 7]) {
    it(`takes any change of byte ${byte} of a length word for damage, not for a torn write`, () => {
      const { bytes, starts } = segment(5, 30);
      for (let change = 1; change < 256; change++) {
        const damaged = bytes.slice();
        damaged[starts[2]! + byte]! ^= change;
        assert.equal(refusal(() => decode(damaged)).detail.offset, starts[2], `change ${change}`);
      }
    });
  }

  it("refuses a segment that does not continue the sum of the one before", () => {
    const encoder = new WalEncoder(1234);
    encoder.add(RecordType.Crc, undefined);
    const bytes = encoder.take();
    assert.equal(decode(bytes, true, 1234).count, 1);
    assert.match(refusal(() => decode(bytes, false, 99)).message, /the checksum chain starts at 1234, not at 99/);
  });

  it("refuses a segment without a checksum at its head", () => {
    const encoder = new WalEncoder(0);
    encoder.add(RecordType.Entry, encodeEntry(sampleEntry(1)));
    assert.match(refusal(() => decode(encoder.take())).message, /does not start with a checksum/);
  });

  it("refuses records that were moved, repeated or left out", () => {
    const { bytes, starts } = segment(4, 24);
    const part = (i: number): Uint8Array => bytes.slice(starts[i]!, starts[i + 1]!);
    for (const order of [
      [0, 2, 1, 3, 4],
      [0, 1, 1, 2, 3, 4],
      [0, 1, 3, 4],
    ]) {
      refusal(() => decode(Uint8Array.from(order.flatMap((i) => [...part(i)]))));
    }
  });

  it("refuses a record of a type that there is not", () => {
    const encoder = new WalEncoder(0);
    encoder.add(RecordType.Crc, undefined);
    encoder.add(6 as RecordType, Uint8Array.of(1));
    assert.match(refusal(() => decode(encoder.take())).message, /unknown record type 6/);
  });

  it("finds the commit index that readable records behind a torn one tell", () => {
    const encoder = new WalEncoder(0);
    encoder.add(RecordType.Crc, undefined);
    encoder.add(RecordType.State, encodeHardState(sampleState(1, 7)));
    encoder.add(RecordType.Entry, encodeEntry(sampleEntry(8)));
    encoder.add(RecordType.State, encodeHardState(sampleState(1, 9)));
    const bytes = encoder.take();
    assert.equal(committedBehind(bytes, 0), 9);
    // The last frame counts alone when nothing but zeros follows, and not when it may be part of an entry.
    assert.equal(committedBehind(bytes, bytes.length - 24), 9);
    assert.equal(committedBehind(Uint8Array.of(...bytes, 0, 0, 0, 0, 0, 0, 0, 0), bytes.length - 24), 9);
    assert.equal(committedBehind(Uint8Array.of(...bytes, 1, 2, 3, 4, 5, 6, 7, 8), bytes.length - 24), 0);
    assert.equal(committedBehind(new Uint8Array(4096), 0), 0);
  });

  it("answers garbage with a prefix or a typed error", () => {
    withSeed("wal/decoder", ({ prng }) => {
      for (let i = 0; i < 2000; i++) {
        const { bytes, starts } = segment(4, 60, 1024);
        const from = prng.below(starts[5]!);
        const length = prng.below(40);
        for (let at = from; at < from + length; at++) bytes[at] = prng.below(256);
        try {
          const decoded = decode(bytes.subarray(0, prng.below(1024)));
          assert.ok(decoded.end <= bytes.length);
          assert.equal(decoded.end % 8, 0);
        } catch (error) {
          assert.ok(hasCode(error, "Corrupt"), String(error));
        }
      }
    });
  });
});
