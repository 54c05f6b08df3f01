/**
 * Byte strings as latin1 strings, one character a byte. They compare with `<` exactly as the bytes do, and far faster than byte
 * arrays, so ordered indexes are keyed by them. Such a string stays inside an index: what leaves it is bytes.
 */

/** More arguments than this in one call could overflow the stack of a small thread. */
const MAX_ARGUMENTS = 4096;

/** Up to this length a string is made in one piece, from an array of codes kept for its length. */
const MAX_PIECE = 128;
const PIECES: number[][] = Array.from({ length: MAX_PIECE + 1 }, (_, length) => new Array<number>(length).fill(0));

/** The string of `bytes[start, end)`. A long one may be a rope: an index keeps `flatLatin1` of it instead. */
export function latin1FromBytes(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  if (end - start <= MAX_PIECE) return piece(bytes, start, end - start);
  let out = "";
  for (let at = start; at < end; at += MAX_PIECE) out += piece(bytes, at, Math.min(MAX_PIECE, end - at));
  return out;
}

/** One piece: looking up with a rope of small ones costs an index a quarter of its speed. */
function piece(bytes: Uint8Array, start: number, length: number): string {
  const codes = PIECES[length]!;
  for (let i = 0; i < length; i++) codes[i] = bytes[start + i]!;
  return String.fromCharCode.apply(undefined, codes);
}

/** The same string as one block of memory without a rope behind it: what an index keeps. */
export function flatLatin1(key: string): string {
  if (key.length > MAX_ARGUMENTS) return key;
  const codes = new Array<number>(key.length);
  for (let i = 0; i < codes.length; i++) codes[i] = key.charCodeAt(i);
  return String.fromCharCode.apply(undefined, codes);
}

/** Writes the bytes of `key` into `target` from `at`; there is room for `key.length` bytes. */
export function writeLatin1(target: Uint8Array, at: number, key: string): void {
  for (let i = 0; i < key.length; i++) target[at + i] = key.charCodeAt(i);
}

/** The bytes of `key` in an array of their own. */
export function bytesFromLatin1(key: string): Uint8Array {
  const bytes = new Uint8Array(key.length);
  writeLatin1(bytes, 0, key);
  return bytes;
}
