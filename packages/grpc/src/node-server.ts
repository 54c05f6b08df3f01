/**
 * A gRPC server on a port: plain or TLS, with HTTP/1.1 beside it where it is given a server for that. Which protocol a connection speaks
 * shows in ALPN, or in its first octets: HTTP/2 begins with a preface that no HTTP/1.1 request can begin with.
 */
import type { Server as Http1Server } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TLSSocket, type TlsOptions } from "node:tls";
import type { Exchange } from "./exchange.ts";
import type { HttpHandler } from "./http-exchange.ts";
import { PREFACE } from "./http2/frame.ts";
import { DEFAULT_LIMITS, type Limits } from "./http2/limits.ts";
import { type KeepaliveOptions, SERVER_KEEPALIVE } from "./http2/ping-policy.ts";
import { Link } from "./node-link.ts";
import { Turn } from "./node-turn.ts";
import type { RequestHead } from "./request-head.ts";
import type { Router, ServerMethod } from "./router.ts";
import { ServerConnection } from "./server-connection.ts";

export type GrpcServerOptions = {
  readonly router: Router;
  readonly limits?: Partial<Limits>;
  readonly keepalive?: Partial<KeepaliveOptions>;
  /** Octets of a request message; etcd's default is 2 MiB. */
  readonly maxReceiveBytes?: number;
  /** Serves requests over HTTP/2 that are not gRPC. */
  readonly http?: HttpHandler;
  /** Takes the connections that speak HTTP/1.1. It does not listen itself. */
  readonly http1?: Http1Server;
  readonly tls?: TlsOptions;
  /** Open sockets of this port; more are closed at once. */
  readonly maxConnections?: number;
  /** TLS handshakes under way; more are closed at once. */
  readonly maxHandshakes?: number;
  /** What a call's `peer` is; by default the address. */
  readonly describePeer?: (socket: Socket) => unknown;
  /** Shared with other servers and clients of this process. */
  readonly turn?: Turn;
  /** How often time passes for connections. */
  readonly tickMs?: number;
  /** A connection ended, and why. */
  readonly onConnectionClosed?: (why: string) => void;
};

const DEFAULT_MAX_RECEIVE_BYTES = 2 * 1024 * 1024;
const DEFAULT_MAX_CONNECTIONS = 65_536;
const DEFAULT_MAX_HANDSHAKES = 1_000;
const DEFAULT_TICK_MS = 1_000;

type ServerLink = { readonly link: Link<Exchange, RequestHead<ServerMethod>>; readonly core: ServerConnection };

export class GrpcServer {
  readonly #options: GrpcServerOptions;
  readonly #limits: Limits;
  readonly #turn: Turn;
  readonly #server: Server;
  readonly #links = new Set<ServerLink>();
  /** Every socket, whatever it speaks. */
  readonly #sockets = new Set<Socket>();
  #handshakes = 0;
  #ticker: NodeJS.Timeout | undefined;
  #closing = false;
  #onEmpty: (() => void) | undefined;

  constructor(options: GrpcServerOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#turn = options.turn ?? new Turn();
    this.#server = options.tls === undefined ? this.#plainServer() : this.#tlsServer(options.tls);
    this.#server.maxConnections = options.maxConnections ?? DEFAULT_MAX_CONNECTIONS;
    // Where node:http starts to enforce its own timeouts on slow requests.
    options.http1?.emit("listening");
  }

  /** HTTP/2 connections that are open. */
  get connectionCount(): number {
    return this.#links.size;
  }

  /** Listens; port 0 takes any. Resolves with where. */
  listen(port: number, host: string): Promise<AddressInfo> {
    this.#ticker ??= setInterval(() => this.#tick(), this.#options.tickMs ?? DEFAULT_TICK_MS).unref();
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, host, () => {
        this.#server.off("error", reject);
        this.#server.on("error", (error) => this.#options.onConnectionClosed?.(error.message));
        resolve(this.#server.address() as AddressInfo);
      });
    });
  }

  /** Takes no more calls, waits up to `graceMs` for the open ones, then cuts off what is left. */
  close(graceMs: number): Promise<void> {
    this.#closing = true;
    this.#server.close();
    this.#options.http1?.close();
    for (const { core } of this.#links) core.connection.drain();
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#destroyAll(), graceMs);
      this.#onEmpty = () => {
        clearTimeout(timer);
        clearInterval(this.#ticker);
        this.#ticker = undefined;
        resolve();
      };
      this.#checkEmpty();
    });
  }

  #plainServer(): Server {
    return createServer({ noDelay: true }, (socket) => {
      this.#own(socket);
      this.#sniff(socket);
    });
  }

  #tlsServer(tls: TlsOptions): Server {
    const { handshakeTimeoutMs } = this.#limits;
    const options: TlsOptions = { minVersion: "TLSv1.2", ALPNProtocols: ["h2", "http/1.1"], ...tls };
    const server = createTlsServer({ ...options, handshakeTimeout: handshakeTimeoutMs }, (socket) => {
      socket.on("error", () => socket.destroy());
      if (socket.alpnProtocol === "h2") this.#speakHttp2(socket, undefined);
      else this.#sniff(socket);
    });
    server.on("connection", (raw: Socket) => this.#countHandshake(raw, server));
    server.on("tlsClientError", (error: Error, socket: TLSSocket) => {
      this.#options.onConnectionClosed?.(error.message);
      socket.destroy();
    });
    return server;
  }

  #countHandshake(raw: Socket, server: Server): void {
    this.#own(raw);
    if (this.#handshakes >= (this.#options.maxHandshakes ?? DEFAULT_MAX_HANDSHAKES)) {
      raw.destroy();
      return;
    }
    this.#handshakes++;
    let isCounted = true;
    const done = (): void => {
      if (isCounted) this.#handshakes--;
      isCounted = false;
      raw.off("close", done);
      server.off("secureConnection", check);
    };
    const check = (socket: TLSSocket): void => {
      if (socket.remotePort === raw.remotePort && socket.remoteAddress === raw.remoteAddress) done();
    };
    server.on("secureConnection", check);
    raw.on("close", done);
  }

  #own(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      this.#sockets.delete(socket);
      this.#checkEmpty();
    });
  }

  /** Waits for the octets that tell HTTP/2 from HTTP/1.1. */
  #sniff(socket: Socket): void {
    const { http1 } = this.#options;
    if (http1 === undefined) return this.#speakHttp2(socket, undefined);
    let seen: Buffer = Buffer.alloc(0);
    const timer = setTimeout(() => socket.destroy(), this.#limits.handshakeTimeoutMs).unref();
    const settle = (): void => {
      clearTimeout(timer);
      socket.off("data", onData);
      socket.off("close", settle);
    };
    const onData = (chunk: Buffer): void => {
      seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk]);
      const length = Math.min(seen.length, PREFACE.length);
      const isHttp2 = seen.compare(PREFACE, 0, length, 0, length) === 0;
      if (isHttp2 && length < PREFACE.length) return;
      settle();
      if (isHttp2) return this.#speakHttp2(socket, seen);
      socket.pause();
      socket.unshift(seen);
      http1.emit("connection", socket);
      socket.resume();
    };
    socket.on("data", onData);
    socket.on("close", settle);
  }

  #speakHttp2(socket: Socket, seen: Buffer | undefined): void {
    const { router, keepalive, maxReceiveBytes = DEFAULT_MAX_RECEIVE_BYTES, http, describePeer } = this.#options;
    const limits = this.#limits;
    const turn = this.#turn;
    const link = new Link<Exchange, RequestHead<ServerMethod>>(socket, turn, {
      limits,
      onClosed: ({ message }) => {
        this.#links.delete(entry);
        this.#options.onConnectionClosed?.(message);
      },
    });
    const peer =
      describePeer === undefined ? { address: socket.remoteAddress, port: socket.remotePort } : describePeer(socket);
    const core = new ServerConnection(
      { router, limits, keepalive: { ...SERVER_KEEPALIVE, ...keepalive }, maxReceiveBytes, http },
      { pool: turn.pool, now: turn.now, wake: link.schedule, deadlines: turn.deadlines, peer },
    );
    const entry = { link, core };
    this.#links.add(entry);
    link.start(core.connection);
    if (seen !== undefined) link.receive(seen);
    if (this.#closing) core.connection.drain();
  }

  #tick(): void {
    const nowMs = this.#turn.now();
    for (const { link, core } of this.#links) {
      core.tick(nowMs);
      link.tick(nowMs);
      if (core.connection.reason !== undefined) link.schedule();
    }
  }

  #destroyAll(): void {
    for (const { link } of this.#links) link.destroy("the server was closed");
    for (const socket of this.#sockets) socket.destroy();
  }

  #checkEmpty(): void {
    if (this.#sockets.size === 0) this.#onEmpty?.();
  }
}
