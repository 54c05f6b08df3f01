/**
 * From bytes to frames that have the right shape: the preface, lengths, padding, stream 0 or not, and header blocks put together from
 * their pieces. What a frame means to a stream is the connection's to know; this knows no streams.
 */
import { ConnectionError } from "./connection-error.ts";
import { DEFAULT_MAX_FRAME, ErrorCode, Flag, FrameType, MAX_STREAM_ID, PREFACE, readUint32 } from "./frame.ts";
import { FrameReader } from "./frame-reader.ts";
import { HeaderBlock } from "./header-block.ts";
import type { Limits } from "./limits.ts";
import { SETTING_BYTES } from "./settings.ts";

/** Takes frames whose shape is right; payloads are bytes [start, end). */
export interface FrameEvents {
  /** @param flowBytes what counts against the windows: payload and padding. */
  onData(id: number, bytes: Uint8Array, start: number, end: number, flowBytes: number, isEnd: boolean): void;
  /** A whole header block. @param isFaulty the frame named its own stream as the one it depends on. */
  onBlock(id: number, isEnd: boolean, isFaulty: boolean, bytes: Uint8Array, start: number, end: number): void;
  /** A PRIORITY frame; `code` when it is malformed, which concerns its stream only. */
  onPriority(id: number, code: ErrorCode | undefined): void;
  onRstStream(id: number, code: ErrorCode): void;
  onSettings(bytes: Uint8Array, start: number, end: number): void;
  onSettingsAck(): void;
  onPing(bytes: Uint8Array, start: number, isAck: boolean): void;
  onGoaway(lastStreamId: number, code: ErrorCode, debug: string): void;
  onWindowUpdate(id: number, increment: number): void;
  onUnknown(): void;
}

export type FrameInputOptions = {
  /** A client's preface comes first. */
  readonly expectsPreface: boolean;
  readonly limits: Limits;
  readonly now: () => number;
};

const PRIORITY_BYTES = 5;
/** Of the debug data of a GOAWAY, which is for people. */
const MAX_DEBUG_BYTES = 256;

export class FrameInput {
  readonly #options: FrameInputOptions;
  readonly #events: FrameEvents;
  readonly #reader: FrameReader;
  #block: HeaderBlock | undefined;
  /** Octets of the client's preface that were seen. */
  #prefaceAt: number;
  #hasSettings = false;

  constructor(options: FrameInputOptions, events: FrameEvents) {
    this.#options = options;
    this.#events = events;
    this.#prefaceAt = options.expectsPreface ? 0 : PREFACE.length;
    this.#reader = new FrameReader(DEFAULT_MAX_FRAME, (type, flags, id, bytes, start, end) =>
      this.#onFrame(type, flags, id, bytes, start, end),
    );
  }

  /** The peer's first SETTINGS are here. */
  get hasSettings(): boolean {
    return this.#hasSettings;
  }

  /** Since when a header block waits for its end; undefined while none does. */
  get blockStartedAtMs(): number | undefined {
    return this.#block?.startedAtMs;
  }

  /** Takes a chunk. @throws ConnectionError */
  push(chunk: Uint8Array): void {
    let from = 0;
    while (this.#prefaceAt < PREFACE.length && from < chunk.length) {
      if (chunk[from++] !== PREFACE[this.#prefaceAt++]) throw protocolError("not an HTTP/2 preface");
    }
    if (from < chunk.length) this.#reader.push(chunk, from);
  }

  #onFrame(type: number, flags: number, id: number, bytes: Uint8Array, start: number, end: number): void {
    if (this.#block !== undefined && (type !== FrameType.Continuation || id !== this.#block.streamId))
      throw protocolError("header block interrupted");
    if (!this.#hasSettings && (type !== FrameType.Settings || (flags & Flag.Ack) !== 0))
      throw protocolError("first frame is not SETTINGS");
    switch (type) {
      case FrameType.Data:
        return this.#onData(flags, id, bytes, start, end);
      case FrameType.Headers:
        return this.#onHeaders(flags, id, bytes, start, end);
      case FrameType.Continuation:
        return this.#onContinuation(flags, bytes, start, end);
      case FrameType.PushPromise:
        throw protocolError("PUSH_PROMISE");
      case FrameType.Settings:
        return this.#onSettings(flags, id, bytes, start, end);
      default:
        this.#onControl(type, flags, id, bytes, start, end);
    }
  }

  #onControl(type: number, flags: number, id: number, bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    switch (type) {
      case FrameType.Priority:
        if (id === 0) throw protocolError("PRIORITY on stream 0");
        if (length !== PRIORITY_BYTES) return this.#events.onPriority(id, ErrorCode.FrameSizeError);
        return this.#events.onPriority(id, isOwnStream(bytes, start, id) ? ErrorCode.ProtocolError : undefined);
      case FrameType.RstStream:
        if (length !== 4) throw sizeError("RST_STREAM");
        return this.#events.onRstStream(id, readUint32(bytes, start));
      case FrameType.Ping:
        if (id !== 0) throw protocolError("PING on a stream");
        if (length !== 8) throw sizeError("PING");
        return this.#events.onPing(bytes, start, (flags & Flag.Ack) !== 0);
      case FrameType.Goaway: {
        if (id !== 0) throw protocolError("GOAWAY on a stream");
        if (length < 8) throw sizeError("GOAWAY");
        const debug = String.fromCharCode(...bytes.subarray(start + 8, Math.min(end, start + 8 + MAX_DEBUG_BYTES)));
        return this.#events.onGoaway(readUint32(bytes, start) & MAX_STREAM_ID, readUint32(bytes, start + 4), debug);
      }
      case FrameType.WindowUpdate:
        if (length !== 4) throw sizeError("WINDOW_UPDATE");
        return this.#events.onWindowUpdate(id, readUint32(bytes, start) & MAX_STREAM_ID);
      default:
        this.#events.onUnknown();
    }
  }

  #onData(flags: number, id: number, bytes: Uint8Array, start: number, end: number): void {
    if (id === 0) throw protocolError("DATA on stream 0");
    const isEnd = (flags & Flag.EndStream) !== 0;
    if ((flags & Flag.Padded) === 0) this.#events.onData(id, bytes, start, end, end - start, isEnd);
    else this.#events.onData(id, bytes, start + 1, unpadded(bytes, start, end), end - start, isEnd);
  }

  #onHeaders(flags: number, id: number, bytes: Uint8Array, start: number, end: number): void {
    if (id === 0) throw protocolError("HEADERS on stream 0");
    let from = start;
    let to = end;
    if ((flags & Flag.Padded) !== 0) {
      to = unpadded(bytes, start, end);
      from++;
    }
    let dependsOnItself = false;
    if ((flags & Flag.Priority) !== 0) {
      if (to - from < PRIORITY_BYTES) throw sizeError("HEADERS");
      dependsOnItself = isOwnStream(bytes, from, id);
      from += PRIORITY_BYTES;
    }
    const isEnd = (flags & Flag.EndStream) !== 0;
    if ((flags & Flag.EndHeaders) !== 0) return this.#events.onBlock(id, isEnd, dependsOnItself, bytes, from, to);
    this.#block = new HeaderBlock({ streamId: id, isEnd, dependsOnItself }, this.#options.limits, this.#options.now());
    this.#block.add(bytes, from, to);
  }

  #onContinuation(flags: number, bytes: Uint8Array, start: number, end: number): void {
    const block = this.#block;
    if (block === undefined) throw protocolError("CONTINUATION without HEADERS");
    block.add(bytes, start, end);
    if ((flags & Flag.EndHeaders) === 0) return;
    this.#block = undefined;
    const whole = block.bytes;
    this.#events.onBlock(block.streamId, block.isEnd, block.dependsOnItself, whole, 0, whole.length);
  }

  #onSettings(flags: number, id: number, bytes: Uint8Array, start: number, end: number): void {
    if (id !== 0) throw protocolError("SETTINGS on a stream");
    if ((flags & Flag.Ack) !== 0) {
      if (end !== start) throw sizeError("SETTINGS acknowledgement");
      return this.#events.onSettingsAck();
    }
    if ((end - start) % SETTING_BYTES !== 0) throw sizeError("SETTINGS");
    this.#hasSettings = true;
    this.#events.onSettings(bytes, start, end);
  }
}

/** Whether the stream that a frame depends on is its own. */
function isOwnStream(bytes: Uint8Array, at: number, id: number): boolean {
  return (readUint32(bytes, at) & MAX_STREAM_ID) === id;
}

/** Where the data of a padded payload ends. */
function unpadded(bytes: Uint8Array, start: number, end: number): number {
  const padding = end > start ? bytes[start]! : 0;
  if (end - start < 1 + padding) throw protocolError("padding longer than its frame");
  return end - padding;
}

function sizeError(what: string): ConnectionError {
  return new ConnectionError(ErrorCode.FrameSizeError, `malformed ${what}`);
}

function protocolError(message: string): ConnectionError {
  return new ConnectionError(ErrorCode.ProtocolError, message);
}
