/** Public surface of mvcc: the revisioned keyspace and its watches, over the Backend port. */
export { newStoreCounts, type StoreCounts } from "./counts.ts";
export { MvccError, type MvccErrorCode } from "./errors.ts";
export { EventBatch, WatchEvent } from "./event.ts";
export { type HashResult, HashRun } from "./hash.ts";
export { IntervalTree } from "./interval-tree.ts";
export { contains, isEmptyRange, type KeyRange, keyRange, OPEN_END } from "./key-range.ts";
export { evaluateRange, type RangeQuery, type RangeResult, type ReadView, readableRevision } from "./range.ts";
export { openStore, Restore } from "./restore.ts";
export { decodeRevision, encodeRevision, isTombstone, type Revision } from "./revision.ts";
export { type CommitListener, type LeaseAttachments, noLeases, type Store } from "./store.ts";
export { type CatchUpLimits, DEFAULT_CATCH_UP_LIMITS } from "./watch-catch-up.ts";
export {
  DEFAULT_WATCH_STREAM_OPTIONS,
  NO_WATCH_ID,
  type WatchCreate,
  type WatchReply,
  WatchStream,
  type WatchStreamOptions,
} from "./watch-stream.ts";
export { WatchableStore } from "./watchable-store.ts";
export type { Change, Deleted, Put, WriteTxn } from "./write-txn.ts";
