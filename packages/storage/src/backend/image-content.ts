/**
 * A backend's content as the passes over it want it: the plan of its bbolt image, its rows for the image, and its hash. Each is a
 * generator that pauses where its driver may do other things; the view that it reads must stay the same until its end. Every bucket is
 * there, empty ones too, in the order of the names, as etcd makes them.
 */
import { type BackendReader, BUCKETS, type BucketName, bytesFromLatin1, crc32c, EMPTY_BYTES } from "@quorate/base";
import { type ImagePlan, ImagePlanner } from "../bbolt/plan.ts";
import type { BucketPairs, Pair } from "../bbolt/writer.ts";

/** Rows fetched at a time, and their bytes: about 0.3 ms, and what is held besides the image. */
const FETCH_ROWS = 128;
const FETCH_BYTES = 256 * 1024;

/** First pass: what the image of this content looks like. Pauses after each fetch. */
export function* planContent(reader: BackendReader): Generator<void, ImagePlan, void> {
  const planner = new ImagePlanner();
  for (const bucket of BUCKETS) {
    planner.startBucket(bucket.length);
    for (const rows of fetches(reader, bucket)) {
      for (const { key, value } of rows) planner.add(key.length, value.length);
      yield;
    }
  }
  return planner.finish();
}

/** Second pass: the rows, for `encodeImage`, which pauses after each chunk. */
export function* contentOf(reader: BackendReader): Generator<BucketPairs, void, void> {
  for (const bucket of BUCKETS) yield { name: bytesFromLatin1(bucket), pairs: rowsOf(reader, bucket) };
}

/** True for a row that a hash leaves out. */
export type HashIgnores = (bucket: BucketName, key: Uint8Array) => boolean;

/** Rows of bucket `meta` that may differ between members whose content is the same. etcd's list. */
const PRIVATE_META: ReadonlySet<string> = new Set(["consistent_index", "term", "storageVersion"]);

/** What etcd's Maintenance.Hash leaves out. */
export function ignorePrivateMeta(bucket: BucketName, key: Uint8Array): boolean {
  return bucket === "meta" && PRIVATE_META.has(String.fromCharCode(...key.subarray(0, 32)));
}

/** CRC-32C over each bucket's name and its keys and values: etcd's Maintenance.Hash. Pauses after each fetch. */
export function* hashContent(
  reader: BackendReader,
  ignores: HashIgnores = ignorePrivateMeta,
): Generator<void, number, void> {
  let sum = 0;
  for (const bucket of BUCKETS) {
    sum = crc32c(bytesFromLatin1(bucket), sum);
    for (const rows of fetches(reader, bucket)) {
      for (const { key, value } of rows) if (!ignores(bucket, key)) sum = crc32c(value, crc32c(key, sum));
      yield;
    }
  }
  return sum;
}

function* rowsOf(reader: BackendReader, bucket: BucketName): Generator<Pair, void, void> {
  for (const rows of fetches(reader, bucket)) yield* rows;
}

/** The rows of a bucket, some at a time: a reader calls back, and its cursor ends with the call. */
export function* fetches(reader: BackendReader, bucket: BucketName): Generator<readonly Pair[], void, void> {
  let from: Uint8Array = EMPTY_BYTES;
  for (;;) {
    const rows: Pair[] = [];
    let bytes = 0;
    reader.range(bucket, from, undefined, (key, value) => {
      rows.push({ key, value });
      bytes += value.length;
      return rows.length < FETCH_ROWS && bytes < FETCH_BYTES;
    });
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    from = successor(last.key);
  }
}

/** The first key behind `key`. */
function successor(key: Uint8Array): Uint8Array {
  const next = new Uint8Array(key.length + 1);
  next.set(key);
  return next;
}
