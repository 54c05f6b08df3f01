/**
 * The put that nearly every client sends: a key, perhaps a value, and nothing else. Its bytes go into the log as they came: making
 * objects of them and encoding these again would give the same bytes. Whatever is not exactly what the codec writes is left to the codec.
 */
import { decodePutRequest, type PutRequest, sizeId, sizeNumber, Writer } from "@quorate/proto";

/** Tags of a PutRequest. */
const KEY = 10;
const VALUE = 18;
/** Tags of an InternalRaftRequest, and of the RequestHeader in it. */
const PUT = 34;
const REQUEST_HEADER = 802;
const ID = 8;
/** What stands in front of a header's fields: two bytes of tag and one of length, which an id never needs more for. */
const REQUEST_HEADER_PREFIX = 3;

/** A PutRequest in the form of the codec with a key that is not empty: nothing can be wrong with it. */
export class PlainPut {
  /** A view of what came in. */
  readonly bytes: Uint8Array;
  /** Bytes of key and value. */
  readonly payloadBytes: number;

  constructor(bytes: Uint8Array, payloadBytes: number) {
    this.bytes = bytes;
    this.payloadBytes = payloadBytes;
  }
}

/** @throws ProtoError. */
export function decodePut(bytes: Uint8Array): PlainPut | PutRequest {
  const payloadBytes = payloadOf(bytes);
  return payloadBytes < 0 ? decodePutRequest(bytes) : new PlainPut(bytes, payloadBytes);
}

/** What `encodeInternalRaftRequest` gives for a put with this id. @param allocate array of so many bytes. */
export function encodePutProposal(
  id: bigint,
  put: Uint8Array,
  allocate: { allocate(length: number): Uint8Array },
): Uint8Array {
  const header = 1 + sizeId(id);
  const w = new Writer(allocate.allocate(1 + sizeNumber(put.length) + put.length + REQUEST_HEADER_PREFIX + header));
  w.number(PUT);
  w.view(put);
  w.number(REQUEST_HEADER);
  w.number(header);
  w.number(ID);
  w.id(id);
  return w.bytes;
}

/** Bytes of key and value, or -1 where the request is not plain. */
function payloadOf(bytes: Uint8Array): number {
  if (bytes.length < 3 || bytes[0] !== KEY) return -1;
  const key = lengthAt(bytes, 1);
  if (key <= 0) return -1;
  const keyEnd = 1 + sizeNumber(key) + key;
  if (keyEnd === bytes.length) return key;
  if (keyEnd + 2 > bytes.length || bytes[keyEnd] !== VALUE) return -1;
  const value = lengthAt(bytes, keyEnd + 1);
  if (value <= 0 || keyEnd + 1 + sizeNumber(value) + value !== bytes.length) return -1;
  return key + value;
}

/** A length of up to four bytes, written as short as can be; -1 for anything else. */
function lengthAt(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let i = 0; i < 4 && at + i < bytes.length; i++) {
    const byte = bytes[at + i]!;
    value |= (byte & 0x7f) << (7 * i);
    if (byte < 0x80) return byte === 0 && i > 0 ? -1 : value;
  }
  return -1;
}
