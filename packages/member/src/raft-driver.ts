/**
 * Raft and its log as a member drives them: events in, effects out. It owns the RawNode, the entries in memory and what was promised to
 * the disk. Raft writes asynchronously: an append goes out as an effect, and what may be said once it is durable comes back with it.
 */
import { assert, EMPTY_BYTES, type Logger, silentLogger } from "@quorate/base";
import type { ConfChangeV2, ConfState, Entry, Message, SnapshotMetadata } from "@quorate/proto";
import { MessageType } from "@quorate/proto";
import {
  isEmptySnapshot,
  LOCAL_APPEND_THREAD,
  LOCAL_APPLY_THREAD,
  type MemoryStorage,
  RaftError,
  RawNode,
  type Ready,
  type SnapshotStatus,
  type SoftState,
  type Status,
} from "@quorate/raft";
import type { Append, Effects } from "./events.ts";
import { type MemberOptions, type MemberStart, raftConfig } from "./member-options.ts";

const REQUEST_ID_BYTES = 8;

export type RaftDriverDeps = {
  /** Those of the step under way. */
  readonly effects: () => Pick<Effects<never>, "messages" | "appends" | "snapshots">;
  readonly onSoftState: (state: SoftState) => void;
  /** The answer to `askReadIndex`. */
  readonly onReadState: (id: bigint, index: number) => void;
  /** Entries to apply; the responses go to `respond` when all of them are. */
  readonly onCommitted: (entries: readonly Entry[], responses: readonly Message[]) => void;
  readonly onSendSnapshot: (to: bigint) => void;
};

export class RaftDriver {
  readonly #id: bigint;
  readonly #logger: Logger;
  readonly #log: MemoryStorage;
  readonly #node: RawNode;
  readonly #deps: RaftDriverDeps;
  #term: number;
  #commitIndex: number;
  /** Term and vote that were handed out to be saved. */
  #promised: { readonly term: number; readonly vote: bigint };

  /** @throws RaftError `InvalidConfig`. */
  constructor(options: MemberOptions, start: MemberStart, deps: RaftDriverDeps) {
    this.#id = options.id;
    this.#logger = options.logger ?? silentLogger;
    this.#log = start.log;
    this.#deps = deps;
    this.#promised = start.log.initialState().hardState;
    this.#node = new RawNode(raftConfig(options, start.log, start.machine.appliedIndex));
    if (start.bootstrap !== undefined) this.#node.bootstrap(start.bootstrap);
    const { term, commit } = this.#node.basicStatus().hardState;
    this.#term = term;
    this.#commitIndex = commit;
  }

  get term(): number {
    return this.#term;
  }

  get commitIndex(): number {
    return this.#commitIndex;
  }

  /** Entries in memory: first and last index. */
  get logBounds(): { readonly first: number; readonly last: number } {
    return { first: this.#log.firstIndex(), last: this.#log.lastIndex() };
  }

  status(): Status {
    return this.#node.status();
  }

  /** How far a peer's log is known to match, on the leader. */
  matchOf(id: bigint): number | undefined {
    let match: number | undefined;
    this.#node.withProgress((peer, progress) => {
      if (peer === id) match = progress.match;
    });
    return match;
  }

  tick(): void {
    this.#node.tick();
  }

  campaign(): void {
    this.#node.campaign();
  }

  /** Takes a message of the member's own. @throws RaftError `ProposalDropped`. */
  step(m: Message): void {
    this.#node.step(m);
  }

  transferLeader(target: bigint): void {
    this.#node.transferLeader(target);
  }

  reportUnreachable(id: bigint): void {
    this.#node.reportUnreachable(id);
  }

  reportSnapshot(id: bigint, outcome: SnapshotStatus): void {
    this.#node.reportSnapshot(id, outcome);
  }

  applyConfChange(change: ConfChangeV2): ConfState {
    return this.#node.applyConfChange(change);
  }

  /** Takes a message from a peer. */
  receive(message: Message): void {
    try {
      this.#node.step(message);
    } catch (error) {
      if (!(error instanceof RaftError)) throw error;
      // The leader names entries as committed that this member once acknowledged and no longer has: it must not vote again.
      assert(error.code !== "CommitOutOfRange", `entries that were acknowledged are gone: ${error.message}`);
      this.#logger.debug(`refused a message of ${message.from.toString(16)}: ${error.message}`);
    }
  }

  /** Asks for a read state with this id. */
  askReadIndex(id: bigint): void {
    const context = new Uint8Array(REQUEST_ID_BYTES);
    new DataView(context.buffer).setBigUint64(0, id);
    try {
      this.#node.readIndex(context);
    } catch (error) {
      // Too many of them: this round is asked again, or gives up.
      if (!(error instanceof RaftError)) throw error;
    }
  }

  get hasReady(): boolean {
    return this.#node.hasReady();
  }

  /** Hands out everything that raft wants done. */
  serve(): void {
    while (this.#node.hasReady()) this.#take(this.#node.ready());
  }

  /** An append is durable. */
  appended({ hardState, entries, snapshot, responses }: Append): void {
    if (snapshot !== undefined) this.#log.applySnapshot({ ...snapshot, data: undefined });
    if (hardState !== undefined) this.#log.setHardState(hardState);
    this.#log.append(entries);
    this.respond(responses);
  }

  /** Answers of the local threads: to raft itself, or to a peer that waited for this. */
  respond(responses: readonly Message[]): void {
    for (const m of responses) {
      if (m.to === this.#id) this.#stepOwn(m);
      else this.#deps.effects().messages.push(m);
    }
  }

  /** A snapshot file is durable. @param compactIndex before it the log may go; undefined while somebody may need it. */
  snapshotSaved({ index, confState }: SnapshotMetadata, compactIndex: number | undefined): void {
    if (index > this.#log.snapshot().metadata.index) this.#log.createSnapshot(index, confState, EMPTY_BYTES);
    if (compactIndex !== undefined && compactIndex >= this.#log.firstIndex()) this.#log.compact(compactIndex);
  }

  #take(ready: Ready): void {
    const { hardState, softState } = ready;
    if (hardState !== undefined) {
      this.#term = hardState.term;
      this.#commitIndex = hardState.commit;
    }
    if (softState !== undefined) this.#deps.onSoftState(softState);
    for (const { requestCtx, index } of ready.readStates) this.#takeReadState(requestCtx, index);
    for (const m of ready.messages) this.#deliver(m);
  }

  #deliver(m: Message): void {
    const { effects, onCommitted, onSendSnapshot } = this.#deps;
    if (m.to === LOCAL_APPEND_THREAD) this.#append(m);
    else if (m.to === LOCAL_APPLY_THREAD) onCommitted(m.entries, m.responses);
    else if (m.type === MessageType.MsgSnap) {
      onSendSnapshot(m.to);
      effects().snapshots.push(m);
    } else effects().messages.push(m);
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
    this.#deps.effects().appends.push({ hardState, entries, snapshot, mustSync, responses });
  }

  #takeReadState(context: Uint8Array, index: number): void {
    if (context.length !== REQUEST_ID_BYTES) return;
    const view = new DataView(context.buffer, context.byteOffset, REQUEST_ID_BYTES);
    this.#deps.onReadState(view.getBigUint64(0), index);
  }

  /** This member's own promise may be out of date by now, which is no error: its log may have moved on. */
  #stepOwn(m: Message): void {
    try {
      this.#node.step(m);
    } catch (error) {
      if (!(error instanceof RaftError)) throw error;
    }
  }
}
