/** Whether the conditions of a transaction hold, over a view of the keyspace. Nothing here changes anything. */
import { compareBytes, EMPTY_BYTES, latin1FromBytes } from "@quorate/base";
import { evaluateRange, type ReadView } from "@quorate/mvcc";
import {
  type Compare,
  CompareResult,
  CompareTarget,
  decodeKeyValue,
  type KeyValue,
  newKeyValue,
  newRangeRequest,
} from "@quorate/proto";

/** True where all of them hold; none is true. */
export function allHold(view: ReadView, compares: readonly Compare[]): boolean {
  for (const compare of compares) if (!holds(view, compare)) return false;
  return true;
}

function holds(view: ReadView, compare: Compare): boolean {
  const { key, rangeEnd, target } = compare;
  const needsRow = target === CompareTarget.VALUE || target === CompareTarget.LEASE;
  if (rangeEnd === undefined && !needsRow) return relates(compare, compareIndexed(view, compare));
  const { rows } = evaluateRange(view, newRangeRequest({ key, rangeEnd }));
  // A missing key has no value at all, not even an unequal one; all else of it is 0.
  if (rows.length === 0)
    return target !== CompareTarget.VALUE && relates(compare, compareField(newKeyValue(), compare));
  return rows.every((row) => relates(compare, compareField(decodeKeyValue(row), compare)));
}

/** The common case without a look at the backend: versions and revisions of one key are in the index. */
function compareIndexed(view: ReadView, { key, target, targetUnion }: Compare): number {
  const index = view.index.get(latin1FromBytes(key));
  const lives = index !== undefined && index.version > 0;
  switch (target) {
    case CompareTarget.VERSION:
      return (lives ? index.version : 0) - (targetUnion?.kind === "version" ? targetUnion.value : 0);
    case CompareTarget.CREATE:
      return (lives ? index.created : 0) - (targetUnion?.kind === "createRevision" ? targetUnion.value : 0);
    case CompareTarget.MOD:
      return (lives ? index.modMain : 0) - (targetUnion?.kind === "modRevision" ? targetUnion.value : 0);
    default:
      return 0;
  }
}

/** How a key's field stands to what the condition names; what it does not name is 0 or empty. */
function compareField(kv: KeyValue, { target, targetUnion: named }: Compare): number {
  switch (target) {
    case CompareTarget.VERSION:
      return kv.version - (named?.kind === "version" ? named.value : 0);
    case CompareTarget.CREATE:
      return kv.createRevision - (named?.kind === "createRevision" ? named.value : 0);
    case CompareTarget.MOD:
      return kv.modRevision - (named?.kind === "modRevision" ? named.value : 0);
    case CompareTarget.VALUE:
      return compareBytes(kv.value, named?.kind === "value" ? named.value : EMPTY_BYTES);
    case CompareTarget.LEASE: {
      const lease = named?.kind === "lease" ? named.value : 0n;
      return kv.lease < lease ? -1 : kv.lease > lease ? 1 : 0;
    }
    default:
      // A target that a newer client knows: etcd compares nothing with nothing.
      return 0;
  }
}

function relates({ result }: Compare, order: number): boolean {
  switch (result) {
    case CompareResult.EQUAL:
      return order === 0;
    case CompareResult.NOT_EQUAL:
      return order !== 0;
    case CompareResult.GREATER:
      return order > 0;
    case CompareResult.LESS:
      return order < 0;
    default:
      return true;
  }
}
