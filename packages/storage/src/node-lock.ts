/**
 * The exclusive hold on a data directory. Node has no flock, so the hold is a socket name in Linux's abstract namespace made from the
 * directory's identity: bound by one process at most, and gone with it, however it ends. Go's etcd locks its WAL files instead;
 * it does not see our hold, but we see its locks in /proc/locks.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join, resolve } from "node:path";
import { StorageError } from "./errors.ts";

/** A hold that was taken. */
export type DataDirLock = { readonly release: () => Promise<void> };

/** Takes the hold. @throws StorageError `Locked` when another process, or a Go etcd, uses the directory. */
export async function lockDataDir(root: string): Promise<DataDirLock> {
  makeDurably(root);
  const { dev, ino } = statSync(root);
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(error.code === "EADDRINUSE" ? inUse(root) : error));
    server.listen({ path: `\0quorate-data-${dev}-${ino}`, exclusive: true }, resolve);
  });
  server.unref();
  const release = (): Promise<void> => new Promise((done) => server.close(() => done()));
  if (isLockedByKernel(join(root, "member/wal"))) {
    await release();
    throw inUse(root);
  }
  return { release };
}

/** Makes the directory where it is missing, and its name durable. */
function makeDurably(root: string): void {
  const first = mkdirSync(root, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  const top = dirname(first);
  for (let at = dirname(resolve(root)); ; at = dirname(at)) {
    const fd = openSync(at, "r");
    fsyncSync(fd);
    closeSync(fd);
    if (at === top || at === dirname(at)) return;
  }
}

/** True if a file of `dir` is in the kernel's table of file locks: a running etcd has it open. */
function isLockedByKernel(dir: string): boolean {
  let table: string;
  let names: string[];
  try {
    table = readFileSync("/proc/locks", "utf8");
    names = readdirSync(dir);
  } catch {
    // No such table on this system, or no log yet: nothing to find.
    return false;
  }
  const inodes = new Set(table.match(/[0-9a-f]+:[0-9a-f]+:\d+/g)?.map((entry) => entry.split(":")[2]));
  return names.some((name) => name.endsWith(".wal") && inodes.has(String(statSync(join(dir, name)).ino)));
}

function inUse(root: string): StorageError {
  return new StorageError("Locked", `${root} is in use by another process`, { path: root });
}
