/**
 * A plain HTTP request on an HTTP/2 connection, for the few pages that share the port with gRPC: the whole body in, the whole answer out.
 * Bounded by the receive limit, and by the time that a request may take to arrive.
 */
import type { Exchange } from "./exchange.ts";
import { HeaderField, Kind } from "./hpack/header-field.ts";
import { ErrorCode } from "./http2/frame.ts";
import type { Stream } from "./http2/stream.ts";
import type { Metadata } from "./metadata.ts";
import { areTrailersLegal, type RequestHead } from "./request-head.ts";
import type { ServerMethod } from "./router.ts";
import type { CallContext } from "./server-call.ts";

export type HttpRequest = {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly authority: string;
  readonly headers: Metadata;
  readonly body: Uint8Array;
};

export type HttpResponse = {
  readonly status: number;
  /** Lower-case names; content-length is added. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
};

/** Answers by `respond`, once, now or later. */
export type HttpHandler = (request: HttpRequest, respond: (response: HttpResponse) => void) => void;

const FIRST_BUFFER_BYTES = 4096;
const TOO_LARGE: HttpResponse = { status: 413, headers: [], body: new Uint8Array(0) };

export class HttpExchange implements Exchange {
  readonly #head: RequestHead<ServerMethod>;
  readonly #stream: Stream<Exchange>;
  readonly #context: CallContext;
  readonly #handler: HttpHandler;
  #body: Uint8Array = new Uint8Array(0);
  #length = 0;
  #startedAtMs: number | undefined;
  #isWhole = false;
  #isAnswered = false;

  constructor(head: RequestHead<ServerMethod>, stream: Stream<Exchange>, context: CallContext, handler: HttpHandler) {
    this.#head = head;
    this.#stream = stream;
    this.#context = context;
    this.#handler = handler;
  }

  onData(bytes: Uint8Array, start: number, end: number, isEnd: boolean): void {
    if (this.#isAnswered) return;
    const { connection, maxReceiveBytes, maxBufferedBytes } = this.#context;
    this.#context.bufferedBytes += end - start;
    const length = this.#length + end - start;
    if (length > maxReceiveBytes || this.#context.bufferedBytes > maxBufferedBytes) {
      this.#release(length);
      return this.#respond(TOO_LARGE);
    }
    if (length > this.#body.length) {
      const body = new Uint8Array(Math.max(length, this.#body.length * 2, FIRST_BUFFER_BYTES));
      body.set(this.#body.subarray(0, this.#length));
      this.#body = body;
    }
    this.#body.set(bytes.subarray(start, end), this.#length);
    this.#length = length;
    if (end > start) connection.consume(this.#stream, end - start);
    if (isEnd) this.#dispatch();
  }

  onTrailers(fields: readonly HeaderField[]): void {
    if (areTrailersLegal(fields)) this.#dispatch();
    else this.#context.connection.fault(this.#stream, ErrorCode.ProtocolError);
  }

  onReset(): void {
    this.#release(this.#length);
    this.#isAnswered = true;
  }

  onDrained(): void {}

  onTick(nowMs: number): void {
    this.#startedAtMs ??= nowMs;
    if (this.#isWhole || this.#isAnswered || nowMs < this.#startedAtMs + this.#context.messageTimeoutMs) return;
    this.#isAnswered = true;
    this.#release(this.#length);
    this.#context.connection.cancel(this.#stream, ErrorCode.Cancel);
  }

  #dispatch(): void {
    if (this.#isWhole) return;
    this.#isWhole = true;
    const { httpMethod: method, path, authority, metadata: headers } = this.#head;
    const body = this.#body.subarray(0, this.#length);
    this.#release(this.#length);
    this.#handler({ method, path, authority, headers, body }, (response) => this.#respond(response));
  }

  /** The connection's account forgets `count` octets of this body. */
  #release(count: number): void {
    this.#context.bufferedBytes -= count;
    this.#length = 0;
  }

  #respond(response: HttpResponse): void {
    if (this.#isAnswered) return;
    this.#isAnswered = true;
    const { sender } = this.#context.connection;
    const fields = [
      new HeaderField(":status", String(response.status)),
      ...response.headers
        .map(([name, value]) => new HeaderField(name, value))
        .filter(({ kind }) => kind !== Kind.Forbidden),
      new HeaderField("content-length", String(response.body.length)),
    ];
    const isBodiless = this.#head.httpMethod === "HEAD" || response.body.length === 0;
    sender.headers(this.#stream, fields, isBodiless);
    if (!isBodiless) sender.data(this.#stream, response.body, true);
  }
}
