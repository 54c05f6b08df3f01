/**
 * A dump of the store as it was at one moment, written in slices while later commits go on. Nothing is copied up front: whoever
 * changes a pair tells the dump its former value first (copy on write), and the dump prefers what it was told.
 */
import { assert } from "@quorate/base";
import { DumpWriter } from "./kv-codec.ts";

export class StoreDump {
  readonly #pairs: Iterator<[string, Uint8Array]>;
  readonly #writer: DumpWriter;
  /** Values at the moment of the dump of pairs that changed since; undefined for those that did not exist. */
  readonly #former = new Map<string, Uint8Array | undefined>();
  #done = false;

  /**
   * @param pairs the live pairs. @param sizeBytes what they take in a dump now. @param headroom bytes left free before the dump.
   */
  constructor(pairs: ReadonlyMap<string, Uint8Array>, sizeBytes: number, headroom: number) {
    // A live iterator also visits pairs added later; `former` says that they did not exist.
    this.#pairs = pairs[Symbol.iterator]();
    this.#writer = new DumpWriter({ count: pairs.size, sizeBytes, headroom });
  }

  /** A pair is about to change: `value` is what it holds now. */
  beforeChange(key: string, value: Uint8Array | undefined): void {
    if (!this.#former.has(key)) this.#former.set(key, value);
  }

  /** Writes up to `count` more pairs; true once all are written. */
  advance(count: number): boolean {
    for (let n = 0; n < count; n++) {
      const next = this.#pairs.next();
      if (next.done === true) {
        this.#done = true;
        return true;
      }
      const [key, live] = next.value;
      const value = this.#former.has(key) ? this.#former.get(key) : live;
      if (value !== undefined) this.#writer.add(key, value);
    }
    return false;
  }

  /** The finished dump, with `headroom` free bytes in front. */
  take(): Uint8Array {
    assert(this.#done, "a dump is taken once it is complete");
    return this.#writer.take();
  }
}
