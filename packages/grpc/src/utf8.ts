/** Text to UTF-8 and back for status messages, which are short and few. Octets that are not UTF-8 become U+FFFD. */

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function utf8Encode(text: string): Uint8Array {
  return encoder.encode(text);
}

export function utf8Decode(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
