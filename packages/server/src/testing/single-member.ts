/**
 * A cluster of one member in memory, for tests of services: what it is asked for it does at once, over a machine of its own. It
 * implements the whole port, with the gates that a member has; only time, leadership and faults are in the test's hand.
 */
import { type AppliedPosition, MemoryBackend } from "@quorate/base";
import { Alarms, Cluster, encodeContext, Lessor, Machine, newMember, type Outcome } from "@quorate/machine";
import type { FailureCode } from "@quorate/member";
import { openStore, WatchableStore } from "@quorate/mvcc";
import {
  type ConfChange,
  ConfChangeType,
  decodePutRequest,
  encodeInternalRaftRequest,
  type InternalRaftRequestBody,
  newConfChange,
  newInternalRaftRequest,
  newRequestHeader,
  sizeInternalRaftRequest,
} from "@quorate/proto";
import type {
  Confirmed,
  EtcdServer,
  ImageExport,
  PeerAnswer,
  RaftView,
  ServiceLimits,
  Settled,
} from "../services/etcd-server.ts";

export type SingleMemberOptions = {
  readonly limits?: Partial<ServiceLimits>;
  readonly isLearner?: boolean;
};

const MEMBER_ID = 0x8e9e05c52164694dn;
const CLUSTER_ID = 0xcdf818194e3a8c32n;
const EXTEND_MS = 1_000;
const LIMITS: ServiceLimits = {
  maxRequestBytes: 1_572_864,
  maxTxnOps: 128,
  quotaBytes: Number.POSITIVE_INFINITY,
  watchProgressNotifyMs: 600_000,
  strictReconfigCheck: true,
  requestTimeoutMs: 7_000,
  electionTimeoutMs: 1_000,
};

export class SingleMember implements EtcdServer {
  isDiskLow = false;
  readonly clusterId: bigint = CLUSTER_ID;
  readonly memberId: bigint = MEMBER_ID;
  readonly version = "3.5.30";
  readonly limits: ServiceLimits;
  readonly backend: MemoryBackend = new MemoryBackend();
  readonly machine: Machine;
  readonly watchable: WatchableStore;
  readonly raft: { -readonly [K in keyof RaftView]: RaftView[K] } = {
    term: 2,
    lead: MEMBER_ID,
    isLeader: true,
    commitIndex: 0,
    appliedIndex: 0,
  };
  readonly backendSize: { sizeBytes: number; sizeInUseBytes: number } = { sizeBytes: 20_480, sizeInUseBytes: 16_384 };
  readonly stopped: Promise<void>;
  /** What a test wants of the next reads and proposals: they fail with it. */
  failure: FailureCode | undefined = undefined;
  /** Holds proposals and confirmations back until `release`. */
  isHeld = false;
  /** Answers what this member would ask of another one that leads. */
  leaderAnswers: ((path: string, body: Uint8Array) => PeerAnswer | undefined) | undefined = undefined;
  /** Proposals that were made, in order. */
  readonly proposed: InternalRaftRequestBody["kind"][] = [];
  confirmedReads = 0;
  stop: () => void = () => {};
  #nowMs = 0;
  #lastId = 0n;
  #held: (() => void)[] = [];

  constructor({ limits, isLearner = false }: SingleMemberOptions = {}) {
    this.limits = { ...LIMITS, ...limits };
    const { backend } = this;
    const lessor = new Lessor(backend, { minTtlSeconds: 2, maxClockStepMs: 300, checkpointIntervalMs: undefined });
    const store = openStore(backend, lessor);
    this.machine = new Machine({ store, lessor, cluster: new Cluster(backend, 1), alarms: new Alarms(backend) }, 0);
    this.watchable = new WatchableStore(store);
    this.stopped = new Promise((resolve) => {
      this.stop = resolve;
    });
    this.join(MEMBER_ID, isLearner);
    lessor.promote(EXTEND_MS);
    lessor.advance(0);
  }

  /** Adds a member to the cluster's list. */
  join(id: bigint, isLearner: boolean): void {
    const member = newMember({ id, name: `m${id}`, peerUrls: [`http://127.0.0.1:${id % 1000n}`], isLearner });
    const type = isLearner ? ConfChangeType.ConfChangeAddLearnerNode : ConfChangeType.ConfChangeAddNode;
    this.#applyChange(newConfChange({ type, nodeId: id, context: encodeContext({ member, isPromote: false }) }));
  }

  /** Lets time pass for leases too. */
  advance(ms: number): void {
    const { lessor } = this.machine.parts;
    const step = 100;
    for (let left = ms; left > 0; left -= step) {
      this.#nowMs += Math.min(step, left);
      lessor.advance(this.#nowMs);
    }
  }

  /** Another member leads, or nobody (0n). */
  follow(lead: bigint): void {
    this.raft.lead = lead;
    this.raft.isLeader = lead === MEMBER_ID;
    const { lessor } = this.machine.parts;
    if (this.raft.isLeader) lessor.promote(EXTEND_MS);
    else lessor.demote();
  }

  /** Lets go on what was held. */
  release(): void {
    this.isHeld = false;
    const held = this.#held;
    this.#held = [];
    for (const go of held) go();
  }

  now(): number {
    return this.#nowMs;
  }

  nextId(): bigint {
    this.#lastId += 0x1_0001n;
    // The top bit set, as with many members: ids that must be positive have to clear it.
    return BigInt.asUintN(64, (1n << 63n) | this.#lastId);
  }

  propose(body: InternalRaftRequestBody, settle: (settled: Settled) => void): void {
    const request = newInternalRaftRequest({ header: newRequestHeader({ ID: this.nextId() }), body });
    const revision = this.machine.parts.store.currentRev;
    if (sizeInternalRaftRequest(request) > this.limits.maxRequestBytes) {
      settle({ kind: "failed", code: "RequestTooLarge", revision });
      return;
    }
    this.proposed.push(body.kind);
    const data = encodeInternalRaftRequest(request);
    this.#run(() => settle(this.#apply(data)));
  }

  proposePut(request: Uint8Array, settle: (settled: Settled) => void): void {
    this.propose({ kind: "put", value: decodePutRequest(request) }, settle);
  }

  confirmRead(confirmed: Confirmed): void {
    this.confirmedReads++;
    this.#run(() => confirmed(this.failure));
  }

  changeMembership(change: ConfChange, confirmed: Confirmed): void {
    this.#run(() => confirmed(this.failure ?? this.#applyChange(change)));
  }

  moveLeader(target: bigint, confirmed: Confirmed): void {
    this.#run(() => {
      if (this.failure === undefined) this.follow(target);
      confirmed(this.failure);
    });
  }

  whenApplied(_timeoutMs: number, confirmed: Confirmed): void {
    this.#run(() => confirmed(this.failure));
  }

  learnerProgress(id: bigint): { readonly match: number; readonly leaderMatch: number } | undefined {
    if (!this.raft.isLeader || !this.machine.parts.cluster.members.has(id)) return undefined;
    return { match: this.raft.commitIndex, leaderMatch: this.raft.commitIndex };
  }

  activeSince(id: bigint): number | undefined {
    return id === MEMBER_ID ? undefined : 0;
  }

  askLeader(
    { path, body }: { readonly path: string; readonly contentType: string; readonly body: Uint8Array },
    answer: (answer: PeerAnswer | undefined) => void,
  ): void {
    this.#run(() => answer(this.raft.lead === 0n ? undefined : this.leaderAnswers?.(path, body)));
  }

  defragment(): Promise<void> {
    return Promise.resolve();
  }

  exportImage(): Promise<ImageExport> {
    const bytes = new Uint8Array(this.backendSize.sizeBytes);
    const half = bytes.length / 2;
    return Promise.resolve({
      byteLength: bytes.length,
      chunks: chunksOf([bytes.subarray(0, half), bytes.subarray(half)]),
    });
  }

  hashBackend(): Promise<{ readonly hash: number; readonly at: AppliedPosition }> {
    return Promise.resolve({ hash: 1, at: { index: this.raft.appliedIndex, term: this.raft.term } });
  }

  async slice(step: () => boolean): Promise<void> {
    while (!step()) await new Promise((resolve) => setImmediate(resolve));
  }

  #run(go: () => void): void {
    if (this.isHeld) this.#held.push(go);
    else queueMicrotask(go);
  }

  #nextIndex(): number {
    this.raft.commitIndex++;
    this.raft.appliedIndex = this.raft.commitIndex;
    return this.raft.commitIndex;
  }

  #apply(data: Uint8Array): Settled {
    const { store } = this.machine.parts;
    if (this.failure !== undefined) return { kind: "failed", code: this.failure, revision: store.currentRev };
    const { sizeBytes } = this.backendSize;
    const options = { isWanted: () => true, sizeBytes, quotaBytes: this.limits.quotaBytes };
    return settledOf(this.machine.apply({ index: this.#nextIndex(), data }, options).outcome);
  }

  #applyChange(change: ConfChange): FailureCode | undefined {
    const outcome = this.machine.applyConfChange(this.#nextIndex(), change);
    return outcome?.kind === "rejected" ? outcome.code : undefined;
  }
}

function settledOf(outcome: Outcome): Settled {
  if (outcome.kind === "skipped") throw new Error("an entry was applied twice");
  return outcome;
}

async function* chunksOf(chunks: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}
