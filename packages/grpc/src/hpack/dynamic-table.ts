/**
 * The dynamic table of RFC 7541 section 2.3.2: newest entry first, evicted from the other end, bounded in octets. One side's encoder and
 * the other side's decoder hold the same one. `epoch` counts its changes, so that whoever remembers a block knows whether it still means
 * the same.
 *
 *     ring:   . . o o o o n . . .      index 0 is the newest, n
 *                 ^oldest  ^head
 */
import type { HeaderField } from "./header-field.ts";

const INITIAL_SLOTS = 32;

export class DynamicTable {
  /** Rises with every insertion, eviction and change of size. */
  epoch = 0;
  #ring: (HeaderField | undefined)[] = new Array(INITIAL_SLOTS).fill(undefined);
  /** Slot of the newest entry. */
  #head = 0;
  #count = 0;
  #size = 0;
  #maxSize: number;

  /** @param maxSize octets, entry overhead included. */
  constructor(maxSize: number) {
    this.#maxSize = maxSize;
  }

  get count(): number {
    return this.#count;
  }

  get size(): number {
    return this.#size;
  }

  get maxSize(): number {
    return this.#maxSize;
  }

  /** The entry with `index`, 0 the newest; undefined beyond the last. */
  get(index: number): HeaderField | undefined {
    if (index >= this.#count) return undefined;
    return this.#ring[(this.#head - index) & (this.#ring.length - 1)];
  }

  /** Adds `field` after evicting what it displaces; one larger than the table empties it (section 4.4). */
  insert(field: HeaderField): void {
    this.epoch++;
    this.#evict(this.#maxSize - field.size);
    if (field.size > this.#maxSize) return;
    if (this.#count === this.#ring.length) this.#grow();
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.#ring[this.#head] = field;
    this.#count++;
    this.#size += field.size;
  }

  /** Changes the bound and evicts what is above it. */
  resize(maxSize: number): void {
    this.epoch++;
    this.#maxSize = maxSize;
    this.#evict(maxSize);
  }

  #evict(target: number): void {
    while (this.#count > 0 && this.#size > target) {
      const slot = (this.#head - this.#count + 1) & (this.#ring.length - 1);
      this.#size -= this.#ring[slot]!.size;
      this.#ring[slot] = undefined;
      this.#count--;
    }
  }

  #grow(): void {
    const next: (HeaderField | undefined)[] = new Array(this.#ring.length * 2).fill(undefined);
    for (let i = 0; i < this.#count; i++) next[this.#count - 1 - i] = this.get(i);
    this.#head = this.#count - 1;
    this.#ring = next;
  }
}
