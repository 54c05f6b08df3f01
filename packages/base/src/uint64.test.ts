import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  bigFromHalves,
  compareIds,
  highHalf,
  idFromHex,
  idToHex,
  lowHalf,
  safeFromHalves,
  signedFromHalves,
  UINT64_MAX,
} from "./uint64.ts";

const TOP = 0xffff_ffff;

describe("base/uint64", () => {
  const halves: readonly { hi: number; lo: number; value: bigint; safe: boolean }[] = [
    { hi: 0, lo: 0, value: 0n, safe: true },
    { hi: 0, lo: TOP, value: 2n ** 32n - 1n, safe: true },
    { hi: 1, lo: 0, value: 2n ** 32n, safe: true },
    { hi: 0x1f_ffff, lo: TOP, value: 2n ** 53n - 1n, safe: true },
    { hi: 0x20_0000, lo: 0, value: 2n ** 53n, safe: false },
    { hi: 0x20_0000, lo: 1, value: 2n ** 53n + 1n, safe: false },
    { hi: 0x8000_0000, lo: 0, value: 2n ** 63n, safe: false },
    { hi: TOP, lo: TOP, value: UINT64_MAX, safe: false },
  ];
  for (const { hi, lo, value, safe } of halves) {
    it(`puts ${value} together from its halves and takes it apart`, () => {
      assert.equal(bigFromHalves(hi, lo), value);
      assert.deepEqual([highHalf(value), lowHalf(value)], [hi, lo]);
      const signed = BigInt.asIntN(64, value);
      assert.equal(signedFromHalves(hi, lo), signed);
      assert.deepEqual([highHalf(signed), lowHalf(signed)], [hi, lo]);
      assert.equal(safeFromHalves(hi, lo), safe ? Number(value) : undefined);
    });
  }

  it("knows the largest unsigned 64-bit value", () => {
    assert.equal(UINT64_MAX, 2n ** 64n - 1n);
  });

  it("writes ids in lower-case hex without padding and reads them back", () => {
    const texts: readonly [bigint, string][] = [
      [0n, "0"],
      [10n, "a"],
      [0x8e9e05c52164694dn, "8e9e05c52164694d"],
      [UINT64_MAX, "ffffffffffffffff"],
    ];
    for (const [id, text] of texts) {
      assert.equal(idToHex(id), text);
      assert.equal(idFromHex(text), id);
      assert.equal(idFromHex(text.toUpperCase()), id);
    }
  });

  for (const text of ["", "g", "0x1", "-1", " 1", "1 ", "1.5", "10000000000000000"]) {
    it(`takes ${JSON.stringify(text)} for no id`, () => {
      assert.equal(idFromHex(text), undefined);
    });
  }

  it("orders ids as unsigned numbers", () => {
    const inOrder = [0n, 1n, 2n ** 32n, 2n ** 63n, UINT64_MAX];
    inOrder.forEach((a, i) => {
      inOrder.forEach((b, j) => {
        assert.equal(Math.sign(compareIds(a, b)), Math.sign(i - j));
      });
    });
  });
});
