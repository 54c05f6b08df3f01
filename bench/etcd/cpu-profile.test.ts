import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { selfTimes } from "./cpu-profile.ts";

const frame = (functionName: string, url = "", lineNumber = -1): object => ({ functionName, url, lineNumber });

const PROFILE = JSON.stringify({
  nodes: [
    { id: 1, callFrame: frame("(idle)") },
    { id: 2, callFrame: frame("step", "file:///any/where/packages/raft/dist/step.js", 9) },
    { id: 3, callFrame: frame("", "file:///any/where/packages/grpc/dist/http2/sender.js", 0) },
    // The same function, called from elsewhere.
    { id: 4, callFrame: frame("step", "file:///any/where/packages/raft/dist/step.js", 9) },
    { id: 5, callFrame: frame("(garbage collector)") },
  ],
  samples: [1, 2, 3, 4, 5],
  timeDeltas: [9_000, 1_000, 3_000, 5_000, 1_000],
});

describe("bench/cpu-profile", () => {
  it("sums a function's own time over all its callers, most first, idle time left out", () => {
    assert.deepEqual(selfTimes(PROFILE), [
      { place: "step raft/step.js:10", ms: 6, share: 0.6 },
      { place: "(anonymous) grpc/http2/sender.js:1", ms: 3, share: 0.3 },
      { place: "(garbage collector)", ms: 1, share: 0.1 },
    ]);
  });

  it("refuses what is no profile", () => {
    assert.throws(() => selfTimes("{"), SyntaxError);
  });
});
