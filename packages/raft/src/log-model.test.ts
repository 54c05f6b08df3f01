import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { silentLogger } from "@quorate/base";
import { type Entry, newEntry, newSnapshot, newSnapshotMetadata, sizeEntry } from "@quorate/proto";
import { withSeed } from "@quorate/testkit";
import fc from "fast-check";
import { RaftError } from "./errors.ts";
import { RaftLog } from "./log.ts";
import { MemoryStorage } from "./memory-storage.ts";

/** The whole log as a plain array; index i is at [i], [0] and everything up to `base` is compacted. */
type Model = { terms: number[]; base: number; committed: number; durable: number };

type Step =
  | { readonly kind: "append"; readonly back: number; readonly count: number }
  | { readonly kind: "commit" | "compact" | "apply"; readonly ahead: number }
  | { readonly kind: "write" | "acknowledge" }
  | { readonly kind: "restore"; readonly ahead: number }
  | { readonly kind: "slice"; readonly lo: number; readonly length: number; readonly limit: number };

const small = fc.integer({ min: 0, max: 6 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant("append" as const), back: small, count: fc.integer({ min: 1, max: 5 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom("commit" as const, "compact" as const, "apply" as const),
      ahead: small,
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom("write" as const, "acknowledge" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restore" as const), ahead: fc.integer({ min: 1, max: 9 }) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("slice" as const),
      lo: fc.nat(12),
      length: fc.nat(12),
      limit: fc.nat(80),
    }),
  },
);

class Pair {
  readonly storage = new MemoryStorage();
  readonly log = new RaftLog(this.storage, silentLogger);
  readonly model: Model = { terms: [0], base: 0, committed: 0, durable: 0 };
  #term = 1;
  /** What was handed out to be written, oldest first, not acknowledged. */
  #writing: { readonly index: number; readonly term: number; readonly snapshot: number }[] = [];

  get last(): number {
    return this.model.terms.length - 1;
  }

  do(step: Step): void {
    switch (step.kind) {
      case "append": {
        const from = Math.max(this.model.committed, this.last - step.back);
        // Whoever overwrites leads a later term.
        if (from < this.last) this.#term++;
        const entries = Array.from({ length: step.count }, (_, i) => entryOf(this.#term, from + 1 + i));
        this.model.terms.length = from + 1;
        for (const { term } of entries) this.model.terms.push(term);
        this.log.append(entries);
        return;
      }
      case "commit":
        this.model.committed = Math.min(this.last, this.model.committed + step.ahead);
        this.log.commitTo(this.model.committed);
        return;
      case "apply":
        if (this.log.hasNextOrInProgressSnapshot()) return;
        this.#apply();
        return;
      case "compact":
        this.#compact(step.ahead);
        return;
      case "write":
        this.#write();
        return;
      case "acknowledge":
        this.#acknowledge();
        return;
      case "restore":
        this.#restore(this.last + step.ahead);
        return;
      default:
        this.#slice(step);
    }
  }

  #apply(): void {
    const page = this.log.nextCommittedEntries(true);
    assert.deepEqual(
      page.map(({ index }) => index),
      Array.from({ length: page.length }, (_, i) => this.log.applying + 1 + i),
    );
    const last = page[page.length - 1];
    if (last === undefined) return;
    assert.equal(last.index, this.model.committed);
    this.log.acceptApplying(last.index, 0, true);
    this.log.appliedTo(last.index, 0);
  }

  #write(): void {
    const snapshot = this.log.nextUnstableSnapshot();
    const entries = this.log.nextUnstableEntries();
    if (snapshot !== undefined) this.storage.applySnapshot(snapshot);
    this.storage.append(entries);
    this.log.acceptUnstable();
    if (snapshot === undefined && entries.length === 0) return;
    this.#writing.push({ ...this.log.lastEntryId(), snapshot: snapshot?.metadata.index ?? 0 });
  }

  #acknowledge(): void {
    const done = this.#writing.shift();
    if (done === undefined) return;
    this.log.stableTo(done);
    if (done.snapshot === 0) return;
    this.log.stableSnapshotTo(done.snapshot);
    this.log.appliedTo(Math.max(done.snapshot, this.log.applied), 0);
  }

  #compact(keep: number): void {
    const to = this.log.applied - keep;
    if (to <= this.storage.firstIndex() - 1 || to > this.storage.lastIndex()) return;
    if (this.log.hasNextOrInProgressSnapshot()) return;
    this.storage.compact(to);
    this.model.base = to;
  }

  #restore(index: number): void {
    this.#term++;
    this.log.restore(newSnapshot({ metadata: newSnapshotMetadata({ index, term: this.#term }) }));
    this.model.terms = Array.from({ length: index + 1 }, () => 0);
    this.model.terms[index] = this.#term;
    this.model.base = index;
    this.model.committed = index;
  }

  #slice({ lo, length, limit }: { readonly lo: number; readonly length: number; readonly limit: number }): void {
    const from = this.model.base + lo;
    const to = Math.min(this.last + 1, from + length);
    if (from > to) return;
    if (from <= this.model.base) {
      assert.throws(() => this.log.slice(from, to, limit), RaftError);
      return;
    }
    const all = this.model.terms.slice(from, to).map((term, i) => entryOf(term, from + i));
    assert.deepEqual(this.log.slice(from, to, limit), fitting(all, limit));
  }

  check(): void {
    const { log, model } = this;
    assert.deepEqual([log.firstIndex(), log.lastIndex(), log.committed], [model.base + 1, this.last, model.committed]);
    for (let index = model.base - 1; index <= this.last + 1; index++) {
      // What is compacted before its write was acknowledged is still in memory.
      const isHeld = index >= model.base || index >= log.unstable.offset;
      const known = isHeld && index <= this.last ? model.terms[index] : undefined;
      assert.equal(log.termOrUndefined(index), known, `term at ${index}`);
    }
    assert.ok(log.applied <= log.applying);
    assert.ok(log.applying <= log.committed);
    assert.ok(log.unstable.offset <= log.unstable.offsetInProgress);
  }
}

/** Payloads of different sizes: a small entry may fit where the one before it did not. */
function entryOf(term: number, index: number): Entry {
  return newEntry({ term, index, data: new Uint8Array((index * 7 + term * 5) % 23) });
}

function fitting(entries: readonly Entry[], limit: number): Entry[] {
  const kept: Entry[] = [];
  let size = 0;
  for (const entry of entries) {
    size += sizeEntry(entry);
    if (kept.length > 0 && size > limit) break;
    kept.push(entry);
  }
  return kept;
}

describe("raft/log-model", () => {
  it("is one array to its readers, whatever part of it is durable, in progress, compacted or restored", () => {
    withSeed("raft/dist/log-model", ({ seed }) => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 60 }), (script) => {
          const pair = new Pair();
          for (const each of script) {
            pair.do(each);
            pair.check();
          }
        }),
        { seed, numRuns: 2000 },
      );
    });
  });
});
