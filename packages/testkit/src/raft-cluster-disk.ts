/**
 * The disk of one simulated raft member: it tells what was written from what was synced, and a crash loses any part of the
 * difference. Images are immutable, so a crash is the choice of one of them.
 *
 *   images:  durable | written | written | live      sync: durable = live      crash: one of the four, at random
 */
import type { Random } from "@quorate/base";
import {
  type ConfState,
  type Entry,
  type HardState,
  newConfState,
  newHardState,
  newSnapshot,
  type Snapshot,
} from "@quorate/proto";
import { type EntryId, type Index, limitSize, RaftError, type Storage, type Term } from "@quorate/raft";

/** What a disk holds at one moment. `entries[i]` has index `base.index + 1 + i`; `base` stands for what was compacted away. */
export type DiskImage = {
  readonly hardState: HardState;
  readonly snapshot: Snapshot;
  readonly base: EntryId;
  readonly entries: readonly Entry[];
};

/** What one write saves, together or not at all. */
export type DiskWrite = {
  readonly hardState: HardState | undefined;
  readonly snapshot: Snapshot | undefined;
  readonly entries: readonly Entry[];
};

/** Index of the last entry, or of the snapshot when there is none. */
export function lastIndexOf(image: DiskImage): Index {
  return image.base.index + image.entries.length;
}

/** The term at `index`, or undefined where the image does not hold it. */
export function termIn(image: DiskImage, index: Index): Term | undefined {
  return index === image.base.index ? image.base.term : image.entries[index - image.base.index - 1]?.term;
}

export class CrashDisk implements Storage {
  /** The configuration that the application reports at a start: the one at the index that it had applied. */
  confState: ConfState = newConfState();
  /** True makes the next call of `snapshot` find it temporarily unavailable. */
  snapshotUnavailable: () => boolean = () => false;
  /** Invariant: never empty; the first is durable, the last is what reads see. */
  #images: DiskImage[];

  constructor() {
    this.#images = [{ hardState: newHardState(), snapshot: newSnapshot(), base: { term: 0, index: 0 }, entries: [] }];
  }

  get durable(): DiskImage {
    return this.#images[0]!;
  }

  get live(): DiskImage {
    return this.#images[this.#images.length - 1]!;
  }

  sync(): void {
    this.#images = [this.live];
  }

  /** Keeps one of the states that the disk went through since the last sync. */
  crash(random: Random): void {
    this.#images = [this.#images[random.below(this.#images.length)]!];
  }

  /** Entries are frozen: whoever changes an entry after handing it out fails at once. */
  write({ hardState, snapshot, entries }: DiskWrite): void {
    let image = this.live;
    if (snapshot !== undefined) {
      const { term, index } = snapshot.metadata;
      image = { ...image, snapshot, base: { term, index }, entries: [] };
    }
    for (const entry of entries) Object.freeze(entry);
    image = { ...image, hardState: hardState ?? image.hardState, entries: appended(image, entries) };
    this.#images.push(image);
  }

  createSnapshot(index: Index, confState: ConfState, data: Uint8Array): void {
    const term = termIn(this.live, index);
    if (term === undefined) throw new Error(`no entry to make a snapshot at ${index}`);
    this.#images.push({
      ...this.live,
      snapshot: newSnapshot({ data, metadata: metadataOf({ term, index }, confState) }),
    });
  }

  compact(index: Index): void {
    const { live } = this;
    const term = termIn(live, index);
    if (term === undefined || index > live.snapshot.metadata.index) throw new Error(`cannot compact to ${index}`);
    this.#images.push({ ...live, base: { term, index }, entries: live.entries.slice(index - live.base.index) });
  }

  initialState(): { readonly hardState: HardState; readonly confState: ConfState } {
    return { hardState: this.live.hardState, confState: this.confState };
  }

  entries(lo: Index, hi: Index, maxSize: number): Entry[] {
    const { base, entries } = this.live;
    if (lo <= base.index) throw new RaftError("Compacted", "compacted");
    if (hi > this.lastIndex() + 1) throw new RaftError("Unavailable", "unavailable");
    return limitSize(entries.slice(lo - base.index - 1, hi - base.index - 1), maxSize);
  }

  term(index: Index): Term {
    if (index < this.live.base.index) throw new RaftError("Compacted", "compacted");
    const term = termIn(this.live, index);
    if (term === undefined) throw new RaftError("Unavailable", "unavailable");
    return term;
  }

  lastIndex(): Index {
    return lastIndexOf(this.live);
  }

  firstIndex(): Index {
    return this.live.base.index + 1;
  }

  snapshot(): Snapshot {
    if (this.snapshotUnavailable())
      throw new RaftError("SnapshotTemporarilyUnavailable", "snapshot is temporarily unavailable");
    return this.live.snapshot;
  }
}

function appended(image: DiskImage, entries: readonly Entry[]): readonly Entry[] {
  const first = entries[0];
  if (first === undefined) return image.entries;
  const at = first.index - image.base.index - 1;
  if (at < 0 || at > image.entries.length)
    throw new Error(`write at ${first.index} leaves a gap behind ${lastIndexOf(image)}`);
  return [...image.entries.slice(0, at), ...entries];
}

function metadataOf(id: EntryId, confState: ConfState): Snapshot["metadata"] {
  return { ...newSnapshot().metadata, ...id, confState };
}
