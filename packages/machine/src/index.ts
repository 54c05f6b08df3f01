/** Public surface of machine: etcd's replicated state machine, over the Backend port. */

export { Alarms } from "./alarms.ts";
export {
  type Applied,
  type ApplyOptions,
  Machine,
  type MachineParts,
  type NormalEntry,
  type Outcome,
} from "./apply.ts";
export { openAuthRevision } from "./auth-revision.ts";
export { failureCode, MACHINE_ERROR_TEXTS, MachineError, type MachineErrorCode } from "./errors.ts";
export { checkDeleteRange, checkPut, checkRange, checkTxn } from "./kv/check.ts";
export { readRange } from "./kv/kv.ts";
export {
  type DeleteRangeOutcome,
  type OpOutcome,
  type PutOutcome,
  type RangeOutcome,
  type TxnOutcome,
  toDeleteRangeResponse,
  toPutResponse,
  toRangeResponse,
  toTxnResponse,
} from "./kv/outcome.ts";
export { isReadOnlyTxn, isSerializableTxn, preflightTxn, readTxn } from "./kv/txn.ts";
export {
  type LeaseCounts,
  Lessor,
  type LessorOptions,
  MAX_LEASE_TTL_SECONDS,
  minLeaseTtlSeconds,
  type Renewal,
  type TimeToLive,
} from "./lease/lessor.ts";
export { Cluster, type ConfChangeOutcome } from "./membership/cluster.ts";
export { formatConfState, parseConfState } from "./membership/conf-state.ts";
export { addedMemberId, bootstrapMemberId, clusterId, type Sha1 } from "./membership/ids.ts";
export {
  type ConfChangeContext,
  decodeContext,
  encodeContext,
  encodeMember,
  formatMember,
  isStarted,
  type Member,
  newMember,
} from "./membership/member.ts";
export { type CheckedChange, checkPeerUrls, mayAddVoter, mayPromote, mayRemove } from "./membership/validate.ts";
export {
  compareMinor,
  decideClusterVersion,
  formatVersion,
  MIN_CLUSTER_VERSION,
  mayServe,
  parseVersion,
  type Version,
  type VersionDecision,
} from "./membership/version.ts";
export { fitsQuota, putCost, quotaCost, txnCost } from "./quota.ts";
