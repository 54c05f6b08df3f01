/**
 * A host for raft's Node that runs turns when a test says so, saves what it is handed to memory, and keeps all that it sees. Single
 * threaded and without a clock: what happens between two turns is the test's choice.
 */
import type { Logger } from "@quorate/base";
import type { Message } from "@quorate/proto";
import {
  type Config,
  confChangeAsV2,
  confChangeOfEntry,
  type MemoryStorage,
  type Node,
  type NodeDeps,
  type Peer,
  type RaftError,
  type Ready,
  restartNode,
  startNode,
} from "@quorate/raft";
import { storageWith } from "./raw-member.ts";

export type TurnHostInit = Partial<Omit<Config, "storage" | "logger">> & {
  readonly voters?: readonly bigint[];
  readonly storage?: MemoryStorage;
  /** Starts a new cluster of these instead of one that its storage knows. */
  readonly peers?: readonly Peer[];
  /** Leaves Readys to the test: nothing is saved, applied or advanced. */
  readonly manual?: boolean;
};

/** Bound on turns in a row. */
const MAX_TURNS = 1000;

export class TurnHost {
  readonly node: Node;
  readonly storage: MemoryStorage;
  readonly readys: Ready[] = [];
  readonly lines: string[] = [];
  readonly refused: { readonly error: RaftError; readonly m: Message }[] = [];
  /** How many turns are due; never more than one. */
  turns: (() => void)[] = [];

  constructor({ voters = [1n], storage = storageWith(voters), peers, manual = false, ...config }: TurnHostInit = {}) {
    this.storage = storage;
    const full: Config = {
      id: 1n,
      electionTick: 10,
      heartbeatTick: 1,
      maxSizePerMsg: Number.POSITIVE_INFINITY,
      maxInflightMsgs: 256,
      ...config,
      storage,
      logger: this.#logger(),
    };
    const deps: NodeDeps = {
      schedule: (turn) => this.turns.push(turn),
      onReady: (ready) => {
        this.readys.push(ready);
        if (!manual) this.work(ready);
      },
      onRefused: (error, m) => this.refused.push({ error, m }),
    };
    this.node = peers === undefined ? restartNode(full, deps) : startNode(full, peers, deps);
  }

  /** Runs turns until none is due. */
  settle(): void {
    for (let n = 0; this.turns.length > 0; n++) {
      if (n === MAX_TURNS) throw new Error(`${MAX_TURNS} turns and no end`);
      for (const turn of this.turns.splice(0)) turn();
    }
  }

  /** Saves, applies and advances one Ready. */
  work({ hardState, snapshot, entries, committedEntries }: Ready): void {
    if (hardState !== undefined) this.storage.setHardState(hardState);
    if (snapshot !== undefined) this.storage.applySnapshot(snapshot);
    this.storage.append(entries);
    for (const entry of committedEntries) {
      const change = confChangeOfEntry(entry);
      if (change !== undefined) this.node.applyConfChange(confChangeAsV2(change));
    }
    this.node.advance();
  }

  /** Payloads of all entries handed out to be applied so far. */
  appliedTexts(): string[] {
    const entries = this.readys.flatMap(({ committedEntries }) => committedEntries);
    return entries.filter(({ data }) => data !== undefined).map(({ data }) => new TextDecoder().decode(data));
  }

  #logger(): Logger {
    const at =
      (level: string) =>
      (line: string): void =>
        void this.lines.push(`${level} ${line}`);
    return { debug: at("DEBUG"), info: at("INFO"), warn: at("WARN"), error: at("ERROR") };
  }
}
