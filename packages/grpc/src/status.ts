/** How a gRPC call ended: the codes, their names, and what HTTP and HTTP/2 say in their place when there is no grpc-status. */
import { ErrorCode } from "./http2/frame.ts";

export const StatusCode = {
  OK: 0,
  Canceled: 1,
  Unknown: 2,
  InvalidArgument: 3,
  DeadlineExceeded: 4,
  NotFound: 5,
  AlreadyExists: 6,
  PermissionDenied: 7,
  ResourceExhausted: 8,
  FailedPrecondition: 9,
  Aborted: 10,
  OutOfRange: 11,
  Unimplemented: 12,
  Internal: 13,
  Unavailable: 14,
  DataLoss: 15,
  Unauthenticated: 16,
} as const;
export type StatusCode = (typeof StatusCode)[keyof typeof StatusCode];

const LARGEST_CODE = StatusCode.Unauthenticated;

/** The end of a call: `message` is for people, empty when all went well. */
export type Status = { readonly code: StatusCode; readonly message: string };

export const OK: Status = { code: StatusCode.OK, message: "" };

/** The code in a grpc-status field; what is not one counts as Unknown. */
export function parseStatusCode(text: string): StatusCode {
  const code = /^\d{1,2}$/.test(text) ? Number(text) : StatusCode.Unknown;
  return (code <= LARGEST_CODE ? code : StatusCode.Unknown) as StatusCode;
}

/** What an HTTP status means where a server, or something on the way, did not answer as gRPC. */
export function codeOfHttpStatus(httpStatus: string): StatusCode {
  switch (httpStatus) {
    case "400":
    case "431":
      return StatusCode.Internal;
    case "401":
      return StatusCode.Unauthenticated;
    case "403":
      return StatusCode.PermissionDenied;
    case "404":
      return StatusCode.Unimplemented;
    case "429":
    case "502":
    case "503":
    case "504":
      return StatusCode.Unavailable;
    default:
      return StatusCode.Unknown;
  }
}

/** What the code of a RST_STREAM means for the call. */
export function codeOfReset(code: ErrorCode): StatusCode {
  switch (code) {
    case ErrorCode.RefusedStream:
      return StatusCode.Unavailable;
    case ErrorCode.Cancel:
      return StatusCode.Canceled;
    case ErrorCode.EnhanceYourCalm:
      return StatusCode.ResourceExhausted;
    case ErrorCode.InadequateSecurity:
      return StatusCode.PermissionDenied;
    default:
      return StatusCode.Internal;
  }
}
