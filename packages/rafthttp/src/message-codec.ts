/**
 * The message stream: every message whole. etcd's messageEncoder and messageDecoder.
 *
 *   | length u64 | raftpb.Message | length u64 | raftpb.Message | ...
 */
import {
  decodeMessage,
  type Message,
  MessageType,
  newMessage,
  ProtoError,
  sizeMessage,
  Writer,
  writeMessage,
} from "@quorate/proto";
import { ByteQueue } from "./byte-queue.ts";
import { RafthttpError } from "./errors.ts";
import type { OutputBuffer } from "./output-buffer.ts";

/** Largest message taken from a stream. etcd's readBytesLimit. */
export const MAX_MESSAGE_BYTES: number = 512 * 1024 * 1024;

/** Encodes messages for one connection. `encode(undefined)` is the link heartbeat. */
export type StreamEncoder = { readonly encode: (out: OutputBuffer, m: Message | undefined) => void };

/** Decodes what arrives on one connection; chunks may be cut anywhere. @throws RafthttpError, after which the connection is of no use. */
export type StreamDecoder = { readonly push: (chunk: Uint8Array) => Message[] };

/** Two bytes, as etcd 3.7 sends it; every release reads it. */
const LINK_HEARTBEAT: Message = newMessage({ type: MessageType.MsgHeartbeat, explicitZeros: 0 });

/** True for the message that only keeps a connection alive. */
export function isLinkHeartbeat(m: Message): boolean {
  return m.type === MessageType.MsgHeartbeat && m.from === 0n && m.to === 0n;
}

export function createMessageEncoder(): StreamEncoder {
  return { encode: (out, m) => appendMessage(out, m ?? LINK_HEARTBEAT) };
}

/** Appends length and message. */
export function appendMessage(out: OutputBuffer, m: Message): void {
  const size = sizeMessage(m);
  out.uint64(size);
  const at = out.reserve(size);
  writeMessage(new Writer(out.bytes, at), m);
}

export function createMessageDecoder(limit: number = MAX_MESSAGE_BYTES): StreamDecoder {
  const queue = new ByteQueue();
  let length: number | undefined;
  return {
    push: (chunk) => {
      queue.push(chunk);
      const messages: Message[] = [];
      for (;;) {
        if (length === undefined) {
          if (queue.length < 8) return messages;
          length = checkLength(queue.takeUint64(), limit);
        }
        if (queue.length < length) return messages;
        const m = parseMessage(queue.take(length));
        length = undefined;
        if (!isLinkHeartbeat(m)) messages.push(m);
      }
    },
  };
}

/** @throws RafthttpError `FrameTooLarge`. */
export function checkLength(length: number, limit: number): number {
  if (length > limit)
    throw new RafthttpError("FrameTooLarge", `a message of ${length} bytes exceeds the limit of ${limit}`);
  return length;
}

/** @throws RafthttpError `Malformed`. */
export function parseMessage(bytes: Uint8Array): Message {
  return parse(() => decodeMessage(bytes));
}

/** Turns what the codec says of bad bytes into this package's error. */
export function parse<T>(decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    if (cause instanceof ProtoError) throw new RafthttpError("Malformed", cause.message, cause);
    throw cause;
  }
}
