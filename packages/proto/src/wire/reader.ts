/**
 * Reads the protobuf wire format from one byte array, never past its end, and never allocates on account of a length it has
 * not checked. Byte fields come out as views of the input.
 */
import { bigFromHalves, EMPTY_BYTES, safeFromHalves, signedFromHalves } from "@quorate/base";
import { ProtoError } from "./errors.ts";
import { decodeUtf8 } from "./utf8.ts";

/** Wire types (protobuf encoding, "message structure"). Groups (3 and 4) are refused. */
export const WireType = { Varint: 0, Fixed64: 1, Bytes: 2, Fixed32: 5 } as const;

/**
 * Messages inside messages inside messages: deeper than this is refused. A transaction in a transaction is two levels, and the default
 * of `--max-txn-ops` allows 129 of them; the rest is for what they stand in.
 */
export const MAX_DEPTH = 264;

const TWO_32 = 2 ** 32;

export class Reader {
  readonly bytes: Uint8Array;
  pos: number;
  /** End of the message being read; nested messages move it in and out. */
  end: number;
  depth = 0;
  readonly #buffer: ArrayBufferLike;
  readonly #offset: number;
  /** The last varint, as unsigned halves. */
  #lo = 0;
  #hi = 0;

  constructor(bytes: Uint8Array, pos = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.#buffer = bytes.buffer;
    this.#offset = bytes.byteOffset;
    this.pos = pos;
    this.end = end;
  }

  /** The next field's tag: number * 8 + wire type; 0 at the end of the message. */
  tag(): number {
    if (this.pos >= this.end) return 0;
    const first = this.bytes[this.pos]!;
    if (first < 0x80) {
      this.pos++;
      if (first < 8) throw new ProtoError("BadTag", "field number 0");
      return first;
    }
    this.#varint();
    if (this.#hi !== 0 || this.#lo > 0x7fffffff || this.#lo < 8)
      throw new ProtoError("BadTag", "field number out of range");
    return this.#lo;
  }

  /** An index-like number. @throws ProtoError `UnsafeInteger` where a number cannot hold it. */
  number(): number {
    const first = this.pos < this.end ? this.bytes[this.pos]! : 0x80;
    if (first < 0x80) {
      this.pos++;
      return first;
    }
    this.#varint();
    const value = safeFromHalves(this.#hi, this.#lo);
    if (value === undefined) throw new ProtoError("UnsafeInteger", "an integer is larger than 2^53 - 1");
    return value;
  }

  /** A signed index-like number. @throws ProtoError `UnsafeInteger` where a number cannot hold it. */
  int(): number {
    const first = this.pos < this.end ? this.bytes[this.pos]! : 0x80;
    if (first < 0x80) {
      this.pos++;
      return first;
    }
    this.#varint();
    const value = safeFromHalves(this.#hi | 0, this.#lo);
    if (value === undefined) throw new ProtoError("UnsafeInteger", "an integer is beyond 2^53 - 1");
    return value;
  }

  /** A signed number that a client chose: what a number cannot hold becomes the nearest safe one. */
  clampedInt(): number {
    const first = this.pos < this.end ? this.bytes[this.pos]! : 0x80;
    if (first < 0x80) {
      this.pos++;
      return first;
    }
    this.#varint();
    const value = (this.#hi | 0) * TWO_32 + this.#lo;
    return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, value));
  }

  /** A signed 32-bit number; higher bits are dropped, as protobuf has it. */
  int32(): number {
    this.#varint();
    return this.#lo | 0;
  }

  /** An identity of up to 64 bits. */
  id(): bigint {
    this.#varint();
    return bigFromHalves(this.#hi, this.#lo);
  }

  /** A signed identity: a lease. */
  signedId(): bigint {
    this.#varint();
    return signedFromHalves(this.#hi, this.#lo);
  }

  /** A 32-bit unsigned number; higher bits are dropped, as protobuf has it. */
  uint32(): number {
    this.#varint();
    return this.#lo;
  }

  bool(): boolean {
    this.#varint();
    return this.#lo !== 0 || this.#hi !== 0;
  }

  /** A view of the next length-delimited field; never a subclass of Uint8Array, whatever the input is. */
  view(): Uint8Array {
    const length = this.length();
    if (length === 0) return EMPTY_BYTES;
    const { pos } = this;
    this.pos = pos + length;
    // A third cheaper than subarray, which asks for the buffer and for the species each time.
    return new Uint8Array(this.#buffer, this.#offset + pos, length);
  }

  /** A text. @throws ProtoError `BadUtf8`. */
  string(): string {
    const length = this.length();
    if (length === 0) return "";
    const start = this.pos;
    this.pos = start + length;
    const text = decodeUtf8(this.bytes, start, this.pos);
    if (text === undefined) throw new ProtoError("BadUtf8", "a string is not UTF-8");
    return text;
  }

  /** The length of the next length-delimited field, checked against what is left. */
  length(): number {
    this.#varint();
    const left = this.end - this.pos;
    if (this.#hi !== 0 || this.#lo > left) throw new ProtoError("Truncated", "a field is longer than its message");
    return this.#lo;
  }

  /** Steps into a nested message; give what it returns to `leave`. */
  enter(): number {
    const length = this.length();
    if (++this.depth > MAX_DEPTH) throw new ProtoError("TooDeep", `messages are nested more than ${MAX_DEPTH} deep`);
    const outer = this.end;
    this.end = this.pos + length;
    return outer;
  }

  leave(outer: number): void {
    this.depth--;
    this.end = outer;
  }

  /** Steps over a field that is not known. A known field of another wire type is an error. */
  skip(tag: number, known: number): void {
    if (tag >>> 3 <= known) throw new ProtoError("WrongWireType", `field ${tag >>> 3} has wire type ${tag & 7}`);
    switch (tag & 7) {
      case WireType.Varint:
        this.#varint();
        return;
      case WireType.Fixed64:
        this.#advance(8);
        return;
      case WireType.Fixed32:
        this.#advance(4);
        return;
      case WireType.Bytes:
        this.#advance(this.length());
        return;
      default:
        throw new ProtoError("WrongWireType", `wire type ${tag & 7} is not supported`);
    }
  }

  #advance(count: number): void {
    if (count > this.end - this.pos) throw new ProtoError("Truncated", "a message ends inside a field");
    this.pos += count;
  }

  /** Reads up to ten bytes of seven bits each, least significant first. */
  #varint(): void {
    const { bytes, end } = this;
    let pos = this.pos;
    let lo = 0;
    let hi = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (pos >= end) throw new ProtoError("Truncated", "a message ends inside a number");
      const byte = bytes[pos++]!;
      const bits = byte & 0x7f;
      if (shift < 28) lo |= bits << shift;
      else if (shift === 28) {
        lo |= bits << 28;
        hi = bits >>> 4;
      } else hi |= bits << (shift - 32);
      if (byte < 0x80) {
        if (shift === 63 && byte > 1) break;
        this.pos = pos;
        this.#lo = lo >>> 0;
        this.#hi = hi >>> 0;
        return;
      }
    }
    throw new ProtoError("Overlong", "a number is longer than 64 bits");
  }
}
