/** Public surface of machine: etcd's replicated state machine, over the Backend port. */
export { failureCode, MACHINE_ERROR_TEXTS, MachineError, type MachineErrorCode } from "./errors.ts";
export {
  Lessor,
  type LessorOptions,
  MAX_LEASE_TTL_SECONDS,
  minLeaseTtlSeconds,
  type Renewal,
  type TimeToLive,
} from "./lease/lessor.ts";
export { Cluster, type ConfChangeOutcome, formatConfState } from "./membership/cluster.ts";
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
