/**
 * The interfaces through which pure code meets the world. Only interfaces live here: adapters implement them over Node,
 * the simulator and the tests implement them in memory, and the same core runs on all of them.
 */

/** Where log lines go. A line is one finished sentence; levels are etcd's. */
export interface Logger {
  debug(line: string): void;
  info(line: string): void;
  warn(line: string): void;
  error(line: string): void;
}

/** A logger that says nothing. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/** A source of random whole numbers; deterministic in tests and in the simulator. */
export interface Random {
  /** A whole number in [0, bound). */
  below(bound: number): number;
}

/** Time that never goes back. Never used for decisions inside the cores, which count ticks. */
export interface Clock {
  /** Milliseconds since an arbitrary start, with a fraction. */
  monotonicMs(): number;
  /** Milliseconds since 1970, for people and for headers only. */
  wallMs(): number;
}

/** What a trace point reports; every field but the name is optional so that a point costs one small record. */
export type TraceFields = {
  readonly term?: number;
  readonly index?: number;
  readonly to?: bigint;
  readonly note?: string;
};

/**
 * Observation points along the path of a write (docs/walkthrough.md). Callers ask `active` first, so that a point costs one
 * property read when nobody listens.
 */
export interface TracePoints {
  readonly active: boolean;
  /** Reports that the step called `name` happened on member `member`. */
  emit(name: string, member: bigint, fields: TraceFields): void;
}

/** Trace points that nobody listens to. */
export const silentTrace: TracePoints = { active: false, emit() {} };

/** How `Disk.open` treats the file: it must exist (`read`, `readwrite`) or must not (`create`). */
export type OpenMode = "read" | "readwrite" | "create";

/**
 * One open file. All calls are synchronous: storage code runs on a thread of its own, and in the simulator. A call that
 * fails throws; the owner must then treat the file as poisoned, because after a failed sync the kernel may have dropped the
 * unsynced pages (reliability of fsync: never retry).
 */
export interface DiskFile {
  readonly path: string;
  /** Reads into `target` from `position`; the count of bytes read, 0 at the end of the file. May be short only at the end. */
  read(target: Uint8Array, position: number): number;
  /** Writes all of `bytes` at `position`, or throws. */
  write(bytes: Uint8Array, position: number): void;
  /** Length in bytes. */
  size(): number;
  /** Cuts or extends (with zeros) the file to `size` bytes. */
  truncate(size: number): void;
  /** Makes data and the metadata needed to read it durable (fdatasync). */
  datasync(): void;
  /** Makes data and all metadata durable (fsync). */
  sync(): void;
  close(): void;
}

/**
 * Files and directories. Paths use "/" and are joined by the caller. A created, renamed or removed name is durable only
 * after `syncDir` of its directory. Missing files throw a `CodedError` with code `NotFound`, taken names `Exists`; other failures
 * carry code `IoFailed`.
 */
export interface Disk {
  open(path: string, mode: OpenMode): DiskFile;
  exists(path: string): boolean;
  /** Names (not paths) in a directory, sorted. */
  list(dir: string): string[];
  /** Creates a directory, and its parents when missing, with mode 0700. */
  makeDir(dir: string): void;
  rename(from: string, to: string): void;
  remove(path: string): void;
  /** Makes the names in a directory durable. */
  syncDir(dir: string): void;
}
