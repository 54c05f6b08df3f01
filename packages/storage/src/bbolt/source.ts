/** The port through which an image is read: random access, so that no one needs to hold the whole of it. */
import { BboltError } from "./errors.ts";

/** A file, or part of one, of known size. */
export interface ImageSource {
  readonly size: number;
  /** `length` bytes from `offset` on; the range is within `size`. The bytes must not change afterwards. */
  read(offset: number, length: number): Uint8Array;
}

/** An image in memory. What is read shares its memory. */
export function bytesSource(bytes: Uint8Array): ImageSource {
  return { size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
}

/** Reads exactly these bytes. @throws BboltError `Truncated` where the source does not have them. */
export function readExactly(source: ImageSource, offset: number, length: number): Uint8Array {
  if (offset + length > source.size)
    throw new BboltError("Truncated", `the image ends at ${source.size}, before ${offset} + ${length}`);
  const bytes = source.read(offset, length);
  if (bytes.length !== length)
    throw new BboltError("Truncated", `${bytes.length} bytes where ${length} were asked for, at ${offset}`);
  return bytes;
}
