/**
 * Rows that were put in rising key order, as bytes: what nearly every change is, because the keyspace's rows are keyed by revision.
 * A row costs a place in one array of numbers and a copy of its bytes. As objects, buffered rows outlive a collection of garbage
 * or two, and moving them costs more than the put. Blocks are never written to again: what is read from here stays as it is.
 */

/** Rows longer than a part of this get a block of their own. */
const BLOCK_BYTES = 64 * 1024;
const LARGE_FRACTION = 4;
const FIRST_ROWS = 256;

/** Numbers per row: its block, where in it the key begins, and the lengths of key and value, which follow each other. */
const STRIDE = 4;

export class ChangeRun {
  readonly #blocks: Uint8Array[] = [];
  #block: Uint8Array | undefined;
  #used = 0;
  #places: Int32Array | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** True where `key` lies above all keys, so that `add` may take it. */
  isAbove(key: Uint8Array): boolean {
    return this.#size === 0 || this.#compare(this.#size - 1, key) < 0;
  }

  /** Adds a copy of a row whose key is above all others. */
  add(key: Uint8Array, value: Uint8Array): void {
    const at = this.#size * STRIDE;
    let places = this.#places;
    if (places === undefined || at === places.length) places = this.#grow();
    const need = key.length + value.length;
    const start = this.#reserve(need);
    const block = this.#block!;
    // The key is short: a loop beats `set`.
    for (let i = 0; i < key.length; i++) block[start + i] = key[i]!;
    block.set(value, start + key.length);
    places[at] = this.#blocks.length - 1;
    places[at + 1] = start;
    places[at + 2] = key.length;
    places[at + 3] = value.length;
    this.#size++;
  }

  /** The value of a key, sharing the run's memory. */
  get(key: Uint8Array): Uint8Array | undefined {
    const at = this.lowerBound(key);
    return at < this.#size && this.#compare(at, key) === 0 ? this.valueAt(at) : undefined;
  }

  /** Place of the first row whose key is not below `key`. */
  lowerBound(key: Uint8Array): number {
    let low = 0;
    let high = this.#size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(middle, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  keyAt(row: number): Uint8Array {
    const places = this.#places!;
    const at = row * STRIDE;
    return this.#view(places[at]!, places[at + 1]!, places[at + 2]!);
  }

  valueAt(row: number): Uint8Array {
    const places = this.#places!;
    const at = row * STRIDE;
    return this.#view(places[at]!, places[at + 1]! + places[at + 2]!, places[at + 3]!);
  }

  #view(block: number, start: number, length: number): Uint8Array {
    return new Uint8Array(this.#blocks[block]!.buffer, start, length);
  }

  /** The order of row `row` and `key`, without an array for the row's key. */
  #compare(row: number, key: Uint8Array): number {
    const places = this.#places!;
    const at = row * STRIDE;
    const block = this.#blocks[places[at]!]!;
    const start = places[at + 1]!;
    const length = places[at + 2]!;
    const common = Math.min(length, key.length);
    for (let i = 0; i < common; i++) {
      const difference = block[start + i]! - key[i]!;
      if (difference !== 0) return difference;
    }
    return length - key.length;
  }

  /** Room for `need` bytes in the last block. */
  #reserve(need: number): number {
    const isLarge = need > BLOCK_BYTES / LARGE_FRACTION;
    if (this.#block === undefined || this.#used + need > this.#block.length) {
      this.#block = new Uint8Array(isLarge ? need : BLOCK_BYTES);
      this.#blocks.push(this.#block);
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += need;
    return start;
  }

  #grow(): Int32Array {
    const larger = new Int32Array(Math.max(FIRST_ROWS * STRIDE, 2 * (this.#places?.length ?? 0)));
    if (this.#places !== undefined) larger.set(this.#places);
    this.#places = larger;
    return larger;
  }
}
