/**
 * Header blocks that were seen before, by their bytes. A client repeats the same few octets for every call of a method; finding them here
 * costs a comparison instead of a decoding. An entry holds only while the dynamic table is as it was. A block is kept from the second
 * time on, so that blocks which never repeat cost a hash and no copy.
 */

/** Slots, each for one block; a power of two. A connection calls few methods with few sets of metadata. */
const SLOTS = 16;
/** Longer blocks repeat seldom and would hold memory on every connection. */
const MAX_BLOCK_BYTES = 1024;

type Slot<V> = { bytes: Uint8Array; epoch: number; value: V | undefined /** Hash that was seen last. */; seen: number };

export class BlockCache<V> {
  readonly #slots: Slot<V>[] = [];
  #hash = 0;

  /** The value of the block [start, end) at `epoch`. */
  find(bytes: Uint8Array, start: number, end: number, epoch: number): V | undefined {
    const hash = hashOf(bytes, start, end);
    this.#hash = hash;
    const slot = this.#slots[hash & (SLOTS - 1)];
    if (slot === undefined || slot.value === undefined || slot.epoch !== epoch) return undefined;
    return isSame(slot.bytes, bytes, start, end) ? slot.value : undefined;
  }

  /** Remembers what `find` did not know; to be called right after it with the same block. */
  add(bytes: Uint8Array, start: number, end: number, epoch: number, value: V): void {
    if (end - start > MAX_BLOCK_BYTES) return;
    if (this.#slots.length === 0) {
      for (let i = 0; i < SLOTS; i++) this.#slots.push({ bytes, epoch: -1, value: undefined, seen: 0 });
    }
    const slot = this.#slots[this.#hash & (SLOTS - 1)]!;
    if (slot.seen !== this.#hash) {
      slot.seen = this.#hash;
      return;
    }
    slot.bytes = bytes.slice(start, end);
    slot.epoch = epoch;
    slot.value = value;
  }
}

/** FNV-1a over the block. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5 | 0;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return hash;
}

function isSame(kept: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (kept.length !== end - start) return false;
  for (let i = 0; i < kept.length; i++) if (kept[i] !== bytes[start + i]) return false;
  return true;
}
