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
  if (entries.length <= 1 || maxSize === Number.POSITIVE_INFINITY) return entries;
  let size = sizeEntry(entries[0]!);
  for (let i = 1; i < entries.length; i++) {
    size += sizeEntry(entries[i]!);
    if (size > maxSize) return entries.slice(0, i);
  }
  return entries;
}
