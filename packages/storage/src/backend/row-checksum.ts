/**
 * The checksum behind every stored value. LMDB has none: a flipped bit comes back as a wrong value. The sum covers bucket, key and
 * value, so that a sound value under the wrong key is found too. What it cannot find is a row that has vanished.
 *
 *     stored = value | CRC-32C, little-endian (4 bytes)
 */
import { BUCKETS, type BucketName, crc32c } from "@quorate/base";

export const CHECKSUM_BYTES = 4;

/** Position of each bucket in BUCKETS; part of the stored format. */
export const BUCKET_NUMBER: Readonly<Record<BucketName, number>> = Object.fromEntries(
  BUCKETS.map((name, number) => [name, number]),
) as Record<BucketName, number>;

/** Sum over a row whose value is `bytes[start, end)`. Bucket and key length seed it, so that no byte can move between key and value. */
export function rowChecksum(bucket: number, key: Uint8Array, bytes: Uint8Array, start: number, end: number): number {
  return crc32c(bytes, crc32c(key, ((bucket << 16) | key.length) >>> 0), start, end);
}

export function writeChecksum(target: Uint8Array, at: number, sum: number): void {
  target[at] = sum;
  target[at + 1] = sum >>> 8;
  target[at + 2] = sum >>> 16;
  target[at + 3] = sum >>> 24;
}

/** True where `stored`, of `length` bytes, ends with the sum of what stands before it. */
export function isIntact(bucket: number, key: Uint8Array, stored: Uint8Array, length: number): boolean {
  const end = length - CHECKSUM_BYTES;
  if (end < 0) return false;
  const sum = stored[end]! | (stored[end + 1]! << 8) | (stored[end + 2]! << 16) | (stored[end + 3]! << 24);
  return rowChecksum(bucket, key, stored, 0, end) === sum >>> 0;
}
