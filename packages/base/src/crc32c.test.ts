import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { crc32c } from "./crc32c.ts";
import { Prng } from "./prng.ts";

const SEED = process.env["SEED"] ?? "crc32c";

/** One bit at a time, straight from the definition: slow and plain. */
function naiveCrc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

describe("base/crc32c", () => {
  const ascending = Uint8Array.from({ length: 32 }, (_, i) => i);
  // RFC 3720, appendix B.4.
  const iscsiRead = Uint8Array.from([
    0x01, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x14, 0, 0, 0, 0, 0, 0x04, 0, 0, 0, 0, 0x14, 0, 0, 0, 0x18,
    0x28, 0, 0, 0, 0, 0, 0, 0, 0x02, 0, 0, 0, 0, 0, 0, 0,
  ]);
  const vectors: readonly { name: string; bytes: Uint8Array; want: number }[] = [
    { name: "nothing", bytes: new Uint8Array(0), want: 0 },
    { name: "32 zeros", bytes: new Uint8Array(32), want: 0x8a9136aa },
    { name: "32 ones", bytes: new Uint8Array(32).fill(0xff), want: 0x62a8ab43 },
    { name: "32 ascending bytes", bytes: ascending, want: 0x46dd794e },
    { name: "32 descending bytes", bytes: ascending.slice().reverse(), want: 0x113fdb5c },
    { name: "an iSCSI read command", bytes: iscsiRead, want: 0xd9963a56 },
    { name: "the digits 1 to 9", bytes: new TextEncoder().encode("123456789"), want: 0xe3069283 },
  ];
  for (const { name, bytes, want } of vectors) {
    it(`gives the published sum of ${name}`, () => {
      assert.equal(crc32c(bytes), want);
    });
  }

  it("agrees with the bitwise definition at every length up to 100", () => {
    const prng = new Prng(SEED);
    for (let length = 0; length <= 100; length++) {
      const bytes = Uint8Array.from({ length }, () => prng.below(256));
      assert.equal(crc32c(bytes), naiveCrc32c(bytes), `SEED=${SEED} length=${length}`);
    }
  });

  it("continues from the sum of what came before, wherever the bytes are split", () => {
    const prng = new Prng(SEED);
    const bytes = Uint8Array.from({ length: 67 }, () => prng.below(256));
    for (let at = 0; at <= bytes.length; at++) {
      assert.equal(crc32c(bytes.subarray(at), crc32c(bytes.subarray(0, at))), crc32c(bytes), `SEED=${SEED} at=${at}`);
    }
  });

  it("sums a range without copying it", () => {
    const bytes = Uint8Array.from({ length: 50 }, (_, i) => i * 7);
    for (const [start, end] of [
      [0, 50],
      [3, 50],
      [0, 9],
      [5, 5],
      [13, 40],
    ] as const) {
      assert.equal(crc32c(bytes, 0, start, end), crc32c(bytes.slice(start, end)));
    }
  });

  it("notices every single flipped bit of a record", () => {
    const bytes = Uint8Array.from({ length: 24 }, (_, i) => i * 11);
    const sum = crc32c(bytes);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = bytes.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      assert.notEqual(crc32c(flipped), sum);
    }
  });
});
