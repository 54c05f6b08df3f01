/** Public surface of member: one member of the cluster as a pure function of events. Start at member.ts. */
export type { AutoCompactionOptions } from "./auto-compaction.ts";
export { type FailureCode, MEMBER_ERROR_TEXTS, type MemberErrorCode } from "./errors.ts";
export type { Append, Effects, MemberEvent, MembershipChange, Settled } from "./events.ts";
export { Member } from "./member.ts";
export {
  type MemberFigures,
  type MemberOptions,
  type MemberPorts,
  type MemberStart,
  minLeaseTtl,
  requestTimeoutMs,
} from "./member-options.ts";
export { RequestIds } from "./request-ids.ts";
export { v2Document } from "./v2-document.ts";
