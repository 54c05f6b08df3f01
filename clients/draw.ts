/**
 * Draws requests for the differential test. Knows what the server should be near enough to hit edges: revisions around the current and the
 * compacted one, keys and leases that exist, bounds of ranges that fit.
 *
 * Never drawn, because etcd 3.5 dies of it or loses data (docs/divergence.md): an unknown sort_target; a transaction that deletes from a key
 * on to the end of all keys and puts one in there. Nor what has no one right answer: unknown sort_order (3.5 takes it, later ones refuse),
 * leases that expire on the way.
 */
import { Prng } from "@quorate/base";
import {
  type Compare,
  type CompareTargetUnion,
  newCompactionRequest,
  newCompare,
  newDeleteRangeRequest,
  newLeaseGrantRequest,
  newLeaseLeasesRequest,
  newLeaseRevokeRequest,
  newLeaseTimeToLiveRequest,
  newPutRequest,
  newRangeRequest,
  newRequestOp,
  newTxnRequest,
  type PutRequest,
  type RangeRequest,
  type RequestOp,
  type TxnRequest,
} from "@quorate/proto";
import { ODDITIES, type Operation, operation } from "./wire.ts";

const EMPTY = new Uint8Array();
const ZERO = Uint8Array.of(0);
const TEXT_KEYS = ["a", "aa", "ab", "b", "b/", "b/1", "b/2", "b/22", "c", "c\0", "d", "e", "f", "z", "zz", "zzz"];
const KEYS: readonly Uint8Array[] = [
  ...TEXT_KEYS.map((key) => Uint8Array.from(Buffer.from(key))),
  ZERO,
  Uint8Array.of(0, 0),
  Uint8Array.of(0xff),
  Uint8Array.of(0xff, 0xff),
  Uint8Array.of(0xe4, 0xb8),
];
/** Ids that clients choose; a negative one and the largest among them. */
export const LEASES: readonly bigint[] = [1n, 2n, 3n, 77n, 1n << 40n, (1n << 63n) - 1n, -1n, -(1n << 63n)];
const TTLS = [5_000, 6_000, 100_000, 9_000_000_000];
const TOO_LONG_TTL = 9_000_000_001;
const TOO_MANY_OPS = 129;
/** Beyond --max-request-bytes, within and beyond what the transport takes. */
const TOO_LARGE = [1_600_000, 2_100_000];

export class Draw {
  readonly prng: Prng;
  /** Of the store, as of the last answer. */
  revision = 1;
  compacted = -1;

  constructor(seed: number) {
    this.prng = new Prng(seed).fork("operations");
  }

  /** The next request but for watches. */
  next(): Operation {
    const { prng } = this;
    const choice = prng.below(1_000);
    if (choice < 430) return operation("range", this.#range(), this.#oddity(true));
    if (choice < 640) return operation("put", this.#put(), this.#oddity(false));
    if (choice < 710) return operation("deleteRange", this.#deleteRange(), this.#oddity(true));
    if (choice < 890) return operation("txn", this.#txn(0), this.#oddity(false));
    if (choice < 915) return operation("leaseGrant", this.#grant());
    if (choice < 925) return operation("leaseRevoke", newLeaseRevokeRequest({ ID: this.#lease() }));
    if (choice < 970)
      return operation("leaseTimeToLive", newLeaseTimeToLiveRequest({ ID: this.#lease(), keys: prng.chance(0.6) }));
    if (choice < 985) return operation("leaseLeases", newLeaseLeasesRequest());
    if (choice < 999) return operation("compact", this.#uselessCompaction());
    return operation("put", newPutRequest({ key: this.key(), value: new Uint8Array(prng.pick(TOO_LARGE)) }));
  }

  /** A key, now and then none. */
  key(): Uint8Array {
    return this.prng.chance(0.02) ? EMPTY : this.prng.pick(KEYS);
  }

  /** An end of a range that starts at `key`: sensible or not. */
  rangeEnd(key: Uint8Array): Uint8Array | undefined {
    const choice = this.prng.below(10);
    if (choice < 3) return undefined;
    if (choice < 5) return ZERO;
    if (choice < 8) return prefixEnd(key);
    return choice < 9 ? key : this.prng.pick(KEYS);
  }

  /** A revision that makes a difference. */
  someRevision(): number {
    const { prng } = this;
    const choice = prng.below(12);
    if (choice < 6) return 0;
    if (choice < 9) return Math.max(1, this.revision - prng.below(30));
    if (choice < 10) return this.compacted + prng.below(3) - 1;
    return choice < 11 ? this.revision + prng.below(3) : prng.pick([-1, -2, 2 ** 40, Number.MAX_SAFE_INTEGER]);
  }

  /** An id of a lease that there may be. */
  #lease(): bigint {
    return this.prng.chance(0.05) ? this.prng.pick([0n, 12_345n]) : this.prng.pick(LEASES);
  }

  #oddity(hasRangeEnd: boolean): string {
    if (!this.prng.chance(0.06)) return "none";
    const names = Object.keys(ODDITIES).filter((name) => hasRangeEnd || !name.startsWith("range_end"));
    return this.prng.pick(names);
  }

  #range(): RangeRequest {
    const { prng } = this;
    const key = this.key();
    const bound = (): number => (prng.chance(0.08) ? this.someRevision() : 0);
    return newRangeRequest({
      key,
      rangeEnd: this.rangeEnd(key),
      limit: prng.chance(0.4) ? prng.below(6) - 1 : 0,
      revision: this.someRevision(),
      sortOrder: prng.below(3) as 0 | 1 | 2,
      sortTarget: prng.below(5) as 0 | 1 | 2 | 3 | 4,
      serializable: prng.chance(0.3),
      keysOnly: prng.chance(0.2),
      countOnly: prng.chance(0.1),
      minModRevision: bound(),
      maxModRevision: bound(),
      minCreateRevision: bound(),
      maxCreateRevision: bound(),
    });
  }

  #put(): PutRequest {
    const { prng } = this;
    const ignoreValue = prng.chance(0.08);
    const ignoreLease = prng.chance(0.08);
    const isWrong = prng.chance(0.03);
    return newPutRequest({
      key: this.key(),
      value: ignoreValue && !isWrong ? EMPTY : this.value(),
      lease: (ignoreLease && !isWrong) || prng.chance(0.7) ? 0n : this.#lease(),
      prevKv: prng.chance(0.4),
      ignoreValue,
      ignoreLease,
    });
  }

  value(): Uint8Array {
    const { prng } = this;
    if (prng.chance(0.1)) return EMPTY;
    const length = prng.chance(0.05) ? prng.below(3_000) : 1 + prng.below(6);
    return Uint8Array.from({ length }, () => prng.below(256));
  }

  #deleteRange(): ReturnType<typeof newDeleteRangeRequest> {
    const key = this.key();
    // Deleting everything every other time would leave little to look at.
    const rangeEnd = this.prng.chance(0.6) ? undefined : this.prng.chance(0.9) ? prefixEnd(key) : this.rangeEnd(key);
    return newDeleteRangeRequest({ key, rangeEnd, prevKv: this.prng.chance(0.5) });
  }

  #grant(): ReturnType<typeof newLeaseGrantRequest> {
    const { prng } = this;
    return newLeaseGrantRequest({ ID: prng.pick(LEASES), TTL: prng.chance(0.05) ? TOO_LONG_TTL : prng.pick(TTLS) });
  }

  /** One that is refused; those that do something come at moments when no watcher is behind. */
  #uselessCompaction(): ReturnType<typeof newCompactionRequest> {
    const revision = this.prng.pick([0, -1, 1, this.compacted, this.revision + 1, Number.MAX_SAFE_INTEGER]);
    const isUseless = revision <= this.compacted || revision > this.revision;
    return newCompactionRequest({ revision: isUseless ? revision : -7 });
  }

  #txn(depth: number): TxnRequest {
    const { prng } = this;
    const many = (most: number): number => prng.below(most + 1);
    const isWide = depth === 0 && prng.chance(0.01);
    const ops = (): RequestOp[] => Array.from({ length: isWide ? TOO_MANY_OPS : many(4) }, () => this.#op(depth));
    const txn = newTxnRequest({
      compare: Array.from({ length: many(3) }, () => this.#compare()),
      success: ops(),
      failure: ops(),
    });
    if (depth === 0) tame(txn);
    return txn;
  }

  #op(depth: number): RequestOp {
    const { prng } = this;
    const choice = prng.below(100);
    if (choice < 30) return newRequestOp({ request: { kind: "requestRange", value: this.#range() } });
    if (choice < 65) return newRequestOp({ request: { kind: "requestPut", value: this.#put() } });
    if (choice < 82) return newRequestOp({ request: { kind: "requestDeleteRange", value: this.#deleteRange() } });
    if (choice < 99 && depth < 3) return newRequestOp({ request: { kind: "requestTxn", value: this.#txn(depth + 1) } });
    return choice < 99 ? newRequestOp({ request: { kind: "requestPut", value: this.#put() } }) : newRequestOp();
  }

  #compare(): Compare {
    const { prng } = this;
    const key = this.key();
    const target = prng.below(5) as 0 | 1 | 2 | 3 | 4;
    const near = (): number => prng.pick([0, 1, 2, this.revision, this.revision - prng.below(40), -1]);
    const operands: readonly CompareTargetUnion[] = [
      { kind: "version", value: near() },
      { kind: "createRevision", value: near() },
      { kind: "modRevision", value: near() },
      { kind: "value", value: this.value() },
      { kind: "lease", value: this.#lease() },
    ];
    return newCompare({
      // Neither an unknown result nor a union that does not fit the target is an error.
      result: (prng.chance(0.02) ? 9 : prng.below(4)) as 0 | 1 | 2 | 3,
      target,
      key,
      targetUnion: prng.chance(0.03) ? prng.pick([undefined, ...operands]) : operands[target],
      rangeEnd: prng.chance(0.25) ? this.rangeEnd(key) : undefined,
    });
  }
}

/** Takes from-key deletions out of a transaction that also puts: see the head of this file. */
function tame(txn: TxnRequest): void {
  const ops = [...opsOf(txn)];
  if (!ops.some(({ request }) => request?.kind === "requestPut")) return;
  for (const { request } of ops) {
    if (request?.kind !== "requestDeleteRange") continue;
    const { rangeEnd } = request.value;
    if (rangeEnd?.length === 1 && rangeEnd[0] === 0) request.value.rangeEnd = undefined;
  }
}

function* opsOf({ success, failure }: TxnRequest): Generator<RequestOp> {
  for (const op of [...success, ...failure]) {
    yield op;
    if (op.request?.kind === "requestTxn") yield* opsOf(op.request.value);
  }
}

/** The end of the range of all keys that begin with `prefix`. */
function prefixEnd(prefix: Uint8Array): Uint8Array {
  const last = prefix.findLastIndex((byte) => byte < 0xff);
  if (last < 0) return ZERO;
  const end = prefix.slice(0, last + 1);
  end[last] = (end[last] ?? 0) + 1;
  return end;
}
