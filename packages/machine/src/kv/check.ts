/**
 * Whether a request of the KV service is one at all: the same rules at the API's edge and wherever else requests come in. They look
 * at the request only, never at data. The order of checks is etcd's, because it decides which of two faults is told.
 */
import { latin1FromBytes } from "@quorate/base";
import { IntervalTree, isEmptyRange, type KeyRange } from "@quorate/mvcc";
import type { Compare, DeleteRangeRequest, PutRequest, RangeRequest, RequestOp, TxnRequest } from "@quorate/proto";
import { MachineError } from "../errors.ts";

/** The last of etcd's SortOrder and SortTarget. */
const MAX_SORT_ORDER = 2;
const MAX_SORT_TARGET = 4;

/** @throws MachineError `EmptyKey`, `InvalidSortOption`. */
export function checkRange({ key, sortOrder, sortTarget }: RangeRequest): void {
  checkKey(key);
  if (!isEnum(sortOrder, MAX_SORT_ORDER) || !isEnum(sortTarget, MAX_SORT_TARGET))
    throw new MachineError("InvalidSortOption");
}

/** @throws MachineError `EmptyKey`, `ValueProvided`, `LeaseProvided`. */
export function checkPut({ key, value, lease, ignoreValue, ignoreLease }: PutRequest): void {
  checkKey(key);
  if (ignoreValue && value.length > 0) throw new MachineError("ValueProvided");
  if (ignoreLease && lease !== 0n) throw new MachineError("LeaseProvided");
}

/** @throws MachineError `EmptyKey`. */
export function checkDeleteRange({ key }: DeleteRangeRequest): void {
  checkKey(key);
}

/**
 * Checks a transaction with everything in it. @param maxOps how wide it may be; each level takes its own width from what is left for
 * those inside. @throws MachineError of any operation, `TooManyOps`, `DuplicateKey`.
 */
export function checkTxn(txn: TxnRequest, maxOps: number): void {
  checkTxnShape(txn, maxOps);
  // etcd looks at both branches for themselves: only one will run.
  collectChanges(txn.success);
  collectChanges(txn.failure);
}

function checkTxnShape({ compare, success, failure }: TxnRequest, maxOps: number): void {
  const width = Math.max(compare.length, success.length, failure.length);
  if (width > maxOps) throw new MachineError("TooManyOps");
  for (const { key } of compare as readonly Compare[]) checkKey(key);
  for (const op of success) checkOp(op, maxOps - width);
  for (const op of failure) checkOp(op, maxOps - width);
}

function checkOp({ request }: RequestOp, maxOps: number): void {
  switch (request?.kind) {
    case "requestRange":
      checkRange(request.value);
      break;
    case "requestPut":
      checkPut(request.value);
      break;
    case "requestDeleteRange":
      checkDeleteRange(request.value);
      break;
    case "requestTxn":
      checkTxnShape(request.value, maxOps);
      break;
    default:
      // etcd's answer to an operation with nothing in it.
      throw new MachineError("KeyNotFound");
  }
}

/** What a list of operations may change: keys put, and intervals deleted. */
type Changes = { readonly puts: Set<string>; readonly deletes: IntervalTree<KeyRange> };

/**
 * Collects what one branch changes, and refuses it where an outcome would hang on the order of operations: a key put twice, or put
 * and deleted. Deletes may overlap each other. Nested transactions come before the puts of their own level, each against
 * the deletes of this level and of its elder siblings, and the two branches of one may put the same key.
 */
function collectChanges(ops: readonly RequestOp[]): Changes {
  const puts = new Set<string>();
  const deletes = new IntervalTree<KeyRange>();
  for (const { request } of ops) {
    if (request?.kind === "requestDeleteRange") addDelete(deletes, literalInterval(request.value));
  }
  for (const { request } of ops) {
    if (request?.kind !== "requestTxn") continue;
    const then = collectChanges(request.value.success);
    const otherwise = collectChanges(request.value.failure);
    for (const key of then.puts) addPut(puts, deletes, key);
    for (const key of otherwise.puts) if (!then.puts.has(key)) addPut(puts, deletes, key);
    then.deletes.visitAll((range) => addDelete(deletes, range));
    otherwise.deletes.visitAll((range) => addDelete(deletes, range));
  }
  for (const { request } of ops) {
    if (request?.kind === "requestPut") addPut(puts, deletes, latin1FromBytes(request.value.key));
  }
  return { puts, deletes };
}

function addPut(puts: Set<string>, deletes: IntervalTree<KeyRange>, key: string): void {
  if (puts.has(key)) throw new MachineError("DuplicateKey");
  let deleted = false;
  deletes.stab(key, () => {
    deleted = true;
  });
  if (deleted) throw new MachineError("DuplicateKey");
  puts.add(key);
}

function addDelete(deletes: IntervalTree<KeyRange>, range: KeyRange): void {
  if (!isEmptyRange(range) && deletes.get(range) === undefined) deletes.add(range, range);
}

/**
 * The interval as etcd's check reads it: with range_end "\0" it is [key, "\0"), which is empty. So a put after a delete of
 * "everything from here" passes, and both run in order; etcd's clients can see that it does.
 */
function literalInterval({ key, rangeEnd }: DeleteRangeRequest): KeyRange {
  const from = latin1FromBytes(key);
  if (rangeEnd === undefined || rangeEnd.length === 0) return { from, to: `${from}\0`, single: true };
  return { from, to: latin1FromBytes(rangeEnd), single: false };
}

function checkKey(key: Uint8Array): void {
  if (key.length === 0) throw new MachineError("EmptyKey");
}

function isEnum(value: number, max: number): boolean {
  return value >= 0 && value <= max;
}
