/**
 * The client's end of a connection: calls to requests. A call that finds no room waits, up to a bound; one whose connection is lost ends
 * with Unavailable. Connecting again is the caller's business. Knows nothing of sockets.
 */
import { RingQueue } from "@quorate/base";
import { type CallListener, ClientCall, type ClientCallContext, type ClientConnectionCore } from "./client-call.ts";
import type { Deadlines } from "./deadlines.ts";
import type { HeaderList } from "./hpack/decoder.ts";
import { HeaderField } from "./hpack/header-field.ts";
import { Connection, type Role } from "./http2/connection.ts";
import type { ErrorCode } from "./http2/frame.ts";
import type { Limits } from "./http2/limits.ts";
import type { BufferPool } from "./http2/output.ts";
import type { KeepaliveOptions } from "./http2/ping-policy.ts";
import type { Stream } from "./http2/stream.ts";
import { type Metadata, NO_METADATA } from "./metadata.ts";
import type { MethodDescriptor } from "./method.ts";
import type { ResponseHead } from "./response-head.ts";
import { type Status, StatusCode } from "./status.ts";
import { formatTimeout } from "./timeout.ts";

export type ClientConnectionOptions = {
  readonly limits: Limits;
  readonly keepalive: KeepaliveOptions;
  /** Octets of a response message. */
  readonly maxReceiveBytes: number;
  /** Calls that wait for a stream; one more ends with ResourceExhausted. */
  readonly maxWaitingCalls: number;
  /** ":authority" and ":scheme" of every request. */
  readonly authority: string;
  readonly isTls: boolean;
  readonly userAgent: string;
};

export type ClientConnectionDeps = {
  readonly pool: BufferPool;
  readonly now: () => number;
  readonly wake: () => void;
  readonly deadlines: Deadlines;
};

export type CallOptions = {
  readonly metadata?: Metadata;
  /** From now; sent along as grpc-timeout. */
  readonly timeoutMs?: number;
};

/** The answer to a unary call: `response` is there exactly when the code is OK. */
export type UnaryCallback<Res> = (status: Status, response: Res | undefined, trailers: Metadata) => void;

type Call = ClientCall<never, unknown>;
/** The header list of the last call of a method, for the next that is like it. */
type Kept = { metadata: Metadata; timeout: string; fields: readonly HeaderField[] };

const POST = new HeaderField(":method", "POST");
const CONTENT_TYPE = new HeaderField("content-type", "application/grpc");
const TE = new HeaderField("te", "trailers");

export class ClientConnection implements Role<Call, ResponseHead> {
  readonly connection: ClientConnectionCore;
  readonly #deps: ClientConnectionDeps;
  readonly #waiting: RingQueue<Call>;
  readonly #kept = new Map<string, Kept>();
  readonly #common: readonly HeaderField[];
  readonly #scheme: HeaderField;
  readonly #context: ClientCallContext;
  #goaway: string | undefined;

  constructor(options: ClientConnectionOptions, deps: ClientConnectionDeps) {
    this.#deps = deps;
    this.#waiting = new RingQueue(options.maxWaitingCalls);
    this.#scheme = new HeaderField(":scheme", options.isTls ? "https" : "http");
    this.#common = [
      new HeaderField(":authority", options.authority),
      CONTENT_TYPE,
      new HeaderField("user-agent", options.userAgent),
      TE,
    ];
    const { limits, keepalive } = options;
    const { pool, now, wake } = deps;
    this.connection = new Connection({ isServer: false, limits, keepalive }, { role: this, pool, now, wake });
    const { maxReceiveBytes } = options;
    this.#context = { connection: this.connection, deadlines: deps.deadlines, maxReceiveBytes };
  }

  /** No call can be made any more: the connection is lost, or the server wants no more of them. */
  get isClosing(): boolean {
    return this.connection.reason !== undefined || this.#goaway !== undefined;
  }

  /** A call with one message each way. */
  unary<Req, Res>(
    descriptor: MethodDescriptor<Req, Res>,
    request: Req,
    options: CallOptions,
    callback: UnaryCallback<Res>,
  ): ClientCall<Req, Res> {
    let response: { readonly value: Res } | undefined;
    const listener: CallListener<Res> = {
      onMessage: (value) => {
        response = { value };
      },
      onStatus: (status, trailers) => {
        if (status.code !== StatusCode.OK) callback(status, undefined, trailers);
        else if (response !== undefined) callback(status, response.value, trailers);
        else
          callback({ code: StatusCode.Internal, message: "cardinality violation: no response" }, undefined, trailers);
      },
    };
    const call = this.#newCall(descriptor, options, listener);
    call.send(request);
    this.#start(call);
    return call;
  }

  /** A call in which either side, or both, may stream. Messages of a client that does not stream: `send`, exactly one. */
  stream<Req, Res>(
    descriptor: MethodDescriptor<Req, Res>,
    options: CallOptions,
    listener: CallListener<Res>,
  ): ClientCall<Req, Res> {
    const call = this.#newCall(descriptor, options, listener);
    this.#start(call);
    return call;
  }

  /** To be called about once a second. */
  tick(nowMs: number): void {
    this.connection.tick(nowMs);
  }

  /** Ends what waits for room; to be called when the connection is gone. */
  failWaiting(message: string): void {
    for (const call of this.#waiting.drain()) call.settle({ code: StatusCode.Unavailable, message }, NO_METADATA);
  }

  onHeaders(stream: Stream<Call>, list: HeaderList<ResponseHead>, isEnd: boolean): void {
    if (isEnd && !this.connection.endRemote(stream)) return;
    stream.owner?.onHeaders(list, isEnd);
  }

  onData(stream: Stream<Call>, bytes: Uint8Array, start: number, end: number, isEnd: boolean): void {
    stream.owner?.onData(bytes, start, end, isEnd);
  }

  onReset(stream: Stream<Call>, code: ErrorCode): void {
    const { reason } = this.connection;
    stream.owner?.onReset(code, reason === undefined ? undefined : this.#lost(reason.message));
  }

  onDrained(stream: Stream<Call>): void {
    stream.owner?.onDrained();
  }

  onGoaway(lastStreamId: number, _code: ErrorCode, debug: string): void {
    this.#goaway = debug === "" ? "the server is shutting down" : debug;
    this.failWaiting(this.#lost(this.#goaway));
    for (const stream of [...this.connection.streams.values()]) {
      if (stream.id <= lastStreamId) continue;
      const { owner } = stream;
      this.connection.abandon(stream);
      owner?.settle({ code: StatusCode.Unavailable, message: this.#lost(this.#goaway) }, NO_METADATA);
    }
  }

  onCapacity(): void {
    while (this.#waiting.length > 0 && this.connection.hasRoom) {
      const call = this.#waiting.shift();
      if (call !== undefined && !call.isSettled) this.#open(call);
    }
  }

  #newCall<Req, Res>(
    descriptor: MethodDescriptor<Req, Res>,
    { metadata = NO_METADATA, timeoutMs }: CallOptions,
    listener: CallListener<Res>,
  ): ClientCall<Req, Res> {
    const timeout = timeoutMs === undefined ? "" : formatTimeout(timeoutMs);
    const call = new ClientCall(descriptor, this.#fields(descriptor.path, metadata, timeout), listener, this.#context);
    if (timeoutMs !== undefined) call.expireAt(this.#deps.now() + timeoutMs);
    return call;
  }

  #start<Req, Res>(typed: ClientCall<Req, Res>): void {
    // The connection only ever hands the call its own bytes back.
    const call = typed as unknown as Call;
    if (this.isClosing) {
      const why = this.connection.reason?.message ?? this.#goaway ?? "";
      call.settle({ code: StatusCode.Unavailable, message: this.#lost(why) }, NO_METADATA);
    } else if (this.connection.hasRoom && this.#waiting.length === 0) this.#open(call);
    else if (!this.#waiting.push(call))
      call.settle({ code: StatusCode.ResourceExhausted, message: "grpc: too many calls wait" }, NO_METADATA);
  }

  #open(call: Call): void {
    const stream = this.connection.open();
    stream.owner = call;
    call.open(stream);
  }

  #fields(path: string, metadata: Metadata, timeout: string): readonly HeaderField[] {
    const kept = this.#kept.get(path);
    if (kept !== undefined && kept.metadata === metadata && kept.timeout === timeout) return kept.fields;
    const fields = Object.freeze([
      POST,
      this.#scheme,
      new HeaderField(":path", path),
      ...this.#common,
      ...(timeout === "" ? [] : [new HeaderField("grpc-timeout", timeout)]),
      ...metadata.fields,
    ]);
    this.#kept.set(path, { metadata, timeout, fields });
    return fields;
  }

  #lost(why: string): string {
    return `connection lost: ${why}`;
  }
}
