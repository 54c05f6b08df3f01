import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BufferPool, Output } from "./output.ts";

/** Fills pieces of these lengths with their number. */
function fill(output: Output, lengths: readonly number[]): void {
  for (const [i, length] of lengths.entries()) {
    const at = output.reserve(length);
    output.bytes.fill(i + 1, at, at + length);
  }
}

describe("grpc/http2/output", () => {
  it("keeps what was written while it grows from small to large to what no pool holds", () => {
    const output = new Output(new BufferPool());
    const lengths = [100, 16_000, 20_000, 40_000, 100_000];
    fill(output, lengths);
    assert.equal(output.length, 176_100);
    const expected = Uint8Array.from(lengths.flatMap((length, i) => new Array<number>(length).fill(i + 1)));
    assert.deepEqual(output.take().subarray(0, 176_100), expected);
    assert.equal(output.length, 0);
  });

  it("uses small and large buffers again, and gives a small one back when an answer outgrows it", () => {
    const pool = new BufferPool();
    const output = new Output(pool);
    for (const length of [1_000, 30_000]) {
      fill(output, [length]);
      const first = output.take();
      pool.give(first);
      fill(output, [length]);
      assert.equal(output.bytes, first);
      pool.give(output.take());
    }
    const small = pool.take(1);
    pool.give(small);
    fill(output, [1_000, 30_000]);
    // The small one went back when the answer outgrew it.
    assert.equal(pool.take(1), small);
  });

  it("does not keep a buffer of a size of its own", () => {
    const pool = new BufferPool();
    const large = pool.take(2_000_000);
    assert.equal(large.length, 2_000_000);
    pool.give(large);
    assert.notEqual(pool.take(2_000_000), large);
    const pooled = pool.take(200_000);
    assert.equal(pooled.length, 256 * 1024);
    pool.give(pooled);
    assert.equal(pool.take(200_000), pooled);
  });
});
