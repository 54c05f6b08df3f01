/** What a member is told when it starts: its options, where it stands, what its host offers; and what raft is told of that. */
import type { HostBackend, Logger, Random } from "@quorate/base";
import { type Machine, minLeaseTtlSeconds } from "@quorate/machine";
import type { ConfState } from "@quorate/proto";
import type { Config, MemoryStorage, Peer } from "@quorate/raft";
import type { AutoCompactionOptions } from "./auto-compaction.ts";

/** Entry bytes in one append, and handed out at once to be applied (etcd: maxSizePerMsg). */
const MAX_SIZE_PER_MESSAGE = 1024 * 1024;
const MAX_INFLIGHT_MESSAGES = 512;
const MAX_UNCOMMITTED_BYTES = 1 << 30;

export type MemberOptions = {
  readonly id: bigint;
  readonly name: string;
  readonly clientUrls: readonly string[];
  /** Milliseconds of a tick, which is a heartbeat interval. */
  readonly tickMs: number;
  readonly electionTicks: number;
  readonly preVote: boolean;
  readonly snapshotCount: number;
  readonly snapshotCatchUpEntries: number;
  readonly maxRequestBytes: number;
  /** Infinity for none. */
  readonly quotaBytes: number;
  /** When the backend commits: after so long, or so many changes. */
  readonly backendBatchMs: number;
  readonly backendBatchLimit: number;
  readonly autoCompaction: AutoCompactionOptions;
  /** Rows that a compaction removes before it pauses, and for how long (etcd: CompactionBatchLimit, CompactionSleepInterval). */
  readonly compactionBatchRows: number;
  readonly compactionPauseMs: number;
  /** Milliseconds since 1970 at the start of the process: for request ids only. */
  readonly startedAtMs: number;
  readonly random: Random;
  readonly logger?: Logger;
};

/** Where a member stands when it starts. */
export type MemberStart = {
  /** What the log on disk held: HardState, snapshot position, entries. */
  readonly log: MemoryStorage;
  readonly machine: Machine;
  readonly backend: HostBackend;
  /** The newest raft snapshot on disk; 0 for none. */
  readonly snapshotIndex: number;
  readonly confState: ConfState;
  /** The first members, where the cluster begins with this start. */
  readonly bootstrap: readonly Peer[] | undefined;
};

/** What the member asks of its host while it steps. */
export type MemberPorts = {
  /** Bytes of the backend as they count against the quota. */
  readonly backendBytes: () => number;
  /** When the connection to a peer came up, on the clock of `step`; undefined while there is none. */
  readonly activeSince: (id: bigint) => number | undefined;
  /** For figures alone, and so without an influence on anything that the member does. They must not throw. */
  readonly figures?: MemberFigures;
};

/** Told of work, so that a host which has a clock can see how long it takes. */
export interface MemberFigures {
  /** A run of committed entries is about to be applied; `applied` follows, unless the member ends. */
  applying(): void;
  applied(entries: number): void;
  /** A compaction has removed everything. */
  compacted(milliseconds: number): void;
}

/** How long a request may take: five seconds and two election timeouts, as etcd. */
export function requestTimeoutMs({ electionTicks, tickMs }: Pick<MemberOptions, "electionTicks" | "tickMs">): number {
  return 5_000 + 2 * electionTicks * tickMs;
}

/** The shortest TTL of a lease at these options. */
export function minLeaseTtl({ electionTicks, tickMs }: Pick<MemberOptions, "electionTicks" | "tickMs">): number {
  return minLeaseTtlSeconds(electionTicks, tickMs);
}

/** @param applied the last entry that the machine holds. */
export function raftConfig(options: MemberOptions, storage: MemoryStorage, applied: number): Config {
  return {
    id: options.id,
    electionTick: options.electionTicks,
    heartbeatTick: 1,
    storage,
    applied,
    asyncStorageWrites: true,
    maxSizePerMsg: MAX_SIZE_PER_MESSAGE,
    maxInflightMsgs: MAX_INFLIGHT_MESSAGES,
    maxUncommittedEntriesSize: MAX_UNCOMMITTED_BYTES,
    checkQuorum: true,
    preVote: options.preVote,
    random: options.random,
    ...(options.logger === undefined ? {} : { logger: options.logger }),
  };
}
