/** The server on a peer URL: HTTP/1.1, with or without TLS, every timeout and bound set on purpose. */
import * as http from "node:http";
import * as https from "node:https";
import type { TlsOptions } from "./options.ts";

/** A cluster has few members, each with a handful of connections. */
const MAX_CONNECTIONS = 1_024;
const HEADERS_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 60_000;
const HANDSHAKE_TIMEOUT_MS = 10_000;

/** A server for the peer paths, not listening yet. Streams and snapshots last: there is no limit on a request's time as a whole. */
export function createPeerServer(tls: TlsOptions | undefined, listener: http.RequestListener): http.Server {
  const server = tls === undefined ? http.createServer(listener) : https.createServer(secure(tls), listener);
  server.requestTimeout = 0;
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.maxConnections = MAX_CONNECTIONS;
  server.on("clientError", (_error, socket) => socket.destroy());
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  return server;
}

function secure({ cert, key, ca, clientCertAuth }: TlsOptions): https.ServerOptions {
  return {
    cert,
    key,
    ca,
    requestCert: clientCertAuth,
    rejectUnauthorized: clientCertAuth,
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    ALPNProtocols: ["http/1.1"],
  };
}
