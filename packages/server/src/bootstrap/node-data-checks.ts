/**
 * What keeps a member from starting out of a directory, found before anything is written there. What only the log and the backend
 * themselves can tell is found when they are opened.
 */
import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { createNodeDisk, type DataDir, freeBytes, hasWal, SEGMENT_SIZE_BYTES } from "@quorate/storage";
import { StartError } from "../errors.ts";
import { findBackend } from "../node-backend-files.ts";

/** A new member begins with a segment of the log. */
const NEW_MEMBER_BYTES = SEGMENT_SIZE_BYTES;
/** One that has started before must be able to come up and delete; LMDB's lock file alone needs room, and a bus error says nothing. */
const OLD_MEMBER_BYTES = 1024 * 1024;

/** True where a log was started. @throws StartError `BadData`, `DiskFull`; StorageError. */
export async function checkDataDir(dir: DataDir): Promise<boolean> {
  refuseForeign(dir);
  const hasLog = hasWal(createNodeDisk(), dir);
  if (!hasLog && findBackend(dir) !== undefined) {
    throw new StartError(
      "BadData",
      `${dir.root} holds a backend, but there is no log in ${dir.wal}; if the log is elsewhere, say so with --wal-dir, and if it is lost, ` +
        "remove this member from the cluster, delete its data directory, and add it again",
    );
  }
  const needed = hasLog ? OLD_MEMBER_BYTES : NEW_MEMBER_BYTES;
  for (const path of new Set([dir.root, dir.wal])) await checkRoom(path, needed);
  return hasLog;
}

/** A directory of etcd's own, whose rows this release cannot read in place. */
function refuseForeign(dir: DataDir): void {
  if (existsSync(`${dir.snap}/db`)) {
    throw new StartError(
      "BadData",
      `${dir.root} holds the data of an etcd member (member/snap/db), which this release cannot open`,
    );
  }
  if (existsSync(`${dir.root}/proxy`)) {
    throw new StartError("BadData", `${dir.root} holds the data of an old etcd proxy; use another directory`);
  }
}

async function checkRoom(path: string, needed: number): Promise<void> {
  const free = await freeBytes(nearestThatExists(path));
  if (free >= needed) return;
  throw new StartError("DiskFull", `no space left for ${path}: ${free} bytes are free, a start needs ${needed}`);
}

function nearestThatExists(path: string): string {
  let at = resolve(path);
  while (!existsSync(at) && at !== dirname(at)) at = dirname(at);
  return at;
}
