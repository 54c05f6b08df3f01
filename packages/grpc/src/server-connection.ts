/**
 * The server's end of a connection: requests to calls. Routes by exact path, refuses what is not gRPC (or hands it to `http`), and keeps
 * the time of everything that is open. Knows nothing of sockets.
 */
import { trailersOnly } from "./answer-fields.ts";
import type { Deadlines } from "./deadlines.ts";
import type { Exchange } from "./exchange.ts";
import type { HeaderList } from "./hpack/decoder.ts";
import { HttpExchange, type HttpHandler } from "./http-exchange.ts";
import { Connection, type Role } from "./http2/connection.ts";
import { ErrorCode } from "./http2/frame.ts";
import type { Limits } from "./http2/limits.ts";
import type { BufferPool } from "./http2/output.ts";
import type { KeepaliveOptions } from "./http2/ping-policy.ts";
import type { Stream } from "./http2/stream.ts";
import { parseRequestHead, type RequestHead } from "./request-head.ts";
import type { Router, ServerMethod } from "./router.ts";
import { type CallContext, ServerCall, type ServerConnectionCore } from "./server-call.ts";
import { type Status, StatusCode } from "./status.ts";

export type ServerConnectionOptions = {
  readonly router: Router;
  readonly limits: Limits;
  readonly keepalive: KeepaliveOptions;
  /** Octets of a request message. */
  readonly maxReceiveBytes: number;
  /** Serves requests that are not gRPC; without it they are answered with 415. */
  readonly http: HttpHandler | undefined;
};

export type ServerConnectionDeps = {
  readonly pool: BufferPool;
  readonly now: () => number;
  readonly wake: () => void;
  readonly deadlines: Deadlines;
  /** What calls show as their `peer`. */
  readonly peer: unknown;
};

type Head = RequestHead<ServerMethod>;

export class ServerConnection implements Role<Exchange, Head> {
  readonly connection: ServerConnectionCore;
  readonly #options: ServerConnectionOptions;
  readonly #context: CallContext;

  constructor(options: ServerConnectionOptions, deps: ServerConnectionDeps) {
    const { limits, keepalive, maxReceiveBytes } = options;
    this.#options = options;
    const { pool, now, wake, deadlines, peer } = deps;
    this.connection = new Connection({ isServer: true, limits, keepalive }, { role: this, pool, now, wake });
    const { messageTimeoutMs, maxBufferedBytes, maxQueuedBytes, maxConnectionQueuedBytes } = limits;
    const bounds = { maxReceiveBytes, messageTimeoutMs, maxBufferedBytes, maxQueuedBytes, maxConnectionQueuedBytes };
    this.#context = { connection: this.connection, deadlines, now, ...bounds, bufferedBytes: 0, peer };
  }

  /** To be called about once a second. */
  tick(nowMs: number): void {
    this.connection.tick(nowMs);
    for (const stream of this.connection.streams.values()) stream.owner?.onTick(nowMs);
  }

  onHeaders(stream: Stream<Exchange>, list: HeaderList<Head>, isEnd: boolean, isTrailers: boolean): void {
    if (isTrailers) {
      if (this.#endRemote(stream)) stream.owner?.onTrailers(list.fields);
      return;
    }
    let head = list.parsed;
    if (head === undefined) {
      head = parseRequestHead(list, (path) => this.#options.router.find(path));
      list.parsed = head;
    }
    if (head.isMalformed) return this.connection.fault(stream, ErrorCode.ProtocolError);
    stream.expectedBytes = head.contentLength;
    if (isEnd && !this.#endRemote(stream)) return;
    if (!head.isGrpc && this.#options.http !== undefined && !list.isTooLarge) {
      stream.owner = new HttpExchange(head, stream, this.#context, this.#options.http);
    } else if (head.refusal !== undefined || head.method === undefined) {
      const { httpStatus, status } = head.refusal ?? { httpStatus: 200, status: NO_METHOD };
      return this.connection.sender.headers(stream, trailersOnly(httpStatus, status, []), true);
    } else {
      const call = new ServerCall(head, head.method, stream, this.#context);
      stream.owner = call;
      call.open();
    }
    if (isEnd) stream.owner?.onData(NOTHING, 0, 0, true);
  }

  onData(stream: Stream<Exchange>, bytes: Uint8Array, start: number, end: number, isEnd: boolean): void {
    stream.owner?.onData(bytes, start, end, isEnd);
  }

  onReset(stream: Stream<Exchange>, code: ErrorCode, isByPeer: boolean): void {
    stream.owner?.onReset(code, isByPeer);
  }

  onDrained(stream: Stream<Exchange>): void {
    stream.owner?.onDrained();
  }

  onGoaway(): void {}

  onCapacity(): void {}

  #endRemote(stream: Stream<Exchange>): boolean {
    return this.connection.endRemote(stream);
  }
}

const NO_METHOD: Status = { code: StatusCode.Unimplemented, message: "unknown method" };
const NOTHING = new Uint8Array(0);
