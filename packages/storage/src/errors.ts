/** What can be wrong with a data directory or a disk, as one error class with a closed set of codes. */
import { CodedError } from "@quorate/base";

export type StorageErrorCode =
  /** Bytes on disk are not what was written: this member must be replaced. */
  | "Corrupt"
  /** The log does not hold the snapshot it was to be opened at. */
  | "SnapshotNotFound"
  /** No snapshot file is usable. */
  | "NoSnapshot"
  /** A write or sync failed earlier: nothing that follows can be trusted. The process must end. */
  | "Poisoned"
  | "NotFound"
  | "Exists"
  | "Locked"
  | "IoFailed"
  /** The backend holds as much as it may. */
  | "NoSpace"
  /** A snapshot was given up, because it kept more of the file alive than there is room for, or there are too many. */
  | "SnapshotExpired"
  /** The same work is under way already. */
  | "Busy"
  /** What was begun was given up: it was closed, or could not keep up. Nothing has changed. */
  | "Aborted"
  /** The directory holds something else, or cannot be used. */
  | "BadDataDir";

/** A failure of storage. Its message is a sentence for an operator. */
export class StorageError extends CodedError<{
  readonly code: StorageErrorCode;
  readonly path: string;
  readonly offset?: number;
}> {
  override readonly name = "StorageError";

  constructor(
    code: StorageErrorCode,
    message: string,
    where: { readonly path: string; readonly offset?: number },
    cause?: unknown,
  ) {
    super(message, { code, ...where }, cause);
  }
}

/** What to do about a log that cannot be trusted, in one clause. */
const REPLACE_MEMBER =
  "restore this member from a healthy cluster: remove it, delete its data directory, and add it again under a new id";

/** Damage that must not be repaired by guessing. */
export function corrupt(path: string, offset: number, problem: string): StorageError {
  return new StorageError("Corrupt", `${path} is damaged at offset ${offset}: ${problem}; ${REPLACE_MEMBER}`, {
    path,
    offset,
  });
}
