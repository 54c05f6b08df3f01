/**
 * Second pass of writing an image: content in, chunks of whole pages out, from the first byte to the last. Holds one page per level of two
 * trees (the bucket's and the root's) and one chunk, however large the image. The same content and page size give the same bytes.
 *
 *     | meta 0 | meta 1 | pages of bucket 1 | pages of bucket 2 | ... pages of the root bucket, its leaves wherever they got full |
 */
import { assert } from "@quorate/base";
import { Chunks } from "./chunks.ts";
import { BUCKET_HEADER_BYTES, putU64, viewOf } from "./format.ts";
import { PageIds, TreeLayout } from "./layout.ts";
import { putMetaPage } from "./meta.ts";
import { assertKeySize, assertValueSize, type ImagePlan } from "./plan.ts";
import { Stage } from "./stage.ts";

/** A key and its value. Copied before the next one is asked for. */
export type Pair = { readonly key: Uint8Array; readonly value: Uint8Array };

/** A bucket to write: pairs in the order of their keys. */
export type BucketPairs = {
  readonly name: Uint8Array;
  /** bbolt's counter for NextSequence, which etcd leaves at 0. */
  readonly sequence?: number;
  readonly pairs: Iterable<Pair>;
};

/** Txid of meta page 0. Even, as bbolt writes even ones to page 0; page 1 says one less, so that the next transaction overwrites that. */
const TXID = 2;

/**
 * The image of these buckets, which come in the order of their names. Each chunk is a multiple of the page size and belongs to the caller.
 * Content other than what was planned, or out of order, is a bug of the caller and stops with an InvariantViolation.
 */
export function* encodeImage(plan: ImagePlan, buckets: Iterable<BucketPairs>): Generator<Uint8Array, void, void> {
  const out: Output = { chunks: new Chunks(), ids: new PageIds(plan.pageSize), plan };
  putMetas(out);
  const root = new TreeWriter(out, "buckets");
  for (const { name, sequence, pairs } of buckets) {
    assertKeySize(name.length);
    const bucket = new TreeWriter(out, "pairs");
    for (const pair of pairs) {
      assertKeySize(pair.key.length);
      assertValueSize(pair.value.length);
      bucket.add(pair.key, pair.value);
      if (out.chunks.hasFull) yield* out.chunks.take();
    }
    root.add(name, bucketValue(bucket, sequence ?? 0));
    if (out.chunks.hasFull) yield* out.chunks.take();
  }
  const rootPage = root.finish();
  assert(rootPage === plan.root, "the root page is where the plan has it");
  assert(out.ids.count === plan.pageCount, "the image has the pages of its plan");
  out.chunks.flush();
  yield* out.chunks.take();
}

/** What the trees of an image share. */
type Output = { readonly chunks: Chunks; readonly ids: PageIds; readonly plan: ImagePlan };

function putMetas({ chunks, plan }: Output): void {
  const { pageSize, root, pageCount } = plan;
  for (const page of [0, 1]) {
    const at = chunks.reserve(pageSize);
    putMetaPage(chunks.bytes, at, page, { pageSize, root, freelist: undefined, pageCount, txid: TXID - page });
  }
}

/** The value of a bucket: its root page and sequence, and the page itself where it is small. */
function bucketValue(bucket: TreeWriter, sequence: number): Uint8Array {
  const inline = bucket.takeInline();
  const value = new Uint8Array(BUCKET_HEADER_BYTES + (inline?.length ?? 0));
  const view = viewOf(value);
  if (inline !== undefined) value.set(inline, BUCKET_HEADER_BYTES);
  else putU64(view, 0, bucket.finish());
  putU64(view, 8, sequence);
  return value;
}

/** One tree, written as its layout decides. */
class TreeWriter {
  readonly #out: Output;
  readonly #layout: TreeLayout;
  /** What waits per level; leaves first. */
  readonly #stages: Stage[];

  constructor(out: Output, kind: "pairs" | "buckets") {
    this.#out = out;
    this.#layout = new TreeLayout(out.ids, (level, id, count, bytes) => this.#writePage(level, id, count, bytes));
    this.#stages = [Stage.leaf(kind, out.ids.pageSize)];
  }

  add(key: Uint8Array, value: Uint8Array): void {
    this.#stages[0]!.addPair(key, value);
    this.#layout.add(key.length, value.length);
  }

  /** The page of a bucket that is small enough to lie in its value. Its id is 0. Nothing may follow. */
  takeInline(): Uint8Array | undefined {
    const length = this.#layout.inlineBytes();
    if (length === undefined) return undefined;
    const bytes = new Uint8Array(length);
    const leaves = this.#stages[0]!;
    leaves.writePage(bytes, viewOf(bytes), { at: 0, id: 0, count: leaves.count, overflow: 0 });
    return bytes;
  }

  /** Writes what waits. Returns the root page. */
  finish(): number {
    return this.#layout.finish();
  }

  #writePage(level: number, id: number, count: number, bytes: number): void {
    const { chunks, plan } = this.#out;
    const pages = Math.ceil(bytes / plan.pageSize);
    assert(id + pages <= plan.pageCount, "the image has no more pages than its plan");
    const stage = this.#stages[level]!;
    this.#stages[level + 1] ??= Stage.branch(plan.pageSize);
    if (count > 0) this.#stages[level + 1]!.addChild(stage.firstKey(), id);
    const at = chunks.reserve(pages * plan.pageSize);
    stage.writePage(chunks.bytes, chunks.view, { at, id, count, overflow: pages - 1 });
  }
}
