/**
 * What a range request means, as one function over a view: the same for a read of the store, a read inside a transaction and
 * each chunk of a stream. Keys come as rows, encoded KeyValues that can be copied into a response as they are.
 */
import { type Backend, compareBytes, EMPTY_BYTES } from "@quorate/base";
import {
  decodeKeyValue,
  encodeKeyValue,
  type KeyValue,
  type RangeRequest,
  SortOrder,
  SortTarget,
} from "@quorate/proto";
import { compacted, futureRev } from "./errors.ts";
import { keyRange } from "./key-range.ts";
import { getRow } from "./row.ts";
import type { FoundRevisions, TreeIndex } from "./tree-index.ts";

/** What of a range request the store reads; whether other members are asked first is not its business. */
export type RangeQuery = Omit<RangeRequest, "serializable"> & {
  /** The caller knows the count: where the limit cuts in key order, `count` is that of the keys that were looked at. */
  readonly uncounted?: boolean;
};

export type RangeResult = {
  /** Encoded KeyValues, in the order of the response. */
  readonly rows: readonly Uint8Array[];
  /** There are keys beyond the limit. */
  readonly more: boolean;
  /** Keys in the interval at that revision: neither limit nor revision filters count. */
  readonly count: number;
};

/** Something that can be read at its revisions. */
export interface ReadView {
  readonly backend: Backend;
  readonly index: TreeIndex;
  /** The newest revision that a reader sees. */
  readonly currentRev: number;
  readonly compactRev: number;
}

/** Answers a range request. @throws MvccError `Compacted`, `FutureRev`. */
export function evaluateRange(view: ReadView, query: RangeQuery): RangeResult {
  const rev = readableRevision(view, query.revision);
  const range = keyRange(query.key, query.rangeEnd);
  if (query.countOnly) return { rows: [], more: false, count: view.index.count(range, rev) };
  const limit = query.limit > 0 ? query.limit : Number.POSITIVE_INFINITY;
  const filtered = hasFilter(query);
  // One more than the limit tells whether there are more. Where order or filters decide who comes first, all are needed.
  const fetch = keepsKeyOrder(query) && !filtered ? limit + 1 : Number.POSITIVE_INFINITY;
  const found = query.uncounted
    ? view.index.revisionsUncounted(range, rev, fetch)
    : view.index.revisions(range, rev, fetch);
  const arranged = filtered || needsSort(query);
  const rows = arranged ? arrange(view, query, found) : loadRows(view, found, limit);
  const more = (arranged ? rows.length : found.mains.length) > limit;
  const cut = rows.length > limit ? rows.slice(0, limit) : rows;
  return { rows: query.keysOnly ? cut.map(withoutValue) : cut, more, count: found.total };
}

/** The revision to read at. @throws MvccError `Compacted`, `FutureRev`. */
export function readableRevision(view: ReadView, revision: number): number {
  if (revision > view.currentRev) throw futureRev();
  const rev = revision <= 0 ? view.currentRev : revision;
  if (rev < view.compactRev) throw compacted();
  return rev;
}

/** True where the limit may cut before sorting: etcd does so for order NONE whatever the target (its sort quirk). */
function keepsKeyOrder(query: RangeQuery): boolean {
  if (query.sortOrder === SortOrder.NONE) return true;
  return query.sortOrder === SortOrder.ASCEND && query.sortTarget === SortTarget.KEY;
}

/** True where rows do not stay in key order; order NONE with another target than KEY sorts upwards. */
function needsSort(query: RangeQuery): boolean {
  return query.sortTarget !== SortTarget.KEY || query.sortOrder === SortOrder.DESCEND;
}

function hasFilter(query: RangeQuery): boolean {
  const { maxModRevision, minModRevision, maxCreateRevision, minCreateRevision } = query;
  return maxModRevision !== 0 || minModRevision !== 0 || maxCreateRevision !== 0 || minCreateRevision !== 0;
}

function loadRows(view: ReadView, found: FoundRevisions, limit: number): Uint8Array[] {
  const count = Math.min(limit, found.mains.length);
  const rows = new Array<Uint8Array>(count);
  for (let i = 0; i < count; i++) rows[i] = getRow(view.backend, found.mains[i]!, found.subs[i]!);
  return rows;
}

type Decoded = { readonly row: Uint8Array; readonly kv: KeyValue };

/** Loads, filters and sorts. */
function arrange(view: ReadView, query: RangeQuery, found: FoundRevisions): Uint8Array[] {
  const items: Decoded[] = [];
  for (const row of loadRows(view, found, Number.POSITIVE_INFINITY)) {
    const kv = decodeKeyValue(row);
    if (passes(query, kv)) items.push({ row, kv });
  }
  if (needsSort(query)) {
    const compare = comparator(query.sortTarget);
    const sign = query.sortOrder === SortOrder.DESCEND ? -1 : 1;
    items.sort((a, b) => sign * compare(a.kv, b.kv));
  }
  return items.map(({ row }) => row);
}

/** Bounds are inclusive; 0 is no bound. */
function passes(query: RangeQuery, kv: KeyValue): boolean {
  const { maxModRevision, minModRevision, maxCreateRevision, minCreateRevision } = query;
  if (maxModRevision !== 0 && kv.modRevision > maxModRevision) return false;
  if (minModRevision !== 0 && kv.modRevision < minModRevision) return false;
  if (maxCreateRevision !== 0 && kv.createRevision > maxCreateRevision) return false;
  return minCreateRevision === 0 || kv.createRevision >= minCreateRevision;
}

function comparator(target: SortTarget): (a: KeyValue, b: KeyValue) => number {
  switch (target) {
    case SortTarget.VERSION:
      return (a, b) => a.version - b.version;
    case SortTarget.CREATE:
      return (a, b) => a.createRevision - b.createRevision;
    case SortTarget.MOD:
      return (a, b) => a.modRevision - b.modRevision;
    case SortTarget.VALUE:
      return (a, b) => compareBytes(a.value, b.value);
    default:
      // The API refuses what it does not know; an entry of the log may still hold it.
      return (a, b) => compareBytes(a.key, b.key);
  }
}

function withoutValue(row: Uint8Array): Uint8Array {
  const kv = decodeKeyValue(row);
  return kv.value.length === 0 ? row : encodeKeyValue({ ...kv, value: EMPTY_BYTES });
}
