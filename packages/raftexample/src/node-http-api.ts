/**
 * The key-value API on an HTTP port (steps 1 and 2 of the path of a write). It owns the sockets, bounds what a client may
 * send, and hands complete requests to api.ts.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Logger, TracePoints } from "@quorate/base";
import { messageOf } from "@quorate/base";
import { type ApiResponse, handleRequest, MAX_BODY_BYTES, type Service, sentence } from "./api.ts";

const MAX_CONNECTIONS = 10_000;
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 60_000;

export type HttpApiDeps = {
  readonly service: Service;
  readonly memberId: bigint;
  readonly trace: TracePoints;
  readonly logger: Logger;
};

/** A server for the API, not listening yet. */
export function createHttpApi(deps: HttpApiDeps): Server {
  const server = createServer((request, response) => {
    serveHTTP(deps, request, response);
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  return server;
}

/** One request: collect the body, decide, answer. etcd's example calls it ServeHTTP. */
function serveHTTP(deps: HttpApiDeps, request: IncomingMessage, response: ServerResponse): void {
  const method = request.method ?? "";
  if (deps.trace.active && method === "PUT")
    deps.trace.emit("httpapi.serveHTTP", deps.memberId, { note: request.url ?? "" });
  collectBody(request, (body) => {
    if (body === undefined) {
      response.shouldKeepAlive = false;
      answer(response, sentence(413, `the body is larger than ${MAX_BODY_BYTES} bytes`));
      return;
    }
    handleRequest(deps.service, method, request.url ?? "/", body).then(
      (result) => answer(response, result),
      (error: unknown) => {
        deps.logger.error(`${method} ${request.url} failed: ${messageOf(error)}`);
        answer(response, sentence(500, "internal error"));
      },
    );
  });
}

/** Calls `done` once: with the body, or with undefined as soon as it exceeds the limit. Not at all if the client goes away. */
function collectBody(request: IncomingMessage, done: (body: Uint8Array | undefined) => void): void {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let over = false;
  request.on("error", () => request.destroy());
  request.on("data", (chunk: Uint8Array) => {
    if (over) return;
    size += chunk.length;
    if (size > MAX_BODY_BYTES) {
      over = true;
      chunks.length = 0;
      done(undefined);
    } else {
      chunks.push(chunk);
    }
  });
  request.on("end", () => {
    if (!over) done(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
  });
}

function answer(response: ServerResponse, { status, headers, body }: ApiResponse): void {
  response.on("error", () => response.destroy());
  if (body === undefined) {
    response.writeHead(status, headers);
    response.end();
    return;
  }
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  response.writeHead(status, { ...headers, "Content-Length": bytes.length });
  response.end(bytes);
}
