/**
 * The raft node of this service: it takes proposals from proposeC, drives raft's Node, does what each Ready asks for (save, send,
 * apply, advance), and publishes what was committed on commitC. Steps 3, 4 and 17 to 21 of the path of a write.
 *
 * It owns the order in which things become durable and visible. It never touches a socket or a file itself: log, transport and
 * clock are handed in.
 */
import { assert, EMPTY_BYTES, type Logger, messageOf, type TracePoints } from "@quorate/base";
import {
  type ConfState,
  type Entry,
  EntryType,
  type HardState,
  type Message,
  MessageType,
  type Snapshot,
} from "@quorate/proto";
import {
  type ConfChangeAny,
  confChangeAsV2,
  confChangeOfEntry,
  isEmptySnapshot,
  type MemoryStorage,
  NONE,
  type Node,
  type Ready,
  StateType,
  type Status,
} from "@quorate/raft";
import type { Channel } from "./channel.ts";
import type { Commit, CommittedEntry, ProposeRequest } from "./kv-store.ts";
import { applyChange, changeProblem, type Members, neutralized, urlOf } from "./members.ts";

/** Entries kept in memory behind a snapshot, so that a follower that is a little behind needs no snapshot. */
export const SNAPSHOT_CATCH_UP_ENTRIES = 5_000;

/** Durable storage: the WAL and the snapshot files. Calls are done in the order made; a rejection is final. */
export type DurableLog = {
  /** Resolves once saved, synced first if `mustSync`. */
  readonly save: (hardState: HardState | undefined, entries: readonly Entry[], mustSync: boolean) => Promise<void>;
  /** Writes the snapshot file, then its WAL record, both synced. Takes over the memory of its data. */
  readonly saveSnapshot: (snapshot: Snapshot) => Promise<void>;
  /** Entries below `index` are covered by a durable snapshot. */
  readonly release: (index: number) => Promise<void>;
};

/** The way to the peers. */
export type Peers = {
  readonly send: (messages: readonly Message[]) => void;
  readonly sendSnapshot: (message: Message) => void;
  readonly addPeer: (id: bigint, url: string) => void;
  readonly removePeer: (id: bigint) => void;
};

export type RaftNodeDeps = {
  readonly memberId: bigint;
  readonly node: Node;
  readonly storage: MemoryStorage;
  readonly log: DurableLog;
  readonly peers: Peers;
  readonly members: Members;
  readonly commitC: Channel<Commit>;
  readonly proposeC: Channel<ProposeRequest>;
  readonly snapshotCount: number;
  /** The state at the moment of the call (members and store) as snapshot data: what `recover` takes. */
  readonly getSnapshot: () => Promise<Uint8Array>;
  /** Replaces members and application state by a snapshot's data. */
  readonly recover: (data: Uint8Array) => void;
  /** A read state for a context that was asked for. */
  readonly onReadState: (requestCtx: Uint8Array, index: number) => void;
  readonly onApplied: (index: number) => void;
  /** A configuration change came through the log: applied, or refused for the reason given. */
  readonly onConfChange: (id: bigint, problem: string | undefined) => void;
  /** This member applied its own removal. */
  readonly onRemoved: () => void;
  /** Nothing can go on: the disk failed, or an invariant broke. etcd's errorC. */
  readonly onFatal: (error: unknown) => void;
  readonly logger: Logger;
  readonly trace: TracePoints;
};

/** Where a member stands when it starts: after its newest snapshot. */
export type StartPoint = {
  readonly confState: ConfState;
  readonly appliedIndex: number;
  readonly snapshotIndex: number;
};

export class RaftNode {
  readonly #deps: RaftNodeDeps;
  #confState: ConfState;
  #appliedIndex: number;
  #snapshotIndex: number;
  #isLeader = false;
  #savingSnapshot: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(deps: RaftNodeDeps, start: StartPoint) {
    this.#deps = deps;
    this.#confState = start.confState;
    this.#appliedIndex = start.appliedIndex;
    this.#snapshotIndex = start.snapshotIndex;
  }

  /** Connects proposeC to raft (steps 3 and 4). From here on Readys may come in through `serveReady`. */
  serveChannels(): void {
    const { node, proposeC, trace, memberId } = this.#deps;
    proposeC.receive(({ data, dropped }) => {
      if (trace.active) trace.emit("raftNode.serveChannels", memberId, {});
      if (trace.active) trace.emit("raftNode.propose", memberId, {});
      node.propose(data, (error) => {
        if (error !== undefined) dropped(error.message);
      });
    });
  }

  /** Takes the next Ready (step 17). One at a time: raft gives the next after `advance`. */
  serveReady(ready: Ready): void {
    this.#handleReady(ready).catch((error: unknown) => this.#fatal(error));
  }

  get appliedIndex(): number {
    return this.#appliedIndex;
  }

  get isLeader(): boolean {
    return this.#isLeader;
  }

  status(): Status | undefined {
    return this.#deps.node.status();
  }

  /** Stops taking Readys; resolves once a snapshot that is being saved is done. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#deps.node.stop();
    await this.#savingSnapshot;
  }

  async #handleReady(ready: Ready): Promise<void> {
    if (this.#stopped) return;
    const { storage, log } = this.#deps;
    this.#trace("raftNode.ready", ready.entries);
    if (ready.softState !== undefined) this.#isLeader = ready.softState.raftState === StateType.Leader;
    // Step 18. A received snapshot first: the entries and the commit index saved next may lie behind it.
    const snapshot = isEmptySnapshot(ready.snapshot) ? undefined : ready.snapshot;
    if (snapshot !== undefined) await log.saveSnapshot({ ...snapshot, data: copyOf(snapshot.data) });
    // A snapshot counts after a restart only if the log knows that it is committed; this member is about to acknowledge it.
    const saved = log.save(ready.hardState, ready.entries, ready.mustSync || snapshot !== undefined);
    this.#trace("wal.save", ready.entries);
    if (ready.hardState !== undefined) storage.setHardState(ready.hardState);
    if (snapshot !== undefined) this.#publishSnapshot(snapshot);
    storage.append(ready.entries);
    // Step 19. A leader may send while its own disk works: its own acknowledgement counts only after the sync (thesis 10.2.1).
    // A follower's messages promise what is being saved.
    if (this.#isLeader) this.#send(ready.messages);
    await saved;
    if (this.#stopped) return;
    if (!this.#isLeader) this.#send(ready.messages);
    // Steps 20 and 21.
    this.#publishEntries(ready.committedEntries);
    for (const { requestCtx, index } of ready.readStates) this.#deps.onReadState(requestCtx, index);
    this.#maybeTriggerSnapshot();
    if (!this.#stopped) this.#deps.node.advance();
  }

  #send(messages: readonly Message[]): void {
    const plain: Message[] = [];
    for (const m of messages) {
      if (m.type === MessageType.MsgSnap) this.#sendSnapshot(m);
      else plain.push(m);
    }
    if (plain.length === 0) return;
    this.#traceSend(plain);
    this.#deps.peers.send(plain);
  }

  /**
   * Sends the state of this moment instead of the snapshot that raft picked: it is newer, and its configuration holds members
   * that were added since, who would refuse an older one.
   */
  #sendSnapshot(m: Message): void {
    const appliedIndex = this.#appliedIndex;
    const confState = this.#confState;
    const term = this.#deps.storage.term(appliedIndex);
    this.#deps.getSnapshot().then(
      (data) => {
        assert(m.snapshot !== undefined, "MsgSnap carries a snapshot");
        const metadata = { ...m.snapshot.metadata, confState, index: appliedIndex, term };
        this.#deps.peers.sendSnapshot({ ...m, snapshot: { ...m.snapshot, data, metadata } });
      },
      (error: unknown) => this.#fatal(error),
    );
  }

  /** Hands a received snapshot to the store; it is on disk already. */
  #publishSnapshot(snapshot: Snapshot): void {
    const { index, confState } = snapshot.metadata;
    this.#deps.logger.info(`publishing snapshot at index ${index}, applied ${this.#appliedIndex}`);
    assert(index > this.#appliedIndex, `snapshot index ${index} is ahead of the applied index ${this.#appliedIndex}`);
    this.#deps.storage.applySnapshot({ ...snapshot, data: undefined });
    this.#deps.recover(snapshot.data ?? EMPTY_BYTES);
    this.#confState = confState;
    this.#snapshotIndex = index;
    this.#setApplied(index);
  }

  /** Publishes committed entries in order: writes to the store, configuration changes to raft and the transport. */
  #publishEntries(entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    let batch: CommittedEntry[] = [];
    for (const entry of entries) {
      assert(entry.index > this.#appliedIndex, `entry ${entry.index} was applied before`);
      const change = confChangeOfEntry(entry);
      if (change !== undefined) {
        this.#publish(batch);
        batch = [];
        this.#applyConfChange(change);
      } else if (entry.data !== undefined && entry.data.length > 0) {
        batch.push({ term: entry.term, index: entry.index, data: entry.data });
      }
    }
    this.#publish(batch);
    this.#setApplied(entries[entries.length - 1]?.index ?? this.#appliedIndex);
  }

  #publish(entries: readonly CommittedEntry[]): void {
    if (entries.length === 0) return;
    const last = entries[entries.length - 1];
    const { trace, memberId, commitC } = this.#deps;
    if (trace.active && last !== undefined) {
      trace.emit("raftNode.publishEntries", memberId, { term: last.term, index: last.index });
    }
    commitC.send(entries);
  }

  /** A change that is refused is applied with its id taken out, so that raft counts it as done. */
  #applyConfChange(any: ConfChangeAny): void {
    assert(any.kind === "v1", "this service proposes one change at a time");
    const { members, node, peers, memberId, onConfChange, onRemoved } = this.#deps;
    const { change } = any;
    const problem = changeProblem(members, change);
    const effective: ConfChangeAny = problem === undefined ? any : { kind: "v1", change: neutralized(change) };
    this.#confState = node.applyConfChange(confChangeAsV2(effective));
    if (problem === undefined) {
      const isRemoval = members.urls.has(change.nodeId);
      applyChange(members, change);
      if (change.nodeId !== memberId) {
        if (isRemoval) peers.removePeer(change.nodeId);
        else peers.addPeer(change.nodeId, urlOf(change));
      } else if (isRemoval) {
        onRemoved();
      }
    }
    if (change.id !== NONE) onConfChange(change.id, problem);
  }

  #setApplied(index: number): void {
    this.#appliedIndex = index;
    this.#deps.onApplied(index);
  }

  /** Every `snapshotCount` entries: save the state, then let go of the log before it. Runs beside the Readys. */
  #maybeTriggerSnapshot(): void {
    if (this.#appliedIndex - this.#snapshotIndex < this.#deps.snapshotCount) return;
    const index = this.#appliedIndex;
    const { logger } = this.#deps;
    logger.info(`start snapshot [applied index: ${index} | last snapshot index: ${this.#snapshotIndex}]`);
    this.#snapshotIndex = index;
    const confState = this.#confState;
    // The state is captured now; turning it into bytes and saving them goes on beside later Readys.
    const data = this.#deps.getSnapshot();
    this.#savingSnapshot = Promise.all([data, this.#savingSnapshot])
      .then(([bytes]) => this.#saveSnapshot(index, confState, bytes))
      .catch((error: unknown) => this.#fatal(error));
  }

  async #saveSnapshot(index: number, confState: ConfState, data: Uint8Array): Promise<void> {
    const { storage, log, logger } = this.#deps;
    // A newer one may have come from the leader meanwhile.
    if (index <= storage.snapshot().metadata.index) return;
    // Raft needs to know how far it reaches; what is sent to a follower is the state of that moment (#sendSnapshot).
    const snapshot = storage.createSnapshot(index, confState, EMPTY_BYTES);
    await log.saveSnapshot({ ...snapshot, data });
    const compactIndex = index - SNAPSHOT_CATCH_UP_ENTRIES;
    if (compactIndex >= storage.firstIndex()) {
      storage.compact(compactIndex);
      logger.info(`compacted log at index ${compactIndex}`);
    }
    await log.release(index);
  }

  #fatal(error: unknown): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#deps.logger.error(`raft node stops: ${messageOf(error)}`);
    this.#deps.onFatal(error);
  }

  #traceSend(messages: readonly Message[]): void {
    if (!this.#deps.trace.active) return;
    const append = messages.find((m) => m.type === MessageType.MsgApp && m.entries.length > 0);
    if (append !== undefined) this.#trace("raftNode.send", append.entries);
  }

  #trace(name: string, entries: readonly Entry[]): void {
    const { trace, memberId } = this.#deps;
    const last = entries[entries.length - 1];
    if (!trace.active || last === undefined || last.type !== EntryType.EntryNormal) return;
    trace.emit(name, memberId, { term: last.term, index: last.index });
  }
}

/** A copy also of a Buffer, whose own `slice` makes none. */
function copyOf(data: Uint8Array | undefined): Uint8Array | undefined {
  return data === undefined ? undefined : new Uint8Array(data);
}
