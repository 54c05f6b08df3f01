/**
 * One record of the write-ahead log as it lies in a segment. Pure bytes.
 *
 *   offset 0       8                                    8 + n            8 + n + p
 *   | length word | walpb.Record: type, crc, data      | p zero bytes   |
 *
 * The length word is a little-endian u64: n in its low 56 bits; if padding is needed, 0x80 | p in its top byte. Every frame starts
 * at a multiple of 8, so that a torn write shows up as whole sectors. `crc` is the CRC-32C of all data since the start of the segment, continued
 * from the last segment's: a record moved, lost or repeated breaks the chain.
 */
import { crc32c } from "@quorate/base";
import {
  decodeRecord,
  newRecord,
  ProtoError,
  type Record,
  sizeNumber,
  sizeRecord,
  Writer,
  writeRecord,
} from "@quorate/proto";

/** What a record holds. etcd's numbers. */
export const RecordType = { Metadata: 1, Entry: 2, State: 3, Crc: 4, Snapshot: 5 } as const;
export type RecordType = (typeof RecordType)[keyof typeof RecordType];

/** Bytes of the length word. */
export const LENGTH_WORD_BYTES = 8;
const ALIGNMENT = 8;
/** Tag, type, tag, CRC (five bytes at most), tag. */
const RECORD_HEADER_MAX = 1 + 1 + 1 + 5 + 1;
const PADDED = 0x80;
const TWO_32 = 2 ** 32;

/** Most bytes that a frame around `dataLength` bytes can take. */
export function frameSizeMax(dataLength: number): number {
  return LENGTH_WORD_BYTES + RECORD_HEADER_MAX + sizeNumber(dataLength) + dataLength + ALIGNMENT;
}

/** Where a frame ends and what the CRC chain is behind it. */
export type Framed = { readonly end: number; readonly crc: number };

/** Writes a frame at `at`, a multiple of 8, continuing the chain from `crc`. Bytes up to the end are overwritten. */
export function writeFrame(
  out: Uint8Array,
  at: number,
  type: RecordType,
  data: Uint8Array | undefined,
  crc: number,
): Framed {
  // A crc record starts a chain and has no data: its crc is the chain's seed itself.
  const sum = data === undefined ? crc : crc32c(data, crc);
  const record = newRecord({ type, crc: sum, data });
  const length = sizeRecord(record);
  const padding = (ALIGNMENT - (length % ALIGNMENT)) % ALIGNMENT;
  writeLengthWord(out, at, length, padding);
  const w = new Writer(out, at + LENGTH_WORD_BYTES);
  writeRecord(w, record);
  const end = w.pos + padding;
  out.fill(0, w.pos, end);
  return { end, crc: sum };
}

function writeLengthWord(out: Uint8Array, at: number, length: number, padding: number): void {
  out[at] = length & 0xff;
  out[at + 1] = (length >>> 8) & 0xff;
  out[at + 2] = (length >>> 16) & 0xff;
  out[at + 3] = (length >>> 24) & 0xff;
  out[at + 4] = 0;
  out[at + 5] = 0;
  out[at + 6] = 0;
  out[at + 7] = padding === 0 ? 0 : PADDED | padding;
}

/** What stands at an offset of a segment. */
export type FrameResult =
  | { readonly kind: "record"; readonly record: Record; readonly end: number }
  /** A zero length word, or the exact end of the file: nothing was written here. */
  | { readonly kind: "end" }
  /** The frame runs past the end of the file. */
  | { readonly kind: "short" }
  /** The bytes are no record. `end` is where the frame would end. */
  | { readonly kind: "bad"; readonly problem: string; readonly end: number };

/** Reads the frame at `at`; does not check the CRC chain. */
export function readFrame(bytes: Uint8Array, at: number): FrameResult {
  if (at === bytes.length) return { kind: "end" };
  if (at + LENGTH_WORD_BYTES > bytes.length) return { kind: "short" };
  const low = (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
  const high = bytes[at + 4]! | (bytes[at + 5]! << 8) | (bytes[at + 6]! << 16);
  const top = bytes[at + 7]!;
  const length = high * TWO_32 + low;
  if (length === 0 && top === 0) return { kind: "end" };
  const padding = top >= PADDED ? top & 7 : 0;
  const end = at + LENGTH_WORD_BYTES + length + padding;
  if (end > bytes.length) return { kind: "short" };
  if (length === 0) return { kind: "bad", problem: "a record of no bytes", end };
  try {
    const record = decodeRecord(bytes.subarray(at + LENGTH_WORD_BYTES, end - padding));
    return { kind: "record", record, end };
  } catch (error) {
    if (!(error instanceof ProtoError)) throw error;
    return { kind: "bad", problem: error.message, end };
  }
}
