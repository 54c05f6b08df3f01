import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bytesFromLatin1 as ascii, BUCKETS, latin1FromBytes, MemoryBackend, type Prng, toHex } from "@quorate/base";
import { openStore } from "@quorate/mvcc";
import {
  AlarmAction,
  AlarmType,
  ConfChangeType,
  encodeInternalRaftRequest,
  encodeUtf8,
  encodeV2Request,
  type InternalRaftRequestBody,
  newAlarmRequest,
  newClusterMemberAttrSetRequest,
  newClusterVersionSetRequest,
  newCompactionRequest,
  newConfChange,
  newDeleteRangeRequest,
  newInternalRaftRequest,
  newLeaseCheckpointRequest,
  newLeaseGrantRequest,
  newLeaseRevokeRequest,
  newPutRequest,
  newRangeRequest,
  newRequestHeader,
  newTxnRequest,
  newV2Request,
} from "@quorate/proto";
import { withSeed } from "@quorate/testkit";
import { Alarms } from "./alarms.ts";
import { type Applied, type ApplyOptions, Machine, type Outcome } from "./apply.ts";
import { Lessor } from "./lease/lessor.ts";
import { Cluster } from "./membership/cluster.ts";
import { encodeContext, newMember } from "./membership/member.ts";
import { leaseKey } from "./schema.ts";

const OPTIONS: ApplyOptions = { isWanted: () => true, sizeBytes: 0, quotaBytes: Number.POSITIVE_INFINITY };

function openMachine(backend: MemoryBackend, appliedIndex: number): Machine {
  const lessor = new Lessor(backend, { minTtlSeconds: 2, maxClockStepMs: 300, checkpointIntervalMs: undefined });
  const store = openStore(backend, lessor);
  return new Machine({ store, lessor, cluster: new Cluster(backend, 1), alarms: new Alarms(backend) }, appliedIndex);
}

function encode(body: InternalRaftRequestBody, id = 1n): Uint8Array {
  return encodeInternalRaftRequest(newInternalRaftRequest({ header: newRequestHeader({ ID: id }), body }));
}

class Bench {
  readonly backend = new MemoryBackend();
  readonly machine = openMachine(this.backend, 0);
  options = OPTIONS;

  raw(data: Uint8Array | undefined): Applied {
    return this.machine.apply({ index: this.machine.appliedIndex + 1, data }, this.options);
  }

  apply(body: InternalRaftRequestBody): Outcome {
    return this.raw(encode(body, 5n)).outcome;
  }

  put(key: string, lease = 0n): Outcome {
    return this.apply({ kind: "put", value: newPutRequest({ key: ascii(key), value: ascii("v"), lease }) });
  }

  grant(ID: bigint, TTL = 60): Outcome {
    return this.apply({ kind: "leaseGrant", value: newLeaseGrantRequest({ ID, TTL }) });
  }

  raise(alarm: AlarmType, action: AlarmAction = AlarmAction.ACTIVATE): Outcome {
    return this.apply({ kind: "alarm", value: newAlarmRequest({ action, alarm, memberID: 1n }) });
  }
}

function codeOf(outcome: Outcome): string {
  return outcome.kind === "failed" ? outcome.code : "ok";
}

function dump(backend: MemoryBackend): string[] {
  return BUCKETS.flatMap((bucket) => {
    const rows: string[] = [];
    backend.range(
      bucket,
      new Uint8Array(0),
      undefined,
      (key, value) => rows.push(`${bucket} ${toHex(key)} ${toHex(value)}`) > 0,
    );
    return rows;
  });
}

/** Any request, most of them sensible. */
function drawBody(prng: Prng, rev: number): InternalRaftRequestBody {
  const key = ascii(prng.pick(["a", "b", "c", "d"]));
  const ID = BigInt(prng.below(4) + 1);
  const lease = prng.pick([0n, 0n, ID]);
  const put = newPutRequest({ key, value: ascii(String(prng.below(99))), lease, prevKv: prng.chance(0.5) });
  const erase = newDeleteRangeRequest({ key, rangeEnd: prng.pick([undefined, ascii("c"), ascii("\0")]) });
  switch (prng.below(12)) {
    case 0:
      return { kind: "leaseGrant", value: newLeaseGrantRequest({ ID, TTL: prng.below(90) }) };
    case 1:
      return { kind: "leaseRevoke", value: newLeaseRevokeRequest({ ID }) };
    case 2:
      return { kind: "deleteRange", value: erase };
    case 3:
      return {
        kind: "txn",
        value: newTxnRequest({
          success: [
            { request: { kind: "requestPut", value: put } },
            {
              request: {
                kind: "requestRange",
                value: newRangeRequest({ key, revision: prng.chance(0.2) ? rev + 1 : 0 }),
              },
            },
          ],
        }),
      };
    case 4:
      return { kind: "compaction", value: newCompactionRequest({ revision: Math.max(0, rev - prng.below(6)) }) };
    case 5: {
      const action = prng.chance(0.3) ? AlarmAction.ACTIVATE : AlarmAction.DEACTIVATE;
      return { kind: "alarm", value: newAlarmRequest({ action, alarm: prng.pick([1, 2]), memberID: 1n }) };
    }
    case 6:
      return {
        kind: "leaseCheckpoint",
        value: newLeaseCheckpointRequest({ checkpoints: [{ ID, remainingTTL: prng.below(50) }] }),
      };
    case 7:
      return { kind: "clusterVersionSet", value: newClusterVersionSetRequest({ ver: prng.pick(["3.5.0", "3.6.0"]) }) };
    default:
      return { kind: "put", value: put };
  }
}

describe("machine/apply", () => {
  it("answers each request with who waits for it and the store's revision", () => {
    const bench = new Bench();
    assert.deepEqual(bench.raw(encode({ kind: "put", value: newPutRequest({ key: ascii("k") }) }, 77n)), {
      requestId: 77n,
      outcome: { kind: "put", revision: 2, prevRow: undefined },
      overQuota: false,
    });
    assert.deepEqual(bench.grant(9n, 0), { kind: "leaseGrant", revision: 2, id: 9n, ttlSeconds: 2 });
    assert.equal(codeOf(bench.grant(9n)), "LeaseExist");
    const erase = newDeleteRangeRequest({ key: ascii("k") });
    assert.deepEqual(bench.apply({ kind: "deleteRange", value: erase }), {
      kind: "deleteRange",
      revision: 3,
      deleted: 1,
      prevRows: [],
    });
    const compaction = newCompactionRequest({ revision: 3 });
    assert.deepEqual(bench.apply({ kind: "compaction", value: compaction }), {
      kind: "compaction",
      revision: 3,
      compactRev: 3,
    });
    assert.deepEqual(bench.apply({ kind: "compaction", value: compaction }), {
      kind: "failed",
      revision: 3,
      code: "Compacted",
    });
    const future = newCompactionRequest({ revision: 4 });
    assert.equal(codeOf(bench.apply({ kind: "compaction", value: future })), "FutureRev");
    assert.equal(bench.apply({ kind: "range", value: newRangeRequest({ key: ascii("k") }) }).kind, "done");
    assert.equal(bench.raw(undefined).outcome.kind, "done");
  });

  it("takes the id of a request without a header", () => {
    const bench = new Bench();
    const body = { kind: "put", value: newPutRequest({ key: ascii("k") }) } as const;
    assert.equal(bench.raw(encodeInternalRaftRequest(newInternalRaftRequest({ ID: 300n, body }))).requestId, 300n);
  });

  it("applies an entry once, and in order", () => {
    const bench = new Bench();
    const data = encode({ kind: "put", value: newPutRequest({ key: ascii("k") }) });
    assert.equal(bench.machine.apply({ index: 1, data }, OPTIONS).outcome.kind, "put");
    assert.deepEqual(bench.machine.apply({ index: 1, data }, OPTIONS).outcome, { kind: "skipped" });
    assert.equal(bench.machine.parts.store.currentRev, 2);
    assert.throws(() => bench.machine.apply({ index: 3, data }, OPTIONS), /without gaps/);
    const member = newMember({ id: 4n, peerUrls: ["http://a:1"] });
    const change = newConfChange({
      type: ConfChangeType.ConfChangeAddNode,
      nodeId: 4n,
      context: encodeContext({ member, isPromote: false }),
    });
    assert.equal(bench.machine.applyConfChange(2, change)?.kind, "applied");
    assert.equal(bench.machine.applyConfChange(2, change), undefined);
    assert.equal(bench.machine.applyConfChange(3, change)?.kind, "rejected");
    assert.equal(bench.machine.appliedIndex, 3);
  });

  it("stops at a request that it does not know, and at bytes that are none", () => {
    const bench = new Bench();
    // Field 9999 of a later version.
    assert.throws(() => bench.raw(Uint8Array.of(0xfa, 0xf0, 0x04, 0)), /does not know/);
    assert.throws(() => bench.raw(Uint8Array.of(0x22, 0x7f)));
    assert.equal(bench.machine.appliedIndex, 0);
  });

  it("survives damaged entries: each is applied or thrown back whole, and the next one works", () => {
    withSeed("machine/dist/apply", ({ prng }) => {
      const bench = new Bench();
      let thrown = 0;
      for (let i = 0; i < 3_000; i++) {
        const data = encode(drawBody(prng, bench.machine.parts.store.currentRev));
        for (let flips = prng.below(4); flips > 0; flips--) data[prng.below(data.length)] = prng.below(256);
        const before = bench.backend.bufferedChanges;
        try {
          bench.raw(prng.chance(0.2) ? data.subarray(0, prng.below(data.length)) : data);
        } catch (error) {
          thrown++;
          const name = (error as Error).name;
          assert.ok(name === "ProtoError" || name === "InvariantViolation", String(error));
          assert.equal(bench.backend.bufferedChanges, before);
        }
      }
      assert.ok(thrown > 100);
      bench.raise(AlarmType.CORRUPT, AlarmAction.DEACTIVATE);
      for (const alarm of bench.machine.parts.alarms.list())
        bench.apply({ kind: "alarm", value: newAlarmRequest({ ...alarm, action: AlarmAction.DEACTIVATE }) });
      assert.equal(bench.put("z").kind, "put");
    });
  });

  it("deletes the keys of a revoked lease in one revision, in byte order, and takes none without keys", () => {
    const bench = new Bench();
    bench.grant(-5n);
    for (const key of ["b", "a", "c"]) bench.put(key, -5n);
    bench.put("c");
    const before = bench.machine.parts.store.currentRev;
    assert.deepEqual(bench.apply({ kind: "leaseRevoke", value: newLeaseRevokeRequest({ ID: -5n }) }), {
      kind: "done",
      revision: before + 1,
    });
    const tombstones = dump(bench.backend).filter((row) => /^key .{34}74 /.test(row));
    assert.deepEqual(
      tombstones.map((row) => row.slice(-2)),
      ["61", "62"],
    );
    assert.equal(bench.backend.get("lease", leaseKey(-5n)), undefined);
    assert.equal(
      codeOf(bench.apply({ kind: "leaseRevoke", value: newLeaseRevokeRequest({ ID: -5n }) })),
      "LeaseNotFound",
    );
    bench.grant(6n);
    assert.deepEqual(bench.apply({ kind: "leaseRevoke", value: newLeaseRevokeRequest({ ID: 6n }) }), {
      kind: "done",
      revision: before + 1,
    });
  });

  it("refuses what grows the database under NOSPACE, and nothing else", () => {
    const bench = new Bench();
    bench.grant(1n);
    bench.put("a", 1n);
    bench.raise(AlarmType.NOSPACE);
    const put = { request: { kind: "requestPut", value: newPutRequest({ key: ascii("x") }) } } as const;
    assert.equal(codeOf(bench.put("b")), "NoSpace");
    assert.equal(codeOf(bench.grant(2n)), "NoSpace");
    assert.equal(codeOf(bench.apply({ kind: "txn", value: newTxnRequest({ failure: [put] }) })), "NoSpace");
    assert.equal(codeOf(bench.apply({ kind: "txn", value: newTxnRequest() })), "ok");
    assert.equal(codeOf(bench.apply({ kind: "deleteRange", value: newDeleteRangeRequest({ key: ascii("z") }) })), "ok");
    assert.equal(codeOf(bench.apply({ kind: "compaction", value: newCompactionRequest({ revision: 1 }) })), "ok");
    assert.equal(codeOf(bench.apply({ kind: "leaseRevoke", value: newLeaseRevokeRequest({ ID: 1n }) })), "ok");
    bench.raise(AlarmType.NOSPACE, AlarmAction.DEACTIVATE);
    assert.equal(codeOf(bench.put("b")), "ok");
  });

  it("refuses whatever touches keys or leases under CORRUPT, before NOSPACE is looked at", () => {
    const bench = new Bench();
    bench.grant(1n);
    bench.raise(AlarmType.NOSPACE);
    bench.raise(AlarmType.CORRUPT);
    assert.equal(codeOf(bench.put("b")), "Corrupt");
    assert.equal(codeOf(bench.grant(2n)), "Corrupt");
    assert.equal(codeOf(bench.apply({ kind: "txn", value: newTxnRequest() })), "Corrupt");
    assert.equal(
      codeOf(bench.apply({ kind: "deleteRange", value: newDeleteRangeRequest({ key: ascii("z") }) })),
      "Corrupt",
    );
    assert.equal(codeOf(bench.apply({ kind: "compaction", value: newCompactionRequest({ revision: 1 }) })), "Corrupt");
    assert.equal(codeOf(bench.apply({ kind: "leaseRevoke", value: newLeaseRevokeRequest({ ID: 1n }) })), "Corrupt");
    assert.equal(bench.raise(AlarmType.CORRUPT, AlarmAction.GET).kind, "alarm");
  });

  it("applies a write that exceeds this member's quota, and says so", () => {
    const bench = new Bench();
    bench.options = { ...OPTIONS, sizeBytes: 900, quotaBytes: 1000 };
    const { outcome, overQuota } = bench.raw(encode({ kind: "put", value: newPutRequest({ key: ascii("k") }) }));
    assert.deepEqual(outcome, { kind: "failed", revision: 2, code: "NoSpace" });
    assert.equal(overQuota, true);
    const erase = encode({ kind: "deleteRange", value: newDeleteRangeRequest({ key: ascii("k") }) });
    assert.equal(bench.raw(erase).overQuota, false);
  });

  it("takes attributes and versions in both of etcd's forms", () => {
    const bench = new Bench();
    const member = newMember({ id: 0xabcn, peerUrls: ["http://a:1"] });
    const context = encodeContext({ member, isPromote: false });
    bench.machine.applyConfChange(
      1,
      newConfChange({ type: ConfChangeType.ConfChangeAddNode, nodeId: 0xabcn, context }),
    );
    const v2 = (method: string, path: string, val: string): Applied =>
      bench.raw(encodeV2Request(newV2Request({ ID: 9n, method, path, val: encodeUtf8(val) })));
    assert.equal(v2("PUT", "/0/members/abc/attributes", '{"name":"m","clientURLs":["http://c:1"]}').requestId, 9n);
    assert.equal(v2("PUT", "/0/version", "3.4.0").outcome.kind, "done");
    v2("SYNC", "", "");
    v2("PUT", "/1/key", "x");
    v2("PUT", "/0/members/zz/attributes", "{");
    const { cluster } = bench.machine.parts;
    assert.deepEqual(cluster.members.get(0xabcn), { ...member, name: "m", clientUrls: ["http://c:1"] });
    assert.equal(cluster.version, "3.4.0");
    bench.apply({ kind: "clusterVersionSet", value: newClusterVersionSetRequest({ ver: "3.5.0" }) });
    const memberAttributes = { name: "n", clientUrls: [] };
    const attributes = newClusterMemberAttrSetRequest({ memberID: 0xabcn, memberAttributes });
    bench.apply({ kind: "clusterMemberAttrSet", value: attributes });
    bench.apply({ kind: "clusterMemberAttrSet", value: { ...attributes, memberID: 1n } });
    assert.equal(cluster.members.get(0xabcn)?.name, "n");
    assert.equal(cluster.version, "3.5.0");
    assert.equal(cluster.members.size, 1);
  });

  it("writes checkpoints to the backend from cluster version 3.6 on", () => {
    const bench = new Bench();
    bench.grant(1n, 600);
    const row = (): string => toHex(bench.backend.get("lease", leaseKey(1n))!);
    const body = {
      kind: "leaseCheckpoint",
      value: newLeaseCheckpointRequest({ checkpoints: [{ ID: 1n, remainingTTL: 5 }] }),
    } as const;
    const before = row();
    bench.apply(body);
    assert.equal(row(), before);
    bench.apply({ kind: "clusterVersionSet", value: newClusterVersionSetRequest({ ver: "3.6.0" }) });
    bench.apply(body);
    assert.equal(row(), `${before}1805`);
  });

  it("ends with the same bytes on members that differ in clock, role, waiting clients and restarts", () => {
    withSeed("machine/dist/apply", ({ prng }) => {
      const log: Uint8Array[] = [];
      const leader = new Bench();
      const followerBackend = new MemoryBackend();
      let follower = openMachine(followerBackend, 0);
      leader.machine.parts.lessor.promote(1000);
      let hostMs = 0;
      for (let index = 1; index <= 3_000; index++) {
        const data = encode(drawBody(prng, leader.machine.parts.store.currentRev), BigInt(index));
        log.push(data);
        hostMs += prng.below(200);
        leader.machine.parts.lessor.advance(hostMs);
        const mine = leader.machine.apply({ index, data }, OPTIONS).outcome;
        const other = follower.apply({ index, data }, { ...OPTIONS, isWanted: () => false }).outcome;
        assert.equal(codeOf(mine), codeOf(other));
        if (prng.chance(0.01)) {
          // A new process over the rows of the old one; raft hands in some entries again.
          follower = openMachine(followerBackend, index);
          for (let again = Math.max(1, index - 3); again <= index; again++)
            assert.equal(follower.apply({ index: again, data: log[again - 1] }, OPTIONS).outcome.kind, "skipped");
        }
      }
      for (const { parts } of [leader.machine, follower]) while (!parts.store.stepCompaction(1000));
      assert.deepEqual(dump(leader.backend), dump(followerBackend));
      assert.deepEqual(leader.machine.parts.lessor.list().sort(), follower.parts.lessor.list().sort());
      for (const id of follower.parts.lessor.list())
        assert.deepEqual(
          leader.machine.parts.lessor.keysOf(id).map((key) => latin1FromBytes(key)),
          follower.parts.lessor.keysOf(id).map((key) => latin1FromBytes(key)),
        );
    });
  });
});
