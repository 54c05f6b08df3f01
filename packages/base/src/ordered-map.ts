/**
 * A map ordered by string keys: a B+tree whose leaves are chained. It compares strings directly, which no general tree with a
 * comparator can, and every node is small, so no insertion moves more than a few hundred words and nothing is ever rehashed.
 *
 *            [ f | m ]                 an inner node: child i holds keys below keys[i], child i+1 those at or above it
 *           /    |    \
 *      [a c]->[f k]->[m x]             leaves: keys and values side by side
 *
 * Nodes that shrink are merged with a neighbour as soon as both fit into one. The map must not change during a scan.
 *
 * Where entries have weights, every node knows the sum of those below it, so that the weight of an interval costs two walks down.
 */
import { assert } from "./assert.ts";

/** Keys in a node. Measured on a million keys: 32 to 128 are alike, smaller and larger ones are slower. */
const MAX_KEYS = 64;
/** A node with fewer keys looks for a neighbour to merge with. */
const MIN_KEYS = MAX_KEYS / 4;

type Node<V> = {
  readonly keys: string[];
  /** Leaves only: `values[i]` belongs to `keys[i]`. */
  readonly values: V[] | undefined;
  /** Inner nodes only: one more than keys. */
  readonly children: Node<V>[] | undefined;
  /** Leaves only: the next leaf in key order. */
  next: Node<V> | undefined;
  /** Of all entries below. */
  weight: number;
};

/** What an entry counts in `OrderedMap.weight`: a whole number. */
export type Weigh<V> = (value: V) => number;

function newLeaf<V>(keys: string[], values: V[], next: Node<V> | undefined, weight: number): Node<V> {
  return { keys, values, children: undefined, next, weight };
}

function newInner<V>(keys: string[], children: Node<V>[], weight: number): Node<V> {
  return { keys, values: undefined, children, next: undefined, weight };
}

/** The first place whose key is not below `key`. */
function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The child that a key belongs to: the first place whose separator is above `key`. */
function childAt(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keys[middle]! <= key) low = middle + 1;
    else high = middle;
  }
  return low;
}

export class OrderedMap<V> {
  readonly #weigh: Weigh<V>;
  #root: Node<V> = newLeaf<V>([], [], undefined, 0);
  #size = 0;
  /** By how much the change under way alters the weight of the nodes on its path. */
  #gain = 0;

  /** @param weigh where `weight` is asked for; a value that comes to weigh something else is told to `reweigh`. */
  constructor(weigh: Weigh<V> = weightless) {
    this.#weigh = weigh;
  }

  /** The weight of all entries. */
  get totalWeight(): number {
    return this.#root.weight;
  }

  /** Keys in the map. */
  get size(): number {
    return this.#size;
  }

  get(key: string): V | undefined {
    const leaf = this.#leafOf(key);
    const at = lowerBound(leaf.keys, key);
    return leaf.keys[at] === key ? leaf.values![at] : undefined;
  }

  /** Sets the value of a key and gives back what it was. */
  set(key: string, value: V): V | undefined {
    const root = this.#root;
    const sizeBefore = this.#size;
    const before = this.#insert(root, key, value);
    if (this.#size !== sizeBefore && root.keys.length > MAX_KEYS) {
      const { weight } = root;
      const right = split(root, this.#weigh);
      this.#root = newInner([right.separator], [root, right.node], weight);
    }
    return before;
  }

  /** Takes a key out and gives back its value. */
  delete(key: string): V | undefined {
    const before = this.#remove(this.#root, key);
    const { children } = this.#root;
    if (children !== undefined && children.length === 1) this.#root = children[0]!;
    return before;
  }

  clear(): void {
    this.#root = newLeaf<V>([], [], undefined, 0);
    this.#size = 0;
  }

  /** The weight of all entries in [from, to). @param to undefined for no upper end; not below `from`. */
  weight(from: string, to: string | undefined): number {
    return (to === undefined ? this.#root.weight : this.#weightBelow(to)) - this.#weightBelow(from);
  }

  /** The value at `key`, which must be there, weighs `gain` more than it did. To be told before any other change. */
  reweigh(key: string, gain: number): void {
    let node = this.#root;
    node.weight += gain;
    while (node.children !== undefined) {
      node = node.children[childAt(node.keys, key)]!;
      node.weight += gain;
    }
    assert(node.keys[lowerBound(node.keys, key)] === key, "what weighs something else is in the map");
  }

  /**
   * Calls `visit` for each entry in [from, to) in order until it returns false. @param to undefined for no upper end.
   */
  scan(from: string, to: string | undefined, visit: (key: string, value: V) => boolean): void {
    let leaf: Node<V> | undefined = this.#leafOf(from);
    let at = lowerBound(leaf.keys, from);
    while (leaf !== undefined) {
      const { keys } = leaf;
      const values = leaf.values!;
      // One comparison tells that the whole leaf lies below the end.
      const last = keys.length - 1;
      const whole = to === undefined || (last >= 0 && keys[last]! < to);
      for (; at <= last; at++) {
        if (!whole && keys[at]! >= to!) return;
        if (!visit(keys[at]!, values[at]!)) return;
      }
      leaf = leaf.next;
      at = 0;
    }
  }

  /** The last entry's key, or undefined where the map is empty. */
  lastKey(): string | undefined {
    let node = this.#root;
    while (node.children !== undefined) node = node.children[node.children.length - 1]!;
    return node.keys[node.keys.length - 1];
  }

  #weightBelow(key: string): number {
    let node = this.#root;
    let sum = 0;
    while (node.children !== undefined) {
      const at = childAt(node.keys, key);
      for (let i = 0; i < at; i++) sum += node.children[i]!.weight;
      node = node.children[at]!;
    }
    const at = lowerBound(node.keys, key);
    const weigh = this.#weigh;
    for (let i = 0; i < at; i++) sum += weigh(node.values![i]!);
    return sum;
  }

  #leafOf(key: string): Node<V> {
    let node = this.#root;
    while (node.children !== undefined) node = node.children[childAt(node.keys, key)]!;
    return node;
  }

  #insert(node: Node<V>, key: string, value: V): V | undefined {
    const { keys, values, children } = node;
    if (values !== undefined) {
      const at = lowerBound(keys, key);
      if (keys[at] === key) {
        const before = values[at]!;
        values[at] = value;
        this.#gain = this.#weigh(value) - this.#weigh(before);
        node.weight += this.#gain;
        return before;
      }
      this.#size++;
      this.#gain = this.#weigh(value);
      node.weight += this.#gain;
      insertAt(keys, at, key);
      insertAt(values, at, value);
      return undefined;
    }
    const at = childAt(keys, key);
    const child = children![at]!;
    const before = this.#insert(child, key, value);
    node.weight += this.#gain;
    if (child.keys.length > MAX_KEYS) {
      const right = split(child, this.#weigh);
      insertAt(keys, at, right.separator);
      insertAt(children!, at + 1, right.node);
    }
    return before;
  }

  #remove(node: Node<V>, key: string): V | undefined {
    const { keys, values, children } = node;
    if (values !== undefined) {
      const at = lowerBound(keys, key);
      this.#gain = 0;
      if (keys[at] !== key) return undefined;
      const before = values[at]!;
      this.#gain = -this.#weigh(before);
      node.weight += this.#gain;
      keys.splice(at, 1);
      values.splice(at, 1);
      this.#size--;
      return before;
    }
    const at = childAt(keys, key);
    const before = this.#remove(children![at]!, key);
    node.weight += this.#gain;
    if (children![at]!.keys.length < MIN_KEYS && !mergeAt(node, at)) mergeAt(node, at - 1);
    return before;
  }
}

/** Puts an item at a place. Faster than `splice`, which makes an array for what it takes out. */
function insertAt<T>(items: T[], at: number, item: T): void {
  let i = items.length;
  items.push(item);
  for (; i > at; i--) items[i] = items[i - 1]!;
  items[at] = item;
}

function weightless(): number {
  return 0;
}

function weightOf(node: { readonly weight: number }): number {
  return node.weight;
}

function sumOf<T>(items: readonly T[], weigh: (item: T) => number): number {
  let sum = 0;
  for (let i = 0; i < items.length; i++) sum += weigh(items[i]!);
  return sum;
}

/** Moves the upper half of an overfull node into a new right neighbour. */
function split<V>(node: Node<V>, weigh: Weigh<V>): { readonly separator: string; readonly node: Node<V> } {
  const { keys, values, children } = node;
  const middle = keys.length >>> 1;
  if (values !== undefined) {
    const moved = values.slice(middle);
    const right = newLeaf(keys.slice(middle), moved, node.next, sumOf(moved, weigh));
    node.weight -= right.weight;
    keys.length = middle;
    values.length = middle;
    node.next = right;
    return { separator: right.keys[0]!, node: right };
  }
  const separator = keys[middle]!;
  const moved = children!.slice(middle + 1);
  const right = newInner(keys.slice(middle + 1), moved, sumOf(moved, weightOf));
  node.weight -= right.weight;
  keys.length = middle;
  children!.length = middle + 1;
  return { separator, node: right };
}

/** Merges child `at` with the one right of it where both fit into one node; says whether it did. */
function mergeAt<V>(parent: Node<V>, at: number): boolean {
  const children = parent.children!;
  const left = children[at];
  const right = children[at + 1];
  if (left === undefined || right === undefined) return false;
  const separator = parent.keys[at]!;
  if (left.values !== undefined) {
    if (left.keys.length + right.keys.length > MAX_KEYS) return false;
    for (let i = 0; i < right.keys.length; i++) {
      left.keys.push(right.keys[i]!);
      left.values.push(right.values![i]!);
    }
    left.next = right.next;
  } else {
    if (left.keys.length + right.keys.length + 1 > MAX_KEYS) return false;
    left.keys.push(separator, ...right.keys);
    left.children!.push(...right.children!);
  }
  left.weight += right.weight;
  parent.keys.splice(at, 1);
  children.splice(at + 1, 1);
  assert(children.length === parent.keys.length + 1, "an inner node has one child more than keys");
  return true;
}
