/**
 * Opens a store on a backend: walks all rows in the order in which they were written and builds the index, in slices. The
 * revision comes from the rows and from the compaction records, whichever is higher: a compaction may have removed the
 * rows of the last revisions, and a revision is never given out twice.
 */
import { assert, type Backend } from "@quorate/base";
import { newStoreCounts, type StoreCounts } from "./counts.ts";
import { decodeRevision, encodeRevision, isTombstone, mainOf, subOf } from "./revision.ts";
import { newRowSlab, type RowHead, readRowHead } from "./row.ts";
import { META_FINISHED_COMPACT, META_SCHEDULED_COMPACT } from "./schema.ts";
import { type LeaseAttachments, noLeases, Store } from "./store.ts";
import { TreeIndex } from "./tree-index.ts";

/** The revision of a store in which nothing has happened. */
const FIRST_REVISION = 1;
const NEVER_COMPACTED = -1;

export class Restore {
  readonly #backend: Backend;
  readonly #leases: LeaseAttachments;
  readonly #counts: StoreCounts;
  readonly #index: TreeIndex = new TreeIndex();
  readonly #head: RowHead = { key: "", created: 0, version: 0, lease: 0n };
  /** Leases of keys as of the last row seen; told to the lessor when all rows are. */
  readonly #attached: Map<string, bigint> = new Map<string, bigint>();
  #attachments: Iterator<[string, bigint]> | undefined = undefined;
  #cursor: Uint8Array = encodeRevision({ main: 0, sub: 0 });
  #lastMain = FIRST_REVISION;
  #store: Store | undefined = undefined;

  constructor(backend: Backend, leases: LeaseAttachments = noLeases, counts: StoreCounts = newStoreCounts()) {
    this.#backend = backend;
    this.#leases = leases;
    this.#counts = counts;
  }

  /** Reads up to `budget` rows; true when the store is ready. @throws MvccError `Corrupt`. */
  step(budget: number): boolean {
    assert(budget > 0, "a slice does something");
    if (this.#store !== undefined) return true;
    if (this.#attachments !== undefined) return this.#attach(this.#attachments, budget);
    let left = budget;
    let end = true;
    this.#backend.range("key", this.#cursor, undefined, (key, row) => {
      if (left-- === 0) {
        this.#cursor = key;
        end = false;
        return false;
      }
      this.#addRow(key, row);
      return true;
    });
    if (end) this.#attachments = this.#attached.entries();
    return false;
  }

  /** The store. The restore must be complete. */
  store(): Store {
    assert(this.#store !== undefined, "the restore is complete");
    return this.#store;
  }

  /** Runs to the end at once: for tests and small stores. */
  finish(): Store {
    while (!this.step(Number.MAX_SAFE_INTEGER));
    return this.store();
  }

  #addRow(key: Uint8Array, row: Uint8Array): void {
    const head = this.#head;
    readRowHead(row, head);
    const main = mainOf(key);
    this.#lastMain = main;
    if (isTombstone(key)) {
      this.#index.restore(head.key, main, subOf(key), 0, 0);
      this.#attached.delete(head.key);
      return;
    }
    // etcdutl's revision bump leaves an empty row, which is a put of the empty key with nothing in it: version 0 is no tombstone.
    this.#index.restore(head.key, main, subOf(key), head.created, Math.max(1, head.version));
    if (head.lease !== 0n) this.#attached.set(head.key, head.lease);
    else if (this.#attached.size > 0) this.#attached.delete(head.key);
  }

  #attach(attachments: Iterator<[string, bigint]>, budget: number): boolean {
    for (let left = budget; left > 0; left--) {
      const next = attachments.next();
      if (next.done) {
        this.#open();
        return true;
      }
      this.#leases.setLease(next.value[0], next.value[1]);
    }
    return false;
  }

  #open(): void {
    const finished = readCompaction(this.#backend, META_FINISHED_COMPACT);
    const compactRev = Math.max(finished, readCompaction(this.#backend, META_SCHEDULED_COMPACT));
    const state = {
      backend: this.#backend,
      slab: newRowSlab(),
      index: this.#index,
      leases: this.#leases,
      counts: this.#counts,
      currentRev: Math.max(FIRST_REVISION, this.#lastMain, compactRev),
      compactRev,
      writing: false,
      holds: 0,
      listener: undefined,
    };
    this.#store = new Store(state, finished);
  }
}

/** Opens a store at once: for tests and small backends. */
export function openStore(backend: Backend, leases: LeaseAttachments = noLeases): Store {
  return new Restore(backend, leases).finish();
}

function readCompaction(backend: Backend, key: Uint8Array): number {
  const value = backend.get("meta", key);
  return value === undefined ? NEVER_COMPACTED : decodeRevision(value).main;
}
