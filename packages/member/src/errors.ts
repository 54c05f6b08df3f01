/**
 * What a request may come to because of the cluster and not because of what it asks: a closed set of codes, each with the sentence
 * that etcd's clients match byte for byte. Which gRPC status belongs to a code is the server's business.
 */
import type { MachineErrorCode } from "@quorate/machine";

/** etcd's sentences by code. */
export const MEMBER_ERROR_TEXTS = {
  NoLeader: "etcdserver: no leader",
  NotLeader: "etcdserver: not leader",
  LeaderChanged: "etcdserver: leader changed",
  Stopped: "etcdserver: server stopped",
  Timeout: "etcdserver: request timed out",
  TimeoutDueToLeaderFail: "etcdserver: request timed out, possibly due to previous leader failure",
  TimeoutDueToConnectionLost: "etcdserver: request timed out, possibly due to connection lost",
  TimeoutWaitAppliedIndex: "etcdserver: request timed out, waiting for the applied index took too long",
  TimeoutLeaderTransfer: "etcdserver: request timed out, leader transfer took too long",
  TooManyRequests: "etcdserver: too many requests",
  RequestTooLarge: "etcdserver: request is too large",
  ProposalDropped: "raft proposal dropped",
  BadLeaderTransferee: "etcdserver: bad leader transferee",
  Unhealthy: "etcdserver: unhealthy cluster",
} as const;

export type MemberErrorCode = keyof typeof MEMBER_ERROR_TEXTS;

/** Everything that a request may fail with. */
export type FailureCode = MachineErrorCode | MemberErrorCode;
