import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { StatusCode } from "@quorate/grpc";
import { LiveEtcd, request, skipWithoutEtcd } from "@quorate/testkit";
import { EXPOSITION_CONTENT_TYPE } from "./exposition.ts";
import { Metrics, Operation } from "./metrics.ts";
import { renderMetrics } from "./render.ts";
import type { MetricsSources, ProcessFigures } from "./sources.ts";

const PEER = 0x4da2fe8b2af6917dn;

const SOURCES: MetricsSources = {
  memberId: 0xec1314ea52838568n,
  serverVersion: "3.5.30",
  clusterVersion: () => "3.5",
  features: () => [{ name: "StopGRPCServiceOnDefrag", stage: "ALPHA", isEnabled: false }],
  hasLeader: () => true,
  isLeader: () => false,
  isLearner: () => true,
  appliedIndex: () => 11,
  committedIndex: () => 12,
  pendingProposals: () => 3,
  alarms: () => [{ memberId: PEER, alarm: "NOSPACE" }],
  authRevision: () => 1,
  quotaBytes: () => 2 ** 31,
  backendSizeBytes: () => 20480,
  backendSizeInUseBytes: () => 16384,
  openReadTransactions: () => 1,
  currentRevision: () => 5,
  compactRevision: () => -1,
  keyCount: () => 2,
  watchStreams: () => 4,
  watchers: () => 6,
  slowWatchers: () => 1,
  pendingEvents: () => 7,
  peers: () => [
    { id: PEER, isActive: true, stats: { sentBytes: 100, receivedBytes: 50, dropped: 2, sendFailures: 1 } },
  ],
};

const FIGURES: ProcessFigures = {
  runtimeVersion: "node20.20.2",
  cpuSeconds: 1.5,
  startTimeSeconds: 1795559975.1,
  residentBytes: 36274176,
  virtualBytes: 12585943040,
  virtualMaxBytes: 2 ** 64,
  openFds: 17,
  maxFds: 20000,
  networkReceivedBytes: 10,
  networkSentBytes: 20,
  eventLoopDelay: { quantiles: [{ quantile: 0.999, seconds: 0.004 }], sum: 0.5, count: 1000 },
};

type Sample = { readonly name: string; readonly labels: Readonly<Record<string, string>>; readonly value: number };
type Family = { readonly type: string; readonly samples: Sample[] };

/** Reads the text format strictly: what it does not know is an error. */
function parse(text: string): Map<string, Family> {
  const families = new Map<string, Family>();
  let current: { name: string; family: Family } | undefined;
  for (const line of text.split("\n").slice(0, -1)) {
    const help = /^# HELP (\w+) (.+)$/.exec(line);
    if (help !== null) {
      assert.ok(!families.has(help[1]!), `${help[1]} comes once`);
      continue;
    }
    const type = /^# TYPE (\w+) (counter|gauge|histogram|summary)$/.exec(line);
    if (type !== null) {
      current = { name: type[1]!, family: { type: type[2]!, samples: [] } };
      families.set(current.name, current.family);
      continue;
    }
    const sample = /^([a-z_]\w*)(?:{((?:\w+="(?:[^"\\\n]|\\[\\"n])*",?)+)})? (\S+)$/.exec(line);
    assert.ok(sample !== null && current !== undefined, `a line that is none: ${line}`);
    const [, name = "", labelText = "", value = ""] = sample;
    const suffixes = {
      counter: [""],
      gauge: [""],
      histogram: ["_bucket", "_sum", "_count"],
      summary: ["", "_sum", "_count"],
    };
    const allowed = suffixes[current.family.type as keyof typeof suffixes];
    assert.ok(
      allowed.includes(name.slice(current.name.length)) && name.startsWith(current.name),
      `${name} is in place`,
    );
    const labels = Object.fromEntries(
      Array.from(labelText.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g), (m) => [m[1], m[2]]),
    );
    current.family.samples.push({ name, labels, value: Number(value.replace("+Inf", "Infinity")) });
  }
  return families;
}

/** A server in which everything has happened once, so that no family is without series. */
function busyMetrics(): Metrics {
  const metrics = new Metrics({ isExtensive: true });
  const { server, network, health } = metrics;
  server.applySeconds.observe(Operation.Put, true, 0.001);
  server.requestSeconds.observe(Operation.Txn, false, 0.001);
  server.rangeSeconds.observe(0, true, 0.001);
  server.unaryRequests.increment("3.5");
  server.streamRequests.increment("unknown");
  server.learnerPromoteFailures.increment("membership: ID not found");
  health.checks.count("readyz", "non_learner", true);
  network.watchSendFailuresTotal++;
  const peer = network.peer(PEER);
  peer.disconnectedTotal++;
  peer.receiveFailuresTotal++;
  peer.snapshotSendSuccesses++;
  peer.snapshotSendFailures++;
  peer.snapshotReceiveSuccesses++;
  peer.snapshotReceiveFailures++;
  for (const histogram of [peer.roundTripSeconds, peer.snapshotSendSeconds, peer.snapshotReceiveSeconds]) {
    histogram.observe(0.3);
  }
  metrics.grpc.unary(metrics.grpc.indexOf("/etcdserverpb.KV/Put"), StatusCode.OK, 0.01);
  return metrics;
}

const page = (metrics: Metrics): Map<string, Family> => parse(renderMetrics(metrics, SOURCES, FIGURES));

function labelNames({ samples }: Family): string[] {
  const names = samples
    .flatMap(({ labels }) => Object.keys(labels))
    .filter((name) => name !== "le" && name !== "quantile");
  return [...new Set(names)].sort();
}

describe("server/metrics", () => {
  it("has every name of the list with its type and labels, and no other", () => {
    const shown = Array.from(page(busyMetrics()), ([name, family]) =>
      [name, family.type, labelNames(family).join(",")].filter((part) => part !== "").join(" "),
    );
    assert.deepEqual(shown.sort(), NAMES.trim().split("\n"));
  });

  it("has histograms that add up", () => {
    let histograms = 0;
    for (const [name, { type, samples }] of page(busyMetrics())) {
      if (type !== "histogram") continue;
      let last = 0;
      for (const sample of samples) {
        if (sample.name === `${name}_bucket`) {
          assert.ok(sample.value >= last, `${name} rises`);
          last = sample.labels["le"] === "+Inf" ? 0 : sample.value;
          if (sample.labels["le"] !== "+Inf") continue;
          histograms++;
          const count = samples[samples.indexOf(sample) + 2]!;
          assert.equal(count.name, `${name}_count`);
          assert.equal(count.value, sample.value);
        }
      }
    }
    assert.ok(histograms > 30);
  });

  it("shows what was counted and what the server says of itself", () => {
    const metrics = busyMetrics();
    metrics.server.proposalsFailedTotal += 2;
    metrics.mvcc.putTotal = 41;
    metrics.disk.walFsyncSeconds.observe(0.003);
    const families = page(metrics);
    const value = (name: string): number | undefined => families.get(name)?.samples[0]?.value;
    assert.equal(value("etcd_server_proposals_failed_total"), 2);
    assert.equal(value("etcd_mvcc_put_total"), 41);
    assert.equal(value("etcd_server_has_leader"), 1);
    assert.equal(value("etcd_server_is_leader"), 0);
    assert.equal(value("etcd_server_proposals_applied_total"), 11);
    assert.equal(value("etcd_debugging_mvcc_compact_revision"), -1);
    assert.equal(value("etcd_server_quota_backend_bytes"), 2 ** 31);
    assert.equal(value("etcd_network_peer_sent_failures_total"), 3);
    assert.equal(families.get("etcd_disk_wal_fsync_duration_seconds")?.samples.at(-1)?.value, 1);
    assert.deepEqual(families.get("etcd_server_id")?.samples[0]?.labels, { server_id: "ec1314ea52838568" });
    assert.deepEqual(families.get("etcd_network_active_peers")?.samples[0]?.labels, {
      Local: "ec1314ea52838568",
      Remote: "4da2fe8b2af6917d",
    });
  });

  it("is valid before anything has happened", () => {
    const families = page(new Metrics({ isExtensive: false }));
    assert.equal(families.get("etcd_mvcc_put_total")?.samples[0]?.value, 0);
    assert.ok(!families.has("etcd_server_apply_duration_seconds"));
    assert.ok(!families.has("grpc_server_handling_seconds"));
  });

  it("has what a live etcd has: families, types, labels and buckets", { skip: skipWithoutEtcd() }, async () => {
    const etcd = await LiveEtcd.start(["--metrics=extensive"]);
    try {
      await request(etcd.clientPort, "GET", "/readyz");
      const reply = await request(etcd.clientPort, "GET", "/metrics");
      assert.equal(reply.headers["content-type"], EXPOSITION_CONTENT_TYPE);
      const theirs = parse(reply.body);
      const ours = page(busyMetrics());
      assert.ok(theirs.size > 100);
      for (const [name, family] of theirs) {
        if (name.startsWith("go_") || ABSENT.has(name)) continue;
        const mine = ours.get(name);
        assert.ok(mine !== undefined, `${name} is missing`);
        assert.equal(mine.type, family.type, name);
        assert.deepEqual(labelNames(mine), labelNames(family), name);
        const bounds = (of: Family): string[] =>
          [...new Set(of.samples.map(({ labels }) => labels["le"] ?? ""))].sort();
        assert.deepEqual(bounds(mine), bounds(family), name);
      }
    } finally {
      await etcd.stop();
    }
  });
});

/** Of the store of the old API, which this server does not have. See docs/divergence.md. */
const ABSENT: ReadonlySet<string> = new Set(["etcd_debugging_store_reads_total", "etcd_debugging_store_writes_total"]);

/** Name, type and labels of every family: etcd's list but for `ABSENT` and Go's runtime, and one of ours. */
const NAMES = `
etcd_cluster_version gauge cluster_version
etcd_debugging_auth_revision gauge
etcd_debugging_disk_backend_commit_rebalance_duration_seconds histogram
etcd_debugging_disk_backend_commit_spill_duration_seconds histogram
etcd_debugging_disk_backend_commit_write_duration_seconds histogram
etcd_debugging_lease_granted_total counter
etcd_debugging_lease_renewed_total counter
etcd_debugging_lease_revoked_total counter
etcd_debugging_lease_ttl_total histogram
etcd_debugging_mvcc_compact_revision gauge
etcd_debugging_mvcc_current_revision gauge
etcd_debugging_mvcc_db_compaction_keys_total counter
etcd_debugging_mvcc_db_compaction_last gauge
etcd_debugging_mvcc_db_compaction_pause_duration_milliseconds histogram
etcd_debugging_mvcc_db_compaction_total_duration_milliseconds histogram
etcd_debugging_mvcc_events_total counter
etcd_debugging_mvcc_index_compaction_pause_duration_milliseconds histogram
etcd_debugging_mvcc_keys_total gauge
etcd_debugging_mvcc_pending_events_total gauge
etcd_debugging_mvcc_range_total counter
etcd_debugging_mvcc_slow_watcher_total gauge
etcd_debugging_mvcc_total_put_size_in_bytes gauge
etcd_debugging_mvcc_watch_stream_total gauge
etcd_debugging_mvcc_watcher_total gauge
etcd_debugging_server_alarms gauge alarm_type,server_id
etcd_debugging_server_lease_expired_total counter
etcd_debugging_server_watch_send_loop_control_stream_duration_seconds histogram
etcd_debugging_server_watch_send_loop_progress_duration_seconds histogram
etcd_debugging_server_watch_send_loop_watch_stream_duration_per_event_seconds histogram
etcd_debugging_server_watch_send_loop_watch_stream_duration_seconds histogram
etcd_debugging_snap_save_marshalling_duration_seconds histogram
etcd_debugging_snap_save_total_duration_seconds histogram
etcd_debugging_store_expires_total counter
etcd_debugging_store_watch_requests_total counter
etcd_debugging_store_watchers gauge
etcd_disk_backend_commit_duration_seconds histogram
etcd_disk_backend_defrag_duration_seconds histogram
etcd_disk_backend_snapshot_duration_seconds histogram
etcd_disk_defrag_inflight gauge
etcd_disk_wal_fsync_duration_seconds histogram
etcd_disk_wal_write_bytes_total gauge
etcd_disk_wal_write_duration_seconds histogram
etcd_grpc_proxy_cache_hits_total gauge
etcd_grpc_proxy_cache_keys_total gauge
etcd_grpc_proxy_cache_misses_total gauge
etcd_grpc_proxy_events_coalescing_total counter
etcd_grpc_proxy_watchers_coalescing_total gauge
etcd_mvcc_db_open_read_transactions gauge
etcd_mvcc_db_total_size_in_bytes gauge
etcd_mvcc_db_total_size_in_use_in_bytes gauge
etcd_mvcc_delete_total counter
etcd_mvcc_hash_duration_seconds histogram
etcd_mvcc_hash_rev_duration_seconds histogram
etcd_mvcc_put_total counter
etcd_mvcc_range_total counter
etcd_mvcc_txn_total counter
etcd_network_active_peers gauge Local,Remote
etcd_network_client_grpc_received_bytes_total counter
etcd_network_client_grpc_sent_bytes_total counter
etcd_network_disconnected_peers_total counter Local,Remote
etcd_network_known_peers gauge Local,Remote
etcd_network_peer_received_bytes_total counter From
etcd_network_peer_received_failures_total counter From
etcd_network_peer_round_trip_time_seconds histogram To
etcd_network_peer_sent_bytes_total counter To
etcd_network_peer_sent_failures_total counter To
etcd_network_server_stream_failures_total counter API,Type
etcd_network_snapshot_receive_failures counter From
etcd_network_snapshot_receive_inflights_total gauge From
etcd_network_snapshot_receive_success counter From
etcd_network_snapshot_receive_total_duration_seconds histogram From
etcd_network_snapshot_send_failures counter To
etcd_network_snapshot_send_inflights_total gauge To
etcd_network_snapshot_send_success counter To
etcd_network_snapshot_send_total_duration_seconds histogram To
etcd_server_apply_duration_seconds histogram op,success,version
etcd_server_client_requests_total counter client_api_version,type
etcd_server_feature_enabled gauge name,stage
etcd_server_go_version gauge server_go_version
etcd_server_has_leader gauge
etcd_server_health_failures counter
etcd_server_health_success counter
etcd_server_healthcheck gauge name,type
etcd_server_healthchecks_total counter name,status,type
etcd_server_heartbeat_send_failures_total counter
etcd_server_id gauge server_id
etcd_server_is_leader gauge
etcd_server_is_learner gauge
etcd_server_leader_changes_seen_total counter
etcd_server_learner_promote_failures counter Reason
etcd_server_learner_promote_successes counter
etcd_server_proposals_applied_total gauge
etcd_server_proposals_committed_total gauge
etcd_server_proposals_failed_total counter
etcd_server_proposals_pending gauge
etcd_server_quota_backend_bytes gauge
etcd_server_range_duration_seconds histogram success
etcd_server_read_indexes_failed_total counter
etcd_server_request_duration_seconds histogram success,type
etcd_server_slow_apply_total counter
etcd_server_slow_read_indexes_total counter
etcd_server_snapshot_apply_in_progress_total gauge
etcd_server_version gauge server_version
etcd_snap_db_fsync_duration_seconds histogram
etcd_snap_db_save_total_duration_seconds histogram
etcd_snap_fsync_duration_seconds histogram
grpc_server_handled_total counter grpc_code,grpc_method,grpc_service,grpc_type
grpc_server_handling_seconds histogram grpc_method,grpc_service,grpc_type
grpc_server_msg_received_total counter grpc_method,grpc_service,grpc_type
grpc_server_msg_sent_total counter grpc_method,grpc_service,grpc_type
grpc_server_started_total counter grpc_method,grpc_service,grpc_type
os_fd_limit gauge
os_fd_used gauge
process_cpu_seconds_total counter
process_max_fds gauge
process_network_receive_bytes_total counter
process_network_transmit_bytes_total counter
process_open_fds gauge
process_resident_memory_bytes gauge
process_start_time_seconds gauge
process_virtual_memory_bytes gauge
process_virtual_memory_max_bytes gauge
promhttp_metric_handler_requests_in_flight gauge
promhttp_metric_handler_requests_total counter code
quorate_event_loop_delay_seconds summary
`;
