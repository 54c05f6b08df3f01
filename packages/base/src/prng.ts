/**
 * The only source of randomness in pure code: a seeded generator (sfc32) whose streams can be forked by label, so that one
 * more draw in one subsystem does not shift the draws of another.
 */
import type { Random } from "./ports.ts";

/** A deterministic generator. Invariant: the sequence depends on nothing but the seed and the labels forked through. */
export class Prng implements Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number | string) {
    const state = hash32(`${seed}`);
    this.#a = state;
    this.#b = Math.imul(state ^ 0x9e3779b9, 0x85ebca6b);
    this.#c = Math.imul(state ^ 0x7f4a7c15, 0xc2b2ae35);
    for (let i = 0; i < 12; i++) this.uint32();
  }

  /** The next unsigned 32-bit number. */
  uint32(): number {
    const t = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + t) | 0;
    return t >>> 0;
  }

  /** A whole number in [0, bound); `bound` is at most 2^32. */
  below(bound: number): number {
    return Math.floor((this.uint32() / 2 ** 32) * bound);
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.uint32() < probability * 2 ** 32;
  }

  /** One of the items; `items` must not be empty. */
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  /** A generator of its own for one subsystem. */
  fork(label: string): Prng {
    return new Prng(`${this.#a}:${this.#b}:${this.#c}:${label}`);
  }
}

/** FNV-1a over UTF-16 units with a final avalanche: spreads close seeds far apart. */
function hash32(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
