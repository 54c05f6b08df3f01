/**
 * One watch: an interval of keys, from a revision on.
 *
 *                 +---------- overtaken: the queue was full ----------+
 *                 v                                                   |
 *     unsynced: reads history --reached the present--> synced: gets events as they happen
 *         |       ^                                                   |
 *         |       +---- victim: one response waits for room <---------+
 *         +--> gone: the history it needs is compacted
 */
import type { EventBatch } from "./event.ts";
import type { KeyRange } from "./key-range.ts";
import type { WatchStream } from "./watch-stream.ts";

export type WatcherState = "synced" | "unsynced" | "victim";

export type Watcher = {
  readonly id: number;
  readonly stream: WatchStream;
  readonly range: KeyRange;
  /** What the client asked for; 0: from now on. */
  readonly startRev: number;
  readonly noPut: boolean;
  readonly noDelete: boolean;
  readonly prevKv: boolean;
  readonly fragment: boolean;
  readonly progressNotify: boolean;
  /** The next revision that it has not been told of. Invariant: everything below is in its stream's queue or beyond. */
  minRev: number;
  state: WatcherState;
  /** Of a victim: what waits for room. */
  waiting: { readonly batch: EventBatch; readonly revision: number } | undefined;
  /** No event since the last progress tick. */
  quiet: boolean;
};

/** True where the watcher wants changes of this kind. */
export function wants(watcher: Watcher, tombstone: boolean): boolean {
  return tombstone ? !watcher.noDelete : !watcher.noPut;
}
