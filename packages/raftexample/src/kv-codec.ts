/**
 * The bytes that the store puts into the log and into snapshots: proposals and dumps. It knows nothing of raft.
 *
 *   proposal  | origin 8 bytes | sequence u32 | key length u32 | key | value |
 *   dump      | count u32 | (key length u32 | key | value length u32 | value)* |
 *
 * All numbers are big endian. `origin` names one run of one process, so that a replayed entry never answers a new request.
 */
import { assert, CodedError, type Slab } from "@quorate/base";

/** One write, as proposed by the process `origin`. */
export type Put = {
  readonly origin: Uint8Array;
  readonly sequence: number;
  readonly key: string;
  readonly value: Uint8Array;
};

/** A write as read from an entry. */
export type CommittedPut = Put & {
  /** Length of the key in UTF-8. */
  readonly keyBytes: number;
};

/** All pairs, as read from a dump. */
export type Dump = { readonly pairs: Map<string, Uint8Array>; readonly sizeBytes: number };

/** Bytes that are no proposal or no dump. */
export class KvCodecError extends CodedError<{ readonly code: "Malformed" }> {
  override readonly name = "KvCodecError";
}

/** Length of an origin. */
export const ORIGIN_BYTES = 8;
const PUT_HEADER_BYTES = ORIGIN_BYTES + 8;

const utf8Encoder = new TextEncoder();
/** A leading byte order mark is part of the key: dropping it would make two keys one, and a dump longer than its pairs say. */
const utf8Decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The proposal as entry data, in memory taken from `slab`. */
export function encodePut({ origin, sequence, key, value }: Put, slab: Slab): Uint8Array {
  // A key of ASCII takes a byte a character; any other is measured by encoding it once.
  const keyBytes = isAscii(key) ? key.length : utf8Encoder.encode(key).length;
  const out = slab.allocate(PUT_HEADER_BYTES + keyBytes + value.length);
  out.set(origin, 0);
  writeUint32(out, ORIGIN_BYTES, sequence);
  writeUint32(out, ORIGIN_BYTES + 4, keyBytes);
  utf8Encoder.encodeInto(key, out.subarray(PUT_HEADER_BYTES, PUT_HEADER_BYTES + keyBytes));
  out.set(value, PUT_HEADER_BYTES + keyBytes);
  return out;
}

/** The proposal in an entry; its value shares the entry's memory. @throws KvCodecError. */
export function decodePut(data: Uint8Array): CommittedPut {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (data.length < PUT_HEADER_BYTES) throw malformed("a proposal is too short");
  const keyBytes = view.getUint32(ORIGIN_BYTES + 4);
  const keyEnd = PUT_HEADER_BYTES + keyBytes;
  if (keyEnd > data.length) throw malformed("a proposal's key is cut short");
  return {
    origin: data.subarray(0, ORIGIN_BYTES),
    sequence: view.getUint32(ORIGIN_BYTES),
    key: decodeText(data.subarray(PUT_HEADER_BYTES, keyEnd)),
    keyBytes,
    value: data.subarray(keyEnd),
  };
}

/** Bytes of one pair in a dump beyond its key and value. */
const PAIR_HEADER_BYTES = 8;
const COUNT_BYTES = 4;

/** What a pair takes in a dump. @param keyBytes length of the key in UTF-8. */
export function pairSize(keyBytes: number, valueBytes: number): number {
  return PAIR_HEADER_BYTES + keyBytes + valueBytes;
}

/** Writes a dump pair by pair into one array whose size is known from the start. */
export class DumpWriter {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at: number;

  /** @param init.sizeBytes sum of `pairSize` over all pairs. @param init.headroom bytes left free in front. */
  constructor(init: { readonly count: number; readonly sizeBytes: number; readonly headroom: number }) {
    this.#bytes = new Uint8Array(init.headroom + COUNT_BYTES + init.sizeBytes);
    this.#view = new DataView(this.#bytes.buffer);
    this.#view.setUint32(init.headroom, init.count);
    this.#at = init.headroom + COUNT_BYTES;
  }

  add(key: string, value: Uint8Array): void {
    const keyAt = this.#at + 4;
    const { written } = utf8Encoder.encodeInto(key, this.#bytes.subarray(keyAt));
    this.#view.setUint32(this.#at, written);
    const valueAt = keyAt + written + 4;
    this.#view.setUint32(valueAt - 4, value.length);
    this.#bytes.set(value, valueAt);
    this.#at = valueAt + value.length;
  }

  /** The finished array. */
  take(): Uint8Array {
    assert(this.#at === this.#bytes.length, "a dump is as long as its pairs say");
    return this.#bytes;
  }
}

/** The pairs of a dump, and the sum of their `pairSize`. Values are copies. @throws KvCodecError. */
export function decodeDump(data: Uint8Array): Dump {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let at = 0;
  const next = (): Uint8Array => {
    if (at + 4 > data.length) throw malformed("a dump is cut short");
    const length = view.getUint32(at);
    if (at + 4 + length > data.length) throw malformed("a dump is cut short");
    const bytes = data.subarray(at + 4, at + 4 + length);
    at += 4 + length;
    return bytes;
  };
  if (data.length < 4) throw malformed("a dump is cut short");
  const count = view.getUint32(0);
  at = 4;
  const pairs = new Map<string, Uint8Array>();
  for (let i = 0; i < count; i++) pairs.set(decodeText(next()), next().slice());
  if (at !== data.length) throw malformed("a dump has bytes left over");
  if (pairs.size !== count) throw malformed("a dump holds a key twice");
  return { pairs, sizeBytes: at - COUNT_BYTES };
}

function decodeText(bytes: Uint8Array): string {
  try {
    return utf8Decoder.decode(bytes);
  } catch (cause) {
    throw malformed("a key is not UTF-8", cause);
  }
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

function writeUint32(out: Uint8Array, at: number, value: number): void {
  out[at] = value >>> 24;
  out[at + 1] = (value >>> 16) & 0xff;
  out[at + 2] = (value >>> 8) & 0xff;
  out[at + 3] = value & 0xff;
}

function malformed(problem: string, cause?: unknown): KvCodecError {
  return new KvCodecError(problem, { code: "Malformed" }, cause);
}
