import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { withSeed } from "@quorate/testkit";
import fc from "fast-check";
import { quoteBytes } from "./quote.ts";

const quote = (text: string): string => quoteBytes(new TextEncoder().encode(text));

describe("raft/quote", () => {
  it("leaves printable text as it is, in any script", () => {
    for (const text of ["", "foo bar", "caf\u00e9", "\u4e2d\u6587", "\u{1f600}", "a\u0301", "\u20ac 1,00 + $"]) {
      assert.equal(quote(text), `"${text}"`);
    }
  });

  it("escapes quotes, backslashes and the control characters that have a letter", () => {
    assert.equal(quote('"\\'), '"\\"\\\\"');
    assert.equal(quote("\x07\b\t\n\v\f\r"), '"\\a\\b\\t\\n\\v\\f\\r"');
  });

  it("escapes other ASCII control characters as bytes", () => {
    assert.equal(quote("\x00\x01\x1f\x7f"), '"\\x00\\x01\\x1f\\x7f"');
  });

  it("escapes what Go does not print as code points", () => {
    assert.equal(quote("\u00a0\u2028\u200b\ufeff\u3000"), '"\\u00a0\\u2028\\u200b\\ufeff\\u3000"');
    assert.equal(quote("\u0085"), '"\\u0085"');
    assert.equal(quote("\u{e000}\u{10ffff}"), '"\\ue000\\U0010ffff"');
    assert.equal(quote("\ufffd"), '"\ufffd"', "the replacement character itself is a symbol");
  });

  it("escapes the bytes of malformed UTF-8 one by one", () => {
    const table: readonly (readonly [readonly number[], string])[] = [
      [[0x80], '"\\x80"'],
      [[0xff, 0xfe], '"\\xff\\xfe"'],
      [[0xc3], '"\\xc3"'],
      [[0xc3, 0x28], '"\\xc3("'],
      [[0xc0, 0x80], '"\\xc0\\x80"'],
      [[0xe0, 0x80, 0x80], '"\\xe0\\x80\\x80"'],
      [[0xed, 0xa0, 0x80], '"\\xed\\xa0\\x80"'],
      [[0xf0, 0x9f, 0x98], '"\\xf0\\x9f\\x98"'],
      [[0xf4, 0x90, 0x80, 0x80], '"\\xf4\\x90\\x80\\x80"'],
      [[0xf5, 0x80, 0x80, 0x80], '"\\xf5\\x80\\x80\\x80"'],
    ];
    for (const [bytes, expected] of table) assert.equal(quoteBytes(Uint8Array.from(bytes)), expected);
  });

  it("tells any two different payloads apart", () => {
    withSeed("raft/dist/quote", ({ seed }) => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 6 }), fc.uint8Array({ maxLength: 6 }), (a, b) => {
          assert.equal(quoteBytes(a) === quoteBytes(b), Buffer.from(a).equals(b));
        }),
        { seed, numRuns: 3000 },
      );
    });
  });
});
