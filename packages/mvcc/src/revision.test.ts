import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compareBytes, toHex } from "@quorate/base";
import { withSeed } from "@quorate/testkit";
import fc from "fast-check";
import { decodeRevision, encodeRevision, isTombstone } from "./revision.ts";

describe("mvcc/revision", () => {
  it("has etcd's bytes", () => {
    assert.equal(toHex(encodeRevision({ main: 258, sub: 1 })), "00000000000001025f0000000000000001");
    assert.equal(toHex(encodeRevision({ main: 258, sub: 1 }, true)), "00000000000001025f000000000000000174");
  });

  it("comes back as it was, and orders as its bytes do", () => {
    withSeed("mvcc/revision", ({ seed }) => {
      const revision = fc.record({ main: fc.maxSafeNat(), sub: fc.maxSafeNat() }, { noNullPrototype: true });
      fc.assert(
        fc.property(revision, revision, fc.boolean(), (a, b, tombstone) => {
          const bytes = encodeRevision(a, tombstone);
          assert.deepEqual(decodeRevision(bytes), a);
          assert.equal(isTombstone(bytes), tombstone);
          assert.equal(
            Math.sign(compareBytes(encodeRevision(a), encodeRevision(b))),
            Math.sign(a.main - b.main || a.sub - b.sub),
          );
        }),
        { seed },
      );
    });
  });

  it("refuses bytes of another length, and numbers beyond 2^53", () => {
    assert.throws(() => decodeRevision(new Uint8Array(16)), /17 or 18/);
    assert.throws(() => decodeRevision(new Uint8Array(17).fill(0xff)), /safe/);
  });
});
