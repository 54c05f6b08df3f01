/**
 * Changes that the file does not hold yet, in key order: the open buffer over the sealed one, which is being written. Reads look
 * here first. The sealed changes stay until their commit is visible to reads; meanwhile both tell the same, so it does
 * not matter which side of the commit a read sees.
 */
import { BUCKETS, type BucketName, compareBytes, latin1FromBytes, OrderedMap } from "@quorate/base";
import { ChangeRun } from "./change-run.ts";

/** A buffered row; without a value it is a removal. */
export type Change = { readonly key: Uint8Array; readonly value: Uint8Array | undefined };
/** Rows in rising order, and over them what came out of order: removals, and keys that are not above all others. */
type Rows = { readonly run: ChangeRun; readonly others: OrderedMap<Change> };
type Layer = Readonly<Record<BucketName, Rows>>;

/** Changes fetched from a layer at a time. */
const FETCH = 64;

export class Overlay {
  #open: Layer = newLayer();
  #sealed: Layer | undefined;

  /** Takes a change. A value in rising order is copied; other arrays are kept, so copies of them are made here. */
  set(bucket: BucketName, key: Uint8Array, value: Uint8Array | undefined): void {
    const { run, others } = this.#open[bucket];
    if (value !== undefined && run.isAbove(key)) {
      if (others.size === 0 || others.get(latin1FromBytes(key)) === undefined) {
        run.add(key, value);
        return;
      }
    }
    others.set(latin1FromBytes(key), { key: key.slice(), value: value?.slice() });
  }

  /** The newest change of a key, or undefined where the file has the say. */
  get(bucket: BucketName, key: Uint8Array): Change | undefined {
    return changeIn(this.#open[bucket], key) ?? changeIn(this.#sealed?.[bucket], key);
  }

  /** Starts a new open layer. The sealed one before must be gone. */
  seal(): void {
    this.#sealed = this.#open;
    this.#open = newLayer();
  }

  /** The sealed changes are in the file, and reads see them there. */
  dropSealed(): void {
    this.#sealed = undefined;
  }

  /** The changes of a range in key order, the newest of each key; undefined where there are none. */
  changes(bucket: BucketName, from: Uint8Array, to: Uint8Array | undefined): ChangeCursor | undefined {
    const start = latin1FromBytes(from);
    const end = to === undefined ? undefined : latin1FromBytes(to);
    let all: ChangeCursor | undefined;
    // From the oldest to the newest: each lies over those before it.
    const layers = this.#sealed === undefined ? [this.#open] : [this.#sealed, this.#open];
    for (const layer of layers) {
      const { run, others } = layer[bucket];
      if (run.size > 0) all = over(new RunCursor(run, from, to), all);
      if (others.size > 0) all = over(new MapCursor(others, start, end), all);
    }
    return all;
  }
}

/** Changes one after the other. */
export interface ChangeCursor {
  /** Undefined at the end. */
  readonly current: Change | undefined;
  next(): void;
}

function changeIn(rows: Rows | undefined, key: Uint8Array): Change | undefined {
  if (rows === undefined) return undefined;
  const other = rows.others.size === 0 ? undefined : rows.others.get(latin1FromBytes(key));
  if (other !== undefined) return other;
  const value = rows.run.get(key);
  return value === undefined ? undefined : { key, value };
}

/** What a cursor shows over older changes. */
function over(upper: ChangeCursor, lower: ChangeCursor | undefined): ChangeCursor | undefined {
  if (upper.current === undefined) return lower;
  return lower === undefined ? upper : new MergedCursor(upper, lower);
}

/** The rows of a run in an interval. */
class RunCursor implements ChangeCursor {
  current: Change | undefined;
  readonly #run: ChangeRun;
  readonly #end: number;
  #at: number;

  constructor(run: ChangeRun, from: Uint8Array, to: Uint8Array | undefined) {
    this.#run = run;
    this.#at = run.lowerBound(from);
    this.#end = to === undefined ? run.size : run.lowerBound(to);
    this.#settle();
  }

  next(): void {
    this.#at++;
    this.#settle();
  }

  #settle(): void {
    const run = this.#run;
    const at = this.#at;
    this.current = at < this.#end ? { key: run.keyAt(at), value: run.valueAt(at) } : undefined;
  }
}

/** Changes out of order. It fetches a few at a time, because a map is scanned by callback. */
class MapCursor implements ChangeCursor {
  current: Change | undefined;
  readonly #map: OrderedMap<Change>;
  readonly #end: string | undefined;
  #fetched: Change[] = [];
  #at = 0;

  constructor(map: OrderedMap<Change>, start: string, end: string | undefined) {
    this.#map = map;
    this.#end = end;
    this.#fetch(start);
  }

  next(): void {
    const last = this.current;
    this.#at++;
    if (this.#at < this.#fetched.length) this.current = this.#fetched[this.#at];
    else if (last === undefined || this.#fetched.length < FETCH) this.current = undefined;
    else this.#fetch(`${latin1FromBytes(last.key)}\0`);
  }

  #fetch(start: string): void {
    const fetched: Change[] = [];
    this.#map.scan(start, this.#end, (_key, change) => {
      fetched.push(change);
      return fetched.length < FETCH;
    });
    this.#fetched = fetched;
    this.#at = 0;
    this.current = fetched[0];
  }
}

/** Two cursors as one; where both know a key, the upper one counts. */
class MergedCursor implements ChangeCursor {
  current: Change | undefined;
  readonly #upper: ChangeCursor;
  readonly #lower: ChangeCursor;

  constructor(upper: ChangeCursor, lower: ChangeCursor) {
    this.#upper = upper;
    this.#lower = lower;
    this.#settle();
  }

  next(): void {
    if (this.current === this.#upper.current) this.#upper.next();
    else this.#lower.next();
    this.#settle();
  }

  #settle(): void {
    const upper = this.#upper.current;
    const lower = this.#lower.current;
    if (upper === undefined || lower === undefined) {
      this.current = upper ?? lower;
      return;
    }
    const order = compareBytes(upper.key, lower.key);
    if (order === 0) this.#lower.next();
    this.current = order <= 0 ? upper : lower;
  }
}

function newLayer(): Layer {
  return Object.fromEntries(
    BUCKETS.map((bucket) => [bucket, { run: new ChangeRun(), others: new OrderedMap<Change>() }]),
  ) as Layer;
}
