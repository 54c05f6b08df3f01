/** What must hold in a simulated cluster, whatever happens: what was acknowledged stays, reads never go back, leases last. */
import { assert, equalBytes, fail } from "@quorate/base";
import { encodeRevision } from "@quorate/mvcc";
import { decodeKeyValue } from "@quorate/proto";
import type { SimulatedMember } from "./simulated-member.ts";

type Put = { readonly revision: number; readonly sub: number; readonly value: Uint8Array };
type Lease = { notBeforeMs: number; readonly seenBy: Set<string>; isGone: boolean };

/** At an index all members have the same. */
type State = {
  readonly revision: number;
  readonly leases: number;
  readonly members: number;
  readonly compactRev: number;
};

export class ClusterOracle {
  readonly counts = { acknowledged: 0, reads: 0, leases: 0, expired: 0 };
  /** The newest revision that any client was told of. */
  newestRevision = 1;
  readonly #now: () => number;
  readonly #puts: Put[] = [];
  readonly #places = new Set<string>();
  readonly #states = new Map<number, State>();
  readonly #leases = new Map<bigint, Lease>();
  #acknowledgedBefore = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Leases that clients hold. */
  get leaseIds(): bigint[] {
    return [...this.#leases].filter(([, { isGone }]) => !isGone).map(([id]) => id);
  }

  acknowledgedPut(revision: number, sub: number, value: Uint8Array): void {
    const place = `${revision}.${sub}`;
    assert(!this.#places.has(place), "a revision is given out once");
    this.#places.add(place);
    this.#puts.push({ revision, sub, value });
    this.acknowledged(revision);
  }

  acknowledged(revision: number): void {
    this.counts.acknowledged++;
    this.newestRevision = Math.max(this.newestRevision, revision);
  }

  /** A linearizable read that began when clients knew `floor` may go on over the store of `member`. */
  read({ machine }: SimulatedMember, floor: number): void {
    const { currentRev } = machine.parts.store;
    assert(currentRev >= floor, `a linearizable read sees revision ${currentRev}, and ${floor} was known before`);
    this.counts.reads++;
    this.newestRevision = Math.max(this.newestRevision, currentRev);
  }

  /** A client was told that its lease lives until then at least. */
  granted(id: bigint, notBeforeMs: number): void {
    const lease = this.#leases.get(id);
    if (lease === undefined) {
      this.counts.leases++;
      this.#leases.set(id, { notBeforeMs, seenBy: new Set(), isGone: false });
    } else {
      lease.notBeforeMs = Math.max(lease.notBeforeMs, notBeforeMs);
    }
  }

  afterStep({ id, starts, machine }: SimulatedMember): void {
    const { store, lessor, cluster } = machine.parts;
    const state = {
      revision: store.currentRev,
      leases: lessor.size,
      members: cluster.members.size,
      compactRev: store.compactRev,
    };
    const known = this.#states.get(machine.appliedIndex);
    if (known === undefined) this.#states.set(machine.appliedIndex, state);
    else {
      const isEqual =
        known.revision === state.revision &&
        known.leases === state.leases &&
        known.members === state.members &&
        known.compactRev === state.compactRev;
      assert(isEqual, `all members are the same at index ${machine.appliedIndex}: ${JSON.stringify([known, state])}`);
    }
    // A process that starts again may be back before the grant.
    const process = `${id}.${starts}`;
    for (const [leaseId, lease] of this.#leases) {
      if (lease.isGone) continue;
      if (lessor.has(leaseId)) lease.seenBy.add(process);
      else if (lease.seenBy.has(process)) this.#expired(leaseId, lease);
    }
  }

  /** From here on something new must be acknowledged. */
  expectProgress(): void {
    this.#acknowledgedBefore = this.counts.acknowledged;
  }

  finalCheck(members: readonly SimulatedMember[]): void {
    assert(this.counts.acknowledged > this.#acknowledgedBefore, "a healed cluster takes writes");
    const first = members[0] ?? fail("somebody is left");
    const hash = hashOf(first);
    for (const member of members) {
      const { lessor, cluster } = member.machine.parts;
      assert(hashOf(member) === hash, "all members hash to the same");
      assert(lessor.size === 0, `leases of clients that are gone expire: ${lessor.size} left`);
      assert(cluster.version === "3.5.0", "the cluster agrees on a version");
      for (const { id, name, clientUrls } of cluster.list()) {
        assert(name === `m${id}` && clientUrls.length === 1, "each member is known by what it says of itself");
      }
      for (const put of this.#puts) checkPut(member, put);
    }
  }

  #expired(id: bigint, lease: Lease): void {
    const now = this.#now();
    assert(now >= lease.notBeforeMs, `lease ${id} ended ${lease.notBeforeMs - now} ms too early`);
    lease.isGone = true;
    this.counts.expired++;
  }
}

function hashOf({ machine }: SimulatedMember): string {
  const { store } = machine.parts;
  assert(!store.compacting, "compactions end");
  const { hash, compactRevision, revision } = store.hashKv(0).finish();
  return `${hash} ${compactRevision} ${revision}`;
}

function checkPut({ machine }: SimulatedMember, { revision, sub, value }: Put): void {
  const { store } = machine.parts;
  assert(revision <= store.currentRev, "what was acknowledged is there");
  const row = store.backend.get("key", encodeRevision({ main: revision, sub }));
  if (row === undefined) assert(revision <= store.compactRev, `revision ${revision} was acknowledged and is gone`);
  else assert(equalBytes(decodeKeyValue(row).value, value), `revision ${revision} is what was acknowledged`);
}
