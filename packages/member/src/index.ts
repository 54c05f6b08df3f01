/** Public surface of member: one member of the cluster as a pure function of events. */
export { type FailureCode, MEMBER_ERROR_TEXTS, type MemberErrorCode } from "./errors.ts";
