/**
 * One call as its client sees it. It ends exactly once, with a status: the server's, or one of ours for a deadline, a cancellation, a lost
 * connection, or an answer that makes no sense.
 *
 *     waiting (no room on the connection) --> open --> status
 */
import { assert } from "@quorate/base";
import { type Deadline, type Deadlines, newDeadline } from "./deadlines.ts";
import type { HeaderList } from "./hpack/decoder.ts";
import type { HeaderField } from "./hpack/header-field.ts";
import type { Connection } from "./http2/connection.ts";
import { ErrorCode } from "./http2/frame.ts";
import type { Stream } from "./http2/stream.ts";
import { MessageReader } from "./message-reader.ts";
import { type Metadata, NO_METADATA } from "./metadata.ts";
import type { MethodDescriptor } from "./method.ts";
import { parseResponseHead, type ResponseHead, statusOfHttp } from "./response-head.ts";
import { codeOfReset, type Status, StatusCode } from "./status.ts";

export type ClientConnectionCore = Connection<ClientCall<never, unknown>, ResponseHead>;

/** What a call tells its caller, in this order; `onStatus` is always the last, and always comes. */
export type CallListener<Res> = {
  readonly onHead?: (metadata: Metadata) => void;
  readonly onMessage: (response: Res) => void;
  /** What `write` queued has gone. */
  readonly onDrain?: () => void;
  readonly onStatus: (status: Status, trailers: Metadata) => void;
};

export type ClientCallContext = {
  readonly connection: ClientConnectionCore;
  readonly deadlines: Deadlines;
  readonly maxReceiveBytes: number;
};

const MAX_HTTP_INFORMATIONAL = 199;
/** Messages written before there is a stream for them; the caller was told to wait after the first. */
const MAX_EARLY_MESSAGES = 1_000;

export class ClientCall<Req = unknown, Res = unknown> {
  readonly #descriptor: MethodDescriptor<Req, Res>;
  readonly #listener: CallListener<Res>;
  readonly #context: ClientCallContext;
  readonly #fields: readonly HeaderField[];
  #stream: Stream<ClientCall<never, unknown>> | undefined;
  #deadline: Deadline | undefined;
  /** Messages that wait for the stream to be opened. */
  #early: Uint8Array[] | undefined;
  #writeEnded = false;
  #reader: MessageReader | undefined;
  #head: ResponseHead | undefined;
  #isSettled = false;
  #isPaused = false;
  #held: Uint8Array[] = [];
  #heldEnd: (() => void) | undefined;

  constructor(
    descriptor: MethodDescriptor<Req, Res>,
    fields: readonly HeaderField[],
    listener: CallListener<Res>,
    context: ClientCallContext,
  ) {
    this.#descriptor = descriptor;
    this.#fields = fields;
    this.#listener = listener;
    this.#context = context;
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** Octets that wait to be sent. */
  get queuedBytes(): number {
    return this.#stream?.queuedBytes ?? 0;
  }

  /** Sends one message; false when more should wait for `onDrain`. */
  write(request: Req): boolean {
    assert(!this.#writeEnded, "write comes before end");
    if (this.#isSettled) return false;
    const bytes = this.#descriptor.encodeRequest(request);
    if (this.#stream !== undefined) return this.#context.connection.sender.message(this.#stream, bytes, false);
    this.#early ??= [];
    if (this.#early.push(bytes) > MAX_EARLY_MESSAGES)
      this.#giveUp({ code: StatusCode.ResourceExhausted, message: "grpc: too many messages wait for the connection" });
    return false;
  }

  /** No more messages. */
  end(): void {
    if (this.#writeEnded) return;
    this.#writeEnded = true;
    if (this.#stream !== undefined && !this.#isSettled) this.#context.connection.sender.end(this.#stream, []);
  }

  /** The one message of a client that does not stream, and the end. */
  send(request: Req): void {
    if (this.#isSettled) return;
    const bytes = this.#descriptor.encodeRequest(request);
    this.#writeEnded = true;
    if (this.#stream !== undefined) this.#context.connection.sender.message(this.#stream, bytes, true);
    else this.#early = [bytes];
  }

  /** Gives the call up: it ends with Canceled. */
  cancel(message = "context canceled"): void {
    this.#giveUp({ code: StatusCode.Canceled, message });
  }

  /** Takes no messages until `resume`; the server is held up once its window is used up. */
  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    const held = this.#held;
    this.#held = [];
    for (const [i, bytes] of held.entries()) {
      if (this.#isPaused) {
        this.#held.push(...held.slice(i));
        return;
      }
      this.#read(bytes, 0, bytes.length);
    }
    if (this.#isPaused) return;
    const end = this.#heldEnd;
    this.#heldEnd = undefined;
    end?.();
  }

  /** @internal The connection has room: the call goes out. */
  open(stream: Stream<ClientCall<never, unknown>>): void {
    this.#stream = stream;
    const { sender } = this.#context.connection;
    sender.headers(stream, this.#fields, false);
    const early = this.#early ?? [];
    this.#early = undefined;
    early.forEach((bytes, i) => void sender.message(stream, bytes, this.#writeEnded && i === early.length - 1));
    if (this.#writeEnded && early.length === 0) sender.end(stream, []);
    if (early.length > 0 && stream.queuedBytes === 0) this.#listener.onDrain?.();
  }

  /** @internal */
  expireAt(dueAtMs: number): void {
    const expire = (): void =>
      this.#giveUp({ code: StatusCode.DeadlineExceeded, message: "context deadline exceeded" });
    this.#deadline = newDeadline(dueAtMs, expire);
    this.#context.deadlines.add(this.#deadline);
  }

  /** @internal */
  onHeaders(list: HeaderList<ResponseHead>, isEnd: boolean): void {
    const head = list.parsed ?? parseResponseHead(list);
    list.parsed = head;
    const isTrailers = this.#head !== undefined;
    const isInformational = !isTrailers && Number(head.httpStatus) <= MAX_HTTP_INFORMATIONAL;
    if (head.isMalformed || isTrailers !== (head.httpStatus === undefined) || (isTrailers && !isEnd)) {
      this.#giveUp({ code: StatusCode.Internal, message: "malformed response headers" }, ErrorCode.ProtocolError);
      return;
    }
    if (isInformational && !isEnd) return;
    if (isEnd) {
      this.#whenRead(() => this.#onEnd(head));
      return;
    }
    this.#head = head;
    if (head.httpStatus !== "200" || !head.isGrpc) this.#giveUp(statusOfHttp(head));
    else this.#listener.onHead?.(head.metadata);
  }

  /** @internal */
  onData(bytes: Uint8Array, start: number, end: number, isEnd: boolean): void {
    if (this.#head === undefined) {
      this.#giveUp({ code: StatusCode.Internal, message: "response without headers" }, ErrorCode.ProtocolError);
      return;
    }
    if (this.#isPaused && end > start) this.#held.push(bytes.slice(start, end));
    else if (end > start) this.#read(bytes, start, end);
    const head = this.#head;
    if (isEnd) this.#whenRead(() => this.#onEnd(head));
  }

  /** @internal The stream was reset, or its connection is gone (`lost` then says how). */
  onReset(code: ErrorCode, lost: string | undefined): void {
    if (lost !== undefined) {
      this.settle({ code: StatusCode.Unavailable, message: lost }, NO_METADATA);
      return;
    }
    const message = `stream terminated by RST_STREAM with error code: ${nameOf(code)}`;
    this.settle({ code: codeOfReset(code), message }, NO_METADATA);
  }

  /** @internal */
  onDrained(): void {
    if (!this.#isSettled) this.#listener.onDrain?.();
  }

  /** @internal Ends the call for the caller. */
  settle(status: Status, trailers: Metadata): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#held = [];
    this.#heldEnd = undefined;
    this.#early = undefined;
    if (this.#deadline !== undefined) this.#context.deadlines.remove(this.#deadline);
    this.#listener.onStatus(status, trailers);
  }

  #giveUp(status: Status, code: ErrorCode = ErrorCode.Cancel): void {
    if (this.#isSettled) return;
    if (this.#stream !== undefined) this.#context.connection.cancel(this.#stream, code);
    this.settle(status, NO_METADATA);
  }

  /** The server's last word: trailers, or a head that was all. */
  #onEnd(head: ResponseHead): void {
    if (this.#isSettled) return;
    const isCut = this.#reader !== undefined;
    const status =
      head.status !== undefined && !isCut
        ? head.status
        : isCut
          ? { code: StatusCode.Internal, message: "unexpected EOF" }
          : statusOfHttp(this.#head ?? head);
    // The server is done; whatever we would still send is not wanted.
    if (this.#stream !== undefined && !this.#stream.isLocalClosed)
      this.#context.connection.cancel(this.#stream, ErrorCode.NoError);
    this.settle(status, head.metadata);
  }

  /** Runs `end` once everything that came before it was read. */
  #whenRead(end: () => void): void {
    if (this.#isPaused && this.#held.length > 0) this.#heldEnd = end;
    else end();
  }

  #read(bytes: Uint8Array, start: number, end: number): void {
    const options = { maxMessageBytes: this.#context.maxReceiveBytes, encoding: this.#head?.encoding };
    this.#reader ??= new MessageReader(options);
    let at = start;
    let stop = end;
    while (!this.#isSettled) {
      if (this.#isPaused) {
        if (at < end) this.#held.unshift(bytes.slice(at, end));
        stop = at;
        break;
      }
      const next = this.#reader.next(bytes, at, end);
      if (next.kind === "message") {
        at = next.at;
        this.#onMessage(next.bytes);
        continue;
      }
      if (next.kind === "error") this.#giveUp(next.status);
      break;
    }
    if (this.#reader.isBetween) this.#reader = undefined;
    if (this.#stream !== undefined && !this.#isSettled && stop > start)
      this.#context.connection.consume(this.#stream, stop - start);
  }

  #onMessage(bytes: Uint8Array): void {
    let response: Res;
    try {
      response = this.#descriptor.decodeResponse(bytes);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#giveUp({ code: StatusCode.Internal, message: `grpc: failed to unmarshal the received message: ${why}` });
      return;
    }
    this.#listener.onMessage(response);
  }
}

/** The name of an HTTP/2 error code as grpc-go prints it: "PROTOCOL_ERROR". */
function nameOf(code: ErrorCode): string {
  const entry = Object.entries(ErrorCode).find(([, value]) => value === code);
  return entry === undefined ? `unknown error code ${code}` : entry[0].replace(/(?!^)([A-Z])/g, "_$1").toUpperCase();
}
