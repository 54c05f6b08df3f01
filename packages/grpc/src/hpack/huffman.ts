/** Strings in the Huffman code of HPACK, both ways. A string that decodes is one that a correct encoder could have written. */
import { CODE_LENGTHS, CODES, DEAD, HAS_SYMBOL, MAY_END, STEPS } from "./huffman-table.ts";

/** Octets that `text` (latin1) takes encoded. */
export function huffmanLength(text: string): number {
  let bits = 0;
  for (let i = 0; i < text.length; i++) bits += CODE_LENGTHS[text.charCodeAt(i)]!;
  return (bits + 7) >>> 3;
}

/** Writes `text` (latin1) encoded to `out` from `at`; returns where it ended. The caller made room by `huffmanLength`. */
export function huffmanEncode(text: string, out: Uint8Array, at: number): number {
  let end = at;
  let pending = 0;
  let bits = 0;
  for (let i = 0; i < text.length; i++) {
    const symbol = text.charCodeAt(i);
    let left = CODE_LENGTHS[symbol]!;
    const code = CODES[symbol]!;
    while (left > 0) {
      const take = Math.min(left, 8 - bits);
      pending = (pending << take) | ((code >>> (left - take)) & ((1 << take) - 1));
      bits += take;
      left -= take;
      if (bits === 8) {
        out[end++] = pending;
        pending = 0;
        bits = 0;
      }
    }
  }
  if (bits > 0) out[end++] = (pending << (8 - bits)) | ((1 << (8 - bits)) - 1);
  return end;
}

/** Decodes bytes [start, end) to latin1 text; undefined when they hold EOS, or padding that is too long or not of ones. */
export function huffmanDecode(bytes: Uint8Array, start: number, end: number): string | undefined {
  let text = "";
  let node = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    const first = STEPS[(node << 4) | (byte >>> 4)]!;
    if ((first & DEAD) === DEAD) return undefined;
    if ((first & HAS_SYMBOL) !== 0) text += String.fromCharCode((first >>> 16) & 0xff);
    const second = STEPS[((first & DEAD) << 4) | (byte & 15)]!;
    if ((second & DEAD) === DEAD) return undefined;
    if ((second & HAS_SYMBOL) !== 0) text += String.fromCharCode((second >>> 16) & 0xff);
    node = second & DEAD;
  }
  return MAY_END[node] === 1 ? text : undefined;
}
