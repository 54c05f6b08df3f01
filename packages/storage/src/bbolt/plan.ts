/**
 * First pass of writing an image: sizes in, a plan out. The image starts with its meta pages, and they name the root and the number of
 * pages; so all sizes must be known before the first byte. The second pass (writer.ts) must bring the same content.
 *
 * An image whose length is known before it is made is also what a sender wants: etcd's Snapshot stream tells the bytes that remain.
 */
import { assert } from "@quorate/base";
import {
  BUCKET_HEADER_BYTES,
  DEFAULT_PAGE_BYTES,
  isPageSize,
  MAX_KEY_BYTES,
  MAX_PAGE_BYTES,
  MAX_VALUE_BYTES,
  MIN_PAGE_BYTES,
} from "./format.ts";
import { PageIds, TreeLayout } from "./layout.ts";

/** Lengths of one key and its value. The object may be reused for the next pair. */
export type PairSizes = { readonly keyBytes: number; readonly valueBytes: number };

/** A bucket for the plan: pairs in the order of their keys. */
export type BucketSizes = { readonly name: Uint8Array; readonly pairs: Iterable<PairSizes> };

/** What the meta pages say, and so how long the image is. */
export type ImagePlan = {
  readonly pageSize: number;
  readonly pageCount: number;
  readonly root: number;
  /** Bytes of the image: pageSize * pageCount. */
  readonly byteLength: number;
};

/** Plans an image pair by pair, for a caller that wants to pause between them. Memory: one record per level of a tree. */
export class ImagePlanner {
  readonly #ids: PageIds;
  readonly #root: TreeLayout;
  #bucket: TreeLayout | undefined;
  #nameBytes = 0;

  constructor(pageSize: number = DEFAULT_PAGE_BYTES) {
    assertPageSize(pageSize);
    this.#ids = new PageIds(pageSize);
    this.#root = new TreeLayout(this.#ids, ignorePage);
  }

  /** The next bucket starts. Buckets come in the order of their names. */
  startBucket(nameBytes: number): void {
    assertKeySize(nameBytes);
    this.#endBucket();
    this.#nameBytes = nameBytes;
    this.#bucket = new TreeLayout(this.#ids, ignorePage);
  }

  /** The next pair of the bucket. */
  add(keyBytes: number, valueBytes: number): void {
    assert(this.#bucket !== undefined, "a pair of an image is in a bucket");
    assertKeySize(keyBytes);
    assertValueSize(valueBytes);
    this.#bucket.add(keyBytes, valueBytes);
  }

  finish(): ImagePlan {
    this.#endBucket();
    const root = this.#root.finish();
    const pageSize = this.#ids.pageSize;
    const pageCount = this.#ids.count;
    return { pageSize, pageCount, root, byteLength: pageSize * pageCount };
  }

  #endBucket(): void {
    const bucket = this.#bucket;
    if (bucket === undefined) return;
    const inline = bucket.inlineBytes();
    if (inline === undefined) bucket.finish();
    this.#root.add(this.#nameBytes, BUCKET_HEADER_BYTES + (inline ?? 0));
    this.#bucket = undefined;
  }
}

/** Plans an image in one go. */
export function planImage(buckets: Iterable<BucketSizes>, pageSize: number = DEFAULT_PAGE_BYTES): ImagePlan {
  const planner = new ImagePlanner(pageSize);
  for (const { name, pairs } of buckets) {
    planner.startBucket(name.length);
    for (const pair of pairs) planner.add(pair.keyBytes, pair.valueBytes);
  }
  return planner.finish();
}

export function assertKeySize(bytes: number): void {
  assert(bytes > 0, "a key of an image is not empty");
  assert(bytes <= MAX_KEY_BYTES, "a key of an image is no longer than bbolt takes");
}

export function assertValueSize(bytes: number): void {
  assert(bytes <= MAX_VALUE_BYTES, "a value of an image is no longer than bbolt takes");
}

function assertPageSize(bytes: number): void {
  assert(isPageSize(bytes), `a page size is a power of two from ${MIN_PAGE_BYTES} to ${MAX_PAGE_BYTES}`);
}

function ignorePage(): void {}
