/**
 * Reads one segment from its first frame to where its data ends, checks the CRC chain, and tells a torn tail from damage.
 *
 * A crash tears only what was never synced, hence never acknowledged: the end of the last segment. There a write shows as cut short,
 * as sectors of zeros, or as nothing at all. Everything else that does not check out is damage to data that somebody may rely on, and is refused.
 */
import { crc32c } from "@quorate/base";
import { decodeHardState, ProtoError, type Record } from "@quorate/proto";
import { corrupt } from "../errors.ts";
import { type FrameResult, LENGTH_WORD_BYTES, RecordType, readFrame, recordBehind } from "./record.ts";

/** Disks write at least this much at once. */
const SECTOR_BYTES = 512;

export type DecodeOptions = {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Chain behind the previous segment; undefined where reading starts. */
  readonly previousCrc: number | undefined;
  /** Only the last segment may end torn. */
  readonly isLast: boolean;
  /** Takes each record in order. `data` is a view of `bytes`. May throw to refuse it. */
  readonly visit: (record: Record, offset: number) => void;
};

/** Where the valid data of a segment ends. */
export type Decoded = { readonly end: number; readonly crc: number; readonly torn: boolean };

/** @throws StorageError `Corrupt` with file and offset, and whatever `visit` throws. */
export function decodeSegment(options: DecodeOptions): Decoded {
  const { path, bytes, isLast, visit } = options;
  let crc = options.previousCrc;
  for (let at = 0; ; ) {
    const frame = readFrame(bytes, at);
    const problem =
      frame.kind === "record" ? chainProblem(frame.record, crc) : frame.kind === "bad" ? frame.problem : undefined;
    if (frame.kind === "record" && problem === undefined) {
      crc = frame.record.crc;
      visit(frame.record, at);
      at = frame.end;
      continue;
    }
    if (frame.kind === "end" && isZero(bytes, at, bytes.length)) return { end: at, crc: crc ?? 0, torn: false };
    if (!isLast)
      throw corrupt(path, at, problem ?? "the segment ends in the middle of a record, and it is not the last one");
    const damage = damageOf(bytes, at, frame, crc);
    if (damage !== undefined) throw corrupt(path, at, problem ?? damage);
    return { end: at, crc: crc ?? 0, torn: true };
  }
}

/** What keeps the end of the last segment from being a torn write; undefined if it may be one. */
function damageOf(bytes: Uint8Array, at: number, frame: FrameResult, crc: number | undefined): string | undefined {
  switch (frame.kind) {
    case "end":
      // The sector was not written: then nothing of it from here on was.
      return isZero(bytes, at, Math.min(sectorEnd(at), bytes.length)) ? undefined : "the length word is gone";
    case "short": {
      // A word is written whole or not at all. One that contradicts a record that checks out was changed later.
      const behind = recordBehind(bytes, at);
      if (behind === undefined || frame.length === undefined || behind.length === frame.length) return undefined;
      return chainProblem(behind.record, crc) === undefined ? "the length word is damaged" : undefined;
    }
    case "bad":
    case "record":
      return wholeRecordBehind(bytes, at, frame.end, crc) || !hasZeroSector(bytes, at + LENGTH_WORD_BYTES, frame.end)
        ? "the record is damaged"
        : undefined;
  }
}

/** True if a record that checks out stands in a frame that does not end where the record does. */
function wholeRecordBehind(bytes: Uint8Array, at: number, end: number, crc: number | undefined): boolean {
  const behind = recordBehind(bytes, at);
  if (behind === undefined || chainProblem(behind.record, crc) !== undefined) return false;
  return at + LENGTH_WORD_BYTES + behind.length < end - LENGTH_WORD_BYTES;
}

function chainProblem(record: Record, crc: number | undefined): string | undefined {
  if (record.type === RecordType.Crc) {
    if (crc !== undefined && crc !== 0 && crc !== record.crc)
      return `the checksum chain starts at ${record.crc}, not at ${crc}`;
    return undefined;
  }
  if (crc === undefined) return "the segment does not start with a checksum";
  if (record.type < RecordType.Metadata || record.type > RecordType.Snapshot)
    return `unknown record type ${record.type}`;
  const sum = record.data === undefined ? crc : crc32c(record.data, crc);
  return sum === record.crc ? undefined : `checksum ${record.crc} does not match ${sum}`;
}

/**
 * The highest commit index named by records that are still readable behind `from`, where the valid data ends. If it is beyond
 * the last valid entry, cutting here would drop committed entries: this is no torn tail, whatever it looks like. A frame counts only if
 * a neighbour continues its checksum or if nothing at all follows: what merely looks like one may be part of an entry.
 */
export function committedBehind(bytes: Uint8Array, from: number): number {
  let commit = 0;
  for (let at = from; at + LENGTH_WORD_BYTES <= bytes.length; at += LENGTH_WORD_BYTES) {
    const frame = readFrame(bytes, at);
    if (frame.kind !== "record" || frame.record.type !== RecordType.State) continue;
    const next = readFrame(bytes, frame.end);
    const follows = next.kind === "record" && chainProblem(next.record, frame.record.crc) === undefined;
    const isLast = next.kind === "end" && isZero(bytes, frame.end, bytes.length);
    if (follows || isLast || isPrecededBy(bytes, from, at, frame.record))
      commit = Math.max(commit, commitOf(frame.record));
  }
  return commit;
}

/** True if a readable frame before `at` ends there and `record` continues its checksum. */
function isPrecededBy(bytes: Uint8Array, from: number, at: number, record: Record): boolean {
  for (let before = at - LENGTH_WORD_BYTES; before >= from; before -= LENGTH_WORD_BYTES) {
    const frame = readFrame(bytes, before);
    if (frame.kind === "record" && frame.end === at) return chainProblem(record, frame.record.crc) === undefined;
    // Frames are short beside a segment; do not search far.
    if (at - before > 64 * 1024) return false;
  }
  return false;
}

function commitOf(record: Record): number {
  try {
    return record.data === undefined ? 0 : decodeHardState(record.data).commit;
  } catch (error) {
    if (!(error instanceof ProtoError)) throw error;
    return 0;
  }
}

/** True if a whole sector's share of [start, end) is zeros: it was never written. */
function hasZeroSector(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; ) {
    const next = Math.min(end, sectorEnd(at));
    if (isZero(bytes, at, next)) return true;
    at = next;
  }
  return false;
}

function sectorEnd(at: number): number {
  return at + SECTOR_BYTES - (at % SECTOR_BYTES);
}

/** True if [start, end) holds only zeros. */
export function isZero(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] !== 0) return false;
  return true;
}
