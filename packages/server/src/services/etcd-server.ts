/**
 * What the services need of the member that they speak for. The one implementation is put together in node-server.ts; tests of a
 * service run against that, or against a member in memory. Callbacks are called once, in a later turn or at once.
 */
import type { AppliedPosition } from "@quorate/base";
import type { Machine } from "@quorate/machine";
import type { FailureCode, Settled } from "@quorate/member";
import type { WatchableStore } from "@quorate/mvcc";
import type { ConfChange, InternalRaftRequestBody } from "@quorate/proto";

export type { Settled } from "@quorate/member";

/** How a wait ended: undefined when all is well. */
export type Confirmed = (failure: FailureCode | undefined) => void;

/** Bounds and switches that requests are judged by. Sizes in bytes, times in milliseconds. */
export type ServiceLimits = {
  readonly maxRequestBytes: number;
  readonly maxTxnOps: number;
  /** Infinity for none. */
  readonly quotaBytes: number;
  readonly watchProgressNotifyMs: number;
  readonly strictReconfigCheck: boolean;
  readonly requestTimeoutMs: number;
  readonly electionTimeoutMs: number;
};

/** Where raft stands. Live: read it when it is needed. */
export interface RaftView {
  readonly term: number;
  /** 0n for none. */
  readonly lead: bigint;
  readonly isLeader: boolean;
  readonly commitIndex: number;
  readonly appliedIndex: number;
}

/** An answer of another member's peer port. */
export type PeerAnswer = { readonly status: number; readonly body: Uint8Array };

/** The backend as a file: its exact length, then its bytes. Not iterated to the end, it is given up by `return`. */
export type ImageExport = { readonly byteLength: number; readonly chunks: AsyncIterable<Uint8Array> };

export interface EtcdServer {
  readonly clusterId: bigint;
  readonly memberId: bigint;
  /** The version that this member claims, N.N.N. */
  readonly version: string;
  readonly limits: ServiceLimits;
  readonly raft: RaftView;
  /** The machine and its parts: store, lessor, cluster, alarms. Another one after a snapshot was installed: do not keep it. */
  readonly machine: Machine;
  /** Watches; goes on over a snapshot. */
  readonly watchable: WatchableStore;
  /** Bytes of the backend, in all and in use. */
  readonly backendSize: { readonly sizeBytes: number; readonly sizeInUseBytes: number };
  /** Too little room is left on the disk for anything that grows. */
  readonly isDiskLow: boolean;
  /** Monotonic milliseconds. */
  now(): number;
  /** A fresh request id (etcd's idutil). */
  nextId(): bigint;
  /** Sends a request through the log. Its bytes are encoded before this returns. */
  propose(body: InternalRaftRequestBody, settle: (settled: Settled) => void): void;
  /** `propose` for a put that is encoded already, in the form of the codec: what most requests are. The bytes are copied. */
  proposePut(request: Uint8Array, settle: (settled: Settled) => void): void;
  /** Calls back once the local store holds everything that was committed when this was called: a linearizable read may go on. */
  confirmRead(confirmed: Confirmed): void;
  /** Sends a change of membership through the log; a change that is refused when it is applied comes back as its code. */
  changeMembership(change: ConfChange, confirmed: Confirmed): void;
  /** Hands leadership over; calls back when the target leads, or with what went wrong. */
  moveLeader(target: bigint, confirmed: Confirmed): void;
  /** Calls back once everything that is committed now is applied here, or with `TimeoutWaitAppliedIndex`. */
  whenApplied(timeoutMs: number, confirmed: Confirmed): void;
  /** Progress of a learner in the leader's eyes: its match index and the leader's own. Undefined where this member does not lead. */
  learnerProgress(id: bigint): { readonly match: number; readonly leaderMatch: number } | undefined;
  /** When the connection to a peer came up, on the clock of `now`; undefined while there is none. */
  activeSince(id: bigint): number | undefined;
  /** A request to the peer port of the leader; undefined where there is no leader, or it did not answer in time. */
  askLeader(
    request: { readonly path: string; readonly contentType: string; readonly body: Uint8Array },
    answer: (answer: PeerAnswer | undefined) => void,
  ): void;
  /** Reclaims the backend's free space beside reads and writes. */
  defragment(): Promise<void>;
  /** The image of one applied index. Reads what is committed by the backend, after a commit of everything applied. */
  exportImage(): Promise<ImageExport>;
  /** etcd's hash over all buckets, in slices. */
  hashBackend(): Promise<{ readonly hash: number; readonly at: AppliedPosition }>;
  /** Runs work in slices between turns until `step` says that it is done. */
  slice(step: () => boolean): Promise<void>;
  /** Ends when the member stops. */
  readonly stopped: Promise<void>;
}
