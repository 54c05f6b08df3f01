import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MemoryBackend } from "@quorate/base";
import { Alarms, Cluster, Lessor, Machine } from "@quorate/machine";
import { openStore } from "@quorate/mvcc";
import {
  type Entry,
  encodeInternalRaftRequest,
  encodeUtf8,
  type Message,
  newEntry,
  newInternalRaftRequest,
  newMessage,
  newPutRequest,
  newRequestHeader,
} from "@quorate/proto";
import { Applier, type Ground } from "./applier.ts";

const OPTIONS = { isWanted: () => false, sizeBytes: 0, quotaBytes: Number.POSITIVE_INFINITY };

function newGround(index: number): Ground {
  const backend = new MemoryBackend();
  const lessor = new Lessor(backend, { minTtlSeconds: 1, maxClockStepMs: 300, checkpointIntervalMs: undefined });
  const store = openStore(backend, lessor);
  const parts = { store, lessor, cluster: new Cluster(backend, 1), alarms: new Alarms(backend) };
  return { backend, machine: new Machine(parts, index) };
}

function putAt(index: number): Entry {
  const value = newPutRequest({ key: encodeUtf8("k"), value: encodeUtf8(`${index}`) });
  const header = newRequestHeader({ ID: BigInt(index) });
  const data = encodeInternalRaftRequest(newInternalRaftRequest({ header, body: { kind: "put", value } }));
  return newEntry({ index, term: 2, data });
}

const batchOf = (from: number, to: number): Entry[] => Array.from({ length: to - from + 1 }, (_, i) => putAt(from + i));
/** A response that can be told from others by its index. */
const response = (index: number): Message => newMessage({ index });

function newApplier() {
  const applied: bigint[] = [];
  const acknowledged: number[] = [];
  const emptyOf: number[] = [];
  const applier = new Applier(
    {
      options: OPTIONS,
      onApplied: ({ requestId }) => applied.push(requestId),
      onConfChange: () => assert.fail("no change was made"),
      onEmptyEntry: (term) => emptyOf.push(term),
      acknowledge: (responses) => acknowledged.push(...responses.map(({ index }) => index)),
    },
    newGround(0),
    { index: 0, term: 0 },
  );
  return { applier, applied, acknowledged, emptyOf };
}

describe("member/applier", () => {
  it("applies no more than it may, and acknowledges a batch when all of it is applied", () => {
    const { applier, applied, acknowledged } = newApplier();
    applier.add(batchOf(1, 5), [response(5)]);
    applier.add(batchOf(6, 8), [response(8)]);
    assert.equal(applier.run(4), 4);
    assert.deepEqual([applier.index, applier.machine.appliedIndex, acknowledged.length], [4, 4, 0]);
    assert.equal(applier.run(3), 3);
    assert.deepEqual(acknowledged, [5]);
    assert.ok(applier.hasWork);
    assert.equal(applier.run(100), 1);
    assert.deepEqual(acknowledged, [5, 8]);
    assert.ok(!applier.hasWork);
    assert.deepEqual(applied, [1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n]);
    assert.deepEqual([applier.index, applier.term], [8, 2]);
  });

  it("tells of a leader's first entry, which has nothing in it", () => {
    const { applier, applied, emptyOf } = newApplier();
    applier.add([newEntry({ index: 1, term: 7 }), putAt(2)], []);
    applier.run(10);
    assert.deepEqual(emptyOf, [7]);
    assert.deepEqual(applied, [2n]);
  });

  it("stands still for a snapshot, then goes on behind it and acknowledges what it covers", () => {
    const { applier, applied, acknowledged } = newApplier();
    applier.add(batchOf(1, 3), [response(3)]);
    applier.run(2);
    applier.halt();
    assert.equal(applier.run(10), 0);
    assert.ok(!applier.hasWork);
    applier.add(batchOf(4, 6), [response(6)]);
    applier.add(batchOf(11, 12), [response(12)]);
    applier.install(newGround(10), { index: 10, term: 2 });
    assert.deepEqual(acknowledged, [3, 6]);
    assert.deepEqual([applier.index, applier.machine.appliedIndex], [10, 10]);
    applier.run(10);
    assert.deepEqual(acknowledged, [3, 6, 12]);
    assert.deepEqual(applied, [1n, 2n, 11n, 12n]);
  });

  it("does not take a machine that is elsewhere than it is said to be", () => {
    const { applier } = newApplier();
    assert.throws(() => applier.install(newGround(9), { index: 10, term: 2 }), /holds what the snapshot says/);
  });
});
