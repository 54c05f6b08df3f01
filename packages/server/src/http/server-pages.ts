/**
 * What the pages need of the server that they speak for. Ids are bigints; a failure is a code, whose sentence the pages know. Callbacks come
 * once, at once or in a later turn, and always: the server puts a deadline on each.
 */
import type { Member } from "@quorate/machine";
import { MACHINE_ERROR_TEXTS } from "@quorate/machine";
import { type FailureCode, MEMBER_ERROR_TEXTS } from "@quorate/member";

export type Alarm = { readonly memberId: bigint; readonly alarm: string };

/** How a read went: undefined when all is well. */
export type ReadDone = (failure: FailureCode | undefined) => void;

export type HashedRevision = {
  /** The store's revision now. */
  readonly revision: number;
  readonly hash: number;
  /** -1 while nothing was compacted. */
  readonly compactRevision: number;
  /** Undefined for a server that claims 3.5. */
  readonly hashRevision: number | undefined;
};

export type HashResult =
  | { readonly kind: "hashed"; readonly hashed: HashedRevision }
  | { readonly kind: "failed"; readonly code: FailureCode };

export type RenewResult = { readonly kind: "renewed"; readonly ttlSeconds: number } | LeaseFailure;

export type TimeToLiveResult =
  | {
      readonly kind: "alive";
      readonly ttlSeconds: number;
      readonly grantedSeconds: number;
      readonly keys: readonly Uint8Array[];
    }
  | LeaseFailure;

/** `late`: what is committed was not applied within a second. `demoted`: this member does not lead, or no longer. */
export type LeaseFailure = { readonly kind: "missing" | "late" | "demoted" };

export type PromoteResult = { readonly kind: "promoted" } | { readonly kind: "failed"; readonly code: FailureCode };

export type DowngradeResult =
  | { readonly kind: "read"; readonly isEnabled: boolean }
  | { readonly kind: "failed"; readonly code: FailureCode };

/** Where raft stands, for /debug/vars. `raftState` as raft prints it: StateLeader, StateFollower... */
export type RaftStatus = {
  readonly id: bigint;
  readonly term: number;
  readonly vote: bigint;
  readonly commit: number;
  readonly lead: bigint;
  readonly raftState: string;
  readonly applied: number;
  /** Empty unless this member leads. */
  readonly progress: ReadonlyMap<bigint, { readonly match: number; readonly next: number; readonly state: string }>;
  readonly leadTransferee: bigint;
};

export interface ServerPages {
  readonly clusterId: bigint;
  /** The version that the server claims, N.N.N. */
  readonly serverVersion: string;
  readonly commandLine: readonly string[];
  /** N.N.N; undefined while the cluster has not decided. */
  clusterVersion(): string | undefined;
  /** N.N.N for servers that claim 3.6 or later; undefined leaves it out. */
  storageVersion(): string | undefined;
  hasLeader(): boolean;
  isLearner(): boolean;
  alarms(): readonly Alarm[];
  /** All members, by id. */
  members(): readonly Member[];
  raftStatus(): RaftStatus;
  /** A read of the local store, as root. */
  serializableRead(done: ReadDone): void;
  linearizableRead(done: ReadDone): void;
  /** The text of /metrics. */
  metricsText(): string;
  /** Makes a voter of a learner. @param token of the caller, out of the Authorization header. */
  promote(id: bigint, token: string | undefined, done: (result: PromoteResult) => void): void;
  /** Hashes the store at `revision`; 0 and less is the current one. */
  hashKv(revision: number, done: (result: HashResult) => void): void;
  renewLease(id: bigint, done: (result: RenewResult) => void): void;
  leaseTimeToLive(id: bigint, wantsKeys: boolean, done: (result: TimeToLiveResult) => void): void;
  downgradeEnabled(done: (result: DowngradeResult) => void): void;
}

const TEXTS: Readonly<Record<FailureCode, string>> = { ...MACHINE_ERROR_TEXTS, ...MEMBER_ERROR_TEXTS };

/** etcd's sentence for a failure. */
export function failureText(code: FailureCode): string {
  return TEXTS[code];
}
