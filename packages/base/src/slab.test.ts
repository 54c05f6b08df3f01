import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Slab } from "./slab.ts";

describe("base/slab", () => {
  it("gives out bytes that do not overlap", () => {
    const slab = new Slab(64);
    const parts = Array.from({ length: 50 }, (_, i) => slab.allocate(i % 17).fill(i));
    parts.forEach((part, i) => {
      assert.deepEqual([...part], new Array(i % 17).fill(i));
    });
  });

  it("shares a block among small strings, and no more than that block", () => {
    const slab = new Slab(64);
    const parts = Array.from({ length: 5 }, () => slab.allocate(16));
    const blocks = new Set(parts.map((part) => part.buffer));
    assert.equal(blocks.size, 2);
    for (const block of blocks) assert.equal(block.byteLength, 64);
  });

  it("gives a large string an array of its own and keeps the block in use", () => {
    const slab = new Slab(64);
    const before = slab.allocate(8);
    const large = slab.allocate(17);
    assert.equal(large.buffer.byteLength, 17);
    assert.equal(slab.allocate(8).buffer, before.buffer);
  });

  it("copies, so that the source may change", () => {
    const slab = new Slab(64);
    const source = Uint8Array.of(1, 2, 3);
    const copy = slab.copy(source);
    source.fill(0);
    assert.deepEqual([...copy], [1, 2, 3]);
  });

  it("gives out zeros, and takes nothing for an empty string", () => {
    const slab = new Slab(64);
    assert.deepEqual([...slab.allocate(4)], [0, 0, 0, 0]);
    assert.equal(slab.allocate(0).length, 0);
  });
});
