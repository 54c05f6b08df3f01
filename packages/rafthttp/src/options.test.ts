import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DEFAULT_LIMITS, newPeerStats } from "./options.ts";

describe("rafthttp/options", () => {
  it("has etcd's bounds and intervals", () => {
    assert.deepEqual(DEFAULT_LIMITS, {
      streamQueue: 4096,
      receiveQueue: 4096,
      pipelineQueue: 64,
      pipelineWorkers: 4,
      flushMessages: 2048,
      flushBytes: 1024 * 1024,
      readTimeoutMs: 5000,
      writeTimeoutMs: 5000,
      linkHeartbeatMs: 5000 / 3,
      redialMs: 100,
      dialTimeoutMs: 2000,
      probeMs: 4000,
      maxMessageBytes: 512 * 1024 * 1024,
      maxSnapshotMessageBytes: 64 * 1024 * 1024,
    });
  });

  it("counts from zero", () => {
    assert.deepEqual(new Set(Object.values(newPeerStats())), new Set([0]));
  });
});
