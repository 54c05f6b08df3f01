/**
 * What a failed request looks like to a client: one table from codes to gRPC statuses. Clients match the sentence byte for byte and
 * etcd's own go by it alone, so sentences are never made up on the way.
 */
import { type ServerCall, type Status, StatusCode } from "@quorate/grpc";
import { MACHINE_ERROR_TEXTS } from "@quorate/machine";
import { type FailureCode, MEMBER_ERROR_TEXTS } from "@quorate/member";

/** What only the services can find wrong, with etcd's sentences. */
const SERVICE_ERROR_TEXTS = {
  InvalidClientAPIVersion: "etcdserver: invalid client api version",
  NotSupportedForLearner: "etcdserver: rpc not supported for learner",
  NotCapable: "etcdserver: not capable",
  NotPrimary: "not a primary lessor",
  RangeStreamSort: "RangeStream does not support custom sort orders",
  RangeStreamFilter: "RangeStream does not support revision filters",
  UnknownMethod: "etcdserver: unknown method",
  WrongDowngradeVersion: "etcdserver: wrong downgrade target version format",
  InvalidDowngradeTarget: "etcdserver: invalid downgrade target version",
  ClusterVersionUnavailable: "etcdserver: cluster version not found during downgrade",
  DowngradeInProcess: "etcdserver: cluster has a downgrade job in progress",
  NoInflightDowngrade: "etcdserver: no inflight downgrade job",
  UnknownService: "unknown service",
} as const;

/** Everything that a service may answer with instead of a response. */
export type ServiceErrorCode = FailureCode | keyof typeof SERVICE_ERROR_TEXTS;

const { InvalidArgument, NotFound, ResourceExhausted, FailedPrecondition, OutOfRange } = StatusCode;
const { Unimplemented, Unavailable, DataLoss, Unknown } = StatusCode;

const STATUS_CODES: Readonly<Record<ServiceErrorCode, StatusCode>> = {
  EmptyKey: InvalidArgument,
  KeyNotFound: InvalidArgument,
  ValueProvided: InvalidArgument,
  LeaseProvided: InvalidArgument,
  TooManyOps: InvalidArgument,
  DuplicateKey: InvalidArgument,
  InvalidSortOption: InvalidArgument,
  InvalidClientAPIVersion: InvalidArgument,
  Compacted: OutOfRange,
  FutureRev: OutOfRange,
  NoSpace: ResourceExhausted,
  LeaseNotFound: NotFound,
  LeaseExist: FailedPrecondition,
  LeaseTTLTooLarge: OutOfRange,
  MemberExist: FailedPrecondition,
  PeerURLExist: FailedPrecondition,
  // The reference names a status for it and sends another: an error that was made for clients gets lost on its way out.
  MemberNotEnoughStarted: Unknown,
  MemberBadURLs: InvalidArgument,
  MemberNotFound: NotFound,
  MemberNotLearner: FailedPrecondition,
  LearnerNotReady: FailedPrecondition,
  TooManyLearners: FailedPrecondition,
  Corrupt: DataLoss,
  NoLeader: Unavailable,
  NotLeader: FailedPrecondition,
  LeaderChanged: Unavailable,
  NotCapable: FailedPrecondition,
  Stopped: Unavailable,
  Timeout: Unavailable,
  TimeoutDueToLeaderFail: Unavailable,
  TimeoutDueToConnectionLost: Unavailable,
  TimeoutWaitAppliedIndex: Unavailable,
  TimeoutLeaderTransfer: Unknown,
  // As MemberNotEnoughStarted.
  TooManyRequests: Unknown,
  RequestTooLarge: InvalidArgument,
  ProposalDropped: Unknown,
  BadLeaderTransferee: FailedPrecondition,
  Unhealthy: Unavailable,
  // FailedPrecondition from 3.6 on: a client of 3.5 goes on to the next endpoint for this one.
  NotSupportedForLearner: Unavailable,
  NotPrimary: Unknown,
  RangeStreamSort: Unimplemented,
  RangeStreamFilter: Unimplemented,
  UnknownMethod: Unknown,
  WrongDowngradeVersion: InvalidArgument,
  InvalidDowngradeTarget: InvalidArgument,
  ClusterVersionUnavailable: FailedPrecondition,
  DowngradeInProcess: FailedPrecondition,
  NoInflightDowngrade: FailedPrecondition,
  UnknownService: NotFound,
};

const TEXTS: Readonly<Record<ServiceErrorCode, string>> = {
  ...MACHINE_ERROR_TEXTS,
  ...MEMBER_ERROR_TEXTS,
  ...SERVICE_ERROR_TEXTS,
};

/** The status that stands for a code. */
export function statusOf(code: ServiceErrorCode): Status {
  return { code: STATUS_CODES[code], message: TEXTS[code] };
}

/** Ends a call with the status of a code. */
export function failCall<Req, Res>(call: ServerCall<Req, Res>, code: ServiceErrorCode): void {
  call.fail(STATUS_CODES[code], TEXTS[code]);
}
