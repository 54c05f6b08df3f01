/**
 * A bounded first-in-first-out queue without the cost of `Array.shift`. A full queue refuses; its owner decides what a
 * refusal means (drop and count, or answer "busy"), so nothing in the project can grow without a bound.
 *
 *     head          tail
 *      v             v
 *   [ ,a,b,c,d,e,f,g, , ]      capacity is a power of two, grown on demand up to `limit`
 */
export class RingQueue<T> {
  readonly limit: number;
  #slots: (T | undefined)[];
  #head = 0;
  #length = 0;

  /** @param limit most items the queue may hold; at least 1. */
  constructor(limit: number) {
    this.limit = limit;
    this.#slots = new Array(16);
  }

  get length(): number {
    return this.#length;
  }

  /** Appends `item`; false (and nothing changed) when the queue is full. */
  push(item: T): boolean {
    if (this.#length >= this.limit) return false;
    if (this.#length === this.#slots.length) this.#grow();
    this.#slots[(this.#head + this.#length) & (this.#slots.length - 1)] = item;
    this.#length++;
    return true;
  }

  /** Takes the oldest item; undefined when the queue is empty. */
  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#slots[this.#head];
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#slots.length - 1);
    this.#length--;
    return item;
  }

  /** The oldest item without taking it. */
  peek(): T | undefined {
    return this.#length === 0 ? undefined : this.#slots[this.#head];
  }

  /** Takes everything, oldest first. */
  drain(): T[] {
    const items: T[] = [];
    for (let n = this.#length; n > 0; n--) items.push(this.shift() as T);
    return items;
  }

  #grow(): void {
    const old = this.#slots;
    const next: (T | undefined)[] = new Array(old.length * 2);
    for (let i = 0; i < this.#length; i++) next[i] = old[(this.#head + i) & (old.length - 1)];
    this.#slots = next;
    this.#head = 0;
  }
}
