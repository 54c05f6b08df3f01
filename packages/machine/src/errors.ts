/**
 * What a request may come to instead of a result: one error class with a closed set of codes, each with the sentence that etcd's
 * clients match byte for byte. Which gRPC status belongs to a code is the server's business.
 */
import { CodedError } from "@quorate/base";
import type { MvccErrorCode } from "@quorate/mvcc";

/** etcd's sentences by code. */
export const MACHINE_ERROR_TEXTS = {
  EmptyKey: "etcdserver: key is not provided",
  KeyNotFound: "etcdserver: key not found",
  ValueProvided: "etcdserver: value is provided",
  LeaseProvided: "etcdserver: lease is provided",
  TooManyOps: "etcdserver: too many operations in txn request",
  DuplicateKey: "etcdserver: duplicate key given in txn request",
  InvalidSortOption: "etcdserver: invalid sort option",
  Compacted: "etcdserver: mvcc: required revision has been compacted",
  FutureRev: "etcdserver: mvcc: required revision is a future revision",
  NoSpace: "etcdserver: mvcc: database space exceeded",
  LeaseNotFound: "etcdserver: requested lease not found",
  LeaseExist: "etcdserver: lease already exists",
  LeaseTTLTooLarge: "etcdserver: too large lease TTL",
  MemberExist: "etcdserver: member ID already exist",
  PeerURLExist: "etcdserver: Peer URLs already exists",
  MemberNotEnoughStarted: "etcdserver: re-configuration failed due to not enough started members",
  MemberBadURLs: "etcdserver: given member URLs are invalid",
  MemberNotFound: "etcdserver: member not found",
  MemberNotLearner: "etcdserver: can only promote a learner member",
  LearnerNotReady: "etcdserver: can only promote a learner member which is in sync with leader",
  TooManyLearners: "etcdserver: too many learner members in cluster",
  Corrupt: "etcdserver: corrupt cluster",
} as const;

export type MachineErrorCode = keyof typeof MACHINE_ERROR_TEXTS;

/** An expected failure: the request had no effect. Compare `code`. */
export class MachineError extends CodedError<{ readonly code: MachineErrorCode }> {
  override readonly name = "MachineError";

  constructor(code: MachineErrorCode, cause?: unknown) {
    super(MACHINE_ERROR_TEXTS[code], { code }, cause);
  }
}

/** The code of an expected failure; undefined for anything else, which stops the member. */
export function failureCode(error: unknown): MachineErrorCode | undefined {
  if (!(error instanceof CodedError)) return undefined;
  if (error.name === "MachineError") return (error as MachineError).code;
  if (error.name === "MvccError") return mvccFailure(error.code as MvccErrorCode);
  return undefined;
}

function mvccFailure(code: MvccErrorCode): MachineErrorCode | undefined {
  // Rows that contradict each other are no outcome of a request: they stop the member.
  return code === "Corrupt" ? undefined : code;
}
