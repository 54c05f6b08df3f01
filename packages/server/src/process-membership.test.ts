/** Members that come, go, change and fall behind, in processes of their own. */
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import {
  ClusterService,
  KVService,
  MaintenanceService,
  type Member,
  newHashKVRequest,
  newMemberAddRequest,
  newMemberListRequest,
  newMemberPromoteRequest,
  newMemberRemoveRequest,
  newMemberUpdateRequest,
} from "@quorate/proto";
import { freePort } from "@quorate/testkit";
import { LabCluster } from "./testing/node-lab-cluster.ts";
import { LabMember, urlOf } from "./testing/node-lab-member.ts";
import { get, getPrefix, pairs, put } from "./testing/requests.ts";

/** Members of a test have been connected for less time than the strict check wants. */
const LOOSE = "--strict-reconfig-check=false";
/** Entries between two snapshots, and how many are kept behind one: so few that a member that was away needs an image. */
const SNAPSHOT_COUNT = 200;
const FEW_ENTRIES = [`--snapshot-count=${SNAPSHOT_COUNT}`, "--snapshot-catchup-entries=50"];
const VALUE = "v".repeat(4_096);

describe("server/process-membership", () => {
  it("takes a fourth member, serves through it, and lets it go: it ends by itself, for good", async (t) => {
    const cluster = await startCluster(t, 3, [LOOSE]);
    const [first] = cluster.members;
    assert.ok(first !== undefined);
    for (let n = 0; n < 10; n++) await first.client.ok(KVService.put, put(`before/${n}`, `${n}`));
    const fourth = await cluster.place();
    const added = await add(first, fourth, false);
    await cluster.join(fourth, cluster.members.slice(0, 3));
    await fourth.ready();
    const { count } = await fourth.client.ok(KVService.range, getPrefix("before/"));
    assert.equal(count, 10);
    await fourth.client.ok(KVService.put, put("after", "1"));
    await published(fourth, "m4");
    await sameHash(cluster);
    // It goes by itself as soon as it knows.
    await first.client.ok(ClusterService.memberRemove, newMemberRemoveRequest({ ID: added.ID }));
    assert.deepEqual(await fourth.ended(), { code: 0, signal: null });
    assert.match(fourth.log, /this member was removed from the cluster/);
    const left = await first.client.ok(ClusterService.memberList, newMemberListRequest());
    assert.deepEqual(left.members.map(({ name }) => name).sort(), ["m1", "m2", "m3"]);
    await first.client.ok(KVService.put, put("after", "2"));
    // Started again, it is told once more.
    await cluster.join(fourth, cluster.members.slice(0, 3));
    const again = await fourth.ended();
    assert.equal("code" in again && again.signal, null);
    assert.deepEqual(pairs((await first.client.ok(KVService.range, get("after"))).kvs), ["after=2"]);
  });

  it("goes on when its leader removes itself", async (t) => {
    const cluster = await startCluster(t, 3, [LOOSE]);
    const leader = await cluster.leader();
    const ID = (await leader.ready()).header?.memberId ?? 0n;
    await leader.client.ok(ClusterService.memberRemove, newMemberRemoveRequest({ ID }));
    assert.deepEqual(await leader.ended(), { code: 0, signal: null });
    const next = await cluster.leader();
    await next.client.ok(KVService.put, put("without", "1"));
    await sameHash(cluster);
  });

  it("adds a learner, which serves no linearizable reads, and promotes it once it has caught up", async (t) => {
    const cluster = await startCluster(t, 1, [LOOSE]);
    const [first] = cluster.members;
    assert.ok(first !== undefined);
    await first.client.ok(KVService.put, put("a", "1"));
    const learner = await cluster.place();
    const { ID } = await add(first, learner, true);
    const promote = newMemberPromoteRequest({ ID });
    assert.equal(
      await first.client.failure(ClusterService.memberPromote, promote),
      "9 etcdserver: can only promote a learner member which is in sync with leader",
    );
    await cluster.join(learner, [first]);
    await learner.ready();
    await cluster.wait("it knows what it is", async () => ((await learner.status())?.isLearner ? true : undefined));
    assert.equal(
      await learner.client.failure(KVService.range, get("a")),
      "14 etcdserver: rpc not supported for learner",
    );
    await cluster.wait("the learner has caught up", async () => {
      const { status } = await first.client.call(ClusterService.memberPromote, promote);
      return status.code === 0 ? true : undefined;
    });
    await cluster.wait("it is no learner", async () =>
      (await learner.status())?.isLearner === false ? true : undefined,
    );
    assert.deepEqual(pairs((await learner.client.ok(KVService.range, get("a"))).kvs), ["a=1"]);
    await sameHash(cluster);
  });

  it("moves a member to another peer URL", async (t) => {
    const cluster = await startCluster(t, 3, [LOOSE]);
    const [moved, stays] = [(await cluster.followers())[0], await cluster.leader()];
    assert.ok(moved !== undefined);
    const ID = (await moved.ready()).header?.memberId ?? 0n;
    await moved.stop();
    const place = { ...moved.place, peerPort: await freePort() };
    const peerURLs = [urlOf(place.peerPort)];
    await stays.client.ok(ClusterService.memberUpdate, newMemberUpdateRequest({ ID, peerURLs }));
    const again = new LabMember(place, "spawned");
    t.after(() => (again.isRunning ? again.kill() : undefined));
    await stays.client.ok(KVService.put, put("moved", "1"));
    // Where it has started before, the list of the first members does not count.
    await cluster.boot(again);
    await again.ready();
    assert.deepEqual(pairs((await again.client.ok(KVService.range, get("moved"))).kvs), ["moved=1"]);
    const { members } = await again.client.ok(ClusterService.memberList, newMemberListRequest());
    assert.deepEqual(members.find((member) => member.ID === ID)?.peerURLs, peerURLs);
  });

  it("brings a member that was away too long back with an image, even if it is killed while it takes it", async (t) => {
    const cluster = await startCluster(t, 3, FEW_ENTRIES);
    const [away] = await cluster.followers();
    const leader = await cluster.leader();
    assert.ok(away !== undefined);
    await away.kill();
    await fill(leader, 3 * SNAPSHOT_COUNT);
    await leader.logged("saved snapshot to disk");
    await cluster.boot(away);
    await away.logged("Running: ");
    // In the middle of it, or right before, or right after: all the same.
    await away.wait("it has begun to take the image, or has it", () =>
      hasImage(away) || away.log.includes("applying snapshot") ? true : undefined,
    );
    await away.kill();
    await cluster.boot(away);
    await away.ready();
    await sameHash(cluster);
    const { count } = await away.client.ok(KVService.range, getPrefix("fill/"));
    assert.equal(count, 3 * SNAPSHOT_COUNT);
    // The images are in the backend; none is left over, and there is one backend.
    await away.wait("nothing is left over", () => (hasImage(away) ? undefined : true));
    assert.equal(readdirSync(join(away.place.dataDir, "member/backend")).length, 1);
    // What it took is on its disk.
    await away.kill();
    await cluster.boot(away);
    await away.ready();
    await sameHash(cluster);
  });

  it("starts a new member out of an image when the log does not go back to its beginning", async (t) => {
    const cluster = await startCluster(t, 1, [...FEW_ENTRIES, LOOSE]);
    const [first] = cluster.members;
    assert.ok(first !== undefined);
    await fill(first, 3 * SNAPSHOT_COUNT);
    await first.logged("saved snapshot to disk");
    // A restart, so that its log in memory begins at the snapshot.
    await first.stop();
    await cluster.boot(first);
    await first.ready();
    const second = await cluster.place();
    await add(first, second, false);
    await cluster.join(second, [first]);
    await second.ready();
    await sameHash(cluster);
    await second.logged("applied snapshot at index");
  });
});

async function startCluster(t: TestContext, size: number, flags: readonly string[]): Promise<LabCluster> {
  const cluster = await LabCluster.start({ mode: "spawned", size, flags });
  t.after(() => cluster.stop());
  return cluster;
}

async function add(at: LabMember, member: LabMember, isLearner: boolean): Promise<Member> {
  const request = newMemberAddRequest({ peerURLs: [member.peerUrl], isLearner });
  const { member: added } = await at.client.ok(ClusterService.memberAdd, request);
  assert.ok(added !== undefined);
  return added;
}

async function published(member: LabMember, name: string): Promise<void> {
  await member.wait(`${name} has told its name`, async () => {
    const { members } = await member.client.ok(ClusterService.memberList, newMemberListRequest());
    return members.some((other) => other.name === name) ? true : undefined;
  });
}

/** Writes so many keys of 4 KiB. */
async function fill(member: LabMember, count: number): Promise<void> {
  const writes = Array.from({ length: count }, (_, n) => member.client.ok(KVService.put, put(`fill/${n}`, VALUE)));
  await Promise.all(writes);
}

function hasImage({ place }: LabMember): boolean {
  const snap = join(place.dataDir, "member/snap");
  return existsSync(snap) && readdirSync(snap).some((name) => !name.endsWith(".snap"));
}

async function sameHash(cluster: LabCluster): Promise<void> {
  await cluster.settled();
  const hashes = await Promise.all(
    cluster.running.map(({ client }) => client.ok(MaintenanceService.hashKV, newHashKVRequest())),
  );
  assert.equal(new Set(hashes.map(({ hash, header }) => `${hash} at ${header?.revision}`)).size, 1);
}
