/** The server on a peer URL: HTTP/1.1, with or without TLS, every timeout and bound set on purpose. */
import * as http from "node:http";
import * as https from "node:https";
import { type OnRefusedPeer, PeerNameCheck } from "./node-peer-names.ts";
import { secureContextOf } from "./node-request.ts";
import type { TlsOptions } from "./options.ts";

/** A cluster has few members, each with a handful of connections. */
const MAX_CONNECTIONS = 1_024;
const HEADERS_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 60_000;
const HANDSHAKE_TIMEOUT_MS = 10_000;

/** A server for the peer paths, not listening yet. Streams and snapshots last: there is no limit on a request's time as a whole. */
export function createPeerServer(
  tls: TlsOptions | undefined,
  listener: http.RequestListener,
  onRefused: OnRefusedPeer = () => {},
): http.Server {
  const server = tls === undefined ? http.createServer(listener) : createSecureServer(tls, listener, onRefused);
  server.requestTimeout = 0;
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.maxConnections = MAX_CONNECTIONS;
  server.on("clientError", (_error, socket) => socket.destroy());
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  return server;
}

function createSecureServer(tls: TlsOptions, listener: http.RequestListener, onRefused: OnRefusedPeer): https.Server {
  const options = {
    ...secureContextOf(tls),
    requestCert: tls.clientCertAuth,
    rejectUnauthorized: tls.clientCertAuth,
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
  };
  if (tls.skipClientSanVerification) return https.createServer(options, listener);
  const check = new PeerNameCheck(onRefused);
  const server = https.createServer(options, check.guard(listener));
  check.watch(server);
  return server;
}
