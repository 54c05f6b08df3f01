/**
 * What a caller of the library may get wrong, or must expect: one error class with a closed set of codes and etcd's texts.
 * Broken invariants are not here: they are assertions, and end the node.
 */
import { CodedError } from "@quorate/base";

export type RaftErrorCode =
  | "ProposalDropped"
  | "StepLocalMsg"
  | "StepPeerNotFound"
  | "Stopped"
  | "Compacted"
  | "Unavailable"
  | "SnapOutOfDate"
  | "SnapshotTemporarilyUnavailable"
  | "InvalidConfig"
  | "InvalidConfChange"
  | "InvalidMessage"
  | "CommitOutOfRange"
  | "Bootstrap"
  | "TooManyReads"
  | "QueueFull";

/** An expected failure of the library. Compare `code`. */
export class RaftError extends CodedError<{ readonly code: RaftErrorCode }> {
  override readonly name = "RaftError";

  constructor(code: RaftErrorCode, message: string, cause?: unknown) {
    super(message, { code }, cause);
  }
}

/** etcd's ErrProposalDropped: retry later, perhaps elsewhere; nothing was appended. */
export function proposalDropped(): RaftError {
  return new RaftError("ProposalDropped", "raft proposal dropped");
}

/** etcd's ErrCompacted. */
export function compacted(): RaftError {
  return new RaftError("Compacted", "requested index is unavailable due to compaction");
}

/** etcd's ErrUnavailable. */
export function unavailable(): RaftError {
  return new RaftError("Unavailable", "requested entry at index is unavailable");
}

/** A message that no correct peer sends. It is refused whole, before it changes anything. */
export function invalidMessage(problem: string): RaftError {
  return new RaftError("InvalidMessage", `raft: invalid message: ${problem}`);
}
