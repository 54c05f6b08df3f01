/** What may go wrong between peers, as one error class with a closed set of codes. */
import { CodedError } from "@quorate/base";

export type RafthttpErrorCode =
  /** A length beyond the limit: refused before anything is allocated. */
  | "FrameTooLarge"
  | "BadFrameType"
  | "Malformed"
  /** A peer's answer ended the attempt. */
  | "Refused"
  | "Unreachable"
  /** This member is not part of the cluster any more: it must stop. */
  | "MemberRemoved"
  | "Stopped";

/** A failure of the peer transport. */
export class RafthttpError extends CodedError<{ readonly code: RafthttpErrorCode }> {
  override readonly name = "RafthttpError";

  constructor(code: RafthttpErrorCode, message: string, cause?: unknown) {
    super(`rafthttp: ${message}`, { code }, cause);
  }
}
