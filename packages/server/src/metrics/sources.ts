/** What metrics need to ask of a server at a scrape: a port of functions that answer at once, from memory. */

export type PeerFigures = {
  readonly id: bigint;
  readonly isActive: boolean;
  /** As the transport counts them. */
  readonly stats: {
    readonly sentBytes: number;
    readonly receivedBytes: number;
    readonly dropped: number;
    readonly sendFailures: number;
  };
};

export type FeatureGate = { readonly name: string; readonly stage: string; readonly isEnabled: boolean };

export interface MetricsSources {
  readonly memberId: bigint;
  /** The version that the server claims, N.N.N. */
  readonly serverVersion: string;
  /** N.N; undefined while the cluster has not decided. */
  clusterVersion(): string | undefined;
  features(): readonly FeatureGate[];

  hasLeader(): boolean;
  isLeader(): boolean;
  isLearner(): boolean;
  appliedIndex(): number;
  committedIndex(): number;
  pendingProposals(): number;
  /** Alarm names as in the API: NOSPACE, CORRUPT. */
  alarms(): readonly { readonly memberId: bigint; readonly alarm: string }[];
  authRevision(): number;

  /** Bytes; what is in force, after the default was put in. */
  quotaBytes(): number;
  backendSizeBytes(): number;
  backendSizeInUseBytes(): number;
  openReadTransactions(): number;

  currentRevision(): number;
  compactRevision(): number;
  keyCount(): number;

  watchStreams(): number;
  watchers(): number;
  /** Watchers that are behind the store. */
  slowWatchers(): number;
  /** Events that found no room yet. */
  pendingEvents(): number;

  /** Every member but this one. */
  peers(): readonly PeerFigures[];
}

/** What the operating system says of this process; undefined where it does not say. */
export type ProcessFigures = {
  readonly runtimeVersion: string;
  readonly cpuSeconds: number;
  /** Since 1970. */
  readonly startTimeSeconds: number;
  readonly residentBytes: number;
  readonly virtualBytes: number | undefined;
  readonly virtualMaxBytes: number | undefined;
  readonly openFds: number | undefined;
  readonly maxFds: number | undefined;
  readonly networkReceivedBytes: number | undefined;
  readonly networkSentBytes: number | undefined;
  readonly eventLoopDelay: EventLoopDelay;
};

/** How late the event loop was, in seconds. Quantiles are of the last minutes, sum and count of the whole time. */
export type EventLoopDelay = {
  readonly quantiles: readonly { readonly quantile: number; readonly seconds: number }[];
  readonly sum: number;
  readonly count: number;
};
