/** One member of an interaction script: a RawNode, its log in memory, the history of its snapshots, and its queued storage work. */
import { concatBytes, EMPTY_BYTES } from "@quorate/base";
import {
  type ConfState,
  type Entry,
  type Message,
  newSnapshot,
  newSnapshotMetadata,
  type Snapshot,
} from "@quorate/proto";
import { type Config, confChangeAsV2, confChangeOfEntry, MemoryStorage, RawNode } from "@quorate/raft";

/** A log whose snapshot is always the newest of the history: the state as applied. */
class HistoryStorage extends MemoryStorage {
  readonly history: Snapshot[];

  constructor(history: Snapshot[]) {
    super();
    this.history = history;
  }

  override snapshot(): Snapshot {
    return this.history[this.history.length - 1] ?? super.snapshot();
  }
}

export class InteractionNode {
  readonly id: bigint;
  readonly raw: RawNode;
  readonly isAsync: boolean;
  readonly storage: MemoryStorage;
  /** Work for the append and the apply thread, oldest first; async storage writes only. */
  readonly appendWork: Message[] = [];
  readonly applyWork: Message[] = [];
  readonly #history: Snapshot[];

  /** @param bootstrap the state that the log starts from; index 0 for an empty one. */
  constructor(config: Omit<Config, "storage" | "applied">, bootstrap: Snapshot) {
    this.id = config.id;
    this.isAsync = config.asyncStorageWrites ?? false;
    this.#history = [bootstrap];
    this.storage = new HistoryStorage(this.#history);
    const { index } = bootstrap.metadata;
    if (index > 0) this.storage.applySnapshot(bootstrap);
    this.raw = new RawNode({ ...config, storage: this.storage, applied: index });
  }

  get newest(): Snapshot {
    return this.#history[this.#history.length - 1] as Snapshot;
  }

  /** Applies committed entries in order, each adding a snapshot to the history. */
  apply(entries: readonly Entry[]): void {
    for (const entry of entries) {
      const before = this.newest;
      const change = confChangeOfEntry(entry);
      let payload = entry.data ?? EMPTY_BYTES;
      let confState: ConfState = before.metadata.confState;
      if (change !== undefined) {
        payload = change.change.context ?? EMPTY_BYTES;
        confState = this.raw.applyConfChange(confChangeAsV2(change));
      }
      const metadata = newSnapshotMetadata({ index: entry.index, term: entry.term, confState });
      this.#history.push(newSnapshot({ data: concatBytes([before.data ?? EMPTY_BYTES, payload]), metadata }));
    }
  }
}
