/**
 * Reads a bbolt image: buckets in the order of their names, pairs in the order of their keys, each page once. Holds the pages from the root
 * to where it is, one bit per page, and one value. Damage throws a BboltError, whatever it is; what has no checksum (keys and values
 * themselves) is covered by the SHA-256 of a snapshot file (snapshot-save.ts) alone.
 */
import { assert, compareBytes } from "@quorate/base";
import { BboltError } from "./errors.ts";
import { BUCKET_HEADER_BYTES, FIRST_TREE_PAGE, getU64, MAX_PAGE_BYTES, MIN_PAGE_BYTES, viewOf } from "./format.ts";
import { chooseMeta, META_PAGE_BYTES, type Meta, type MetaRead, readMetaPage } from "./meta.ts";
import { type PageReader, type PageSpace, takeFreelist } from "./page-reader.ts";
import { PageSet } from "./page-set.ts";
import { type ImageSource, readExactly } from "./source.ts";
import { TreeWalk } from "./tree-walk.ts";
import type { Pair } from "./writer.ts";

/** Longest value that is read unless the caller says otherwise: what etcd's peers accept as one raft message, so no request was longer. */
const DEFAULT_MAX_VALUE_BYTES = 512 * 1024 * 1024;

export type ReadOptions = {
  /** Longest value in bytes that is read, hence held. What fits a page is always read. */
  readonly maxValueBytes?: number;
};

/** An image whose meta pages are good. Nothing else of it is read yet. */
export class BboltImage {
  readonly pageSize: number;
  /** Pages in use or free; the file may be longer. */
  readonly pageCount: number;
  readonly txid: number;
  readonly #source: ImageSource;
  readonly #meta: Meta;
  readonly #maxValueBytes: number;

  /** @throws BboltError for bytes that are no bbolt image, or not all of one. */
  constructor(source: ImageSource, options: ReadOptions = {}) {
    const meta = readMeta(source);
    this.pageSize = meta.pageSize;
    this.pageCount = meta.pageCount;
    this.txid = meta.txid;
    this.#source = source;
    this.#meta = meta;
    this.#maxValueBytes = options.maxValueBytes ?? DEFAULT_MAX_VALUE_BYTES;
  }

  /** Bytes of the image. */
  get byteLength(): number {
    return this.pageSize * this.pageCount;
  }

  /** The buckets in order. One iteration reads each page at most once, those of the buckets included. */
  *buckets(): Generator<BucketReader, void, void> {
    const pages = new PageSet(this.pageCount);
    const maxValueBytes = this.#maxValueBytes;
    const space: PageSpace = { source: this.#source, pageSize: this.pageSize, maxValueBytes, pages };
    if (this.#meta.freelist !== undefined) takeFreelist(space, this.#meta.freelist);
    const root = TreeWalk.ofPage(space, this.#meta.root);
    for (let leaf = root.next(); leaf !== undefined; leaf = root.next()) yield bucketOf(space, leaf);
  }

  /** The bucket of this name, or undefined. Reads the root bucket up to it. */
  bucket(name: Uint8Array): BucketReader | undefined {
    for (const bucket of this.buckets()) if (compareBytes(bucket.name, name) === 0) return bucket;
    return undefined;
  }
}

/** One bucket of an image. */
export class BucketReader {
  readonly name: Uint8Array;
  readonly sequence: number;
  #open: (() => TreeWalk) | undefined;

  /** @param open starts the walk over the bucket's pages, which can be reached once. */
  constructor(name: Uint8Array, sequence: number, open: () => TreeWalk) {
    this.name = name;
    this.sequence = sequence;
    this.#open = open;
  }

  /** The pairs in order, once: for another time take the bucket from the image again. Keys and values are views of what the source gave. */
  *pairs(): Generator<Pair, void, void> {
    assert(this.#open !== undefined, "a bucket that was taken from an image is read once");
    const walk = this.#open();
    this.#open = undefined;
    for (let leaf = walk.next(); leaf !== undefined; leaf = walk.next()) {
      if (leaf.isBucket) throw new BboltError("Unsupported", "holds a bucket inside a bucket", leaf.id);
      yield { key: leaf.key, value: leaf.value };
    }
  }
}

function bucketOf(space: PageSpace, { id, isBucket, key, value }: PageReader): BucketReader {
  if (!isBucket) throw new BboltError("Unsupported", "holds a pair outside any bucket", id);
  if (value.length < BUCKET_HEADER_BYTES) throw new BboltError("BadElement", "holds a bucket without a header", id);
  const view = viewOf(value);
  const root = getU64(view, 0);
  const sequence = getU64(view, 8);
  if (root === undefined) throw new BboltError("PageOutOfRange", "holds a bucket beyond any image", id);
  if (sequence === undefined) throw new BboltError("BadElement", "holds a bucket with an impossible sequence", id);
  if (root !== 0 && value.length !== BUCKET_HEADER_BYTES)
    throw new BboltError("BadElement", "holds a bucket with both a root and a page", id);
  const open = (): TreeWalk =>
    root === 0 ? TreeWalk.ofInline(value.subarray(BUCKET_HEADER_BYTES), id) : TreeWalk.ofPage(space, root);
  return new BucketReader(key, sequence, open);
}

/** The meta that counts, its numbers checked against what there is. */
function readMeta(source: ImageSource): Meta {
  const first = readMetaPage(readExactly(source, 0, META_PAGE_BYTES));
  const meta = chooseMeta(first, first.kind === "meta" ? metaAt(source, first.meta.pageSize) : searchMeta(source));
  const { pageSize, pageCount, root } = meta;
  if (root < FIRST_TREE_PAGE || root >= pageCount)
    throw new BboltError("BadMeta", `root page ${root} of ${pageCount} pages`);
  if (pageCount * pageSize > source.size)
    throw new BboltError("Truncated", `${pageCount} pages of ${pageSize} bytes in ${source.size} bytes`);
  return meta;
}

/** Meta page 1, where pages are this large. */
function metaAt(source: ImageSource, pageSize: number): MetaRead {
  if (pageSize + META_PAGE_BYTES > source.size)
    return { kind: "bad", code: "Truncated", problem: "there is no second meta page" };
  const read = readMetaPage(readExactly(source, pageSize, META_PAGE_BYTES));
  if (read.kind === "meta" && read.meta.pageSize !== pageSize)
    return { kind: "bad", code: "BadMeta", problem: "a meta page of another page size" };
  return read;
}

/** Meta page 1 without meta page 0, which would tell the page size: as bbolt does, try them all. */
function searchMeta(source: ImageSource): MetaRead {
  let found: MetaRead = metaAt(source, MIN_PAGE_BYTES);
  for (let size = 2 * MIN_PAGE_BYTES; size <= MAX_PAGE_BYTES && found.kind === "bad"; size *= 2)
    found = metaAt(source, size);
  return found;
}
