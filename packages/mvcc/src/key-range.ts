/**
 * Intervals of keys. The two byte strings of a request become one record at the edge, once, and everything behind works
 * with that: check and execution cannot see different intervals.
 *
 *     range_end    interval
 *     absent       the key alone:  [key, key + "\0")
 *     "\0"         [key, no end)
 *     other        [key, range_end), empty where range_end <= key
 */
import { latin1FromBytes } from "@quorate/base";

/** from <= key < to, as latin1 strings. */
export type KeyRange = {
  readonly from: string;
  /** `OPEN_END` for no end. */
  readonly to: string;
  /** The interval holds the key `from` and no other. */
  readonly single: boolean;
};

/** Above every latin1 string. */
export const OPEN_END = "\u0100";

/**
 * The interval that a request means. @param rangeEnd undefined for the key alone. Present and empty it is "no end", as etcd 3.5
 * reads it; a caller for whom empty is absent says so by passing undefined.
 */
export function keyRange(key: Uint8Array, rangeEnd?: Uint8Array): KeyRange {
  const from = latin1FromBytes(key);
  if (rangeEnd === undefined) return { from, to: `${from}\0`, single: true };
  const open = rangeEnd.length === 0 || (rangeEnd.length === 1 && rangeEnd[0] === 0);
  return { from, to: open ? OPEN_END : latin1FromBytes(rangeEnd), single: false };
}

/** True where no key can be in the interval. */
export function isEmptyRange(range: KeyRange): boolean {
  return range.from >= range.to;
}

export function contains(range: KeyRange, key: string): boolean {
  return key >= range.from && key < range.to;
}
