/**
 * The head of a request, worked out of its header list: what RFC 9113 section 8.3 and gRPC ask of it. Kept with the list, so that a client
 * that repeats its headers pays for this once.
 */
import type { HeaderList } from "./hpack/decoder.ts";
import { type HeaderField, Kind } from "./hpack/header-field.ts";
import { noDecompressor } from "./message-reader.ts";
import { findBadBinary, Metadata } from "./metadata.ts";
import { type Status, StatusCode } from "./status.ts";
import { parseTimeout } from "./timeout.ts";

/** An answer that needs no handler. */
export type Refusal = { readonly httpStatus: number; readonly status: Status };

export type RequestHead<M> = {
  /** Not HTTP: the stream is reset with PROTOCOL_ERROR. */
  readonly isMalformed: boolean;
  /** A content-type of gRPC. */
  readonly isGrpc: boolean;
  readonly refusal: Refusal | undefined;
  readonly httpMethod: string;
  readonly path: string;
  readonly authority: string;
  /** What serves the path. */
  readonly method: M | undefined;
  /** From the arrival of the request; Infinity without grpc-timeout. */
  readonly timeoutMs: number;
  readonly encoding: string | undefined;
  /** -1 without content-length. */
  readonly contentLength: number;
  readonly metadata: Metadata;
};

const CONTENT_TYPE = /^application\/grpc(?:[+;]|$)/i;
const CONTENT_LENGTH = /^\d{1,15}$/;
const HTTP_UNSUPPORTED_TYPE = 415;
const HTTP_BAD_METHOD = 405;
const HTTP_HEADERS_TOO_LARGE = 431;
const HTTP_BAD_REQUEST = 400;
const HTTP_OK = 200;

type Draft = {
  isMalformed: boolean;
  sawRegular: boolean;
  httpMethod: string | undefined;
  scheme: string | undefined;
  path: string | undefined;
  authority: string | undefined;
  contentType: string | undefined;
  contentLength: string | undefined;
  timeout: string | undefined;
  encoding: string | undefined;
};

/** Works out the head of `list`. @param find what serves a path, or why nothing does. */
export function parseRequestHead<H, M>(
  list: HeaderList<H>,
  find: (path: string) => { readonly method: M } | { readonly status: Status },
): RequestHead<M> {
  const draft: Draft = {
    isMalformed: false,
    sawRegular: false,
    httpMethod: undefined,
    scheme: undefined,
    path: undefined,
    authority: undefined,
    contentType: undefined,
    contentLength: undefined,
    timeout: undefined,
    encoding: undefined,
  };
  for (const field of list.fields) takeField(draft, field);
  const { contentType, contentLength = "" } = draft;
  const isCut = list.isTooLarge;
  const isMalformed = draft.isMalformed || (!isCut && !isComplete(draft));
  const isGrpc = contentType !== undefined && CONTENT_TYPE.test(contentType);
  const found = find(draft.path ?? "");
  const refusal =
    refuse(draft, isCut, isGrpc, list.fields) ??
    ("status" in found ? { httpStatus: HTTP_OK, status: found.status } : undefined);
  return {
    isMalformed,
    isGrpc,
    refusal: refusal ?? refuseEncoding(draft.encoding),
    httpMethod: draft.httpMethod ?? "",
    path: draft.path ?? "",
    authority: draft.authority ?? "",
    method: "method" in found ? found.method : undefined,
    timeoutMs: (draft.timeout === undefined ? undefined : parseTimeout(draft.timeout)) ?? Number.POSITIVE_INFINITY,
    encoding: draft.encoding,
    contentLength: CONTENT_LENGTH.test(contentLength) ? Number(contentLength) : -1,
    metadata: new Metadata(list.fields),
  };
}

/** True when a trailer list breaks no rule: it has no pseudo-header and nothing forbidden. */
export function areTrailersLegal(fields: readonly HeaderField[]): boolean {
  return fields.every(({ kind, name }) => kind !== Kind.Forbidden && !name.startsWith(":"));
}

function takeField(draft: Draft, field: HeaderField): void {
  const { kind, value } = field;
  if (field.name.startsWith(":")) {
    if (draft.sawRegular) draft.isMalformed = true;
    takePseudo(draft, kind, value);
    return;
  }
  draft.sawRegular = true;
  switch (kind) {
    case Kind.Forbidden:
      draft.isMalformed = true;
      break;
    case Kind.ContentType:
      draft.contentType = value;
      break;
    case Kind.ContentLength:
      if (!CONTENT_LENGTH.test(value) || (draft.contentLength ?? value) !== value) draft.isMalformed = true;
      draft.contentLength = value;
      break;
    case Kind.GrpcTimeout:
      draft.timeout = value;
      break;
    case Kind.GrpcEncoding:
      draft.encoding = value;
      break;
    default:
      break;
  }
}

function takePseudo(draft: Draft, kind: Kind, value: string): void {
  switch (kind) {
    case Kind.Method:
      draft.isMalformed ||= draft.httpMethod !== undefined;
      draft.httpMethod = value;
      break;
    case Kind.Scheme:
      draft.isMalformed ||= draft.scheme !== undefined;
      draft.scheme = value;
      break;
    case Kind.Path:
      draft.isMalformed ||= draft.path !== undefined || value === "";
      draft.path = value;
      break;
    case Kind.Authority:
      draft.isMalformed ||= draft.authority !== undefined;
      draft.authority = value;
      break;
    default:
      // :status, or a pseudo-header that nobody defined.
      draft.isMalformed = true;
  }
}

function isComplete({ httpMethod, scheme, path, authority }: Draft): boolean {
  if (httpMethod === "CONNECT") return authority !== undefined;
  return httpMethod !== undefined && scheme !== undefined && path !== undefined;
}

/** What stands against the request before its method is looked for. Texts are grpc-go's. */
function refuse(draft: Draft, isCut: boolean, isGrpc: boolean, fields: readonly HeaderField[]): Refusal | undefined {
  if (isCut) {
    const status = { code: StatusCode.ResourceExhausted, message: "grpc: header list larger than the limit" };
    return { httpStatus: HTTP_HEADERS_TOO_LARGE, status };
  }
  if (!isGrpc) {
    const message = `invalid gRPC request content-type ${JSON.stringify(draft.contentType ?? "")}`;
    return { httpStatus: HTTP_UNSUPPORTED_TYPE, status: { code: StatusCode.InvalidArgument, message } };
  }
  if (draft.httpMethod !== "POST") {
    const message = `Received a HEADERS frame with :method ${JSON.stringify(draft.httpMethod ?? "")} which should be POST`;
    return { httpStatus: HTTP_BAD_METHOD, status: { code: StatusCode.Internal, message } };
  }
  if (draft.timeout !== undefined && parseTimeout(draft.timeout) === undefined) {
    const message = `malformed grpc-timeout: ${JSON.stringify(draft.timeout)}`;
    return { httpStatus: HTTP_BAD_REQUEST, status: { code: StatusCode.Internal, message } };
  }
  const bad = findBadBinary(fields);
  if (bad === undefined) return undefined;
  const message = `malformed binary metadata ${JSON.stringify(bad.value)} in header ${JSON.stringify(bad.name)}`;
  return { httpStatus: HTTP_BAD_REQUEST, status: { code: StatusCode.Internal, message } };
}

function refuseEncoding(encoding: string | undefined): Refusal | undefined {
  if (encoding === undefined || encoding === "identity") return undefined;
  return { httpStatus: HTTP_OK, status: { code: StatusCode.Unimplemented, message: noDecompressor(encoding) } };
}
