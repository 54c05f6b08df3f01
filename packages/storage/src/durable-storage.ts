/**
 * The storage of a member as its event loop sees it: calls are queued and done in order, each promise settles when its work is
 * durable. Two ways to have it: on the caller's thread (here), or on a thread of its own (node-storage-thread.ts).
 */
import type { Entry, HardState, Snapshot } from "@quorate/proto";
import type { MemberStorage, Restored } from "./member-storage.ts";
import { encodeBatch } from "./wal/batch.ts";
import type { WalStats } from "./wal/wal.ts";

/** After a rejection every later call is rejected too, and the process must end. */
export type DurableStorage = {
  readonly restored: Restored;
  /** Resolves once saved; synced first if `mustSync`. */
  readonly save: (hardState: HardState | undefined, entries: readonly Entry[], mustSync: boolean) => Promise<void>;
  /**
   * The snapshot file, then its record in the log, both synced. It is written in pieces and overtaken by calls made after it: await it
   * before those that depend on it. The memory of `snapshot.data` is taken over: it may be gone afterwards.
   */
  readonly saveSnapshot: (snapshot: Snapshot) => Promise<void>;
  readonly release: (index: number) => Promise<void>;
  readonly stats: () => WalStats;
  readonly close: () => Promise<void>;
};

/** Storage on the caller's thread: every call blocks until it is done. */
export function directStorage(storage: MemberStorage): DurableStorage {
  let failure: Error | undefined;
  const settled = (operation: () => void): Promise<void> => {
    try {
      if (failure === undefined) operation();
    } catch (error) {
      failure = error as Error;
    }
    return failure === undefined ? Promise.resolve() : Promise.reject(failure);
  };
  return {
    restored: storage.restored,
    save: (hardState, entries, mustSync) => settled(() => storage.append(encodeBatch(hardState, entries, mustSync))),
    saveSnapshot: (snapshot) => settled(() => storage.saveSnapshot(snapshot)),
    release: (index) => settled(() => storage.release(index)),
    stats: () => storage.stats,
    close: () => settled(() => storage.close()),
  };
}
