import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { withSeed } from "@quorate/testkit";
import fc from "fast-check";
import { compareBytes } from "./bytes.ts";
import { bytesFromLatin1, flatLatin1, latin1FromBytes } from "./latin1.ts";

describe("base/latin1", () => {
  it("gives back the bytes it was made of, and orders as they do", () => {
    withSeed("base/latin1", ({ seed }) => {
      const bytes = fc.uint8Array({ maxLength: 40 });
      fc.assert(
        fc.property(bytes, bytes, (a, b) => {
          const [x, y] = [latin1FromBytes(a), latin1FromBytes(b)];
          assert.deepEqual(bytesFromLatin1(x), a);
          assert.equal(flatLatin1(x), x);
          assert.equal(Math.sign(compareBytes(a, b)), x < y ? -1 : x > y ? 1 : 0);
        }),
        { seed },
      );
    });
  });

  it("takes a part of an array, and long ones", () => {
    assert.equal(latin1FromBytes(Uint8Array.of(1, 0x61, 0xff, 2), 1, 3), "a\xff");
    const long = new Uint8Array(10_000).map((_, i) => i);
    assert.deepEqual(bytesFromLatin1(flatLatin1(latin1FromBytes(long))), long);
  });
});
