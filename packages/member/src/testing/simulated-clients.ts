/** Clients of the simulated cluster: puts, transactions, reads, leases, compactions, each with what its answer lets one expect. */
import type { Prng } from "@quorate/base";
import {
  encodeInternalRaftRequest,
  encodeUtf8,
  type InternalRaftRequestBody,
  newCompactionRequest,
  newDeleteRangeRequest,
  newInternalRaftRequest,
  newLeaseCheckpointRequest,
  newPutRequest,
  newRequestHeader,
  newTxnRequest,
  type RequestOp,
} from "@quorate/proto";
import type { Settled } from "../events.ts";
import type { ClusterOracle } from "./cluster-oracle.ts";
import type { SimulatedMember, Waiter } from "./simulated-member.ts";

const KEYS = 20;
const LEASES = 6;

export class Clients {
  readonly #random: Prng;
  readonly #oracle: ClusterOracle;
  readonly #now: () => number;
  #values = 0;
  #leases = 0n;

  constructor(random: Prng, oracle: ClusterOracle, now: () => number) {
    this.#random = random;
    this.#oracle = oracle;
    this.#now = now;
  }

  waiter(settled: (answer: Settled, member: SimulatedMember) => void): Waiter {
    return { answers: 0, settled };
  }

  /** Asks something of a member. */
  act(via: SimulatedMember): void {
    const dice = this.#random.below(100);
    if (dice < 50) this.put(via);
    else if (dice < 58) this.#txn(via);
    else if (dice < 64) this.#deleteRange(via);
    else if (dice < 82) this.#read(via);
    else if (dice < 88) this.#grant(via);
    else if (dice < 98) this.#renew(via);
    else this.#compact(via);
  }

  put(via: SimulatedMember): void {
    const { key, value } = this.#pair();
    const { leaseIds } = this.#oracle;
    const lease = leaseIds.length > 0 && this.#random.chance(0.2) ? this.#random.pick(leaseIds) : 0n;
    this.#propose(via, { kind: "put", value: newPutRequest({ key, value, lease }) }, (answer) => {
      if (answer.kind === "put") this.#oracle.acknowledgedPut(answer.revision, 0, value);
    });
  }

  #txn(via: SimulatedMember): void {
    const first = this.#pair();
    const second = this.#pair(first.name);
    const put = (init: { key: Uint8Array; value: Uint8Array }): RequestOp => ({
      request: { kind: "requestPut", value: newPutRequest({ key: init.key, value: init.value }) },
    });
    const value = newTxnRequest({ success: [put(first), put(second)] });
    this.#propose(via, { kind: "txn", value }, (answer) => {
      if (answer.kind !== "txn") return;
      this.#oracle.acknowledgedPut(answer.revision, 0, first.value);
      this.#oracle.acknowledgedPut(answer.revision, 1, second.value);
    });
  }

  #deleteRange(via: SimulatedMember): void {
    const value = newDeleteRangeRequest({ key: encodeUtf8(`k${this.#random.below(KEYS)}`) });
    this.#propose(via, { kind: "deleteRange", value }, (answer) => {
      if (answer.kind === "deleteRange") this.#oracle.acknowledged(answer.revision);
    });
  }

  #read(via: SimulatedMember): void {
    const floor = this.#oracle.newestRevision;
    const waiter = this.waiter((answer, member) => {
      if (answer.kind === "confirmed") this.#oracle.read(member, floor);
    });
    via.push({ kind: "read", waiter });
  }

  #grant(via: SimulatedMember): void {
    if (this.#oracle.leaseIds.length >= LEASES) return;
    const ID = ++this.#leases;
    const sentMs = this.#now();
    const TTL = 2 + this.#random.below(3);
    this.#propose(via, { kind: "leaseGrant", value: { ID, TTL } }, (answer) => {
      if (answer.kind === "leaseGrant") this.#oracle.granted(ID, sentMs + answer.ttlSeconds * 1_000);
    });
  }

  /** As the lease service does it: ask whether this member still leads, then renew. */
  #renew(via: SimulatedMember): void {
    const { leaseIds } = this.#oracle;
    if (leaseIds.length === 0 || !via.member.isLeader) return;
    const id = this.#random.pick(leaseIds);
    const sentMs = this.#now();
    const waiter = this.waiter((answer, member) => {
      const { lessor } = member.machine.parts;
      if (answer.kind !== "confirmed" || !member.member.isLeader || !lessor.isPrimary) return;
      const renewal = lessor.renew(id);
      if (renewal === undefined) return;
      const renewed = (): void => this.#oracle.granted(id, sentMs + renewal.ttlSeconds * 1_000);
      if (!renewal.clearsCheckpoint) return renewed();
      const value = newLeaseCheckpointRequest({ checkpoints: [{ ID: id, remainingTTL: 0 }] });
      this.#propose(member, { kind: "leaseCheckpoint", value }, (done) => {
        if (done.kind === "done") renewed();
      });
    });
    via.push({ kind: "read", waiter });
  }

  #compact(via: SimulatedMember): void {
    const revision = this.#oracle.newestRevision - this.#random.below(20);
    if (revision <= 1) return;
    this.#propose(via, { kind: "compaction", value: newCompactionRequest({ revision }) }, () => {});
  }

  #propose(via: SimulatedMember, body: InternalRaftRequestBody, settled: (answer: Settled) => void): void {
    const id = via.member.nextId();
    const request = newInternalRaftRequest({ header: newRequestHeader({ ID: id }), body });
    via.push({ kind: "propose", id, data: encodeInternalRaftRequest(request), waiter: this.waiter(settled) });
  }

  #pair(not?: string): { readonly name: string; readonly key: Uint8Array; readonly value: Uint8Array } {
    let name = `k${this.#random.below(KEYS)}`;
    while (name === not) name = `k${this.#random.below(KEYS)}`;
    return { name, key: encodeUtf8(name), value: encodeUtf8(`v${++this.#values}`) };
  }
}
