/**
 * One raft member in a test: a RawNode over a MemoryStorage, whose Readys are worked off by hand or all at once, and whose log
 * lines are kept. Election timeouts are exactly `electionTick` unless a test brings its own randomness.
 */
import { assert, type Logger } from "@quorate/base";
import {
  type ConfState,
  type Entry,
  type HardState,
  type Message,
  type MessageType,
  newConfState,
  newEntry,
  newHardState,
  newMessage,
  newSnapshot,
  newSnapshotMetadata,
} from "@quorate/proto";
import {
  type Config,
  confChangeAsV2,
  confChangeOfEntry,
  describeMessage,
  type Index,
  MemoryStorage,
  type NodeId,
  type Progress,
  RawNode,
  type ReadState,
  type Ready,
  stateTypeName,
  type Term,
} from "@quorate/raft";

/** What a member starts from; everything has a default, and the configuration is (1 2 3) with election timeout 10. */
export type PeerOptions = Partial<Omit<Config, "storage" | "logger">> & {
  readonly voters?: readonly NodeId[];
  readonly learners?: readonly NodeId[];
  /** Replaces `voters` and `learners`. */
  readonly confState?: Partial<ConfState>;
  /** The log starts behind this entry, which a snapshot stands for. */
  readonly snapshot?: { readonly index: Index; readonly term: Term };
  /** Terms of the entries that the log holds at the start, one after another. */
  readonly log?: readonly Term[];
  /** Default: the term of the last entry, no vote, nothing committed. */
  readonly hardState?: Partial<HardState>;
};

/** More Readys than this in a row mean that raft makes work for itself without end. */
const MAX_READYS = 10_000;

export class RaftPeer {
  readonly id: NodeId;
  readonly storage: MemoryStorage;
  readonly node: RawNode;
  /** `LEVEL text`, oldest first. */
  readonly logLines: string[];
  /** Entries applied, as `index:payload`; empty entries and configuration changes have no payload. */
  readonly applied: string[] = [];
  readonly readStates: ReadState[] = [];
  confState: ConfState;

  constructor(options: PeerOptions = {}) {
    const { config, storage, logLines } = raftConfig(options);
    this.id = config.id;
    this.storage = storage;
    this.logLines = logLines;
    this.confState = storage.initialState().confState;
    this.node = new RawNode(config);
  }

  get role(): string {
    return stateTypeName(this.node.basicStatus().raftState);
  }

  get term(): Term {
    return this.node.basicStatus().hardState.term;
  }

  get vote(): NodeId {
    return this.node.basicStatus().hardState.vote;
  }

  get lead(): NodeId {
    return this.node.basicStatus().lead;
  }

  get commit(): Index {
    return this.node.basicStatus().hardState.commit;
  }

  /** Terms of the entries in stable storage, from the first that was not compacted. */
  get logTerms(): Term[] {
    const { storage } = this;
    const length = storage.lastIndex() - storage.firstIndex() + 1;
    return Array.from({ length }, (_, i) => storage.term(storage.firstIndex() + i));
  }

  /** The live record of what this member knows of `id`. */
  progress(id: NodeId): Progress {
    let found: Progress | undefined;
    this.node.withProgress((peer, progress) => {
      if (peer === id) found = progress as Progress;
    });
    assert(found !== undefined, `no progress for ${id}`);
    return found;
  }

  /** Steps a message from a peer; its term is this member's own unless `init` says otherwise. */
  receive(type: MessageType, from: NodeId, init: Partial<Message> = {}): void {
    this.node.step(newMessage({ type, from, to: this.id, term: this.term, ...init }));
  }

  propose(payload: string): void {
    this.node.propose(new TextEncoder().encode(payload));
  }

  tick(count = 1): void {
    for (let i = 0; i < count; i++) this.node.tick();
  }

  /** Takes one Ready, saves and applies it. The caller has yet to advance. */
  take(): Ready {
    const ready = this.node.ready();
    if (ready.hardState !== undefined) this.storage.setHardState(ready.hardState);
    if (ready.snapshot !== undefined) {
      this.storage.applySnapshot(ready.snapshot);
      this.confState = ready.snapshot.metadata.confState;
    }
    this.storage.append(ready.entries);
    for (const entry of ready.committedEntries) this.#apply(entry);
    this.readStates.push(...ready.readStates);
    return ready;
  }

  /** Works off all Readys. @returns the messages to others, in order. */
  work(): Message[] {
    const sent: Message[] = [];
    for (let i = 0; this.node.hasReady(); i++) {
      assert(i < MAX_READYS, "raft comes to rest");
      sent.push(...this.take().messages);
      this.node.advance();
    }
    return sent;
  }

  /** Makes a snapshot of what is applied, and drops the log up to `index` (default: all that is applied). */
  compact(index: Index = this.node.basicStatus().applied): void {
    this.storage.createSnapshot(this.node.basicStatus().applied, this.confState, new Uint8Array());
    this.storage.compact(index);
  }

  #apply(entry: Entry): void {
    const change = confChangeOfEntry(entry);
    if (change !== undefined) this.confState = this.node.applyConfChange(confChangeAsV2(change));
    const payload = change === undefined ? new TextDecoder().decode(entry.data) : "";
    this.applied.push(`${entry.index}:${payload}`);
  }
}

/** The options of a member over a MemoryStorage that is set up as described. For tests of functions inside of raft. */
export function raftConfig(options: PeerOptions = {}): {
  readonly config: Config;
  readonly storage: MemoryStorage;
  readonly logLines: string[];
} {
  const { voters = [1n, 2n, 3n], learners = [], confState, snapshot, log = [], hardState, ...rest } = options;
  const storage = new MemoryStorage();
  const { index, term } = snapshot ?? { index: 0, term: 0 };
  const metadata = {
    index,
    term,
    confState: newConfState(confState ?? { voters: [...voters], learners: [...learners] }),
  };
  storage.applySnapshot(newSnapshot({ metadata: newSnapshotMetadata(metadata) }));
  storage.append(log.map((entryTerm, i) => newEntry({ term: entryTerm, index: index + 1 + i })));
  storage.setHardState(newHardState({ term: log[log.length - 1] ?? term, commit: index, ...hardState }));
  const logLines: string[] = [];
  const logger: Logger = {
    debug: (text) => logLines.push(`DEBUG ${text}`),
    info: (text) => logLines.push(`INFO ${text}`),
    warn: (text) => logLines.push(`WARN ${text}`),
    error: (text) => logLines.push(`ERROR ${text}`),
  };
  const config: Config = {
    id: 1n,
    electionTick: 10,
    heartbeatTick: 1,
    maxSizePerMsg: Number.POSITIVE_INFINITY,
    maxInflightMsgs: 256,
    random: { below: () => 0 },
    applied: index,
    ...rest,
    logger,
    storage,
  };
  return { config, storage, logLines };
}

/** Messages as one line of text each (more where one carries several entries or a snapshot). */
export function describeMessages(messages: readonly Message[]): string[] {
  return messages.map((m) => describeMessage(m));
}
