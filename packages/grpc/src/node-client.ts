/**
 * A gRPC client on one socket: connects, makes calls, and says when the connection is lost. It never connects again by itself: which
 * endpoint to try, and when, is the caller's to know.
 */
import { connect as connectNet, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions as TlsConnectionOptions } from "node:tls";
import type { CallListener, ClientCall } from "./client-call.ts";
import { type CallOptions, ClientConnection, type UnaryCallback } from "./client-connection.ts";
import { ErrorCode } from "./http2/frame.ts";
import { DEFAULT_LIMITS, type Limits } from "./http2/limits.ts";
import { CLIENT_KEEPALIVE, type KeepaliveOptions } from "./http2/ping-policy.ts";
import type { MethodDescriptor } from "./method.ts";
import { Link } from "./node-link.ts";
import { Turn } from "./node-turn.ts";
import type { ResponseHead } from "./response-head.ts";

export type GrpcClientOptions = {
  readonly host: string;
  readonly port: number;
  /** ":authority"; host and port without it. */
  readonly authority?: string;
  /** TLS with these; plain without. */
  readonly tls?: TlsConnectionOptions;
  readonly limits?: Partial<Limits>;
  readonly keepalive?: Partial<KeepaliveOptions>;
  /** Octets of a response message; without it as many as fit in an int32, as etcd's client. */
  readonly maxReceiveBytes?: number;
  readonly maxWaitingCalls?: number;
  readonly userAgent?: string;
  readonly turn?: Turn;
  readonly tickMs?: number;
  /** The connection is gone, or never came about. Called once. */
  readonly onClosed?: (why: string) => void;
};

const MAX_INT32 = 2 ** 31 - 1;
const DEFAULT_MAX_WAITING_CALLS = 10_000;
const DEFAULT_TICK_MS = 1_000;
/** A client reads what it asked for: large answers, snapshots and many watches on one connection. */
const CLIENT_WINDOWS: Partial<Limits> = {
  streamWindowBytes: 1024 * 1024,
  connectionWindowBytes: 4 * 1024 * 1024,
  maxConcurrentStreams: 0,
};

type Call = ClientCall<never, unknown>;

export class GrpcClient {
  readonly #core: ClientConnection;
  readonly #link: Link<Call, ResponseHead>;
  readonly #ticker: NodeJS.Timeout;
  readonly #turn: Turn;

  constructor(options: GrpcClientOptions) {
    const { host, port, tls } = options;
    const limits: Limits = { ...DEFAULT_LIMITS, ...CLIENT_WINDOWS, ...options.limits };
    const turn = options.turn ?? new Turn();
    this.#turn = turn;
    const socket = tls === undefined ? connectNet({ host, port, noDelay: true }) : secure(options, tls);
    this.#link = new Link(socket, turn, {
      limits,
      onClosed: ({ message }) => {
        clearInterval(this.#ticker);
        this.#core.failWaiting(`connection lost: ${message}`);
        options.onClosed?.(message);
      },
    });
    this.#core = new ClientConnection(
      {
        limits,
        keepalive: { ...CLIENT_KEEPALIVE, ...options.keepalive },
        maxReceiveBytes: options.maxReceiveBytes ?? MAX_INT32,
        maxWaitingCalls: options.maxWaitingCalls ?? DEFAULT_MAX_WAITING_CALLS,
        authority: options.authority ?? `${host}:${port}`,
        isTls: tls !== undefined,
        userAgent: options.userAgent ?? "grpc-quorate",
      },
      { pool: turn.pool, now: turn.now, wake: this.#link.schedule, deadlines: turn.deadlines },
    );
    this.#link.start(this.#core.connection);
    this.#ticker = setInterval(() => this.#tick(), options.tickMs ?? DEFAULT_TICK_MS).unref();
  }

  /** No call can be made any more: make another client. */
  get isClosing(): boolean {
    return this.#core.isClosing;
  }

  /** A call with one message each way; `callback` comes exactly once, never from within this call but for a lost connection. */
  unary<Req, Res>(
    descriptor: MethodDescriptor<Req, Res>,
    request: Req,
    options: CallOptions,
    callback: UnaryCallback<Res>,
  ): ClientCall<Req, Res> {
    const call = this.#core.unary(descriptor, request, options, callback);
    this.#link.schedule();
    return call;
  }

  /** A call in which either side may stream. */
  stream<Req, Res>(
    descriptor: MethodDescriptor<Req, Res>,
    options: CallOptions,
    listener: CallListener<Res>,
  ): ClientCall<Req, Res> {
    const call = this.#core.stream(descriptor, options, listener);
    this.#link.schedule();
    return call;
  }

  /** Ends the connection at once; open calls end with Unavailable. */
  close(): void {
    this.#core.connection.fail(ErrorCode.NoError, "");
    this.#link.schedule();
  }

  #tick(): void {
    const nowMs = this.#turn.now();
    this.#core.tick(nowMs);
    this.#link.tick(nowMs);
    if (this.#core.connection.reason !== undefined) this.#link.schedule();
  }
}

function secure({ host, port }: GrpcClientOptions, tls: TlsConnectionOptions): Socket {
  return connectTls({ host, port, ALPNProtocols: ["h2"], minVersion: "TLSv1.2", ...tls });
}
