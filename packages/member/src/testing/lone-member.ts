/**
 * A cluster of one member whose disk answers at once or when asked to: for tests that look at the effects of single steps.
 */
import { MemoryBackend as Backend, type MemoryBackend, Prng } from "@quorate/base";
import { Alarms, Cluster, encodeContext, Lessor, Machine, newMember } from "@quorate/machine";
import { openStore } from "@quorate/mvcc";
import {
  encodeInternalRaftRequest,
  type InternalRaftRequestBody,
  newConfState,
  newInternalRaftRequest,
  newRequestHeader,
  type Snapshot,
} from "@quorate/proto";
import { MemoryStorage } from "@quorate/raft";
import type { Append, Effects, MemberEvent, Settled } from "../events.ts";
import { Member } from "../member.ts";
import type { MemberOptions } from "../member-options.ts";

export const LONE_ID = 0xabcn;
export const TICK_MS = 100;

/** What a waiter was told, in order. */
export type Answers = Settled[];

export class LoneMember {
  readonly backend: MemoryBackend = new Backend();
  readonly member: Member<Answers>;
  nowMs = 0;
  /** Appends that the disk has not finished. */
  pending: Append[] = [];
  /** The last snapshot that a step wanted saved. */
  saved: Snapshot | undefined = undefined;

  constructor(options: Partial<MemberOptions> = {}, peers: readonly bigint[] = [LONE_ID]) {
    const { backend } = this;
    const { machine } = newGround(0, backend);
    const bootstrap = peers.map((id) => {
      const member = newMember({ id, peerUrls: [`http://peer-${id}:2380`] });
      return { id, context: encodeContext({ member, isPromote: false }) };
    });
    this.member = new Member<Answers>(
      { ...OPTIONS, ...options },
      { log: new MemoryStorage(), machine, backend, snapshotIndex: 0, confState: newConfState(), bootstrap },
      { backendBytes: () => 0, activeSince: () => 0 },
    );
  }

  /** One step; its appends wait for `sync`. */
  step(...events: readonly MemberEvent<Answers>[]): Effects<Answers> {
    const effects = this.member.step(this.nowMs, events);
    this.pending.push(...effects.appends);
    this.saved = effects.saveSnapshot ?? this.saved;
    for (let i = 0; i < effects.waiters.length; i++) effects.waiters[i]!.push(effects.settled[i]!);
    return effects;
  }

  /** Steps until the disk and the member have nothing left to do. */
  settle(...events: readonly MemberEvent<Answers>[]): void {
    let effects = this.step(...events);
    while (this.pending.length > 0 || effects.more) effects = this.sync();
  }

  /** The disk finishes what it was given so far. */
  sync(): Effects<Answers> {
    const done = this.pending;
    this.pending = [];
    return this.step(...done.map((append) => ({ kind: "appended", append }) as const));
  }

  /** A member that leads, with its first entry applied. */
  elect(): this {
    this.settle({ kind: "campaign" });
    return this;
  }

  /** Lets time pass in ticks, with a disk that answers at once. */
  pass(ms: number): void {
    for (let left = ms; left > 0; left -= TICK_MS) {
      this.nowMs += Math.min(TICK_MS, left);
      this.settle({ kind: "tick" });
    }
  }

  /** The event of a request, and where its answer will be. */
  request(body: InternalRaftRequestBody): { readonly event: MemberEvent<Answers>; readonly answers: Answers } {
    const id = this.member.nextId();
    const data = encodeInternalRaftRequest(newInternalRaftRequest({ header: newRequestHeader({ ID: id }), body }));
    const answers: Answers = [];
    return { event: { kind: "propose", id, data, waiter: answers }, answers };
  }

  /** Does something to the end. */
  ask(body: InternalRaftRequestBody): Answers {
    const { event, answers } = this.request(body);
    this.settle(event);
    return answers;
  }
}

/** A machine that has applied everything up to `index`, and holds nothing. */
export function newGround(
  index: number,
  backend: MemoryBackend = new Backend(),
): { machine: Machine; backend: MemoryBackend } {
  const lessor = new Lessor(backend, { minTtlSeconds: 1, maxClockStepMs: 300, checkpointIntervalMs: undefined });
  const store = openStore(backend, lessor);
  const parts = { store, lessor, cluster: new Cluster(backend, 1), alarms: new Alarms(backend) };
  return { machine: new Machine(parts, index), backend };
}

const OPTIONS: MemberOptions = {
  id: LONE_ID,
  name: "lone",
  clientUrls: ["http://lone:2379"],
  tickMs: TICK_MS,
  electionTicks: 10,
  preVote: true,
  snapshotCount: 1_000,
  snapshotCatchUpEntries: 10,
  maxRequestBytes: 1_000,
  quotaBytes: Number.POSITIVE_INFINITY,
  backendBatchMs: 100,
  backendBatchLimit: 1_000,
  compactionBatchRows: 1_000,
  compactionPauseMs: 10,
  autoCompaction: { mode: "off" },
  startedAtMs: 1_700_000_000_000,
  random: new Prng(1),
};
