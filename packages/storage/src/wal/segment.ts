/** Names of segment files: `<sequence>-<index>.wal`, sixteen hex digits each. The index is that of the first entry that may be in it. */

/** A segment file in a log directory. */
export type SegmentName = { readonly sequence: number; readonly index: number; readonly name: string };

/** etcd's SegmentSizeBytes: 64 million bytes, not mebibytes. */
export const SEGMENT_SIZE_BYTES = 64_000_000;

export function segmentName(sequence: number, index: number): SegmentName {
  return { sequence, index, name: `${hex16(sequence)}-${hex16(index)}.wal` };
}

/** The segments among `names`, in order; other files are left alone. */
export function listSegments(names: readonly string[]): SegmentName[] {
  const segments: SegmentName[] = [];
  for (const name of names) {
    const match = /^([0-9a-f]{16})-([0-9a-f]{16})\.wal$/.exec(name);
    if (match === null) continue;
    segments.push({ sequence: Number.parseInt(match[1]!, 16), index: Number.parseInt(match[2]!, 16), name });
  }
  return segments.sort((a, b) => a.sequence - b.sequence);
}

/** Position of the last segment that may hold the entry behind `index`; -1 if all start later. */
export function searchIndex(segments: readonly SegmentName[], index: number): number {
  for (let i = segments.length - 1; i >= 0; i--) if (segments[i]!.index <= index) return i;
  return -1;
}

/** Sequence numbers from `from` on follow each other without a gap. */
export function isGapless(segments: readonly SegmentName[], from: number): boolean {
  for (let i = from + 1; i < segments.length; i++) {
    if (segments[i]!.sequence !== segments[i - 1]!.sequence + 1) return false;
  }
  return true;
}

function hex16(value: number): string {
  return value.toString(16).padStart(16, "0");
}
