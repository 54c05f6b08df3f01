/**
 * One raft member with its storage in memory and an application that only remembers: for tests that step messages by hand and look at
 * what one member hands out.
 */
import { hasCode, type Logger } from "@quorate/base";
import {
  type ConfState,
  type Entry,
  type Message,
  newConfState,
  newHardState,
  newSnapshot,
  newSnapshotMetadata,
  ProtoError,
} from "@quorate/proto";
import {
  type Config,
  confChangeAsV2,
  confChangeOfEntry,
  LOCAL_APPEND_THREAD,
  LOCAL_APPLY_THREAD,
  MemoryStorage,
  type NodeId,
  RaftError,
  RawNode,
  type Ready,
} from "@quorate/raft";

export type RawMemberInit = Partial<Omit<Config, "storage" | "logger">> & {
  readonly voters?: readonly NodeId[];
  readonly learners?: readonly NodeId[];
  /** Continues on this storage instead of an empty one. */
  readonly storage?: MemoryStorage;
  /** The application lets pass what it cannot decode and changes that do not fit, as one must that trusts nobody. */
  readonly isTolerant?: boolean;
};

/** Bound on Readys in a row: a member that never comes to rest fails its test. */
const MAX_READYS = 1000;

export class RawMember {
  readonly raw: RawNode;
  readonly storage: MemoryStorage;
  /** Log lines, with their level. */
  readonly lines: string[] = [];
  /** What left this member, oldest first. */
  readonly sent: Message[] = [];
  readonly applied: Entry[] = [];
  /** What `applyConfChange` answered, in order. */
  readonly confStates: ConfState[] = [];
  readonly #async: boolean;
  readonly #isTolerant: boolean;

  constructor({ voters, learners, storage, isTolerant = false, ...config }: RawMemberInit = {}) {
    this.storage = storage ?? storageWith(voters ?? [1n], learners ?? []);
    this.#isTolerant = isTolerant;
    this.#async = config.asyncStorageWrites ?? false;
    this.raw = new RawNode({
      id: 1n,
      electionTick: 10,
      heartbeatTick: 1,
      maxSizePerMsg: Number.POSITIVE_INFINITY,
      maxInflightMsgs: 256,
      ...config,
      storage: this.storage,
      logger: this.#logger(),
    });
  }

  /** Does everything there is to do; returns the Readys that it took. */
  settle(): Ready[] {
    const readys: Ready[] = [];
    while (this.raw.hasReady()) {
      if (readys.length === MAX_READYS) throw new Error(`${MAX_READYS} Readys and no end`);
      const ready = this.raw.ready();
      readys.push(ready);
      if (this.#async) for (const m of ready.messages) this.#dispatch(m);
      else this.#work(ready);
    }
    return readys;
  }

  /** Takes what was sent so far. */
  take(): Message[] {
    return this.sent.splice(0);
  }

  #work(ready: Ready): void {
    if (ready.hardState !== undefined) this.storage.setHardState(ready.hardState);
    if (ready.snapshot !== undefined) this.storage.applySnapshot(ready.snapshot);
    this.storage.append(ready.entries);
    this.sent.push(...ready.messages);
    for (const entry of ready.committedEntries) this.#apply(entry);
    this.raw.advance();
  }

  #dispatch(m: Message): void {
    if (m.to === LOCAL_APPEND_THREAD) {
      const { term, vote, commit } = m;
      if (term !== 0 || vote !== 0n || commit !== 0) this.storage.setHardState(newHardState({ term, vote, commit }));
      if (m.snapshot !== undefined) this.storage.applySnapshot(m.snapshot);
      this.storage.append(m.entries);
    } else if (m.to === LOCAL_APPLY_THREAD) {
      for (const entry of m.entries) this.#apply(entry);
    } else {
      this.sent.push(m);
      return;
    }
    for (const response of m.responses) {
      if (response.to === this.raw.basicStatus().id) this.#stepOwn(response);
      else this.sent.push(response);
    }
  }

  /** At the very bound of terms and indexes a member refuses its own answers. */
  #stepOwn(response: Message): void {
    try {
      this.raw.step(response);
    } catch (error) {
      if (!this.#isTolerant || !(error instanceof RaftError)) throw error;
    }
  }

  #apply(entry: Entry): void {
    this.applied.push(entry);
    try {
      const change = confChangeOfEntry(entry);
      if (change !== undefined) this.confStates.push(this.raw.applyConfChange(confChangeAsV2(change)));
    } catch (error) {
      if (!this.#isTolerant || !(hasCode(error, "InvalidConfChange") || error instanceof ProtoError)) throw error;
    }
  }

  #logger(): Logger {
    const at =
      (level: string) =>
      (line: string): void =>
        void this.lines.push(`${level} ${line}`);
    return { debug: at("DEBUG"), info: at("INFO"), warn: at("WARN"), error: at("ERROR") };
  }
}

/** A storage that holds nothing but who takes part. */
export function storageWith(voters: readonly NodeId[], learners: readonly NodeId[] = []): MemoryStorage {
  const storage = new MemoryStorage();
  const confState = newConfState({ voters: [...voters], learners: [...learners] });
  storage.applySnapshot(newSnapshot({ metadata: newSnapshotMetadata({ confState }) }));
  return storage;
}
