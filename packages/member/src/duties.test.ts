import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MemoryBackend } from "@quorate/base";
import { Alarms, Cluster, encodeContext, Lessor, Machine, newMember } from "@quorate/machine";
import { openStore } from "@quorate/mvcc";
import {
  AlarmAction,
  AlarmType,
  ConfChangeType,
  decodeUtf8,
  decodeV2Request,
  type InternalRaftRequestBody,
  newAlarmRequest,
  newConfChange,
} from "@quorate/proto";
import { Duties } from "./duties.ts";

const ID = 0xabcn;
const LEADER = { isLeader: true, hasLeader: true };
const FOLLOWER = { isLeader: false, hasLeader: true };

function newDuties() {
  const backend = new MemoryBackend();
  const lessor = new Lessor(backend, { minTtlSeconds: 1, maxClockStepMs: 1_000, checkpointIntervalMs: 2_000 });
  const cluster = new Cluster(backend, 1);
  const parts = { store: openStore(backend, lessor), lessor, cluster, alarms: new Alarms(backend) };
  const machine = new Machine(parts, 0);
  const asked = { versions: 0, leadership: 0 };
  const proposed: InternalRaftRequestBody[] = [];
  const v2: string[] = [];
  const duties = new Duties(
    { id: ID, name: "n1", clientUrls: ["http://c:1"], autoCompaction: { mode: "off" } },
    {
      machine: () => machine,
      propose: (body) => proposed.push(body),
      proposeV2: (data) => {
        const { method, path, val } = decodeV2Request(data);
        v2.push(`${method} ${path} ${decodeUtf8(val ?? new Uint8Array(0))}`);
      },
      nextId: () => 1n,
      confirmLeadership: () => asked.leadership++,
      askVersions: () => asked.versions++,
    },
  );
  const join = (): void => {
    const context = encodeContext({ member: newMember({ id: ID, peerUrls: ["http://p:1"] }), isPromote: false });
    cluster.applyConfChange(newConfChange({ type: ConfChangeType.ConfChangeAddNode, nodeId: ID, context }));
  };
  return { ...parts, duties, proposed, v2, asked, join };
}

describe("member/duties", () => {
  it("publishes only once it is a member and a version is agreed, again every second until it is applied", () => {
    const { duties, cluster, proposed, join } = newDuties();
    duties.tick(0, FOLLOWER);
    cluster.setVersion("3.5.0");
    duties.tick(100, FOLLOWER);
    assert.equal(proposed.length, 0, "an id that nobody added stops every etcd");
    join();
    duties.tick(200, { isLeader: false, hasLeader: false });
    assert.equal(proposed.length, 0);
    for (let nowMs = 300; nowMs < 2_300; nowMs += 100) duties.tick(nowMs, FOLLOWER);
    const value = { memberID: ID, memberAttributes: { name: "n1", clientUrls: ["http://c:1"] } };
    assert.deepEqual(proposed, [
      { kind: "clusterMemberAttrSet", value },
      { kind: "clusterMemberAttrSet", value },
    ]);
    assert.ok(!duties.isPublished);
    cluster.setAttributes(ID, value.memberAttributes);
    assert.ok(duties.isPublished);
    duties.tick(9_000, FOLLOWER);
    assert.equal(proposed.length, 2);
  });

  it("speaks as etcd before 3.5 does to a cluster of that time", () => {
    const { duties, cluster, proposed, v2, join } = newDuties();
    join();
    duties.versions(["3.4.23", "3.5.30"]);
    cluster.setVersion("3.4.0");
    duties.tick(0, FOLLOWER);
    assert.deepEqual(v2, [
      "PUT /0/version 3.4.0",
      'PUT /0/members/abc/attributes {"name":"n1","clientURLs":["http://c:1"]}',
    ]);
    duties.versions(["3.5.30", "3.5.30"]);
    assert.deepEqual(proposed, [{ kind: "clusterVersionSet", value: { ver: "3.5.0" } }]);
    duties.versions(["3.6.0", undefined]);
    assert.equal(proposed.length, 1, "nobody knows what the silent one speaks");
  });

  it("asks for versions at its first commit and then every four seconds, as a leader", () => {
    const { duties, asked } = newDuties();
    for (let nowMs = 0; nowMs < 10_000; nowMs += 100) duties.tick(nowMs, FOLLOWER);
    assert.equal(asked.versions, 0);
    duties.firstCommitInTerm(10_000);
    for (let nowMs = 10_000; nowMs <= 18_000; nowMs += 100) duties.tick(nowMs, LEADER);
    assert.equal(asked.versions, 3);
  });

  it("revokes only what has expired, and only once its leadership is confirmed", () => {
    const { duties, lessor, asked, proposed } = newDuties();
    duties.tick(1_000, LEADER);
    assert.equal(asked.leadership, 0, "nothing to confirm without leases");
    lessor.promote(0);
    lessor.advance(1_000);
    lessor.grant(7n, 1);
    lessor.grant(8n, 60);
    for (let nowMs = 1_000; nowMs <= 2_000; nowMs += 100) lessor.advance(nowMs);
    duties.tick(2_000, LEADER);
    duties.tick(3_000, LEADER);
    assert.equal(asked.leadership, 1, "one question at a time");
    duties.leaseRound(false);
    assert.deepEqual(proposed, []);
    duties.tick(4_000, LEADER);
    assert.equal(asked.leadership, 2);
    duties.leaseRound(true);
    assert.deepEqual(proposed, [{ kind: "leaseRevoke", value: { ID: 7n } }]);
  });

  it("proposes checkpoints of leases that run for long", () => {
    const { duties, lessor, proposed } = newDuties();
    lessor.promote(0);
    lessor.grant(8n, 60);
    for (let nowMs = 0; nowMs <= 3_000; nowMs += 500) lessor.advance(nowMs);
    duties.leaseRound(true);
    assert.deepEqual(proposed, [{ kind: "leaseCheckpoint", value: { checkpoints: [{ ID: 8n, remainingTTL: 57 }] } }]);
  });

  it("raises the alarm of its own space until it is there, and again only when space runs out again", () => {
    const { duties, alarms, proposed } = newDuties();
    const alarm = newAlarmRequest({ action: AlarmAction.ACTIVATE, memberID: ID, alarm: AlarmType.NOSPACE });
    duties.overQuota();
    for (let nowMs = 0; nowMs < 2_000; nowMs += 100) duties.tick(nowMs, FOLLOWER);
    assert.deepEqual(proposed, [
      { kind: "alarm", value: alarm },
      { kind: "alarm", value: alarm },
    ]);
    alarms.apply(alarm);
    duties.tick(2_000, FOLLOWER);
    alarms.apply({ ...alarm, action: AlarmAction.DEACTIVATE });
    for (let nowMs = 2_100; nowMs < 6_000; nowMs += 100) duties.tick(nowMs, FOLLOWER);
    assert.equal(proposed.length, 2);
  });
});
