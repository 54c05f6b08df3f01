/** What the backend's writer thread and its owner say to each other. Plain data: it is cloned or transferred between threads. */
import type { StorageErrorCode } from "../errors.ts";
import type { Chunk } from "./change-log.ts";

export type BackendWriterInit = {
  readonly file: string;
  readonly mapSizeBytes: number;
  /** The backend to copy first, without its free pages: then "opened" comes when all rows are there. The file is made anew. */
  readonly copyOf?: { readonly file: string; readonly sizeInUseBytes: number };
};

/** Figures of the file after a commit. */
export type BackendStats = {
  /** Pages that the file has ever needed, free ones included: what etcd calls the size of the database. */
  readonly sizeBytes: number;
  /** Pages that hold rows. The rest is free, and used before the file grows. */
  readonly sizeInUseBytes: number;
  readonly mapSizeBytes: number;
};

export type BackendRequest =
  /** Write these changes in one transaction. */
  | { readonly kind: "commit"; readonly chunks: Chunk[] }
  /** The file has another name from now on. */
  | { readonly kind: "renamed"; readonly file: string }
  | { readonly kind: "close" };

export type BackendReply =
  | { readonly kind: "opened"; readonly stats: BackendStats }
  /** Durable and visible. The chunks come back for reuse. */
  | { readonly kind: "committed"; readonly chunks: Chunk[]; readonly stats: BackendStats; readonly seconds: number }
  | { readonly kind: "closed" }
  | { readonly kind: "failed"; readonly code: StorageErrorCode; readonly message: string };
