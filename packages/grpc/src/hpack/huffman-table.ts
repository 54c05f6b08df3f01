/**
 * The Huffman code of RFC 7541 appendix B. The code is canonical, so the length of each symbol's code is all there is to write down; codes
 * and the decoding table follow from it. Decoding walks the tree half an octet at a time: no code is shorter than 5 bits, so a step ends
 * at most one symbol.
 */
import { assert } from "@quorate/base";

const SYMBOLS = 257;
const EOS = 256;
const LONGEST = 30;
const NIBBLE = 16;
/** Length of the code of symbols 0 to 255 and EOS: "a" is 5 bits, "z" is 30. */
const LENGTHS =
  "isxxxxxxxtzxxzxxxxxxxxzxxxxxxxxxbffhibdgffdgdbbbaaabbbbbbbcdkbhfibccccccccccccccccccccccdcdioijbkabababbbaccbbba" +
  "bcbaabccccckgjixprpprrrsrssssststtrstssssqrsrsstrqprrssqsrrtqrssqqrqsrssprrrsrrsvvporsruvvvwwvtuoqvwwvwtqqvvxwww" +
  "ptpqrqqsrruuttvsvwvvwwwwwxwwwwwvz";

/** Bits of a symbol's code. */
export const CODE_LENGTHS: Uint8Array = Uint8Array.from(LENGTHS, (letter) => letter.charCodeAt(0) - 92);
/** A symbol's code in its low bits. */
export const CODES: Uint32Array = assignCodes();

/** A step ended a symbol, which stands in bits 16 to 23. */
export const HAS_SYMBOL: number = 1 << 30;
/** The node that no string may reach: beyond EOS. */
export const DEAD = 0xffff;

const TREE = buildTree();

/** (node << 4 | nibble) to the next node in the low 16 bits, with HAS_SYMBOL and the symbol above it. */
export const STEPS: Uint32Array = buildSteps();
/** 1 for the nodes where a string may end: fewer than 8 bits of an unfinished code, all ones. */
export const MAY_END: Uint8Array = endNodes();

/** Codes ascend by length and, within one, by symbol. */
function assignCodes(): Uint32Array {
  const codes = new Uint32Array(SYMBOLS);
  let code = 0;
  for (let length = 1; length <= LONGEST; length++) {
    for (let symbol = 0; symbol < SYMBOLS; symbol++) if (CODE_LENGTHS[symbol] === length) codes[symbol] = code++;
    code *= 2;
  }
  return codes;
}

/** Children of each inner node, two a node: a node's number, or -1 - symbol for a leaf. */
function buildTree(): number[] {
  const tree = [0, 0];
  for (let symbol = 0; symbol < SYMBOLS; symbol++) {
    let node = 0;
    for (let bit = CODE_LENGTHS[symbol]! - 1; bit >= 0; bit--) {
      const slot = node * 2 + ((CODES[symbol]! >>> bit) & 1);
      if (bit === 0) tree[slot] = -1 - symbol;
      else if (tree[slot] === 0) {
        tree[slot] = tree.length / 2;
        tree.push(0, 0);
      }
      node = tree[slot]!;
    }
  }
  assert(tree.length / 2 === SYMBOLS - 1, "a full binary tree has one inner node fewer than leaves");
  return tree;
}

function buildSteps(): Uint32Array {
  const nodes = TREE.length / 2;
  const steps = new Uint32Array(nodes * NIBBLE);
  for (let from = 0; from < nodes; from++) {
    for (let nibble = 0; nibble < NIBBLE; nibble++) steps[from * NIBBLE + nibble] = step(from, nibble);
  }
  return steps;
}

function step(from: number, nibble: number): number {
  let node = from;
  let symbol = 0;
  for (let bit = 3; bit >= 0; bit--) {
    node = TREE[node * 2 + ((nibble >>> bit) & 1)]!;
    if (node === -1 - EOS) return DEAD;
    if (node < 0) {
      symbol = HAS_SYMBOL | ((-1 - node) << 16);
      node = 0;
    }
  }
  return symbol | node;
}

function endNodes(): Uint8Array {
  const may = new Uint8Array(TREE.length / 2);
  let node = 0;
  for (let depth = 0; depth < 8; depth++) {
    may[node] = 1;
    node = TREE[node * 2 + 1]!;
  }
  return may;
}
