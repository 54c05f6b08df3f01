/**
 * One call as its server sees it, from the head of the request to the trailers of the answer. It ends exactly once: by `respond`, `end` or
 * `fail`, by its deadline, or because the client is gone; whatever comes later is dropped.
 *
 *     handler --respond/end/fail--> finished
 *     client RST, deadline, connection lost --> cancelled (onCancel) --> finished
 */
import { assert } from "@quorate/base";
import { ANSWER_HEAD, trailersOf, trailersOnly } from "./answer-fields.ts";
import { type Deadline, type Deadlines, newDeadline } from "./deadlines.ts";
import type { Exchange } from "./exchange.ts";
import type { HeaderField } from "./hpack/header-field.ts";
import type { Connection } from "./http2/connection.ts";
import { ErrorCode } from "./http2/frame.ts";
import type { Stream } from "./http2/stream.ts";
import { checkPrefix, MessageReader } from "./message-reader.ts";
import { type Metadata, NO_METADATA } from "./metadata.ts";
import { areTrailersLegal, type RequestHead } from "./request-head.ts";
import type { ServerMethod } from "./router.ts";
import { OK, type Status, StatusCode } from "./status.ts";

export type ServerConnectionCore = Connection<Exchange, RequestHead<ServerMethod>>;

/** What the calls of one connection share. */
export type CallContext = {
  readonly connection: ServerConnectionCore;
  readonly deadlines: Deadlines;
  readonly now: () => number;
  readonly maxReceiveBytes: number;
  readonly messageTimeoutMs: number;
  readonly maxQueuedBytes: number;
  readonly maxConnectionQueuedBytes: number;
  readonly maxBufferedBytes: number;
  /** Octets that the connection's calls hold: unfinished messages, and what paused handlers did not read. */
  bufferedBytes: number;
  /** Who is at the other end; the host's to define. */
  readonly peer: unknown;
};

const PREFIX_BYTES = 5;
const TOO_SLOW: Status = { code: StatusCode.ResourceExhausted, message: "grpc: the client reads too slowly" };
const GO_DEADLINE = "context deadline exceeded";

export class ServerCall<Req = unknown, Res = unknown> implements Exchange {
  /** A message of a client that streams. Set by the handler; messages wait while the call is paused. */
  onMessage: ((request: Req) => void) | undefined = undefined;
  /** The client sent its last message. */
  onEnd: (() => void) | undefined = undefined;
  /** The client is gone or the deadline passed: stop working. A call without it counts as working until it answers. */
  onCancel: (() => void) | undefined = undefined;
  /** What `write` queued has gone. */
  onDrain: (() => void) | undefined = undefined;
  readonly #head: RequestHead<ServerMethod>;
  readonly #method: ServerMethod;
  readonly #stream: Stream<Exchange>;
  readonly #context: CallContext;
  #deadline: Deadline | undefined = undefined;
  #reader: MessageReader | undefined = undefined;
  /** The one request of a client that does not stream. */
  #request: Uint8Array | undefined = undefined;
  #dispatched = false;
  /** The method's observer heard of the call. */
  #observed = false;
  /** What the observer wants to hear again at the end. */
  #started = 0;
  #headSent = false;
  #finished = false;
  #cancelled = false;
  #abandoned = false;
  /** While paused: octets that arrived, and the end if it did. */
  #paused = false;
  #held: Uint8Array[] | undefined = undefined;
  #remoteEnded = false;
  #trailers: readonly HeaderField[] = NO_FIELDS;
  #buffered = 0;
  /** Messages received; which of them was half here when time last passed, and since when. */
  #messages = 0;
  #halfMessage = -1;
  #halfSinceMs = 0;

  constructor(head: RequestHead<ServerMethod>, method: ServerMethod, stream: Stream<Exchange>, context: CallContext) {
    this.#head = head;
    this.#method = method;
    this.#stream = stream;
    this.#context = context;
    if (head.timeoutMs === Number.POSITIVE_INFINITY) return;
    this.#deadline = newDeadline(context.now() + head.timeoutMs, () => this.#expire());
    context.deadlines.add(this.#deadline);
  }

  get path(): string {
    return this.#head.path;
  }

  get authority(): string {
    return this.#head.authority;
  }

  get metadata(): Metadata {
    return this.#head.metadata;
  }

  /** What the host said of the other end when it made the connection. */
  get peer(): unknown {
    return this.#context.peer;
  }

  /** Monotonic milliseconds; Infinity without a deadline. */
  get deadlineMs(): number {
    return this.#deadline?.dueAtMs ?? Number.POSITIVE_INFINITY;
  }

  /** Nobody waits for the answer any more. */
  get isCancelled(): boolean {
    return this.#cancelled;
  }

  get isFinished(): boolean {
    return this.#finished;
  }

  /** Octets that wait to be sent on this call. */
  get queuedBytes(): number {
    return this.#stream.queuedBytes;
  }

  /** The call is in its stream's hands: hands it to a handler that takes streams. */
  open(): void {
    const { onCall, observer } = this.#method;
    if (onCall === undefined) return;
    this.#observed = true;
    this.#started = observer?.started() ?? 0;
    onCall(this as unknown as ServerCall);
  }

  /** Answers a call whose server sends one message. */
  respond(response: Res): void {
    assert(!this.#method.descriptor.isServerStreaming, "respond answers a call with one message");
    if (this.#finished || this.#isClogged()) return this.#drop();
    const bytes = this.#method.descriptor.encodeResponse(response);
    this.#method.observer?.sent(bytes.length);
    this.#mayFinish(StatusCode.OK);
    this.#sendHead();
    const { sender } = this.#context.connection;
    sender.message(this.#stream, bytes, false);
    sender.end(this.#stream, trailersOf(OK, this.#trailers));
  }

  /**
   * Sends one message of a server that streams.
   * @returns false when more should wait for `onDrain`; the message is sent all the same.
   */
  write(response: Res): boolean {
    return this.writeBytes(this.#method.descriptor.encodeResponse(response));
  }

  /** `write` of a message that was encoded before, once for many calls. It is not copied and must not change. */
  writeBytes(bytes: Uint8Array): boolean {
    assert(this.#method.descriptor.isServerStreaming, "write belongs to a server that streams");
    if (this.#finished) return false;
    if (this.#isClogged()) {
      this.#stop(TOO_SLOW);
      return false;
    }
    this.#sendHead();
    this.#method.observer?.sent(bytes.length);
    return this.#context.connection.sender.message(this.#stream, bytes, false);
  }

  /**
   * `writeBytes` of a message in two parts: the first `headBytes` octets of `head`, which are copied, and `body`, which is not and may be
   * shared by many calls.
   */
  writeParts(head: Uint8Array, headBytes: number, body: Uint8Array): boolean {
    assert(this.#method.descriptor.isServerStreaming, "write belongs to a server that streams");
    if (this.#finished) return false;
    if (this.#isClogged()) {
      this.#stop(TOO_SLOW);
      return false;
    }
    this.#sendHead();
    this.#method.observer?.sent(headBytes + body.length);
    return this.#context.connection.sender.messageParts(this.#stream, head, headBytes, body);
  }

  /** Ends a stream of messages well. */
  end(): void {
    assert(this.#method.descriptor.isServerStreaming, "end belongs to a server that streams");
    if (!this.#mayFinish(StatusCode.OK)) return;
    this.#sendHead();
    this.#context.connection.sender.end(this.#stream, trailersOf(OK, this.#trailers));
  }

  /** Ends the call with an error. */
  fail(code: StatusCode, message: string): void {
    if (this.#mayFinish(code)) this.#sendStatus({ code, message });
  }

  /** Sends the head now, with metadata; without this it goes out with the first message. */
  sendHead(metadata: Metadata = NO_METADATA): void {
    if (this.#finished) return;
    assert(!this.#headSent, "the head is sent once");
    this.#putHead(metadata.fields.length === 0 ? ANSWER_HEAD : [...ANSWER_HEAD, ...metadata.fields]);
  }

  /** Metadata that goes with the status, whatever that will be. */
  setTrailers(metadata: Metadata): void {
    this.#trailers = metadata.fields;
  }

  /** Takes no messages until `resume`; the client is held up once its window is used up. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const [i, bytes] of held.entries()) {
      if (this.#paused) {
        // What is left of the one before comes first.
        this.#held = [...(this.#held ?? []), ...held.slice(i)];
        return;
      }
      this.#hold(-bytes.length);
      this.#read(bytes, 0, bytes.length);
    }
    if (this.#remoteEnded && !this.#paused) this.#onRequestEnd();
  }

  onData(bytes: Uint8Array, start: number, end: number, isEnd: boolean): void {
    if (this.#finished) return;
    if (this.#paused) {
      this.#remoteEnded = isEnd;
      // A copy: the handler may take its time, and the chunk holds other calls' data.
      if (end > start) this.#keep(bytes.slice(start, end));
      return;
    }
    this.#read(bytes, start, end);
    if (!isEnd) return;
    this.#remoteEnded = true;
    if (!this.#paused) this.#onRequestEnd();
  }

  onTrailers(fields: readonly HeaderField[]): void {
    if (!areTrailersLegal(fields)) {
      this.#context.connection.fault(this.#stream, ErrorCode.ProtocolError);
      return;
    }
    this.#remoteEnded = true;
    if (!this.#paused) this.#onRequestEnd();
  }

  onReset(_code: ErrorCode, _isByPeer: boolean): void {
    if (!this.#finished) this.#cancel(StatusCode.Canceled);
  }

  onDrained(): void {
    if (!this.#finished) this.onDrain?.();
  }

  /** A request that stopped half way is given up. */
  onTick(nowMs: number): void {
    if (this.#finished || this.#remoteEnded) return;
    const isHalf = this.#method.onRequest !== undefined || (this.#reader !== undefined && !this.#paused);
    if (!isHalf || this.#halfMessage !== this.#messages) {
      this.#halfMessage = isHalf ? this.#messages : -1;
      this.#halfSinceMs = nowMs;
    } else if (nowMs > this.#halfSinceMs + this.#context.messageTimeoutMs) {
      this.#stop({ code: StatusCode.DeadlineExceeded, message: "grpc: request not received in time" });
    }
  }

  #read(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    const { connection, maxReceiveBytes } = this.#context;
    let used = length;
    const isWhole =
      this.#reader === undefined && length >= PREFIX_BYTES && lengthAt(bytes, start + 1) === length - PREFIX_BYTES;
    if (isWhole) {
      const status = checkPrefix(bytes, start, { maxMessageBytes: maxReceiveBytes, encoding: this.#head.encoding });
      if (status !== undefined) this.#stop(status);
      else this.#onRequest(bytes.subarray(start + PREFIX_BYTES, end));
    } else if (length > 0) used = this.#readParts(bytes, start, end) - start;
    if (!this.#finished && used > 0) connection.consume(this.#stream, used);
  }

  /** Returns where it stopped: before `end` when the handler paused. */
  #readParts(bytes: Uint8Array, start: number, end: number): number {
    const { maxReceiveBytes } = this.#context;
    this.#reader ??= new MessageReader({ maxMessageBytes: maxReceiveBytes, encoding: this.#head.encoding });
    const before = this.#reader.heldBytes;
    let at = start;
    let stop = end;
    while (!this.#finished) {
      if (this.#paused) {
        if (at < end) this.#keep(bytes.slice(at, end));
        stop = at;
        break;
      }
      const next = this.#reader.next(bytes, at, end);
      if (next.kind === "message") {
        at = next.at;
        this.#onRequest(next.bytes);
        continue;
      }
      if (next.kind === "error") this.#stop(next.status);
      break;
    }
    this.#hold(this.#reader.heldBytes - before);
    if (this.#reader.isBetween) this.#reader = undefined;
    return stop;
  }

  #onRequest(bytes: Uint8Array): void {
    this.#messages++;
    if (this.#method.onCall !== undefined) {
      const request = this.#decode(bytes);
      if (request === undefined) return;
      this.#method.observer?.received(bytes.length);
      this.onMessage?.(request);
      return;
    }
    if (this.#request !== undefined) {
      const message = "cardinality violation: received more than one request of a call that takes one";
      this.#stop({ code: StatusCode.Internal, message });
      return;
    }
    this.#request = bytes;
  }

  #onRequestEnd(): void {
    if (this.#finished || this.#dispatched) return;
    if (this.#reader !== undefined) return this.#stop({ code: StatusCode.Internal, message: "unexpected EOF" });
    this.#dispatched = true;
    const { onRequest, observer } = this.#method;
    if (onRequest === undefined) {
      this.onEnd?.();
      return;
    }
    if (this.#request === undefined) return this.#stop({ code: StatusCode.Internal, message: "EOF" });
    const bytes = this.#request;
    const request = this.#decode(bytes);
    this.#request = undefined;
    if (request === undefined) return;
    this.#observed = true;
    this.#started = observer?.started() ?? 0;
    observer?.received(bytes.length);
    onRequest(request, this as unknown as ServerCall);
  }

  /** The request, never undefined; undefined where it cannot be read and the call ended for it. */
  #decode(bytes: Uint8Array): Req | undefined {
    try {
      return this.#method.descriptor.decodeRequest(bytes) as Req;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#stop({ code: StatusCode.Internal, message: `grpc: error unmarshalling request: ${why}` });
      return undefined;
    }
  }

  /** More waits for this client than it may. */
  #isClogged(): boolean {
    const { connection, maxQueuedBytes, maxConnectionQueuedBytes } = this.#context;
    return this.#stream.queuedBytes > maxQueuedBytes || connection.sender.queuedBytes > maxConnectionQueuedBytes;
  }

  /** The handler answered and the answer does not go out. */
  #drop(): void {
    if (this.#mayFinish(TOO_SLOW.code)) this.#sendStatus(TOO_SLOW);
  }

  /** Whether the handler's answer still counts; from here on the call is finished. */
  #mayFinish(code: StatusCode): boolean {
    if (this.#abandoned) {
      this.#abandoned = false;
      this.#context.connection.guard.settle();
    }
    if (this.#finished) return false;
    this.#finish(code);
    return true;
  }

  #finish(code: StatusCode): void {
    this.#finished = true;
    if (this.#observed) this.#method.observer?.handled(code, this.#started);
    if (this.#deadline !== undefined) this.#context.deadlines.remove(this.#deadline);
    if (this.#buffered !== 0) this.#hold(-this.#buffered);
    this.#held = undefined;
  }

  /** Ends the call from our side while its handler may still work on it. */
  #stop(status: Status): void {
    if (this.#finished) return;
    this.#cancel(status.code);
    this.#sendStatus(status);
  }

  #expire(): void {
    this.#stop({ code: StatusCode.DeadlineExceeded, message: GO_DEADLINE });
  }

  #cancel(code: StatusCode): void {
    this.#finish(code);
    this.#cancelled = true;
    if (this.onCancel !== undefined) {
      this.onCancel();
      return;
    }
    if (!this.#dispatched && this.#method.onRequest !== undefined) return;
    this.#abandoned = true;
    this.#context.connection.guarded(() => this.#context.connection.guard.abandon());
  }

  #sendStatus(status: Status): void {
    if (this.#stream.isClosed || this.#stream.isLocalClosed) return;
    const { sender } = this.#context.connection;
    if (this.#headSent) sender.end(this.#stream, trailersOf(status, this.#trailers));
    else sender.headers(this.#stream, trailersOnly(200, status, this.#trailers), true);
  }

  #sendHead(): void {
    if (!this.#headSent) this.#putHead(ANSWER_HEAD);
  }

  #putHead(fields: readonly HeaderField[]): void {
    this.#headSent = true;
    this.#context.connection.sender.headers(this.#stream, fields, false);
  }

  #keep(bytes: Uint8Array): void {
    this.#held ??= [];
    this.#held.push(bytes);
    this.#hold(bytes.length);
  }

  /** Accounts for octets that are held for this call. */
  #hold(count: number): void {
    if (count === 0) return;
    this.#buffered += count;
    this.#context.bufferedBytes += count;
    if (count > 0 && this.#context.bufferedBytes > this.#context.maxBufferedBytes && !this.#finished)
      this.#stop({ code: StatusCode.ResourceExhausted, message: "grpc: too much unread on this connection" });
  }
}

const NO_FIELDS: readonly HeaderField[] = [];

function lengthAt(bytes: Uint8Array, at: number): number {
  return bytes[at]! * 0x100_0000 + ((bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!);
}
