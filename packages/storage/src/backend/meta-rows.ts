/** The rows of bucket `meta` that the backend itself reads, and the two it writes: how far it is applied. */
import { type AppliedPosition, type BackendReader, bytesFromLatin1 } from "@quorate/base";

export const CONSISTENT_INDEX_KEY: Uint8Array = bytesFromLatin1("consistent_index");
export const TERM_KEY: Uint8Array = bytesFromLatin1("term");
export const CONF_STATE_KEY: Uint8Array = bytesFromLatin1("confState");

/** The position that rows hold; nothing applied where there is none. Undefined where a row is not a position. */
export function appliedOf(reader: Pick<BackendReader, "get">): AppliedPosition | undefined {
  const index = uint64Of(reader.get("meta", CONSISTENT_INDEX_KEY));
  const term = uint64Of(reader.get("meta", TERM_KEY));
  return index === undefined || term === undefined ? undefined : { index, term };
}

export function uint64Bytes(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}

/** 0 where there is no row, undefined for one that holds no safe number. */
function uint64Of(bytes: Uint8Array | undefined): number | undefined {
  if (bytes === undefined) return 0;
  if (bytes.length !== 8) return undefined;
  const value = Number(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0));
  return Number.isSafeInteger(value) ? value : undefined;
}
