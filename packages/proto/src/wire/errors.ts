/** What may be wrong with encoded bytes. Decoders throw nothing else, whatever they are fed. */
import { CodedError } from "@quorate/base";

export type ProtoErrorCode =
  | "Truncated"
  | "Overlong"
  | "UnsafeInteger"
  | "WrongWireType"
  | "BadTag"
  | "TooDeep"
  | "BadUtf8"
  | "TooLarge";

/** Bytes that are no valid message. */
export class ProtoError extends CodedError<{ readonly code: ProtoErrorCode }> {
  override readonly name = "ProtoError";

  constructor(code: ProtoErrorCode, message: string) {
    super(`proto: ${message}`, { code });
  }
}
