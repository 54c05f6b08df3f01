/**
 * The form in which etcd saves a snapshot: the image, and its SHA-256 behind it. The hash is a port, so that this stays pure.
 *
 *     | image: pageSize * pageCount bytes | SHA-256 of the image: 32 bytes |
 */
import { assert, equalBytes } from "@quorate/base";
import { BboltError } from "./errors.ts";
import { BboltImage, type ReadOptions } from "./reader.ts";
import { type ImageSource, readExactly } from "./source.ts";

/** SHA-256 in the making. */
export interface Sha256 {
  update(bytes: Uint8Array): void;
  /** The 32 bytes. Called once, at the end. */
  digest(): Uint8Array;
}

export const DIGEST_BYTES = 32;
/** Pages are a multiple of this: what is left of a file's size tells whether a digest follows. etcd's rule. */
const SECTOR_BYTES = 512;
/** Read at once while the digest is checked. */
const BLOCK_BYTES = 65_536;

/** The chunks of an image, and the digest behind them. */
export function* withDigest(chunks: Iterable<Uint8Array>, hash: Sha256): Generator<Uint8Array, void, void> {
  for (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
  yield digestOf(hash);
}

/** True if a file of this size ends in a digest. */
export function hasDigest(size: number): boolean {
  return size % SECTOR_BYTES === DIGEST_BYTES;
}

/** The image of a file without its digest, for who has checked that already. @throws BboltError `NoDigest`. */
export function withoutDigest(file: ImageSource): ImageSource {
  if (!hasDigest(file.size)) throw new BboltError("NoDigest", `no SHA-256 at the end of ${file.size} bytes`);
  return { size: file.size - DIGEST_BYTES, read: (offset, length) => file.read(offset, length) };
}

/** Opens a saved snapshot, checking every byte first. @throws BboltError `NoDigest`, `BadDigest`, and what opening an image throws. */
export function openSnapshot(file: ImageSource, hash: Sha256, options: ReadOptions = {}): BboltImage {
  const image = withoutDigest(file);
  for (let at = 0; at < image.size; at += BLOCK_BYTES)
    hash.update(readExactly(image, at, Math.min(BLOCK_BYTES, image.size - at)));
  if (!equalBytes(digestOf(hash), readExactly(file, image.size, DIGEST_BYTES)))
    throw new BboltError("BadDigest", "the SHA-256 at its end does not match");
  return new BboltImage(image, options);
}

function digestOf(hash: Sha256): Uint8Array {
  const digest = hash.digest();
  assert(digest.length === DIGEST_BYTES, "a SHA-256 has 32 bytes");
  return digest;
}
