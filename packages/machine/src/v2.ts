/**
 * Entries in the form that etcd before 3.6 writes for member attributes and the cluster version: a request of the old v2 store as the
 * entry's bare data. Of all that v2 store this keeps what the two requests say, and nothing else.
 */
import { idFromHex } from "@quorate/base";
import { type Attributes, decodeUtf8, decodeV2Request } from "@quorate/proto";
import { decodeContext } from "./membership/member.ts";

export type V2Change =
  | { readonly kind: "attributes"; readonly id: bigint; readonly attributes: Attributes; readonly requestId: bigint }
  | { readonly kind: "version"; readonly version: string; readonly requestId: bigint }
  | { readonly kind: "none"; readonly requestId: bigint };

const FIELD_ID = 0x08;
const FIELD_METHOD = 0x12;
const METHODS: readonly string[] = ["PUT", "POST", "DELETE", "QGET", "SYNC"];

/** Whether an entry's data is such a request: field 2 holds a method's name. In a v3 request that field is never there. */
export function isV2Request(data: Uint8Array): boolean {
  let at = 0;
  if (data[0] === FIELD_ID) {
    at = 1;
    while (at < data.length && data[at]! >= 0x80) at++;
    at++;
  }
  if (data[at] !== FIELD_METHOD) return false;
  const length = data[at + 1] ?? 0;
  return METHODS.includes(String.fromCharCode(...data.subarray(at + 2, at + 2 + Math.min(length, 8))));
}

export function readV2Change(data: Uint8Array): V2Change {
  const { ID: requestId, method, path, val } = decodeV2Request(data);
  if (method !== "PUT" || val === undefined) return { kind: "none", requestId };
  if (path === "/0/version") return { kind: "version", version: decodeUtf8(val) ?? "", requestId };
  const id = idFromHex(/^\/0\/members\/([0-9a-f]{1,16})\/attributes$/.exec(path)?.[1] ?? "");
  // The attributes are a member's JSON without what else there is to a member.
  const member = id === undefined ? undefined : decodeContext(val)?.member;
  if (id === undefined || member === undefined) return { kind: "none", requestId };
  const attributes = { name: member.name, clientUrls: [...member.clientUrls] };
  return { kind: "attributes", id, attributes, requestId };
}
