/**
 * Leases: who has one, how long it lasts, which keys go with it. Grant, revoke, checkpoint and attachment are replicated and the same
 * on every member; only the leader's lessor ("primary") lets time run, and it never deletes anything: it names leases that have
 * expired, and revocation goes through the log.
 *
 *     grant --> runs on the primary --expired--> offered --revoke in the log--> gone
 *                     ^  |                          |
 *                     +--+ renew                    +-- offered again after 3 s, if the revocation got lost
 *
 * A new primary gives every lease its whole TTL (or what the last checkpoint left) and one election timeout on top, because it
 * cannot know what the old one had renewed.
 */
import { assert, type Backend, bytesFromLatin1, compareIds, flatLatin1 } from "@quorate/base";
import type { LeaseAttachments } from "@quorate/mvcc";
import { decodeLease, encodeLease, type LeaseCheckpoint } from "@quorate/proto";
import { MachineError } from "../errors.ts";
import { leaseKey } from "../schema.ts";
import { type LeaseRecord, newLeaseRecord } from "./lease.ts";
import { LeaseClock } from "./lease-clock.ts";
import { LeaseHeap } from "./lease-heap.ts";

/** The longest TTL, in seconds (etcd's MaxLeaseTTL). */
export const MAX_LEASE_TTL_SECONDS = 9_000_000_000;
/** A lease that was offered for revocation and is still there is offered again after this time. */
const OFFER_AGAIN_MS = 3_000;
const MS = 1000;

/** What is counted for metrics; it decides nothing. Shared by all lessors of a member. */
export type LeaseCounts = {
  grantedTotal: number;
  revokedTotal: number;
  /** As leader. */
  renewedTotal: number;
  /** Offered for revocation by this member as leader. */
  expiredTotal: number;
  /** Effective TTLs of leases that were granted, in seconds. */
  readonly ttlSeconds: { observe(seconds: number): void };
};

export function newLeaseCounts(): LeaseCounts {
  return { grantedTotal: 0, revokedTotal: 0, renewedTotal: 0, expiredTotal: 0, ttlSeconds: { observe() {} } };
}

export type LessorOptions = {
  /** Shorter TTLs are raised to this. */
  readonly minTtlSeconds: number;
  /** How late the host may look at the clock without losing lease time; three heartbeats. */
  readonly maxClockStepMs: number;
  /** How often what is left of long leases is written to the log; undefined: never (etcd's default). */
  readonly checkpointIntervalMs: number | undefined;
  /** Checkpoints are written to the backend whatever the cluster's version is. Must be the same on all members. */
  readonly persistsCheckpoints?: boolean;
  readonly counts?: LeaseCounts;
};

/** etcd's minimum: one and a half election timeouts, in whole seconds. */
export function minLeaseTtlSeconds(electionTicks: number, heartbeatMs: number): number {
  return Math.ceil((Math.floor((3 * electionTicks) / 2) * heartbeatMs) / MS);
}

export type Renewal = {
  readonly ttlSeconds: number;
  /** A checkpoint says, or may soon, that less is left: the log should be told that the whole TTL is back. */
  readonly clearsCheckpoint: boolean;
};

export type TimeToLive = { readonly ttlSeconds: number; readonly grantedSeconds: number };

export class Lessor implements LeaseAttachments {
  readonly #backend: Backend;
  readonly #options: LessorOptions;
  readonly #counts: LeaseCounts;
  readonly #clock: LeaseClock;
  readonly #leases: Map<bigint, LeaseRecord> = new Map<bigint, LeaseRecord>();
  /** The lease of each key that has one. Invariant: key is in its lease's `keys`. */
  readonly #ownerOf: Map<string, LeaseRecord> = new Map<string, LeaseRecord>();
  readonly #expiries: LeaseHeap = new LeaseHeap();
  readonly #checkpoints: LeaseHeap = new LeaseHeap();
  #primary = false;

  /** Reads the leases of the backend; their keys come through `setLease` when the keyspace is restored. */
  constructor(backend: Backend, options: LessorOptions) {
    this.#backend = backend;
    this.#options = options;
    this.#counts = options.counts ?? newLeaseCounts();
    this.#clock = new LeaseClock(options.maxClockStepMs);
    backend.range("lease", new Uint8Array(0), undefined, (_key, value) => {
      const { ID, TTL, RemainingTTL } = decodeLease(value);
      this.#leases.set(ID, newLeaseRecord(ID, Math.max(TTL, options.minTtlSeconds), RemainingTTL));
      return true;
    });
  }

  get size(): number {
    return this.#leases.size;
  }

  /** Whether this member leads, and so lets leases run. */
  get isPrimary(): boolean {
    return this.#primary;
  }

  has(id: bigint): boolean {
    return this.#leases.has(id);
  }

  /**
   * Grants a lease and gives back its effective TTL. @param id 0n is none: the proposer draws one.
   * @throws MachineError `LeaseNotFound` for id 0, `LeaseTTLTooLarge`, `LeaseExist`.
   */
  grant(id: bigint, ttlSeconds: number): number {
    if (id === 0n) throw new MachineError("LeaseNotFound");
    if (ttlSeconds > MAX_LEASE_TTL_SECONDS) throw new MachineError("LeaseTTLTooLarge");
    if (this.#leases.has(id)) throw new MachineError("LeaseExist");
    const lease = newLeaseRecord(id, Math.max(ttlSeconds, this.#options.minTtlSeconds), 0);
    this.#leases.set(id, lease);
    this.#save(lease);
    if (this.#primary) this.#run(lease);
    this.#counts.grantedTotal++;
    this.#counts.ttlSeconds.observe(lease.ttlSeconds);
    return lease.ttlSeconds;
  }

  /**
   * Forgets a lease. Its keys must have been deleted, which detached them.
   * @throws MachineError `LeaseNotFound`.
   */
  remove(id: bigint): void {
    const lease = this.#find(id);
    assert(lease.keys.size === 0, "the keys of a lease go before it");
    lease.alive = false;
    this.#leases.delete(id);
    this.#backend.delete("lease", leaseKey(id));
    this.#counts.revokedTotal++;
    this.#expiries.sweep(this.#leases.size);
    this.#checkpoints.sweep(this.#leases.size);
  }

  /** The keys of a lease in byte order. @throws MachineError `LeaseNotFound`. */
  keysOf(id: bigint): Uint8Array[] {
    return [...this.#find(id).keys].sort(compareLatin1).map(bytesFromLatin1);
  }

  /** The lease of a key, 0n for none. */
  leaseOf(key: string): bigint {
    return this.#ownerOf.get(key)?.id ?? 0n;
  }

  setLease(key: string, id: bigint): void {
    if (id === 0n && this.#ownerOf.size === 0) return;
    const owner = this.#ownerOf.get(key);
    // A row may name a lease that this member does not know, as after a restore of a damaged image: the key then has none, as in etcd.
    const lease = id === 0n ? undefined : this.#leases.get(id);
    if (owner === lease) return;
    owner?.keys.delete(key);
    if (lease === undefined) {
      this.#ownerOf.delete(key);
      return;
    }
    const kept = flatLatin1(key);
    lease.keys.add(kept);
    this.#ownerOf.set(kept, lease);
  }

  /**
   * What a checkpoint of the log says is left of a lease; an unknown lease is passed over.
   * @param persist write it to the backend too, which etcd does from cluster version 3.6 on, and earlier where that was asked for.
   */
  checkpoint({ ID, remainingTTL }: LeaseCheckpoint, persist: boolean): void {
    const lease = this.#leases.get(ID);
    if (lease === undefined) return;
    lease.remainingSeconds = remainingTTL;
    if (remainingTTL === 0) lease.mayBeCheckpointed = false;
    if (persist || this.#options.persistsCheckpoints) this.#save(lease);
  }

  /** This member leads now. @param extendMs added to every lease: one election timeout. */
  promote(extendMs: number): void {
    this.#primary = true;
    const interval = this.#options.checkpointIntervalMs;
    const now = this.#clock.nowMs;
    const running = [...this.#leases.values()];
    for (const lease of running) startLease(lease, now + extendMs);
    this.#expiries.refill(running, ({ expiryMs }) => expiryMs);
    const long = interval === undefined ? [] : running.filter(({ ttlSeconds }) => ttlSeconds * MS > interval);
    this.#checkpoints.refill(long, () => now + (interval ?? 0));
  }

  /** This member leads no more: nothing expires here. */
  demote(): void {
    this.#primary = false;
    this.#expiries.clear();
    this.#checkpoints.clear();
  }

  /** Tells the host's monotonic time. False where the host was late; that time does not count. */
  advance(hostMs: number): boolean {
    return this.#clock.advance(hostMs);
  }

  /**
   * Starts a lease anew, on the primary. Undefined where there is none or it has expired: then it may be on its way out.
   * The caller has confirmed that this member still leads.
   */
  renew(id: bigint): Renewal | undefined {
    assert(this.#primary, "only the primary renews");
    const lease = this.#leases.get(id);
    if (lease === undefined || lease.expiryMs <= this.#clock.nowMs) return undefined;
    this.#counts.renewedTotal++;
    // A checkpoint may be on its way: applied after this, it would have the next leader cut short what is given now.
    const clearsCheckpoint = lease.remainingSeconds > 0 || lease.mayBeCheckpointed;
    lease.mayBeCheckpointed = clearsCheckpoint;
    lease.remainingSeconds = 0;
    // Never sooner than it would have ended: a new primary had extended it, and no queue may hold a lease for too long.
    lease.expiryMs = Math.max(lease.expiryMs, this.#clock.nowMs + lease.ttlSeconds * MS);
    return { ttlSeconds: lease.ttlSeconds, clearsCheckpoint };
  }

  /** What is left of a lease in whole seconds, on the primary; undefined where there is none. */
  timeToLive(id: bigint): TimeToLive | undefined {
    assert(this.#primary, "only the primary knows what is left");
    const lease = this.#leases.get(id);
    if (lease === undefined) return undefined;
    const left = Math.floor((lease.expiryMs - this.#clock.nowMs) / MS);
    return { ttlSeconds: Math.max(0, left), grantedSeconds: lease.ttlSeconds };
  }

  /** All ids, on the primary those that expire first before the others. */
  list(): bigint[] {
    if (!this.#primary) return [...this.#leases.keys()].sort(compareIds);
    const order = (a: LeaseRecord, b: LeaseRecord): number =>
      a.expiryMs === b.expiryMs ? (a.id < b.id ? -1 : 1) : a.expiryMs < b.expiryMs ? -1 : 1;
    return [...this.#leases.values()].sort(order).map(({ id }) => id);
  }

  /** Up to `limit` leases that have expired and should be revoked through the log. Looks at no more than twice as many. */
  expired(limit: number): bigint[] {
    const found: bigint[] = [];
    if (!this.#primary) return found;
    const now = this.#clock.nowMs;
    for (let looks = 2 * limit; looks > 0 && found.length < limit; looks--) {
      const lease = this.#expiries.pop(now);
      if (lease === undefined) break;
      if (!lease.alive) continue;
      const due = Math.max(lease.expiryMs, lease.offeredMs);
      if (due > now) {
        this.#expiries.push(lease, due);
        continue;
      }
      found.push(lease.id);
      this.#counts.expiredTotal++;
      lease.offeredMs = now + OFFER_AGAIN_MS;
      this.#expiries.push(lease, lease.offeredMs);
    }
    return found;
  }

  /** Up to `limit` checkpoints that should go through the log: what is left of leases that run for long. */
  checkpointsDue(limit: number): LeaseCheckpoint[] {
    const found: LeaseCheckpoint[] = [];
    const interval = this.#options.checkpointIntervalMs;
    if (!this.#primary || interval === undefined) return found;
    const now = this.#clock.nowMs;
    for (let looks = 2 * limit; looks > 0 && found.length < limit; looks--) {
      const lease = this.#checkpoints.pop(now);
      if (lease === undefined) break;
      if (!lease.alive || lease.expiryMs <= now) continue;
      const remainingTTL = Math.ceil((lease.expiryMs - now) / MS);
      // A lease that was renewed meanwhile has nothing to tell.
      if (remainingTTL < lease.ttlSeconds) {
        found.push({ ID: lease.id, remainingTTL });
        lease.mayBeCheckpointed = true;
      }
      this.#checkpoints.push(lease, now + interval);
    }
    return found;
  }

  #run(lease: LeaseRecord): void {
    const now = this.#clock.nowMs;
    startLease(lease, now);
    this.#expiries.push(lease, lease.expiryMs);
    const interval = this.#options.checkpointIntervalMs;
    if (interval !== undefined && lease.ttlSeconds * MS > interval) this.#checkpoints.push(lease, now + interval);
  }

  #find(id: bigint): LeaseRecord {
    const lease = this.#leases.get(id);
    if (lease === undefined) throw new MachineError("LeaseNotFound");
    return lease;
  }

  #save({ id, ttlSeconds, remainingSeconds }: LeaseRecord): void {
    this.#backend.put("lease", leaseKey(id), encodeLease({ ID: id, TTL: ttlSeconds, RemainingTTL: remainingSeconds }));
  }
}

/** Gives a lease its whole time, or what the last checkpoint left of it, from `fromMs` on. */
function startLease(lease: LeaseRecord, fromMs: number): void {
  const seconds = lease.remainingSeconds > 0 ? lease.remainingSeconds : lease.ttlSeconds;
  lease.expiryMs = fromMs + seconds * MS;
  lease.offeredMs = 0;
  lease.mayBeCheckpointed = lease.remainingSeconds > 0;
}

function compareLatin1(a: string, b: string): number {
  return a < b ? -1 : 1;
}
