/**
 * The two header pages of an LMDB file, read by hand before LMDB opens it: LMDB neither checks that a file is as long as its header
 * says (a read beyond the end kills the process with SIGBUS) nor says kindly that it is something else.
 *
 *     page header (24) | magic (4) | version (4) | address (8) | map size (8) | free tree (48, its first 4: page size) | main tree (48)
 *     | last page (8) | transaction (8) | ...          little-endian; the second header follows one page later
 */
const META_AT = 24;
const MAGIC = 0xbeefc0de;
const DATA_VERSION = 2;
const PAGE_SIZE_AT = META_AT + 24;
const LAST_PAGE_AT = META_AT + 120;
const TRANSACTION_AT = LAST_PAGE_AT + 8;
const HEADER_BYTES = TRANSACTION_AT + 8;
const MIN_PAGE_BYTES = 512;
const MAX_PAGE_BYTES = 65_536;

/** How much of the start of a file `parseLmdbHeader` wants to see. */
export const HEADER_AREA_BYTES: number = MAX_PAGE_BYTES + HEADER_BYTES;

export type LmdbHeader = {
  readonly pageBytes: number;
  /** Bytes that the file must have. */
  readonly usedBytes: number;
};

/** The newest header, or what is wrong, as the end of a sentence. */
export function parseLmdbHeader(start: Uint8Array): LmdbHeader | string {
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const first = parseMeta(view, 0);
  if (typeof first === "string") return first;
  const second = parseMeta(view, first.pageBytes);
  if (typeof second === "string") return second;
  if (second.pageBytes !== first.pageBytes) return "its two headers disagree";
  const newest = second.transaction > first.transaction ? second : first;
  return { pageBytes: newest.pageBytes, usedBytes: (newest.lastPage + 1) * newest.pageBytes };
}

type Meta = { readonly pageBytes: number; readonly lastPage: number; readonly transaction: bigint };

function parseMeta(view: DataView, at: number): Meta | string {
  if (view.byteLength < at + HEADER_BYTES) return "it is shorter than its header";
  if (view.getUint32(at + META_AT, true) !== MAGIC) return "it is not an LMDB file";
  const version = view.getUint32(at + META_AT + 4, true) & 0xffff;
  if (version !== DATA_VERSION) return `it has LMDB's data format ${version} instead of ${DATA_VERSION}`;
  const pageBytes = view.getUint32(at + PAGE_SIZE_AT, true);
  if (pageBytes < MIN_PAGE_BYTES || pageBytes > MAX_PAGE_BYTES) return "its page size is impossible";
  const lastPage = Number(view.getBigUint64(at + LAST_PAGE_AT, true));
  if (!Number.isSafeInteger(lastPage * pageBytes)) return "its size is impossible";
  return { pageBytes, lastPage, transaction: view.getBigUint64(at + TRANSACTION_AT, true) };
}
