/** The text of grpc-message: UTF-8, with every octet but printable ASCII, and the percent sign, written as %XX. */
import { utf8Decode, utf8Encode } from "./utf8.ts";

const PLAIN = /^[\x20-\x24\x26-\x7e]*$/;

/** `text` as it goes into a header field. */
export function percentEncode(text: string): string {
  if (PLAIN.test(text)) return text;
  let out = "";
  for (const byte of utf8Encode(text)) {
    const isPlain = byte >= 0x20 && byte <= 0x7e && byte !== 0x25;
    out += isPlain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return out;
}

/** The text of a header field. What is not an escape stands for itself: a broken message is better than none. */
export function percentDecode(value: string): string {
  if (!value.includes("%")) return value;
  const bytes: number[] = [];
  for (let i = 0; i < value.length; i++) {
    const hex = value.slice(i + 1, i + 3);
    if (value[i] === "%" && /^[0-9a-fA-F]{2}$/.test(hex)) {
      bytes.push(Number.parseInt(hex, 16));
      i += 2;
    } else bytes.push(value.charCodeAt(i) & 0xff);
  }
  return utf8Decode(Uint8Array.from(bytes));
}
