/** What requests cost against the backend's quota, as etcd reckons: only what grows the database costs. Sizes are bytes. */
import type { InternalRaftRequestBody, RequestOp, TxnRequest } from "@quorate/proto";

/** What a key costs besides its bytes. */
const KEY_OVERHEAD = 256;
const LEASE_OVERHEAD = 64;

/** What a request adds at most; 0 for one that the quota does not concern. */
export function quotaCost(body: InternalRaftRequestBody): number {
  if (body.kind === "put") return putCost(body.value.key.length + body.value.value.length);
  if (body.kind === "txn") return txnCost(body.value);
  return body.kind === "leaseGrant" ? LEASE_OVERHEAD : 0;
}

/** The dearer branch of a transaction. */
export function txnCost({ success, failure }: TxnRequest): number {
  return Math.max(opsCost(success), opsCost(failure));
}

/** Whether a request fits. @param quotaBytes Infinity for none. */
export function fitsQuota(sizeBytes: number, cost: number, quotaBytes: number): boolean {
  return cost === 0 || sizeBytes + cost < quotaBytes;
}

/** What a put adds. @param payloadBytes of key and value. */
export function putCost(payloadBytes: number): number {
  return KEY_OVERHEAD + payloadBytes;
}

function opsCost(ops: readonly RequestOp[]): number {
  let cost = 0;
  for (const { request } of ops) {
    if (request?.kind === "requestPut") cost += putCost(request.value.key.length + request.value.value.length);
    else if (request?.kind === "requestTxn") cost += txnCost(request.value);
  }
  return cost;
}
