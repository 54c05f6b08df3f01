/** What the storage thread and its owner say to each other. Plain data: it is cloned or transferred between threads. */
import type { DataDir } from "./data-dir.ts";
import type { StorageErrorCode } from "./errors.ts";
import type { Restored } from "./member-storage.ts";
import type { WalBatch } from "./wal/batch.ts";
import type { WalStats } from "./wal/wal.ts";

/** How the thread is started. */
export type StorageThreadInit = {
  readonly dir: DataDir;
  readonly metadata: Uint8Array;
  readonly segmentSizeBytes: number;
  readonly keepSegments: number;
  readonly keepSnapshots: number;
  /** Raised and notified whenever a request was posted; the thread sleeps on it. */
  readonly signal: Int32Array<SharedArrayBuffer>;
};

export type StorageRequest =
  | { readonly id: number; readonly kind: "append"; readonly batch: WalBatch }
  /** A raftpb.Snapshot: everything but its data encoded, the data as it is, so that nobody copies it. */
  | {
      readonly id: number;
      readonly kind: "saveSnapshot";
      readonly snapshot: Uint8Array;
      readonly data: Uint8Array | undefined;
    }
  | { readonly id: number; readonly kind: "release"; readonly index: number }
  | { readonly id: number; readonly kind: "close" };

/** How long the work behind a reply took, in seconds; undefined for what there was none of. */
export type DiskTimes = { readonly write: number | undefined; readonly sync: number | undefined };

export type StorageReply =
  | { readonly kind: "opened"; readonly restored: Restored }
  /** Every request up to `id` is done, but snapshots that are still being written. */
  | { readonly kind: "done"; readonly id: number; readonly stats: WalStats; readonly times: DiskTimes }
  /** The snapshot of this request is durable. */
  | { readonly kind: "snapshotSaved"; readonly id: number; readonly stats: WalStats; readonly seconds: number }
  | { readonly kind: "failed"; readonly message: string; readonly code: StorageErrorCode; readonly path: string }
  | { readonly kind: "log"; readonly level: "debug" | "info" | "warn" | "error"; readonly line: string };
