/**
 * Byte strings as latin1 strings, one character a byte. They compare with `<` exactly as the bytes do, and far faster than byte
 * arrays, so ordered indexes are keyed by them. Such a string stays inside an index: what leaves it is bytes.
 */

/** More arguments than this in one call could overflow the stack of a small thread. */
const MAX_ARGUMENTS = 4096;

/** The string of `bytes[start, end)`, for looking up. It may be a rope: keep `flatLatin1` instead. */
export function latin1FromBytes(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  let out = "";
  let i = start;
  for (; i + 8 <= end; i += 8) {
    out += String.fromCharCode(
      bytes[i]!,
      bytes[i + 1]!,
      bytes[i + 2]!,
      bytes[i + 3]!,
      bytes[i + 4]!,
      bytes[i + 5]!,
      bytes[i + 6]!,
      bytes[i + 7]!,
    );
  }
  for (; i < end; i++) out += String.fromCharCode(bytes[i]!);
  return out;
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
