/**
 * The next segment, prepared ahead of time: a file full of zeros whose blocks are allocated, so that appending to it changes data only
 * and a sync need not write metadata. Written in pieces, between appends, so that no append waits for it.
 */
import { type Disk, type DiskFile, hasCode } from "@quorate/base";
import type { SegmentName } from "./segment.ts";

/** Zeros written in one step: well under a millisecond into the page cache. */
const PIECE_BYTES = 1024 * 1024;
const SPARE_NAME = "0.tmp";

export class SpareSegment {
  readonly #disk: Disk;
  readonly #dir: string;
  readonly #path: string;
  readonly #size: number;
  #file: DiskFile | undefined;
  #written = 0;

  constructor(disk: Disk, dir: string, size: number) {
    this.#disk = disk;
    this.#dir = dir;
    this.#path = `${dir}/${SPARE_NAME}`;
    this.#size = size;
  }

  /** Removes what an earlier run left. */
  clean(): void {
    for (const name of this.#disk.list(this.#dir)) {
      if (name.endsWith(".tmp")) this.#disk.remove(`${this.#dir}/${name}`);
    }
  }

  /** Writes the next piece of zeros; true while there is more to write. */
  prepare(): boolean {
    this.#file ??= this.#disk.open(this.#path, "create");
    const length = Math.min(PIECE_BYTES, this.#size - this.#written);
    if (length <= 0) return false;
    this.#file.write(new Uint8Array(length), this.#written);
    this.#written += length;
    if (this.#written < this.#size) return true;
    this.#file.sync();
    return false;
  }

  /** Puts `head` into the spare file, makes it durable and gives it its name. Returns it open for writing. */
  install(segment: SegmentName, head: Uint8Array): DiskFile {
    const file = this.#file ?? this.#disk.open(this.#path, "create");
    this.#file = undefined;
    // Not fully prepared: the rest becomes a hole, which reads as zeros just the same.
    if (this.#written < this.#size) file.truncate(this.#size);
    this.#written = 0;
    file.write(head, 0);
    file.sync();
    const path = `${this.#dir}/${segment.name}`;
    this.#disk.rename(this.#path, path);
    this.#disk.syncDir(this.#dir);
    return file;
  }

  /** Closes and removes an unused spare; one that is gone already is no matter. */
  close(): void {
    if (this.#file === undefined) return;
    this.#file.close();
    this.#file = undefined;
    try {
      this.#disk.remove(this.#path);
    } catch (error) {
      if (!hasCode(error, "NotFound")) throw error;
    }
  }
}
