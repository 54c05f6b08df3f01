/** What the thread that imports an image is told, and says once. */
import type { AppliedPosition, BucketName } from "@quorate/base";
import type { StorageErrorCode } from "../errors.ts";

/** A row that is other than in the image; without a value it is not there. */
export type ImportRow = {
  readonly bucket: BucketName;
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
};

export type ImportOptions = {
  /** Path of the bbolt image, without a digest. It stays as it is. */
  readonly image: string;
  /** Path of the backend's file to make, which nobody has open. A file under that name is replaced when the new one is whole. */
  readonly file: string;
  /** As for opening it. */
  readonly mapSizeBytes: number;
  /** Rows to set or remove besides. */
  readonly rows?: readonly ImportRow[];
};

export type Imported = {
  /** What the image says it is applied to; index 0 where it says nothing. */
  readonly applied: AppliedPosition;
  /** Rows of the image. */
  readonly rows: number;
  readonly sizeBytes: number;
};

export type ImportReply =
  | { readonly kind: "imported"; readonly imported: Imported }
  | { readonly kind: "failed"; readonly code: StorageErrorCode; readonly message: string };
