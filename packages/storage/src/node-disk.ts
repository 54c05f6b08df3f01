/** The Disk port over Node's synchronous file calls. For a thread that may block. */
import * as fs from "node:fs";
import type { Disk, DiskFile, OpenMode } from "@quorate/base";
import { StorageError, type StorageErrorCode } from "./errors.ts";

const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;
const FLAGS: Readonly<Record<OpenMode, string>> = { read: "r", readwrite: "r+", create: "wx+" };
const CODES: Readonly<Record<string, StorageErrorCode>> = { ENOENT: "NotFound", EEXIST: "Exists" };

/** The file system. Failures are StorageErrors: `NotFound`, `Exists`, otherwise `IoFailed`. */
export function createNodeDisk(): Disk {
  return {
    open: (path, mode) => attempt(path, () => openFile(path, fs.openSync(path, FLAGS[mode], FILE_MODE))),
    exists: (path) => fs.existsSync(path),
    list: (dir) => attempt(dir, () => fs.readdirSync(dir).sort()),
    makeDir: (dir) => attempt(dir, () => void fs.mkdirSync(dir, { recursive: true, mode: DIRECTORY_MODE })),
    rename: (from, to) => attempt(from, () => fs.renameSync(from, to)),
    remove: (path) => attempt(path, () => fs.unlinkSync(path)),
    syncDir: (dir) => attempt(dir, () => syncDirectory(dir)),
  };
}

function openFile(path: string, fd: number): DiskFile {
  return {
    path,
    read: (target, position) => attempt(path, () => readFully(fd, target, position)),
    write: (bytes, position) => attempt(path, () => writeFully(fd, bytes, position)),
    size: () => attempt(path, () => fs.fstatSync(fd).size),
    truncate: (size) => attempt(path, () => fs.ftruncateSync(fd, size)),
    datasync: () => attempt(path, () => fs.fdatasyncSync(fd)),
    sync: () => attempt(path, () => fs.fsyncSync(fd)),
    close: () => attempt(path, () => fs.closeSync(fd)),
  };
}

function readFully(fd: number, target: Uint8Array, position: number): number {
  let done = 0;
  while (done < target.length) {
    const count = fs.readSync(fd, target, done, target.length - done, position + done);
    if (count === 0) break;
    done += count;
  }
  return done;
}

/** A write may be short; what follows then says why, or finishes it. */
function writeFully(fd: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += fs.writeSync(fd, bytes, done, bytes.length - done, position + done);
  }
}

function syncDirectory(dir: string): void {
  const fd = fs.openSync(dir, "r");
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

function attempt<T>(path: string, operation: () => T): T {
  try {
    return operation();
  } catch (cause) {
    const { code, syscall } = cause as NodeJS.ErrnoException;
    const kind = CODES[code ?? ""] ?? "IoFailed";
    throw new StorageError(
      kind,
      `${path}: ${syscall ?? "file operation"} failed with ${code ?? String(cause)}`,
      { path },
      cause,
    );
  }
}
