/** The peer broke a rule that the connection cannot outlive. Thrown inside the connection only, which turns it into a GOAWAY. */
import type { ErrorCode } from "./frame.ts";

export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
  /** Code of the GOAWAY. */
  readonly http2Code: ErrorCode;

  constructor(http2Code: ErrorCode, message: string) {
    super(message);
    this.http2Code = http2Code;
  }
}
