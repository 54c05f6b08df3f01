/**
 * Node: queues in front of a RawNode, so that many callers can share one member. etcd's channel-driven Node without threads: a
 * call queues its event, and one scheduled turn (`run`) takes all that is queued, steps it, and builds one Ready. Everything that
 * arrives in one turn of the host's event loop therefore shares one append, one sync and one message a follower.
 *
 *   propose --> propc --+
 *   step -----> recvc --+--> run: step ... --> Ready --> onReady (the application) --> advance --> next Ready
 *   tick -----> ticks --+
 *
 * It owns the queues and the RawNode. It never does I/O and never waits: the host says when a turn runs.
 */
import { messageOf, RingQueue } from "@quorate/base";
import {
  type ConfChangeV2,
  type ConfState,
  type Entry,
  type Message,
  MessageType,
  newEntry,
  newMessage,
} from "@quorate/proto";
import { type ConfChangeAny, encodeConfChange } from "./conf-change.ts";
import type { Config } from "./config.ts";
import { RaftError } from "./errors.ts";
import { isLocalMessage, isResponseMessage } from "./message-type.ts";
import { x } from "./raft.ts";
import { type Peer, RawNode } from "./raw-node.ts";
import type { Ready } from "./ready.ts";
import type { Status } from "./status.ts";
import { NONE, type NodeId, type SnapshotStatus } from "./types.ts";

/** Ticks that may queue up while a turn is late; more are dropped with a warning. */
export const MAX_QUEUED_TICKS = 128;
/** Proposals that may wait for a leader or a turn. */
export const MAX_QUEUED_PROPOSALS = 16_384;
/** Messages that may wait for a turn. */
export const MAX_QUEUED_MESSAGES = 16_384;
/** Proposals that are stepped as one MsgProp. */
const MAX_BATCHED_PROPOSALS = 1_024;

/** Learns what became of a proposal: undefined once it is in the leader's log or on its way there. It may still be lost. */
export type ProposalDone = (error: RaftError | undefined) => void;

/** What the host provides. */
export type NodeDeps = {
  /** Calls `turn` once, soon, and never from within this call. */
  readonly schedule: (turn: () => void) => void;
  /** Takes the next Ready: etcd's Ready channel. Called from a turn; `advance` may be called at once or later. */
  readonly onReady: (ready: Ready) => void;
  /** A message was refused. CommitOutOfRange means that this member has lost log entries it had acknowledged: stop it. */
  readonly onRefused?: (error: RaftError, m: Message) => void;
};

/** A proposal in the queue. */
export type Proposal = { readonly message: Message; readonly done: ProposalDone | undefined; cancelled: boolean };

export class Node {
  readonly #raw: RawNode;
  readonly #config: Config;
  readonly #deps: NodeDeps;
  readonly #propc = new RingQueue<Proposal>(MAX_QUEUED_PROPOSALS);
  readonly #recvc = new RingQueue<Message>(MAX_QUEUED_MESSAGES);
  #ticks = 0;
  #lead: NodeId = NONE;
  #scheduled = false;
  #stopped = false;
  /** A Ready is with the application and not yet advanced. Always false with async storage writes. */
  #advancePending = false;
  readonly #turn = (): void => {
    this.#scheduled = false;
    this.run();
  };

  /** Use `startNode` or `restartNode`. */
  constructor(raw: RawNode, config: Config, deps: NodeDeps) {
    this.#raw = raw;
    this.#config = config;
    this.#deps = deps;
    this.#wake();
  }

  /** Advances logical time. */
  tick(): void {
    if (this.#ticks >= MAX_QUEUED_TICKS) {
      this.#config.logger?.warn(`${x(this.#config.id)} A tick missed to fire. Node blocks too long!`);
      return;
    }
    this.#ticks++;
    this.#wake();
  }

  /** Proposes a payload (steps 5 and 6 of the path of a write). It waits in the queue while no leader is known. */
  propose(data: Uint8Array, done?: ProposalDone): Proposal {
    if (this.#config.trace?.active) this.#config.trace.emit("Node.propose", this.#config.id, {});
    return this.#enqueueProposal([newEntry({ data })], done);
  }

  /** Proposes a change of membership. */
  proposeConfChange(change: ConfChangeAny, done?: ProposalDone): Proposal {
    return this.#enqueueProposal([newEntry(encodeConfChange(change))], done);
  }

  /** Gives up on a proposal that is still queued: it will not be stepped. One that was stepped may still commit. */
  cancel(proposal: Proposal): void {
    proposal.cancelled = true;
  }

  /**
   * Takes a message from the transport, or an answer of a storage thread.
   * @throws RaftError `StepLocalMsg` for a local message from outside, `QueueFull`, `Stopped`.
   */
  step(m: Message): void {
    if (isLocalMessage(m.type) && !isResponseMessage(m.type)) {
      throw new RaftError("StepLocalMsg", "raft: cannot step raft local message");
    }
    if (m.type !== MessageType.MsgProp) return this.#receive(m);
    const problem = this.#queueProposal({ message: m, done: undefined, cancelled: false });
    if (problem !== undefined) throw problem;
  }

  /** Campaigns now. */
  campaign(): void {
    this.#control(() => this.#raw.campaign());
  }

  /** Hands leadership over. */
  transferLeadership(transferee: NodeId): void {
    this.#control(() => this.#raw.transferLeader(transferee));
  }

  forgetLeader(): void {
    this.#control(() => this.#raw.forgetLeader());
  }

  /** Asks for a read state with this context. @throws RaftError `TooManyReads`. */
  readIndex(requestCtx: Uint8Array): void {
    this.#control(() => this.#raw.readIndex(requestCtx));
  }

  reportUnreachable(id: NodeId): void {
    this.#control(() => this.#raw.reportUnreachable(id));
  }

  reportSnapshot(id: NodeId, outcome: SnapshotStatus): void {
    this.#control(() => this.#raw.reportSnapshot(id, outcome));
  }

  /** Puts a committed change in force. @throws RaftError `InvalidConfChange`. */
  applyConfChange(change: ConfChangeV2): ConfState {
    const confState = this.#raw.applyConfChange(change);
    this.#wake();
    return confState;
  }

  /** The last Ready is saved, sent and applied; the next one may come. */
  advance(): void {
    if (this.#stopped) return;
    if (this.#config.trace?.active) this.#config.trace.emit("Node.advance", this.#config.id, {});
    this.#raw.advance();
    this.#advancePending = false;
    this.#wake();
  }

  /** Undefined once stopped. */
  status(): Status | undefined {
    return this.#stopped ? undefined : this.#raw.status();
  }

  /** Ends the node; proposals that still wait learn it. Idempotent. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    for (const { done, cancelled } of this.#propc.drain()) if (!cancelled) done?.(stopped());
    this.#recvc.drain();
  }

  /** One turn: step what is queued, then hand out a Ready (steps 7 and 16). Scheduled by the calls above; hosts need not call it. */
  run(): void {
    if (this.#stopped) return;
    for (; this.#ticks > 0; this.#ticks--) this.#raw.tick();
    for (let n = this.#recvc.length; n > 0; n--) this.#stepReceived(this.#recvc.shift() as Message);
    this.#noteLeader();
    // Without a leader proposals wait: an election is usually over soon.
    while (this.#lead !== NONE && this.#propc.length > 0) this.#stepProposals();
    if (this.#advancePending || !this.#raw.hasReady()) return;
    const ready = this.#raw.ready();
    this.#advancePending = !this.#config.asyncStorageWrites;
    if (this.#config.trace?.active) this.#traceReady(ready);
    this.#deps.onReady(ready);
    // What the application queued meanwhile woke us already; what raft itself still has (a paused page of entries) did not.
    if (!this.#advancePending && this.#raw.hasReady()) this.#wake();
  }

  #enqueueProposal(entries: Entry[], done: ProposalDone | undefined): Proposal {
    const message = newMessage({ type: MessageType.MsgProp, entries });
    const proposal: Proposal = { message, done, cancelled: false };
    const problem = this.#queueProposal(proposal);
    if (problem !== undefined) done?.(problem);
    return proposal;
  }

  /** @returns why the proposal was not queued. */
  #queueProposal(proposal: Proposal): RaftError | undefined {
    if (this.#stopped) return stopped();
    if (!this.#propc.push(proposal)) return queueFull("proposals");
    if (this.#config.trace?.active) this.#config.trace.emit("Node.propc", this.#config.id, {});
    this.#wake();
    return undefined;
  }

  #receive(m: Message): void {
    if (this.#stopped) throw stopped();
    if (!this.#recvc.push(m)) throw queueFull("messages");
    this.#wake();
  }

  #stepReceived(m: Message): void {
    try {
      this.#raw.step(m);
    } catch (error) {
      this.#refused(error, m);
    }
  }

  /**
   * Steps waiting proposals as one message, so that they become one append to every follower. If the batch is dropped, for
   * instance by the uncommitted-size limit, each gets its own try.
   */
  #stepProposals(): void {
    const batch: Proposal[] = [];
    while (batch.length < MAX_BATCHED_PROPOSALS && this.#propc.length > 0) {
      const proposal = this.#propc.shift() as Proposal;
      if (!proposal.cancelled) batch.push(proposal);
    }
    if (batch.length === 0) return;
    const error = this.#tryPropose(batch);
    if (error !== undefined && batch.length > 1) {
      for (const proposal of batch) proposal.done?.(this.#tryPropose([proposal]));
      return;
    }
    for (const { done } of batch) done?.(error);
  }

  #tryPropose(batch: readonly Proposal[]): RaftError | undefined {
    const only = batch.length === 1 ? batch[0]?.message : undefined;
    const message =
      only ?? newMessage({ type: MessageType.MsgProp, entries: batch.flatMap((proposal) => proposal.message.entries) });
    message.from = this.#config.id;
    if (this.#config.trace?.active) this.#config.trace.emit("Node.run", this.#config.id, { note: `${batch.length}` });
    try {
      this.#raw.step(message);
      return undefined;
    } catch (error) {
      if (error instanceof RaftError) return error;
      throw error;
    }
  }

  #control(action: () => void): void {
    if (this.#stopped) return;
    action();
    this.#wake();
  }

  #refused(error: unknown, m: Message): void {
    if (!(error instanceof RaftError)) throw error;
    // A peer that was removed meanwhile still answers for a while: that is no news.
    if (error.code === "StepPeerNotFound") return;
    this.#config.logger?.debug(`${x(this.#config.id)} refused a message from ${x(m.from)}: ${messageOf(error)}`);
    this.#deps.onRefused?.(error, m);
  }

  #noteLeader(): void {
    const { lead, hardState } = this.#raw.basicStatus();
    if (lead === this.#lead) return;
    const self = x(this.#config.id);
    const term = hardState.term;
    let line = `raft.node: ${self} lost leader ${x(this.#lead)} at term ${term}`;
    if (this.#lead === NONE) line = `raft.node: ${self} elected leader ${x(lead)} at term ${term}`;
    else if (lead !== NONE)
      line = `raft.node: ${self} changed leader from ${x(this.#lead)} to ${x(lead)} at term ${term}`;
    this.#config.logger?.info(line);
    this.#lead = lead;
  }

  #traceReady(ready: Ready): void {
    const last = ready.entries[ready.entries.length - 1];
    const index = last === undefined ? {} : { term: last.term, index: last.index };
    this.#config.trace?.emit("Node.run.ready", this.#config.id, { ...index, note: `${ready.entries.length}` });
  }

  #wake(): void {
    if (this.#scheduled || this.#stopped) return;
    this.#scheduled = true;
    this.#deps.schedule(this.#turn);
  }
}

/** Starts the member of a new cluster: its log begins with one configuration entry a peer. @throws RaftError `Bootstrap`. */
export function startNode(config: Config, peers: readonly Peer[], deps: NodeDeps): Node {
  if (peers.length === 0) throw new RaftError("Bootstrap", "no peers given; use RestartNode instead");
  const raw = new RawNode(config);
  raw.bootstrap(peers);
  return new Node(raw, config, deps);
}

/** Starts a member whose configuration is in its storage, or that joins a running cluster with an empty one. */
export function restartNode(config: Config, deps: NodeDeps): Node {
  return new Node(new RawNode(config), config, deps);
}

function stopped(): RaftError {
  return new RaftError("Stopped", "raft: stopped");
}

function queueFull(what: string): RaftError {
  return new RaftError("QueueFull", `raft: too many ${what} are waiting`);
}
