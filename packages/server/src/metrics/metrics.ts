/**
 * What a server counts: one object, in groups of plain numbers and histograms that whoever does the work writes to directly
 * (`metrics.mvcc.putTotal++`). It knows nothing of where it is written to, nor of text: families.ts turns it into the exposition. What is
 * known elsewhere already, such as an index or a size, is not kept here but read at each scrape (sources.ts).
 */
import { GrpcMetrics } from "./grpc-metrics.ts";
import { exponentialBounds, Histogram } from "./histogram.ts";
import { CheckCounter, LabelledCounter, OperationTimes } from "./labelled.ts";

/** Versions of clients that are told apart; a client sends what it likes. */
const MAX_CLIENT_VERSIONS = 32;
/** Reasons for a refused promotion; they are error texts of ours. */
const MAX_PROMOTE_REASONS = 16;

/** etcd's usual buckets: 1 ms to 8 s. */
const MILLISECONDS_AND_UP = exponentialBounds(0.001, 2, 14);
/** Operations: 0.1 ms to 52 s. */
const OPERATION_BOUNDS = exponentialBounds(0.0001, 2, 20);
const ROUND_TRIP_BOUNDS = exponentialBounds(0.0001, 2, 16);
const TRANSFER_BOUNDS = exponentialBounds(0.1, 2, 10);

/** What is applied or asked for, by the name that etcd's label has. The value is the index that times are observed by. */
export const Operation = {
  Range: 0,
  Put: 1,
  DeleteRange: 2,
  Txn: 3,
  Compaction: 4,
  LeaseGrant: 5,
  LeaseRevoke: 6,
  LeaseCheckpoint: 7,
  Alarm: 8,
  Authenticate: 9,
  AuthEnable: 10,
  AuthDisable: 11,
  AuthStatus: 12,
  AuthUserAdd: 13,
  AuthUserDelete: 14,
  AuthUserChangePassword: 15,
  AuthUserGrantRole: 16,
  AuthUserGet: 17,
  AuthUserRevokeRole: 18,
  AuthUserList: 19,
  AuthRoleAdd: 20,
  AuthRoleDelete: 21,
  AuthRoleGrantPermission: 22,
  AuthRoleGet: 23,
  AuthRoleRevokePermission: 24,
  AuthRoleList: 25,
  ClusterVersionSet: 26,
  ClusterMemberAttrSet: 27,
  DowngradeInfoSet: 28,
  ReadonlyTxn: 29,
} as const;
export type Operation = (typeof Operation)[keyof typeof Operation];

const OPERATIONS = Object.keys(Operation);

class ServerMetrics {
  leaderChangesSeenTotal = 0;
  heartbeatSendFailuresTotal = 0;
  proposalsFailedTotal = 0;
  readIndexesFailedTotal = 0;
  slowReadIndexesTotal = 0;
  slowApplyTotal = 0;
  /** Snapshots of a leader that are being taken over now. */
  snapshotApplyInProgress = 0;
  learnerPromoteSuccesses = 0;
  readonly learnerPromoteFailures: LabelledCounter = new LabelledCounter(MAX_PROMOTE_REASONS);
  /** Time to apply an entry, by operation. */
  readonly applySeconds: OperationTimes = new OperationTimes(OPERATIONS, OPERATION_BOUNDS);
  /** Time to serve a request, by operation. */
  readonly requestSeconds: OperationTimes = new OperationTimes(OPERATIONS, MILLISECONDS_AND_UP);
  readonly rangeSeconds: OperationTimes = new OperationTimes(["Range"], OPERATION_BOUNDS);
  /** gRPC requests and streams by the version that the client says it has; "unknown" if it says none. */
  readonly unaryRequests: LabelledCounter = new LabelledCounter(MAX_CLIENT_VERSIONS);
  readonly streamRequests: LabelledCounter = new LabelledCounter(MAX_CLIENT_VERSIONS);
  readonly watchSendLoop: Histogram = new Histogram(MILLISECONDS_AND_UP);
  readonly watchSendLoopPerEvent: Histogram = new Histogram(MILLISECONDS_AND_UP);
  readonly watchSendLoopControl: Histogram = new Histogram(MILLISECONDS_AND_UP);
  readonly watchSendLoopProgress: Histogram = new Histogram(MILLISECONDS_AND_UP);
}

class HealthMetrics {
  /** Answers of /health. */
  successes = 0;
  failures = 0;
  /** Checks of /livez and /readyz. */
  readonly checks: CheckCounter = new CheckCounter();
}

class DiskMetrics {
  walWriteBytesTotal = 0;
  readonly walFsyncSeconds: Histogram = new Histogram(MILLISECONDS_AND_UP);
  readonly walWriteSeconds: Histogram = new Histogram(MILLISECONDS_AND_UP);
  readonly backendCommitSeconds: Histogram = new Histogram(MILLISECONDS_AND_UP);
  /** The part of a commit that writes pages. */
  readonly backendCommitWriteSeconds: Histogram = new Histogram(MILLISECONDS_AND_UP);
  readonly backendDefragSeconds: Histogram = new Histogram(exponentialBounds(0.1, 2, 13));
  readonly backendSnapshotSeconds: Histogram = new Histogram(exponentialBounds(0.01, 2, 17));
  defragInflight = 0;
  /** Files of raft's snapshots. */
  readonly snapFsyncSeconds: Histogram = new Histogram(MILLISECONDS_AND_UP);
  readonly snapSaveSeconds: Histogram = new Histogram(MILLISECONDS_AND_UP);
  readonly snapMarshalSeconds: Histogram = new Histogram(MILLISECONDS_AND_UP);
  /** Images of the backend that a leader sent. */
  readonly snapDbFsyncSeconds: Histogram = new Histogram(MILLISECONDS_AND_UP);
  readonly snapDbSaveSeconds: Histogram = new Histogram(TRANSFER_BOUNDS);
}

class MvccMetrics {
  rangeTotal = 0;
  putTotal = 0;
  deleteTotal = 0;
  txnTotal = 0;
  /** Keys and values of all puts. */
  putSizeBytesTotal = 0;
  eventsTotal = 0;
  readonly hashSeconds: Histogram = new Histogram(exponentialBounds(0.01, 2, 15));
  readonly hashRevSeconds: Histogram = new Histogram(exponentialBounds(0.01, 2, 15));
  compactedKeysTotal = 0;
  /** Seconds since 1970; 0 before the first. */
  lastCompactionSeconds = 0;
  readonly indexCompactionPauseMs: Histogram = new Histogram(exponentialBounds(0.5, 2, 14));
  readonly compactionPauseMs: Histogram = new Histogram(exponentialBounds(1, 2, 13));
  readonly compactionTotalMs: Histogram = new Histogram(exponentialBounds(100, 2, 14));
}

class LeaseMetrics {
  grantedTotal = 0;
  revokedTotal = 0;
  renewedTotal = 0;
  expiredTotal = 0;
  /** Times to live of the leases that were granted, in seconds. */
  readonly ttlSeconds: Histogram = new Histogram(exponentialBounds(1, 2, 24));
}

/** Traffic with one peer beyond what its connection counts itself. */
export class PeerMetrics {
  disconnectedTotal = 0;
  receiveFailuresTotal = 0;
  readonly roundTripSeconds: Histogram = new Histogram(ROUND_TRIP_BOUNDS);
  snapshotSendSuccesses = 0;
  snapshotSendFailures = 0;
  snapshotSendsInflight = 0;
  readonly snapshotSendSeconds: Histogram = new Histogram(TRANSFER_BOUNDS);
  snapshotReceiveSuccesses = 0;
  snapshotReceiveFailures = 0;
  snapshotReceivesInflight = 0;
  readonly snapshotReceiveSeconds: Histogram = new Histogram(TRANSFER_BOUNDS);
}

class NetworkMetrics {
  clientGrpcReceivedBytesTotal = 0;
  clientGrpcSentBytesTotal = 0;
  /** Streams of clients that broke while this end read or wrote. */
  watchReceiveFailuresTotal = 0;
  watchSendFailuresTotal = 0;
  leaseKeepAliveReceiveFailuresTotal = 0;
  leaseKeepAliveSendFailuresTotal = 0;
  readonly #peers = new Map<bigint, PeerMetrics>();

  /** Those of one member, made when they are first asked for. Members are few; those that left keep theirs, as in etcd. */
  peer(id: bigint): PeerMetrics {
    let peer = this.#peers.get(id);
    if (peer === undefined) {
      peer = new PeerMetrics();
      this.#peers.set(id, peer);
    }
    return peer;
  }

  get peers(): ReadonlyMap<bigint, PeerMetrics> {
    return this.#peers;
  }
}

/** Answers of /metrics itself. */
class ScrapeMetrics {
  successes = 0;
  failures = 0;
  inFlight = 0;
}

export class Metrics {
  readonly server: ServerMetrics = new ServerMetrics();
  readonly health: HealthMetrics = new HealthMetrics();
  readonly disk: DiskMetrics = new DiskMetrics();
  readonly mvcc: MvccMetrics = new MvccMetrics();
  readonly lease: LeaseMetrics = new LeaseMetrics();
  readonly network: NetworkMetrics = new NetworkMetrics();
  readonly scrape: ScrapeMetrics = new ScrapeMetrics();
  readonly grpc: GrpcMetrics;

  constructor(options: { readonly isExtensive: boolean }) {
    this.grpc = new GrpcMetrics(options.isExtensive);
  }
}
