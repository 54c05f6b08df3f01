import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { EntryZeros, encodeEntry, newEntry } from "@quorate/proto";
import { withSeed } from "@quorate/testkit";
import fc from "fast-check";
import { entriesSize, limitSize, payloadSize, payloadsSize } from "./entries.ts";

const entry = fc
  .record({
    term: fc.integer({ min: 0, max: 300 }),
    index: fc.integer({ min: 0, max: 100_000 }),
    data: fc.option(fc.uint8Array({ maxLength: 40 }), { nil: undefined }),
    explicitZeros: fc.integer({ min: 0, max: EntryZeros.type | EntryZeros.term | EntryZeros.index }),
  })
  .map(newEntry);

describe("raft/entries", () => {
  it("keeps the longest prefix that fits, and at least one entry", () => {
    withSeed("raft/dist/entries", ({ seed }) => {
      fc.assert(
        fc.property(fc.array(entry, { maxLength: 12 }), fc.integer({ min: 0, max: 400 }), (entries, maxSize) => {
          const kept = limitSize(entries, maxSize);
          const sizeOf = (count: number): number =>
            entries.slice(0, count).reduce((sum, e) => sum + encodeEntry(e).length, 0);
          assert.deepEqual(kept, entries.slice(0, kept.length));
          assert.ok(kept.length >= Math.min(1, entries.length));
          assert.ok(kept.length <= 1 || sizeOf(kept.length) <= maxSize);
          assert.ok(kept.length === entries.length || sizeOf(kept.length + 1) > maxSize);
        }),
        { seed, numRuns: 1000 },
      );
    });
  });

  it("cuts exactly at the limit", () => {
    const entries = [4, 5, 6].map((index) => newEntry({ index, term: index }));
    const [one, two, three] = [1, 2, 3].map((n) => entriesSize(entries.slice(0, n))) as [number, number, number];
    const table: readonly (readonly [number, number])[] = [
      [Number.POSITIVE_INFINITY, 3],
      [0, 1],
      [one, 1],
      [two - 1, 1],
      [two, 2],
      [three - 1, 2],
      [three, 3],
      [three + 1, 3],
    ];
    for (const [maxSize, kept] of table) assert.equal(limitSize(entries, maxSize).length, kept, `limit ${maxSize}`);
    assert.deepEqual(limitSize([], 0), []);
  });

  it("counts encoded bytes, fields that are present but zero included", () => {
    const plain = newEntry({ term: 1, index: 2 });
    const explicit = newEntry({ term: 1, index: 2, explicitZeros: EntryZeros.type });
    assert.equal(entriesSize([plain]), encodeEntry(plain).length);
    assert.equal(entriesSize([explicit]), entriesSize([plain]) + 2);
    assert.equal(entriesSize([newEntry({ data: new Uint8Array() })]), 2, "empty data is present");
  });

  it("counts payload bytes alone, none for an empty entry", () => {
    const entries = [
      newEntry({ term: 9, index: 9 }),
      newEntry({ data: new Uint8Array() }),
      newEntry({ data: Uint8Array.of(1, 2, 3) }),
    ];
    assert.deepEqual(entries.map(payloadSize), [0, 0, 3]);
    assert.equal(payloadsSize(entries), 3);
  });
});
