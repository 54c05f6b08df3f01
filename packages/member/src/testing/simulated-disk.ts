/**
 * The disk under a simulated member: log, snapshot files and images of backends, written in order, durable later. A crash keeps what
 * was synced and any first part of what was on its way; it never keeps something behind a part that it lost.
 */
import { assert, type MemoryBackend, type Prng } from "@quorate/base";
import { type Entry, type HardState, newHardState, newSnapshotMetadata, type SnapshotMetadata } from "@quorate/proto";
import type { Append } from "../events.ts";

/** What a write was, once it is durable. */
export type Finished =
  | { readonly kind: "append"; readonly append: Append }
  | { readonly kind: "snapshot"; readonly metadata: SnapshotMetadata };

type Write = Finished & { readonly dueMs: number };

export class SimulatedDisk {
  /** Images of backends that were received, by the index they hold: durable before their message is handed on. */
  readonly images: Map<number, MemoryBackend> = new Map<number, MemoryBackend>();
  readonly #random: Prng;
  readonly #maxSyncMs: number;
  #hardState: HardState = newHardState();
  /** The hard state as of the last synced write: a commit index alone may be lost. */
  #syncedState: HardState = newHardState();
  #snapshot: SnapshotMetadata = newSnapshotMetadata();
  /** #entries[i] has index #first + i. */
  #entries: Entry[] = [];
  #first = 1;
  #line: Write[] = [];

  constructor(random: Prng, maxSyncMs: number) {
    this.#random = random;
    this.#maxSyncMs = maxSyncMs;
  }

  get hardState(): HardState {
    return this.#hardState;
  }

  /** The newest snapshot; index 0 for none. */
  get snapshot(): SnapshotMetadata {
    return this.#snapshot;
  }

  /** What a restart reads: the entries behind the newest snapshot. */
  get entries(): Entry[] {
    return this.#entries.slice(Math.max(0, this.#snapshot.index + 1 - this.#first));
  }

  add(append: Append, nowMs: number): void {
    this.#line.push({ kind: "append", append, dueMs: this.#due(nowMs) });
  }

  saveSnapshot(metadata: SnapshotMetadata, nowMs: number): void {
    this.#line.push({ kind: "snapshot", metadata, dueMs: this.#due(nowMs) });
  }

  /** What has become durable by now, in order. */
  finish(nowMs: number): Finished[] {
    let count = 0;
    while (count < this.#line.length && this.#line[count]!.dueMs <= nowMs) count++;
    const finished = this.#line.splice(0, count);
    for (const write of finished) this.#write(write);
    return finished;
  }

  crash(): void {
    const survivors = this.#line.slice(0, this.#random.below(this.#line.length + 1));
    this.#line = [];
    for (const write of survivors) this.#write(write);
    if (this.#random.chance(0.5)) this.#hardState = this.#syncedState;
    // The position of a snapshot is never behind the commit index: whoever reads the log takes the larger.
  }

  #due(nowMs: number): number {
    const last = this.#line[this.#line.length - 1]?.dueMs ?? 0;
    return Math.max(last, nowMs + this.#random.below(this.#maxSyncMs + 1));
  }

  #write(write: Write): void {
    if (write.kind === "snapshot") {
      if (write.metadata.index > this.#snapshot.index) this.#snapshot = write.metadata;
      return;
    }
    const { hardState, entries, snapshot, mustSync } = write.append;
    if (snapshot !== undefined) {
      assert(this.images.has(snapshot.metadata.index), "an image is durable before the message that speaks of it");
      this.#snapshot = snapshot.metadata;
      this.#entries = [];
      this.#first = snapshot.metadata.index + 1;
    }
    const from = entries[0]?.index;
    if (from !== undefined) {
      const at = from - this.#first;
      assert(at >= 0 && at <= this.#entries.length, "the log has no gaps");
      this.#entries.length = at;
      for (const entry of entries) this.#entries.push(entry);
    }
    if (hardState !== undefined) {
      const isPromise = hardState.term !== this.#hardState.term || hardState.vote !== this.#hardState.vote;
      assert(!isPromise || mustSync, "a term and a vote are synced");
      this.#hardState = hardState;
    }
    assert(entries.length === 0 || mustSync, "entries are synced");
    if (mustSync) this.#syncedState = this.#hardState;
  }
}
