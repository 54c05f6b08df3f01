/** Processes that are killed, stopped and started again: what was acknowledged stays, and service is back soon. */
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import {
  ClusterService,
  KVService,
  MaintenanceService,
  newDefragmentRequest,
  newHashKVRequest,
  newMemberListRequest,
  newMoveLeaderRequest,
} from "@quorate/proto";
import { AcknowledgedLoad } from "./testing/acknowledged-load.ts";
import { LabCluster } from "./testing/node-lab-cluster.ts";
import { get, getPrefix, pairs, put } from "./testing/requests.ts";

/** Service is back this soon after the leader was killed: a promise of the server. */
const BACK_WITHIN_MS = 3_000;

describe("server/process-failures", () => {
  it("loses no acknowledged write when the leader is killed under load, and serves again within three seconds", async (t) => {
    const cluster = await startCluster(t, 3);
    const load = startLoad(t, cluster);
    await cluster.wait("there is load", () => (load.acknowledged > 200 ? true : undefined));
    const killed = await cluster.leader();
    load.resetGap();
    const before = load.acknowledged;
    await killed.kill();
    await cluster.wait("writes go on", () => (load.acknowledged > before + 100 ? true : undefined));
    t.diagnostic(`the longest time without an acknowledgement: ${Math.round(load.longestGapMs)} ms`);
    assert.ok(load.longestGapMs < BACK_WITHIN_MS, `service was away for ${load.longestGapMs} ms`);
    await cluster.boot(killed);
    await killed.ready();
    await load.stop();
    assert.deepEqual(load.problems, []);
    await cluster.settled();
    for (const { client } of cluster.members) assert.deepEqual(await load.lostWrites(client), []);
    await sameHash(cluster);
  });

  it("loses no acknowledged write when all members are killed at once", async (t) => {
    const cluster = await startCluster(t, 3);
    const load = startLoad(t, cluster);
    await cluster.wait("there is load", () => (load.acknowledged > 200 ? true : undefined));
    await Promise.all(cluster.members.map((member) => member.kill()));
    await load.stop();
    await Promise.all(cluster.members.map((member) => cluster.boot(member)));
    await cluster.leader();
    await cluster.settled();
    for (const { client } of cluster.members) assert.deepEqual(await load.lostWrites(client), []);
    await sameHash(cluster);
  });

  it("hands leadership over before it stops, and tells the supervisor by which signal it ended", async (t) => {
    const cluster = await startCluster(t, 3);
    const leader = await cluster.leader();
    const { raftTerm } = await leader.ready();
    assert.deepEqual(await leader.stop(), { code: null, signal: "SIGTERM" });
    assert.match(leader.log, /leadership transfer finished/);
    const next = await (await cluster.leader()).ready();
    // One campaign, of the one that was told to: nobody waited for an election.
    assert.equal(next.raftTerm, raftTerm + 1);
    await cluster.boot(leader);
    await leader.ready();
    assert.deepEqual(pairs((await leader.client.ok(KVService.range, get("none"))).kvs), []);
  });

  it("moves leadership to whom it is asked to", async (t) => {
    const cluster = await startCluster(t, 3);
    const leader = await cluster.leader();
    const [follower] = await cluster.followers();
    assert.ok(follower !== undefined);
    const targetID = (await follower.ready()).header?.memberId ?? 0n;
    assert.equal(
      await follower.client.failure(MaintenanceService.moveLeader, newMoveLeaderRequest({ targetID })),
      "9 etcdserver: not leader",
    );
    await leader.client.ok(MaintenanceService.moveLeader, newMoveLeaderRequest({ targetID }));
    assert.equal(await cluster.leader(), follower);
  });

  it("serves what it held before, alone, after the only member was killed", async (t) => {
    const cluster = await startCluster(t, 1);
    const [member] = cluster.members;
    assert.ok(member !== undefined);
    const load = startLoad(t, cluster);
    await cluster.wait("there is load", () => (load.acknowledged > 200 ? true : undefined));
    await member.kill();
    await load.stop();
    await cluster.boot(member);
    await member.ready();
    assert.deepEqual(await load.lostWrites(member.client), []);
    assert.deepEqual(await member.stop(), { code: null, signal: "SIGTERM" });
  });

  it("goes on alone with everything that was acknowledged after two of three are lost for good", async (t) => {
    const cluster = await startCluster(t, 3);
    const [survivor] = await cluster.followers();
    assert.ok(survivor !== undefined);
    for (let n = 0; n < 20; n++) await survivor.client.ok(KVService.put, put(`kept/${n}`, `${n}`));
    await Promise.all(cluster.members.filter((member) => member !== survivor).map((member) => member.kill()));
    // What it knows to be committed is kept; it writes that down as it goes, and at the latest when it stops.
    await survivor.stop();
    await cluster.boot(survivor, ["--force-new-cluster"]);
    await survivor.ready();
    const { members } = await survivor.client.ok(ClusterService.memberList, newMemberListRequest());
    assert.deepEqual(
      members.map(({ name }) => name),
      [survivor.place.name],
    );
    const { count } = await survivor.client.ok(KVService.range, getPrefix("kept/"));
    assert.equal(count, 20);
    await survivor.client.ok(KVService.put, put("after", "1"));
    // It stays alone, without the flag.
    await survivor.kill();
    await cluster.boot(survivor);
    await survivor.ready();
    assert.deepEqual(pairs((await survivor.client.ok(KVService.range, get("after"))).kvs), ["after=1"]);
  });

  it("compacts and defragments under load", async (t) => {
    const cluster = await startCluster(t, 3, ["--auto-compaction-mode=revision", "--auto-compaction-retention=100"]);
    const load = startLoad(t, cluster);
    for (const { client } of cluster.members) {
      const before = load.acknowledged;
      await client.ok(MaintenanceService.defragment, newDefragmentRequest());
      await cluster.wait("writes go on", () => (load.acknowledged > before + 50 ? true : undefined));
    }
    await load.stop();
    assert.deepEqual(load.problems, []);
    await cluster.settled();
    for (const { client } of cluster.members) assert.deepEqual(await load.lostWrites(client), []);
    await sameHash(cluster);
  });
});

async function startCluster(t: TestContext, size: number, flags: readonly string[] = []): Promise<LabCluster> {
  const cluster = await LabCluster.start({ mode: "spawned", size, flags });
  t.after(() => cluster.stop());
  return cluster;
}

function startLoad(t: TestContext, cluster: LabCluster): AcknowledgedLoad {
  const load = new AcknowledgedLoad({
    clients: () => cluster.running.map(({ client }) => client),
    writers: 8,
    now: () => performance.now(),
    rest: (ms) => sleep(ms),
  });
  t.after(() => load.stop());
  return load;
}

async function sameHash(cluster: LabCluster): Promise<void> {
  await cluster.settled();
  const hashes = await Promise.all(
    cluster.running.map(({ client }) => client.ok(MaintenanceService.hashKV, newHashKVRequest())),
  );
  assert.equal(new Set(hashes.map(({ hash, header }) => `${hash} at ${header?.revision}`)).size, 1);
}
