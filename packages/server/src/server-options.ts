/** What a server is started with: checked values in plain units. Where they come from (flags, environment, file) is config's business. */
import type { AutoCompactionOptions } from "@quorate/member";
import type { ClusterFlags } from "./bootstrap/plan.ts";

/** Paths of PEM files. */
export type TlsFiles = {
  readonly certFile: string;
  readonly keyFile: string;
  /** Empty where clients need no certificate. */
  readonly trustedCaFile: string;
  readonly clientCertAuth: boolean;
};

export type TlsVersions = {
  /** As node:tls names them. */
  readonly minVersion: "TLSv1.2" | "TLSv1.3";
  readonly maxVersion: "TLSv1.2" | "TLSv1.3" | undefined;
  /** Names as OpenSSL has them; empty for the defaults. */
  readonly ciphers: readonly string[];
};

/** Times in milliseconds, sizes in bytes. Names are the flags'. */
export type ServerOptions = ClusterFlags & {
  readonly dataDir: string;
  /** Empty: inside of the data directory. */
  readonly walDir: string;
  readonly initialClusterState: "new" | "existing";
  readonly forceNewCluster: boolean;
  readonly listenPeerUrls: readonly string[];
  readonly listenClientUrls: readonly string[];
  readonly listenClientHttpUrls: readonly string[];
  readonly listenMetricsUrls: readonly string[];
  readonly advertiseClientUrls: readonly string[];
  readonly heartbeatIntervalMs: number;
  readonly electionTimeoutMs: number;
  readonly initialElectionTickAdvance: boolean;
  readonly preVote: boolean;
  readonly snapshotCount: number;
  readonly snapshotCatchupEntries: number;
  /** Infinity: never purged. */
  readonly maxWals: number;
  /** Infinity: none. */
  readonly quotaBackendBytes: number;
  readonly backendBatchIntervalMs: number;
  readonly backendBatchLimit: number;
  readonly maxTxnOps: number;
  readonly maxRequestBytes: number;
  readonly maxConcurrentStreams: number;
  readonly grpcKeepaliveMinTimeMs: number;
  /** 0: never. */
  readonly grpcKeepaliveIntervalMs: number;
  readonly grpcKeepaliveTimeoutMs: number;
  readonly strictReconfigCheck: boolean;
  readonly maxLearners: number;
  readonly autoCompaction: AutoCompactionOptions;
  readonly watchProgressNotifyIntervalMs: number;
  /** Undefined: checkpoints are off. */
  readonly leaseCheckpointIntervalMs: number | undefined;
  readonly warningApplyDurationMs: number;
  readonly warningUnaryRequestDurationMs: number;
  /** Allowed origins; empty or "*" for all. */
  readonly cors: readonly string[];
  readonly hostWhitelist: readonly string[];
  readonly extensiveMetrics: boolean;
  /** For the metric that names them. */
  readonly features: readonly { readonly name: string; readonly stage: string; readonly isEnabled: boolean }[];
  /** The version that this member claims, N.N.N. */
  readonly advertiseVersion: string;
  readonly clientTls: TlsFiles | undefined;
  readonly peerTls: TlsFiles | undefined;
  readonly tlsVersions: TlsVersions;
};
