/** What a client makes of the header lists of an answer: its head, its trailers, or both in one. Kept with the list. */
import type { HeaderList } from "./hpack/decoder.ts";
import { type HeaderField, Kind } from "./hpack/header-field.ts";
import { Metadata } from "./metadata.ts";
import { percentDecode } from "./percent.ts";
import { codeOfHttpStatus, parseStatusCode, type Status, StatusCode } from "./status.ts";

export type ResponseHead = {
  readonly isMalformed: boolean;
  /** undefined in trailers. */
  readonly httpStatus: string | undefined;
  readonly isGrpc: boolean;
  /** What grpc-status says; undefined without one. */
  readonly status: Status | undefined;
  readonly encoding: string | undefined;
  readonly metadata: Metadata;
};

const CONTENT_TYPE = /^application\/grpc(?:[+;]|$)/i;

export function parseResponseHead<H>(list: HeaderList<H>): ResponseHead {
  let isMalformed = list.isTooLarge;
  let sawRegular = false;
  let httpStatus: string | undefined;
  const values = new Map<Kind, string>();
  for (const { kind, name, value } of list.fields) {
    if (kind === Kind.Status) {
      isMalformed ||= httpStatus !== undefined || sawRegular;
      httpStatus = value;
      continue;
    }
    sawRegular = true;
    if (kind === Kind.Forbidden || name.startsWith(":")) isMalformed = true;
    if (kind !== Kind.Metadata) values.set(kind, value);
  }
  const code = values.get(Kind.GrpcStatus);
  return {
    isMalformed,
    httpStatus,
    isGrpc: CONTENT_TYPE.test(values.get(Kind.ContentType) ?? ""),
    status:
      code === undefined
        ? undefined
        : { code: parseStatusCode(code), message: percentDecode(values.get(Kind.GrpcMessage) ?? "") },
    encoding: values.get(Kind.GrpcEncoding),
    metadata: new Metadata(list.fields as readonly HeaderField[]),
  };
}

/** How a call ends whose answer is not gRPC. */
export function statusOfHttp({ httpStatus, isGrpc }: ResponseHead): Status {
  const status = httpStatus ?? "none";
  if (status !== "200") {
    return { code: codeOfHttpStatus(status), message: `unexpected HTTP status code received from server: ${status}` };
  }
  const message = isGrpc ? "server closed the stream without sending trailers" : "received an unexpected content-type";
  return { code: isGrpc ? StatusCode.Internal : StatusCode.Unknown, message };
}
