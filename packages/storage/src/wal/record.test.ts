import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { crc32c, fromHex, toHex } from "@quorate/base";
import { withSeed } from "@quorate/testkit";
import { frameSizeMax, LENGTH_WORD_BYTES, RecordType, readFrame, recordBehind, writeFrame } from "./record.ts";

function frame(type: RecordType, data: Uint8Array | undefined, crc = 0): Uint8Array {
  const out = new Uint8Array(frameSizeMax(data?.length ?? 0)).fill(0xee);
  return out.slice(0, writeFrame(out, 0, type, data, crc).end);
}

describe("storage/wal/record", () => {
  it("frames a crc record as etcd does", () => {
    assert.equal(toHex(frame(RecordType.Crc, undefined)), "0400000000000084" + "08041000" + "00000000");
  });

  it("carries the sum of the data in the record and on to the next", () => {
    const data = Uint8Array.of(1, 2, 3);
    const out = new Uint8Array(64);
    const { crc } = writeFrame(out, 0, RecordType.Entry, data, 77);
    assert.equal(crc, crc32c(data, 77));
    const read = readFrame(out, 0);
    assert.ok(read.kind === "record");
    assert.equal(read.record.crc, crc);
    assert.equal(read.record.type, RecordType.Entry);
    assert.deepEqual(read.record.data, data);
  });

  it("ends every frame at a multiple of 8, padded with zeros, and no more than frameSizeMax long", () => {
    for (let length = 0; length < 300; length++) {
      const data = new Uint8Array(length).fill(7);
      const bytes = frame(RecordType.Entry, data, 0xffffffff);
      assert.equal(bytes.length % 8, 0);
      assert.ok(bytes.length <= frameSizeMax(length));
      const read = readFrame(bytes, 0);
      assert.ok(read.kind === "record");
      assert.equal(read.end, bytes.length);
      assert.deepEqual(read.record.data, data);
      const padding = bytes[7]! & 7;
      assert.ok(bytes.subarray(bytes.length - padding).every((byte) => byte === 0));
    }
  });

  it("takes the exact end and a zero length word for the end of the data", () => {
    assert.deepEqual(readFrame(new Uint8Array(16), 16), { kind: "end" });
    assert.deepEqual(readFrame(new Uint8Array(16), 8), { kind: "end" });
  });

  it("finds every cut of a frame short, and never reads past it", () => {
    const bytes = frame(RecordType.Entry, new Uint8Array(20).fill(9));
    for (let length = 1; length < bytes.length; length++) {
      assert.equal(readFrame(bytes.subarray(0, length), 0).kind, "short", `${length} bytes`);
    }
  });

  for (const { name, word } of [
    { name: "padding that does not fit the length", word: "0400000000000083" },
    { name: "padding where none is needed", word: "0800000000000080" },
    { name: "no padding where it is needed", word: "0400000000000000" },
    { name: "a top byte that is no padding", word: "0400000000000014" },
    { name: "padding without a record", word: "0000000000000081" },
  ]) {
    it(`refuses a length word with ${name}`, () => {
      const bytes = new Uint8Array(64);
      bytes.set(fromHex(word));
      assert.deepEqual(readFrame(bytes, 0), { kind: "bad", problem: "the length word is damaged", end: 8 });
    });
  }

  it("holds a length of up to 56 bits against the file before it does anything with it", () => {
    assert.equal(readFrame(fromHex(`ffffffffffffff81${"00".repeat(8)}`), 0).kind, "short");
  });

  it("finds a record by its own fields when its length word is wrong", () => {
    const bytes = frame(RecordType.Entry, Uint8Array.of(5, 6, 7));
    const length = bytes[0]!;
    bytes[1] = 0xff;
    const behind = recordBehind(bytes, 0);
    assert.equal(behind?.length, length);
    assert.deepEqual(behind?.record.data, Uint8Array.of(5, 6, 7));
    assert.equal(recordBehind(bytes, bytes.length), undefined);
    assert.equal(recordBehind(new Uint8Array(32), 0), undefined);
    assert.equal(recordBehind(bytes.subarray(0, LENGTH_WORD_BYTES + length - 1), 0), undefined);
  });

  it("answers any bytes with one of its results", () => {
    withSeed("wal/record", ({ prng }) => {
      for (let i = 0; i < 5000; i++) {
        const bytes = Uint8Array.from({ length: prng.below(60) }, () => prng.below(256));
        // Small lengths, so that many get as far as the record.
        if (bytes.length > 8 && prng.chance(0.8)) {
          const length = prng.below(40);
          const padding = (8 - (length % 8)) % 8;
          bytes.set([length, 0, 0, 0, 0, 0, 0, padding === 0 ? 0 : 0x80 | padding]);
        }
        const read = readFrame(bytes, 0);
        if ("end" in read) assert.ok(read.end <= bytes.length);
        recordBehind(bytes, 0);
      }
    });
  });
});
