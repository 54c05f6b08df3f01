/** Entries, HardStates and snapshots with contents that a test can tell apart, equal to what a reader makes of their bytes. */
import {
  decodeHardState,
  decodeSnapshot,
  type Entry,
  encodeHardState,
  encodeSnapshot,
  type HardState,
  newConfState,
  newEntry,
  newHardState,
  newSnapshot,
  newSnapshotMetadata,
  type Snapshot,
} from "@quorate/proto";

/** An entry whose payload names its index and term, `size` bytes of it without a zero among them. */
export function sampleEntry(index: number, term = 1, size = 20): Entry {
  const data = Uint8Array.from({ length: size }, (_, i) => 1 + ((index * 31 + term * 7 + i) % 255));
  return newEntry({ index, term, data });
}

/** Entries from `first` to `last`. */
export function sampleEntries(first: number, last: number, term = 1, size = 20): Entry[] {
  return Array.from({ length: last - first + 1 }, (_, i) => sampleEntry(first + i, term, size));
}

export function sampleState(term: number, commit: number, vote = 1n): HardState {
  return decodeHardState(encodeHardState(newHardState({ term, vote, commit })));
}

export function sampleSnapshot(index: number, term = 1): Snapshot {
  const confState = newConfState({ voters: [1n, 2n, 3n] });
  const metadata = newSnapshotMetadata({ index, term, confState });
  return decodeSnapshot(encodeSnapshot(newSnapshot({ data: sampleEntry(index, term).data, metadata })));
}

/** `index/term` of each entry, for comparisons that are easy to read. */
export function entryIds(entries: readonly Entry[]): string {
  return entries.map(({ index, term }) => `${index}/${term}`).join(" ");
}
