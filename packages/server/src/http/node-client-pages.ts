/** Puts pages on the client port, beside gRPC: one server for the connections that speak HTTP/1.1, one handler for HTTP/2. */
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { TlsOptions } from "node:tls";
import type { HttpHandler } from "@quorate/grpc";
import { encodeBody, servePage } from "./node-page-exchange.ts";
import { badRequest, type Page, parseTarget, type Respond } from "./page.ts";

/** Pages are for people, probes and Prometheus: few connections. What is beyond the bound is closed. */
const MAX_CONNECTIONS = 1_024;
const MAX_HEADER_BYTES = 16 * 1024;
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 60_000;
const HANDSHAKE_TIMEOUT_MS = 10_000;

const LIMITS = {
  maxHeaderSize: MAX_HEADER_BYTES,
  headersTimeout: HEADERS_TIMEOUT_MS,
  requestTimeout: REQUEST_TIMEOUT_MS,
  keepAliveTimeout: KEEP_ALIVE_MS,
};

/** What tests lower. */
export type PageBounds = {
  readonly maxConnections?: number;
  /** How long a body may take to arrive. */
  readonly bodyTimeoutMs?: number;
};

/**
 * A server that does not listen: for the option `http1` of GrpcServer, which hands it connections that are up. `isSecure` says whether they
 * came over TLS.
 */
export function createPageServer(page: Page, isSecure: boolean, bounds: PageBounds = {}): Server {
  const server = createServer(LIMITS, listener(page, isSecure, bounds));
  boundConnections(server, bounds);
  return server;
}

/** A server on a port of its own, such as those of `--listen-metrics-urls`; not listening yet. @param tls for https. */
export function createPagePort(page: Page, tls: TlsOptions | undefined, bounds: PageBounds = {}): Server {
  if (tls === undefined) return createPageServer(page, false, bounds);
  const secure = { ALPNProtocols: ["http/1.1"], minVersion: "TLSv1.2" as const, ...tls };
  const options = { ...LIMITS, handshakeTimeout: HANDSHAKE_TIMEOUT_MS, ...secure };
  const server = createSecureServer(options, listener(page, true, bounds));
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  boundConnections(server, bounds);
  return server;
}

function listener(page: Page, isSecure: boolean, { bodyTimeoutMs }: PageBounds): RequestListener {
  return (request, response) => servePage(page, { isSecure, bodyTimeoutMs }, request, response);
}

/** Pages over HTTP/2, for the option `http` of GrpcServer. */
export function createPageHandler(page: Page, isSecure: boolean): HttpHandler {
  return (request, respond) => {
    const { method, headers, authority: host, body } = request;
    const answer: Respond = (response) => {
      encodeBody(response, headers.get("accept-encoding"), (bytes, isGzip) => {
        const fields = response.headers.map(([name, value]) => [name.toLowerCase(), value] as const);
        if (isGzip) fields.push(["content-encoding", "gzip"]);
        respond({ status: response.status, headers: fields, body: bytes });
      });
    };
    const target = parseTarget(request.path);
    if (target === undefined) return answer(badRequest());
    page({ method, ...target, header: (name) => headers.get(name), host, isSecure, body }, answer);
  };
}

/** Counted here and not by `maxConnections`, which does not see connections that another server accepted. */
function boundConnections(server: Server, { maxConnections = MAX_CONNECTIONS }: PageBounds): void {
  let open = 0;
  server.on("connection", (socket) => {
    if (open >= maxConnections) {
      socket.destroy();
      return;
    }
    open++;
    socket.on("close", () => open--);
  });
}
