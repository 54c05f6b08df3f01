/** One lease, as the lessor holds it. Only the lessor changes it. */

export type LeaseRecord = {
  /** A signed 64-bit number, never 0. */
  readonly id: bigint;
  /** What was granted, in seconds. */
  readonly ttlSeconds: number;
  /** What the last checkpoint said is left, in seconds; 0: the whole TTL. */
  remainingSeconds: number;
  /** On a lessor that leads: the log says, or may come to say, that less than the whole TTL is left. */
  mayBeCheckpointed: boolean;
  /** When it ends, on the clock of a lessor that leads; without meaning elsewhere. */
  expiryMs: number;
  /** When it is next offered for revocation, should a revocation have got lost; 0 until it has been offered once. */
  offeredMs: number;
  /** False once it is revoked: queues may still hold it. */
  alive: boolean;
  /** Keys that belong to it, as latin1 strings. */
  readonly keys: Set<string>;
};

/** A lease with nothing attached, which does not run yet. */
export function newLeaseRecord(id: bigint, ttlSeconds: number, remainingSeconds: number): LeaseRecord {
  return {
    id,
    ttlSeconds,
    remainingSeconds,
    mayBeCheckpointed: false,
    expiryMs: Number.POSITIVE_INFINITY,
    offeredMs: 0,
    alive: true,
    keys: new Set<string>(),
  };
}
