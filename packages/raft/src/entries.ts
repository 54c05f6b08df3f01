/**
 * Sizes of entries: the two measures that limits are stated in, and the prefix of a run of entries that fits a budget.
 */
import { type Entry, sizeEntry } from "@quorate/proto";

/** Bytes of one entry's payload: what uncommitted-size and in-flight byte limits count. */
export function payloadSize(entry: Entry): number {
  return entry.data === undefined ? 0 : entry.data.length;
}

/** Sum of payload bytes. */
export function payloadsSize(entries: readonly Entry[]): number {
  let size = 0;
  for (let i = 0; i < entries.length; i++) size += payloadSize(entries[i]!);
  return size;
}

/** Sum of encoded sizes: what message and Ready size limits count. */
export function entriesSize(entries: readonly Entry[]): number {
  let size = 0;
  for (let i = 0; i < entries.length; i++) size += sizeEntry(entries[i]!);
  return size;
}

/** The longest prefix whose encoded size is within `maxSize`, and at least one entry. Shares the array when all fit. */
export function limitSize(entries: Entry[], maxSize: number): Entry[] {
  const end = limitedEnd(entries, { from: 0, to: entries.length, maxSize });
  return end === entries.length ? entries : entries.slice(0, end);
}

/** Entries [from, to) of an array, as a new array limited as by `limitSize`: what does not fit is never copied. */
export function sliceLimited(entries: readonly Entry[], from: number, to: number, maxSize: number): Entry[] {
  return entries.slice(from, limitedEnd(entries, { from, to, maxSize }));
}

/** Where to cut [from, to) so that its encoded size is within `maxSize`; behind the first entry at the earliest. */
function limitedEnd(
  entries: readonly Entry[],
  { from, to, maxSize }: { readonly from: number; readonly to: number; readonly maxSize: number },
): number {
  if (to - from <= 1 || maxSize === Number.POSITIVE_INFINITY) return to;
  let size = sizeEntry(entries[from]!);
  for (let i = from + 1; i < to; i++) {
    size += sizeEntry(entries[i]!);
    if (size > maxSize) return i;
  }
  return to;
}
