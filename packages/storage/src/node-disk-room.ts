/** How much a disk can still take. */
import { statfsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { messageOf } from "@quorate/base";
import { hasRoomFor } from "./disk-room.ts";
import { StorageError } from "./errors.ts";

/** Bytes that this process may still write to the file system of `dir`; what is kept for root does not count. @throws StorageError */
export async function freeBytes(dir: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(dir);
    return bavail * bsize;
  } catch (cause) {
    throw new StorageError(
      "IoFailed",
      `${dir}: asking for free space failed: ${messageOf(cause)}`,
      { path: dir },
      cause,
    );
  }
}

/** For a thread that may block, before it makes a file of this size. @throws StorageError `NoSpace` */
export function checkRoomFor(fileBytes: number, dir: string): void {
  const { bavail, bsize } = statfsSync(dir);
  if (hasRoomFor(fileBytes, bavail * bsize)) return;
  throw new StorageError(
    "NoSpace",
    `${dir} has no room for a file of ${fileBytes} bytes: ${bavail * bsize} are free, and some must stay so`,
    { path: dir },
  );
}
