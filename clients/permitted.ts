/**
 * What may differ between two right answers to one gRPC request, by name. Both answers are brought to the same form; whatever is unequal
 * after that is a difference.
 *
 * - identities: cluster_id, member_id and raft_term of a header.
 * - ties of a sort: keys that a sort_target does not tell apart come in any order, and a limit may cut any of them. Their values of the
 *   target still have to be those, in that order; a group of ties that is whole has to have the same keys.
 * - time left: the TTL of a lease may be two seconds apart.
 * - orders that etcd leaves open: the keys of a lease, and the leases.
 */

import { compareBytes } from "@quorate/base";
import {
  type KeyValue,
  type LeaseLeasesResponse,
  type LeaseTimeToLiveResponse,
  type RangeRequest,
  type RangeResponse,
  SortTarget,
  type TxnRequest,
  type TxnResponse,
} from "@quorate/proto";

const MAX_SECONDS_APART = 2;

/** Brings both answers to the same form where they may differ. @param name the method's name in wire.ts */
export function permit(name: string, request: object, expected: object, actual: object): void {
  for (const answer of [expected, actual]) {
    forgetIdentities(answer);
    if (name === "range") settleTies(request as RangeRequest, answer as RangeResponse);
    if (name === "txn") settleTxn(request as TxnRequest, answer as TxnResponse);
    if (name === "leaseLeases") (answer as LeaseLeasesResponse).leases.sort((a, b) => (a.ID < b.ID ? -1 : 1));
    if (name === "leaseTimeToLive") (answer as LeaseTimeToLiveResponse).keys.sort(compareBytes);
  }
  if (name !== "leaseTimeToLive") return;
  const [a, b] = [expected as LeaseTimeToLiveResponse, actual as LeaseTimeToLiveResponse];
  if (a.TTL >= 0 && b.TTL >= 0 && Math.abs(a.TTL - b.TTL) <= MAX_SECONDS_APART) b.TTL = a.TTL;
}

/** Of every header, wherever it stands. */
export function forgetIdentities(answer: object): void {
  const { header } = answer as { header?: { clusterId: bigint; memberId: bigint; raftTerm: number } | undefined };
  if (header === undefined) return;
  header.clusterId = 0n;
  header.memberId = 0n;
  header.raftTerm = 0;
}

function settleTxn(request: TxnRequest, answer: TxnResponse): void {
  forgetIdentities(answer);
  const branch = answer.succeeded ? request.success : request.failure;
  answer.responses.forEach(({ response }, i) => {
    const asked = branch[i]?.request;
    if (response === undefined || asked === undefined) return;
    forgetIdentities(response.value);
    if (asked.kind === "requestRange" && response.kind === "responseRange") settleTies(asked.value, response.value);
    if (asked.kind === "requestTxn" && response.kind === "responseTxn") settleTxn(asked.value, response.value);
  });
}

/** Sorts each group of ties by key; of the last one, which a limit may have cut, only the values of the target stay. */
function settleTies(request: RangeRequest, answer: RangeResponse): void {
  const { sortTarget, keysOnly } = request;
  if (sortTarget === SortTarget.KEY) return;
  const { kvs } = answer;
  // Sorted by what is not shown: only which keys there are can be compared, and of a cut answer not even that.
  const sortValue = sortTarget === SortTarget.VALUE && keysOnly ? () => "" : (kv: KeyValue) => targetOf(kv, sortTarget);
  for (let start = 0; start < kvs.length; ) {
    let end = start + 1;
    while (end < kvs.length && sortValue(kvs[end]!) === sortValue(kvs[start]!)) end++;
    const group = kvs.slice(start, end).sort((a, b) => compareBytes(a.key, b.key));
    const isCut = end === kvs.length && answer.more;
    group.forEach((kv, i) => {
      kvs[start + i] = isCut ? onlyTarget(kv, sortTarget, keysOnly) : kv;
    });
    start = end;
  }
}

function targetOf(kv: KeyValue, target: number): string {
  if (target === SortTarget.VERSION) return String(kv.version);
  if (target === SortTarget.CREATE) return String(kv.createRevision);
  return target === SortTarget.MOD ? String(kv.modRevision) : Buffer.from(kv.value).toString("hex");
}

function onlyTarget(kv: KeyValue, target: number, keysOnly: boolean): KeyValue {
  const nothing = {
    key: new Uint8Array(),
    createRevision: 0,
    modRevision: 0,
    version: 0,
    value: new Uint8Array(),
    lease: 0n,
  };
  if (target === SortTarget.VERSION) return { ...nothing, version: kv.version };
  if (target === SortTarget.CREATE) return { ...nothing, createRevision: kv.createRevision };
  if (target === SortTarget.MOD) return { ...nothing, modRevision: kv.modRevision };
  return keysOnly ? nothing : { ...nothing, value: kv.value };
}
