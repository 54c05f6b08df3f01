import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fromHex, toHex } from "@quorate/base";
import { withSeed } from "@quorate/testkit";
import fc from "fast-check";
import { decodeUtf8, encodeUtf8, sizeUtf8, writeUtf8 } from "./utf8.ts";

/** The platform's own decoder, undefined for what it refuses. */
function expected(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

describe("proto/utf8", () => {
  for (const [name, text, hex] of [
    ["nothing", "", ""],
    ["ASCII", "a~\0", "617e00"],
    ["the edges of two bytes", "\u0080\u07ff", "c280dfbf"],
    ["the edges of three bytes", "\u0800\ud7ff\ue000\uffff", "e0a080ed9fbfee8080efbfbf"],
    ["the edges of four bytes", "\u{10000}\u{10ffff}", "f0908080f48fbfbf"],
    ["a byte order mark, which stays", "\ufeffx", "efbbbf78"],
  ] as const) {
    it(`writes and reads ${name}`, () => {
      assert.equal(toHex(encodeUtf8(text)), hex);
      assert.equal(decodeUtf8(fromHex(hex)), text);
    });
  }

  for (const [name, hex] of [
    ["a lone continuation", "80"],
    ["overlong forms", "c080"],
    ["an overlong form of three bytes", "e09fbf"],
    ["an overlong form of four bytes", "f08fbfbf"],
    ["a surrogate", "eda080"],
    ["more than Unicode has", "f4908080"],
    ["a byte that begins nothing", "f5808080"],
    ["a cut sequence", "e282"],
    ["a sequence cut by a letter", "e28261"],
  ] as const) {
    it(`refuses ${name}`, () => {
      assert.equal(decodeUtf8(fromHex(hex)), undefined);
    });
  }

  it("reads no byte behind the end that it is given", () => {
    assert.equal(decodeUtf8(fromHex("61e282ac62"), 1, 3), undefined);
    assert.equal(decodeUtf8(fromHex("61e282ac62"), 1, 4), "\u20ac");
  });

  it("agrees with the platform on every pair of bytes behind every first byte", () => {
    for (let first = 0x80; first < 0x100; first++) {
      for (let second = 0x70; second < 0xd0; second++) {
        for (const rest of [[], [0x80], [0x80, 0xbf], [0x80, 0x41]]) {
          const bytes = Uint8Array.from([first, second, ...rest]);
          assert.equal(decodeUtf8(bytes), expected(bytes), toHex(bytes));
        }
      }
    }
  });

  it("agrees with the platform on any text and any bytes", () => {
    withSeed("proto/utf8", ({ seed }) => {
      fc.assert(
        fc.property(fc.string({ unit: "binary" }), fc.uint8Array({ maxLength: 12 }), (text, bytes) => {
          const encoded = new TextEncoder().encode(text);
          assert.deepEqual(encodeUtf8(text), encoded);
          assert.equal(sizeUtf8(text), encoded.length);
          assert.equal(decodeUtf8(encoded), text);
          assert.equal(decodeUtf8(bytes), expected(bytes));
        }),
        { seed, numRuns: 500 },
      );
    });
  });

  it("writes half of a pair as U+FFFD, as the platform does", () => {
    for (const text of ["\ud800", "a\udc00b", "\ud800\ud800\udc00", "\udc00\ud800"]) {
      assert.equal(toHex(encodeUtf8(text)), toHex(new TextEncoder().encode(text)));
      assert.equal(sizeUtf8(text), new TextEncoder().encode(text).length);
    }
  });

  it("reads a text longer than one call takes", () => {
    const text = "\u20ac\u{1f600}x".repeat(50_000);
    assert.equal(decodeUtf8(new TextEncoder().encode(text)), text);
  });

  it("writes where it is told and says where it ended", () => {
    const bytes = new Uint8Array(5).fill(0xee);
    assert.equal(writeUtf8(bytes, 1, "\u20ac"), 4);
    assert.equal(toHex(bytes), "eee282acee");
  });
});
