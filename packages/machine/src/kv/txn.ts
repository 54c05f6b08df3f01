/**
 * Transactions. Three passes, the first two over the state before it: which branches run, whether anything in them would fail, and
 * only then the changes. So a transaction has its whole effect in one revision, or none.
 *
 *     if mod(a) = 3 then [put b, txn(if ... )] else [...]
 *     1 choose   compares of the transaction and of all nested ones on the chosen path
 *     2 check    puts: keys to keep values of, leases; then ranges: revisions
 *     3 execute  in order; ranges see what came before them
 */
import { assert, latin1FromBytes } from "@quorate/base";
import { contains, type KeyRange, keyRange, type ReadView, type Store, type WriteTxn } from "@quorate/mvcc";
import type { DeleteRangeRequest, PutRequest, RangeRequest, RequestOp, TxnRequest } from "@quorate/proto";
import { MachineError } from "../errors.ts";
import { allHold } from "./compare.ts";
import type { DeleteRangeOutcome, OpOutcome, PutOutcome, RangeOutcome, TxnOutcome } from "./outcome.ts";

/** Who knows which leases there are. */
export type LeaseLookup = { has(id: bigint): boolean };

export type ApplyContext = {
  readonly store: Store;
  readonly leases: LeaseLookup;
  /** Somebody waits for the result here; otherwise nothing is read for it. It never changes the effect. */
  readonly wanted: boolean;
};

/** A transaction with its branches chosen. */
type Path = { readonly succeeded: boolean; readonly ops: readonly PathOp[] };
type PathOp =
  | { readonly kind: "range"; readonly request: RangeRequest }
  | { readonly kind: "put"; readonly request: PutRequest }
  | { readonly kind: "deleteRange"; readonly request: DeleteRangeRequest }
  | { readonly kind: "txn"; readonly path: Path };

/** Applies a transaction. @throws MachineError, MvccError: then nothing has changed. */
export function applyTxn(context: ApplyContext, request: TxnRequest): TxnOutcome {
  const { store, leases, wanted } = context;
  const path = choosePath(store, request);
  checkPuts(store, leases, path, []);
  checkRanges(store, path);
  const txn = store.write();
  const outcome = execute(txn, path, wanted);
  return { ...outcome, revision: txn.end() };
}

/**
 * What `applyTxn` would refuse a transaction for, if it were applied now; for the proposer, who is up to date.
 * @throws MachineError
 */
export function preflightTxn(store: Store, leases: LeaseLookup, request: TxnRequest): void {
  const path = choosePath(store, request);
  checkPuts(store, leases, path, []);
  checkRanges(store, path);
}

/** Evaluates a transaction that only reads, on a member that is up to date. @throws MvccError. */
export function readTxn(store: Store, request: TxnRequest): TxnOutcome {
  const path = choosePath(store, request);
  checkRanges(store, path);
  const outcomes = path.ops.map((op): OpOutcome => {
    assert(op.kind === "range", "a read-only transaction holds ranges and nothing else");
    return executeRange(store, op.request, true);
  });
  return { kind: "txn", revision: store.currentRev, succeeded: path.succeeded, outcomes };
}

/** True where a transaction needs no entry in the log: ranges in both branches, nothing nested. */
export function isReadOnlyTxn({ success, failure }: TxnRequest): boolean {
  const isRange = ({ request }: RequestOp): boolean => request?.kind === "requestRange";
  return success.every(isRange) && failure.every(isRange);
}

/** True where no other member need be asked before reading: every range says so, and no range is vacuously every range. */
export function isSerializableTxn({ success, failure }: TxnRequest): boolean {
  const isStale = ({ request }: RequestOp): boolean => request?.kind === "requestRange" && request.value.serializable;
  return success.every(isStale) && failure.every(isStale);
}

function choosePath(view: ReadView, { compare, success, failure }: TxnRequest): Path {
  const succeeded = allHold(view, compare);
  const ops: PathOp[] = [];
  for (const { request } of succeeded ? success : failure) {
    if (request === undefined) throw new MachineError("KeyNotFound");
    if (request.kind === "requestRange") ops.push({ kind: "range", request: request.value });
    else if (request.kind === "requestPut") ops.push({ kind: "put", request: request.value });
    else if (request.kind === "requestDeleteRange") ops.push({ kind: "deleteRange", request: request.value });
    else ops.push({ kind: "txn", path: choosePath(view, request.value) });
  }
  return { succeeded, ops };
}

/**
 * What may fail of puts. @param deleted intervals that operations before have deleted. A request may delete everything from a key
 * on and then keep the value of a key in there (the hole of kv/check.ts).
 * Divergence: that stops etcd; here it is a key that is not found.
 */
function checkPuts(view: ReadView, leases: LeaseLookup, path: Path, deleted: KeyRange[]): void {
  for (const op of path.ops) {
    if (op.kind === "txn") checkPuts(view, leases, op.path, deleted);
    else if (op.kind === "deleteRange") deleted.push(keyRange(op.request.key, op.request.rangeEnd));
    else if (op.kind === "put") {
      const { key, lease, ignoreValue, ignoreLease } = op.request;
      if (ignoreValue || ignoreLease) {
        const name = latin1FromBytes(key);
        const lives = (view.index.get(name)?.version ?? 0) > 0;
        if (!lives || deleted.some((range) => contains(range, name))) throw new MachineError("KeyNotFound");
      }
      if (lease !== 0n && !leases.has(lease)) throw new MachineError("LeaseNotFound");
    }
  }
}

/** What may fail of ranges: revisions, taken literally but for 0. */
function checkRanges(view: ReadView, path: Path): void {
  for (const op of path.ops) {
    if (op.kind === "txn") checkRanges(view, op.path);
    else if (op.kind === "range") {
      const { revision } = op.request;
      if (revision === 0) continue;
      if (revision > view.currentRev) throw new MachineError("FutureRev");
      if (revision < view.compactRev) throw new MachineError("Compacted");
    }
  }
}

function execute(txn: WriteTxn, path: Path, wanted: boolean): TxnOutcome {
  const outcomes: OpOutcome[] = [];
  for (const op of path.ops) {
    if (op.kind === "range") outcomes.push(executeRange(txn, op.request, wanted));
    else if (op.kind === "put") outcomes.push(executePut(txn, op.request, wanted));
    else if (op.kind === "deleteRange") outcomes.push(executeDeleteRange(txn, op.request, wanted));
    else outcomes.push(execute(txn, op.path, wanted));
  }
  return { kind: "txn", revision: txn.currentRev, succeeded: path.succeeded, outcomes };
}

/** A range over a view; where nobody waits, nothing is read. */
function executeRange(view: Store | WriteTxn, request: RangeRequest, wanted: boolean): RangeOutcome {
  const revision = view.currentRev;
  if (!wanted) return { kind: "range", revision, rows: [], more: false, count: 0 };
  const { rows, more, count } = view.range(request);
  return { kind: "range", revision, rows, more, count };
}

/** A put whose lease and key have been checked. */
export function executePut(txn: WriteTxn, request: PutRequest, wanted: boolean): PutOutcome {
  const prevRow = txn.put(wanted || !request.prevKv ? request : { ...request, prevKv: false });
  return { kind: "put", revision: txn.currentRev, prevRow };
}

export function executeDeleteRange(txn: WriteTxn, request: DeleteRangeRequest, wanted: boolean): DeleteRangeOutcome {
  const range = keyRange(request.key, request.rangeEnd);
  const { deleted, prevRows } = txn.deleteRange(range, wanted && request.prevKv);
  return { kind: "deleteRange", revision: txn.currentRev, deleted, prevRows };
}
