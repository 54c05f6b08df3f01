import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RateBound } from "./rate-bound.ts";

describe("server/log/rate-bound", () => {
  it("lets a few lines through in a while, and says with the next how many it left out", () => {
    const bound = new RateBound(2, 100);
    const answers = [0, 1, 2, 99, 100, 101, 150, 1_000].map((ms) => bound.admit(ms));
    assert.deepEqual(answers, [0, 0, undefined, undefined, 2, 0, undefined, 1]);
  });
});
