/** Carries pages over node:http: collects a bounded body in bounded time, asks the page, sends the answer, in gzip where both like it. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { gzip } from "node:zlib";
import { badRequest, bodyTooLarge, MAX_BODY_BYTES, type Page, type PageResponse, parseTarget } from "./page.ts";

/** A body that is not whole by then ends the connection. */
const BODY_TIMEOUT_MS = 10_000;
/** What is smaller goes as it is. */
const MIN_GZIP_BYTES = 1024;

export type ServeOptions = { readonly isSecure: boolean; readonly bodyTimeoutMs: number | undefined };

/** Serves one request. Never throws; a client that goes away is nobody's error. */
export function servePage(
  page: Page,
  { isSecure, bodyTimeoutMs = BODY_TIMEOUT_MS }: ServeOptions,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  response.on("error", () => response.destroy());
  const send = (answer: PageResponse): void => sendPage(request, response, answer);
  const target = parseTarget(request.url ?? "");
  collectBody(request, bodyTimeoutMs, (body) => {
    if (body === undefined) {
      response.shouldKeepAlive = false;
      return send(bodyTooLarge());
    }
    if (target === undefined) return send(badRequest());
    page(
      {
        method: request.method ?? "",
        path: target.path,
        query: target.query,
        header: (name) => firstOf(request.headers[name]),
        host: request.headers.host ?? "",
        isSecure,
        body,
      },
      send,
    );
  });
}

/** Calls back once: with the body, or with undefined as soon as it is too large. Not at all if it does not come. */
function collectBody(request: IncomingMessage, timeoutMs: number, done: (body: Uint8Array | undefined) => void): void {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let isOver = false;
  const giveUp = setTimeout(() => request.destroy(), timeoutMs).unref();
  request.on("close", () => clearTimeout(giveUp));
  request.on("error", () => request.destroy());
  request.on("data", (chunk: Uint8Array) => {
    size += chunk.length;
    if (isOver) return;
    if (size <= MAX_BODY_BYTES) {
      chunks.push(chunk);
      return;
    }
    isOver = true;
    chunks.length = 0;
    done(undefined);
  });
  request.on("end", () => {
    clearTimeout(giveUp);
    if (!isOver) done(Buffer.concat(chunks));
  });
}

function sendPage(request: IncomingMessage, response: ServerResponse, answer: PageResponse): void {
  encodeBody(answer, firstOf(request.headers["accept-encoding"]), (body, isGzip) => {
    if (response.headersSent || response.destroyed) return;
    for (const [name, value] of answer.headers) response.setHeader(name, value);
    if (isGzip) response.setHeader("Content-Encoding", "gzip");
    response.setHeader("Content-Length", body.length);
    response.writeHead(answer.status);
    response.end(body);
  });
}

/** The bytes of an answer's body. Compression runs beside the event loop. */
export function encodeBody(
  { body, isCompressible }: PageResponse,
  acceptEncoding: string | undefined,
  done: (body: Uint8Array, isGzip: boolean) => void,
): void {
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  if (isCompressible !== true || bytes.length < MIN_GZIP_BYTES || !acceptsGzip(acceptEncoding)) {
    return done(bytes, false);
  }
  gzip(bytes, (error, packed) => (error === null ? done(packed, true) : done(bytes, false)));
}

function acceptsGzip(acceptEncoding: string | undefined): boolean {
  return (acceptEncoding ?? "").split(",").some((part) => /^\s*gzip\s*(;\s*q=(?!0(\.0*)?\s*$).*)?$/i.test(part));
}

function firstOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
