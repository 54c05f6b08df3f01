/**
 * The state machine: committed entries in, results out, the same on every member. It owns nothing but the applied index; keys, leases,
 * members and alarms have their owners, and this file decides who is asked and who may not be.
 *
 * An entry is applied once: what is at or below the applied index is passed over, so a restart may hand in again what the backend
 * already holds. Its changes and the applied index are in the backend's buffer together; when they are committed, and
 * that they are committed together, is the host's promise (base, HostBackend).
 */
import { assert, fail } from "@quorate/base";
import type { Store } from "@quorate/mvcc";
import {
  type AlarmMember,
  AlarmType,
  type ConfChange,
  decodeInternalRaftRequest,
  type InternalRaftRequestBody,
  type LeaseCheckpointRequest,
  type LeaseGrantRequest,
  type LeaseRevokeRequest,
} from "@quorate/proto";
import type { Alarms } from "./alarms.ts";
import { failureCode, MachineError, type MachineErrorCode } from "./errors.ts";
import { applyDeleteRange, applyPut, deleteKeys } from "./kv/kv.ts";
import type { OpOutcome } from "./kv/outcome.ts";
import { PlainPutReader } from "./kv/plain-put.ts";
import { type ApplyContext, applyTxn } from "./kv/txn.ts";
import type { Lessor } from "./lease/lessor.ts";
import type { Cluster, ConfChangeOutcome } from "./membership/cluster.ts";
import { compareMinor, parseVersion } from "./membership/version.ts";
import { fitsQuota, putCost, quotaCost } from "./quota.ts";
import { isV2Request, readV2Change } from "./v2.ts";

/** From this cluster version on, etcd writes checkpoints of leases to the backend. */
const CHECKPOINTS_PERSIST = { major: 3, minor: 6, patch: 0 };

export type MachineParts = {
  readonly store: Store;
  readonly lessor: Lessor;
  readonly cluster: Cluster;
  readonly alarms: Alarms;
};

/** An entry of type EntryNormal. */
export type NormalEntry = { readonly index: number; readonly data: Uint8Array | undefined };

export type ApplyOptions = {
  /** Whether somebody here waits for this request: for others no rows are read. It never changes the effect. */
  readonly isWanted: (requestId: bigint) => boolean;
  /** False where nobody here waits for anything: then ids need not be read. */
  readonly isAnyWanted?: () => boolean;
  /** The backend's size in bytes, as it counts against the quota. */
  readonly sizeBytes: number;
  /** Infinity for none. */
  readonly quotaBytes: number;
};

/** What an entry came to. `revision` is the store's after it, for the header. */
export type Outcome =
  | OpOutcome
  | { readonly kind: "compaction"; readonly revision: number; readonly compactRev: number }
  | { readonly kind: "leaseGrant"; readonly revision: number; readonly id: bigint; readonly ttlSeconds: number }
  | { readonly kind: "alarm"; readonly revision: number; readonly alarms: readonly AlarmMember[] }
  /** Done, and there is nothing to tell: revocations, checkpoints, attributes, versions, empty entries. */
  | { readonly kind: "done"; readonly revision: number }
  /** The request had no effect, but for `NoSpace` of a request that was let through before the alarm. */
  | { readonly kind: "failed"; readonly revision: number; readonly code: MachineErrorCode }
  /** The entry had been applied before. */
  | { readonly kind: "skipped" };

export type Applied = {
  /** Who waits for it; 0n for nobody. */
  readonly requestId: bigint;
  readonly outcome: Outcome;
  /** This member's quota was found exceeded: it should raise a NOSPACE alarm through the log. */
  readonly overQuota: boolean;
};

/** What an entry comes to that is applied now. */
type Effect = Exclude<Outcome, { readonly kind: "skipped" }>;

const SKIPPED: Applied = { requestId: 0n, outcome: { kind: "skipped" }, overQuota: false };

export class Machine {
  readonly #parts: MachineParts;
  #appliedIndex: number;
  readonly #plain: PlainPutReader = new PlainPutReader();

  /** @param appliedIndex the entry up to which the backend behind `parts` holds everything. */
  constructor(parts: MachineParts, appliedIndex: number) {
    this.#parts = parts;
    this.#appliedIndex = appliedIndex;
  }

  get appliedIndex(): number {
    return this.#appliedIndex;
  }

  /** The owners of what was applied, for reading. */
  get parts(): MachineParts {
    return this.#parts;
  }

  /**
   * Applies one entry. Entries come in order and without gaps.
   * @throws ProtoError, InvariantViolation, MvccError `Corrupt`: this member must stop, because others may have understood the entry.
   */
  apply({ index, data }: NormalEntry, options: ApplyOptions): Applied {
    if (!this.#isNext(index)) return SKIPPED;
    const applied = data === undefined || data.length === 0 ? this.#done(0n) : this.#applyData(data, options);
    this.#appliedIndex = index;
    return applied;
  }

  /** Applies an entry of type EntryConfChange; undefined where it had been applied before. */
  applyConfChange(index: number, change: ConfChange): ConfChangeOutcome | undefined {
    if (!this.#isNext(index)) return undefined;
    const outcome = this.#parts.cluster.applyConfChange(change);
    this.#appliedIndex = index;
    return outcome;
  }

  #isNext(index: number): boolean {
    if (index <= this.#appliedIndex) return false;
    assert(index === this.#appliedIndex + 1, "entries are applied without gaps");
    return true;
  }

  #applyData(data: Uint8Array, options: ApplyOptions): Applied {
    if (this.#plain.read(data) && this.#applyPlain(this.#plain, options)) {
      const requestId = options.isAnyWanted?.() === false ? 0n : this.#plain.id;
      const outcome = { kind: "put", revision: this.#parts.store.currentRev, prevRow: undefined } as const;
      return { requestId, outcome, overQuota: false };
    }
    if (isV2Request(data)) return this.#applyV2(data);
    const request = decodeInternalRaftRequest(data);
    const requestId = request.header?.ID ?? request.ID;
    const { body } = request;
    // Whoever wrote it knows what it does. Going on without doing the same would part this member from the others.
    if (body === undefined) fail("an entry holds a request that this version does not know");
    const wanted = options.isWanted(requestId);
    const cost = quotaCost(body);
    const overQuota = !fitsQuota(options.sizeBytes, cost, options.quotaBytes);
    const outcome = this.#applyBody(body, { cost, wanted });
    // The write was let through before the alarm was there, so every member does it; the client hears that space has run out.
    if (!overQuota || outcome.kind === "failed") return { requestId, outcome, overQuota: false };
    const failed = {
      kind: "failed",
      revision: outcome.revision,
      code: "NoSpace",
    } as const;
    return { requestId, outcome: failed, overQuota: true };
  }

  /** False where nothing was done, because something is in the way: an alarm, the quota, a watcher. */
  #applyPlain(put: PlainPutReader, { sizeBytes, quotaBytes }: ApplyOptions): boolean {
    const { store, alarms } = this.#parts;
    if (alarms.isAnyRaised) return false;
    const cost = putCost(put.keyEnd - put.keyStart + put.valueEnd - put.valueStart);
    return fitsQuota(sizeBytes, cost, quotaBytes) && store.putPlain(put);
  }

  #applyBody(body: InternalRaftRequestBody, { cost, wanted }: { cost: number; wanted: boolean }): Effect {
    try {
      this.#checkAlarms(body, cost);
      return this.#dispatch(body, wanted);
    } catch (error) {
      const code = failureCode(error);
      if (code === undefined) throw error;
      return { kind: "failed", revision: this.#parts.store.currentRev, code };
    }
  }

  /** What alarms forbid: with CORRUPT all that touches keys or leases, with NOSPACE what makes the database grow. */
  #checkAlarms({ kind }: InternalRaftRequestBody, cost: number): void {
    const { alarms } = this.#parts;
    if (alarms.has(AlarmType.CORRUPT) && CORRUPT_REFUSES.has(kind)) throw new MachineError("Corrupt");
    if (cost > 0 && alarms.has(AlarmType.NOSPACE)) throw new MachineError("NoSpace");
  }

  #dispatch(body: InternalRaftRequestBody, wanted: boolean): Effect {
    const { store, lessor, cluster, alarms } = this.#parts;
    const context: ApplyContext = { store, leases: lessor, wanted };
    switch (body.kind) {
      case "put":
        return applyPut(context, body.value);
      case "deleteRange":
        return applyDeleteRange(context, body.value);
      case "txn":
        return applyTxn(context, body.value);
      case "compaction":
        store.compact(body.value.revision);
        return { kind: "compaction", revision: store.currentRev, compactRev: body.value.revision };
      case "leaseGrant":
        return this.#grant(body.value);
      case "leaseRevoke":
        return this.#revoke(body.value);
      case "leaseCheckpoint":
        this.#checkpoint(body.value);
        break;
      case "alarm":
        return { kind: "alarm", revision: store.currentRev, alarms: alarms.apply(body.value) };
      case "clusterVersionSet":
        cluster.setVersion(body.value.ver);
        break;
      case "clusterMemberAttrSet":
        cluster.setAttributes(body.value.memberID, body.value.memberAttributes ?? { name: "", clientUrls: [] });
        break;
      case "downgradeInfoSet":
        cluster.setDowngrade(body.value);
        break;
      default:
        // Reads have no effect. Auth is not built yet: nothing proposes its requests.
        break;
    }
    return { kind: "done", revision: store.currentRev };
  }

  #grant({ ID, TTL }: LeaseGrantRequest): Effect {
    const ttlSeconds = this.#parts.lessor.grant(ID, TTL);
    return { kind: "leaseGrant", revision: this.#parts.store.currentRev, id: ID, ttlSeconds };
  }

  /** Deletes the keys of a lease in one revision, then the lease. */
  #revoke({ ID }: LeaseRevokeRequest): Effect {
    const { store, lessor } = this.#parts;
    deleteKeys(store, lessor.keysOf(ID));
    lessor.remove(ID);
    return { kind: "done", revision: store.currentRev };
  }

  #checkpoint({ checkpoints }: LeaseCheckpointRequest): void {
    const { lessor, cluster } = this.#parts;
    const version = cluster.version === undefined ? undefined : parseVersion(cluster.version);
    const persist = version !== undefined && compareMinor(version, CHECKPOINTS_PERSIST) >= 0;
    for (const checkpoint of checkpoints) lessor.checkpoint(checkpoint, persist);
  }

  #applyV2(data: Uint8Array): Applied {
    const change = readV2Change(data);
    if (change.kind === "attributes") this.#parts.cluster.setAttributes(change.id, change.attributes);
    else if (change.kind === "version") this.#parts.cluster.setVersion(change.version);
    return this.#done(change.requestId);
  }

  #done(requestId: bigint): Applied {
    return { requestId, outcome: { kind: "done", revision: this.#parts.store.currentRev }, overQuota: false };
  }
}

const CORRUPT_REFUSES: ReadonlySet<InternalRaftRequestBody["kind"]> = new Set<InternalRaftRequestBody["kind"]>([
  "range",
  "put",
  "deleteRange",
  "txn",
  "compaction",
  "leaseGrant",
  "leaseRevoke",
]);
