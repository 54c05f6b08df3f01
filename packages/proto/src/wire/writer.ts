/**
 * Writes the protobuf wire format into one array of exactly the right size: messages are sized first, then written, so that
 * nothing grows and nothing is copied twice.
 */
import { highHalf, lowHalf } from "@quorate/base";
import { sizeUtf8, writeUtf8 } from "./utf8.ts";

const TWO_32 = 2 ** 32;
/** Length of every negative number: they are written as 64-bit two's complement. */
const NEGATIVE_SIZE = 10;
/** Up to here a byte loop beats `set`, which has to look at its argument first. */
const SHORT_COPY = 24;

/** Encoded length of a non-negative safe integer. */
export function sizeNumber(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x200000) return 3;
  if (value < 0x10000000) return 4;
  let size = 5;
  for (let rest = Math.floor(value / 0x800000000); rest > 0; rest = Math.floor(rest / 0x80)) size++;
  return size;
}

/** Encoded length of a safe integer. */
export function sizeInt(value: number): number {
  return value < 0 ? NEGATIVE_SIZE : sizeNumber(value);
}

/** Encoded length of a text with the length before it. */
export function sizeString(text: string): number {
  const length = sizeUtf8(text);
  return sizeNumber(length) + length;
}

/** Encoded length of an entry of a map: a text, and a message of `length` bytes. */
export function entrySize(key: number, length: number): number {
  return 2 + key + sizeNumber(length) + length;
}

/** Encoded length of a 64-bit id; of a negative one, that of its two's complement. */
export function sizeId(id: bigint): number {
  const hi = highHalf(id);
  if (hi < 0x200000) return sizeNumber(hi * TWO_32 + lowHalf(id));
  if (hi < 0x1000000) return 8;
  return hi < 0x80000000 ? 9 : 10;
}

export class Writer {
  readonly bytes: Uint8Array;
  pos: number;

  /** Writes into `bytes` from `pos`; the caller has sized what follows. */
  constructor(bytes: Uint8Array, pos = 0) {
    this.bytes = bytes;
    this.pos = pos;
  }

  /** A non-negative safe integer as a varint. */
  number(value: number): void {
    const { bytes } = this;
    let pos = this.pos;
    let rest = value;
    while (rest >= 0x80000000) {
      bytes[pos++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    while (rest >= 0x80) {
      bytes[pos++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[pos++] = rest;
    this.pos = pos;
  }

  /** A safe integer as a varint. */
  int(value: number): void {
    if (value >= 0) this.number(value);
    else this.#halves(Math.floor(value / TWO_32) >>> 0, value >>> 0);
  }

  bool(value: boolean): void {
    this.bytes[this.pos++] = value ? 1 : 0;
  }

  /** An entry of a map up to its value, which is a message of `length` bytes. */
  entry(key: string, length: number): void {
    this.number(entrySize(sizeString(key), length));
    this.number(10);
    this.string(key);
    this.number(18);
    this.number(length);
  }

  /** Length and UTF-8 of a text. */
  string(text: string): void {
    const length = sizeUtf8(text);
    this.number(length);
    this.pos = writeUtf8(this.bytes, this.pos, text);
  }

  /** A 64-bit id as a varint; a negative one in two's complement. */
  id(id: bigint): void {
    this.#halves(highHalf(id), lowHalf(id));
  }

  #halves(high: number, low: number): void {
    const { bytes } = this;
    let pos = this.pos;
    let hi = high;
    let lo = low;
    while (hi > 0) {
      bytes[pos++] = (lo & 0x7f) | 0x80;
      lo = ((lo >>> 7) | (hi << 25)) >>> 0;
      hi >>>= 7;
    }
    this.pos = pos;
    this.number(lo);
  }

  /** Length and bytes of a byte field. */
  view(value: Uint8Array): void {
    this.number(value.length);
    const { bytes } = this;
    const at = this.pos;
    if (value.length < SHORT_COPY) for (let i = 0; i < value.length; i++) bytes[at + i] = value[i]!;
    else bytes.set(value, at);
    this.pos = at + value.length;
  }
}
