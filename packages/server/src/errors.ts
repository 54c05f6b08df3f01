/** Why a server does not start, or ends: one error class whose message is a sentence for the person at the command line. */
import { CodedError } from "@quorate/base";

export type StartErrorCode =
  /** The flags do not describe a cluster that this member is part of. */
  | "BadCluster"
  /** The other members could not be asked, or their answers do not fit. */
  | "JoinFailed"
  /** The data directory holds something else, or not enough. */
  | "BadData"
  | "ListenFailed"
  /** A certificate or key cannot be used. */
  | "BadTls"
  /** The cluster speaks a version that this member does not. */
  | "Incompatible"
  | "DiskFull"
  /** This member was removed from the cluster before. */
  | "Removed";

export class StartError extends CodedError<{ readonly code: StartErrorCode }> {
  override readonly name = "StartError";

  constructor(code: StartErrorCode, message: string, cause?: unknown) {
    super(message, { code }, cause);
  }
}
