/**
 * The layout of a data directory, as etcd has it, and what makes a directory unusable. Nothing is written before that is known.
 *
 *   DIR/member/wal/*.wal      the log
 *   DIR/member/snap/*.snap    snapshots
 */
import { type Disk, hasCode, messageOf } from "@quorate/base";
import { StorageError } from "./errors.ts";

export type DataDir = { readonly root: string; readonly wal: string; readonly snap: string };

export function dataDir(root: string): DataDir {
  const trimmed = root.length > 1 && root.endsWith("/") ? root.slice(0, -1) : root;
  return { root: trimmed, wal: `${trimmed}/member/wal`, snap: `${trimmed}/member/snap` };
}

/** True if a log was started in this directory. */
export function hasWal(disk: Disk, dir: DataDir): boolean {
  return disk.exists(dir.wal) && disk.list(dir.wal).some((name) => name.endsWith(".wal"));
}

/**
 * Creates the directories where they are missing, names synced.
 * @throws StorageError `BadDataDir` for a directory that holds something else, or cannot be read or written.
 */
export function prepareDataDir(disk: Disk, dir: DataDir): void {
  try {
    const found = disk.exists(dir.root) ? disk.list(dir.root) : [];
    if (found.length > 0 && !found.includes("member")) {
      throw badDataDir(dir, `it holds ${found.slice(0, 3).join(", ")}, which is not the data of a member`);
    }
    const unnamed = missingFrom(disk, dir.root);
    disk.makeDir(dir.wal);
    disk.makeDir(dir.snap);
    // Even where they are there already: an earlier run may have been killed before it synced them.
    disk.syncDir(`${dir.root}/member`);
    disk.syncDir(dir.root);
    for (const made of unnamed) disk.syncDir(parentOf(made));
  } catch (error) {
    if (hasCode(error, "BadDataDir")) throw error;
    throw badDataDir(dir, messageOf(error), error);
  }
}

/** `path` and the directories above it that are not there, from the inside out. */
function missingFrom(disk: Disk, path: string): string[] {
  const missing: string[] = [];
  for (let at = path; !disk.exists(at) && at !== parentOf(at); at = parentOf(at)) missing.push(at);
  return missing;
}

/** The directory that holds the name of `path`. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "." : slash === 0 ? "/" : path.slice(0, slash);
}

function badDataDir(dir: DataDir, problem: string, cause?: unknown): StorageError {
  return new StorageError(
    "BadDataDir",
    `${dir.root} cannot be used as a data directory: ${problem}`,
    { path: dir.root },
    cause,
  );
}
