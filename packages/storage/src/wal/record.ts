/**
 * One record of the write-ahead log as it lies in a segment. Pure bytes.
 *
 *   offset 0       8                                    8 + n            8 + n + p
 *   | length word | walpb.Record: type, crc, data      | p zero bytes   |
 *
 * The length word is a little-endian u64: n in its low 56 bits; if padding is needed, 0x80 | p in its top byte. Every frame starts
 * at a multiple of 8, so that a torn write shows up as whole sectors, and a length word is there whole or not at all. `crc` is the CRC-32C of all data since the start of the segment, continued
 * from the last segment's: a record moved, lost or repeated breaks the chain.
 */
import { crc32c } from "@quorate/base";
import { decodeRecord, newRecord, ProtoError, Reader, type Record, sizeNumber, Writer } from "@quorate/proto";

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
/** Tags of walpb.Record: field number * 8 + wire type. */
const TAG_TYPE = 8;
const TAG_CRC = 16;
const TAG_DATA = 26;

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
  // Field by field, as writeRecord would: the fields are few and always there, and what is written need not be sized before.
  const start = at + LENGTH_WORD_BYTES;
  const w = new Writer(out, start);
  w.number(TAG_TYPE);
  w.number(type);
  w.number(TAG_CRC);
  w.number(sum);
  if (data !== undefined) {
    w.number(TAG_DATA);
    w.view(data);
  }
  const length = w.pos - start;
  const padding = paddingOf(length);
  writeLengthWord(out, at, length, padding);
  const end = w.pos + padding;
  for (let i = w.pos; i < end; i++) out[i] = 0;
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
  out[at + 7] = topByte(padding);
}

/** Only the low bits of the length count. */
function paddingOf(length: number): number {
  return (ALIGNMENT - (length % ALIGNMENT)) % ALIGNMENT;
}

function topByte(padding: number): number {
  return padding === 0 ? 0 : PADDED | padding;
}

/** What stands at an offset of a segment. */
export type FrameResult =
  | { readonly kind: "record"; readonly record: Record; readonly end: number }
  /** A zero length word, or the exact end of the file: nothing was written here. */
  | { readonly kind: "end" }
  /** The frame runs past the end of the file; `length` is that of the record, if its word is there whole. */
  | { readonly kind: "short"; readonly length: number | undefined }
  /** The bytes are no record. `end` is where the frame would end; right behind the length word if that is no length. */
  | { readonly kind: "bad"; readonly problem: string; readonly end: number };

/** Reads the frame at `at`; does not check the CRC chain. */
export function readFrame(bytes: Uint8Array, at: number): FrameResult {
  if (at === bytes.length) return { kind: "end" };
  if (at + LENGTH_WORD_BYTES > bytes.length) return { kind: "short", length: undefined };
  const low = (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
  const high = bytes[at + 4]! | (bytes[at + 5]! << 8) | (bytes[at + 6]! << 16);
  const top = bytes[at + 7]!;
  const length = high * TWO_32 + low;
  if (length === 0 && top === 0) return { kind: "end" };
  const padding = paddingOf(low);
  if (top !== topByte(padding))
    return { kind: "bad", problem: "the length word is damaged", end: at + LENGTH_WORD_BYTES };
  const end = at + LENGTH_WORD_BYTES + length + padding;
  if (end > bytes.length) return { kind: "short", length };
  if (length === 0) return { kind: "bad", problem: "a record of no bytes", end };
  try {
    const record = decodeRecord(bytes.subarray(at + LENGTH_WORD_BYTES, end - padding));
    return { kind: "record", record, end };
  } catch (error) {
    if (!(error instanceof ProtoError)) throw error;
    return { kind: "bad", problem: error.message, end };
  }
}

/** A record and the bytes that it takes. */
export type Measured = { readonly record: Record; readonly length: number };

/** The record behind the length word at `at`, whatever that word says: its own fields tell where it ends. Undefined where there is none. */
export function recordBehind(bytes: Uint8Array, at: number): Measured | undefined {
  const start = at + LENGTH_WORD_BYTES;
  if (start > bytes.length) return undefined;
  try {
    const r = new Reader(bytes, start);
    if (r.tag() !== TAG_TYPE) return undefined;
    const type = r.number();
    if (r.tag() !== TAG_CRC) return undefined;
    const crc = r.uint32();
    if (r.tag() !== TAG_DATA) return undefined;
    const data = r.view();
    return { record: newRecord({ type, crc, data }), length: r.pos - start };
  } catch (error) {
    if (!(error instanceof ProtoError)) throw error;
    return undefined;
  }
}
