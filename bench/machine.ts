/** The replicated state machine alone: what an entry costs from its bytes to its result, and what leases cost the leader. */

import { MemoryBackend } from "@quorate/base";
import { Alarms, Cluster, Lessor, Machine } from "@quorate/machine";
import { openStore } from "@quorate/mvcc";
import {
  CompareTarget,
  encodeInternalRaftRequest,
  type InternalRaftRequestBody,
  newCompare,
  newInternalRaftRequest,
  newPutRequest,
  newRangeRequest,
  newRequestHeader,
  newTxnRequest,
} from "@quorate/proto";
import { atMost, medianSeconds, type Result } from "./measure.ts";

const ENTRIES = 20_000;
const KEYS = 10_000;
const LEASES = 100_000;
const VALUE = new Uint8Array(256).fill(7);
const MICRO = 1e6;
const OPTIONS = { isWanted: () => false, sizeBytes: 0, quotaBytes: 2 ** 31 };

function keyOf(i: number): Uint8Array {
  return Uint8Array.from(`key/${String(i % KEYS).padStart(8, "0")}`, (c) => c.charCodeAt(0));
}

function newLessor(backend: MemoryBackend): Lessor {
  return new Lessor(backend, { minTtlSeconds: 2, maxClockStepMs: 300, checkpointIntervalMs: undefined });
}

/** Microseconds an entry. The backend is new in each round: its undo log would grow. */
function microsPerEntry(bodyOf: (i: number) => InternalRaftRequestBody): number {
  const log = Array.from({ length: ENTRIES }, (_, i) =>
    encodeInternalRaftRequest(
      newInternalRaftRequest({ header: newRequestHeader({ ID: 0x1234_5678_9abc_def0n }), body: bodyOf(i) }),
    ),
  );
  const seconds = medianSeconds(() => {
    const backend = new MemoryBackend();
    const lessor = newLessor(backend);
    const parts = {
      store: openStore(backend, lessor),
      lessor,
      cluster: new Cluster(backend, 1),
      alarms: new Alarms(backend),
    };
    const machine = new Machine(parts, 0);
    for (let i = 0; i < ENTRIES; i++) machine.apply({ index: i + 1, data: log[i] }, OPTIONS);
  });
  return (seconds / ENTRIES) * MICRO;
}

function txnOf(i: number): InternalRaftRequestBody {
  const key = keyOf(i);
  const compare = [newCompare({ key, target: CompareTarget.MOD, targetUnion: { kind: "modRevision", value: 0 } })];
  const put = { request: { kind: "requestPut", value: newPutRequest({ key, value: VALUE }) } } as const;
  const range = { request: { kind: "requestRange", value: newRangeRequest({ key }) } } as const;
  return { kind: "txn", value: newTxnRequest({ compare, success: [put], failure: [range, put] }) };
}

export function benchMachine(): Result[] {
  const lessor = newLessor(new MemoryBackend());
  lessor.promote(1000);
  for (let i = 1; i <= LEASES; i++) lessor.grant(BigInt(i), 60);
  const renew = medianSeconds(() => {
    for (let i = 1; i <= LEASES; i++) lessor.renew(BigInt(i));
  });
  const promote = medianSeconds(() => {
    lessor.demote();
    lessor.promote(1000);
  });
  return [
    atMost("machine/promote-100k-leases", promote * 1000, "ms", 50),
    atMost(
      "machine/apply-put-256",
      microsPerEntry((i) => ({ kind: "put", value: newPutRequest({ key: keyOf(i), value: VALUE }) })),
      "us",
      6,
    ),
    atMost("machine/apply-txn-compare-put", microsPerEntry(txnOf), "us", 10),
    atMost("machine/lease-renew", (renew / LEASES) * MICRO, "us", 1),
  ];
}
