/**
 * The apply queue: committed entries in order, applied to the machine in bounded slices, each batch acknowledged to raft when all of it
 * is applied. It owns how far this member has applied; nothing else moves that. While a received snapshot is being installed the
 * queue stands still.
 */
import { assert, type HostBackend } from "@quorate/base";
import type { Applied, ApplyOptions, ConfChangeOutcome, Machine } from "@quorate/machine";
import { type ConfChange, type Entry, EntryType, type Message } from "@quorate/proto";
import { confChangeOfEntry } from "@quorate/raft";

/** What the machine runs on, replaced as a whole when a snapshot is installed. */
export type Ground = { readonly machine: Machine; readonly backend: HostBackend };

export type ApplierDeps = {
  readonly options: ApplyOptions;
  readonly onApplied: (applied: Applied) => void;
  readonly onConfChange: (change: ConfChange, outcome: ConfChangeOutcome) => void;
  /** A new leader's first entry of its term. */
  readonly onEmptyEntry: (term: number) => void;
  /** A batch is applied: what raft wants to hear. */
  readonly acknowledge: (responses: readonly Message[]) => void;
};

type Batch = { readonly entries: readonly Entry[]; readonly responses: readonly Message[]; next: number };

export class Applier {
  readonly #deps: ApplierDeps;
  #ground: Ground;
  #index: number;
  #term: number;
  #queue: Batch[] = [];
  #halted = false;

  constructor(deps: ApplierDeps, ground: Ground, position: { readonly index: number; readonly term: number }) {
    this.#deps = deps;
    this.#ground = ground;
    this.#index = position.index;
    this.#term = position.term;
    assert(ground.machine.appliedIndex === position.index, "the machine holds what was applied");
  }

  get machine(): Machine {
    return this.#ground.machine;
  }

  get backend(): HostBackend {
    return this.#ground.backend;
  }

  /** The last entry applied. */
  get index(): number {
    return this.#index;
  }

  get term(): number {
    return this.#term;
  }

  /** Takes committed entries; raft hands each out once, in order. */
  add(entries: readonly Entry[], responses: readonly Message[]): void {
    this.#queue.push({ entries, responses, next: 0 });
  }

  get hasWork(): boolean {
    return !this.#halted && this.#queue.length > 0;
  }

  /** Applies up to `budget` entries and gives back how many. */
  run(budget: number): number {
    let done = 0;
    while (done < budget && this.hasWork) {
      const batch = this.#queue[0]!;
      while (done < budget && batch.next < batch.entries.length) {
        this.#apply(batch.entries[batch.next++]!);
        done++;
      }
      if (batch.next < batch.entries.length) break;
      this.#queue.shift();
      this.#deps.acknowledge(batch.responses);
    }
    return done;
  }

  /** A received snapshot replaces what is here: nothing is applied until `install`. */
  halt(): void {
    this.#halted = true;
  }

  /** Goes on over what was received. Entries that it covers are acknowledged without being applied. */
  install(ground: Ground, position: { readonly index: number; readonly term: number }): void {
    assert(ground.machine.appliedIndex === position.index, "the machine holds what the snapshot says");
    this.#halted = false;
    this.#ground = ground;
    this.#index = position.index;
    this.#term = position.term;
    const queue = this.#queue;
    this.#queue = [];
    for (const { entries, responses, next } of queue) {
      const left = entries.slice(next).filter((entry) => entry.index > position.index);
      if (left.length > 0) this.#queue.push({ entries: left, responses, next: 0 });
      else this.#deps.acknowledge(responses);
    }
  }

  #apply(entry: Entry): void {
    const { machine } = this.#ground;
    if (entry.type === EntryType.EntryNormal) {
      const applied = machine.apply(entry, this.#deps.options);
      this.#advance(entry);
      if (entry.data === undefined || entry.data.length === 0) this.#deps.onEmptyEntry(entry.term);
      else this.#deps.onApplied(applied);
      return;
    }
    const change = confChangeOfEntry(entry);
    assert(change?.kind === "v1", "changes of membership are proposed one at a time");
    const outcome = machine.applyConfChange(entry.index, change.change);
    assert(outcome !== undefined, "raft hands out each entry once");
    this.#advance(entry);
    this.#deps.onConfChange(change.change, outcome);
  }

  #advance({ index, term }: Entry): void {
    this.#index = index;
    this.#term = term;
  }
}
