/**
 * Makes one snapshot file durable, a piece at a time, so that a log that is written on the same thread need not wait for all of
 * it: first the checksum, piece by piece, then the file under another name, synced now and then, then the name. The file is there
 * whole or not at all.
 */
import { concatBytes, crc32c, type Disk, type DiskFile } from "@quorate/base";
import { encodeSnapshot, type Snapshot, sizeNumber, Writer } from "@quorate/proto";
import { snapFileName } from "./snap-file.ts";

/** Bytes summed or written in one step: a millisecond. */
const PIECE_BYTES = 1024 * 1024;
/** Written bytes that may wait for their sync: each sync of a growing file has a price of its own, and one for all is a long wait. */
const UNSYNCED_BYTES = 8 * PIECE_BYTES;
/** Tags of raftpb.Snapshot.data, and of the wrapper's crc and data: field number * 8 + wire type. */
const TAG_SNAPSHOT_DATA = 10;
const TAG_CRC = 8;
const TAG_DATA = 18;

export class SnapshotWriter {
  readonly #disk: Disk;
  readonly #dir: string;
  readonly #path: string;
  /** The encoded snapshot in parts, so that its data need not be copied. */
  #parts: Uint8Array[];
  #crc = 0;
  #file: DiskFile | undefined;
  /** Where the next step goes on: in which part, and from which byte of it. */
  #part = 0;
  #from = 0;
  #written = 0;
  #unsynced = 0;

  constructor(disk: Disk, dir: string, snapshot: Snapshot) {
    this.#disk = disk;
    this.#dir = dir;
    this.#path = `${dir}/${snapFileName(snapshot.metadata.term, snapshot.metadata.index)}`;
    const { data } = snapshot;
    const rest = encodeSnapshot({ ...snapshot, data: undefined });
    this.#parts = data === undefined ? [rest] : [dataHead(data.length), data, rest];
  }

  /** Does the next piece; true while there is more to do. Throws what the disk throws. */
  step(): boolean {
    if (this.#file === undefined) {
      const piece = this.#next();
      if (piece !== undefined) this.#crc = crc32c(piece, this.#crc);
      else this.#create();
      return true;
    }
    const piece = this.#next();
    if (piece === undefined) {
      this.#finish(this.#file);
      return false;
    }
    this.#file.write(piece, this.#written);
    this.#written += piece.length;
    this.#unsynced += piece.length;
    if (this.#unsynced >= UNSYNCED_BYTES) {
      this.#file.datasync();
      this.#unsynced = 0;
    }
    return true;
  }

  #next(): Uint8Array | undefined {
    const part = this.#parts[this.#part];
    if (part === undefined) return undefined;
    const to = Math.min(this.#from + PIECE_BYTES, part.length);
    const piece = part.subarray(this.#from, to);
    this.#from = to;
    if (to === part.length) {
      this.#part++;
      this.#from = 0;
    }
    return piece;
  }

  /** The checksum is known: starts the file with it, and over with the parts. */
  #create(): void {
    const temporary = `${this.#path}.tmp`;
    if (this.#disk.exists(temporary)) this.#disk.remove(temporary);
    this.#file = this.#disk.open(temporary, "create");
    const length = this.#parts.reduce((sum, part) => sum + part.length, 0);
    const parts = [fileHead(this.#crc, length), ...this.#parts];
    // A small one leaves in one write.
    this.#parts = length < PIECE_BYTES ? [concatBytes(parts)] : parts;
    this.#part = 0;
  }

  #finish(file: DiskFile): void {
    file.sync();
    file.close();
    this.#disk.rename(`${this.#path}.tmp`, this.#path);
    this.#disk.syncDir(this.#dir);
  }
}

/** What stands before the data in a raftpb.Snapshot. */
function dataHead(length: number): Uint8Array {
  const w = new Writer(new Uint8Array(1 + sizeNumber(length)));
  w.number(TAG_SNAPSHOT_DATA);
  w.number(length);
  return w.bytes;
}

/** What stands before the snapshot in the file. */
function fileHead(crc: number, length: number): Uint8Array {
  const w = new Writer(new Uint8Array(2 + sizeNumber(crc) + sizeNumber(length)));
  w.number(TAG_CRC);
  w.number(crc);
  w.number(TAG_DATA);
  w.number(length);
  return w.bytes;
}
