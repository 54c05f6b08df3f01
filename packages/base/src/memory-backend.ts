/**
 * A backend in memory for tests and the simulator: the same port, with commits and crashes in the caller's hand. Every change
 * remembers what it replaced, so a crash is the changes undone in reverse order.
 *
 *     put, delete -> buffered --startCommit--> sealed --finishCommit--> committed
 *                        crash: lost     crash: lost or kept      crash: kept
 */
import { CodedError } from "./errors.ts";
import { latin1FromBytes } from "./latin1.ts";
import { OrderedMap } from "./ordered-map.ts";
import { type AppliedPosition, type BackendSnapshot, BUCKETS, type BucketName, type HostBackend } from "./ports.ts";
import { Slab } from "./slab.ts";

type Row = { readonly key: Uint8Array; readonly value: Uint8Array };
type Rows = OrderedMap<Row>;
type Change = { readonly rows: Rows; readonly key: string; readonly before: Row | undefined };
type Sealed = { readonly changes: readonly Change[]; readonly applied: AppliedPosition };
type Tables = Readonly<Record<BucketName, Rows>>;

const NOTHING_APPLIED: AppliedPosition = { index: 0, term: 0 };
const CONSISTENT_INDEX_KEY = Uint8Array.from("consistent_index", (c) => c.charCodeAt(0));
const TERM_KEY = Uint8Array.from("term", (c) => c.charCodeAt(0));

const SLAB_BYTES = 64 * 1024;

/** Use after a crash or a failed commit: the process that does so should have ended. */
export class BackendGoneError extends CodedError<{ readonly code: "BackendGone" }> {
  override readonly name = "BackendGoneError";

  constructor(why: string) {
    super(`backend: ${why}`, { code: "BackendGone" });
  }
}

export class MemoryBackend implements HostBackend {
  readonly #tables: Tables;
  readonly #slab: Slab = new Slab(SLAB_BYTES);
  #buffered: Change[] = [];
  #sealed: Sealed | undefined;
  #committed: AppliedPosition;
  #gone: string | undefined;

  constructor() {
    this.#tables = newTables();
    this.#committed = NOTHING_APPLIED;
  }

  get bufferedChanges(): number {
    return this.#buffered.length;
  }

  get committed(): AppliedPosition {
    return this.#committed;
  }

  get(bucket: BucketName, key: Uint8Array): Uint8Array | undefined {
    this.#check();
    return this.#tables[bucket].get(latin1FromBytes(key))?.value;
  }

  range(
    bucket: BucketName,
    from: Uint8Array,
    to: Uint8Array | undefined,
    visit: (key: Uint8Array, value: Uint8Array) => boolean,
  ): void {
    this.#check();
    scanRows(this.#tables[bucket], from, to, visit);
  }

  put(bucket: BucketName, key: Uint8Array, value: Uint8Array): void {
    this.#check();
    const rows = this.#tables[bucket];
    const name = latin1FromBytes(key);
    const slab = this.#slab;
    this.#buffered.push({ rows, key: name, before: rows.set(name, { key: slab.copy(key), value: slab.copy(value) }) });
  }

  delete(bucket: BucketName, key: Uint8Array): void {
    this.#check();
    const rows = this.#tables[bucket];
    const name = latin1FromBytes(key);
    const before = rows.delete(name);
    if (before !== undefined) this.#buffered.push({ rows, key: name, before });
  }

  startCommit(applied: AppliedPosition): boolean {
    this.#check();
    if (this.#sealed !== undefined) return false;
    this.put("meta", CONSISTENT_INDEX_KEY, uint64Bytes(applied.index));
    this.put("meta", TERM_KEY, uint64Bytes(applied.term));
    this.#sealed = { changes: this.#buffered, applied };
    this.#buffered = [];
    return true;
  }

  /** The commit under way has reached the disk. */
  finishCommit(): void {
    this.#check();
    if (this.#sealed === undefined) return;
    this.#committed = this.#sealed.applied;
    this.#sealed = undefined;
  }

  /** The commit under way failed: from now on everything throws, and only `crash` is left. */
  failCommit(): void {
    this.#gone = "a commit failed";
  }

  /** Both halves of a commit at once. */
  commit(applied: AppliedPosition): void {
    this.finishCommit();
    this.startCommit(applied);
    this.finishCommit();
  }

  snapshot(): BackendSnapshot {
    this.#check();
    const tables = this.#copyUndone(true);
    return {
      applied: this.#committed,
      get: (bucket, key) => tables[bucket].get(latin1FromBytes(key))?.value,
      range: (bucket, from, to, visit) => scanRows(tables[bucket], from, to, visit),
      close() {},
    };
  }

  /**
   * What the next process finds after this one died: the last finished commit, or where `sealedSurvives` also the one under
   * way (its transaction was complete when the machine stopped). This backend is of no use afterwards.
   */
  crash(sealedSurvives: boolean): MemoryBackend {
    const next = new MemoryBackend();
    const tables = this.#copyUndone(!sealedSurvives);
    for (const bucket of BUCKETS) copyRows(tables[bucket], next.#tables[bucket]);
    next.#committed = sealedSurvives && this.#sealed !== undefined ? this.#sealed.applied : this.#committed;
    this.#gone = "the process died";
    return next;
  }

  /** A copy of all rows without the buffered changes, and where asked without the sealed ones. */
  #copyUndone(sealedToo: boolean): Tables {
    const tables = newTables();
    for (const bucket of BUCKETS) {
      const own = this.#tables[bucket];
      const copy = tables[bucket];
      copyRows(own, copy);
      undo(this.#buffered, own, copy);
      if (sealedToo && this.#sealed !== undefined) undo(this.#sealed.changes, own, copy);
    }
    return tables;
  }

  #check(): void {
    if (this.#gone !== undefined) throw new BackendGoneError(this.#gone);
  }
}

function newTables(): Tables {
  return Object.fromEntries(BUCKETS.map((bucket) => [bucket, new OrderedMap<Row>()])) as Tables;
}

function copyRows(from: Rows, to: Rows): void {
  from.scan("", undefined, (key, row) => {
    to.set(key, row);
    return true;
  });
}

function undo(changes: readonly Change[], rows: Rows, copy: Rows): void {
  for (let i = changes.length - 1; i >= 0; i--) {
    const change = changes[i]!;
    if (change.rows !== rows) continue;
    if (change.before === undefined) copy.delete(change.key);
    else copy.set(change.key, change.before);
  }
}

function scanRows(
  rows: Rows,
  from: Uint8Array,
  to: Uint8Array | undefined,
  visit: (key: Uint8Array, value: Uint8Array) => boolean,
): void {
  rows.scan(latin1FromBytes(from), to === undefined ? undefined : latin1FromBytes(to), (_key, row) =>
    visit(row.key, row.value),
  );
}

function uint64Bytes(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}
