/**
 * The two meta pages: where the root bucket is, how many pages there are, and a checksum over that. A transaction writes the older of the
 * two, so that one of them is whole whatever happens; a reader takes the whole one with the higher txid.
 */
import { BboltError, type BboltErrorCode } from "./errors.ts";
import { getU64, isPageSize, PAGE_HEADER_BYTES, PageFlag, putPageHeader, putU64, viewOf } from "./format.ts";

const MAGIC = 0xed0c_daed;
const VERSION = 2;
const FREELIST_NONE = 0xffff_ffff;
/** magic, version, page size, flags: u32; root, sequence, freelist, page count, txid, checksum: u64. */
const META_BYTES = 64;
const CHECKED_BYTES = META_BYTES - 8;

/** Bytes of a meta page that mean something. */
export const META_PAGE_BYTES: number = PAGE_HEADER_BYTES + META_BYTES;

/** What a meta page says. */
export type Meta = {
  readonly pageSize: number;
  /** Page of the root bucket's tree. */
  readonly root: number;
  /** Page of the freelist; undefined where none is stored, as etcd has it: then what no tree reaches is free. */
  readonly freelist: number | undefined;
  /** Pages of the image, the two metas included. bbolt's high-water mark. */
  readonly pageCount: number;
  readonly txid: number;
};

/** Writes meta page `page` (0 or 1) at `at`. */
export function putMetaPage(bytes: Uint8Array, at: number, page: number, meta: Meta): void {
  const view = viewOf(bytes);
  putPageHeader(view, at, { id: page, flags: PageFlag.Meta, count: 0, overflow: 0 });
  const m = at + PAGE_HEADER_BYTES;
  view.setUint32(m, MAGIC, true);
  view.setUint32(m + 4, VERSION, true);
  view.setUint32(m + 8, meta.pageSize, true);
  view.setUint32(m + 12, 0, true);
  putU64(view, m + 16, meta.root);
  putU64(view, m + 24, 0);
  if (meta.freelist === undefined) {
    view.setUint32(m + 32, FREELIST_NONE, true);
    view.setUint32(m + 36, FREELIST_NONE, true);
  } else putU64(view, m + 32, meta.freelist);
  putU64(view, m + 40, meta.pageCount);
  putU64(view, m + 48, meta.txid);
  view.setBigUint64(m + CHECKED_BYTES, fnv1a64(bytes.subarray(m, m + CHECKED_BYTES)), true);
}

/** A meta page read: what it says, or why it counts for nothing. */
export type MetaRead =
  | { readonly kind: "meta"; readonly meta: Meta }
  | { readonly kind: "bad"; readonly code: BboltErrorCode; readonly problem: string };

/** Reads the first `META_PAGE_BYTES` of a meta page. */
export function readMetaPage(bytes: Uint8Array): MetaRead {
  const view = viewOf(bytes);
  const m = PAGE_HEADER_BYTES;
  if (view.getUint32(m, true) !== MAGIC) return bad("BadMagic", "the magic number is not bbolt's");
  const version = view.getUint32(m + 4, true);
  if (version !== VERSION) return bad("BadVersion", `format version ${version}, not ${VERSION}`);
  if (view.getBigUint64(m + CHECKED_BYTES, true) !== fnv1a64(bytes.subarray(m, m + CHECKED_BYTES)))
    return bad("BadChecksum", "the checksum of the meta page does not match");
  const pageSize = view.getUint32(m + 8, true);
  if (!isPageSize(pageSize)) return bad("BadMeta", `a page size of ${pageSize} bytes`);
  const root = getU64(view, m + 16);
  const pageCount = getU64(view, m + 40);
  const txid = getU64(view, m + 48);
  const hasFreelist = view.getUint32(m + 32, true) !== FREELIST_NONE || view.getUint32(m + 36, true) !== FREELIST_NONE;
  const freelist = hasFreelist ? getU64(view, m + 32) : undefined;
  if (root === undefined || pageCount === undefined || txid === undefined || (hasFreelist && freelist === undefined))
    return bad("BadMeta", "a number of the meta page is beyond any image");
  return { kind: "meta", meta: { pageSize, root, freelist, pageCount, txid } };
}

/** The one that counts: of two that are whole, the later. Throws what is wrong with the first where neither is. */
export function chooseMeta(first: MetaRead, second: MetaRead): Meta {
  if (first.kind === "bad" && second.kind === "bad") throw new BboltError(first.code, first.problem, 0);
  if (first.kind === "bad") return (second as { readonly meta: Meta }).meta;
  if (second.kind === "bad") return first.meta;
  return second.meta.txid > first.meta.txid ? second.meta : first.meta;
}

function bad(code: BboltErrorCode, problem: string): MetaRead {
  return { kind: "bad", code, problem };
}

const FNV_OFFSET = 0xcbf2_9ce4_8422_2325n;
const FNV_PRIME = 0x100_0000_01b3n;

/** FNV-1a with 64 bits. Over 56 bytes, twice an image: bigints are fast enough. */
function fnv1a64(bytes: Uint8Array): bigint {
  let hash = FNV_OFFSET;
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * FNV_PRIME);
  return hash;
}
