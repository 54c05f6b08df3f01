/**
 * One HTTP/2 connection, server or client, without its socket: bytes in by `receive`, bytes out by `flush`, time by `tick`. It keeps every
 * rule of RFC 9113 that is not about what header fields mean, and hands whole events to its role. A fault of the connection ends it with a
 * GOAWAY; a fault of a stream ends that stream. Nothing here waits, and nothing throws out of `receive` but broken invariants.
 */
import { assert } from "@quorate/base";
import { type HeaderList, HpackDecoder, HpackError } from "../hpack/decoder.ts";
import { ClosedStreams } from "./closed-streams.ts";
import { ConnectionError } from "./connection-error.ts";
import { DEFAULT_WINDOW, ErrorCode, MAX_STREAM_ID, PREFACE, Setting } from "./frame.ts";
import { type FrameEvents, FrameInput } from "./frame-input.ts";
import { Guard } from "./guard.ts";
import type { Limits } from "./limits.ts";
import type { BufferPool } from "./output.ts";
import { type KeepaliveOptions, PingPolicy } from "./ping-policy.ts";
import { Sender } from "./sender.ts";
import { readSettings } from "./settings.ts";
import { Stream } from "./stream.ts";

/** What a connection tells the side that it serves. `C` is a call, `H` what the role makes of a header list. */
export interface Role<C, H> {
  /** A request or response began; or, with `isTrailers`, ended in trailers. */
  onHeaders(stream: Stream<C>, list: HeaderList<H>, isEnd: boolean, isTrailers: boolean): void;
  /** Payload bytes [start, end) arrived. The role gives them back by `consume`. */
  onData(stream: Stream<C>, bytes: Uint8Array, start: number, end: number, isEnd: boolean): void;
  /** The stream ended before its time: by the peer, or because the peer was at fault. It is closed. */
  onReset(stream: Stream<C>, code: ErrorCode, isByPeer: boolean): void;
  /** What waited on the stream has gone. */
  onDrained(stream: Stream<C>): void;
  /** The peer takes no stream above `lastStreamId`. */
  onGoaway(lastStreamId: number, code: ErrorCode, debug: string): void;
  /** The peer's SETTINGS changed, or a stream closed: there may be room for a new one. */
  onCapacity(): void;
}

export type ConnectionOptions = {
  readonly isServer: boolean;
  readonly limits: Limits;
  readonly keepalive: KeepaliveOptions;
};

export type ConnectionDeps<C, H> = {
  readonly role: Role<C, H>;
  readonly pool: BufferPool;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** There is something to flush at the end of the turn. */
  readonly wake: () => void;
};

/** Why a connection ended, for logs and for the calls that it took along. */
export type CloseReason = { readonly code: ErrorCode; readonly message: string };

const TABLE_BYTES = 4096;
/** Pings of ours, told apart by their first octet. */
const DRAIN_PING: Uint8Array = Uint8Array.from([1, 0, 0, 0, 0, 0, 0, 0]);
const KEEPALIVE_PING: Uint8Array = Uint8Array.from([2, 0, 0, 0, 0, 0, 0, 0]);

export class Connection<C, H> implements FrameEvents {
  readonly streams: Map<number, Stream<C>> = new Map();
  readonly sender: Sender<C>;
  readonly guard: Guard;
  readonly #options: ConnectionOptions;
  readonly #deps: ConnectionDeps<C, H>;
  readonly #input: FrameInput;
  readonly #decoder: HpackDecoder<H>;
  readonly #closed = new ClosedStreams();
  readonly #pings: PingPolicy;
  readonly #startedAtMs: number;
  /** The peer goes by our SETTINGS. */
  #settingsAcked = false;
  /** The highest stream that the peer opened, and the next of ours. */
  #lastPeerStream = 0;
  #nextStream = 1;
  #receiveWindow: number;
  #credit = 0;
  #goawaySent: number | undefined;
  #goawayReceived = false;
  #reason: CloseReason | undefined;

  constructor(options: ConnectionOptions, deps: ConnectionDeps<C, H>) {
    const { limits, isServer } = options;
    this.#options = options;
    this.#deps = deps;
    this.#startedAtMs = deps.now();
    this.#input = new FrameInput({ expectsPreface: isServer, limits, now: deps.now }, this);
    this.#decoder = new HpackDecoder({ tableBytes: TABLE_BYTES, maxListBytes: limits.maxHeaderListBytes });
    this.guard = new Guard(limits, deps.now);
    this.#pings = new PingPolicy(options.keepalive, this.#startedAtMs);
    this.#receiveWindow = Math.max(limits.connectionWindowBytes, DEFAULT_WINDOW);
    this.sender = new Sender({
      pool: deps.pool,
      wake: deps.wake,
      now: deps.now,
      stallMinBytes: limits.stallMinBytes,
      onEnded: (stream) => this.#onLocalEnd(stream),
      onDrained: (stream) => deps.role.onDrained(stream),
      onDataSent: () => this.#onDataSent(),
    });
    this.#greet();
  }

  /** Why the connection ended; undefined while it lives. */
  get reason(): CloseReason | undefined {
    return this.#reason;
  }

  /** Nothing more will come of it: it ended, or it drained and its last stream closed. */
  get isDone(): boolean {
    if (this.#reason !== undefined) return true;
    const isDrained = this.#goawaySent !== undefined && this.#goawaySent < MAX_STREAM_ID;
    return this.streams.size === 0 && (isDrained || (this.#goawayReceived && !this.#options.isServer));
  }

  /** Whether `open` may be called (client). */
  get hasRoom(): boolean {
    if (this.#reason !== undefined || this.#goawayReceived || this.#nextStream > MAX_STREAM_ID) return false;
    return this.#input.hasSettings && this.streams.size < this.sender.peer.maxConcurrentStreams;
  }

  /** Bytes from the socket. Their memory may be used again once the call returns, but for views that the role kept. */
  receive(chunk: Uint8Array): void {
    if (this.#reason !== undefined) return;
    this.#pings.read(this.#deps.now());
    try {
      this.#input.push(chunk);
    } catch (error) {
      if (error instanceof ConnectionError) this.fail(error.http2Code, error.message);
      else throw error;
    }
  }

  /** Moves what may go to the output. The host sends `sender.out` right after. True when there is more for the next turn. */
  flush(): boolean {
    return this.#reason === undefined && this.sender.pump();
  }

  /** Opens a stream (client). */
  open(): Stream<C> {
    assert(this.hasRoom, "open only while there is room");
    const stream = this.#newStream(this.#nextStream);
    this.#nextStream += 2;
    return stream;
  }

  /** The role used up `count` octets of the stream: the peer may send as many again. */
  consume(stream: Stream<C>, count: number): void {
    stream.credit += count;
    if (stream.credit * 2 < this.#options.limits.streamWindowBytes || stream.isRemoteClosed || stream.isClosed) return;
    this.sender.windowUpdate(stream.id, stream.credit);
    stream.receiveWindow += stream.credit;
    stream.credit = 0;
  }

  /** Ends a stream of which we want no more. A call of our own accord, not the peer's fault. */
  cancel(stream: Stream<C>, code: ErrorCode): void {
    if (stream.isClosed) return;
    this.sender.reset(stream, code);
    this.#close(stream, true);
  }

  /** Forgets a stream that the peer said it never saw (client). */
  abandon(stream: Stream<C>): void {
    if (stream.isClosed) return;
    this.sender.forget(stream);
    this.#close(stream, true);
  }

  /** The peer broke a rule on this stream: resets it and tells the role. @throws ConnectionError when that happened too often */
  fault(stream: Stream<C>, code: ErrorCode): void {
    if (stream.isClosed) return;
    this.sender.reset(stream, code);
    this.#close(stream, true);
    this.#deps.role.onReset(stream, code, false);
    this.guard.reset();
  }

  /** Runs what notes abuse (`guard`) outside of `receive`. */
  guarded(note: () => void): void {
    try {
      note();
    } catch (error) {
      if (error instanceof ConnectionError) this.fail(error.http2Code, error.message);
      else throw error;
    }
  }

  /** Takes no new streams, lets the open ones end; `isDone` turns true after the last (RFC 9113 section 6.8). */
  drain(): void {
    if (this.#reason !== undefined || this.#goawaySent !== undefined) return;
    this.#goawaySent = MAX_STREAM_ID;
    this.sender.goaway(MAX_STREAM_ID, ErrorCode.NoError, "");
    // Once the peer answers this, every request that it sent before it heard of the GOAWAY is here.
    this.sender.ping(DRAIN_PING, 0, false);
  }

  /** Ends the connection with a GOAWAY. Every open stream is reset for the role. */
  fail(code: ErrorCode, message: string): void {
    if (this.#reason !== undefined) return;
    this.sender.goaway(this.#lastPeerStream, code, message);
    this.close({ code, message });
  }

  /** Ends the connection without a word: the socket is gone. */
  close(reason: CloseReason): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    for (const stream of this.streams.values()) {
      stream.isClosed = true;
      this.sender.forget(stream);
      this.#deps.role.onReset(stream, reason.code, true);
    }
    this.streams.clear();
  }

  /** To be called about once a second: everything that is due by time. */
  tick(nowMs: number): void {
    if (this.#reason !== undefined) return;
    const { handshakeTimeoutMs, headerBlockTimeoutMs, stallTimeoutMs } = this.#options.limits;
    if (!this.#input.hasSettings && nowMs > this.#startedAtMs + handshakeTimeoutMs)
      return this.fail(ErrorCode.ProtocolError, "no SETTINGS in time");
    if (!this.#settingsAcked && nowMs > this.#startedAtMs + handshakeTimeoutMs)
      return this.fail(ErrorCode.SettingsTimeout, "SETTINGS not acknowledged in time");
    if (nowMs > (this.#input.blockStartedAtMs ?? nowMs) + headerBlockTimeoutMs)
      return this.fail(ErrorCode.EnhanceYourCalm, "header block not finished in time");
    if (stallTimeoutMs > 0) this.guarded(() => this.#dropStalled(nowMs - stallTimeoutMs));
    const due = this.#pings.tick(nowMs, this.streams.size > 0);
    if (due === "ping") this.sender.ping(KEEPALIVE_PING, 0, false);
    if (due === "dead") this.fail(ErrorCode.NoError, "keepalive ping not answered in time");
  }

  #greet(): void {
    const { isServer, limits } = this.#options;
    const { sender } = this;
    if (!isServer) sender.raw(PREFACE);
    sender.settings([
      ...(isServer ? [] : [[Setting.EnablePush, 0] as const]),
      ...(limits.maxConcurrentStreams < NO_LIMIT
        ? [[Setting.MaxConcurrentStreams, limits.maxConcurrentStreams] as const]
        : []),
      [Setting.InitialWindowSize, limits.streamWindowBytes],
      [Setting.MaxHeaderListSize, limits.maxHeaderListBytes],
    ]);
    if (limits.connectionWindowBytes > DEFAULT_WINDOW)
      sender.windowUpdate(0, limits.connectionWindowBytes - DEFAULT_WINDOW);
  }

  /** @internal */
  onData(id: number, bytes: Uint8Array, start: number, end: number, flowBytes: number, isEnd: boolean): void {
    if (this.#reason !== undefined) return;
    this.#receiveWindow -= flowBytes;
    if (this.#receiveWindow < 0) throw new ConnectionError(ErrorCode.FlowControlError, "connection window exceeded");
    this.#giveBack(flowBytes);
    this.guard.data(end - start, isEnd);
    const stream = this.streams.get(id);
    if (stream === undefined) return this.#onStray(id);
    if (stream.isRemoteClosed) return this.fault(stream, ErrorCode.StreamClosed);
    stream.receiveWindow -= flowBytes;
    if (stream.receiveWindow < 0) return this.fault(stream, ErrorCode.FlowControlError);
    stream.receivedBytes += end - start;
    if (isEnd && !this.endRemote(stream)) return;
    if (flowBytes > end - start) this.consume(stream, flowBytes - (end - start));
    this.#deps.role.onData(stream, bytes, start, end, isEnd);
    if (isEnd) this.#closeIfDone(stream);
  }

  /** The peer's END_STREAM; false when what it sent is not what content-length said, and the stream was reset for it. */
  endRemote(stream: Stream<C>): boolean {
    if (stream.expectedBytes >= 0 && stream.expectedBytes !== stream.receivedBytes) {
      this.fault(stream, ErrorCode.ProtocolError);
      return false;
    }
    stream.isRemoteClosed = true;
    return true;
  }

  /** Gives the connection's window back at once: one call that is not read must not hold up the others. */
  #giveBack(count: number): void {
    this.#credit += count;
    if (this.#credit * 2 < this.#options.limits.connectionWindowBytes) return;
    this.sender.windowUpdate(0, this.#credit);
    this.#receiveWindow += this.#credit;
    this.#credit = 0;
  }

  /** @internal A whole header block. It is decoded whatever becomes of its stream: the table belongs to the connection. */
  onBlock(id: number, isEnd: boolean, isFaulty: boolean, bytes: Uint8Array, start: number, end: number): void {
    if (this.#reason !== undefined) return;
    if (end - start > this.#options.limits.maxHeaderBlockBytes)
      throw new ConnectionError(ErrorCode.EnhanceYourCalm, "header block too large");
    const list = this.#decode(bytes, start, end);
    const known = this.streams.get(id);
    if (known?.isRemoteClosed === true) return this.fault(known, ErrorCode.StreamClosed);
    const isTrailers = known !== undefined;
    const stream = known ?? this.#accept(id);
    if (stream === undefined) return;
    if (isFaulty) return this.fault(stream, ErrorCode.ProtocolError);
    if (this.#options.isServer && isTrailers && !isEnd) return this.fault(stream, ErrorCode.ProtocolError);
    this.#deps.role.onHeaders(stream, list, isEnd, isTrailers);
    if (isEnd) this.#closeIfDone(stream);
  }

  #decode(bytes: Uint8Array, start: number, end: number): HeaderList<H> {
    try {
      return this.#decoder.decode(bytes, start, end);
    } catch (error) {
      if (error instanceof HpackError) throw new ConnectionError(ErrorCode.CompressionError, error.message);
      throw error;
    }
  }

  /** The stream that the peer opens with `id`; undefined when it was refused. */
  #accept(id: number): Stream<C> | undefined {
    const { isServer, limits } = this.#options;
    if (!isServer || id % 2 === 0) {
      this.#onStray(id);
      return undefined;
    }
    if (id <= this.#lastPeerStream) {
      if (this.#closed.find(id) === "unknown") throw protocolError("stream ids must rise");
      this.#onStray(id);
      return undefined;
    }
    if (this.#goawaySent !== undefined && id > this.#goawaySent) return undefined;
    this.#lastPeerStream = id;
    this.guard.earnWindowUpdates();
    if (this.streams.size >= limits.maxConcurrentStreams) {
      this.sender.resetId(id, ErrorCode.RefusedStream);
      this.#closed.add(id, true);
      this.guard.reset();
      return undefined;
    }
    return this.#newStream(id);
  }

  /** DATA or HEADERS for a stream that is not open. */
  #onStray(id: number): void {
    if (this.#isIdle(id)) throw protocolError("frame on an idle stream");
    if (this.#goawaySent !== undefined && id > this.#goawaySent) return;
    if (this.#closed.find(id) !== "by-us")
      throw new ConnectionError(ErrorCode.StreamClosed, "frame on a closed stream");
  }

  #isIdle(id: number): boolean {
    const isPeers = (id % 2 === 1) === this.#options.isServer;
    if (!isPeers) return id >= this.#nextStream || this.#options.isServer;
    if (this.#goawaySent !== undefined && id > this.#goawaySent) return false;
    return id > this.#lastPeerStream;
  }

  /** @internal */
  onPriority(id: number, code: ErrorCode | undefined): void {
    if (code === undefined) return this.guard.ignored();
    const stream = this.streams.get(id);
    if (stream !== undefined) return this.fault(stream, code);
    if (this.#isIdle(id)) throw new ConnectionError(code, "malformed PRIORITY");
    this.sender.resetId(id, code);
    this.guard.reset();
  }

  /** @internal */
  onRstStream(id: number, code: ErrorCode): void {
    if (this.#reason !== undefined) return;
    if (id === 0 || this.#isIdle(id)) throw protocolError("RST_STREAM on an idle stream");
    const stream = this.streams.get(id);
    if (stream !== undefined) {
      this.sender.forget(stream);
      this.#close(stream, false);
      this.#deps.role.onReset(stream, code, true);
    }
    if (this.#options.isServer) this.guard.reset();
  }

  /** @internal */
  onSettingsAck(): void {
    this.#settingsAcked = true;
  }

  /** @internal */
  onSettings(bytes: Uint8Array, start: number, end: number): void {
    if (this.#reason !== undefined) return;
    this.guard.settings();
    const { sender } = this;
    const before = sender.peer.initialWindowSize;
    readSettings(sender.peer, { bytes, start, end }, this.#options.isServer);
    sender.encoder.setTableLimit(sender.peer.headerTableSize);
    const change = sender.peer.initialWindowSize - before;
    if (change !== 0) {
      for (const stream of this.streams.values()) {
        if (!sender.growStream(stream, change))
          throw new ConnectionError(ErrorCode.FlowControlError, "stream window overflow");
      }
    }
    sender.settingsAck();
    this.#deps.role.onCapacity();
  }

  /** @internal */
  onPing(bytes: Uint8Array, start: number, isAck: boolean): void {
    if (this.#reason !== undefined) return;
    if (isAck) {
      if (bytes[start] === DRAIN_PING[0] && this.#goawaySent === MAX_STREAM_ID) {
        this.#goawaySent = this.#lastPeerStream;
        this.sender.goaway(this.#lastPeerStream, ErrorCode.NoError, "");
      }
      return;
    }
    this.sender.ping(bytes, start, true);
    if (this.#options.isServer && this.#pings.isTooMany(this.#deps.now(), this.streams.size > 0))
      throw new ConnectionError(ErrorCode.EnhanceYourCalm, "too_many_pings");
  }

  /** @internal */
  onGoaway(lastStreamId: number, code: ErrorCode, debug: string): void {
    this.#goawayReceived = true;
    this.#deps.role.onGoaway(lastStreamId, code, debug);
  }

  /** @internal */
  onWindowUpdate(id: number, increment: number): void {
    if (this.#reason !== undefined) return;
    this.guard.windowUpdate();
    if (id === 0) {
      if (increment === 0) throw protocolError("WINDOW_UPDATE of 0");
      return this.sender.grow(increment);
    }
    if (this.#isIdle(id)) throw protocolError("WINDOW_UPDATE on an idle stream");
    const stream = this.streams.get(id);
    if (stream === undefined) return;
    if (increment === 0) return this.fault(stream, ErrorCode.ProtocolError);
    if (!this.sender.growStream(stream, increment)) this.fault(stream, ErrorCode.FlowControlError);
  }

  /** @internal */
  onUnknown(): void {
    this.guard.ignored();
  }

  #onDataSent(): void {
    this.guard.earnWindowUpdates();
    this.#pings.pardon();
  }

  #dropStalled(beforeMs: number): void {
    for (const stream of this.sender.queued) {
      if (stream.movedAtMs < beforeMs) this.fault(stream, ErrorCode.EnhanceYourCalm);
    }
  }

  #newStream(id: number): Stream<C> {
    // Until the peer knows our settings it may go by the defaults.
    const { streamWindowBytes } = this.#options.limits;
    const window = this.#settingsAcked ? streamWindowBytes : Math.max(streamWindowBytes, DEFAULT_WINDOW);
    const stream = new Stream<C>(id, this.sender.peer.initialWindowSize, window);
    this.streams.set(id, stream);
    return stream;
  }

  #onLocalEnd(stream: Stream<C>): void {
    if (!stream.isRemoteClosed && this.#options.isServer) {
      // Answered before the request ended: the rest of it is not wanted (RFC 9113 section 8.1).
      this.sender.resetId(stream.id, ErrorCode.NoError);
      this.#close(stream, true);
      return;
    }
    this.#closeIfDone(stream);
  }

  #closeIfDone(stream: Stream<C>): void {
    if (stream.isLocalClosed && stream.isRemoteClosed && !stream.isClosed) this.#close(stream, false);
  }

  /** @param isReset by us: what the peer still sends on it is no fault. */
  #close(stream: Stream<C>, isReset: boolean): void {
    stream.isClosed = true;
    this.streams.delete(stream.id);
    this.#closed.add(stream.id, isReset);
    if (!this.#options.isServer) this.#deps.role.onCapacity();
  }
}

/** The largest value of a setting: not worth telling, as grpc-go does not either. */
const NO_LIMIT = 2 ** 32 - 1;

function protocolError(message: string): ConnectionError {
  return new ConnectionError(ErrorCode.ProtocolError, message);
}
