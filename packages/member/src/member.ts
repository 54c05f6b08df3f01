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
import { assert, type HostBackend } from "@quorate/base";
import type { Applied, ConfChangeOutcome, Machine } from "@quorate/machine";
import {
  type ConfChange,
  type ConfState,
  encodeInternalRaftRequest,
  type InternalRaftRequestBody,
  newEntry,
  newInternalRaftRequest,
  newRequestHeader,
  type SnapshotMetadata,
} from "@quorate/proto";
import { confChangeAsV2, encodeConfChange, NONE, type SoftState, StateType, type Status } from "@quorate/raft";
import { Applier, type Ground } from "./applier.ts";
import { CommitPace } from "./commit-pace.ts";
import { CompactionPace } from "./compaction-pace.ts";
import { Duties } from "./duties.ts";
import type { FailureCode } from "./errors.ts";
import { type Append, CONFIRMED, type Effects, type MemberEvent, newEffects, type Settled } from "./events.ts";
import { type MemberOptions, type MemberPorts, type MemberStart, requestTimeoutMs } from "./member-options.ts";
import { Outbox } from "./outbox.ts";
import { MAX_APPLY_BACKLOG, MAX_PRIORITY_BACKLOG, Proposals } from "./proposals.ts";
import { RaftDriver } from "./raft-driver.ts";
import { Reads } from "./reads.ts";
import { RequestIds } from "./request-ids.ts";
import { SnapshotPolicy } from "./snapshots.ts";
import { timeoutCode } from "./timeout-code.ts";
import { v2Document } from "./v2-document.ts";

/** Entries applied in one step: a turn must not take more than a few milliseconds. */
export const APPLY_BUDGET = 1_000;

/** Waits for leadership to be confirmed before leases are revoked: the member's own read. */
const LEASE_ROUND = Symbol("lease round");

type Transfer<W> = { readonly target: bigint; readonly waiter: W; readonly deadlineMs: number };

export class Member<W> {
  /** Counters for metrics. */
  readonly figures = { proposalsFailed: 0, leaderChanges: 0, applyFailures: 0 };
  readonly #options: MemberOptions;
  readonly #ports: MemberPorts;
  readonly #raft: RaftDriver;
  readonly #ids: RequestIds;
  readonly #applier: Applier;
  readonly #proposals: Proposals<W>;
  readonly #reads: Reads<W | typeof LEASE_ROUND>;
  readonly #duties: Duties;
  readonly #snapshots: SnapshotPolicy;
  readonly #compaction: CompactionPace;
  readonly #commits: CommitPace;
  readonly #outbox = new Outbox();
  #effects: Effects<W> = newEffects();
  #nowMs = 0;
  #confState: ConfState;
  #lead = NONE;
  #isLeader = false;
  #leadElectedMs = Number.NEGATIVE_INFINITY;
  #transfer: Transfer<W> | undefined;
  #isCampaignAsked = false;
  #installing: SnapshotMetadata | undefined;

  /** @throws RaftError `InvalidConfig`. */
  constructor(options: MemberOptions, start: MemberStart, ports: MemberPorts) {
    this.#options = options;
    this.#ports = ports;
    this.#confState = start.confState;
    this.#ids = new RequestIds(options.id, options.startedAtMs);
    const index = start.machine.appliedIndex;
    this.#raft = this.#createRaft(start);
    this.#applier = this.#createApplier(start, { index, term: index === 0 ? 0 : start.backend.committed.term });
    const timeoutMs = requestTimeoutMs(options);
    this.#proposals = new Proposals(timeoutMs);
    this.#reads = new Reads({
      timeoutMs,
      nextId: () => this.#ids.next(),
      ask: (id) => this.#raft.askReadIndex(id),
      confirm: (waiter) => this.#confirmRead(waiter, undefined),
      fail: (waiter, code) => this.#confirmRead(waiter, code),
    });
    this.#duties = this.#createDuties();
    this.#commits = new CommitPace(options);
    this.#compaction = new CompactionPace(options, (milliseconds) => ports.figures?.compacted(milliseconds));
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
    return this.#raft.term;
  }

  /** 0n for none. */
  get lead(): bigint {
    return this.#lead;
  }

  get isLeader(): boolean {
    return this.#isLeader;
  }

  get commitIndex(): number {
    return this.#raft.commitIndex;
  }

  get appliedIndex(): number {
    return this.#applier.index;
  }

  get confState(): ConfState {
    return this.#confState;
  }

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
    return this.#raft.matchOf(id);
  }

  nextId(): bigint {
    return this.#ids.next();
  }

  /** Entries in memory, for metrics: first and last index. */
  get logBounds(): { readonly first: number; readonly last: number } {
    return this.#raft.logBounds;
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
        return this.#propose(event);
      case "read":
        return this.#reads.add(event.waiter, this.#nowMs);
      case "receive":
        return this.#raft.receive(event.message);
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
      case "diskLow":
        return this.#duties.overQuota();
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

  #propose({ id, data, waiter, isUrgent }: Extract<MemberEvent<W>, { readonly kind: "propose" }>): void {
    if (data.length > this.#options.maxRequestBytes) return this.#fail(waiter, "RequestTooLarge");
    if (this.#isOverloaded(isUrgent ? MAX_PRIORITY_BACKLOG : MAX_APPLY_BACKLOG))
      return this.#fail(waiter, "TooManyRequests");
    this.#proposals.add(id, waiter, this.#nowMs);
    this.#outbox.add(id, newEntry({ data }));
  }

  #changeMembership(change: ConfChange, waiter: W): void {
    if (this.#isOverloaded(MAX_APPLY_BACKLOG)) return this.#fail(waiter, "TooManyRequests");
    this.#proposals.add(change.id, waiter, this.#nowMs);
    this.#outbox.add(change.id, newEntry(encodeConfChange({ kind: "v1", change })));
  }

  #isOverloaded(maxBacklog: number): boolean {
    return this.#proposals.isFull || this.commitIndex - this.#applier.index > maxBacklog;
  }

  /** A request of the member's own: nobody waits for it, and if it is lost it is made again. */
  #proposeOwn(body: InternalRaftRequestBody): void {
    const header = newRequestHeader({ ID: this.#ids.next() });
    this.#proposeBytes(encodeInternalRaftRequest(newInternalRaftRequest({ header, body })));
  }

  #proposeBytes(data: Uint8Array): void {
    this.#outbox.add(0n, newEntry({ data }));
  }

  #flushOutbox(): void {
    // While no leader is known proposals wait, as in etcd: an election is shorter than their patience.
    if (this.#lead === NONE || this.#outbox.isEmpty) return;
    this.#outbox.flush(this.#options.id, this.#raft, (id) => this.#dropProposal(id));
  }

  #dropProposal(id: bigint): void {
    const waiter = this.#proposals.take(id);
    if (waiter !== undefined) this.#fail(waiter, "ProposalDropped");
  }

  #tick(): void {
    const nowMs = this.#nowMs;
    this.#raft.tick();
    this.#proposals.expire(nowMs, (waiter, startedMs) => this.#fail(waiter, this.#timeoutCode(startedMs)));
    // Those that waited for a leader longer than their clients did.
    if (this.#lead === NONE) this.#outbox.keep((id) => this.#proposals.has(id));
    this.#reads.tick(nowMs);
    if (this.#transfer !== undefined && this.#transfer.deadlineMs <= nowMs) this.#endTransfer("TimeoutLeaderTransfer");
    this.#duties.tick(nowMs, { isLeader: this.#isLeader, hasLeader: this.#lead !== NONE });
  }

  #timeoutCode(startedMs: number): FailureCode {
    const { id, electionTicks, tickMs } = this.#options;
    const { activeSince } = this.#ports;
    const members = this.machine.parts.cluster.members.keys();
    const electionMs = electionTicks * tickMs;
    const leadElectedMs = this.#leadElectedMs;
    return timeoutCode(startedMs, { id, lead: this.#lead, leadElectedMs, electionMs, members, activeSince });
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
      this.#raft.serve();
      this.#reads.applied(this.#applier.index);
      this.#reads.startRound(this.#nowMs);
      // What was applied or confirmed may have led to proposals. They go to raft before anything else happens: what this member proposes
      // because it leads must never wait here until another one leads, and then be passed on to it.
      this.#flushOutbox();
      // Raft lets nobody campaign who may have changes of membership to apply; who asks at a start means after these.
      if (this.#isCampaignAsked && this.#applier.index === this.commitIndex) {
        this.#isCampaignAsked = false;
        this.#raft.campaign();
      }
      if (this.#raft.hasReady) continue;
      if (budget === 0 || !this.#applier.hasWork) break;
      budget -= this.#apply(budget);
    }
    this.#effects.more = this.#applier.hasWork;
  }

  #apply(budget: number): number {
    const { figures } = this.#ports;
    figures?.applying();
    const entries = this.#applier.run(budget);
    figures?.applied(entries);
    return entries;
  }

  #leadChanged({ lead, raftState }: SoftState): void {
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

  #createRaft(start: MemberStart): RaftDriver {
    return new RaftDriver(this.#options, start, {
      effects: () => this.#effects,
      onSoftState: (state) => this.#leadChanged(state),
      onReadState: (id, index) => this.#reads.answered(id, index),
      onCommitted: (entries, responses) => this.#applier.add(entries, responses),
      onSendSnapshot: (to) => this.#snapshots.sending(to),
    });
  }

  #createApplier(start: MemberStart, position: { readonly index: number; readonly term: number }): Applier {
    const options = {
      isWanted: (id: bigint) => this.#proposals.has(id),
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
        acknowledge: (responses) => this.#raft.respond(responses),
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

  #confirmRead(waiter: W | typeof LEASE_ROUND, code: FailureCode | undefined): void {
    if (waiter === LEASE_ROUND) this.#duties.leaseRound(code === undefined && this.#isLeader);
    else if (code === undefined) this.#settle(waiter as W, CONFIRMED);
    else this.#fail(waiter as W, code);
  }

  #appended(append: Append): void {
    const { snapshot } = append;
    if (snapshot !== undefined) {
      // Here and not when it was handed out: an earlier one may have been installed since, and raft goes on behind this one from now.
      this.#applier.halt();
      this.#installing = snapshot.metadata;
      this.#effects.install = snapshot.metadata;
      this.#snapshots.received(snapshot.metadata.index);
    }
    this.#raft.appended(append);
  }

  #snapshotSaved(metadata: SnapshotMetadata): void {
    this.#snapshots.saved(metadata);
    this.#raft.snapshotSaved(metadata, this.#snapshots.compactIndex(this.#nowMs));
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
    if (this.#installing !== undefined) return; // The backend is about to be replaced.
    const { store, cluster } = this.machine.parts;
    const { index, term } = this.#applier;
    this.#commits.step(this.backend, { index, term }, this.#nowMs);
    if (this.#snapshots.isDue(index)) {
      this.#snapshots.capture({ index, term }, this.#confState, v2Document(cluster));
    }
    this.#effects.saveSnapshot = this.#snapshots.takeSavable(this.backend.committed);
    this.#compaction.step(store, this.#nowMs, this.#effects);
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
