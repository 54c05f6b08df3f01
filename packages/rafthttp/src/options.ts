/** What a transport is made of: options with their defaults, and the ports to raft, to snapshots and to time. */
import type { Logger, TracePoints } from "@quorate/base";
import type { Message } from "@quorate/proto";
import type { RafthttpError } from "./errors.ts";
import type { Identity } from "./headers.ts";

/** What the transport needs of the raft node. etcd's Raft interface. */
export type Raft = {
  /** Takes a message from a peer. Throws to refuse it. Must not block. */
  readonly process: (message: Message) => void;
  readonly isIdRemoved: (id: bigint) => boolean;
  readonly reportUnreachable: (id: bigint) => void;
  readonly reportSnapshot: (id: bigint, status: "finish" | "failure") => void;
};

/** Where the bytes behind a snapshot message go. */
export type SnapshotSink = {
  readonly write: (chunk: Uint8Array) => Promise<void>;
  /** Makes the file durable under its name. */
  readonly commit: () => Promise<void>;
  readonly abort: () => Promise<void>;
};

/** Opens a sink for the backend that belongs to the snapshot at `index`. */
export type SnapshotStore = { readonly openSink: (index: number) => Promise<SnapshotSink> };

export type SecureVersion = "TLSv1.2" | "TLSv1.3";

/** Certificates for peer connections, in PEM. The same pair serves and dials. */
export type TlsOptions = {
  readonly cert: string;
  readonly key: string;
  /** Undefined: the authorities of the system. */
  readonly ca?: string | undefined;
  /** Refuse peers without a certificate of this CA. */
  readonly clientCertAuth: boolean;
  /** Do not compare where a peer comes from with the names in its certificate. */
  readonly skipClientSanVerification?: boolean;
  readonly minVersion?: SecureVersion;
  readonly maxVersion?: SecureVersion | undefined;
  /** OpenSSL's names, joined by ":". */
  readonly ciphers?: string | undefined;
};

/** Every bound and interval of the transport, with etcd's values as defaults. */
export type Limits = {
  /** Messages queued for one stream. */
  readonly streamQueue: number;
  /** Messages received from one peer and not yet processed; proposals have a queue of their own. */
  readonly receiveQueue: number;
  readonly pipelineQueue: number;
  readonly pipelineWorkers: number;
  /** Messages encoded before a stream is flushed, and bytes. */
  readonly flushMessages: number;
  readonly flushBytes: number;
  /** A connection without a byte for this long is given up. */
  readonly readTimeoutMs: number;
  readonly writeTimeoutMs: number;
  readonly linkHeartbeatMs: number;
  /** Least time between two dials of one stream. */
  readonly redialMs: number;
  readonly dialTimeoutMs: number;
  readonly probeMs: number;
  /** Largest message on a stream or in the pipeline. */
  readonly maxMessageBytes: number;
  /** Largest raft message in front of a snapshot's bytes. etcd 3.6's limit. */
  readonly maxSnapshotMessageBytes: number;
};

export const DEFAULT_LIMITS: Limits = {
  streamQueue: 4_096,
  receiveQueue: 4_096,
  pipelineQueue: 64,
  pipelineWorkers: 4,
  flushMessages: 2_048,
  flushBytes: 1024 * 1024,
  readTimeoutMs: 5_000,
  writeTimeoutMs: 5_000,
  linkHeartbeatMs: 5_000 / 3,
  redialMs: 100,
  dialTimeoutMs: 2_000,
  probeMs: 4_000,
  maxMessageBytes: 512 * 1024 * 1024,
  maxSnapshotMessageBytes: 64 * 1024 * 1024,
};

export type TransportOptions = {
  readonly identity: Identity;
  readonly tls?: TlsOptions;
  readonly limits?: Partial<Limits>;
};

/** Told what PeerStats cannot hold: durations, in seconds, for metrics. It must not throw, and decides nothing. */
export interface PeerObserver {
  roundTrip(peer: bigint, seconds: number): void;
  /** Each start has its end. */
  snapshotStarted(peer: bigint, direction: "send" | "receive"): void;
  snapshotEnded(peer: bigint, direction: "send" | "receive", isWhole: boolean, seconds: number): void;
}

export const silentObserver: PeerObserver = { roundTrip() {}, snapshotStarted() {}, snapshotEnded() {} };

export type TransportDeps = {
  readonly raft: Raft;
  /** Without one, bytes behind a snapshot message are refused. */
  readonly snapshots?: SnapshotStore;
  readonly logger: Logger;
  readonly trace?: TracePoints;
  readonly observer?: PeerObserver;
  /** This member was removed from the cluster: the process decides how to stop. */
  readonly onRemoved: (error: RafthttpError) => void;
};

/** Counters of one peer; plain numbers, read at will. */
export type PeerStats = {
  sentMessages: number;
  sentBytes: number;
  receivedMessages: number;
  receivedBytes: number;
  dropped: number;
  /** Dials, streams and posts that failed, together; and those of either direction. */
  failures: number;
  sendFailures: number;
  receiveFailures: number;
  /** How often an active peer became inactive. */
  disconnects: number;
  /** Last round trip of the prober, in milliseconds. */
  roundTripMs: number;
};

export function newPeerStats(): PeerStats {
  return {
    sentMessages: 0,
    sentBytes: 0,
    receivedMessages: 0,
    receivedBytes: 0,
    dropped: 0,
    failures: 0,
    sendFailures: 0,
    receiveFailures: 0,
    disconnects: 0,
    roundTripMs: 0,
  };
}
