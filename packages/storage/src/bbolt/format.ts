/**
 * The numbers of bbolt's file format (docs/internals/bbolt.md draws it) and the fields that pages and buckets share. Pure bytes: no
 * file of this folder touches a disk or a clock. Every integer is little-endian.
 */
import { assert, safeFromHalves } from "@quorate/base";

/** Page header: u64 id, u16 flags, u16 count, u32 overflow. */
export const PAGE_HEADER_BYTES = 16;
/** An element of a leaf (u32 flags, pos, ksize, vsize) or of a branch (u32 pos, ksize, u64 child). */
export const ELEMENT_BYTES = 16;
/** What a bucket's value starts with: u64 root page, u64 sequence. */
export const BUCKET_HEADER_BYTES = 16;

/** What a page is. bbolt knows no combinations. */
export const PageFlag = { Branch: 1, Leaf: 2, Meta: 4, Freelist: 0x10 } as const;
/** Flag of a leaf element whose value is a bucket. */
export const BUCKET_ELEMENT = 1;

/** Meta pages: 0 and 1. */
export const FIRST_TREE_PAGE = 2;

/** etcd's page size wherever the system's is 4096. */
export const DEFAULT_PAGE_BYTES = 4096;
/** bbolt looks for the second meta page from here on, by powers of two. */
export const MIN_PAGE_BYTES = 1024;
/** The largest page of any system that etcd runs on. */
export const MAX_PAGE_BYTES = 65_536;
/** bbolt's limits. */
export const MAX_KEY_BYTES = 32_768;
export const MAX_VALUE_BYTES: number = 2 ** 31 - 2;

/** True for a page size that is written and read here. */
export function isPageSize(bytes: number): boolean {
  return bytes >= MIN_PAGE_BYTES && bytes <= MAX_PAGE_BYTES && (bytes & (bytes - 1)) === 0;
}

/** A bucket whose one leaf takes no more than this lies in its own value instead of in a page. bbolt's rule. */
export function inlineLimit(pageSize: number): number {
  return pageSize / 4;
}

/** A view of exactly these bytes for reading and writing numbers. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const TWO_32 = 2 ** 32;

export function putU64(view: DataView, at: number, value: number): void {
  assert(Number.isSafeInteger(value), "a u64 of the image is a safe integer");
  view.setUint32(at, value % TWO_32, true);
  view.setUint32(at + 4, Math.floor(value / TWO_32), true);
}

/** The u64 at `at`, or undefined where no number holds it exactly: then it is no id, count or sequence of a real image either. */
export function getU64(view: DataView, at: number): number | undefined {
  return safeFromHalves(view.getUint32(at + 4, true), view.getUint32(at, true));
}

export function putPageHeader(
  view: DataView,
  at: number,
  header: { readonly id: number; readonly flags: number; readonly count: number; readonly overflow: number },
): void {
  assert(header.count < 0xffff, "the elements of a page can be counted in its header");
  putU64(view, at, header.id);
  view.setUint16(at + 8, header.flags, true);
  view.setUint16(at + 10, header.count, true);
  view.setUint32(at + 12, header.overflow, true);
}
