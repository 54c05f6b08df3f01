/** A set of watchers that finds those which a key concerns: single keys by name, ranges by interval. */
import { IntervalTree } from "./interval-tree.ts";
import type { Watcher } from "./watcher.ts";

export class WatcherGroup {
  readonly #byKey: Map<string, Set<Watcher>> = new Map<string, Set<Watcher>>();
  readonly #ranges: IntervalTree<Set<Watcher>> = new IntervalTree<Set<Watcher>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(watcher: Watcher): void {
    const { range } = watcher;
    let set = range.single ? this.#byKey.get(range.from) : this.#ranges.get(range);
    if (set === undefined) {
      set = new Set<Watcher>();
      if (range.single) this.#byKey.set(range.from, set);
      else this.#ranges.add(range, set);
    }
    set.add(watcher);
    this.#size++;
  }

  /** Takes a member out. */
  delete(watcher: Watcher): void {
    const { range } = watcher;
    const set = range.single ? this.#byKey.get(range.from) : this.#ranges.get(range);
    if (!set?.delete(watcher)) return;
    this.#size--;
    if (set.size > 0) return;
    if (range.single) this.#byKey.delete(range.from);
    else this.#ranges.delete(range);
  }

  /** Calls `visit` for every watcher of `key`. The group must not change meanwhile. */
  visit(key: string, visit: (watcher: Watcher) => void): void {
    const named = this.#byKey.get(key);
    if (named !== undefined) for (const watcher of named) visit(watcher);
    if (this.#ranges.size === 0) return;
    this.#ranges.stab(key, (set) => {
      for (const watcher of set) visit(watcher);
    });
  }

  /** Every member. */
  *[Symbol.iterator](): IterableIterator<Watcher> {
    for (const set of this.#byKey.values()) yield* set;
    const ranges: Set<Watcher>[] = [];
    this.#ranges.visitAll((set) => ranges.push(set));
    for (const set of ranges) yield* set;
  }
}
