/**
 * Leases in the leader's hands: renewals and what is left of them, for clients of this member and for those of others, whose requests
 * come in at the peer port. Neither goes through the log, so the keeper answers only while it is sure that this member still leads:
 * a member that was stopped for a while may find itself in the past, where leases live that have been revoked since.
 */
import { type LeaseTimeToLiveResponse, newLeaseCheckpointRequest, newLeaseTimeToLiveResponse } from "@quorate/proto";
import type { EtcdServer } from "./etcd-server.ts";
import type { ServiceErrorCode } from "./statuses.ts";

/** How long a lease that is not known may take to come out of the log, in milliseconds; etcd's applyTimeout. */
const APPLY_WAIT_MS = 1_000;
/** A confirmation of leadership counts for this part of an election timeout: nobody can have been elected meanwhile. */
const CONFIRMED_PART = 4;

/** What the leader says of a lease. Of the codes, `LeaseNotFound` is final; another member may be asked again after the others. */
export type LeaseAnswer<T> =
  | { readonly kind: "ok"; readonly value: T }
  | { readonly kind: "failed"; readonly code: ServiceErrorCode };

type Answer<T> = (answer: LeaseAnswer<T>) => void;

export class LeaseKeeper {
  readonly #server: EtcdServer;
  #confirmedAtMs = Number.NEGATIVE_INFINITY;
  #confirmedTerm = 0;

  constructor(server: EtcdServer) {
    this.#server = server;
  }

  /**
   * Starts a lease anew and tells its TTL in seconds. Codes: `LeaseNotFound`, `NotPrimary`, `TimeoutWaitAppliedIndex`, and those of the
   * log where it has to be told.
   */
  renew(id: bigint, done: Answer<number>): void {
    this.#whenLeading(done, () => {
      if (this.#server.machine.parts.lessor.has(id)) return this.#renew(id, done);
      this.#whenApplied(done, () => this.#renew(id, done));
    });
  }

  /** What is left of a lease. The answer has a header without anything in it. Codes as of `renew`. */
  timeToLive(id: bigint, withKeys: boolean, done: Answer<LeaseTimeToLiveResponse>): void {
    this.#whenApplied(done, () => this.#whenLeading(done, () => this.#timeToLive(id, withKeys, done)));
  }

  #renew(id: bigint, done: Answer<number>): void {
    const { lessor } = this.#server.machine.parts;
    if (!lessor.isPrimary) return done(failed("NotPrimary"));
    const renewal = lessor.renew(id);
    if (renewal === undefined) return done(failed("LeaseNotFound"));
    const renewed: LeaseAnswer<number> = { kind: "ok", value: renewal.ttlSeconds };
    if (!renewal.clearsCheckpoint) return done(renewed);
    // Otherwise the next leader would give it no more than the checkpoint left.
    const value = newLeaseCheckpointRequest({ checkpoints: [{ ID: id, remainingTTL: 0 }] });
    this.#server.propose({ kind: "leaseCheckpoint", value }, (settled) => {
      done(settled.kind === "failed" ? settled : renewed);
    });
  }

  #timeToLive(id: bigint, withKeys: boolean, done: Answer<LeaseTimeToLiveResponse>): void {
    const { lessor } = this.#server.machine.parts;
    if (!lessor.isPrimary) return done(failed("NotPrimary"));
    const left = lessor.timeToLive(id);
    if (left === undefined) return done(failed("LeaseNotFound"));
    const { ttlSeconds: TTL, grantedSeconds: grantedTTL } = left;
    const keys = withKeys ? lessor.keysOf(id) : [];
    const header = { clusterId: 0n, memberId: 0n, revision: 0, raftTerm: 0 };
    done({ kind: "ok", value: newLeaseTimeToLiveResponse({ header, ID: id, TTL, grantedTTL, keys }) });
  }

  #whenApplied(done: Answer<never>, go: () => void): void {
    this.#server.whenApplied(APPLY_WAIT_MS, (failure) => {
      if (failure === undefined) go();
      else done(failed(failure));
    });
  }

  /** Goes on once a quorum has said, not long ago, that this member leads. */
  #whenLeading(done: Answer<never>, go: () => void): void {
    const server = this.#server;
    const { term, isLeader } = server.raft;
    if (!isLeader) return done(failed("NotPrimary"));
    const startedMs = server.now();
    const fresh = startedMs - this.#confirmedAtMs < server.limits.electionTimeoutMs / CONFIRMED_PART;
    if (fresh && this.#confirmedTerm === term) return go();
    server.confirmRead((failure) => {
      const { raft } = server;
      if (failure !== undefined || !raft.isLeader || raft.term !== term) return done(failed("NotPrimary"));
      this.#confirmedAtMs = startedMs;
      this.#confirmedTerm = term;
      go();
    });
  }
}

function failed(code: ServiceErrorCode): { readonly kind: "failed"; readonly code: ServiceErrorCode } {
  return { kind: "failed", code };
}
