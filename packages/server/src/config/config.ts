/**
 * A member's configuration after every rule: what was given, what was derived, checked. Fields carry etcd's names, times are
 * milliseconds, sizes are bytes, and Infinity is "no limit".
 */
import type { LogOptions } from "../log/logger.ts";
import type { FeatureGates } from "./feature-gates.ts";
import type { TlsConfig } from "./tls.ts";
import type { MemberUrl } from "./urls.ts";

export type AutoCompaction =
  | { readonly mode: "off" }
  | { readonly mode: "periodic"; readonly retentionMs: number }
  | { readonly mode: "revision"; readonly retentionRevisions: number };

export type Config = {
  readonly name: string;
  readonly dataDir: string;
  /** Undefined: below the data directory. */
  readonly walDir: string | undefined;
  readonly snapshotCount: number;
  readonly snapshotCatchupEntries: number;
  /** Also the length of a tick. */
  readonly heartbeatIntervalMs: number;
  readonly electionTimeoutMs: number;
  readonly initialElectionTickAdvance: boolean;
  /** Sets of URLs are sorted by text. */
  readonly listenPeerUrls: readonly MemberUrl[];
  readonly listenClientUrls: readonly MemberUrl[];
  /** Not empty: HTTP is served here and no longer at `listenClientUrls`. */
  readonly listenClientHttpUrls: readonly MemberUrl[];
  readonly listenMetricsUrls: readonly MemberUrl[];
  readonly maxSnapshots: number;
  readonly maxWals: number;
  readonly quotaBackendBytes: number;
  readonly backendBatchIntervalMs: number;
  readonly backendBatchLimit: number;
  readonly maxTxnOps: number;
  readonly maxRequestBytes: number;
  readonly maxConcurrentStreams: number;
  readonly grpcKeepaliveMinTimeMs: number;
  /** 0: no pings. */
  readonly grpcKeepaliveIntervalMs: number;
  /** 0: no pings. */
  readonly grpcKeepaliveTimeoutMs: number;
  readonly raftReadTimeoutMs: number;
  readonly raftWriteTimeoutMs: number;
  readonly featureGates: FeatureGates;
  readonly initialAdvertisePeerUrls: readonly MemberUrl[];
  /** By member name. May be empty: a member that has started before needs none. */
  readonly initialCluster: ReadonlyMap<string, readonly MemberUrl[]>;
  readonly initialClusterState: "new" | "existing";
  readonly initialClusterToken: string;
  readonly advertiseClientUrls: readonly MemberUrl[];
  readonly strictReconfigCheck: boolean;
  readonly preVote: boolean;
  readonly autoCompaction: AutoCompaction;
  /** For the https URLs among the client and metrics listeners. */
  readonly clientTls: TlsConfig | undefined;
  readonly peerTls: TlsConfig | undefined;
  readonly peerSkipClientSanVerification: boolean;
  /** Origins, or a lone "*" or "" for all. */
  readonly cors: readonly string[];
  /** Host names; empty, or with "*" among them, for all. */
  readonly hostWhitelist: readonly string[];
  readonly metrics: "basic" | "extensive";
  readonly log: LogOptions;
  readonly warningUnaryRequestDurationMs: number;
  readonly warningApplyDurationMs: number;
  readonly compactionBatchLimit: number;
  readonly compactionSleepIntervalMs: number;
  readonly watchProgressNotifyIntervalMs: number;
  /** 0: no defragmentation on boot. */
  readonly bootstrapDefragThresholdMegabytes: number;
  readonly maxLearners: number;
  readonly forceNewCluster: boolean;
  /** N.N.N, what this member tells peers and clients that it is. */
  readonly advertiseVersion: string;
};
