/**
 * Log and snapshots of one member as one thing: opened together, kept in step. Synchronous over the Disk port: hosts run it on a
 * thread of its own (node-storage-thread.ts), tests and simulators in place.
 */
import type { Disk, Logger } from "@quorate/base";
import type { Entry, HardState, Snapshot } from "@quorate/proto";
import { type DataDir, hasWal, prepareDataDir } from "./data-dir.ts";
import { Snapshotter } from "./snap/snapshotter.ts";
import type { WalBatch } from "./wal/batch.ts";
import { validSnapshots } from "./wal/reader.ts";
import { Wal, type WalOptions, type WalStats } from "./wal/wal.ts";

/** What a member finds when it starts. */
export type Restored = {
  /** The log was started just now: there is nothing to restore. */
  readonly isNew: boolean;
  /** What the log says it belongs to; what was passed in for a new one. */
  readonly metadata: Uint8Array;
  readonly snapshot: Snapshot | undefined;
  readonly hardState: HardState;
  /** Entries behind the snapshot. */
  readonly entries: readonly Entry[];
};

export type MemberStorageOptions = WalOptions & {
  readonly dir: DataDir;
  readonly metadata: Uint8Array;
  readonly logger: Logger;
  /** Snapshot files that `release` leaves. */
  readonly keepSnapshots?: number;
};

export class MemberStorage {
  readonly restored: Restored;
  readonly #wal: Wal;
  readonly #snapshotter: Snapshotter;
  readonly #keepSnapshots: number | undefined;

  /** Opens or starts the storage in a directory. @throws StorageError. */
  constructor(disk: Disk, options: MemberStorageOptions) {
    const { dir, metadata, logger } = options;
    this.#keepSnapshots = options.keepSnapshots;
    prepareDataDir(disk, dir);
    this.#snapshotter = new Snapshotter(disk, dir.snap, logger);
    this.#snapshotter.cleanTemporary();
    if (!hasWal(disk, dir)) {
      this.#wal = Wal.create(disk, dir.wal, metadata, options);
      const hardState = { term: 0, vote: 0n, commit: 0, explicitZeros: 0 };
      this.restored = { isNew: true, metadata, snapshot: undefined, hardState, entries: [] };
      return;
    }
    const snapshot = this.#snapshotter.loadNewestAvailable(validSnapshots(disk, dir.wal));
    const { index, term } = snapshot?.metadata ?? { index: 0, term: 0 };
    const { wal, content } = Wal.open(disk, dir.wal, { index, term, confState: undefined, explicitZeros: 0 }, options);
    this.#wal = wal;
    this.restored = { isNew: false, snapshot, ...content };
  }

  get stats(): WalStats {
    return this.#wal.stats;
  }

  append(batch: WalBatch): void {
    this.#wal.append(batch);
  }

  sync(): void {
    this.#wal.sync();
  }

  /** The file first, then the record that vouches for it: a record without its file would make the log unusable. */
  saveSnapshot(snapshot: Snapshot): void {
    const save = this.beginSnapshot(snapshot);
    while (save());
  }

  /** The same in pieces: each call of what is returned does one, and says whether there is more. Appends may come between. */
  beginSnapshot(snapshot: Snapshot): () => boolean {
    const writer = this.#snapshotter.write(snapshot);
    return () => {
      if (writer.step()) return true;
      const { index, term, confState } = snapshot.metadata;
      this.#wal.saveSnapshot({ index, term, confState, explicitZeros: 0 });
      return false;
    };
  }

  /** A durable snapshot covers everything up to `index`: lets go of older segments and snapshots. */
  release(index: number): void {
    this.#wal.release(index);
    this.#snapshotter.purge(this.#keepSnapshots);
  }

  /** Does a piece of work that need not be done now; true while there is more. */
  idle(): boolean {
    return this.#wal.prepareNext();
  }

  close(): void {
    this.#wal.close();
  }
}
