import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Slab } from "@quorate/base";
import { drawSeed, rerun, withSeed } from "@quorate/testkit";
import fc from "fast-check";
import { DumpWriter, decodeDump, decodePut, encodePut, ORIGIN_BYTES, pairSize } from "./kv-codec.ts";

const slab = new Slab(1_024);
const SEED = drawSeed();
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const utf8Length = (text: string): number => new TextEncoder().encode(text).length;

const key = fc.string({ unit: "binary", maxLength: 20 });
const value = fc.uint8Array({ maxLength: 40 });
const put = fc.record({
  origin: fc.uint8Array({ minLength: ORIGIN_BYTES, maxLength: ORIGIN_BYTES }),
  sequence: fc.nat(0xffff_ffff),
  key,
  value,
});
const pairs = fc.uniqueArray(fc.tuple(key, value), { selector: ([text]) => text, maxLength: 12 });

function check<T>(arbitrary: fc.Arbitrary<T>, property: (input: T) => void): void {
  try {
    fc.assert(fc.property(arbitrary, property), { seed: SEED });
  } catch (error) {
    throw new Error(rerun("kv-codec", SEED), { cause: error });
  }
}

function dumpOf(list: readonly (readonly [string, Uint8Array])[], headroom = 0): Uint8Array {
  const sizeBytes = list.reduce((sum, [text, data]) => sum + pairSize(utf8Length(text), data.length), 0);
  const writer = new DumpWriter({ count: list.length, sizeBytes, headroom });
  for (const [text, data] of list) writer.add(text, data);
  return writer.take();
}

describe("raftexample/kv-codec", () => {
  it("writes a proposal as its head comment says", () => {
    const origin = bytes(1, 2, 3, 4, 5, 6, 7, 8);
    const data = encodePut({ origin, sequence: 0x01020304, key: "kü", value: bytes(9) }, slab);
    assert.deepEqual(data, bytes(1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 0, 0, 0, 3, 0x6b, 0xc3, 0xbc, 9));
  });

  it("reads back every proposal that it writes", () => {
    check(put, (given) => {
      assert.deepEqual(decodePut(encodePut(given, slab)), { ...given, keyBytes: utf8Length(given.key) });
    });
  });

  it("keeps a byte order mark at the front of a key", () => {
    const origin = new Uint8Array(ORIGIN_BYTES);
    const given = { origin, sequence: 1, key: "\uFEFFa", value: bytes(1) };
    assert.equal(decodePut(encodePut(given, slab)).key, "\uFEFFa");
    assert.deepEqual([...decodeDump(dumpOf([["\uFEFFa", bytes(1)]])).pairs.keys()], ["\uFEFFa"]);
  });

  it("reads a proposal out of the middle of other bytes, and shares its value", () => {
    check(put, (given) => {
      const encoded = encodePut(given, slab);
      const around = new Uint8Array(encoded.length + 10);
      around.set(encoded, 5);
      const decoded = decodePut(around.subarray(5, 5 + encoded.length));
      assert.deepEqual(decoded.value, given.value);
      if (given.value.length > 0) assert.equal(decoded.value.buffer, around.buffer);
    });
  });

  it("refuses a proposal cut anywhere before the end of its key", () => {
    const data = encodePut({ origin: new Uint8Array(8), sequence: 1, key: "key", value: new Uint8Array(0) }, slab);
    for (let length = 0; length < 16; length++) {
      const cut = data.subarray(0, length);
      assert.throws(() => decodePut(cut), {
        name: "KvCodecError",
        code: "Malformed",
        message: "a proposal is too short",
      });
    }
    for (let length = 16; length < data.length; length++) {
      const cut = data.subarray(0, length);
      assert.throws(() => decodePut(cut), { code: "Malformed", message: "a proposal's key is cut short" });
    }
  });

  it("refuses keys that are not UTF-8", () => {
    const data = encodePut({ origin: new Uint8Array(8), sequence: 1, key: "k", value: new Uint8Array(0) }, slab);
    data[16] = 0xff;
    assert.throws(() => decodePut(data), { code: "Malformed", message: "a key is not UTF-8" });
    const dump = dumpOf([["k", bytes(1)]]);
    dump[8] = 0xff;
    assert.throws(() => decodeDump(dump), { code: "Malformed", message: "a key is not UTF-8" });
  });

  it("writes a dump as its head comment says, behind the headroom", () => {
    const dump = dumpOf([["a", bytes(7, 8)]], 3);
    assert.deepEqual(dump, bytes(0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0x61, 0, 0, 0, 2, 7, 8));
    assert.deepEqual(dumpOf([]), bytes(0, 0, 0, 0));
  });

  it("reads back every dump that it writes, and its size, in copies", () => {
    check(fc.tuple(pairs, fc.nat(9)), ([list, headroom]) => {
      const dump = dumpOf(list, headroom);
      const { pairs: found, sizeBytes } = decodeDump(dump.subarray(headroom));
      assert.deepEqual(found, new Map(list));
      assert.equal(sizeBytes, dump.length - headroom - 4);
      for (const data of found.values()) assert.notEqual(data.buffer, dump.buffer);
    });
  });

  it("refuses a dump cut anywhere, and one with bytes left over", () => {
    const dump = dumpOf([
      ["a", bytes(1, 2, 3)],
      ["bc", bytes()],
    ]);
    for (let length = 0; length < dump.length; length++) {
      const cut = dump.subarray(0, length);
      assert.throws(() => decodeDump(cut), { code: "Malformed", message: "a dump is cut short" });
    }
    const longer = new Uint8Array([...dump, 0]);
    assert.throws(() => decodeDump(longer), { code: "Malformed", message: "a dump has bytes left over" });
  });

  it("refuses a dump that holds a key twice", () => {
    const dump = dumpOf([
      ["a", bytes(1)],
      ["a", bytes(2)],
    ]);
    assert.throws(() => decodeDump(dump), { code: "Malformed", message: "a dump holds a key twice" });
  });

  it("answers garbage with its own error or a value, and never with anything else", () => {
    withSeed("kv-codec", ({ prng }) => {
      for (let round = 0; round < 5_000; round++) {
        const garbage = Uint8Array.from({ length: prng.below(48) }, () => (prng.chance(0.5) ? 0 : prng.below(256)));
        for (const decode of [decodePut, decodeDump]) {
          try {
            decode(garbage);
          } catch (error) {
            assert.equal((error as { code?: string }).code, "Malformed");
          }
        }
      }
    });
  });

  it("refuses to hand over a dump that is shorter than announced", () => {
    const writer = new DumpWriter({ count: 1, sizeBytes: pairSize(1, 1), headroom: 0 });
    assert.throws(() => writer.take(), /a dump is as long as its pairs say/);
  });
});
