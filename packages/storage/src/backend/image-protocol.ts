/** What the thread that reads a backend through says, and what is said to it. Plain data between threads. */
import type { AppliedPosition } from "@quorate/base";
import type { StorageErrorCode } from "../errors.ts";

export type ImageJobInit = {
  readonly file: string;
  readonly mapSizeBytes: number;
  /** The bbolt image, or only etcd's hash over the rows. */
  readonly work: "image" | "hash";
};

export type ImageRequest =
  /** One more chunk is wanted. */
  { readonly kind: "pull" } | { readonly kind: "stop" };

export type ImageReply =
  /** The view is taken: later commits do not change what comes. */
  | { readonly kind: "pinned"; readonly applied: AppliedPosition; readonly confState: Uint8Array | undefined }
  | { readonly kind: "planned"; readonly byteLength: number }
  | { readonly kind: "chunk"; readonly bytes: Uint8Array<ArrayBuffer> }
  /** The image was whole. */
  | { readonly kind: "end" }
  | { readonly kind: "hash"; readonly hash: number }
  | { readonly kind: "failed"; readonly code: StorageErrorCode; readonly message: string };

/** A bbolt image on its way out: every chunk is of one view of the backend. */
export type ImageExport = {
  /** The last entry whose changes are in it. */
  readonly applied: AppliedPosition;
  /** The row `confState` of bucket `meta` in it: the members at `applied`. */
  readonly confState: Uint8Array | undefined;
  /** Bytes of all chunks, known before the first. */
  readonly byteLength: number;
  /** The chunks, once; 64 KiB each unless a value is larger. Ending the iteration closes. @throws StorageError while it goes on */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Lets go of the view. Needed where the chunks are not iterated; harmless otherwise. */
  readonly close: () => Promise<void>;
};
