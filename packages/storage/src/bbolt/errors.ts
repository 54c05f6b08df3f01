/** What can be wrong with a bbolt image, as one error class with a closed set of codes. */
import { CodedError } from "@quorate/base";

export type BboltErrorCode =
  /** The bytes end before the image does. */
  | "Truncated"
  /** No bbolt file: neither meta page starts with its magic number. */
  | "BadMagic"
  /** A bbolt file of another format version. */
  | "BadVersion"
  /** Both meta pages are damaged. */
  | "BadChecksum"
  /** A meta page whose checksum is right says what cannot be. */
  | "BadMeta"
  /** A page id outside the image, or a run of pages that leaves it. */
  | "PageOutOfRange"
  /** Two references to one page: a cycle, or two owners. */
  | "PageReused"
  /** A page that says it is another one, or of another kind. */
  | "WrongPage"
  /** An element of a page that does not lie in it, or whose sizes cannot be. */
  | "BadElement"
  /** A value longer than the reader takes. */
  | "ValueTooLarge"
  /** Keys that do not ascend, or do not belong below their branch. */
  | "UnsortedKeys"
  /** More levels than any image has. */
  | "TooDeep"
  /** Valid for bbolt, but nothing that etcd writes: a bucket inside a bucket, a pair outside any bucket. */
  | "Unsupported"
  /** The SHA-256 behind the image is another one. */
  | "BadDigest"
  /** There is no SHA-256 behind the image. */
  | "NoDigest";

/** An image that cannot be read. `page` is where, if it is about one page. */
export class BboltError extends CodedError<{ readonly code: BboltErrorCode; readonly page: number | undefined }> {
  override readonly name = "BboltError";

  constructor(code: BboltErrorCode, problem: string, page?: number) {
    super(page === undefined ? problem : `page ${page}: ${problem}`, { code, page });
  }
}
