/** The requests of the loads, as bytes. Keys are "key" and eight digits, values 256 octets. */
import {
  encodePutRequest,
  encodeRangeRequest,
  encodeTxnRequest,
  encodeWatchRequest,
  newPutRequest,
  newRangeRequest,
  newRequestOp,
  newTxnRequest,
  newWatchCreateRequest,
} from "@quorate/proto";

export const VALUE_BYTES = 256;
const PREFIX = "key";
const DIGITS = 8;
/** Coprime to any power of ten: consecutive puts go far apart, and every key has its turn. */
const STRIDE = 7_919;

const text = new TextEncoder();
const VALUE = new Uint8Array(VALUE_BYTES).fill(120);

function keyOf(number: number): Uint8Array {
  return text.encode(PREFIX + String(number).padStart(DIGITS, "0"));
}

export function putOf(key: number): Uint8Array {
  return encodePutRequest(newPutRequest({ key: keyOf(key), value: VALUE }));
}

/** Puts over so many keys, for a load that makes one every few microseconds: a copy of one request with other digits. */
export class Puts {
  readonly #template: Uint8Array = putOf(0);
  /** Behind the field's tag, its length, and the prefix. */
  readonly #digitsEnd: number = 2 + PREFIX.length + DIGITS;
  readonly #keys: number;
  #next = 0;

  constructor(keys: number) {
    this.#keys = keys;
  }

  next(): Uint8Array {
    const bytes = this.#template.slice();
    let key = this.#next;
    this.#next = (key + STRIDE) % this.#keys;
    for (let i = this.#digitsEnd - 1; key > 0; i--) {
      bytes[i] = 48 + (key % 10);
      key = Math.floor(key / 10);
    }
    return bytes;
  }
}

export function getOf(key: number, isSerializable: boolean): Uint8Array {
  return encodeRangeRequest(newRangeRequest({ key: keyOf(key), serializable: isSerializable }));
}

/** One page of a longer range: from `key` on, at most `limit`. */
export function pageOf(key: number, end: number, limit: number): Uint8Array {
  return encodeRangeRequest(newRangeRequest({ key: keyOf(key), rangeEnd: keyOf(end), limit }));
}

/** One transaction that puts `count` keys: the fastest way to fill a store. */
export function fillOf(first: number, count: number): Uint8Array {
  const success = Array.from({ length: count }, (_, i) =>
    newRequestOp({
      request: { kind: "requestPut", value: newPutRequest({ key: keyOf(first + i), value: VALUE }) },
    }),
  );
  return encodeTxnRequest(newTxnRequest({ success }));
}

/** A watch of every key of the loads. */
export function watchAll(): Uint8Array {
  const end = text.encode(PREFIX.slice(0, -1) + String.fromCharCode(PREFIX.charCodeAt(PREFIX.length - 1) + 1));
  const create = newWatchCreateRequest({ key: text.encode(PREFIX), rangeEnd: end });
  return encodeWatchRequest({ requestUnion: { kind: "createRequest", value: create } });
}
