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
