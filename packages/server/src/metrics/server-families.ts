/** Families of the server itself: raft's progress, health, the requests of clients, peers. Names, types and labels are etcd's. */
import { idToHex } from "@quorate/base";
import type { Exposition, Labels } from "./exposition.ts";
import type { LabelledCounter } from "./labelled.ts";
import type { Metrics, PeerMetrics } from "./metrics.ts";
import type { MetricsSources } from "./sources.ts";

export function writeServerFamilies(out: Exposition, metrics: Metrics, sources: MetricsSources): void {
  writeIdentity(out, sources);
  writeRaft(out, metrics, sources);
  writeRequests(out, metrics);
  writeHealth(out, metrics, sources);
  writeWatchSendLoop(out, metrics);
}

function writeIdentity(out: Exposition, sources: MetricsSources): void {
  const clusterVersion = sources.clusterVersion();
  out.family("etcd_cluster_version", "gauge", "1 for the version that the cluster is at.");
  if (clusterVersion !== undefined) out.sample(1, ["cluster_version", clusterVersion]);
  out.family("etcd_server_id", "gauge", "1 for the id of this member, in hexadecimal.");
  out.sample(1, ["server_id", idToHex(sources.memberId)]);
  out.family("etcd_server_version", "gauge", "1 for the version that this server claims.");
  out.sample(1, ["server_version", sources.serverVersion]);
  out.family("etcd_server_feature_enabled", "gauge", "1 for a feature gate that is on.");
  for (const { name, stage, isEnabled } of sources.features())
    out.sample(isEnabled ? 1 : 0, ["name", name, "stage", stage]);
}

function writeRaft(out: Exposition, { server, disk }: Metrics, sources: MetricsSources): void {
  out
    .gauge("etcd_server_has_leader", "1 while this member knows a leader.", Number(sources.hasLeader()))
    .gauge("etcd_server_is_leader", "1 while this member leads.", Number(sources.isLeader()))
    .gauge("etcd_server_is_learner", "1 while this member is a learner.", Number(sources.isLearner()))
    .counter(
      "etcd_server_leader_changes_seen_total",
      "Changes of leader that were seen.",
      server.leaderChangesSeenTotal,
    )
    .counter(
      "etcd_server_heartbeat_send_failures_total",
      "Heartbeats that a leader sent late, as a busy disk or processor makes it.",
      server.heartbeatSendFailuresTotal,
    )
    .gauge(
      "etcd_server_proposals_committed_total",
      "The index that is known to be committed.",
      sources.committedIndex(),
    )
    .gauge("etcd_server_proposals_applied_total", "The index that is applied.", sources.appliedIndex())
    .gauge("etcd_server_proposals_pending", "Proposals that wait for their result.", sources.pendingProposals())
    .counter("etcd_server_proposals_failed_total", "Proposals that failed.", server.proposalsFailedTotal)
    .counter("etcd_server_slow_apply_total", "Entries that took long to apply.", server.slowApplyTotal)
    .counter("etcd_server_slow_read_indexes_total", "Read indexes that came late.", server.slowReadIndexesTotal)
    .counter("etcd_server_read_indexes_failed_total", "Read indexes that did not come.", server.readIndexesFailedTotal)
    .gauge(
      "etcd_server_snapshot_apply_in_progress_total",
      "1 while a snapshot of the leader is taken over.",
      server.snapshotApplyInProgress,
    )
    .counter("etcd_server_learner_promote_successes", "Learners that became voters.", server.learnerPromoteSuccesses)
    .gauge("etcd_server_quota_backend_bytes", "Bytes that the backend may have.", sources.quotaBytes())
    .gauge("etcd_disk_defrag_inflight", "1 while the backend is defragmented.", disk.defragInflight);
  out.family("etcd_server_learner_promote_failures", "counter", "Promotions that were refused, by the reason.");
  for (const [reason, count] of server.learnerPromoteFailures.entries()) out.sample(count, ["Reason", reason]);
}

function writeRequests(out: Exposition, { server, network }: Metrics): void {
  const type = (name: string) => (counter: LabelledCounter) => {
    for (const [version, count] of counter.entries()) out.sample(count, ["client_api_version", version, "type", name]);
  };
  out.family("etcd_server_client_requests_total", "counter", "Requests of clients, by the version of the client.");
  type("unary")(server.unaryRequests);
  type("stream")(server.streamRequests);
  out.family("etcd_server_apply_duration_seconds", "histogram", "Seconds to apply an entry.");
  server.applySeconds.writeTo(out, (op, success) => ["op", op, "success", success, "version", "v3"]);
  out.family("etcd_server_request_duration_seconds", "histogram", "Seconds to serve a request.");
  server.requestSeconds.writeTo(out, (op, success) => ["success", success, "type", op]);
  out.family("etcd_server_range_duration_seconds", "histogram", "Seconds to read a range.");
  server.rangeSeconds.writeTo(out, (_, success) => ["success", success]);
  const { clientGrpcReceivedBytesTotal: received, clientGrpcSentBytesTotal: sent } = network;
  out
    .counter("etcd_network_client_grpc_received_bytes_total", "Bytes of messages that clients sent.", received)
    .counter("etcd_network_client_grpc_sent_bytes_total", "Bytes of messages to clients.", sent)
    .family("etcd_network_server_stream_failures_total", "counter", "Streams of clients that broke.");
  const failures: readonly [number, string, string][] = [
    [network.watchReceiveFailuresTotal, "watch", "receive"],
    [network.watchSendFailuresTotal, "watch", "send"],
    [network.leaseKeepAliveReceiveFailuresTotal, "lease-keepalive", "receive"],
    [network.leaseKeepAliveSendFailuresTotal, "lease-keepalive", "send"],
  ];
  for (const [count, api, kind] of failures) if (count > 0) out.sample(count, ["API", api, "Type", kind]);
}

function writeHealth(out: Exposition, { health }: Metrics, sources: MetricsSources): void {
  out
    .counter("etcd_server_health_success", "Answers of /health that were good.", health.successes)
    .counter("etcd_server_health_failures", "Answers of /health that were bad.", health.failures)
    .family("etcd_debugging_server_alarms", "gauge", "1 for an alarm that is active.");
  for (const { memberId, alarm } of sources.alarms())
    out.sample(1, ["alarm_type", alarm, "server_id", idToHex(memberId)]);
  health.checks.writeTo(out);
}

function writeWatchSendLoop(out: Exposition, { server }: Metrics): void {
  const name = "etcd_debugging_server_watch_send_loop";
  out
    .histogram(`${name}_watch_stream_duration_seconds`, "Seconds to send a response of a watch.", server.watchSendLoop)
    .histogram(
      `${name}_watch_stream_duration_per_event_seconds`,
      "Seconds to send a response of a watch, divided by its events.",
      server.watchSendLoopPerEvent,
    )
    .histogram(
      `${name}_control_stream_duration_seconds`,
      "Seconds to answer a request on a stream.",
      server.watchSendLoopControl,
    )
    .histogram(
      `${name}_progress_duration_seconds`,
      "Seconds to send a report of progress.",
      server.watchSendLoopProgress,
    );
}

/** Families of peers have a series for each peer, and none in a cluster of one. */
export function writePeerFamilies(out: Exposition, { network }: Metrics, sources: MetricsSources): void {
  const local = idToHex(sources.memberId);
  const figures = sources.peers().map((peer) => ({ ...peer, hex: idToHex(peer.id) }));
  const between = (hex: string): Labels => ["Local", local, "Remote", hex];
  out.family("etcd_network_known_peers", "gauge", "1 for each peer.");
  for (const { hex } of figures) out.sample(1, between(hex));
  out.family("etcd_network_active_peers", "gauge", "1 for a peer whose connection is up.");
  for (const { hex, isActive } of figures) out.sample(Number(isActive), between(hex));
  out.family("etcd_network_peer_sent_bytes_total", "counter", "Bytes to a peer.");
  for (const { hex, stats } of figures) out.sample(stats.sentBytes, ["To", hex]);
  out.family("etcd_network_peer_received_bytes_total", "counter", "Bytes from a peer.");
  for (const { hex, stats } of figures) out.sample(stats.receivedBytes, ["From", hex]);
  out.family("etcd_network_peer_sent_failures_total", "counter", "Messages that did not reach a peer.");
  for (const { hex, stats } of figures) out.sample(stats.sendFailures + stats.dropped, ["To", hex]);

  const peers = Array.from(network.peers, ([id, peer]) => ({ hex: idToHex(id), peer }));
  out.family("etcd_network_disconnected_peers_total", "counter", "Connections to a peer that were lost.");
  for (const { hex, peer } of peers) if (peer.disconnectedTotal > 0) out.sample(peer.disconnectedTotal, between(hex));
  out.family("etcd_network_peer_round_trip_time_seconds", "histogram", "Seconds to a peer and back.");
  for (const { hex, peer } of peers)
    if (peer.roundTripSeconds.count > 0) out.buckets(peer.roundTripSeconds, ["To", hex]);

  const count = (
    name: string,
    type: "counter" | "gauge",
    label: string,
    help: string,
    of: (peer: PeerMetrics) => number,
  ) => {
    out.family(name, type, help);
    for (const { hex, peer } of peers) if (type === "gauge" || of(peer) > 0) out.sample(of(peer), [label, hex]);
  };
  const failures = "etcd_network_peer_received_failures_total";
  count(failures, "counter", "From", "Failures to receive from a peer.", (p) => p.receiveFailuresTotal);
  const sends = "etcd_network_snapshot_send";
  count(`${sends}_success`, "counter", "To", "Snapshots that were sent.", (p) => p.snapshotSendSuccesses);
  count(`${sends}_failures`, "counter", "To", "Snapshots that could not be sent.", (p) => p.snapshotSendFailures);
  count(`${sends}_inflights_total`, "gauge", "To", "Snapshots on their way out.", (p) => p.snapshotSendsInflight);
  const receives = "etcd_network_snapshot_receive";
  count(`${receives}_success`, "counter", "From", "Snapshots that came.", (p) => p.snapshotReceiveSuccesses);
  count(
    `${receives}_failures`,
    "counter",
    "From",
    "Snapshots that did not come whole.",
    (p) => p.snapshotReceiveFailures,
  );
  count(
    `${receives}_inflights_total`,
    "gauge",
    "From",
    "Snapshots on their way in.",
    (p) => p.snapshotReceivesInflight,
  );
  out.family(`${sends}_total_duration_seconds`, "histogram", "Seconds to send a snapshot.");
  for (const { hex, peer } of peers)
    if (peer.snapshotSendSeconds.count > 0) out.buckets(peer.snapshotSendSeconds, ["To", hex]);
  out.family(`${receives}_total_duration_seconds`, "histogram", "Seconds to receive a snapshot.");
  for (const { hex, peer } of peers)
    if (peer.snapshotReceiveSeconds.count > 0) out.buckets(peer.snapshotReceiveSeconds, ["From", hex]);
}
