import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BUCKETS, EMPTY_BYTES, MemoryBackend, type Prng, toHex } from "@quorate/base";
import { openStore } from "@quorate/mvcc";
import {
  AlarmAction,
  AlarmType,
  decodeInternalRaftRequest,
  encodeInternalRaftRequest,
  type InternalRaftRequestBody,
  newAlarmRequest,
  newInternalRaftRequest,
  newLeaseGrantRequest,
  newPutRequest,
  newRequestHeader,
} from "@quorate/proto";
import { withSeed } from "@quorate/testkit";
import { Alarms } from "../alarms.ts";
import { type ApplyOptions, Machine } from "../apply.ts";
import { Lessor } from "../lease/lessor.ts";
import { Cluster } from "../membership/cluster.ts";
import { PlainPutReader } from "./plain-put.ts";

/** A field that no version knows: who reads the whole request steps over it, and the reader of plain puts gives up. */
const UNKNOWN_FIELD = Uint8Array.of(0xf8, 0x7d, 0x01);

function drawBytes(prng: Prng, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => prng.below(256));
}

function drawEntry(prng: Prng): Uint8Array {
  const put = newPutRequest({
    key: prng.chance(0.8) ? Uint8Array.of(prng.below(5)) : drawBytes(prng, prng.below(200)),
    value: drawBytes(prng, prng.chance(0.1) ? prng.below(3_000) : prng.below(20)),
    lease: prng.chance(0.1) ? 7n : 0n,
    prevKv: prng.chance(0.1),
    ignoreValue: prng.chance(0.02),
  });
  const ID = prng.chance(0.1) ? (1n << 64n) - BigInt(1 + prng.below(9)) : BigInt(1 + prng.below(1_000));
  const header = newRequestHeader({ ID, username: prng.chance(0.05) ? "me" : "" });
  return encode({ kind: "put", value: put }, prng.chance(0.05) ? undefined : header);
}

function encode(body: InternalRaftRequestBody, header = undefined as ReturnType<typeof newRequestHeader> | undefined) {
  return encodeInternalRaftRequest(newInternalRaftRequest({ header, body }));
}

function openMachine(backend: MemoryBackend): Machine {
  const lessor = new Lessor(backend, { minTtlSeconds: 2, maxClockStepMs: 300, checkpointIntervalMs: undefined });
  return new Machine(
    { store: openStore(backend, lessor), lessor, cluster: new Cluster(backend, 1), alarms: new Alarms(backend) },
    0,
  );
}

function dump(backend: MemoryBackend): string[] {
  const rows: string[] = [];
  for (const bucket of BUCKETS) {
    backend.range(
      bucket,
      EMPTY_BYTES,
      undefined,
      (key, value) => rows.push(`${bucket} ${toHex(key)} ${toHex(value)}`) > 0,
    );
  }
  return rows;
}

describe("machine/kv/plain-put", () => {
  it("has the effect of the general way, alarms, quota and leases included", () => {
    withSeed("machine/kv/plain-put", ({ prng }) => {
      const [one, other] = [new MemoryBackend(), new MemoryBackend()];
      const [machine, reference] = [openMachine(one), openMachine(other)];
      const grant = encode({ kind: "leaseGrant", value: newLeaseGrantRequest({ ID: 7n, TTL: 60 }) });
      const entries = [grant, ...Array.from({ length: 1_500 }, () => drawEntry(prng))];
      const isWanted = (id: bigint): boolean => id % 2n === 0n;
      for (let i = 0; i < entries.length; i++) {
        if (i % 300 === 299) {
          const action = i % 600 === 299 ? AlarmAction.ACTIVATE : AlarmAction.DEACTIVATE;
          const value = newAlarmRequest({ action, alarm: AlarmType.NOSPACE, memberID: 1n });
          entries[i] = encode({ kind: "alarm", value });
        }
        const data = entries[i]!;
        const options: ApplyOptions = { isWanted, sizeBytes: 1_000, quotaBytes: prng.chance(0.9) ? 1e9 : 1_270 };
        const applied = machine.apply({ index: i + 1, data }, options);
        const general = Uint8Array.from([...data, ...UNKNOWN_FIELD]);
        assert.deepEqual(applied, reference.apply({ index: i + 1, data: general }, options));
      }
      assert.deepEqual(dump(one), dump(other));
      assert.ok(machine.parts.store.currentRev > 300);
    });
  });

  it("takes nothing that reads otherwise in full, whatever the bytes are", () => {
    withSeed("machine/kv/plain-put/bytes", ({ prng }) => {
      const reader = new PlainPutReader();
      let taken = 0;
      for (let i = 0; i < 20_000; i++) {
        const entry = drawEntry(prng);
        if (entry.length > 400) continue;
        for (let n = prng.below(3); n > 0; n--) entry[prng.below(Math.min(entry.length, 40))] = prng.below(256);
        const data = prng.chance(0.2) ? entry.subarray(prng.below(3), entry.length - prng.below(3)) : entry;
        if (!reader.read(data)) continue;
        taken++;
        const { header, body, ID } = decodeInternalRaftRequest(data);
        assert.deepEqual({ ID, header }, { ID: 0n, header: newRequestHeader({ ID: reader.id }) });
        const key = data.slice(reader.keyStart, reader.keyEnd);
        const value = data.slice(reader.valueStart, reader.valueEnd);
        assert.equal(body?.kind, "put");
        assert.deepEqual({ ...body.value, key: body.value.key.slice() }, newPutRequest({ key, value }));
      }
      assert.ok(taken > 5_000);
    });
  });
});
