/**
 * The sending half of a connection: frames into one output, header blocks through the encoder, DATA within both windows. What does not
 * fit waits on its stream and leaves in turns, one frame a stream, when the peer or the socket makes room. Nothing here reads.
 */
import { assert } from "@quorate/base";
import { HpackEncoder } from "../hpack/encoder.ts";
import type { HeaderField } from "../hpack/header-field.ts";
import { ConnectionError } from "./connection-error.ts";
import {
  DEFAULT_WINDOW,
  ErrorCode,
  Flag,
  FRAME_HEADER_BYTES,
  FrameType,
  MAX_WINDOW,
  writeFrameHeader,
  writeUint32,
} from "./frame.ts";
import type { BufferPool } from "./output.ts";
import { Output } from "./output.ts";
import { newPeerSettings, type PeerSettings, SETTING_BYTES } from "./settings.ts";
import type { Stream } from "./stream.ts";

/** Octets in front of a gRPC message: compressed flag and length. */
export const MESSAGE_PREFIX_BYTES = 5;
/** DATA goes into the output of a turn up to this; more waits, so that one connection cannot fill memory ahead of its socket. */
const MAX_TURN_BYTES = 256 * 1024;
const WINDOW_FIELD_BYTES = 4;
const PING_BYTES = 8;
/** Lists whose blocks are kept: the head and the trailers of a good answer, or the requests of a few methods. */
const MAX_BLOCKS = 8;
/** Up to this a loop copies faster than TypedArray.set. */
const SHORT_BLOCK_BYTES = 64;

export type SenderDeps<C> = {
  readonly pool: BufferPool;
  /** Something was put out: flush at the end of the turn. */
  readonly wake: () => void;
  /** END_STREAM went out. */
  readonly onEnded: (stream: Stream<C>) => void;
  /** The queue of a stream whose owner wanted to know is empty. */
  readonly onDrained: (stream: Stream<C>) => void;
  readonly onDataSent: () => void;
  /** Octets that must leave a stream's queue to count as moving. */
  readonly stallMinBytes: number;
  readonly now: () => number;
};

export class Sender<C> {
  readonly out: Output;
  readonly peer: PeerSettings = newPeerSettings();
  readonly encoder: HpackEncoder = new HpackEncoder();
  /** Streams whose queue is not empty. */
  readonly queued: Set<Stream<C>> = new Set();
  /** Octets in all those queues. */
  queuedBytes = 0;
  /** The socket holds too much: no DATA until it drained. */
  isBlocked = false;
  #window = DEFAULT_WINDOW;
  /** Blocks of lists that are sent again and again, the same array each time, with the epoch at which they hold. */
  readonly #blocks: { fields: readonly HeaderField[]; epoch: number; block: Uint8Array }[] = [];
  readonly #deps: SenderDeps<C>;

  constructor(deps: SenderDeps<C>) {
    this.#deps = deps;
    this.out = new Output(deps.pool);
  }

  /** A HEADERS frame (the block of a frozen list is kept), with CONTINUATION frames where the block is longer than a frame. */
  headers(stream: Stream<C>, fields: readonly HeaderField[], isEnd: boolean): void {
    const block = this.#blockOf(fields);
    if (block.length <= SHORT_BLOCK_BYTES) {
      const flags = isEnd ? Flag.EndHeaders | Flag.EndStream : Flag.EndHeaders;
      const at = this.#frame(block.length, FrameType.Headers, flags, stream.id);
      const { bytes } = this.out;
      for (let i = 0; i < block.length; i++) bytes[at + i] = block[i]!;
    } else this.#longHeaders(stream, block, isEnd);
    if (isEnd) this.#ended(stream);
  }

  /**
   * One gRPC message. Sent at once where both windows and the socket allow, else queued; `message` is not copied then and must not change.
   * @returns false when the owner should wait for `onDrained` before it sends more.
   */
  message(stream: Stream<C>, message: Uint8Array, isEnd: boolean): boolean {
    const length = message.length + MESSAGE_PREFIX_BYTES;
    if (!this.#fits(stream, length)) {
      const prefix = new Uint8Array(MESSAGE_PREFIX_BYTES);
      writeUint32(prefix, 1, message.length);
      this.#enqueue(stream, prefix);
      this.#enqueue(stream, message);
      if (isEnd) stream.trailers = [];
      return false;
    }
    const at = this.#frame(length, FrameType.Data, isEnd ? Flag.EndStream : 0, stream.id);
    const { bytes } = this.out;
    bytes[at] = 0;
    writeUint32(bytes, at + 1, message.length);
    bytes.set(message, at + MESSAGE_PREFIX_BYTES);
    this.#sent(stream, length);
    if (isEnd) this.#ended(stream);
    return true;
  }

  /** `message` in two parts, which does not end the stream: `headBytes` octets of `head` are copied, `body` is not. */
  messageParts(stream: Stream<C>, head: Uint8Array, headBytes: number, body: Uint8Array): boolean {
    const message = headBytes + body.length;
    const length = message + MESSAGE_PREFIX_BYTES;
    if (!this.#fits(stream, length)) {
      const start = new Uint8Array(MESSAGE_PREFIX_BYTES + headBytes);
      writeUint32(start, 1, message);
      start.set(head.subarray(0, headBytes), MESSAGE_PREFIX_BYTES);
      this.#enqueue(stream, start);
      this.#enqueue(stream, body);
      return false;
    }
    const at = this.#frame(length, FrameType.Data, 0, stream.id);
    const { bytes } = this.out;
    bytes[at] = 0;
    writeUint32(bytes, at + 1, message);
    let to = at + MESSAGE_PREFIX_BYTES;
    for (let i = 0; i < headBytes; i++) bytes[to++] = head[i]!;
    bytes.set(body, to);
    this.#sent(stream, length);
    return true;
  }

  /** Octets that are no gRPC message: the body of a plain HTTP answer. */
  data(stream: Stream<C>, bytes: Uint8Array, isEnd: boolean): void {
    if (bytes.length > 0) this.#enqueue(stream, bytes);
    if (isEnd) this.end(stream, []);
  }

  /** Ends the stream behind what is queued on it: with trailers, or without any by an empty DATA frame. */
  end(stream: Stream<C>, trailers: readonly HeaderField[]): void {
    if (stream.queuedBytes > 0) stream.trailers = trailers;
    else this.#end(stream, trailers);
  }

  settings(values: readonly (readonly [id: number, value: number])[]): void {
    let at = this.#frame(values.length * SETTING_BYTES, FrameType.Settings, 0, 0);
    const { bytes } = this.out;
    for (const [id, value] of values) {
      bytes[at] = id >>> 8;
      bytes[at + 1] = id & 0xff;
      writeUint32(bytes, at + 2, value);
      at += SETTING_BYTES;
    }
  }

  settingsAck(): void {
    this.#frame(0, FrameType.Settings, Flag.Ack, 0);
  }

  /** @param payload eight octets at `start`. */
  ping(payload: Uint8Array, start: number, isAck: boolean): void {
    const at = this.#frame(PING_BYTES, FrameType.Ping, isAck ? Flag.Ack : 0, 0);
    this.out.bytes.set(payload.subarray(start, start + PING_BYTES), at);
  }

  goaway(lastStreamId: number, code: ErrorCode, debug: string): void {
    const at = this.#frame(8 + debug.length, FrameType.Goaway, 0, 0);
    const { bytes } = this.out;
    writeUint32(bytes, at, lastStreamId);
    writeUint32(bytes, at + 4, code);
    for (let i = 0; i < debug.length; i++) bytes[at + 8 + i] = debug.charCodeAt(i);
  }

  /** What waits on the stream is dropped. */
  reset(stream: Stream<C>, code: ErrorCode): void {
    this.resetId(stream.id, code);
    this.forget(stream);
  }

  resetId(id: number, code: ErrorCode): void {
    const at = this.#frame(WINDOW_FIELD_BYTES, FrameType.RstStream, 0, id);
    writeUint32(this.out.bytes, at, code);
  }

  windowUpdate(streamId: number, increment: number): void {
    const at = this.#frame(WINDOW_FIELD_BYTES, FrameType.WindowUpdate, 0, streamId);
    writeUint32(this.out.bytes, at, increment);
  }

  /** Octets as they are: the preface. */
  raw(bytes: Uint8Array): void {
    const at = this.out.reserve(bytes.length);
    this.out.bytes.set(bytes, at);
    this.#deps.wake();
  }

  /** Drops what waits on a stream that closed. */
  forget(stream: Stream<C>): void {
    if (stream.queuedBytes === 0) return;
    this.queued.delete(stream);
    this.queuedBytes -= stream.queuedBytes;
    stream.queue = [];
    stream.queuedBytes = 0;
  }

  /** The peer allows `increment` more on the connection. @throws ConnectionError */
  grow(increment: number): void {
    if (this.#window + increment > MAX_WINDOW)
      throw new ConnectionError(ErrorCode.FlowControlError, "connection window overflow");
    this.#window += increment;
    if (this.queued.size > 0) this.#deps.wake();
  }

  /** The peer allows `increment` more on `stream`; false when that overflows its window. */
  growStream(stream: Stream<C>, increment: number): boolean {
    if (stream.sendWindow + increment > MAX_WINDOW) return false;
    stream.sendWindow += increment;
    if (stream.queuedBytes > 0) this.#deps.wake();
    return true;
  }

  /**
   * Sends what waits, a frame a stream and turn about, until the windows or the turn's share are used up.
   * @returns true when only the turn's share kept more from going: pump again next turn.
   */
  pump(): boolean {
    for (let isMoving = this.queued.size > 0; isMoving; ) {
      isMoving = false;
      for (const stream of [...this.queued]) {
        if (this.isBlocked || this.#window <= 0) return false;
        if (this.out.length >= MAX_TURN_BYTES) return true;
        if (stream.sendWindow <= 0) continue;
        this.#sendQueued(stream);
        isMoving = true;
      }
    }
    return false;
  }

  /** A block in as many frames as it takes. */
  #longHeaders(stream: Stream<C>, block: Uint8Array, isEnd: boolean): void {
    const limit = this.peer.maxFrameSize;
    let type: number = FrameType.Headers;
    for (let at = 0; at < block.length; at += limit) {
      const length = Math.min(limit, block.length - at);
      const isLast = at + length === block.length;
      const flags = (isLast ? Flag.EndHeaders : 0) | (isEnd && at === 0 ? Flag.EndStream : 0);
      const start = this.#frame(length, type, flags, stream.id);
      this.out.bytes.set(block.subarray(at, at + length), start);
      type = FrameType.Continuation;
    }
  }

  #blockOf(fields: readonly HeaderField[]): Uint8Array {
    const { encoder } = this;
    const { epoch } = encoder.table;
    const blocks = this.#blocks;
    for (let i = 0; i < blocks.length; i++) {
      const kept = blocks[i]!;
      if (kept.fields === fields && kept.epoch === epoch && !encoder.hasUpdate) return kept.block;
    }
    const block = encoder.encode(fields);
    if (encoder.table.epoch !== epoch || !Object.isFrozen(fields)) return block;
    if (blocks.length === MAX_BLOCKS) blocks.shift();
    blocks.push({ fields, epoch, block: block.slice() });
    return block;
  }

  #sendQueued(stream: Stream<C>): void {
    const length = Math.min(stream.queuedBytes, stream.sendWindow, this.#window, this.peer.maxFrameSize);
    const isLast = length === stream.queuedBytes && stream.trailers?.length === 0;
    const at = this.#frame(length, FrameType.Data, isLast ? Flag.EndStream : 0, stream.id);
    copyQueue(stream, this.out.bytes, at, length);
    this.queuedBytes -= length;
    stream.movedBytes += length;
    if (stream.movedBytes >= this.#deps.stallMinBytes) {
      stream.movedAtMs = this.#deps.now();
      stream.movedBytes = 0;
    }
    this.#sent(stream, length);
    // Behind the others, whether or not it is done.
    this.queued.delete(stream);
    if (stream.queuedBytes > 0) {
      this.queued.add(stream);
      return;
    }
    if (isLast) this.#ended(stream);
    else if (stream.trailers !== undefined) this.#end(stream, stream.trailers);
    else if (stream.wantsDrain) {
      stream.wantsDrain = false;
      this.#deps.onDrained(stream);
    }
  }

  #fits(stream: Stream<C>, length: number): boolean {
    return (
      stream.queuedBytes === 0 &&
      length <= stream.sendWindow &&
      length <= this.#window &&
      length <= this.peer.maxFrameSize &&
      this.out.length < MAX_TURN_BYTES &&
      !this.isBlocked
    );
  }

  #enqueue(stream: Stream<C>, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (stream.queuedBytes === 0) {
      stream.queue = [];
      stream.queueOffset = 0;
      stream.movedAtMs = this.#deps.now();
      stream.movedBytes = 0;
      this.queued.add(stream);
      this.#deps.wake();
    }
    stream.queue.push(bytes);
    stream.queuedBytes += bytes.length;
    this.queuedBytes += bytes.length;
    stream.wantsDrain = true;
  }

  #end(stream: Stream<C>, trailers: readonly HeaderField[]): void {
    if (trailers.length > 0) {
      this.headers(stream, trailers, true);
      return;
    }
    this.#frame(0, FrameType.Data, Flag.EndStream, stream.id);
    this.#ended(stream);
  }

  #ended(stream: Stream<C>): void {
    assert(!stream.isLocalClosed, "END_STREAM is sent once");
    stream.isLocalClosed = true;
    this.#deps.onEnded(stream);
  }

  #sent(stream: Stream<C>, length: number): void {
    this.#window -= length;
    stream.sendWindow -= length;
    this.#deps.onDataSent();
  }

  /** A frame's header; returns where its payload of `length` octets goes. */
  #frame(length: number, type: number, flags: number, streamId: number): number {
    const { out } = this;
    if (out.length === 0) this.#deps.wake();
    const at = out.reserve(FRAME_HEADER_BYTES + length);
    writeFrameHeader(out.bytes, at, length, type, flags, streamId);
    return at + FRAME_HEADER_BYTES;
  }
}

/** Moves `length` octets of the stream's queue to `out` at `at`. */
function copyQueue(
  stream: { queue: Uint8Array[]; queueOffset: number; queuedBytes: number },
  out: Uint8Array,
  at: number,
  length: number,
): void {
  let to = at;
  let left = length;
  let done = 0;
  while (left > 0) {
    const chunk = stream.queue[done]!;
    const take = Math.min(left, chunk.length - stream.queueOffset);
    out.set(chunk.subarray(stream.queueOffset, stream.queueOffset + take), to);
    to += take;
    left -= take;
    stream.queueOffset += take;
    if (stream.queueOffset === chunk.length) {
      stream.queueOffset = 0;
      done++;
    }
  }
  stream.queue.splice(0, done);
  stream.queuedBytes -= length;
}
