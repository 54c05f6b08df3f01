/**
 * The bytes that the store puts into the log and into snapshots: proposals and dumps. It knows nothing of raft.
 *
 *   proposal  | origin 8 bytes | sequence u32 | key length u32 | key | value |
 *   dump      | count u32 | (key length u32 | key | value length u32 | value)* |
 *
 * All numbers are big endian. `origin` names one run of one process, so that a replayed entry never answers a new request.
 */
import { CodedError, concatBytes } from "@quorate/base";

/** One write, as proposed by the process `origin`. */
export type Put = {
  readonly origin: Uint8Array;
  readonly sequence: number;
  readonly key: string;
  readonly value: Uint8Array;
};

/** Bytes that are no proposal or no dump. */
export class KvCodecError extends CodedError<{ readonly code: "Malformed" }> {
  override readonly name = "KvCodecError";
}

/** Length of an origin. */
export const ORIGIN_BYTES = 8;
const PUT_HEADER_BYTES = ORIGIN_BYTES + 8;

const utf8Encoder = new TextEncoder();
const utf8Decoder = new TextDecoder("utf-8", { fatal: true });

/** The proposal as entry data. */
export function encodePut({ origin, sequence, key, value }: Put): Uint8Array {
  const keyBytes = utf8Encoder.encode(key);
  const out = new Uint8Array(PUT_HEADER_BYTES + keyBytes.length + value.length);
  const view = new DataView(out.buffer);
  out.set(origin, 0);
  view.setUint32(ORIGIN_BYTES, sequence);
  view.setUint32(ORIGIN_BYTES + 4, keyBytes.length);
  out.set(keyBytes, PUT_HEADER_BYTES);
  out.set(value, PUT_HEADER_BYTES + keyBytes.length);
  return out;
}

/** The proposal in an entry; its value shares the entry's memory. @throws KvCodecError. */
export function decodePut(data: Uint8Array): Put {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (data.length < PUT_HEADER_BYTES) throw malformed("a proposal is too short");
  const keyEnd = PUT_HEADER_BYTES + view.getUint32(ORIGIN_BYTES + 4);
  if (keyEnd > data.length) throw malformed("a proposal's key is cut short");
  return {
    origin: data.subarray(0, ORIGIN_BYTES),
    sequence: view.getUint32(ORIGIN_BYTES),
    key: decodeText(data.subarray(PUT_HEADER_BYTES, keyEnd)),
    value: data.subarray(keyEnd),
  };
}

/** All pairs as one block of bytes. */
export function encodeDump(pairs: Iterable<readonly [string, Uint8Array]>): Uint8Array {
  const parts: Uint8Array[] = [u32(0)];
  let count = 0;
  for (const [key, value] of pairs) {
    const keyBytes = utf8Encoder.encode(key);
    parts.push(u32(keyBytes.length), keyBytes, u32(value.length), value);
    count++;
  }
  parts[0] = u32(count);
  return concatBytes(parts);
}

/** The pairs of a dump, and how many bytes it took. Values are copies. @throws KvCodecError. */
export function decodeDump(data: Uint8Array): { readonly pairs: Map<string, Uint8Array>; readonly size: number } {
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
  return { pairs, size: at };
}

function decodeText(bytes: Uint8Array): string {
  try {
    return utf8Decoder.decode(bytes);
  } catch (cause) {
    throw malformed("a key is not UTF-8", cause);
  }
}

function u32(value: number): Uint8Array {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, value);
  return out;
}

function malformed(problem: string, cause?: unknown): KvCodecError {
  return new KvCodecError(problem, { code: "Malformed" }, cause);
}
