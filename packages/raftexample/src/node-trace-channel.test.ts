import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { describe, it } from "node:test";
import { createTracePoints, type TraceRecord, WRITE_PATH_CHANNEL } from "./node-trace-channel.ts";

describe("raftexample/node-trace-channel", () => {
  it("is active while somebody listens, and tells name, member, time and fields", () => {
    const trace = createTracePoints();
    const records: TraceRecord[] = [];
    const listener = (message: unknown): void => void records.push(message as TraceRecord);
    assert.equal(trace.active, false);
    trace.emit("unheard", 1n, {});
    subscribe(WRITE_PATH_CHANNEL, listener);
    assert.equal(trace.active, true);
    const before = performance.now();
    trace.emit("wal.save", 2n, { term: 3, index: 4 });
    trace.emit("Node.run", 2n, { note: "1" });
    unsubscribe(WRITE_PATH_CHANNEL, listener);
    assert.equal(trace.active, false);
    const [first, second] = records;
    assert.deepEqual(first, { name: "wal.save", member: 2n, term: 3, index: 4, atMs: first?.atMs });
    assert.ok((first?.atMs ?? 0) >= before && (second?.atMs ?? 0) >= (first?.atMs ?? 0));
    assert.equal(records.length, 2);
  });
});
