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

export class HashRun {
  readonly #state: StoreState;
  readonly #rev: number;
  readonly #compactRev: number;
  #hash: number = crc32c(BUCKET_NAME);
  /** Whether a reader at `rev` sees any key at all; etcd skips nothing where it sees none. Undefined until that is known. */
  #anyKept: boolean | undefined = undefined;
  #keyCursor = "";
  #rowCursor: Uint8Array = encodeRevision({ main: 0, sub: 0 });
  #done = false;
  #open = true;

  constructor(state: StoreState, rev: number, compactRev: number) {
    this.#state = state;
    this.#rev = rev;
    this.#compactRev = compactRev;
    state.holds++;
  }

  /** Looks at up to `budget` rows; true when the hash is complete. */
  step(budget: number): boolean {
    assert(budget > 0, "a slice does something");
    assert(this.#open || this.#done, "the run is not closed");
    if (this.#done) return true;
    if (this.#anyKept === undefined) {
      this.#lookForKept(budget);
      return false;
    }
    let left = budget;
    let end = true;
    this.#state.backend.range("key", this.#rowCursor, undefined, (key, row) => {
      if (mainOf(key) > this.#rev) return false;
      if (left-- === 0) {
        this.#rowCursor = key;
        end = false;
        return false;
      }
      if (this.#counts(key, row)) this.#hash = crc32c(row, crc32c(key, this.#hash));
      return true;
    });
    if (end) {
      this.#done = true;
      this.close();
    }
    return end;
  }

  /** The hash. The run must be complete. */
  result(): HashResult {
    assert(this.#done, "the run is complete");
    return { hash: this.#hash, compactRevision: this.#compactRev, revision: this.#rev };
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
    if (main > this.#compactRev) return true;
    const tombstone = isTombstone(key);
    if (main === this.#compactRev && tombstone) return false;
    if (!this.#anyKept) return true;
    if (tombstone) return false;
    const index = this.#state.index.get(rowKey(row));
    return index !== undefined && keeps(index, this.#rev, main, subOf(key));
  }

  #lookForKept(budget: number): void {
    let left = budget;
    let end = true;
    this.#state.index.scan(this.#keyCursor, (key, index) => {
      if (index.find(this.#rev) >= 0) {
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
