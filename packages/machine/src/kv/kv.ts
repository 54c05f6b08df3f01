/** The single requests of the KV service over the store: each write is a transaction of its own, checked before its first change. */
import { latin1FromBytes } from "@quorate/base";
import type { RangeQuery, Store } from "@quorate/mvcc";
import type { DeleteRangeRequest, PutRequest } from "@quorate/proto";
import { MachineError } from "../errors.ts";
import type { DeleteRangeOutcome, PutOutcome, RangeOutcome } from "./outcome.ts";
import { type ApplyContext, executeDeleteRange, executePut } from "./txn.ts";

/** Reads at once; whether this member is up to date is the caller's business. @throws MvccError `Compacted`, `FutureRev`. */
export function readRange(store: Store, request: RangeQuery): RangeOutcome {
  const { rows, more, count } = store.range(request);
  return { kind: "range", revision: store.currentRev, rows, more, count };
}

/** @throws MachineError `LeaseNotFound`, `KeyNotFound`. */
export function applyPut({ store, leases, wanted }: ApplyContext, request: PutRequest): PutOutcome {
  const { key, lease, ignoreValue, ignoreLease } = request;
  if (lease !== 0n && !leases.has(lease)) throw new MachineError("LeaseNotFound");
  if (ignoreValue || ignoreLease) {
    if ((store.index.get(latin1FromBytes(key))?.version ?? 0) === 0) throw new MachineError("KeyNotFound");
  }
  const txn = store.write();
  const outcome = executePut(txn, request, wanted);
  txn.end();
  return outcome;
}

export function applyDeleteRange({ store, wanted }: ApplyContext, request: DeleteRangeRequest): DeleteRangeOutcome {
  const txn = store.write();
  const outcome = executeDeleteRange(txn, request, wanted);
  txn.end();
  return outcome;
}

/** Deletes keys that went with a lease, in one revision, in the given order. */
export function deleteKeys(store: Store, keys: readonly Uint8Array[]): void {
  if (keys.length === 0) return;
  const txn = store.write();
  for (const key of keys) {
    const from = latin1FromBytes(key);
    txn.deleteRange({ from, to: `${from}\0`, single: true });
  }
  txn.end();
}
