/**
 * A page: a function from a request to a response, whatever carries the two. Here are the answers that all pages share, with the bytes that
 * etcd's have.
 */

export type PageRequest = {
  readonly method: string;
  /** Without the query, percent-decoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The value of a header by its name in lower case. */
  readonly header: (name: string) => string | undefined;
  /** Host header or :authority, as it came. */
  readonly host: string;
  readonly isSecure: boolean;
  readonly body: Uint8Array;
};

export type PageResponse = {
  readonly status: number;
  readonly headers: readonly Header[];
  readonly body: Uint8Array | string;
  /** Large text that may be sent in gzip to who takes it. */
  readonly isCompressible?: boolean;
};

export type Header = readonly [name: string, value: string];

export type Respond = (response: PageResponse) => void;

/** Answers by `respond`, once, now or later. */
export type Page = (request: PageRequest, respond: Respond) => void;

/** Bytes of a body that any page takes. etcd's bound for leases, and more than the others have use for. */
export const MAX_BODY_BYTES: number = 64 * 1024;

const PLAIN_TEXT: Header = ["Content-Type", "text/plain; charset=utf-8"];
const NO_SNIFF: Header = ["X-Content-Type-Options", "nosniff"];

/** A line of text, as Go's http.Error writes it. */
export function textLine(status: number, text: string, headers: readonly Header[] = []): PageResponse {
  return { status, headers: [PLAIN_TEXT, NO_SNIFF, ...headers], body: `${text}\n` };
}

export function plainText(body: string): PageResponse {
  return { status: 200, headers: [PLAIN_TEXT], body };
}

export function json(status: number, body: string, headers: readonly Header[] = []): PageResponse {
  return { status, headers: [["Content-Type", "application/json"], ...headers], body };
}

export function notFound(): PageResponse {
  return textLine(404, "404 page not found");
}

/** @param allowed what the Allow header names; some pages of etcd name nothing. */
export function methodNotAllowed(allowed?: string): PageResponse {
  return textLine(405, "Method Not Allowed", allowed === undefined ? [] : [["Allow", allowed]]);
}

/** The answer to a body of more than `MAX_BODY_BYTES`. */
export function bodyTooLarge(): PageResponse {
  return textLine(413, "http: request body too large");
}

/** The answer to a target that is no path. */
export function badRequest(): PageResponse {
  return textLine(400, "400 Bad Request");
}

/** A page that only answers GET. */
export function getOnly(page: Page): Page {
  return (request, respond) => {
    if (request.method === "GET") page(request, respond);
    else respond(methodNotAllowed("GET"));
  };
}

/** JSON text as Go's encoder writes it: characters that mean something to HTML are escaped. */
export function jsonString(text: string): string {
  const codes: Readonly<Record<string, string>> = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
  };
  return JSON.stringify(text).replace(/[<>&\u2028\u2029]/g, (character) => codes[character] ?? character);
}

/** Splits the target of a request into path and query. Undefined if it is no path, or not well encoded. */
export function parseTarget(target: string): { readonly path: string; readonly query: URLSearchParams } | undefined {
  const mark = target.indexOf("?");
  const encoded = mark < 0 ? target : target.slice(0, mark);
  if (!encoded.startsWith("/") && encoded !== "*") return undefined;
  try {
    return { path: decodeURIComponent(encoded), query: new URLSearchParams(mark < 0 ? "" : target.slice(mark + 1)) };
  } catch {
    return undefined;
  }
}
