/** What a client may count on, of clusters of one and of three, in this process and in processes of their own: one body for all. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  AlarmAction,
  ClusterService,
  encodeUtf8,
  KVService,
  LeaseService,
  MaintenanceService,
  newAlarmRequest,
  newCompactionRequest,
  newDeleteRangeRequest,
  newHashKVRequest,
  newLeaseGrantRequest,
  newLeaseKeepAliveRequest,
  newLeaseTimeToLiveRequest,
  newMemberListRequest,
  newTxnRequest,
  type WatchResponse,
  WatchService,
} from "@quorate/proto";
import { request } from "@quorate/testkit";
import { LabCluster } from "./testing/node-lab-cluster.ts";
import type { LabMember, LabMode } from "./testing/node-lab-member.ts";
import { deleteOp, get, getPrefix, pairs, put, putOp, swap, watchPrefix } from "./testing/requests.ts";

const KINDS: readonly (readonly [LabMode, number])[] = [
  ["inside", 1],
  ["inside", 3],
  ["spawned", 1],
  ["spawned", 3],
];

describe("server/node-server", () => {
  for (const [mode, size] of KINDS) describe(`${size} ${mode}`, () => checkCluster(mode, size));
});

function checkCluster(mode: LabMode, size: number): void {
  let cluster: LabCluster;

  before(async () => {
    cluster = await LabCluster.start({ mode, size });
  });
  after(() => cluster.stop());

  /** The members in turn, so that writers and readers are at different ones where there are several. */
  const at = (n: number): LabMember => cluster.members[n % cluster.members.length]!;

  it("reads at every member what was acknowledged by one", async () => {
    const { prevKv, header } = await at(0).client.ok(KVService.put, put("read/a", "1", { prevKv: true }));
    assert.equal(prevKv, undefined);
    for (const { client } of cluster.members) {
      const { kvs, count } = await client.ok(KVService.range, get("read/a"));
      assert.deepEqual(pairs(kvs), ["read/a=1"]);
      assert.equal(count, 1);
      assert.equal(kvs[0]?.modRevision, header?.revision);
    }
  });

  it("answers reads at followers with the newest write of any member, again and again", async () => {
    for (let n = 0; n < 20; n++) {
      const { header } = await at(n).client.ok(KVService.put, put("newest", `${n}`));
      const { kvs } = await at(n + 1).client.ok(KVService.range, get("newest"));
      assert.deepEqual(pairs(kvs), [`newest=${n}`]);
      assert.equal(kvs[0]?.modRevision, header?.revision);
    }
  });

  it("answers many calls of one connection", async () => {
    const writes = Array.from({ length: 500 }, (_, i) => at(i).client.ok(KVService.put, put(`many/${i}`, `${i}`)));
    const revisions = new Set((await Promise.all(writes)).map(({ header }) => header?.revision));
    assert.equal(revisions.size, 500);
    const { count } = await at(1).client.ok(KVService.range, getPrefix("many/", { countOnly: true }));
    assert.equal(count, 500);
  });

  it("deletes", async () => {
    await at(0).client.ok(KVService.put, put("delete/a", "1"));
    await at(1).client.ok(KVService.put, put("delete/b", "2"));
    const range = { key: encodeUtf8("delete/"), rangeEnd: encodeUtf8("delete0") };
    const { deleted, prevKvs } = await at(2).client.ok(
      KVService.deleteRange,
      newDeleteRangeRequest({ ...range, prevKv: true }),
    );
    assert.equal(deleted, 2);
    assert.deepEqual(pairs(prevKvs), ["delete/a=1", "delete/b=2"]);
    const { count } = await at(0).client.ok(KVService.range, getPrefix("delete/"));
    assert.equal(count, 0);
  });

  it("decides transactions once for all members", async () => {
    await at(0).client.ok(KVService.put, put("swap", "old"));
    const swaps = cluster.members.map(({ client }, i) => client.ok(KVService.txn, swap("swap", "old", `new${i}`)));
    const answers = await Promise.all(swaps);
    assert.equal(answers.filter(({ succeeded }) => succeeded).length, 1);
    const { header } = await at(1).client.ok(
      KVService.txn,
      newTxnRequest({ success: [putOp("swap/1", "1"), putOp("swap/2", "2"), deleteOp("swap")] }),
    );
    const { kvs } = await at(2).client.ok(KVService.range, getPrefix("swap"));
    assert.deepEqual(pairs(kvs), ["swap/1=1", "swap/2=2"]);
    assert.deepEqual(new Set(kvs.map(({ modRevision }) => modRevision)), new Set([header?.revision]));
  });

  it("tells watchers at every member of writes at any member, in order and once", async () => {
    const streams = cluster.members.map(({ client }) => client.stream(WatchService.watch));
    for (const { call } of streams) call.write(watchPrefix("watched/", { prevKv: true }));
    for (const stream of streams) assert.equal((await stream.until(1))[0]?.created, true);
    const expected: string[] = [];
    for (let n = 0; n < 10; n++) {
      await at(n).client.ok(KVService.put, put(`watched/${n % 3}`, `${n}`));
      expected.push(`watched/${n % 3}=${n}`);
    }
    for (const { messages, call } of streams) {
      await cluster.wait("a watcher has every event", () =>
        eventsOf(messages).length >= expected.length ? true : undefined,
      );
      assert.deepEqual(eventsOf(messages), expected);
      call.end();
    }
  });

  it("compacts on every member, and tells those who watch from before", async () => {
    const { header } = await at(0).client.ok(KVService.put, put("compacted", "1"));
    const revision = header?.revision ?? 0;
    await at(1).client.ok(KVService.put, put("compacted", "2"));
    await at(2).client.ok(KVService.put, put("compacted", "3"));
    await at(0).client.ok(KVService.compact, newCompactionRequest({ revision: revision + 1, physical: true }));
    await cluster.settled();
    for (const { client } of cluster.members) {
      assert.equal(
        await client.failure(KVService.range, get("compacted", { revision })),
        "11 etcdserver: mvcc: required revision has been compacted",
      );
      const stream = client.stream(WatchService.watch);
      stream.call.write(watchPrefix("compacted", { startRevision: revision }));
      const [created, canceled] = await stream.until(2);
      assert.equal(created?.created, true);
      assert.deepEqual([canceled?.canceled, canceled?.compactRevision], [true, revision + 1]);
      stream.call.end();
    }
  });

  it("keeps leases alive through any member, and revokes them when their time is over", async () => {
    const { ID, TTL } = await at(0).client.ok(LeaseService.leaseGrant, newLeaseGrantRequest({ TTL: 2 }));
    assert.equal(TTL, 2);
    const granted = performance.now();
    await at(1).client.ok(KVService.put, put("leased", "1", { lease: ID }));
    for (const { client } of cluster.members) {
      const {
        TTL: left,
        grantedTTL,
        keys,
      } = await client.ok(LeaseService.leaseTimeToLive, newLeaseTimeToLiveRequest({ ID, keys: true }));
      assert.equal(grantedTTL, 2);
      assert.ok(left <= 2);
      assert.equal(keys.length, 1);
    }
    const stream = at(2).client.stream(LeaseService.leaseKeepAlive);
    stream.call.write(newLeaseKeepAliveRequest({ ID }));
    const [alive] = await stream.until(1);
    assert.equal(alive?.TTL, 2);
    const renewed = performance.now();
    stream.call.end();
    const gone = await cluster.wait("the lease is over", async () => {
      const { count } = await at(1).client.ok(KVService.range, get("leased"));
      return count === 0 ? performance.now() : undefined;
    });
    assert.ok(gone - renewed >= 1_900, `gone ${gone - renewed} ms after the last keep-alive`);
    assert.ok(renewed >= granted);
  });

  it("answers serializable reads with what it has", async () => {
    await at(0).client.ok(KVService.put, put("local", "1"));
    await cluster.settled();
    for (const { client } of cluster.members) {
      const { kvs } = await client.ok(KVService.range, get("local", { serializable: true }));
      assert.deepEqual(pairs(kvs), ["local=1"]);
    }
  });

  it("lists the same members at every member", async () => {
    const lists = cluster.members.map(({ client }) =>
      client.ok(ClusterService.memberList, newMemberListRequest({ linearizable: true })),
    );
    const [first, ...others] = (await Promise.all(lists)).map(({ members }) => members);
    assert.equal(first?.length, size);
    for (const other of others) assert.deepEqual(other, first);
    const expected = cluster.members.map(({ place, peerUrl }) => [place.name, peerUrl]);
    assert.deepEqual(first?.map(({ name, peerURLs }) => [name, peerURLs[0]]).sort(), expected.sort());
    for (const { clientURLs, isLearner } of first ?? []) assert.deepEqual([clientURLs.length, isLearner], [1, false]);
  });

  it("says how it is: one leader, one term, a version, a size", async () => {
    await cluster.settled();
    const found = await Promise.all(cluster.members.map((member) => member.ready()));
    assert.equal(new Set(found.map(({ leader }) => leader)).size, 1);
    assert.equal(new Set(found.map(({ raftTerm }) => raftTerm)).size, 1);
    assert.equal(new Set(found.map(({ header }) => header?.memberId)).size, size);
    for (const { version, dbSize, dbSizeInUse, isLearner, errors } of found) {
      assert.match(version, /^3\.\d+\.\d+$/);
      assert.ok(dbSize >= dbSizeInUse && dbSizeInUse > 0);
      assert.deepEqual([isLearner, errors], [false, []]);
    }
  });

  it("has the same hash of its keys on every member", async () => {
    await cluster.settled();
    const { header } = await at(0).client.ok(KVService.range, get("none"));
    const revision = header?.revision ?? 0;
    const hashes = await Promise.all(
      cluster.members.map(({ client }) => client.ok(MaintenanceService.hashKV, newHashKVRequest({ revision }))),
    );
    assert.equal(new Set(hashes.map(({ hash, compactRevision }) => `${hash} ${compactRevision}`)).size, 1);
  });

  it("has no alarms, and says that it is well over HTTP", async () => {
    const { alarms } = await at(0).client.ok(MaintenanceService.alarm, newAlarmRequest({ action: AlarmAction.GET }));
    assert.deepEqual(alarms, []);
    for (const { place } of cluster.members) {
      const { status, body } = await request(place.clientPort, "GET", "/health");
      assert.deepEqual([status, JSON.parse(body)], [200, { health: "true", reason: "" }]);
      const version = await request(place.clientPort, "GET", "/version");
      assert.equal(typeof (JSON.parse(version.body) as { etcdserver: unknown }).etcdserver, "string");
      const metrics = await request(place.clientPort, "GET", "/metrics");
      assert.match(metrics.body, /^etcd_server_has_leader 1$/m);
    }
  });
}

function eventsOf(messages: readonly WatchResponse[]): string[] {
  return messages.flatMap(({ events }) => pairs(events.flatMap(({ kv }) => (kv === undefined ? [] : [kv]))));
}
