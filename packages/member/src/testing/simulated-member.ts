/**
 * A member with everything a server gives it, in memory: queue of events, disk, backend, a process that can be killed and started
 * again. It does what the effects ask for, late, and checks after each step what must hold for one member alone.
 */
import { assert, type BackendReader, BUCKETS, fail, type HostBackend, MemoryBackend, type Prng } from "@quorate/base";
import { Alarms, Cluster, Lessor, Machine } from "@quorate/machine";
import { openStore } from "@quorate/mvcc";
import {
  type ConfState,
  decodeMessage,
  encodeMessage,
  type Message,
  newConfState,
  newSnapshot,
  type SnapshotMetadata,
} from "@quorate/proto";
import { MemoryStorage, type Peer } from "@quorate/raft";
import type { AutoCompactionOptions } from "../auto-compaction.ts";
import type { Effects, MemberEvent, Settled } from "../events.ts";
import { Member } from "../member.ts";
import { type MemberOptions, minLeaseTtl } from "../member-options.ts";
import { v2Document } from "../v2-document.ts";
import { SimulatedDisk } from "./simulated-disk.ts";

export const TICK_MS = 100;
export const ELECTION_TICKS = 10;
/** What every simulated member says that it is. */
export const VERSION = "3.5.30";
const MAX_LEARNERS = 2;

/** Whoever waits for an answer. `answers` counts how often it came. */
export type Waiter = { readonly settled: (answer: Settled, member: SimulatedMember) => void; answers: number };

export type SimulatedOptions = {
  readonly snapshotCount: number;
  readonly catchUpEntries: number;
  readonly backendBatchMs: number;
  readonly preVote: boolean;
  readonly autoCompaction: AutoCompactionOptions;
  readonly maxSyncMs: number;
  readonly maxInstallMs: number;
  readonly checkpointIntervalMs: number | undefined;
};

export type SimulatedDeps = {
  readonly random: Prng;
  readonly options: SimulatedOptions;
  readonly send: (bytes: Uint8Array, to: bigint) => void;
  readonly sendSnapshot: (bytes: Uint8Array, to: bigint, image: MemoryBackend) => void;
  readonly askVersions: () => readonly (string | undefined)[];
  readonly afterStep: (member: SimulatedMember) => void;
};

type Later = { readonly dueMs: number; readonly run: () => void };

/** What runs while the process lives. */
type Running = {
  readonly member: Member<Waiter>;
  backend: MemoryBackend;
  machine: Machine;
  events: MemberEvent<Waiter>[];
  later: Later[];
  nextTickMs: number;
  pausedUntilMs: number;
  needsStep: boolean;
};

export class SimulatedMember {
  readonly id: bigint;
  /** It was told that it is no member any more. */
  isTold = false;
  isRemoved = false;
  starts = 0;
  installs = 0;
  compactedTo = 0;
  readonly #deps: SimulatedDeps;
  readonly #disk: SimulatedDisk;
  #backend = new MemoryBackend();
  #running: Running | undefined;
  #nowMs = 0;

  constructor(id: bigint, deps: SimulatedDeps) {
    this.id = id;
    this.#deps = deps;
    this.#disk = new SimulatedDisk(deps.random, deps.options.maxSyncMs);
  }

  get isUp(): boolean {
    return this.#running !== undefined;
  }

  get member(): Member<Waiter> {
    return this.#running?.member ?? fail("the member runs");
  }

  get machine(): Machine {
    return this.#running?.machine ?? fail("the member runs");
  }

  get isPaused(): boolean {
    return this.#running !== undefined && this.#nowMs < this.#running.pausedUntilMs;
  }

  /** Starts the process from what is on disk, as a server does. @param bootstrap the first members, for one of them. */
  start(nowMs: number, bootstrap: readonly Peer[] | undefined): void {
    assert(this.#running === undefined, "a member runs once");
    this.#nowMs = nowMs;
    const { hardState, snapshot, entries } = this.#disk;
    if (this.#backend.committed.index < snapshot.index) this.#backend = this.#imageOf(snapshot.index);
    const backend = this.#backend;
    const machine = this.#openMachine(backend);
    const applied = backend.committed.index;
    const lastIndex = entries[entries.length - 1]?.index ?? snapshot.index;
    assert(applied <= lastIndex, "the backend holds nothing that the log does not");
    const stored = applied > snapshot.index ? machine.parts.cluster.loadConfState() : undefined;
    const confState: ConfState = stored ?? snapshot.confState;
    const log = new MemoryStorage();
    log.applySnapshot(newSnapshot({ metadata: { ...snapshot, confState } }));
    log.setHardState({ ...hardState, commit: Math.max(hardState.commit, applied, snapshot.index) });
    log.append(entries);
    const isEmpty = lastIndex === 0 && hardState.term === 0;
    const member = new Member<Waiter>(
      this.#memberOptions(nowMs),
      {
        log,
        machine,
        backend,
        snapshotIndex: snapshot.index,
        confState: confState ?? newConfState(),
        bootstrap: isEmpty ? bootstrap : undefined,
      },
      { backendBytes: () => 0, activeSince: () => 0 },
    );
    const nextTickMs = nowMs + this.#deps.random.below(TICK_MS);
    this.#running = { member, backend, machine, events: [], later: [], nextTickMs, pausedUntilMs: 0, needsStep: true };
    this.starts++;
  }

  /** Kills the process, and with it what the disk had not got. Whoever waits is never answered. */
  crash(): void {
    const running = this.#running ?? fail("only what runs can crash");
    this.#running = undefined;
    this.#disk.crash();
    this.#backend = running.backend.crash(this.#deps.random.chance(0.5));
  }

  /** Ends the process in good order. */
  stop(): void {
    const running = this.#running ?? fail("only what runs can stop");
    this.#answer(running.member.stop());
    for (const event of running.events) if ("waiter" in event) this.#tell(event.waiter, STOPPED);
    this.crash();
  }

  push(event: MemberEvent<Waiter>): void {
    this.#running?.events.push(event);
  }

  /** No time passes for the process, though it does for everybody else; what happens meanwhile queues up. */
  pause(untilMs: number): void {
    if (this.#running !== undefined) this.#running.pausedUntilMs = untilMs;
  }

  receive(bytes: Uint8Array): void {
    this.push({ kind: "receive", message: decodeMessage(bytes) });
  }

  /** A message with an image, which is durable by now. */
  receiveSnapshot(bytes: Uint8Array, image: MemoryBackend): void {
    this.#disk.images.set(image.committed.index, image);
    this.receive(bytes);
  }

  /** Time has come to `nowMs`: what became due happens, and one step is made of it. */
  turn(nowMs: number): void {
    this.#nowMs = nowMs;
    const running = this.#running;
    if (running === undefined || nowMs < running.pausedUntilMs) return;
    this.#finishWrites(running);
    if (nowMs >= running.nextTickMs) {
      running.events.push({ kind: "tick" });
      running.nextTickMs = nowMs + TICK_MS;
    }
    if (running.events.length > 0 || running.needsStep) this.#step(running);
  }

  #finishWrites(running: Running): void {
    const { random } = this.#deps;
    for (const done of this.#disk.finish(this.#nowMs)) {
      if (done.kind === "snapshot") running.events.push({ kind: "snapshotSaved", metadata: done.metadata });
      else if (done.append.mustSync || done.append.responses.length > 0 || random.chance(0.5))
        running.events.push({ kind: "appended", append: done.append });
    }
    const due = running.later.filter(({ dueMs }) => dueMs <= this.#nowMs);
    running.later = running.later.filter(({ dueMs }) => dueMs > this.#nowMs);
    for (const { run } of due) run();
    if (random.chance(0.1)) running.backend.finishCommit();
  }

  #step(running: Running): void {
    const { member } = running;
    const before = running.machine.appliedIndex;
    const events = running.events;
    running.events = [];
    const effects = member.step(this.#nowMs, events);
    running.needsStep = effects.more;
    running.machine = member.machine;
    assert(running.machine.appliedIndex >= before, "the applied index never goes back");
    assert(member.appliedIndex === running.machine.appliedIndex, "the member and its machine agree on what is applied");
    assert(member.appliedIndex <= member.commitIndex, "nothing is applied that is not committed");
    this.compactedTo = Math.max(this.compactedTo, member.logBounds.first);
    this.#perform(running, effects);
    this.#deps.afterStep(this);
  }

  #perform(running: Running, effects: Effects<Waiter>): void {
    for (const append of effects.appends) this.#disk.add(append, this.#nowMs);
    for (const m of effects.messages) this.#deps.send(encodeMessage(m), m.to);
    for (const m of effects.snapshots) this.#sendSnapshot(running, m);
    if (effects.saveSnapshot !== undefined) this.#disk.saveSnapshot(effects.saveSnapshot.metadata, this.#nowMs);
    if (effects.install !== undefined) this.#install(running, effects.install);
    if (effects.removed) this.isRemoved = true;
    if (effects.askVersions) {
      this.#later(running, 50, () => running.events.push({ kind: "versions", versions: this.#deps.askVersions() }));
    }
    this.#answer(effects);
  }

  #answer({ waiters, settled }: Effects<Waiter>): void {
    assert(waiters.length === settled.length, "each waiter has its answer");
    for (let i = 0; i < waiters.length; i++) this.#tell(waiters[i]!, settled[i]!);
  }

  #tell(waiter: Waiter, answer: Settled): void {
    waiter.answers++;
    assert(waiter.answers === 1, "a waiter is answered once");
    waiter.settled(answer, this);
  }

  #sendSnapshot({ backend }: Running, m: Message): void {
    const image = copyOf(backend);
    const cluster = new Cluster(image, MAX_LEARNERS);
    const confState = cluster.loadConfState() ?? fail("a backend that is sent knows its configuration");
    const metadata = { ...image.committed, confState, explicitZeros: 0 };
    const snapshot = { ...(m.snapshot ?? newSnapshot()), data: v2Document(cluster), metadata };
    this.#deps.sendSnapshot(encodeMessage({ ...m, snapshot }), m.to, image);
  }

  #install(running: Running, metadata: SnapshotMetadata): void {
    this.#later(running, this.#deps.options.maxInstallMs, () => {
      const backend = this.#imageOf(metadata.index);
      const machine = this.#openMachine(backend);
      running.backend = backend;
      running.events.push({ kind: "installed", metadata, machine, backend });
      this.installs++;
    });
  }

  /** In order, as the server queues them: a later one is never due before an earlier one. */
  #later(running: Running, maxMs: number, run: () => void): void {
    const last = running.later[running.later.length - 1]?.dueMs ?? 0;
    running.later.push({ dueMs: Math.max(last, this.#nowMs + this.#deps.random.below(maxMs + 1)), run });
  }

  #imageOf(index: number): MemoryBackend {
    return copyOf(this.#disk.images.get(index) ?? fail("the image of a snapshot on disk is there"));
  }

  #openMachine(backend: HostBackend): Machine {
    const lessor = new Lessor(backend, {
      minTtlSeconds: minLeaseTtl({ electionTicks: ELECTION_TICKS, tickMs: TICK_MS }),
      maxClockStepMs: 3 * TICK_MS,
      checkpointIntervalMs: this.#deps.options.checkpointIntervalMs,
    });
    const store = openStore(backend, lessor);
    const cluster = new Cluster(backend, MAX_LEARNERS);
    return new Machine({ store, lessor, cluster, alarms: new Alarms(backend) }, backend.committed.index);
  }

  #memberOptions(nowMs: number): MemberOptions {
    const { options, random } = this.#deps;
    return {
      id: this.id,
      name: `m${this.id}`,
      clientUrls: [`http://client-${this.id}:2379`],
      tickMs: TICK_MS,
      electionTicks: ELECTION_TICKS,
      preVote: options.preVote,
      snapshotCount: options.snapshotCount,
      snapshotCatchUpEntries: options.catchUpEntries,
      maxRequestBytes: 1_000_000,
      quotaBytes: Number.POSITIVE_INFINITY,
      backendBatchMs: options.backendBatchMs,
      backendBatchLimit: 200,
      compactionBatchRows: 1_000,
      compactionPauseMs: 10,
      autoCompaction: options.autoCompaction,
      startedAtMs: 1_700_000_000_000 + nowMs,
      random,
    };
  }
}

const STOPPED: Settled = { kind: "failed", code: "Stopped", revision: 0 };

/** A new backend with the rows that the last finished commit of `backend` holds. */
function copyOf(backend: MemoryBackend): MemoryBackend {
  const rows = backend.snapshot();
  const copy = new MemoryBackend();
  const from = new Uint8Array(0);
  const reader: BackendReader = rows;
  for (const bucket of BUCKETS) {
    reader.range(bucket, from, undefined, (key, value) => {
      copy.put(bucket, key, value);
      return true;
    });
  }
  copy.commit(rows.applied);
  rows.close();
  return copy;
}
