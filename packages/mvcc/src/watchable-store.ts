/**
 * The store with its watchers. What a transaction changed goes to the synced watchers at once, in the same turn; those that are
 * behind read history in slices that the host steps; those whose queue is full wait as victims. Nothing is lost on the
 * way: a watcher gets every change of its keys once and in order, or is told that its history has been compacted.
 */
import { assert, type Slab } from "@quorate/base";
import { EventBatch, type PreviousRows, WatchEvent } from "./event.ts";
import { getRow, newRowSlab, type RowHead, readRowHead } from "./row.ts";
import type { CommitListener, Store } from "./store.ts";
import { type CatchUpLimits, catchUp, DEFAULT_CATCH_UP_LIMITS } from "./watch-catch-up.ts";
import { DEFAULT_WATCH_STREAM_OPTIONS, WatchStream, type WatchStreamOptions } from "./watch-stream.ts";
import { type Watcher, wants } from "./watcher.ts";
import { WatcherGroup } from "./watcher-group.ts";
import type { Change } from "./write-txn.ts";

export class WatchableStore implements CommitListener, PreviousRows {
  #store: Store;
  readonly #synced: WatcherGroup = new WatcherGroup();
  /** In the order in which they get their turn. */
  readonly #unsynced: Set<Watcher> = new Set<Watcher>();
  readonly #victims: Set<Watcher> = new Set<Watcher>();
  readonly #slab: Slab = newRowSlab();
  readonly #head: RowHead = { key: "", created: 0, version: 0, lease: 0n };

  constructor(store: Store) {
    this.#store = store;
    store.listen(this);
  }

  get store(): Store {
    return this.#store;
  }

  get currentRev(): number {
    return this.#store.currentRev;
  }

  /** Changes are only listed where somebody watches. */
  get listening(): boolean {
    return this.#synced.size > 0;
  }

  /** Watchers by state, for metrics. */
  get counts(): { readonly synced: number; readonly unsynced: number; readonly victims: number } {
    return { synced: this.#synced.size, unsynced: this.#unsynced.size, victims: this.#victims.size };
  }

  /** Whether a watcher is behind: then `retryVictims` and `syncUnsynced` have something to do. */
  get isBehind(): boolean {
    return this.#unsynced.size > 0 || this.#victims.size > 0;
  }

  openStream(options: WatchStreamOptions = DEFAULT_WATCH_STREAM_OPTIONS): WatchStream {
    return new WatchStream(this, options);
  }

  /** A new watcher: one that begins in the past reads history first. For WatchStream. */
  add(watcher: Watcher): void {
    this.#place(watcher);
  }

  /** A watcher ends. For WatchStream. */
  remove(watcher: Watcher): void {
    if (watcher.state === "synced") this.#synced.delete(watcher);
    else if (watcher.state === "unsynced") this.#unsynced.delete(watcher);
    else this.#victims.delete(watcher);
  }

  committed(main: number, changes: readonly Change[]): void {
    if (changes.length === 1) this.#notifyOne(main, changes[0]!);
    else this.#notifyMany(main, changes);
  }

  /**
   * One slice of catching up. True when no watcher is behind but for those whose stream has no room.
   * The host calls it each turn while it says false, and otherwise when streams have been drained (etcd: every 100 ms).
   */
  syncUnsynced(limits: CatchUpLimits = DEFAULT_CATCH_UP_LIMITS): boolean {
    if (this.#unsynced.size === 0) return true;
    const picked: Watcher[] = [];
    let allLookedAt = true;
    for (const watcher of this.#unsynced) {
      if (picked.length === limits.watchers) {
        allLookedAt = false;
        break;
      }
      if (watcher.minRev < this.#store.compactRev) this.#compacted(watcher);
      else if (watcher.stream.hasRoom) picked.push(watcher);
      else watcher.stream.starved = true;
    }
    if (picked.length > 0) {
      const reached = catchUp({ store: this.#store, previous: this, slab: this.#slab }, picked, limits);
      for (const watcher of picked) this.#advance(watcher, reached);
    }
    let isDone = allLookedAt;
    for (const { state, stream } of picked) {
      if (state === "synced") continue;
      if (stream.hasRoom) isDone = false;
      else stream.starved = true;
    }
    return isDone;
  }

  /** Gives victims what waits for them where there is room now (etcd: every 10 ms). True when none is left. */
  retryVictims(): boolean {
    for (const watcher of this.#victims) {
      const waiting = watcher.waiting!;
      if (!watcher.stream.pushEvents(watcher, waiting.batch, waiting.revision)) continue;
      watcher.waiting = undefined;
      this.#victims.delete(watcher);
      this.#place(watcher);
    }
    return this.#victims.size === 0;
  }

  /**
   * Goes on over another store, whose history may have run ahead of what this member saw: a snapshot was installed. Every
   * watcher goes on at the revision after the last one it was told of.
   */
  replaceStore(store: Store): void {
    assert(store.currentRev >= this.#store.currentRev, "a snapshot is newer than what it replaces");
    const synced = [...this.#synced];
    const told = this.#store.currentRev;
    this.#store = store;
    store.listen(this);
    for (const watcher of synced) {
      this.#synced.delete(watcher);
      watcher.minRev = Math.max(watcher.minRev, told + 1);
      this.#place(watcher);
    }
  }

  /** The row that a change replaced; undefined for a creation, and where the revision before is compacted. */
  previousRow(change: Change): Uint8Array | undefined {
    const before = change.main - 1;
    if (before < this.#store.compactRev) return undefined;
    if (!change.tombstone) {
      readRowHead(change.row, this.#head);
      if (this.#head.created === change.main) return undefined;
    }
    const index = this.#store.index.get(change.key);
    const at = index === undefined ? -1 : index.find(before);
    return at < 0 ? undefined : getRow(this.#store.backend, index!.mainAt(at), index!.subAt(at));
  }

  #place(watcher: Watcher): void {
    if (watcher.minRev > this.#store.currentRev) {
      watcher.state = "synced";
      this.#synced.add(watcher);
    } else {
      watcher.state = "unsynced";
      this.#unsynced.add(watcher);
    }
  }

  /** Nearly every transaction: one change, one batch for all who want it as it is and one for those who want the row before. */
  #notifyOne(main: number, change: Change): void {
    const events = [new WatchEvent(change, this.#slab, this)];
    let plain: EventBatch | undefined;
    let withPrevious: EventBatch | undefined;
    const overtaken: Watcher[] = [];
    this.#synced.visit(change.key, (watcher) => {
      if (watcher.minRev > main || !wants(watcher, change.tombstone)) return;
      let batch: EventBatch;
      if (watcher.prevKv) {
        withPrevious ??= new EventBatch(events, true);
        batch = withPrevious;
      } else {
        plain ??= new EventBatch(events, false);
        batch = plain;
      }
      if (!this.#deliver(watcher, batch, main)) overtaken.push(watcher);
    });
    this.#makeVictims(overtaken);
  }

  #notifyMany(main: number, changes: readonly Change[]): void {
    const events = changes.map((change) => new WatchEvent(change, this.#slab, this));
    const lists = new Map<Watcher, WatchEvent[]>();
    for (const event of events) {
      const { key, tombstone } = event.change;
      this.#synced.visit(key, (watcher) => {
        if (watcher.minRev > main || !wants(watcher, tombstone)) return;
        const list = lists.get(watcher);
        if (list === undefined) lists.set(watcher, [event]);
        else list.push(event);
      });
    }
    const whole = [new EventBatch(events, false), new EventBatch(events, true)] as const;
    const overtaken: Watcher[] = [];
    for (const [watcher, list] of lists) {
      const { prevKv } = watcher;
      const batch = list.length === events.length ? whole[prevKv ? 1 : 0] : new EventBatch(list, prevKv);
      if (!this.#deliver(watcher, batch, main)) overtaken.push(watcher);
    }
    this.#makeVictims(overtaken);
  }

  /** Queues events of the present; where there is no room they wait with the watcher. */
  #deliver(watcher: Watcher, batch: EventBatch, revision: number): boolean {
    watcher.minRev = revision + 1;
    if (watcher.stream.pushEvents(watcher, batch, revision)) return true;
    watcher.waiting = { batch, revision };
    return false;
  }

  #makeVictims(overtaken: readonly Watcher[]): void {
    for (const watcher of overtaken) {
      this.#synced.delete(watcher);
      watcher.state = "victim";
      this.#victims.add(watcher);
    }
  }

  #compacted(watcher: Watcher): void {
    this.#unsynced.delete(watcher);
    watcher.stream.pushCompacted(watcher, this.#store.compactRev);
  }

  /** Back in line for whoever took a step and has more to read; in place for whoever waits for room. */
  #advance(watcher: Watcher, reached: number): void {
    if (watcher.minRev <= reached) return;
    this.#unsynced.delete(watcher);
    this.#place(watcher);
  }
}
