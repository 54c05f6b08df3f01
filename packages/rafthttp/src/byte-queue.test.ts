import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ByteQueue } from "./byte-queue.ts";

describe("rafthttp/byte-queue", () => {
  it("gives frames back in order, whatever the pieces", () => {
    const bytes = Uint8Array.from({ length: 40 }, (_, i) => i);
    for (let piece = 1; piece <= 40; piece++) {
      const queue = new ByteQueue();
      for (let at = 0; at < 40; at += piece) queue.push(bytes.subarray(at, at + piece));
      assert.equal(queue.length, 40);
      assert.deepEqual(queue.take(3), bytes.subarray(0, 3));
      assert.equal(queue.takeByte(), 3);
      assert.deepEqual(queue.take(0), new Uint8Array(0));
      assert.deepEqual(queue.take(36), bytes.subarray(4));
      assert.equal(queue.length, 0);
    }
  });

  it("shares memory where a frame came in one piece, and never gives out a Buffer, whose slice makes no copy", () => {
    const piece = Buffer.from("..frame..");
    const queue = new ByteQueue();
    queue.push(piece);
    queue.take(2);
    const frame = queue.take(5);
    assert.equal(Buffer.isBuffer(frame), false);
    assert.equal(frame.buffer, piece.buffer);
    assert.notEqual(frame.slice().buffer, piece.buffer);
    assert.deepEqual(frame, new TextEncoder().encode("frame"));
  });
});
