/**
 * Go's `%q` for bytes, the form in which etcd prints payloads: printable UTF-8 as it is, the rest escaped. A golden format, so
 * it follows strconv.Quote exactly.
 */

const SHORT_ESCAPES: Readonly<Record<number, string>> = {
  7: "\\a",
  8: "\\b",
  9: "\\t",
  10: "\\n",
  11: "\\v",
  12: "\\f",
  13: "\\r",
  34: '\\"',
  92: "\\\\",
};

/** The bytes in double quotes. */
export function quoteBytes(bytes: Uint8Array): string {
  let text = '"';
  for (let i = 0; i < bytes.length; ) {
    const rune = decodeRune(bytes, i);
    if (rune === undefined) {
      text += `\\x${hex(bytes[i]!, 2)}`;
      i++;
    } else {
      text += quoteRune(rune);
      i += rune < 0x80 ? 1 : rune < 0x800 ? 2 : rune < 0x10000 ? 3 : 4;
    }
  }
  return `${text}"`;
}

function quoteRune(rune: number): string {
  const short = SHORT_ESCAPES[rune];
  if (short !== undefined) return short;
  const char = String.fromCodePoint(rune);
  // Go's IsPrint: letters, marks, numbers, punctuation, symbols, and the ASCII space.
  if (/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(char)) return char;
  if (rune < 0x20 || rune === 0x7f) return `\\x${hex(rune, 2)}`;
  return rune < 0x10000 ? `\\u${hex(rune, 4)}` : `\\U${hex(rune, 8)}`;
}

/** The code point whose well-formed UTF-8 starts at `at`, or undefined (RFC 3629: no overlong forms, no surrogates). */
function decodeRune(bytes: Uint8Array, at: number): number | undefined {
  const first = bytes[at]!;
  if (first < 0x80) return first;
  const length =
    first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xf0 && first < 0xf5 ? 4 : 0;
  if (length === 0 || at + length > bytes.length) return undefined;
  let rune = first & (0xff >> (length + 1));
  for (let k = 1; k < length; k++) {
    const next = bytes[at + k]!;
    if ((next & 0xc0) !== 0x80) return undefined;
    rune = (rune << 6) | (next & 0x3f);
  }
  const least = length === 2 ? 0x80 : length === 3 ? 0x800 : 0x10000;
  if (rune < least || rune > 0x10ffff || (rune >= 0xd800 && rune < 0xe000)) return undefined;
  return rune;
}

function hex(value: number, width: number): string {
  return value.toString(16).padStart(width, "0");
}
