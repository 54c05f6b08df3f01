/**
 * One member of the cluster: raft, the state machine and what stands between them, as a function of events. The server drives it with
 * sockets, files and a clock, the simulator with none of these; both run this code unchanged. It never waits, never asks what time it
 * is (each step is told), and keeps nothing that its effects ask others to do.
 *
 *   events: ticks, proposals, reads, messages, "durable", "installed"
 *      |
 *   step: proposals of this step as one MsgProp -> raft -> Readys -> apply queue -> duties
 *      |
 *   effects: messages, appends, answers, snapshots, membership
 *
 * A step is one turn of the host's event loop. Raft writes its log asynchronously: an append goes out as an effect and comes back
 * as an event, and the leader's own disk is one acknowledgement among others.
 */
import { assert, type HostBackend, type Logger, type Random, silentLogger } from "@quorate/base";
import { type Applied, type ConfChangeOutcome, type Machine, minLeaseTtlSeconds } from "@quorate/machine";
import {
  type ConfChange,
  type ConfState,
  type Entry,
  encodeInternalRaftRequest,
  type InternalRaftRequestBody,
  type Message,
  MessageType,
  newEntry,
  newInternalRaftRequest,
  newMessage,
  newRequestHeader,
  type SnapshotMetadata,
} from "@quorate/proto";
import {
  type BasicStatus,
  type Config,
  confChangeAsV2,
  encodeConfChange,
  isEmptySnapshot,
  LOCAL_APPEND_THREAD,
  LOCAL_APPLY_THREAD,
  type MemoryStorage,
  NONE,
  type Peer,
  RaftError,
  RawNode,
  type Ready,
  StateType,
  type Status,
} from "@quorate/raft";
import { Applier, type Ground } from "./applier.ts";
import type { AutoCompactionOptions } from "./auto-compaction.ts";
import { Duties } from "./duties.ts";
import type { FailureCode } from "./errors.ts";
import { type Append, CONFIRMED, type Effects, type MemberEvent, newEffects, type Settled } from "./events.ts";
import { Proposals } from "./proposals.ts";
import { Reads } from "./reads.ts";
import { RequestIds } from "./request-ids.ts";
import { SnapshotPolicy } from "./snapshots.ts";
import { v2Document } from "./v2-document.ts";

/** Entries applied in one step: a turn must not take more than a few milliseconds. */
export const APPLY_BUDGET = 1_000;
/** Rows looked at in one step while a compaction is under way. */
const COMPACTION_BUDGET = 500;
/** Committed entries that wait to be applied before requests are refused (etcd: maxGapBetweenApplyAndCommitIndex). */
export const MAX_APPLY_BACKLOG = 5_000;
/** Proposals in one MsgProp. */
const MAX_BATCHED_PROPOSALS = 1_024;
/** Entry bytes in one append, and handed out at once to be applied (etcd: maxSizePerMsg). */
const MAX_SIZE_PER_MESSAGE = 1024 * 1024;
const MAX_INFLIGHT_MESSAGES = 512;
const MAX_UNCOMMITTED_BYTES = 1 << 30;
const REQUEST_ID_BYTES = 8;

export type MemberOptions = {
  readonly id: bigint;
  readonly name: string;
  readonly clientUrls: readonly string[];
  /** Milliseconds of a tick, which is a heartbeat interval. */
  readonly tickMs: number;
  readonly electionTicks: number;
  readonly preVote: boolean;
  readonly snapshotCount: number;
  readonly snapshotCatchUpEntries: number;
  readonly maxRequestBytes: number;
  /** Infinity for none. */
  readonly quotaBytes: number;
  /** When the backend commits: after so long, or so many changes. */
  readonly backendBatchMs: number;
  readonly backendBatchLimit: number;
  readonly autoCompaction: AutoCompactionOptions;
  /** Milliseconds since 1970 at the start of the process: for request ids only. */
  readonly startedAtMs: number;
  readonly random: Random;
  readonly logger?: Logger;
};

/** Where a member stands when it starts. */
export type MemberStart = {
  /** What the log on disk held: HardState, snapshot position, entries. */
  readonly log: MemoryStorage;
  readonly machine: Machine;
  readonly backend: HostBackend;
  /** The newest raft snapshot on disk; 0 for none. */
  readonly snapshotIndex: number;
  readonly confState: ConfState;
  /** The first members, where the cluster begins with this start. */
  readonly bootstrap: readonly Peer[] | undefined;
};

/** What the member asks of its host while it steps. */
export type MemberPorts = {
  /** Bytes of the backend as they count against the quota. */
  readonly backendBytes: () => number;
  /** When the connection to a peer came up, on the clock of `step`; undefined while there is none. */
  readonly activeSince: (id: bigint) => number | undefined;
};

/** How long a request may take: five seconds and two election timeouts, as etcd. */
export function requestTimeoutMs({ electionTicks, tickMs }: Pick<MemberOptions, "electionTicks" | "tickMs">): number {
  return 5_000 + 2 * electionTicks * tickMs;
}

/** The shortest TTL of a lease at these options. */
export function minLeaseTtl({ electionTicks, tickMs }: Pick<MemberOptions, "electionTicks" | "tickMs">): number {
  return minLeaseTtlSeconds(electionTicks, tickMs);
}

/** Waits for leadership to be confirmed before leases are revoked: the member's own read. */
const LEASE_ROUND = Symbol("lease round");

type Transfer<W> = { readonly target: bigint; readonly waiter: W; readonly deadlineMs: number };

export class Member<W> {
  /** Counters for metrics. */
  readonly figures = { proposalsFailed: 0, leaderChanges: 0, applyFailures: 0 };
  readonly #options: MemberOptions;
  readonly #ports: MemberPorts;
  readonly #logger: Logger;
  readonly #log: MemoryStorage;
  readonly #raft: RawNode;
  readonly #ids: RequestIds;
  readonly #applier: Applier;
  readonly #proposals: Proposals<W>;
  readonly #reads: Reads<W | typeof LEASE_ROUND>;
  readonly #duties: Duties;
  readonly #snapshots: SnapshotPolicy;
  /** Entries of this step, and of earlier ones while no leader is known, with the id of each. */
  #outbox: { readonly ids: bigint[]; readonly entries: Entry[] } = { ids: [], entries: [] };
  #effects: Effects<W> = newEffects();
  #nowMs = 0;
  #confState: ConfState;
  #status: BasicStatus;
  #lead = NONE;
  #isLeader = false;
  #leadElectedMs = Number.NEGATIVE_INFINITY;
  #commitMs = 0;
  #transfer: Transfer<W> | undefined;
  #isCampaignAsked = false;
  #installing: SnapshotMetadata | undefined;
  /** Term and vote that were handed out to be saved. */
  #promised: { readonly term: number; readonly vote: bigint };

  /** @throws RaftError `InvalidConfig`. */
  constructor(options: MemberOptions, start: MemberStart, ports: MemberPorts) {
    this.#options = options;
    this.#ports = ports;
    this.#logger = options.logger ?? silentLogger;
    this.#log = start.log;
    this.#confState = start.confState;
    this.#ids = new RequestIds(options.id, options.startedAtMs);
    const index = start.machine.appliedIndex;
    this.#promised = start.log.initialState().hardState;
    this.#raft = new RawNode(raftConfig(options, start.log, index));
    if (start.bootstrap !== undefined) this.#raft.bootstrap(start.bootstrap);
    this.#status = this.#raft.basicStatus();
    this.#applier = this.#createApplier(start, { index, term: index === 0 ? 0 : start.backend.committed.term });
    const timeoutMs = requestTimeoutMs(options);
    this.#proposals = new Proposals(timeoutMs);
    this.#reads = new Reads({
      timeoutMs,
      nextId: () => this.#ids.next(),
      ask: (id) => this.#askReadIndex(id),
      confirm: (waiter) => this.#confirmRead(waiter, undefined),
      fail: (waiter, code) => this.#confirmRead(waiter, code),
    });
    this.#duties = this.#createDuties();
    const { snapshotCount, snapshotCatchUpEntries: catchUpEntries } = options;
    this.#snapshots = new SnapshotPolicy({ snapshotCount, catchUpEntries }, start.snapshotIndex);
  }

  get machine(): Machine {
    return this.#applier.machine;
  }

  get backend(): HostBackend {
    return this.#applier.backend;
  }

  get term(): number {
    return this.#status.hardState.term;
  }

  /** 0n for none. */
  get lead(): bigint {
    return this.#lead;
  }

  get isLeader(): boolean {
    return this.#isLeader;
  }

  get commitIndex(): number {
    return this.#status.hardState.commit;
  }

  get appliedIndex(): number {
    return this.#applier.index;
  }

  get appliedTerm(): number {
    return this.#applier.term;
  }

  get confState(): ConfState {
    return this.#confState;
  }

  /** Requests under way. */
  get pendingProposals(): number {
    return this.#proposals.size;
  }

  /** ReadIndex rounds that failed, and such that had to be asked again. */
  get readFigures(): { readonly failed: number; readonly slow: number } {
    return { failed: this.#reads.failedRounds, slow: this.#reads.slowRounds };
  }

  /** True once this member is known to the others by its name and URLs: clients may come (etcd: ready). */
  get isPublished(): boolean {
    return this.#duties.isPublished;
  }

  /** Everything raft knows, with the progress of the peers; costs copies. */
  status(): Status {
    return this.#raft.status();
  }

  /** How far a peer's log is known to match, on the leader. */
  matchOf(id: bigint): number | undefined {
    let match: number | undefined;
    this.#raft.withProgress((peer, progress) => {
      if (peer === id) match = progress.match;
    });
    return match;
  }

  nextId(): bigint {
    return this.#ids.next();
  }

  /** Entries in memory, for metrics: first and last index. */
  get logBounds(): { readonly first: number; readonly last: number } {
    return { first: this.#log.firstIndex(), last: this.#log.lastIndex() };
  }

  /**
   * Takes what happened, in order, and says what is to be done.
   * @param nowMs monotonic; never less than the last time.
   * @throws InvariantViolation, ProtoError, StorageError, MvccError `Corrupt`: this member can not go on and must stop.
   */
  step(nowMs: number, events: readonly MemberEvent<W>[]): Effects<W> {
    const effects = newEffects<W>();
    this.#effects = effects;
    this.#nowMs = nowMs;
    // Leases begin and are renewed at any moment, not only at a tick: one that began on an old clock would end too early.
    this.machine.parts.lessor.advance(nowMs);
    for (let i = 0; i < events.length; i++) this.#take(events[i]!);
    this.#flushOutbox();
    this.#reads.startRound(nowMs);
    this.#pump();
    this.#maintain();
    return effects;
  }

  /** Gives up on everything that waits: this member stops. */
  stop(): Effects<W> {
    const effects = newEffects<W>();
    this.#effects = effects;
    this.#proposals.failAll("Stopped", (waiter, code) => this.#fail(waiter, code));
    this.#reads.failAll("Stopped");
    this.#endTransfer("Stopped");
    return effects;
  }

  #take(event: MemberEvent<W>): void {
    switch (event.kind) {
      case "propose":
        return this.#propose(event.id, event.data, event.waiter);
      case "read":
        return this.#reads.add(event.waiter, this.#nowMs);
      case "receive":
        return this.#receive(event.message);
      case "appended":
        return this.#appended(event.append);
      case "tick":
        return this.#tick();
      case "changeMembership":
        return this.#changeMembership(event.change, event.waiter);
      case "moveLeader":
        return this.#moveLeader(event.target, event.waiter);
      case "snapshotSaved":
        return this.#snapshotSaved(event.metadata);
      case "installed":
        return this.#installed(event, event.metadata);
      case "unreachable":
        return this.#raft.reportUnreachable(event.id);
      case "snapshotSent":
        this.#snapshots.sent(event.id, this.#nowMs);
        return this.#raft.reportSnapshot(event.id, event.outcome);
      case "versions":
        if (this.#isLeader) this.#duties.versions(event.versions);
        return;
      case "advanceTicks":
        for (let i = 0; i < event.ticks; i++) this.#raft.tick();
        return;
      case "campaign":
        this.#isCampaignAsked = true;
        return;
    }
  }

  #propose(id: bigint, data: Uint8Array, waiter: W): void {
    if (data.length > this.#options.maxRequestBytes) return this.#fail(waiter, "RequestTooLarge");
    if (this.#isOverloaded()) return this.#fail(waiter, "TooManyRequests");
    this.#proposals.add(id, waiter, this.#nowMs);
    this.#proposeBytes(data, id);
  }

  #changeMembership(change: ConfChange, waiter: W): void {
    if (this.#isOverloaded()) return this.#fail(waiter, "TooManyRequests");
    this.#proposals.add(change.id, waiter, this.#nowMs);
    this.#outbox.ids.push(change.id);
    this.#outbox.entries.push(newEntry(encodeConfChange({ kind: "v1", change })));
  }

  #isOverloaded(): boolean {
    return this.#proposals.isFull || this.commitIndex - this.#applier.index > MAX_APPLY_BACKLOG;
  }

  /** A request of the member's own: nobody waits for it, and if it is lost it is made again. */
  #proposeOwn(body: InternalRaftRequestBody): void {
    const header = newRequestHeader({ ID: this.#ids.next() });
    this.#proposeBytes(encodeInternalRaftRequest(newInternalRaftRequest({ header, body })));
  }

  #proposeBytes(data: Uint8Array, id = 0n): void {
    this.#outbox.ids.push(id);
    this.#outbox.entries.push(newEntry({ data }));
  }

  /** All proposals of the step as few messages: one append, one sync and one message a follower for all of them. */
  #flushOutbox(): void {
    const { ids, entries } = this.#outbox;
    // While no leader is known they wait, as in etcd: an election is shorter than their patience.
    if (entries.length === 0 || this.#lead === NONE) return;
    this.#outbox = { ids: [], entries: [] };
    for (let at = 0; at < entries.length; at += MAX_BATCHED_PROPOSALS) {
      const end = Math.min(at + MAX_BATCHED_PROPOSALS, entries.length);
      const batch = entries.length <= MAX_BATCHED_PROPOSALS ? entries : entries.slice(at, end);
      try {
        this.#raft.step(newMessage({ type: MessageType.MsgProp, from: this.#options.id, entries: batch }));
      } catch (error) {
        if (!(error instanceof RaftError) || error.code !== "ProposalDropped") throw error;
        for (let i = at; i < end; i++) this.#dropProposal(ids[i]!);
      }
    }
  }

  #dropProposal(id: bigint): void {
    const waiter = this.#proposals.take(id);
    if (waiter !== undefined) this.#fail(waiter, "ProposalDropped");
  }

  #receive(message: Message): void {
    try {
      this.#raft.step(message);
    } catch (error) {
      if (!(error instanceof RaftError)) throw error;
      // The leader names entries as committed that this member once acknowledged and no longer has: it must not vote again.
      assert(error.code !== "CommitOutOfRange", `entries that were acknowledged are gone: ${error.message}`);
      this.#logger.debug(`refused a message of ${message.from.toString(16)}: ${error.message}`);
    }
  }

  #tick(): void {
    const nowMs = this.#nowMs;
    this.#raft.tick();
    this.#proposals.expire(nowMs, (waiter, startedMs) => this.#fail(waiter, this.#timeoutCode(startedMs)));
    this.#dropExpiredOutbox();
    this.#reads.tick(nowMs);
    if (this.#transfer !== undefined && this.#transfer.deadlineMs <= nowMs) this.#endTransfer("TimeoutLeaderTransfer");
    this.#duties.tick(nowMs, { isLeader: this.#isLeader, hasLeader: this.#lead !== NONE });
  }

  /** Proposals that waited for a leader longer than their clients did. */
  #dropExpiredOutbox(): void {
    if (this.#lead !== NONE || this.#outbox.ids.length === 0) return;
    const { ids, entries } = this.#outbox;
    const kept = ids.map((id) => this.#proposals.has(id));
    this.#outbox = { ids: ids.filter((_, i) => kept[i]), entries: entries.filter((_, i) => kept[i]) };
  }

  /** Which timeout it was (etcd: parseProposeCtxErr). */
  #timeoutCode(startedMs: number): FailureCode {
    const electionMs = this.#options.electionTicks * this.#options.tickMs;
    if (startedMs > this.#leadElectedMs - 2 * electionMs && startedMs < this.#leadElectedMs)
      return "TimeoutDueToLeaderFail";
    if (this.#lead === NONE) return "Timeout";
    const wasConnected = (id: bigint): boolean => {
      const since = this.#ports.activeSince(id);
      return id === this.#options.id || (since !== undefined && since < startedMs);
    };
    if (!this.#isLeader) return wasConnected(this.#lead) ? "Timeout" : "TimeoutDueToConnectionLost";
    const members = [...this.machine.parts.cluster.members.keys()];
    const connected = members.filter(wasConnected).length;
    return connected > members.length / 2 ? "Timeout" : "TimeoutDueToConnectionLost";
  }

  #moveLeader(target: bigint, waiter: W): void {
    if (!this.#isLeader) return this.#fail(waiter, "NotLeader");
    const member = this.machine.parts.cluster.members.get(target);
    if (member === undefined || member.isLearner) return this.#fail(waiter, "BadLeaderTransferee");
    if (target === this.#options.id) return this.#settle(waiter, CONFIRMED);
    this.#endTransfer("TimeoutLeaderTransfer");
    const deadlineMs = this.#nowMs + this.#options.electionTicks * this.#options.tickMs;
    this.#transfer = { target, waiter, deadlineMs };
    this.#raft.transferLeader(target);
  }

  #endTransfer(code: FailureCode | undefined): void {
    const transfer = this.#transfer;
    if (transfer === undefined) return;
    this.#transfer = undefined;
    if (code === undefined) this.#settle(transfer.waiter, CONFIRMED);
    else this.#fail(transfer.waiter, code);
  }

  /** Lets raft and the apply queue go on until both have nothing to do, or the step has done enough. */
  #pump(): void {
    let budget = APPLY_BUDGET;
    for (;;) {
      while (this.#raft.hasReady()) this.#serve(this.#raft.ready());
      this.#reads.applied(this.#applier.index);
      this.#reads.startRound(this.#nowMs);
      // What was applied or confirmed may have led to proposals. They go to raft before anything else happens: what this member proposes
      // because it leads must never wait here until another one leads, and then be passed on to it.
      this.#flushOutbox();
      if (this.#isCampaignAsked && this.#applier.index === this.commitIndex) this.#campaign();
      if (this.#raft.hasReady()) continue;
      if (budget === 0 || !this.#applier.hasWork) break;
      budget -= this.#applier.run(budget);
    }
    this.#effects.more = this.#applier.hasWork;
  }

  /** Raft lets nobody campaign who may have changes of membership to apply; who asks at a start means after these. */
  #campaign(): void {
    this.#isCampaignAsked = false;
    this.#raft.campaign();
  }

  #serve(ready: Ready): void {
    this.#status = this.#raft.basicStatus();
    if (ready.softState !== undefined) this.#leadChanged(ready.softState);
    for (const { requestCtx, index } of ready.readStates) this.#readStateOf(requestCtx, index);
    for (const m of ready.messages) this.#deliver(m);
  }

  #deliver(m: Message): void {
    if (m.to === LOCAL_APPEND_THREAD) this.#append(m);
    else if (m.to === LOCAL_APPLY_THREAD) this.#applier.add(m.entries, m.responses);
    else if (m.type === MessageType.MsgSnap) this.#sendSnapshot(m);
    else this.#effects.messages.push(m);
  }

  #append(m: Message): void {
    const hasState = m.term !== 0 || m.commit !== 0 || m.vote !== 0n;
    const hardState = hasState ? { term: m.term, vote: m.vote, commit: m.commit, explicitZeros: 0 } : undefined;
    const snapshot = isEmptySnapshot(m.snapshot) ? undefined : m.snapshot;
    // A term or a vote is a promise, as entries are; a commit index can be learnt again.
    const isPromise = hasState && (m.term !== this.#promised.term || m.vote !== this.#promised.vote);
    if (hasState) this.#promised = { term: m.term, vote: m.vote };
    const mustSync = m.entries.length > 0 || isPromise || snapshot !== undefined;
    const { entries, responses } = m;
    this.#effects.appends.push({ hardState, entries, snapshot, mustSync, responses });
  }

  #appended({ hardState, entries, snapshot, responses }: Append): void {
    if (snapshot !== undefined) {
      this.#log.applySnapshot({ ...snapshot, data: undefined });
      // Here and not when it was handed out: an earlier one may have been installed since, and raft goes on behind this one from now.
      this.#applier.halt();
      this.#installing = snapshot.metadata;
      this.#effects.install = snapshot.metadata;
      this.#snapshots.received(snapshot.metadata.index);
    }
    if (hardState !== undefined) this.#log.setHardState(hardState);
    this.#log.append(entries);
    this.#respond(responses);
  }

  /** Answers of the local threads: to raft itself, or to a peer that waited for this. */
  #respond(responses: readonly Message[]): void {
    for (const m of responses) {
      if (m.to === this.#options.id) this.#stepOwn(m);
      else this.#effects.messages.push(m);
    }
  }

  /** This member's own promise may be out of date by now, which is no error: its log may have moved on. */
  #stepOwn(m: Message): void {
    try {
      this.#raft.step(m);
    } catch (error) {
      if (!(error instanceof RaftError)) throw error;
    }
  }

  #leadChanged({ lead, raftState }: { readonly lead: bigint; readonly raftState: StateType }): void {
    this.#effects.leadChanged = true;
    const isLeader = raftState === StateType.Leader;
    if (isLeader && !this.#isLeader) this.#leadElectedMs = this.#nowMs;
    if (lead !== this.#lead && lead !== NONE) {
      this.figures.leaderChanges++;
      this.#leadElectedMs = this.#nowMs;
      this.#reads.leaderChanged();
    }
    this.#lead = lead;
    if (this.#isLeader && !isLeader) this.machine.parts.lessor.demote();
    this.#isLeader = isLeader;
    if (this.#transfer?.target === lead) this.#endTransfer(undefined);
    if (lead !== NONE) this.#flushOutbox();
  }

  #createApplier(start: MemberStart, position: { readonly index: number; readonly term: number }): Applier {
    const options = {
      isWanted: (id: bigint) => this.#proposals.has(id),
      isAnyWanted: () => this.#proposals.size > 0,
      quotaBytes: this.#options.quotaBytes,
      get sizeBytes() {
        return backendBytes();
      },
    };
    const { backendBytes } = this.#ports;
    return new Applier(
      {
        options,
        onApplied: (applied) => this.#applied(applied),
        onConfChange: (change, outcome) => this.#confChanged(change, outcome),
        onEmptyEntry: (term) => this.#emptyEntryApplied(term),
        acknowledge: (responses) => this.#respond(responses),
      },
      start,
      position,
    );
  }

  #applied({ requestId, outcome, overQuota }: Applied): void {
    if (overQuota) this.#duties.overQuota();
    const waiter = requestId === 0n ? undefined : this.#proposals.take(requestId);
    if (waiter === undefined) return;
    assert(outcome.kind !== "skipped", "raft hands out each entry once");
    if (outcome.kind === "failed") this.figures.applyFailures++;
    this.#settle(waiter, outcome);
  }

  /** A leader may let leases run once the first entry of its term is applied: it then knows of all that were granted before. */
  #emptyEntryApplied(term: number): void {
    this.#reads.askAgain(this.#nowMs);
    const { lessor } = this.machine.parts;
    // A change of membership that raft refused leaves an empty entry too: leases must not start anew for it.
    if (!this.#isLeader || term !== this.term || lessor.isPrimary) return;
    lessor.promote(this.#options.electionTicks * this.#options.tickMs);
    this.#duties.firstCommitInTerm(this.#nowMs);
  }

  /** A change that is refused goes to raft with its id taken out, so that raft counts it as done. */
  #confChanged(change: ConfChange, outcome: ConfChangeOutcome): void {
    const isApplied = outcome.kind === "applied";
    const effective = isApplied ? change : { ...change, nodeId: NONE };
    this.#confState = this.#raft.applyConfChange(confChangeAsV2({ kind: "v1", change: effective }));
    this.machine.parts.cluster.saveConfState(this.#confState);
    if (isApplied) {
      this.#effects.membership.push({ change: outcome.change, member: outcome.member });
      if (outcome.change === "remove" && outcome.member.id === this.#options.id) this.#effects.removed = true;
    }
    const waiter = change.id === 0n ? undefined : this.#proposals.take(change.id);
    if (waiter === undefined) return;
    if (isApplied) this.#settle(waiter, CONFIRMED);
    else this.#fail(waiter, outcome.code);
  }

  #createDuties(): Duties {
    const { id, name, clientUrls, autoCompaction } = this.#options;
    return new Duties(
      { id, name, clientUrls, autoCompaction },
      {
        machine: () => this.machine,
        propose: (body) => this.#proposeOwn(body),
        proposeV2: (data) => this.#proposeBytes(data),
        nextId: () => this.#ids.next(),
        confirmLeadership: () => this.#reads.add(LEASE_ROUND, this.#nowMs),
        askVersions: () => {
          this.#effects.askVersions = true;
        },
      },
    );
  }

  #askReadIndex(id: bigint): void {
    const context = new Uint8Array(REQUEST_ID_BYTES);
    new DataView(context.buffer).setBigUint64(0, id);
    try {
      this.#raft.readIndex(context);
    } catch (error) {
      // Too many of them: this round is asked again, or gives up.
      if (!(error instanceof RaftError)) throw error;
    }
  }

  #readStateOf(context: Uint8Array, index: number): void {
    if (context.length !== REQUEST_ID_BYTES) return;
    const view = new DataView(context.buffer, context.byteOffset, REQUEST_ID_BYTES);
    this.#reads.answered(view.getBigUint64(0), index);
  }

  #confirmRead(waiter: W | typeof LEASE_ROUND, code: FailureCode | undefined): void {
    if (waiter === LEASE_ROUND) this.#duties.leaseRound(code === undefined && this.#isLeader);
    else if (code === undefined) this.#settle(waiter as W, CONFIRMED);
    else this.#fail(waiter as W, code);
  }

  #sendSnapshot(m: Message): void {
    this.#snapshots.sending(m.to);
    this.#effects.snapshots.push(m);
  }

  #snapshotSaved(metadata: SnapshotMetadata): void {
    this.#snapshots.saved(metadata);
    if (metadata.index > this.#log.snapshot().metadata.index) {
      this.#log.createSnapshot(metadata.index, metadata.confState, new Uint8Array(0));
    }
    this.#compactLog();
  }

  #installed(ground: Ground, metadata: SnapshotMetadata): void {
    this.#applier.install(ground, metadata);
    this.#confState = metadata.confState;
    // A newer one came while this one was installed.
    if (this.#installing !== undefined && this.#installing.index > metadata.index) this.#applier.halt();
    else this.#installing = undefined;
  }

  /** After the step's work: commits of the backend, snapshots, compactions. */
  #maintain(): void {
    // The backend is about to be replaced.
    if (this.#installing !== undefined) return;
    this.#commitBackend();
    const { store, cluster } = this.machine.parts;
    const { index, term } = this.#applier;
    if (this.#snapshots.isDue(index)) {
      this.#snapshots.capture({ index, term }, this.#confState, v2Document(cluster));
    }
    this.#effects.saveSnapshot = this.#snapshots.takeSavable(this.backend.committed);
    if (store.compacting && !store.stepCompaction(COMPACTION_BUDGET)) this.#effects.more = true;
  }

  /** The log is durable; the backend follows it a little later, in large transactions. */
  #commitBackend(): void {
    const { backend } = this;
    const { backendBatchLimit, backendBatchMs } = this.#options;
    const { index, term } = this.#applier;
    if (index <= backend.committed.index) return;
    const isLarge = backend.bufferedChanges >= backendBatchLimit;
    if (!isLarge && this.#nowMs - this.#commitMs < backendBatchMs) return;
    if (backend.startCommit({ index, term })) this.#commitMs = this.#nowMs;
  }

  #compactLog(): void {
    const index = this.#snapshots.compactIndex(this.#nowMs);
    if (index !== undefined && index >= this.#log.firstIndex()) this.#log.compact(index);
  }

  #settle(waiter: W, settled: Settled): void {
    this.#effects.waiters.push(waiter);
    this.#effects.settled.push(settled);
  }

  #fail(waiter: W, code: FailureCode): void {
    this.figures.proposalsFailed++;
    this.#settle(waiter, { kind: "failed", code, revision: this.machine.parts.store.currentRev });
  }
}

function raftConfig(options: MemberOptions, storage: MemoryStorage, applied: number): Config {
  return {
    id: options.id,
    electionTick: options.electionTicks,
    heartbeatTick: 1,
    storage,
    applied,
    asyncStorageWrites: true,
    maxSizePerMsg: MAX_SIZE_PER_MESSAGE,
    maxInflightMsgs: MAX_INFLIGHT_MESSAGES,
    maxUncommittedEntriesSize: MAX_UNCOMMITTED_BYTES,
    checkQuorum: true,
    preVote: options.preVote,
    random: options.random,
    ...(options.logger === undefined ? {} : { logger: options.logger }),
  };
}
