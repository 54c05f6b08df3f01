/**
 * Takes the messages of a call out of its DATA: five octets in front of each say whether it is compressed and how long it is.
 *
 *     +------------+------------------+----------------+
 *     | flag (1)   | length (4, BE)   | message        |
 *     +------------+------------------+----------------+
 *
 * A message that lies whole in one frame is a view of it. One that goes on is collected; its buffer grows with what has arrived, not with
 * what was promised, and the limit is checked before the first octet is kept.
 */
import { assert } from "@quorate/base";
import { readUint32 } from "./http2/frame.ts";
import { MESSAGE_PREFIX_BYTES } from "./http2/sender.ts";
import { type Status, StatusCode } from "./status.ts";

/** What `next` found. */
export type Next =
  | { readonly kind: "message"; readonly bytes: Uint8Array /** Behind the message. */; readonly at: number }
  | { readonly kind: "more" }
  | { readonly kind: "error"; readonly status: Status };

const MORE: Next = { kind: "more" };
const FIRST_BUFFER_BYTES = 16 * 1024;

export type MessageReaderOptions = {
  /** Octets of a message at most. */
  readonly maxMessageBytes: number;
  /** What grpc-encoding said; undefined or "identity" for none. */
  readonly encoding: string | undefined;
};

export class MessageReader {
  readonly #options: MessageReaderOptions;
  readonly #prefix = new Uint8Array(MESSAGE_PREFIX_BYTES);
  #prefixLength = 0;
  #buffer: Uint8Array | undefined;
  #filled = 0;
  #expected = 0;

  constructor(options: MessageReaderOptions) {
    this.#options = options;
  }

  /** Octets of an unfinished message that are held. */
  get heldBytes(): number {
    return this.#filled;
  }

  /** True between messages. */
  get isBetween(): boolean {
    return this.#prefixLength === 0;
  }

  /** The next message of bytes [at, end); what comes before it was taken. */
  next(bytes: Uint8Array, at: number, end: number): Next {
    let from = at;
    if (this.#buffer === undefined) {
      while (this.#prefixLength < MESSAGE_PREFIX_BYTES) {
        if (from === end) return MORE;
        this.#prefix[this.#prefixLength++] = bytes[from++]!;
      }
      const status = checkPrefix(this.#prefix, 0, this.#options);
      if (status !== undefined) return { kind: "error", status };
      this.#expected = readUint32(this.#prefix, 1);
      if (end - from >= this.#expected)
        return this.#whole(bytes.subarray(from, from + this.#expected), from + this.#expected);
      if (end === from) return MORE;
      this.#buffer = new Uint8Array(Math.min(this.#expected, Math.max(FIRST_BUFFER_BYTES, end - from)));
    }
    const take = Math.min(this.#expected - this.#filled, end - from);
    this.#fill(bytes.subarray(from, from + take));
    from += take;
    return this.#filled < this.#expected ? MORE : this.#whole(this.#buffer, from);
  }

  #fill(part: Uint8Array): void {
    let buffer = this.#buffer ?? new Uint8Array(0);
    const needed = this.#filled + part.length;
    assert(needed <= this.#expected, "a message is filled up to its length");
    if (needed > buffer.length) {
      const larger = new Uint8Array(Math.min(this.#expected, Math.max(needed, buffer.length * 2)));
      larger.set(buffer.subarray(0, this.#filled));
      buffer = larger;
      this.#buffer = larger;
    }
    buffer.set(part, this.#filled);
    this.#filled = needed;
  }

  #whole(bytes: Uint8Array, at: number): Next {
    this.#buffer = undefined;
    this.#filled = 0;
    this.#prefixLength = 0;
    return { kind: "message", bytes, at };
  }
}

/** What is wrong with the message whose prefix stands at `at`; undefined when nothing is. Texts are grpc-go's. */
export function checkPrefix(bytes: Uint8Array, at: number, options: MessageReaderOptions): Status | undefined {
  const flag = bytes[at]!;
  if (flag > 1) return { code: StatusCode.Internal, message: `grpc: received unexpected payload format ${flag}` };
  const length = readUint32(bytes, at + 1);
  const { maxMessageBytes, encoding } = options;
  if (length > maxMessageBytes) {
    const message = `grpc: received message larger than max (${length} vs. ${maxMessageBytes})`;
    return { code: StatusCode.ResourceExhausted, message };
  }
  if (flag === 0) return undefined;
  if (encoding === undefined || encoding === "identity")
    return { code: StatusCode.Internal, message: "grpc: compressed flag set with identity or empty encoding" };
  return { code: StatusCode.Unimplemented, message: noDecompressor(encoding) };
}

/** grpc-go's words for an encoding that nobody registered. */
export function noDecompressor(encoding: string): string {
  return `grpc: Decompressor is not installed for grpc-encoding ${JSON.stringify(encoding)}`;
}
