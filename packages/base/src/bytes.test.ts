import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compareBytes, concatBytes, EMPTY_BYTES, equalBytes, fromHex, toHex } from "./bytes.ts";
import { Prng } from "./prng.ts";

const SEED = process.env["SEED"] ?? "bytes";
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe("base/bytes", () => {
  const inOrder = [
    bytes(),
    bytes(0),
    bytes(0, 0),
    bytes(0, 255),
    bytes(1),
    bytes(127),
    bytes(128),
    bytes(255),
    bytes(255, 0),
  ];

  it("orders byte strings as unsigned bytes, a prefix before its extensions", () => {
    inOrder.forEach((a, i) => {
      inOrder.forEach((b, j) => {
        assert.equal(Math.sign(compareBytes(a, b)), Math.sign(i - j), `${toHex(a)} ${toHex(b)}`);
        assert.equal(equalBytes(a, b), i === j, `${toHex(a)} ${toHex(b)}`);
      });
    });
  });

  it("holds different arrays with the same bytes equal", () => {
    assert.equal(equalBytes(bytes(1, 2, 3), bytes(1, 2, 3)), true);
    assert.equal(equalBytes(bytes(1, 2, 3), bytes(1, 2, 4)), false);
  });

  it("joins parts into a new array", () => {
    const part = bytes(1, 2);
    const joined = concatBytes([part, EMPTY_BYTES, bytes(3)]);
    assert.deepEqual(joined, bytes(1, 2, 3));
    part[0] = 9;
    assert.deepEqual(joined, bytes(1, 2, 3));
    assert.deepEqual(concatBytes([]), EMPTY_BYTES);
  });

  it("writes two lower-case hex digits a byte", () => {
    assert.equal(toHex(bytes(0, 10, 171, 255)), "000aabff");
    assert.equal(toHex(EMPTY_BYTES), "");
  });

  it("reads hex of either case back", () => {
    assert.deepEqual(fromHex("00aB"), bytes(0, 0xab));
    const prng = new Prng(SEED);
    for (let length = 0; length < 64; length++) {
      const value = Uint8Array.from({ length }, () => prng.below(256));
      assert.deepEqual(fromHex(toHex(value)), value, `SEED=${SEED}`);
      assert.deepEqual(fromHex(toHex(value).toUpperCase()), value, `SEED=${SEED}`);
    }
  });

  for (const text of ["0", "abc", "0g", "0x", " 0", "-1", "é0", "00 "]) {
    it(`refuses ${JSON.stringify(text)} as hex`, () => {
      assert.throws(() => fromHex(text), RangeError);
    });
  }
});
