/**
 * RawNode: one raft member for a single owner who calls it, takes its Readys, and answers them. It is the whole public face of
 * the state machine; Node (node.ts) is a queue in front of it.
 *
 *     loop: tick / step / propose ...  ->  if hasReady(): ready()  ->  save, send, apply  ->  advance()
 *
 * Errors: methods throw RaftError where their comment says so. Anything else that is thrown is a broken invariant: the member must stop.
 */
import { assert, fail } from "@quorate/base";
import {
  ConfChangeType,
  type ConfChangeV2,
  type ConfState,
  type Message,
  MessageType,
  newConfChange,
  newEntry,
  newHardState,
  newMessage,
} from "@quorate/proto";
import { type ConfChangeAny, confChangeAsV2, encodeConfChange } from "./conf-change.ts";
import type { Config } from "./config.ts";
import { entriesSize } from "./entries.ts";
import { RaftError } from "./errors.ts";
import { applyConfChange } from "./membership.ts";
import { checkMessage, isLocalMessage, isLocalMessageTarget, isResponseMessage } from "./message-type.ts";
import { newRaft } from "./new-raft.ts";
import { hardState, type Raft, softState } from "./raft.ts";
import { buildReady, hasReady, type Ready, storageAppendResponse, storageApplyResponse, type Told } from "./ready.ts";
import { becomeFollower } from "./roles.ts";
import { type BasicStatus, basicStatus, type Status, status } from "./status.ts";
import { step } from "./step.ts";
import { tick } from "./tick.ts";
import { traceState } from "./trace-event.ts";
import type { Progress } from "./tracker/progress.ts";
import { NONE, type NodeId, type SnapshotStatus } from "./types.ts";

/** A first member of a new cluster; `context` goes into its configuration entry. */
export type Peer = { readonly id: NodeId; readonly context?: Uint8Array };

export class RawNode {
  readonly #raft: Raft;
  readonly #asyncStorageWrites: boolean;
  #told: Told;
  /** Answers of the local storage that `advance` delivers; only without async storage writes. */
  #stepsOnAdvance: Message[] = [];

  /** @throws RaftError `InvalidConfig`. */
  constructor(config: Config) {
    this.#raft = newRaft(config);
    this.#asyncStorageWrites = this.#raft.config.asyncStorageWrites;
    this.#told = { softState: softState(this.#raft), hardState: hardState(this.#raft) };
  }

  /** Writes the first entries of a new cluster's log, one configuration change a peer. @throws RaftError `Bootstrap`. */
  bootstrap(peers: readonly Peer[]): void {
    if (peers.length === 0) throw new RaftError("Bootstrap", "must provide at least one peer to Bootstrap");
    const r = this.#raft;
    if (r.log.storage.lastIndex() !== 0) throw new RaftError("Bootstrap", "can't bootstrap a nonempty Storage");
    // Everything that follows is news for the application.
    this.#told = { ...this.#told, hardState: newHardState() };
    becomeFollower(r, 1, NONE);
    const changes = peers.map(({ id, context }) =>
      newConfChange({ type: ConfChangeType.ConfChangeAddNode, nodeId: id, context }),
    );
    const entries = changes.map((change, i) =>
      newEntry({ ...encodeConfChange({ kind: "v1", change }), term: 1, index: i + 1 }),
    );
    r.log.append(entries);
    // They count as committed: every first member writes the same ones. They are applied twice, now (so that this member can
    // campaign at once) and through Ready, which does no harm.
    r.log.committed = entries.length;
    for (const change of changes) applyConfChange(r, confChangeAsV2({ kind: "v1", change }));
  }

  /** Advances logical time by one tick. */
  tick(): void {
    tick(this.#raft);
  }

  /** Advances the election clock without acting on it, for a group at rest. Deprecated in etcd; kept for its users. */
  tickQuiesced(): void {
    this.#raft.electionElapsed++;
  }

  /** Campaigns now. */
  campaign(): void {
    step(this.#raft, newMessage({ type: MessageType.MsgHup }));
  }

  /** Proposes a payload; the log takes it over. @throws RaftError `ProposalDropped`. */
  propose(data: Uint8Array): void {
    this.#propose(newEntry({ data }));
  }

  /** Proposes a change of membership. @throws RaftError `ProposalDropped`. */
  proposeConfChange(change: ConfChangeAny): void {
    this.#propose(newEntry(encodeConfChange(change)));
  }

  /**
   * Puts a committed change in force, when its entry is applied. For a change that the application refuses, pass one whose
   * node ids are 0. @throws RaftError `InvalidConfChange`.
   */
  applyConfChange(change: ConfChangeV2): ConfState {
    return applyConfChange(this.#raft, change);
  }

  /**
   * Takes a message from a peer, or an answer of a storage thread. The message is taken over.
   * @throws RaftError `StepLocalMsg`, `StepPeerNotFound`, `InvalidMessage`, `CommitOutOfRange`, `ProposalDropped`, `TooManyReads`.
   */
  step(m: Message): void {
    const fromStorage = isLocalMessageTarget(m.from);
    if (isLocalMessage(m.type)) {
      if (!fromStorage) throw new RaftError("StepLocalMsg", "raft: cannot step raft local message");
      this.#checkStorageResponse(m);
    } else if (isResponseMessage(m.type) && !this.#raft.tracker.progress.has(m.from)) {
      throw new RaftError("StepPeerNotFound", "raft: cannot step as peer not found");
    }
    checkMessage(m, this.#raft.id);
    step(this.#raft, m);
  }

  /** Takes what there is to do. Only without a Ready that is still to be advanced, unless storage writes are async. */
  ready(): Ready {
    const ready = this.readyWithoutAccept();
    this.#accept(ready);
    return ready;
  }

  /** Looks at what `ready` would give, and changes nothing. */
  readyWithoutAccept(): Ready {
    return buildReady(this.#raft, this.#told, this.#asyncStorageWrites);
  }

  hasReady(): boolean {
    return hasReady(this.#raft, this.#told, this.#asyncStorageWrites);
  }

  /** The last Ready is saved, sent and applied. Not with async storage writes. */
  advance(): void {
    assert(!this.#asyncStorageWrites, "Advance must not be called when using AsyncStorageWrites");
    const steps = this.#stepsOnAdvance;
    this.#stepsOnAdvance = [];
    for (const m of steps) this.#stepOwn(m);
  }

  status(): Status {
    return status(this.#raft);
  }

  basicStatus(): BasicStatus {
    return basicStatus(this.#raft);
  }

  /** Visits every peer's progress, ascending; the records are live and must not be kept or changed. */
  withProgress(visit: (id: NodeId, progress: Readonly<Progress>) => void): void {
    for (const peer of this.#raft.tracker.peers) visit(peer.id, peer);
  }

  /** A message to `id` could not be delivered. */
  reportUnreachable(id: NodeId): void {
    step(this.#raft, newMessage({ type: MessageType.MsgUnreachable, from: id }));
  }

  /** What became of a snapshot sent to `id`: until told, the leader waits and sends it nothing. */
  reportSnapshot(id: NodeId, outcome: SnapshotStatus): void {
    step(this.#raft, newMessage({ type: MessageType.MsgSnapStatus, from: id, reject: outcome === "failure" }));
  }

  /** Hands leadership to `transferee`. */
  transferLeader(transferee: NodeId): void {
    step(this.#raft, newMessage({ type: MessageType.MsgTransferLeader, from: transferee }));
  }

  /** Forgets a follower's leader, so that it may vote for another at once. */
  forgetLeader(): void {
    step(this.#raft, newMessage({ type: MessageType.MsgForgetLeader }));
  }

  /**
   * Asks for a read state; it comes in a later Ready, or never (no leader, lost message): ask again with a new context.
   * @param requestCtx unique among this member's requests. @throws RaftError `TooManyReads`.
   */
  readIndex(requestCtx: Uint8Array): void {
    step(this.#raft, newMessage({ type: MessageType.MsgReadIndex, entries: [newEntry({ data: requestCtx })] }));
  }

  /** For `setRandomizedElectionTimeout` only. */
  overrideElectionTimeout(ticks: number): void {
    this.#raft.randomizedElectionTimeout = ticks;
  }

  #propose(entry: ReturnType<typeof newEntry>): void {
    step(this.#raft, newMessage({ type: MessageType.MsgProp, from: this.#raft.id, entries: [entry] }));
  }

  #accept(ready: Ready): void {
    const r = this.#raft;
    this.#told = {
      softState: ready.softState ?? this.#told.softState,
      hardState: ready.hardState ?? this.#told.hardState,
    };
    if (ready.readStates.length > 0) r.readStates = [];
    if (!this.#asyncStorageWrites) this.#planAdvance(ready);
    r.messages = [];
    r.messagesAfterAppend = [];
    r.log.acceptUnstable();
    const last = ready.committedEntries[ready.committedEntries.length - 1];
    if (last !== undefined) {
      r.log.acceptApplying(last.index, entriesSize(ready.committedEntries), !this.#asyncStorageWrites);
    }
    traceState(r, "Ready");
  }

  /** What the storage threads would answer, in the order in which they would: own acknowledgements, storage, apply. */
  #planAdvance(ready: Ready): void {
    if (this.#stepsOnAdvance.length !== 0) fail("two accepted Ready structs without call to Advance");
    const r = this.#raft;
    const steps = r.messagesAfterAppend.filter((m) => m.to === r.id);
    const appended = storageAppendResponse(r, ready.snapshot);
    if (appended !== undefined) steps.push(appended);
    if (ready.committedEntries.length > 0) steps.push(storageApplyResponse(r, ready.committedEntries));
    this.#stepsOnAdvance = steps;
  }

  /** This member's own promise may be out of date by now, which is no error: a leader's log may have moved on. */
  #stepOwn(m: Message): void {
    try {
      step(this.#raft, m);
    } catch (error) {
      if (!(error instanceof RaftError)) throw error;
    }
  }

  /** A forged answer must not count as durable or as applied what was never handed out. */
  #checkStorageResponse(m: Message): void {
    const { applied, applying, committed, unstable } = this.#raft.log;
    const last = m.entries[m.entries.length - 1];
    if (m.type === MessageType.MsgStorageApplyResp && last !== undefined && last.index > Math.max(applied, applying)) {
      throw new RaftError("InvalidMessage", `raft: invalid message: applied index ${last.index} was not handed out`);
    }
    // An answer of an older term is out of date by itself: what it names may be in the log again, not yet handed out.
    const isCurrent = m.term === 0 || m.term >= this.#raft.term;
    const isUnwritten = m.index >= unstable.offsetInProgress && unstable.maybeTerm(m.index) === m.logTerm;
    if (m.type === MessageType.MsgStorageAppendResp && isCurrent && isUnwritten) {
      throw new RaftError("InvalidMessage", `raft: invalid message: entry ${m.index} was not handed out`);
    }
    if (m.snapshot !== undefined && m.snapshot.metadata.index > committed) {
      throw new RaftError(
        "InvalidMessage",
        `raft: invalid message: snapshot ${m.snapshot.metadata.index} is not committed`,
      );
    }
  }
}

/** Sets a member's randomized election timeout until its next reset. For deterministic tests and simulators. */
export function setRandomizedElectionTimeout(node: RawNode, ticks: number): void {
  node.overrideElectionTimeout(ticks);
}
