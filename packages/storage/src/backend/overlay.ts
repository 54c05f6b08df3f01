/**
 * Changes that the file does not hold yet, in key order: the open buffer over the sealed one, which is being written. Reads look
 * here first. The sealed changes stay until their commit is visible to reads; meanwhile both tell the same, so it does
 * not matter which side of the commit a read sees.
 */
import { BUCKETS, type BucketName, compareBytes, latin1FromBytes, OrderedMap } from "@quorate/base";

/** A buffered row; without a value it is a removal. */
export type Change = { readonly key: Uint8Array; readonly value: Uint8Array | undefined };
type Layer = Readonly<Record<BucketName, OrderedMap<Change>>>;

/** Changes fetched from a layer at a time. */
const FETCH = 64;

export class Overlay {
  #open: Layer = newLayer();
  #sealed: Layer | undefined;

  set(bucket: BucketName, key: Uint8Array, value: Uint8Array | undefined): void {
    this.#open[bucket].set(latin1FromBytes(key), { key, value });
  }

  /** The newest change of a key, or undefined where the file has the say. */
  get(bucket: BucketName, key: Uint8Array): Change | undefined {
    const open = this.#open[bucket];
    const sealed = this.#sealed?.[bucket];
    if (open.size === 0 && (sealed === undefined || sealed.size === 0)) return undefined;
    const name = latin1FromBytes(key);
    return open.get(name) ?? sealed?.get(name);
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
    const cursors: LayerCursor[] = [];
    const layers = this.#sealed === undefined ? [this.#open] : [this.#open, this.#sealed];
    for (const layer of layers) {
      const map = layer[bucket];
      if (map.size === 0) continue;
      const cursor = new LayerCursor(map, start, end);
      if (cursor.current !== undefined) cursors.push(cursor);
    }
    const [first, second] = cursors;
    if (first === undefined) return undefined;
    return second === undefined ? first : new MergedCursor(first, second);
  }
}

/** Changes one after the other. */
export interface ChangeCursor {
  /** Undefined at the end. */
  readonly current: Change | undefined;
  next(): void;
}

/** One layer. It fetches a few changes at a time, because a layer is scanned by callback. */
class LayerCursor implements ChangeCursor {
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

/** Two layers as one; where both know a key, the upper one counts. */
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
  return Object.fromEntries(BUCKETS.map((bucket) => [bucket, new OrderedMap<Change>()])) as Layer;
}
