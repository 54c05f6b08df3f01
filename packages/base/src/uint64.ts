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

/** The identity with these unsigned 32-bit halves. */
export function bigFromHalves(hi: number, lo: number): bigint {
  return hi === 0 ? BigInt(lo) : (BigInt(hi) << 32n) | BigInt(lo);
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
