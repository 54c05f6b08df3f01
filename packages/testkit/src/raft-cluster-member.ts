/**
 * One simulated member: a RawNode, its crash-losing disk, its application, and the work between them cut into small stages, so
 * that a schedule can put ticks, messages and crashes between any two of them.
 *
 *   without async storage writes:  take -> save -> sync -> send -> apply -> advance
 *   with async storage writes:     take and send; the append and the apply thread each work at their own pace
 */
import { hasCode, type Random } from "@quorate/base";
import { type Entry, EntryType, type HardState, type Message, newHardState, type Snapshot } from "@quorate/proto";
import {
  type BasicStatus,
  type Config,
  confChangeAsV2,
  confChangeOfEntry,
  type Index,
  isEmptyHardState,
  LOCAL_APPEND_THREAD,
  LOCAL_APPLY_THREAD,
  type NodeId,
  type Peer,
  RawNode,
  type Ready,
} from "@quorate/raft";
import { CrashDisk } from "./raft-cluster-disk.ts";
import { encodeState, must, type Oracle, type ShadowLog } from "./raft-cluster-oracle.ts";

/** What a member needs from the cluster. */
export type MemberDeps = {
  readonly oracle: Oracle;
  readonly random: Random;
  /** Entries of a bootstrapped cluster: their configurations are in force before they are applied. */
  readonly bootstrapPeers: readonly Peer[];
  readonly config: Omit<Config, "storage" | "applied">;
  /** Hands a message to the network. */
  readonly send: (m: Message) => void;
  readonly trace: (line: string) => void;
};

type Stage = "save" | "sync" | "send" | "apply" | "advance";
const NEXT_STAGE = { save: "sync", sync: "send", send: "apply", apply: "advance", advance: undefined } as const;

export class Member {
  readonly id: NodeId;
  readonly disk: CrashDisk = new CrashDisk();
  /** Undefined while down. */
  node: RawNode | undefined;
  applied: Index = 0;
  /** How often each kind of thing happened; for the report. */
  readonly counts = { crashes: 0, applied: 0, reads: 0, snapshotsRestored: 0, confChanges: 0, elections: 0 };
  readonly #deps: MemberDeps;
  readonly #async: boolean;
  #state = 0;
  /** Index of the last snapshot installed since the start. */
  #restored: Index = 0;
  #shadow: ShadowLog = { base: { term: 0, index: 0 }, entries: [] };
  #told: HardState = newHardState();
  #last: BasicStatus | undefined;
  #ready: Ready | undefined;
  #stage: Stage = "save";
  #toAppend: Message[] = [];
  #toApply: Message[] = [];
  /** Responses of synced appends, and of applied entries: each thread's in order, but late. */
  #appendDone: Message[] = [];
  #applyDone: Message[] = [];
  /** Appends that are written and wait for the sync they share. */
  #unsynced: Message[] = [];

  constructor(id: NodeId, deps: MemberDeps) {
    this.id = id;
    this.#deps = deps;
    this.#async = deps.config.asyncStorageWrites ?? false;
  }

  /** Starts from the disk. The application remembers some state between its snapshot and what it had applied. */
  start(): void {
    const { disk } = this;
    const { oracle, random, config, bootstrapPeers } = this.#deps;
    const { snapshot, hardState, base, entries } = disk.live;
    const from = Math.max(base.index, snapshot.metadata.index);
    const to = Math.max(from, Math.min(hardState.commit, this.applied));
    const applied = random.below(2) === 0 ? from : from + random.below(to - from + 1);
    disk.confState = oracle.confStateAt(applied).confState;
    this.applied = applied;
    this.#state = oracle.stateAt(applied);
    this.#shadow = { base, entries: [...entries] };
    this.#restored = 0;
    this.#last = undefined;
    this.node = new RawNode({ ...config, storage: disk, applied });
    const isNew = isEmptyHardState(hardState) && disk.lastIndex() === 0;
    this.#told = hardState;
    if (isNew && bootstrapPeers.some((peer) => peer.id === this.id)) this.node.bootstrap(bootstrapPeers);
    this.#deps.trace(`${this.id} starts: applied ${applied}, commit ${hardState.commit}, term ${hardState.term}`);
    this.observe();
  }

  /** Loses everything that was not synced, and some that was on its way. */
  crash(): void {
    this.node = undefined;
    this.disk.crash(this.#deps.random);
    this.#ready = undefined;
    this.#toAppend = [];
    this.#toApply = [];
    this.#appendDone = [];
    this.#applyDone = [];
    this.#unsynced = [];
    this.counts.crashes++;
    this.#deps.trace(`${this.id} crashes`);
  }

  /** Does something to the node. Refusals that a correct caller must expect are no error; all others are. */
  act(action: (node: RawNode) => void): void {
    if (this.node === undefined) return;
    try {
      action(this.node);
    } catch (error) {
      const expected = ["ProposalDropped", "StepPeerNotFound", "TooManyReads"].some((code) => hasCode(error, code));
      if (!expected) throw error;
    }
    this.observe();
  }

  /** One piece of the work between raft, disk and application; false if there is none. */
  work(): boolean {
    if (this.node === undefined) return false;
    const done = this.#async ? this.#workAsync(this.node) : this.#workInStages(this.node);
    this.observe();
    return done;
  }

  /** Makes a snapshot of the applied state, and perhaps drops log entries that it stands for. */
  compact(keep: number): void {
    const { live } = this.disk;
    // What is compacted must be known as committed after a restart.
    if (this.applied <= live.snapshot.metadata.index || this.applied > live.hardState.commit) return;
    if (this.node === undefined || this.applied > this.disk.lastIndex()) return;
    const { confState } = this.#deps.oracle.confStateAt(this.applied);
    this.disk.createSnapshot(this.applied, confState, encodeState(this.#state));
    const to = this.applied - keep;
    if (to > live.base.index) this.disk.compact(to);
    this.#deps.trace(`${this.id} makes a snapshot at ${this.applied}, log starts at ${this.disk.firstIndex()}`);
  }

  /** Checks what can be seen from outside after every call. */
  observe(): void {
    if (this.node === undefined) return;
    const { oracle } = this.#deps;
    const now = this.node.basicStatus();
    const before = this.#last;
    must(before === undefined || now.hardState.term >= before.hardState.term, `term of ${this.id} falls`);
    must(before === undefined || now.hardState.commit >= before.hardState.commit, `commit index of ${this.id} falls`);
    must(before === undefined || now.applied >= before.applied, `applied index of ${this.id} falls`);
    must(now.applied <= now.hardState.commit, `${this.id} applied more than is committed`);
    oracle.highestCommit = Math.max(oracle.highestCommit, now.hardState.commit);
    this.#last = now;
    if (!oracle.sawLeader(this.id, now)) return;
    this.counts.elections++;
    this.#deps.trace(`${this.id} leads term ${now.hardState.term}`);
    oracle.checkComplete(this.id, now.hardState.term, this.#shadow);
  }

  #workInStages(node: RawNode): boolean {
    if (this.#ready === undefined) {
      if (!node.hasReady()) return false;
      this.#ready = this.#take(node);
      this.#stage = "save";
      return true;
    }
    const ready = this.#ready;
    switch (this.#stage) {
      case "save":
        this.disk.write(ready);
        break;
      case "sync":
        if (ready.mustSync || ready.snapshot !== undefined || this.#deps.random.below(4) === 0) this.#sync();
        break;
      case "send":
        for (const m of ready.messages) this.#send(m);
        break;
      case "apply":
        if (ready.snapshot !== undefined) this.#restore(ready.snapshot);
        for (const entry of ready.committedEntries) this.#apply(node, entry);
        break;
      default:
        node.advance();
    }
    const next = NEXT_STAGE[this.#stage];
    if (next === undefined) this.#ready = undefined;
    else this.#stage = next;
    return true;
  }

  #workAsync(node: RawNode): boolean {
    const jobs: (() => void)[] = [];
    if (node.hasReady()) jobs.push(() => this.#dispatch(this.#take(node)));
    if (this.#toAppend.length > 0) jobs.push(() => this.#append(this.#toAppend.shift() as Message));
    if (this.#unsynced.length > 0) jobs.push(() => this.#finishAppends());
    if (this.#toApply.length > 0) jobs.push(() => this.#applyPage(node, this.#toApply.shift() as Message));
    if (this.#appendDone.length > 0) jobs.push(() => this.act((n) => n.step(this.#appendDone.shift() as Message)));
    if (this.#applyDone.length > 0) jobs.push(() => this.act((n) => n.step(this.#applyDone.shift() as Message)));
    if (jobs.length === 0) return false;
    jobs[this.#deps.random.below(jobs.length)]?.();
    return true;
  }

  /** Takes a Ready and notes what it says about log, commit index and reads. */
  #take(node: RawNode): Ready {
    const { oracle } = this.#deps;
    const peeked = node.readyWithoutAccept();
    const ready = node.ready();
    must(peeked.entries.length === ready.entries.length, "peeking shows what taking gives");
    if (ready.snapshot !== undefined) {
      const { term, index } = ready.snapshot.metadata;
      this.#shadow = { base: { term, index }, entries: [] };
    }
    this.#extendShadow(ready.entries);
    if (ready.hardState !== undefined) {
      oracle.sawHardState(this.id, this.#told, ready.hardState);
      this.#noteCommitted(this.#told.commit, ready.hardState);
      this.#told = ready.hardState;
    }
    for (const { index, requestCtx } of ready.readStates) {
      oracle.answeredRead(new TextDecoder().decode(requestCtx), index);
      this.counts.reads++;
    }
    return ready;
  }

  #extendShadow(entries: readonly Entry[]): void {
    const first = entries[0];
    if (first === undefined) return;
    const { base } = this.#shadow;
    const at = first.index - base.index - 1;
    must(at >= 0 && at <= this.#shadow.entries.length, `entries of ${this.id} leave a gap before ${first.index}`);
    const prevTerm = at === 0 ? base.term : (this.#shadow.entries[at - 1]?.term ?? 0);
    this.#deps.oracle.sawEntries(prevTerm, entries);
    this.#shadow.entries.length = at;
    for (const entry of entries) this.#shadow.entries.push(entry);
  }

  #noteCommitted(after: Index, { term, commit }: HardState): void {
    const { base, entries } = this.#shadow;
    for (let index = Math.max(after, base.index) + 1; index <= commit; index++) {
      const entry = entries[index - base.index - 1];
      must(entry !== undefined, `${this.id} committed ${index}, which it does not hold`);
      this.#deps.oracle.sawCommitted(term, entry);
    }
  }

  #dispatch(ready: Ready): void {
    for (const m of ready.messages) {
      if (m.to === LOCAL_APPEND_THREAD) this.#toAppend.push(m);
      else if (m.to === LOCAL_APPLY_THREAD) this.#toApply.push(m);
      else this.#send(m);
    }
  }

  #append(m: Message): void {
    const { term, vote, commit, entries, snapshot } = m;
    const hardState = newHardState({ term, vote, commit });
    this.disk.write({ hardState: isEmptyHardState(hardState) ? undefined : hardState, snapshot, entries });
    this.#unsynced.push(m);
  }

  /** One sync for all that was written; then the answers leave, in order. */
  #finishAppends(): void {
    this.#sync();
    for (const m of this.#unsynced) {
      if (m.snapshot !== undefined) this.#restore(m.snapshot);
      for (const response of m.responses) {
        if (response.to === this.id) this.#appendDone.push(response);
        else this.#send(response);
      }
    }
    this.#unsynced = [];
  }

  #applyPage(node: RawNode, m: Message): void {
    for (const entry of m.entries) this.#apply(node, entry);
    this.#applyDone.push(...m.responses);
  }

  #sync(): void {
    this.disk.sync();
    this.#deps.oracle.sawDurableVote(this.id, this.disk.durable.hardState);
  }

  #send(m: Message): void {
    this.#deps.oracle.checkPromise(m, this.disk.durable);
    this.#deps.send(m);
  }

  #apply(node: RawNode, entry: Entry): void {
    // The append thread may have installed a snapshot before the apply thread came to what it stands for.
    if (entry.index <= this.#restored) return;
    must(entry.index === this.applied + 1, `${this.id} applied ${this.applied} and is handed ${entry.index}`);
    this.#state = this.#deps.oracle.sawApplied(entry, this.#state);
    this.applied = entry.index;
    this.counts.applied++;
    if (entry.type !== EntryType.EntryNormal) this.#applyConfChange(node, entry);
  }

  #applyConfChange(node: RawNode, entry: Entry): void {
    const change = confChangeOfEntry(entry);
    must(change !== undefined, "a configuration entry holds a change");
    const { oracle, bootstrapPeers } = this.#deps;
    let confState = oracle.confStateAt(entry.index - 1).confState;
    try {
      confState = node.applyConfChange(confChangeAsV2(change));
    } catch (error) {
      // A change that no longer fits does nothing, on every member alike.
      if (!hasCode(error, "InvalidConfChange")) throw error;
    }
    this.counts.confChanges++;
    if (entry.index > bootstrapPeers.length) oracle.sawConfState(entry.index, confState);
  }

  #restore(snapshot: Snapshot): void {
    const { index } = snapshot.metadata;
    must(index > this.applied, `${this.id} applied ${this.applied} and is handed a snapshot at ${index}`);
    this.#deps.oracle.sawSnapshot(snapshot);
    this.applied = index;
    this.#restored = index;
    this.#state = this.#deps.oracle.stateAt(index);
    this.counts.snapshotsRestored++;
  }
}
