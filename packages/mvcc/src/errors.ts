/** What a caller of mvcc may ask for in vain: one error class with a closed set of codes, and etcd's texts. */
import { CodedError } from "@quorate/base";

export type MvccErrorCode =
  /** The revision is older than the last compaction. */
  | "Compacted"
  /** The revision has not happened yet. */
  | "FutureRev"
  /** `ignore_value` or `ignore_lease` on a key that is not there. */
  | "KeyNotFound"
  /** The rows of the backend contradict each other: this member must be replaced. */
  | "Corrupt";

/** An expected failure. Compare `code`; nothing has changed when it is thrown. */
export class MvccError extends CodedError<{ readonly code: MvccErrorCode }> {
  override readonly name = "MvccError";

  constructor(code: MvccErrorCode, message: string, cause?: unknown) {
    super(message, { code }, cause);
  }
}

/** etcd's ErrCompacted. */
export function compacted(): MvccError {
  return new MvccError("Compacted", "mvcc: required revision has been compacted");
}

/** etcd's ErrFutureRev. */
export function futureRev(): MvccError {
  return new MvccError("FutureRev", "mvcc: required revision is a future revision");
}

/** etcd's ErrKeyNotFound. */
export function keyNotFound(): MvccError {
  return new MvccError("KeyNotFound", "etcdserver: key not found");
}
