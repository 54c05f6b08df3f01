/** Families of what a member stores: the log and the backend on disk, the revisioned keys, leases. Names, types and labels are etcd's. */
import type { Exposition } from "./exposition.ts";
import { exponentialBounds, Histogram } from "./histogram.ts";
import type { Metrics } from "./metrics.ts";
import type { MetricsSources } from "./sources.ts";

/** For what this server does not have, and dashboards may ask for. */
const NEVER_OBSERVED = new Histogram(exponentialBounds(0.001, 2, 14));

export function writeStoreFamilies(out: Exposition, metrics: Metrics, sources: MetricsSources): void {
  writeDisk(out, metrics);
  writeMvcc(out, metrics, sources);
  writeCompaction(out, metrics);
  writeWatchesAndLeases(out, metrics, sources);
  writeAbsentParts(out);
}

function writeDisk(out: Exposition, { disk }: Metrics): void {
  const commit = "etcd_debugging_disk_backend_commit";
  const snap = "etcd_debugging_snap_save";
  out
    .gauge("etcd_disk_wal_write_bytes_total", "Bytes that were written to the log.", disk.walWriteBytesTotal)
    .histogram("etcd_disk_wal_fsync_duration_seconds", "Seconds to sync the log.", disk.walFsyncSeconds)
    .histogram("etcd_disk_wal_write_duration_seconds", "Seconds to write to the log.", disk.walWriteSeconds)
    .histogram("etcd_disk_backend_commit_duration_seconds", "Seconds to commit the backend.", disk.backendCommitSeconds)
    .histogram(
      `${commit}_write_duration_seconds`,
      "Seconds of a commit to write pages.",
      disk.backendCommitWriteSeconds,
    )
    .histogram("etcd_disk_backend_defrag_duration_seconds", "Seconds to defragment.", disk.backendDefragSeconds)
    .histogram(
      "etcd_disk_backend_snapshot_duration_seconds",
      "Seconds to send the backend.",
      disk.backendSnapshotSeconds,
    )
    .histogram("etcd_snap_fsync_duration_seconds", "Seconds to sync a snapshot file.", disk.snapFsyncSeconds)
    .histogram(`${snap}_total_duration_seconds`, "Seconds to save a snapshot file.", disk.snapSaveSeconds)
    .histogram(`${snap}_marshalling_duration_seconds`, "Seconds to encode a snapshot.", disk.snapMarshalSeconds)
    .histogram("etcd_snap_db_fsync_duration_seconds", "Seconds to sync a received backend.", disk.snapDbFsyncSeconds)
    .histogram(
      "etcd_snap_db_save_total_duration_seconds",
      "Seconds to save a received backend.",
      disk.snapDbSaveSeconds,
    );
}

function writeMvcc(out: Exposition, { mvcc }: Metrics, sources: MetricsSources): void {
  out
    .counter("etcd_mvcc_range_total", "Ranges that were read.", mvcc.rangeTotal)
    .counter("etcd_debugging_mvcc_range_total", "The same, under the name of 3.5.", mvcc.rangeTotal)
    .counter("etcd_mvcc_put_total", "Keys that were put.", mvcc.putTotal)
    .counter("etcd_mvcc_delete_total", "Deletions that were asked for.", mvcc.deleteTotal)
    .counter("etcd_mvcc_txn_total", "Transactions.", mvcc.txnTotal)
    .gauge("etcd_debugging_mvcc_total_put_size_in_bytes", "Bytes of keys and values put.", mvcc.putSizeBytesTotal)
    .gauge("etcd_debugging_mvcc_keys_total", "Keys that exist.", sources.keyCount())
    .gauge("etcd_debugging_mvcc_current_revision", "The store's revision.", sources.currentRevision())
    .gauge("etcd_debugging_mvcc_compact_revision", "The revision of the last compaction.", sources.compactRevision())
    .gauge("etcd_mvcc_db_total_size_in_bytes", "Bytes of the backend's file.", sources.backendSizeBytes())
    .gauge("etcd_mvcc_db_total_size_in_use_in_bytes", "Bytes of it in use.", sources.backendSizeInUseBytes())
    .gauge("etcd_mvcc_db_open_read_transactions", "Reads of the backend under way.", sources.openReadTransactions())
    .histogram("etcd_mvcc_hash_duration_seconds", "Seconds to hash the backend.", mvcc.hashSeconds)
    .histogram("etcd_mvcc_hash_rev_duration_seconds", "Seconds to hash one revision.", mvcc.hashRevSeconds);
}

function writeCompaction(out: Exposition, { mvcc }: Metrics): void {
  const name = "etcd_debugging_mvcc_db_compaction";
  out
    .counter(`${name}_keys_total`, "Revisions of keys that compactions removed.", mvcc.compactedKeysTotal)
    .gauge(`${name}_last`, "When the last compaction ended, in seconds since 1970.", mvcc.lastCompactionSeconds)
    .histogram(`${name}_pause_duration_milliseconds`, "Milliseconds of a slice of compaction.", mvcc.compactionPauseMs)
    .histogram(`${name}_total_duration_milliseconds`, "Milliseconds of a whole compaction.", mvcc.compactionTotalMs)
    .histogram(
      "etcd_debugging_mvcc_index_compaction_pause_duration_milliseconds",
      "Milliseconds of a slice of compacting the index.",
      mvcc.indexCompactionPauseMs,
    );
}

function writeWatchesAndLeases(out: Exposition, { mvcc, lease }: Metrics, sources: MetricsSources): void {
  out
    .counter("etcd_debugging_mvcc_events_total", "Events that were sent to watchers.", mvcc.eventsTotal)
    .gauge("etcd_debugging_mvcc_pending_events_total", "Events that found no room yet.", sources.pendingEvents())
    .gauge("etcd_debugging_mvcc_slow_watcher_total", "Watchers that are behind.", sources.slowWatchers())
    .gauge("etcd_debugging_mvcc_watch_stream_total", "Streams of watches.", sources.watchStreams())
    .gauge("etcd_debugging_mvcc_watcher_total", "Watchers.", sources.watchers())
    .counter("etcd_debugging_lease_granted_total", "Leases that were granted.", lease.grantedTotal)
    .counter("etcd_debugging_lease_revoked_total", "Leases that were revoked.", lease.revokedTotal)
    .counter("etcd_debugging_lease_renewed_total", "Renewals that this member did as leader.", lease.renewedTotal)
    .histogram("etcd_debugging_lease_ttl_total", "Times to live of leases, in seconds.", lease.ttlSeconds)
    .counter("etcd_debugging_server_lease_expired_total", "Leases that expired.", lease.expiredTotal)
    .gauge("etcd_debugging_auth_revision", "Revision of users and roles.", sources.authRevision());
}

/** Always zero here: phases that LMDB has none of, the store of the old API, the proxy. Every etcd process lists them. */
function writeAbsentParts(out: Exposition): void {
  const commit = "etcd_debugging_disk_backend_commit";
  const store = "etcd_debugging_store";
  const proxy = "etcd_grpc_proxy";
  out
    .histogram(`${commit}_rebalance_duration_seconds`, "Not a phase of this backend.", NEVER_OBSERVED)
    .histogram(`${commit}_spill_duration_seconds`, "Not a phase of this backend.", NEVER_OBSERVED)
    .counter(`${store}_expires_total`, "This server has no v2 store.", 0)
    .counter(`${store}_watch_requests_total`, "This server has no v2 store.", 0)
    .gauge(`${store}_watchers`, "This server has no v2 store.", 0)
    .gauge(`${proxy}_cache_hits_total`, "This is no proxy.", 0)
    .gauge(`${proxy}_cache_keys_total`, "This is no proxy.", 0)
    .gauge(`${proxy}_cache_misses_total`, "This is no proxy.", 0)
    .counter(`${proxy}_events_coalescing_total`, "This is no proxy.", 0)
    .gauge(`${proxy}_watchers_coalescing_total`, "This is no proxy.", 0);
}
