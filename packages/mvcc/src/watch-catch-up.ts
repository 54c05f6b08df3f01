/**
 * Watchers that are behind read history together: one walk over the rows from the earliest revision that any of them needs, of
 * bounded length, in which each finds its own. A revision is never split over two responses.
 */
import type { Slab } from "@quorate/base";
import { EventBatch, type PreviousRows, WatchEvent } from "./event.ts";
import { encodeRevision, isTombstone, mainOf, subOf } from "./revision.ts";
import { rowKey } from "./row.ts";
import type { Store } from "./store.ts";
import { type Watcher, wants } from "./watcher.ts";
import { WatcherGroup } from "./watcher-group.ts";
import type { Change } from "./write-txn.ts";

export type CatchUpLimits = {
  /** Watchers that read together (etcd: 512). */
  readonly watchers: number;
  /** Revisions in one response (etcd: 1000). */
  readonly revisions: number;
  /** Rows in one walk, and bytes in them; the revision that crosses a limit is still read whole. */
  readonly rows: number;
  readonly bytes: number;
};

export const DEFAULT_CATCH_UP_LIMITS: CatchUpLimits = {
  watchers: 512,
  revisions: 1000,
  rows: 1000,
  bytes: 4 * 1024 * 1024,
};

export type CatchUpDeps = { readonly store: Store; readonly previous: PreviousRows; readonly slab: Slab };

/**
 * Queues what the watchers have missed, as far as one walk reaches, and moves `minRev` of those who got all of it. Returns the
 * revision that was reached.
 */
export function catchUp(deps: CatchUpDeps, watchers: readonly Watcher[], limits: CatchUpLimits): number {
  let from = Number.POSITIVE_INFINITY;
  for (const watcher of watchers) from = Math.min(from, watcher.minRev);
  const changes: Change[] = [];
  const reached = readHistory(deps.store, from, limits, changes);
  const lists = sortOut(deps, watchers, changes);
  for (const watcher of watchers) {
    if (watcher.minRev > reached) continue;
    const events = lists.get(watcher);
    const told =
      events === undefined ||
      watcher.stream.pushEvents(watcher, new EventBatch(events, watcher.prevKv), deps.store.currentRev);
    if (told) watcher.minRev = reached + 1;
  }
  return reached;
}

/** Appends the changes from `from` on to `changes`; the last revision that is complete in them. */
function readHistory(store: Store, from: number, limits: CatchUpLimits, changes: Change[]): number {
  let main = from;
  let revisions = 0;
  let bytes = 0;
  let reached = store.currentRev;
  store.backend.range("key", encodeRevision({ main: from, sub: 0 }), undefined, (key, row) => {
    const rowMain = mainOf(key);
    if (rowMain !== main || revisions === 0) {
      if (revisions >= limits.revisions || changes.length >= limits.rows || bytes >= limits.bytes) {
        reached = rowMain - 1;
        return false;
      }
      main = rowMain;
      revisions++;
    }
    bytes += row.length;
    changes.push({ key: rowKey(row), main: rowMain, sub: subOf(key), tombstone: isTombstone(key), row });
    return true;
  });
  return reached;
}

/** Each watcher's events, in order; none for a watcher whom nothing concerns. */
function sortOut(
  deps: CatchUpDeps,
  watchers: readonly Watcher[],
  changes: readonly Change[],
): ReadonlyMap<Watcher, WatchEvent[]> {
  const group = new WatcherGroup();
  for (const watcher of watchers) group.add(watcher);
  const lists = new Map<Watcher, WatchEvent[]>();
  for (const change of changes) {
    const event = new WatchEvent(change, deps.slab, deps.previous);
    group.visit(change.key, (watcher) => {
      if (watcher.minRev > change.main || !wants(watcher, change.tombstone)) return;
      const list = lists.get(watcher);
      if (list === undefined) lists.set(watcher, [event]);
      else list.push(event);
    });
  }
  return lists;
}
