/**
 * UTF-8 in plain JavaScript, because pure packages have no TextDecoder. Decoding is strict (RFC 3629): overlong forms, surrogates and
 * cut sequences are no text. Encoding never fails: half a surrogate pair becomes U+FFFD, as everywhere on the web.
 */

const REPLACEMENT = 0xfffd;
/** Code units turned into text at a time: more would be too many arguments of one call. */
const CHUNK = 4096;

/** The text of bytes[start, end), or undefined where they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array, start = 0, end: number = bytes.length): string | undefined {
  let text = "";
  let at = start;
  for (; at + 8 <= end; at += 8) {
    const eight = asciiAt(bytes, at);
    if (eight === "") break;
    text += eight;
  }
  let units: number[] = [];
  while (at < end) {
    const first = bytes[at]!;
    if (first < 0x80) {
      units.push(first);
      at++;
    } else {
      const code = codePointAt(bytes, at, end);
      if (code < 0) return undefined;
      at += code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
      if (code < 0x10000) units.push(code);
      else units.push(0xd800 + ((code - 0x10000) >> 10), 0xdc00 + (code & 0x3ff));
    }
    if (units.length >= CHUNK) {
      text += String.fromCharCode.apply(undefined, units);
      units = [];
    }
  }
  return units.length === 0 ? text : text + String.fromCharCode.apply(undefined, units);
}

/** Eight bytes as text where all of them are ASCII, or "": nearly every string that members exchange is. */
function asciiAt(bytes: Uint8Array, at: number): string {
  const a = bytes[at]!;
  const b = bytes[at + 1]!;
  const c = bytes[at + 2]!;
  const d = bytes[at + 3]!;
  const e = bytes[at + 4]!;
  const f = bytes[at + 5]!;
  const g = bytes[at + 6]!;
  const h = bytes[at + 7]!;
  return (a | b | c | d | e | f | g | h) < 0x80 ? String.fromCharCode(a, b, c, d, e, f, g, h) : "";
}

/** The code point of a sequence of two to four bytes, or -1. */
function codePointAt(bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at]!;
  const length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (length === 0 || at + length > end) return -1;
  let code = first & (0x7f >> length);
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i]!;
    if ((byte & 0xc0) !== 0x80) return -1;
    code = (code << 6) | (byte & 0x3f);
  }
  const least = length === 2 ? 0x80 : length === 3 ? 0x800 : 0x10000;
  return code < least || code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? -1 : code;
}

/** How many bytes the text takes. */
export function sizeUtf8(text: string): number {
  let size = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) size += 1;
    else if (unit < 0x800) size += 2;
    else if (isPair(text, i)) {
      size += 4;
      i++;
    } else size += 3;
  }
  return size;
}

/** Writes the text from `at` on, where there is room for `sizeUtf8(text)` bytes. @returns the position behind it. */
export function writeUtf8(bytes: Uint8Array, at: number, text: string): number {
  let pos = at;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) bytes[pos++] = unit;
    else if (unit < 0x800) {
      bytes[pos++] = 0xc0 | (unit >> 6);
      bytes[pos++] = 0x80 | (unit & 0x3f);
    } else if (isPair(text, i)) {
      const code = 0x10000 + ((unit - 0xd800) << 10) + (text.charCodeAt(++i) - 0xdc00);
      bytes[pos++] = 0xf0 | (code >> 18);
      bytes[pos++] = 0x80 | ((code >> 12) & 0x3f);
      bytes[pos++] = 0x80 | ((code >> 6) & 0x3f);
      bytes[pos++] = 0x80 | (code & 0x3f);
    } else {
      const code = unit >= 0xd800 && unit < 0xe000 ? REPLACEMENT : unit;
      bytes[pos++] = 0xe0 | (code >> 12);
      bytes[pos++] = 0x80 | ((code >> 6) & 0x3f);
      bytes[pos++] = 0x80 | (code & 0x3f);
    }
  }
  return pos;
}

/** The bytes of a text. */
export function encodeUtf8(text: string): Uint8Array {
  const bytes = new Uint8Array(sizeUtf8(text));
  writeUtf8(bytes, 0, text);
  return bytes;
}

/** Whether units i and i + 1 are the two halves of one character. */
function isPair(text: string, i: number): boolean {
  const unit = text.charCodeAt(i);
  if (unit < 0xd800 || unit >= 0xdc00) return false;
  const low = text.charCodeAt(i + 1);
  return low >= 0xdc00 && low < 0xe000;
}
