/**
 * etcd's HashKV: a CRC-32C over the rows of the `key` bucket up to a revision, as if everything below the last compaction were
 * removed already, so that members agree however far each has come. In slices; writes go on meanwhile, compaction waits.
 *
 *     a row counts unless   it is above `rev`,
 *                           or at or below the compacted revision and not what a reader at `rev` sees of its key,
 *                           or a tombstone at the compacted revision
 */
import { assert, crc32c } from "@quorate/base";
import type { KeyIndex } from "./key-index.ts";
import { encodeRevision, isTombstone, mainOf, subOf } from "./revision.ts";
import { rowKey } from "./row.ts";
import type { StoreState } from "./store.ts";

const BUCKET_NAME = Uint8Array.of(0x6b, 0x65, 0x79);

export type HashResult = {
  readonly hash: number;
  /** The compaction that the hash takes into account, -1 for none. */
  readonly compactRevision: number;
  /** The revision that was hashed. */
  readonly revision: number;
};

/** What is hashed. */
export type HashScope = {
  readonly rev: number;
  /** Hash as if compacted so far; -1 for not at all. */
  readonly compactRev: number;
  /** Of a compaction's own hash: deletions at `rev` are kept by the compaction, and count as something that is seen. */
  readonly forCompaction: boolean;
};

/** Compaction hashes that are remembered (etcd: 10). */
const MAX_REMEMBERED = 10;

/**
 * Hashes that were taken while compacting: at the compacted revision, with the compaction before. etcd answers HashKV at that
 * very revision with them, so that members which compacted at different times can be compared.
 */
export class CompactionHashes {
  readonly #newestLast: HashResult[] = [];

  add(result: HashResult): void {
    this.#newestLast.push(result);
    if (this.#newestLast.length > MAX_REMEMBERED) this.#newestLast.shift();
  }

  at(rev: number): HashResult | undefined {
    return this.#newestLast.find(({ revision }) => revision === rev);
  }
}

export class HashRun {
  readonly #state: StoreState;
  readonly #scope: HashScope;
  #hash: number = crc32c(BUCKET_NAME);
  /** Whether a reader at `rev` sees any key at all; etcd skips nothing where it sees none. Undefined until that is known. */
  #anyKept: boolean | undefined = undefined;
  #keyCursor = "";
  #rowCursor: Uint8Array = encodeRevision({ main: 0, sub: 0 });
  #result: HashResult | undefined = undefined;
  #open = true;

  constructor(state: StoreState, scope: HashScope) {
    this.#state = state;
    this.#scope = scope;
    state.holds++;
  }

  /** A run that is complete from the start. */
  static known(state: StoreState, result: HashResult): HashRun {
    const run = new HashRun(state, { rev: result.revision, compactRev: result.compactRevision, forCompaction: false });
    run.#result = result;
    run.close();
    return run;
  }

  /** Looks at up to `budget` rows; true when the hash is complete. */
  step(budget: number): boolean {
    assert(budget > 0, "a slice does something");
    if (this.#result !== undefined) return true;
    assert(this.#open, "the run is not closed");
    if (this.#anyKept === undefined) {
      this.#lookForKept(budget);
      return false;
    }
    let left = budget;
    let end = true;
    this.#state.backend.range("key", this.#rowCursor, undefined, (key, row) => {
      if (mainOf(key) > this.#scope.rev) return false;
      if (left-- === 0) {
        this.#rowCursor = key;
        end = false;
        return false;
      }
      if (this.#counts(key, row)) this.#hash = crc32c(row, crc32c(key, this.#hash));
      return true;
    });
    if (!end) return false;
    const { rev, compactRev } = this.#scope;
    this.#result = { hash: this.#hash, compactRevision: compactRev, revision: rev };
    this.close();
    return true;
  }

  /** The hash. The run must be complete. */
  result(): HashResult {
    assert(this.#result !== undefined, "the run is complete");
    return this.#result;
  }

  /** Runs to the end at once: for tests and small stores. */
  finish(): HashResult {
    while (!this.step(Number.MAX_SAFE_INTEGER));
    return this.result();
  }

  /** Lets compaction go on; of no effect on a complete run. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#state.holds--;
  }

  #counts(key: Uint8Array, row: Uint8Array): boolean {
    const main = mainOf(key);
    const { rev, compactRev } = this.#scope;
    if (main > compactRev) return true;
    const tombstone = isTombstone(key);
    if (main === compactRev && tombstone) return false;
    if (!this.#anyKept) return true;
    if (tombstone) return false;
    const index = this.#state.index.get(rowKey(row));
    return index !== undefined && keeps(index, rev, main, subOf(key));
  }

  #lookForKept(budget: number): void {
    const { rev, forCompaction } = this.#scope;
    let left = budget;
    let end = true;
    this.#state.index.scan(this.#keyCursor, (key, index) => {
      if (index.find(rev) >= 0 || (forCompaction && index.deletedAt(rev))) {
        this.#anyKept = true;
        return false;
      }
      if (left-- === 0) {
        this.#keyCursor = key;
        end = false;
        return false;
      }
      return true;
    });
    if (end && this.#anyKept === undefined) this.#anyKept = false;
  }
}

/** True where exactly this put is what a reader at `rev` sees of the key. */
function keeps(index: KeyIndex, rev: number, main: number, sub: number): boolean {
  const at = index.find(rev);
  return at >= 0 && index.mainAt(at) === main && index.subAt(at) === sub;
}
