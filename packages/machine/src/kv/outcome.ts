/**
 * What requests of the KV service come to. Keys stay in the form in which they are stored, encoded KeyValues, so that a
 * response is made by copying; `toTxnResponse` and its sisters decode them for who needs objects.
 */
import {
  type DeleteRangeResponse,
  decodeKeyValue,
  newDeleteRangeResponse,
  newPutResponse,
  newRangeResponse,
  newResponseHeader,
  newTxnResponse,
  type PutResponse,
  type RangeResponse,
  type ResponseHeader,
  type ResponseOp,
  type TxnResponse,
} from "@quorate/proto";

/** Of each outcome, `revision` is the store's as its header tells it; inside a transaction that counts what came before. */
export type RangeOutcome = {
  readonly kind: "range";
  readonly revision: number;
  readonly rows: readonly Uint8Array[];
  readonly more: boolean;
  readonly count: number;
};
export type PutOutcome = { readonly kind: "put"; readonly revision: number; readonly prevRow: Uint8Array | undefined };
export type DeleteRangeOutcome = {
  readonly kind: "deleteRange";
  readonly revision: number;
  readonly deleted: number;
  readonly prevRows: readonly Uint8Array[];
};
export type TxnOutcome = {
  readonly kind: "txn";
  readonly revision: number;
  readonly succeeded: boolean;
  readonly outcomes: readonly OpOutcome[];
};
export type OpOutcome = RangeOutcome | PutOutcome | DeleteRangeOutcome | TxnOutcome;

export function toRangeResponse({ rows, more, count }: RangeOutcome, header: ResponseHeader): RangeResponse {
  return newRangeResponse({ header, kvs: rows.map(decodeKeyValue), more, count });
}

export function toPutResponse({ prevRow }: PutOutcome, header: ResponseHeader): PutResponse {
  return newPutResponse({ header, prevKv: prevRow === undefined ? undefined : decodeKeyValue(prevRow) });
}

export function toDeleteRangeResponse(outcome: DeleteRangeOutcome, header: ResponseHeader): DeleteRangeResponse {
  return newDeleteRangeResponse({ header, deleted: outcome.deleted, prevKvs: outcome.prevRows.map(decodeKeyValue) });
}

/** @param header of the whole response; those inside hold a revision only, and a nested transaction's holds nothing. */
export function toTxnResponse({ succeeded, outcomes }: TxnOutcome, header: ResponseHeader): TxnResponse {
  return newTxnResponse({ header, succeeded, responses: outcomes.map(toResponseOp) });
}

function toResponseOp(outcome: OpOutcome): ResponseOp {
  const header = newResponseHeader({ revision: outcome.revision });
  switch (outcome.kind) {
    case "range":
      return { response: { kind: "responseRange", value: toRangeResponse(outcome, header) } };
    case "put":
      return { response: { kind: "responsePut", value: toPutResponse(outcome, header) } };
    case "deleteRange":
      return { response: { kind: "responseDeleteRange", value: toDeleteRangeResponse(outcome, header) } };
    case "txn":
      return { response: { kind: "responseTxn", value: toTxnResponse(outcome, newResponseHeader()) } };
  }
}
