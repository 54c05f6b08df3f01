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

/**
 * etcd's buckets, in the order in which files and whole-backend hashes hold them. A bucket is an ordered map from byte strings to
 * byte strings; what the rows of each mean is etcd's schema.
 */
export const BUCKETS = [
  "alarm",
  "auth",
  "authRoles",
  "authUsers",
  "cluster",
  "key",
  "lease",
  "members",
  "members_removed",
  "meta",
] as const;

export type BucketName = (typeof BUCKETS)[number];

/** A place in raft's log: everything up to it is applied. */
export type AppliedPosition = { readonly index: number; readonly term: number };

/** Reads of rows. The arrays that come out stay as they are for as long as the caller holds them, and are never written to. */
export interface BackendReader {
  /** The value at `key`, or undefined. Throws where the row is damaged: a wrong value is never given out. */
  get(bucket: BucketName, key: Uint8Array): Uint8Array | undefined;
  /**
   * Calls `visit` for each row with from <= key < to, in byte order, until it returns false. No row may be changed meanwhile.
   * @param to undefined for no upper end.
   */
  range(
    bucket: BucketName,
    from: Uint8Array,
    to: Uint8Array | undefined,
    visit: (key: Uint8Array, value: Uint8Array) => boolean,
  ): void;
}

/** What one finished commit holds, unchanged by whatever comes after it. For streaming out; close it. */
export interface BackendSnapshot extends BackendReader {
  readonly applied: AppliedPosition;
  close(): void;
}

/**
 * The state machine's rows, as the cores see them: reads see every change at once, and changes are only buffered. Nothing
 * waits, nothing is durable before the host has committed, and the log can bring back what was lost.
 */
export interface Backend extends BackendReader {
  /** Buffers a copy of a row: the caller may write to both arrays again. */
  put(bucket: BucketName, key: Uint8Array, value: Uint8Array): void;
  /** Buffers the removal of a row, which need not exist. It keeps no array of the caller's. */
  delete(bucket: BucketName, key: Uint8Array): void;
}

/** The same backend for its host, which decides when the buffer is written. */
export interface HostBackend extends Backend {
  /** Changes that no commit holds yet; the host starts a commit when they are many (etcd: 10,000) or old (etcd: 100 ms). */
  readonly bufferedChanges: number;
  /** What the last finished commit says. */
  readonly committed: AppliedPosition;
  /**
   * Seals the buffer and writes it in one transaction with `applied`, the last entry whose changes are in it. Reads go on
   * seeing everything. False where the commit before is still under way: then nothing was done. A commit that fails
   * is never tried again: the process ends, and the log rebuilds.
   */
  startCommit(applied: AppliedPosition): boolean;
  /** The rows of the last finished commit. */
  snapshot(): BackendSnapshot;
}
