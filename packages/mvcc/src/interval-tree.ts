/**
 * Intervals of keys, and which of them hold a given key: for watchers of ranges, and for whoever grants permissions on ranges. A
 * treap ordered by (from, to), in which each node knows the highest end below it, so that whole subtrees that end before a key
 * are passed over. Its shape depends on the order of insertions alone.
 */
import type { KeyRange } from "./key-range.ts";

type Node<V> = {
  readonly from: string;
  readonly to: string;
  readonly value: V;
  readonly priority: number;
  /** The highest `to` of this node and all below it. */
  maxTo: string;
  left: Node<V> | undefined;
  right: Node<V> | undefined;
};

/** Subtrees below and above an interval. */
type Halves<V> = { readonly below: Node<V> | undefined; readonly above: Node<V> | undefined };

export class IntervalTree<V> {
  #root: Node<V> | undefined = undefined;
  #size = 0;
  #random = 0x9e3779b9;

  /** Intervals in the tree. */
  get size(): number {
    return this.#size;
  }

  /** The value of exactly this interval. */
  get({ from, to }: KeyRange): V | undefined {
    let node = this.#root;
    while (node !== undefined) {
      const order = compare(from, to, node);
      if (order === 0) return node.value;
      node = order < 0 ? node.left : node.right;
    }
    return undefined;
  }

  /** Adds an interval that is not in the tree. */
  add({ from, to }: KeyRange, value: V): void {
    const node = { from, to, value, priority: this.#draw(), maxTo: to, left: undefined, right: undefined };
    this.#root = insert(this.#root, node);
    this.#size++;
  }

  /** Takes an interval out that is in the tree. */
  delete({ from, to }: KeyRange): void {
    this.#root = remove(this.#root, from, to);
    this.#size--;
  }

  /** Calls `visit` for every interval with from <= key < to. The tree must not change meanwhile. */
  stab(key: string, visit: (value: V) => void): void {
    stab(this.#root, key, visit);
  }

  /** Calls `visit` for every interval in order. The tree must not change meanwhile. */
  visitAll(visit: (value: V) => void): void {
    visitAll(this.#root, visit);
  }

  /** Xorshift: as good as any for balance, and the same in every run. */
  #draw(): number {
    let x = this.#random;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#random = x;
    return x;
  }
}

function compare<V>(from: string, to: string, node: Node<V>): number {
  if (from !== node.from) return from < node.from ? -1 : 1;
  return to === node.to ? 0 : to < node.to ? -1 : 1;
}

function refresh<V>(node: Node<V>): Node<V> {
  let max = node.to;
  if (node.left !== undefined && node.left.maxTo > max) max = node.left.maxTo;
  if (node.right !== undefined && node.right.maxTo > max) max = node.right.maxTo;
  node.maxTo = max;
  return node;
}

function insert<V>(node: Node<V> | undefined, fresh: Node<V>): Node<V> {
  if (node === undefined) return fresh;
  if (fresh.priority > node.priority) {
    const { below, above } = split(node, fresh);
    fresh.left = below;
    fresh.right = above;
    return refresh(fresh);
  }
  if (compare(fresh.from, fresh.to, node) < 0) node.left = insert(node.left, fresh);
  else node.right = insert(node.right, fresh);
  return refresh(node);
}

function split<V>(node: Node<V> | undefined, at: Node<V>): Halves<V> {
  if (node === undefined) return { below: undefined, above: undefined };
  if (compare(at.from, at.to, node) < 0) {
    const { below, above } = split(node.left, at);
    node.left = above;
    return { below, above: refresh(node) };
  }
  const { below, above } = split(node.right, at);
  node.right = below;
  return { below: refresh(node), above };
}

function remove<V>(node: Node<V> | undefined, from: string, to: string): Node<V> | undefined {
  if (node === undefined) return undefined;
  const order = compare(from, to, node);
  if (order === 0) return merge(node.left, node.right);
  if (order < 0) node.left = remove(node.left, from, to);
  else node.right = remove(node.right, from, to);
  return refresh(node);
}

function merge<V>(below: Node<V> | undefined, above: Node<V> | undefined): Node<V> | undefined {
  if (below === undefined) return above;
  if (above === undefined) return below;
  if (below.priority > above.priority) {
    below.right = merge(below.right, above);
    return refresh(below);
  }
  above.left = merge(below, above.left);
  return refresh(above);
}

function stab<V>(node: Node<V> | undefined, key: string, visit: (value: V) => void): void {
  // Everything below here ends before the key.
  if (node === undefined || node.maxTo <= key) return;
  stab(node.left, key, visit);
  if (node.from > key) return;
  if (node.to > key) visit(node.value);
  stab(node.right, key, visit);
}

function visitAll<V>(node: Node<V> | undefined, visit: (value: V) => void): void {
  if (node === undefined) return;
  visitAll(node.left, visit);
  visit(node.value);
  visitAll(node.right, visit);
}
