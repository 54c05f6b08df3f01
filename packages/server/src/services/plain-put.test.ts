import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fromHex, Slab, toHex } from "@quorate/base";
import { decodePutRequest, encodeInternalRaftRequest, encodePutRequest, newPutRequest } from "@quorate/proto";
import { withSeed } from "@quorate/testkit";
import fc from "fast-check";
import { decodePut, encodePutProposal, PlainPut } from "./plain-put.ts";

const SLAB = new Slab(4096);

describe("server/plain-put", () => {
  for (const [name, hex] of [
    ["nothing", ""],
    ["a value without a key", "120161"],
    ["an empty key", "0a00120161"],
    ["an empty value", "0a01611200"],
    ["a length that is longer than it need be", "0a810061"],
    ["a lease", "0a01611801"],
    ["the previous value", "0a0161120162" + "2001"],
    ["the value first", "1201620a0161"],
    ["a key twice", "0a01610a0162"],
    ["a field that nobody knows", "0a01613a00"],
  ] as const) {
    it(`leaves ${name} to the codec`, () => {
      assert.deepEqual(decodePut(fromHex(hex)), decodePutRequest(fromHex(hex)));
    });
  }

  for (const hex of ["0a", "0a0261", "0a01611202", "0a016112026100ff", "0affffffffff0f61"]) {
    it(`refuses ${hex} as the codec does`, () => {
      assert.throws(() => decodePut(fromHex(hex)), { name: "ProtoError" });
      assert.throws(() => decodePutRequest(fromHex(hex)), { name: "ProtoError" });
    });
  }

  it("puts the same bytes into the log as the codec, for plain requests of any size", () => {
    const bytes = (minLength: number): fc.Arbitrary<Uint8Array> =>
      fc.oneof(
        fc.uint8Array({ minLength, maxLength: 300 }),
        fc.integer({ min: 1, max: 70_000 }).map((length) => new Uint8Array(length).fill(length)),
      );
    withSeed("server/plain-put", ({ seed }) => {
      fc.assert(
        fc.property(bytes(1), bytes(0), fc.bigInt(1n, 2n ** 64n - 1n), (key, value, id) => {
          const request = newPutRequest({ key, value });
          const plain = decodePut(encodePutRequest(request));
          assert(plain instanceof PlainPut);
          assert.equal(plain.payloadBytes, key.length + value.length);
          const header = { ID: id, username: "", authRevision: 0 };
          const expected = encodeInternalRaftRequest({ header, ID: 0n, body: { kind: "put", value: request } });
          assert.equal(toHex(encodePutProposal(id, plain.bytes, SLAB)), toHex(expected));
        }),
        { seed, numRuns: 200 },
      );
    });
  });

  it("takes for plain only what the codec reads and writes back byte for byte", () => {
    const byte = fc.oneof(fc.constantFrom(10, 18, 0, 1, 2, 0x80, 0x81), fc.nat(255));
    withSeed("server/plain-put", ({ seed }) => {
      fc.assert(
        fc.property(fc.array(byte, { maxLength: 12 }), (values) => {
          const bytes = Uint8Array.from(values);
          const read = tryDecode(bytes);
          if (!(read instanceof PlainPut)) return;
          const request = decodePutRequest(bytes);
          assert.equal(toHex(encodePutRequest(request)), toHex(bytes));
          assert(request.key.length > 0);
        }),
        { seed, numRuns: 2_000 },
      );
    });
  });
});

function tryDecode(bytes: Uint8Array): unknown {
  try {
    return decodePut(bytes);
  } catch {
    return undefined;
  }
}
