import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { TurnClock } from "./turn-clock.ts";

describe("server/metrics/turn-clock", () => {
  it("asks for the time once in a callback, and anew in the next", async () => {
    let looks = 0;
    const clock = new TurnClock(() => ++looks);
    assert.deepEqual([clock.now(), clock.now(), clock.now()], [1, 1, 1]);
    await nextTurn();
    assert.deepEqual([clock.now(), clock.now()], [2, 2]);
    assert.equal(looks, 2);
  });
});
