import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fromHex, hasCode, toHex, UINT64_MAX } from "@quorate/base";
import { withSeed } from "@quorate/testkit";
import fc from "fast-check";
import { ProtoError, type ProtoErrorCode } from "./errors.ts";
import { MAX_DEPTH, Reader } from "./reader.ts";
import { entrySize, sizeId, sizeInt, sizeNumber, sizeString, Writer } from "./writer.ts";

/** The definition, bit by bit. */
function naiveVarint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

function writtenNumber(value: number): Uint8Array {
  const w = new Writer(new Uint8Array(sizeNumber(value)));
  w.number(value);
  assert.equal(w.pos, w.bytes.length);
  return w.bytes;
}

function writtenId(value: bigint): Uint8Array {
  const w = new Writer(new Uint8Array(sizeId(value)));
  w.id(value);
  assert.equal(w.pos, w.bytes.length);
  return w.bytes;
}

function writtenInt(value: number): Uint8Array {
  const w = new Writer(new Uint8Array(sizeInt(value)));
  w.int(value);
  assert.equal(w.pos, w.bytes.length);
  return w.bytes;
}

const fails = (code: ProtoErrorCode) => (error: unknown) => error instanceof ProtoError && hasCode(error, code);

/** Values on both sides of each length of a varint. */
const EDGES: readonly bigint[] = [
  0n,
  ...Array.from({ length: 9 }, (_, i) => 1n << BigInt(7 * (i + 1))).flatMap((edge) => [edge - 1n, edge]),
  0xffff_ffffn,
  0x1_0000_0000n,
  BigInt(Number.MAX_SAFE_INTEGER),
  BigInt(Number.MAX_SAFE_INTEGER) + 1n,
  UINT64_MAX - 1n,
  UINT64_MAX,
];

describe("proto/wire", () => {
  for (const value of EDGES) {
    it(`writes and reads ${value} as the definition says`, () => {
      const bytes = naiveVarint(value);
      assert.equal(toHex(writtenId(value)), toHex(bytes));
      assert.equal(new Reader(bytes).id(), value);
      assert.equal(new Reader(bytes).uint32(), Number(value & 0xffff_ffffn));
      assert.equal(new Reader(bytes).bool(), value !== 0n);
      if (value <= BigInt(Number.MAX_SAFE_INTEGER)) {
        assert.equal(toHex(writtenNumber(Number(value))), toHex(bytes));
        assert.equal(new Reader(bytes).number(), Number(value));
      } else assert.throws(() => new Reader(bytes).number(), fails("UnsafeInteger"));
    });
  }

  it("agrees with the definition on any id and any number", () => {
    withSeed("proto/wire", ({ seed }) => {
      fc.assert(
        fc.property(fc.bigInt(0n, UINT64_MAX), fc.maxSafeNat(), (id, number) => {
          assert.equal(toHex(writtenId(id)), toHex(naiveVarint(id)));
          assert.equal(new Reader(writtenId(id)).id(), id);
          assert.equal(toHex(writtenNumber(number)), toHex(naiveVarint(BigInt(number))));
          assert.equal(new Reader(writtenNumber(number)).number(), number);
        }),
        { seed },
      );
    });
  });

  for (const value of [
    -1n,
    -2n,
    -128n,
    -(2n ** 31n),
    -(2n ** 32n) - 1n,
    -(2n ** 53n) + 1n,
    -(2n ** 53n),
    -(2n ** 63n),
  ]) {
    it(`writes and reads ${value} in two's complement`, () => {
      const bytes = naiveVarint(BigInt.asUintN(64, value));
      assert.equal(bytes.length, 10);
      assert.equal(toHex(writtenId(value)), toHex(bytes));
      assert.equal(new Reader(bytes).signedId(), value);
      assert.equal(new Reader(bytes).id(), BigInt.asUintN(64, value));
      assert.equal(new Reader(bytes).int32(), Number(BigInt.asIntN(32, value)));
      if (value > -(2n ** 53n)) {
        assert.equal(toHex(writtenInt(Number(value))), toHex(bytes));
        assert.equal(new Reader(bytes).int(), Number(value));
        assert.equal(new Reader(bytes).clampedInt(), Number(value));
      } else {
        assert.throws(() => new Reader(bytes).int(), fails("UnsafeInteger"));
        assert.equal(new Reader(bytes).clampedInt(), Number.MIN_SAFE_INTEGER);
      }
      assert.throws(() => new Reader(bytes).number(), fails("UnsafeInteger"));
    });
  }

  it("agrees with the definition on any signed id and any signed number", () => {
    withSeed("proto/wire", ({ seed }) => {
      fc.assert(
        fc.property(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.maxSafeInteger(), (id, number) => {
          assert.equal(toHex(writtenId(id)), toHex(naiveVarint(BigInt.asUintN(64, id))));
          assert.equal(new Reader(writtenId(id)).signedId(), id);
          const clamped = new Reader(writtenId(id)).clampedInt();
          assert.equal(clamped, Math.min(Number.MAX_SAFE_INTEGER, Math.max(Number.MIN_SAFE_INTEGER, Number(id))));
          assert.equal(toHex(writtenInt(number)), toHex(naiveVarint(BigInt.asUintN(64, BigInt(number)))));
          assert.equal(new Reader(writtenInt(number)).int(), number);
          assert.equal(new Reader(writtenInt(number)).clampedInt(), number);
        }),
        { seed },
      );
    });
  });

  it("writes and reads texts, and refuses what is none", () => {
    for (const text of ["", "a", "x".repeat(200), "\u20ac\u{1f600}"]) {
      const w = new Writer(new Uint8Array(sizeString(text)));
      w.string(text);
      assert.equal(w.pos, w.bytes.length);
      assert.equal(new Reader(w.bytes).string(), text);
    }
    assert.throws(() => new Reader(fromHex("01ff")).string(), fails("BadUtf8"));
    assert.throws(() => new Reader(fromHex("0361")).string(), fails("Truncated"));
  });

  it("writes an entry of a map up to its value", () => {
    const length = 300;
    const w = new Writer(new Uint8Array(2 + entrySize(sizeString("k"), length) - length));
    w.entry("k", length);
    assert.equal(toHex(w.bytes), "b2020a016b12ac02");
    assert.equal(w.pos, w.bytes.length);
  });

  it("gives each of many ids its own value", () => {
    const ids = [1n, 2n, 1n << 32n, 1n, UINT64_MAX, 1n << 32n, 0n, 2n, 0n];
    const bytes = Uint8Array.from(ids.flatMap((id) => [...naiveVarint(id)]));
    const r = new Reader(bytes);
    assert.deepEqual(
      ids.map(() => r.id()),
      ids,
    );
  });

  it("refuses a number cut at any byte", () => {
    const bytes = naiveVarint(UINT64_MAX);
    for (let length = 0; length < bytes.length; length++) {
      const cut = bytes.subarray(0, length);
      for (const read of ["id", "signedId", "number", "int", "clampedInt", "int32", "uint32", "bool"] as const) {
        assert.throws(() => new Reader(cut)[read](), fails("Truncated"), `${read} of ${length} bytes`);
      }
    }
  });

  it("refuses a number of more than 64 bits, and takes one with needless bytes", () => {
    assert.throws(() => new Reader(fromHex("ffffffffffffffffff02")).id(), fails("Overlong"));
    assert.throws(() => new Reader(fromHex("8080808080808080808000")).id(), fails("Overlong"));
    assert.throws(() => new Reader(fromHex("ffffffffffffffffffff01")).number(), fails("Overlong"));
    assert.equal(new Reader(fromHex("8500")).number(), 5);
    assert.equal(new Reader(fromHex("85808080808080808000")).id(), 5n);
  });

  it("reads no byte behind its end", () => {
    const bytes = fromHex("0102030405");
    const r = new Reader(bytes, 1, 2);
    assert.equal(r.number(), 2);
    assert.throws(() => r.number(), fails("Truncated"));
    assert.throws(() => r.id(), fails("Truncated"));
    assert.equal(r.tag(), 0);
  });

  it("refuses a length beyond the message before it takes anything", () => {
    for (const length of ["05", "ffffffff0f", "ffffffffffffffffff01", "8080808010"]) {
      const bytes = fromHex(`${length}01020304`);
      assert.throws(() => new Reader(bytes).view(), fails("Truncated"), length);
      assert.throws(() => new Reader(bytes).enter(), fails("Truncated"), length);
    }
    assert.deepEqual([...new Reader(fromHex("0401020304")).view()], [1, 2, 3, 4]);
    assert.deepEqual([...new Reader(fromHex("00")).view()], []);
  });

  it("gives out views of its input", () => {
    const bytes = fromHex("020708");
    assert.equal(new Reader(bytes).view().buffer, bytes.buffer);
  });

  it("reads tags up to the largest field number and refuses the rest", () => {
    assert.equal(new Reader(fromHex("08")).tag(), 8);
    assert.equal(new Reader(fromHex("8001")).tag(), 128);
    assert.equal(new Reader(fromHex("f8ffffff07")).tag(), 0x7ffffff8);
    for (const tag of ["00", "07", "8000", "f8ffffff0f", "ffffffffffffffffff01"]) {
      assert.throws(() => new Reader(fromHex(tag)).tag(), fails("BadTag"), tag);
    }
    assert.throws(() => new Reader(fromHex("80")).tag(), fails("Truncated"));
  });

  it("steps over unknown fields of every wire type but groups", () => {
    for (const [hex, left] of [
      ["9601", 0],
      ["0102030405060708", 0],
      ["01020304", 0],
      ["03aabbcc", 0],
      ["00ff", 1],
    ] as const) {
      const wire = { "9601": 0, "0102030405060708": 1, "01020304": 5, "03aabbcc": 2, "00ff": 2 }[hex];
      const r = new Reader(fromHex(hex));
      r.skip((99 << 3) | wire, 14);
      assert.equal(r.end - r.pos, left, hex);
    }
    for (const wire of [3, 4, 6, 7]) {
      assert.throws(() => new Reader(fromHex("00")).skip((99 << 3) | wire, 14), fails("WrongWireType"));
    }
    for (const [wire, hex] of [
      [0, "80"],
      [1, "01020304050607"],
      [5, "010203"],
      [2, "0401"],
    ] as const) {
      assert.throws(() => new Reader(fromHex(hex)).skip((99 << 3) | wire, 14), fails("Truncated"), `${wire}`);
    }
  });

  it("refuses a known field of another wire type", () => {
    assert.throws(() => new Reader(fromHex("00")).skip((14 << 3) | 2, 14), fails("WrongWireType"));
  });

  it(`nests ${MAX_DEPTH} deep and no deeper`, () => {
    const nest = (depth: number): Uint8Array => {
      let bytes = new Uint8Array(0);
      for (let i = 0; i < depth; i++) bytes = Uint8Array.of(...naiveVarint(BigInt(bytes.length)), ...bytes);
      return bytes;
    };
    const enterAll = (depth: number): void => {
      const r = new Reader(nest(depth));
      const outers = Array.from({ length: depth }, () => r.enter());
      for (const outer of outers.reverse()) r.leave(outer);
      assert.equal(r.end, r.bytes.length);
    };
    enterAll(MAX_DEPTH);
    assert.throws(() => enterAll(MAX_DEPTH + 1), fails("TooDeep"));
  });

  it("copies short and long byte fields alike", () => {
    for (let length = 0; length < 60; length++) {
      const value = Uint8Array.from({ length }, (_, i) => i + 1);
      const w = new Writer(new Uint8Array(length + 3).fill(0xee), 1);
      w.view(value);
      assert.equal(w.pos, length + 2);
      const r = new Reader(w.bytes, 1);
      assert.deepEqual(r.view(), value);
      assert.equal(w.bytes[0], 0xee);
      assert.equal(w.bytes.at(-1), 0xee);
    }
  });

  it("says what is wrong with a proto: before it", () => {
    assert.throws(() => new Reader(fromHex("05")).view(), /^ProtoError: proto: a field is longer than its message$/);
  });
});
