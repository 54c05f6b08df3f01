/**
 * Nearly every entry of a busy log: a put of a key and a value and nothing else, by a proposer without a name. Its fields are found in
 * the entry's bytes without making an object of it. Whatever looks different in the least is left to the general way of reading,
 * which has the same effect (the test compares).
 *
 *     put { key, value }   header { ID }      in any order, each once, nothing else; auth's fields are something else
 */
import { EMPTY_BYTES } from "@quorate/base";
import type { PlainPut } from "@quorate/mvcc";
import { Reader } from "@quorate/proto";

/** Tags of InternalRaftRequest: `put`, and the two bytes of `header`. */
const TAG_PUT = 0x22;
const TAG_HEADER = 0xa2;
const TAG_HEADER_END = 0x06;
const TAG_ID = 0x08;
const TAG_KEY = 0x0a;
const TAG_VALUE = 0x12;
/** Bytes of the longest number of 64 bits, whose last byte is one bit. */
const MAX_VARINT_BYTES = 10;

/** The place of a put in its entry. Used again for the next entry. */
export class PlainPutReader implements PlainPut {
  bytes: Uint8Array = EMPTY_BYTES;
  keyStart = 0;
  keyEnd = 0;
  valueStart = 0;
  valueEnd = 0;
  #idAt = 0;
  /** Where the span that was read last begins and ends. */
  #start = 0;
  #end = 0;

  /** Whether `data` is a plain put; then this tells where its parts are. */
  read(data: Uint8Array): boolean {
    this.bytes = data;
    this.keyStart = 0;
    this.valueStart = 0;
    this.valueEnd = 0;
    this.#idAt = 0;
    for (let at = 0; at < data.length; at = this.#end) {
      const tag = data[at];
      if (tag === TAG_PUT && this.keyStart === 0) {
        if (!this.#span(at + 1, data.length) || !this.#readPut(this.#start, this.#end)) return false;
      } else if (tag === TAG_HEADER && data[at + 1] === TAG_HEADER_END && this.#idAt === 0) {
        if (!this.#span(at + 2, data.length) || !this.#readHeader(this.#start, this.#end)) return false;
      } else return false;
    }
    return this.keyStart > 0 && this.#idAt > 0;
  }

  /** The id in the header. */
  get id(): bigint {
    return new Reader(this.bytes, this.#idAt).id();
  }

  /** Leaves `#end` at `end`. */
  #readPut(start: number, end: number): boolean {
    let at = start;
    while (at < end) {
      const tag = this.bytes[at];
      if (!this.#span(at + 1, end)) return false;
      if (tag === TAG_KEY && this.keyStart === 0) {
        this.keyStart = this.#start;
        this.keyEnd = this.#end;
      } else if (tag === TAG_VALUE && this.valueStart === 0) {
        this.valueStart = this.#start;
        this.valueEnd = this.#end;
      } else return false;
      at = this.#end;
    }
    return this.keyStart > 0 && this.keyEnd > this.keyStart;
  }

  /** A header that is one number of at most 64 bits. */
  #readHeader(start: number, end: number): boolean {
    const { bytes } = this;
    const length = end - start - 1;
    if (bytes[start] !== TAG_ID || length < 1 || length > MAX_VARINT_BYTES) return false;
    for (let i = start + 1; i < end - 1; i++) if (bytes[i]! < 0x80) return false;
    if (bytes[end - 1]! > (length === MAX_VARINT_BYTES ? 1 : 0x7f)) return false;
    this.#idAt = start + 1;
    return true;
  }

  /** Reads a length of one or two bytes; false where it is longer, or what it measures does not end by `limit`. */
  #span(at: number, limit: number): boolean {
    const { bytes } = this;
    if (at >= limit) return false;
    let length = bytes[at]!;
    let start = at + 1;
    if (length >= 0x80) {
      if (start >= limit || bytes[start]! >= 0x80) return false;
      length = (length & 0x7f) | (bytes[start]! << 7);
      start++;
    }
    this.#start = start;
    this.#end = start + length;
    return this.#end <= limit;
  }
}
