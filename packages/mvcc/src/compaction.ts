/**
 * Removes what a compaction has made unreadable, in slices. It walks the index, not the rows: a key knows which of its revisions
 * go, so the work is one look at each key and one delete for each row that goes. Readers never see how far it has come,
 * because they may not ask for what it removes. It begins anew after a restart.
 *
 *     schedule(R) --step--> hash of R taken --step...step--> rows gone, finishedCompactRev = R --> next R, if one was scheduled meanwhile
 */
import { assert } from "@quorate/base";
import { CompactionHashes, HashRun } from "./hash.ts";
import type { KeyIndex } from "./key-index.ts";
import { encodeRevision, REVISION_BYTES, TOMBSTONE_BYTES, writeRevision } from "./revision.ts";
import { META_FINISHED_COMPACT } from "./schema.ts";
import type { StoreState } from "./store.ts";

/** `before` is the compaction that was asked for before this one, -1 for none. */
type Job = { readonly rev: number; readonly before: number };

type Doomed = { readonly key: string; readonly index: KeyIndex; readonly count: number };

export class Compaction {
  readonly #state: StoreState;
  /** What the walk under way compacts to; undefined while there is none. */
  #running: Job | undefined = undefined;
  #next: Job | undefined = undefined;
  /** Taken before anything is removed. */
  #hash: HashRun | undefined = undefined;
  readonly hashes: CompactionHashes = new CompactionHashes();
  #finished = -1;
  /** The walk looks at this key next. */
  #cursor = "";
  /** Rows of the key at the cursor that are gone already; the index still lists them. */
  #removedOfKey = 0;

  constructor(state: StoreState, finished: number) {
    this.#state = state;
    this.#finished = finished;
  }

  get pending(): boolean {
    return this.#running !== undefined;
  }

  get finishedRev(): number {
    return this.#finished;
  }

  /** Compacts to `rev` once the walk under way is done; only the last one that waits counts. */
  schedule(rev: number, before: number): void {
    if (this.#running === undefined) this.#begin({ rev, before });
    else this.#next = { rev, before };
  }

  /** Hashes up to `budget` rows, or looks at up to `budget` keys and removes up to `budget` rows. True when nothing is left to do. */
  step(budget: number): boolean {
    assert(budget > 0, "a slice does something");
    if (this.#running === undefined) return true;
    if (this.#hash !== undefined) {
      if (this.#hash.step(budget)) {
        this.hashes.add(this.#hash.result());
        this.#hash = undefined;
      }
      return false;
    }
    const { rev } = this.#running;
    // A hash under way reads what this would remove.
    if (this.#state.holds > 0) return false;
    const doomed: Doomed[] = [];
    if (!this.#collect(rev, budget, doomed)) {
      this.#remove(doomed, budget);
      return false;
    }
    return this.#remove(doomed, budget) ? this.#finish(rev) : false;
  }

  /** Finds keys with revisions to remove from the cursor on, and moves it; true at the end of the index. */
  #collect(rev: number, budget: number, doomed: Doomed[]): boolean {
    let seen = 0;
    let rows = 0;
    let end = true;
    this.#state.index.scan(this.#cursor, (key, index) => {
      if (seen === budget || rows >= budget) {
        this.#cursor = key;
        end = false;
        return false;
      }
      seen++;
      const count = index.droppedBy(rev);
      if (count > 0) doomed.push({ key, index, count });
      rows += count;
      return true;
    });
    return end;
  }

  /** Removes rows of these keys. False where the budget ended inside one, to which the cursor goes back. */
  #remove(doomed: readonly Doomed[], budget: number): boolean {
    const { backend, slab, index: tree, counts } = this.#state;
    let left = budget;
    for (const { key, index, count } of doomed) {
      let at = this.#removedOfKey;
      for (; at < count && left > 0; at++, left--) {
        const row = slab.allocate(index.tombstoneAt(at) ? TOMBSTONE_BYTES : REVISION_BYTES);
        writeRevision(row, index.mainAt(at), index.subAt(at));
        backend.delete("key", row);
      }
      counts.compactedKeysTotal += at - this.#removedOfKey;
      if (at < count) {
        this.#removedOfKey = at;
        this.#cursor = key;
        return false;
      }
      this.#removedOfKey = 0;
      if (!index.drop(count)) tree.remove(key);
    }
    return true;
  }

  #begin(job: Job): void {
    this.#running = job;
    this.#hash = new HashRun(this.#state, { rev: job.rev, compactRev: job.before, forCompaction: true });
    this.#cursor = "";
    this.#removedOfKey = 0;
  }

  #finish(rev: number): boolean {
    this.#state.backend.put("meta", META_FINISHED_COMPACT, encodeRevision({ main: rev, sub: 0 }));
    this.#finished = rev;
    this.#running = undefined;
    const next = this.#next;
    this.#next = undefined;
    if (next === undefined) return true;
    this.#begin(next);
    return false;
  }
}
