import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { WRITE_PATH } from "./write-path.ts";

describe("raftexample/write-path", () => {
  it("has 28 steps, numbered in order, each with a point of its own", () => {
    assert.deepEqual(
      WRITE_PATH.map(({ number }) => number),
      Array.from({ length: 28 }, (_, i) => i + 1),
    );
    assert.equal(new Set(WRITE_PATH.map(({ point }) => point)).size, 28);
    for (const { what } of WRITE_PATH) assert.ok(what.length > 0);
  });

  it("ends on the follower", () => {
    assert.deepEqual(
      WRITE_PATH.filter(({ side }) => side === "follower").map(({ number }) => number),
      [26, 27, 28],
    );
  });
});
