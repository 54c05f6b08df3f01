/** Requests of the services in a few words, for tests. */
import {
  CompareResult,
  CompareTarget,
  decodeUtf8,
  encodeUtf8,
  type KeyValue,
  newCompare,
  newDeleteRangeRequest,
  newPutRequest,
  newRangeRequest,
  newRequestOp,
  newTxnRequest,
  newWatchCreateRequest,
  newWatchRequest,
  type PutRequest,
  type RangeRequest,
  type RequestOp,
  type TxnRequest,
  type WatchCreateRequest,
  type WatchRequest,
} from "@quorate/proto";

export function put(key: string, value: string, rest: Partial<PutRequest> = {}): PutRequest {
  return newPutRequest({ key: encodeUtf8(key), value: encodeUtf8(value), ...rest });
}

export function get(key: string, rest: Partial<RangeRequest> = {}): RangeRequest {
  return newRangeRequest({ key: encodeUtf8(key), ...rest });
}

/** Every key that begins with `prefix`. */
export function getPrefix(prefix: string, rest: Partial<RangeRequest> = {}): RangeRequest {
  return get(prefix, { rangeEnd: endOf(prefix), ...rest });
}

export function putOp(key: string, value: string): RequestOp {
  return newRequestOp({ request: { kind: "requestPut", value: put(key, value) } });
}

export function getOp(key: string): RequestOp {
  return newRequestOp({ request: { kind: "requestRange", value: get(key) } });
}

export function deleteOp(key: string): RequestOp {
  const value = newDeleteRangeRequest({ key: encodeUtf8(key) });
  return newRequestOp({ request: { kind: "requestDeleteRange", value } });
}

/** Writes `key` if it holds `old`, and reads it if not. */
export function swap(key: string, old: string, value: string): TxnRequest {
  const compare = newCompare({
    key: encodeUtf8(key),
    target: CompareTarget.VALUE,
    result: CompareResult.EQUAL,
    targetUnion: { kind: "value", value: encodeUtf8(old) },
  });
  return newTxnRequest({ compare: [compare], success: [putOp(key, value)], failure: [getOp(key)] });
}

export function watchPrefix(prefix: string, rest: Partial<WatchCreateRequest> = {}): WatchRequest {
  const value = newWatchCreateRequest({ key: encodeUtf8(prefix), rangeEnd: endOf(prefix), ...rest });
  return newWatchRequest({ requestUnion: { kind: "createRequest", value } });
}

export function pairs(kvs: readonly KeyValue[]): string[] {
  return kvs.map(({ key, value }) => `${decodeUtf8(key)}=${decodeUtf8(value)}`);
}

/** The first key behind all that begin with `prefix`, which ends in an ASCII character. */
function endOf(prefix: string): Uint8Array {
  const end = encodeUtf8(prefix).slice();
  end[end.length - 1]! += 1;
  return end;
}
