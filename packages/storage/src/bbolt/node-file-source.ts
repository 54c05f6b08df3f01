/** An image in a file, read without holding it. For a thread that may block. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { ImageSource } from "./source.ts";

/** Read at once where reads follow one another, as those of an image that was written in one go do. */
const READ_AHEAD_BYTES = 256 * 1024;

export type FileSource = ImageSource & { readonly close: () => void };

/** Opens a file for reading. Throws what the system says. */
export function openFileSource(path: string): FileSource {
  const fd = openSync(path, "r");
  const { size } = fstatSync(fd);
  let block = new Uint8Array(0);
  let blockAt = 0;
  let expected = -1;
  const read = (offset: number, length: number): Uint8Array => {
    const isNext = offset === expected;
    expected = offset + length;
    if (offset < blockAt || offset + length > blockAt + block.length) {
      // Pages that were given out stay as they are: each block has memory of its own.
      block = readAt(fd, offset, isNext ? Math.min(Math.max(length, READ_AHEAD_BYTES), size - offset) : length);
      blockAt = offset;
    }
    return block.subarray(offset - blockAt, offset - blockAt + length);
  };
  return { size, read, close: () => closeSync(fd) };
}

/** As many of these bytes as there are. */
function readAt(fd: number, offset: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const count = readSync(fd, bytes, done, length - done, offset + done);
    if (count === 0) break;
    done += count;
  }
  return bytes.subarray(0, done);
}
