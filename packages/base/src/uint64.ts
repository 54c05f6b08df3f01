/**
 * 64-bit numbers as this project holds them: index-like values (index, term, revision, size) are `number`s checked to
 * be safe integers, identities (member, cluster, lease, request ids) are unsigned `bigint`s.
 */

const TWO_32 = 2 ** 32;
const MAX_UINT64 = 0xffff_ffff_ffff_ffffn;

/** The largest unsigned 64-bit identity. */
export const UINT64_MAX: bigint = MAX_UINT64;

/** hi * 2^32 + lo of an unsigned 64-bit value, or undefined where a number cannot hold it exactly. */
export function safeFromHalves(hi: number, lo: number): number | undefined {
  const value = hi * TWO_32 + lo;
  return Number.isSafeInteger(value) ? value : undefined;
}

// One word of memory seen in three ways: 2 ns to take a bigint apart and 15 to put one together, where shifts and masks take 100.
const word = new BigUint64Array(1);
const signedWord = new BigInt64Array(word.buffer);
const halves = new Uint32Array(word.buffer);
const LOW = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 0 : 1;
const HIGH = 1 - LOW;

/** The identity with these unsigned 32-bit halves. */
export function bigFromHalves(hi: number, lo: number): bigint {
  halves[LOW] = lo;
  halves[HIGH] = hi;
  return word[0]!;
}

/** The signed number whose two's complement has these unsigned 32-bit halves. */
export function signedFromHalves(hi: number, lo: number): bigint {
  halves[LOW] = lo;
  halves[HIGH] = hi;
  return signedWord[0]!;
}

/** Bits 0 to 31 of a bigint, unsigned; of a negative one those of its two's complement. */
export function lowHalf(id: bigint): number {
  word[0] = id;
  return halves[LOW]!;
}

/** Bits 32 to 63, as `lowHalf`. */
export function highHalf(id: bigint): number {
  word[0] = id;
  return halves[HIGH]!;
}

/** Lower-case hex without padding: etcd's `%x`, the text form of ids in URLs, headers and logs. */
export function idToHex(id: bigint): string {
  return id.toString(16);
}

/** The id written as 1 to 16 hex digits, or undefined where the text is no such id. */
export function idFromHex(text: string): bigint | undefined {
  return /^[0-9a-fA-F]{1,16}$/.test(text) ? BigInt(`0x${text}`) : undefined;
}

/** Order of two ids: negative, zero or positive. */
export function compareIds(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
