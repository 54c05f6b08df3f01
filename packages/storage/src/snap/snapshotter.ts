/**
 * The snapshot files of one directory: saving one so that it is there whole or not at all, finding the newest that is good, and
 * letting go of old ones. Synchronous over the Disk port, as the log.
 */
import { type Disk, type Logger, messageOf } from "@quorate/base";
import type { Snapshot, WalSnapshot } from "@quorate/proto";
import { StorageError } from "../errors.ts";
import { decodeSnapshotFile, parseSnapFileName } from "./snap-file.ts";
import { SnapshotWriter } from "./snapshot-writer.ts";

/** Snapshot files that `purge` leaves. etcd's --max-snapshots. */
const DEFAULT_KEEP_SNAPSHOTS = 5;

export class Snapshotter {
  readonly #disk: Disk;
  readonly #dir: string;
  readonly #logger: Logger;

  constructor(disk: Disk, dir: string, logger: Logger) {
    this.#disk = disk;
    this.#dir = dir;
    this.#logger = logger;
  }

  /** Makes a snapshot durable. */
  save(snapshot: Snapshot): void {
    const writer = this.write(snapshot);
    while (writer.step());
  }

  /** The same for a caller that has other things to do between the pieces. */
  write(snapshot: Snapshot): SnapshotWriter {
    return new SnapshotWriter(this.#disk, this.#dir, snapshot);
  }

  /**
   * The newest good snapshot among those that the log vouches for; undefined if there is none. A bad file is set aside as
   * `.broken`, and the next older one is tried.
   */
  loadNewestAvailable(recorded: readonly WalSnapshot[]): Snapshot | undefined {
    for (const name of this.#newestFirst()) {
      const named = parseSnapFileName(name);
      if (!recorded.some(({ term, index }) => term === named?.term && index === named?.index)) continue;
      const snapshot = this.#load(name);
      if (snapshot !== undefined) return snapshot;
    }
    return undefined;
  }

  /** Removes what unfinished saves left. */
  cleanTemporary(): void {
    for (const name of this.#disk.list(this.#dir)) {
      if (name.endsWith(".tmp")) this.#disk.remove(`${this.#dir}/${name}`);
    }
  }

  /** Deletes all but the newest `keep` files. */
  purge(keep: number = DEFAULT_KEEP_SNAPSHOTS): void {
    const old = this.#newestFirst().slice(keep);
    for (const name of old) this.#disk.remove(`${this.#dir}/${name}`);
    if (old.length > 0) this.#disk.syncDir(this.#dir);
  }

  #load(name: string): Snapshot | undefined {
    const path = `${this.#dir}/${name}`;
    const file = this.#disk.open(path, "read");
    const bytes = new Uint8Array(file.size());
    file.read(bytes, 0);
    file.close();
    try {
      return decodeSnapshotFile(path, bytes);
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      this.#logger.warn(`${messageOf(error)}; it is set aside as ${name}.broken`);
      this.#disk.rename(path, `${path}.broken`);
      return undefined;
    }
  }

  #newestFirst(): string[] {
    return this.#disk
      .list(this.#dir)
      .filter((name) => parseSnapFileName(name) !== undefined)
      .reverse();
  }
}
