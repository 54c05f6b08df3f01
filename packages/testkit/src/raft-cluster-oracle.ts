/**
 * What must hold in every run of raft, whatever happens to its members (thesis figure 3.2), checked from outside: the oracle
 * sees what members hand out and what their disks hold, never their memory.
 */
import {
  type ConfState,
  type Entry,
  EntryType,
  type HardState,
  type Message,
  MessageType,
  messageTypeName,
  type Snapshot,
} from "@quorate/proto";
import {
  type BasicStatus,
  describeConfState,
  describeEntry,
  equivalentConfStates,
  type Index,
  type NodeId,
  StateType,
  type Term,
} from "@quorate/raft";
import { type DiskImage, lastIndexOf } from "./raft-cluster-disk.ts";

/** A rule of raft was broken. */
export class SafetyViolation extends Error {
  override readonly name = "SafetyViolation";
}

/** The log of one member as it handed it out, written or not, since its start. */
export type ShadowLog = { base: { readonly term: Term; readonly index: Index }; entries: Entry[] };

type Committed = { readonly entry: Entry; term: Term };
type Applied = { readonly entry: Entry; readonly state: number };

export class Oracle {
  /** Highest commit index that any member had at any time: a read asked for now must not see less. */
  highestCommit: Index = 0;
  highestApplied: Index = 0;
  readonly #leaders = new Map<Term, NodeId>();
  readonly #predecessors = new Map<string, { readonly prevTerm: Term; readonly text: string }>();
  readonly #committed: (Committed | undefined)[] = [];
  readonly #applied: (Applied | undefined)[] = [];
  /** Configurations by the index of the entry that brought them, ascending. */
  readonly #confStates: { readonly index: Index; readonly confState: ConfState }[] = [];
  readonly #readFloors = new Map<string, Index>();
  readonly #linearizable: boolean;
  readonly #votes = new Map<Term, Map<NodeId, NodeId>>();

  /** @param initial configurations in force before anything is applied; @param linearizable reads are to be checked. */
  constructor(initial: readonly { readonly index: Index; readonly confState: ConfState }[], linearizable: boolean) {
    this.#confStates.push(...initial);
    this.#linearizable = linearizable;
  }

  /** Election safety: one leader at most in each term. True if this leader is new. */
  sawLeader(id: NodeId, { raftState, hardState }: BasicStatus): boolean {
    if (raftState !== StateType.Leader) return false;
    const known = this.#leaders.get(hardState.term);
    must(known === undefined || known === id, `term ${hardState.term} has two leaders: ${known} and ${id}`);
    this.#leaders.set(hardState.term, id);
    return known === undefined;
  }

  /** Log matching, by induction: equal (index, term) has equal content and an equal predecessor. */
  sawEntries(prevTerm: Term, entries: readonly Entry[]): void {
    let before = prevTerm;
    for (const entry of entries) {
      const text = describeEntry(entry);
      const key = `${entry.index}/${entry.term}`;
      const known = this.#predecessors.get(key);
      if (known === undefined) this.#predecessors.set(key, { prevTerm: before, text });
      must(known === undefined || known.text === text, `two entries at ${key}: ${known?.text} and ${text}`);
      must(
        known === undefined || known.prevTerm === before,
        `${key} follows term ${known?.prevTerm} and term ${before}`,
      );
      before = entry.term;
    }
  }

  /** Committed entries are the same everywhere and for ever. */
  sawCommitted(term: Term, entry: Entry): void {
    const known = this.#committed[entry.index];
    if (known === undefined) {
      this.#committed[entry.index] = { entry, term };
      return;
    }
    must(
      known.entry.term === entry.term,
      `index ${entry.index} committed as ${describeEntry(known.entry)} and ${describeEntry(entry)}`,
    );
    known.term = Math.min(known.term, term);
  }

  /** Leader completeness: the log of a new leader holds every entry that was committed in an earlier term. */
  checkComplete(id: NodeId, term: Term, log: ShadowLog): void {
    for (let index = log.base.index + 1; index < this.#committed.length; index++) {
      const known = this.#committed[index];
      if (known === undefined || known.term >= term) continue;
      const held = log.entries[index - log.base.index - 1];
      must(
        held?.term === known.entry.term,
        `leader ${id} of term ${term} lacks committed ${describeEntry(known.entry)}`,
      );
    }
  }

  /** State machine safety: the same entry at the same index, and the same state after it. Returns that state. */
  sawApplied(entry: Entry, stateBefore: number): number {
    const state = nextState(stateBefore, entry);
    const known = this.#applied[entry.index];
    if (known === undefined) this.#applied[entry.index] = { entry, state };
    must(
      known === undefined || known.state === state,
      `index ${entry.index} applied as ${describeEntry(entry)} and differently`,
    );
    this.highestApplied = Math.max(this.highestApplied, entry.index);
    return state;
  }

  /** Every member comes to the same configuration at the same index. */
  sawConfState(index: Index, confState: ConfState): void {
    const known = this.#confStates.find((at) => at.index === index);
    if (known === undefined) {
      this.#confStates.push({ index, confState });
      this.#confStates.sort((a, b) => a.index - b.index);
      return;
    }
    must(
      equivalentConfStates(known.confState, confState),
      `configuration at ${index} is ${describeConfState(known.confState)} and ${describeConfState(confState)}`,
    );
  }

  /** The configuration that is in force at `index`. */
  confStateAt(index: Index): { readonly index: Index; readonly confState: ConfState } {
    const at = this.#confStates.findLast((known) => known.index <= index);
    must(at !== undefined, `no configuration at ${index}`);
    return at;
  }

  /** The state of the application after `index`. */
  stateAt(index: Index): number {
    if (index === 0) return 0;
    const known = this.#applied[index];
    must(known !== undefined, `nobody has applied ${index}`);
    return known.state;
  }

  /** A snapshot holds what applying the log would have led to. */
  sawSnapshot({ data, metadata }: Snapshot): void {
    must(decodeState(data) === this.stateAt(metadata.index), `snapshot at ${metadata.index} holds another state`);
    must(
      equivalentConfStates(metadata.confState, this.confStateAt(metadata.index).confState),
      `snapshot at ${metadata.index} holds another configuration`,
    );
  }

  askedRead(context: string): void {
    this.#readFloors.set(context, this.highestCommit);
  }

  /** A linearizable read never sees less than what was committed when it was asked for. */
  answeredRead(context: string, index: Index): void {
    const floor = this.#readFloors.get(context);
    must(floor !== undefined, `a read that nobody asked for was answered: ${context}`);
    must(
      index >= floor || !this.#linearizable,
      `read ${context} was asked for at commit ${floor} and answered at ${index}`,
    );
  }

  /** A member votes once in a term, and its term never falls. */
  sawHardState(id: NodeId, before: HardState, { term, vote, commit }: HardState): void {
    must(term >= before.term, `term of ${id} falls from ${before.term} to ${term}`);
    must(commit >= before.commit, `commit index of ${id} falls from ${before.commit} to ${commit}`);
    if (vote === 0n) return;
    const votes = this.#votes.get(term) ?? new Map<NodeId, NodeId>();
    this.#votes.set(term, votes);
    const known = votes.get(id);
    must(known === undefined || known === vote, `${id} voted for ${known} and for ${vote} in term ${term}`);
  }

  /** The vote is on disk: from here on it binds. */
  sawDurableVote(id: NodeId, { term, vote }: HardState): void {
    if (vote !== 0n) this.#votes.get(term)?.set(id, vote);
  }

  /** What a message promises is on disk before it leaves. */
  checkPromise(m: Message, durable: DiskImage): void {
    const { hardState } = durable;
    const what = `${messageTypeName(m.type)} of ${m.from} to ${m.to} at term ${m.term}, index ${m.index}`;
    if (m.type === MessageType.MsgVoteResp && !m.reject) {
      must(hardState.term >= m.term, `${what} left before the term was durable`);
      must(hardState.term > m.term || hardState.vote === m.to, `${what} left before the vote was durable`);
    }
    if (m.type === MessageType.MsgAppResp && !m.reject && m.index > 0) {
      must(hardState.term >= m.term, `${what} left before the term was durable`);
      must(hardState.term > m.term || lastIndexOf(durable) >= m.index, `${what} left before the entries were durable`);
    }
  }
}

/** The application: a running hash over everything applied. */
export function nextState(state: number, { index, term, type, data }: Entry): number {
  let hash = Math.imul(state ^ index, 0x01000193) ^ Math.imul(term, 0x9e3779b1) ^ type;
  if (type === EntryType.EntryNormal && data !== undefined)
    for (const byte of data) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash | 0;
}

export function encodeState(state: number): Uint8Array {
  return Uint8Array.of(state & 255, (state >>> 8) & 255, (state >>> 16) & 255, state >>> 24);
}

function decodeState(data: Uint8Array | undefined): number {
  const [a = 0, b = 0, c = 0, d = 0] = data ?? [];
  return a | (b << 8) | (c << 16) | (d << 24);
}

export function must(condition: boolean, problem: string): asserts condition {
  if (!condition) throw new SafetyViolation(problem);
}
