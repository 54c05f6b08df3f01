/** What /metrics of a running cluster says of work that was done, figure by figure: what is counted where it happens gets there. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  ClusterService,
  encodeUtf8,
  KVService,
  LeaseService,
  MaintenanceService,
  newCompactionRequest,
  newDeleteRangeRequest,
  newLeaseGrantRequest,
  newLeaseKeepAliveRequest,
  newLeaseRevokeRequest,
  newMemberAddRequest,
  newMemberPromoteRequest,
  newTxnRequest,
  WatchService,
} from "@quorate/proto";
import { request } from "@quorate/testkit";
import { LabCluster } from "./testing/node-lab-cluster.ts";
import type { LabMember } from "./testing/node-lab-member.ts";
import { get, put, putOp, watchPrefix } from "./testing/requests.ts";

/** Values by the whole text in front of them: name and labels. */
type Scrape = ReadonlyMap<string, number>;

async function scrape({ place }: LabMember): Promise<Scrape> {
  const { body } = await request(place.clientPort, "GET", "/metrics");
  const samples = new Map<string, number>();
  for (const line of body.split("\n")) {
    const space = line.lastIndexOf(" ");
    if (line !== "" && !line.startsWith("#")) samples.set(line.slice(0, space), Number(line.slice(space + 1)));
  }
  return samples;
}

/** How much one figure of a member rises with some work. */
async function rise(member: LabMember, work: () => Promise<unknown>): Promise<(name: string) => number> {
  const first = await scrape(member);
  await work();
  const second = await scrape(member);
  return (name) => {
    const value = second.get(name);
    assert.ok(value !== undefined, `${name} is there`);
    return value - (first.get(name) ?? 0);
  };
}

describe("server/node-member-pages", () => {
  let cluster: LabCluster;
  let member: LabMember;

  before(async () => {
    cluster = await LabCluster.start({
      mode: "inside",
      size: 2,
      flags: ["--metrics=extensive", "--strict-reconfig-check=false"],
    });
    member = await cluster.leader();
  });
  after(() => cluster.stop());

  it("counts puts with their bytes, ranges, deletions and transactions as etcd does", async () => {
    const { client } = member;
    const by = await rise(member, async () => {
      await client.ok(KVService.put, put("counted/a", "12345"));
      await client.ok(KVService.put, put("counted/b", "1"));
      await client.ok(KVService.range, get("counted/a"));
      await client.ok(KVService.deleteRange, newDeleteRangeRequest({ key: encodeUtf8("counted/b") }));
      await client.ok(KVService.txn, newTxnRequest({ success: [putOp("counted/c", "1"), putOp("counted/d", "1")] }));
    });
    assert.equal(by("etcd_mvcc_put_total"), 4);
    assert.equal(by("etcd_debugging_mvcc_total_put_size_in_bytes"), 14 + 10 + 10 + 10);
    assert.equal(by("etcd_mvcc_range_total"), 1);
    assert.equal(by("etcd_mvcc_delete_total"), 1);
    assert.equal(by("etcd_mvcc_txn_total"), 1);
  });

  it("counts what compactions remove, and when the last one ended", async () => {
    const { client } = member;
    const by = await rise(member, async () => {
      let revision = 0;
      for (let i = 0; i < 5; i++) {
        const { header } = await client.ok(KVService.put, put("compacted", `${i}`));
        revision = header?.revision ?? 0;
      }
      await client.ok(KVService.compact, newCompactionRequest({ revision, physical: true }));
    });
    assert.ok(by("etcd_debugging_mvcc_db_compaction_keys_total") >= 4);
    assert.equal(by("etcd_debugging_mvcc_db_compaction_total_duration_milliseconds_count"), 1);
    assert.ok(Math.abs(by("etcd_debugging_mvcc_db_compaction_last") - Date.now() / 1_000) < 60);
  });

  it("counts leases by what became of them", async () => {
    const { client } = member;
    const by = await rise(member, async () => {
      const { ID } = await client.ok(LeaseService.leaseGrant, newLeaseGrantRequest({ TTL: 300 }));
      const alive = client.stream(LeaseService.leaseKeepAlive);
      alive.call.write(newLeaseKeepAliveRequest({ ID }));
      await alive.until(1);
      alive.call.end();
      await client.ok(LeaseService.leaseRevoke, newLeaseRevokeRequest({ ID }));
    });
    for (const what of ["granted", "renewed", "revoked"]) assert.equal(by(`etcd_debugging_lease_${what}_total`), 1);
    assert.equal(by("etcd_debugging_lease_ttl_total_sum"), 300);
    assert.equal(by("etcd_debugging_server_lease_expired_total"), 0);
  });

  it("counts events that went to watchers", async () => {
    const { client } = member;
    const by = await rise(member, async () => {
      const stream = client.stream(WatchService.watch);
      stream.call.write(watchPrefix("watched/"));
      await stream.until(1);
      for (let i = 0; i < 3; i++) await client.ok(KVService.put, put("watched/a", `${i}`));
      await member.wait("all events", () =>
        stream.messages.reduce((sum, { events }) => sum + events.length, 0) === 3 ? true : undefined,
      );
      stream.call.end();
    });
    assert.equal(by("etcd_debugging_mvcc_events_total"), 3);
  });

  it("measures the disk: writes and syncs of the log, commits of the backend, defragmentation", async () => {
    const { client } = member;
    const by = await rise(member, async () => {
      for (let i = 0; i < 3; i++) await client.ok(KVService.put, put("written", `${i}`));
      await client.ok(MaintenanceService.defragment, {});
      await client.ok(MaintenanceService.hash, {});
    });
    assert.ok(by("etcd_disk_wal_fsync_duration_seconds_count") >= 3);
    assert.ok(by("etcd_disk_wal_fsync_duration_seconds_sum") > 0);
    assert.ok(by("etcd_disk_wal_write_duration_seconds_count") >= 3);
    assert.ok(by("etcd_disk_wal_write_bytes_total") > 0);
    assert.ok(by("etcd_disk_backend_commit_duration_seconds_count") >= 1);
    assert.equal(by("etcd_disk_backend_defrag_duration_seconds_count"), 1);
    assert.equal(by("etcd_disk_defrag_inflight"), 0);
    assert.equal(by("etcd_mvcc_hash_duration_seconds_count"), 1);
  });

  it("measures calls where metrics are extensive", async () => {
    const { client } = member;
    const labels = 'grpc_method="Put",grpc_service="etcdserverpb.KV",grpc_type="unary"';
    const by = await rise(member, () => client.ok(KVService.put, put("measured", "1")));
    assert.equal(by(`grpc_server_handling_seconds_count{${labels}}`), 1);
    assert.ok(by(`grpc_server_handling_seconds_sum{${labels}}`) > 0);
  });

  it("measures round trips to peers, and counts their bytes", async () => {
    const other = cluster.members.find((one) => one !== member)!;
    const { header } = (await other.status())!;
    const id = (header?.memberId ?? 0n).toString(16);
    await member.wait("a probe has come back", async () => {
      const samples = await scrape(member);
      return (samples.get(`etcd_network_peer_round_trip_time_seconds_count{To="${id}"}`) ?? 0) > 0 ? true : undefined;
    });
    const by = await rise(member, () => member.client.ok(KVService.put, put("sent", "1")));
    assert.ok(by(`etcd_network_peer_sent_bytes_total{To="${id}"}`) > 0);
    assert.ok(by(`etcd_network_peer_received_bytes_total{From="${id}"}`) > 0);
  });

  it("counts promotions that were refused, by the reason", async () => {
    const { client } = member;
    const by = await rise(member, async () => {
      const { member: added } = await client.ok(
        ClusterService.memberAdd,
        newMemberAddRequest({ peerURLs: ["http://127.0.0.1:1"], isLearner: true }),
      );
      await client.failure(ClusterService.memberPromote, newMemberPromoteRequest({ ID: added?.ID ?? 0n }));
    });
    const reason = "etcdserver: can only promote a learner member which is in sync with leader";
    assert.equal(by(`etcd_server_learner_promote_failures{Reason="${reason}"}`), 1);
  });
});
