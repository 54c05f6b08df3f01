/**
 * gRPC's health service, field-compatible with grpc.health.v1.
 * Generated from proto/health.proto by `npm run protogen`; do not edit.
 */
import type { Method } from "../wire/method.ts";
import { Reader } from "../wire/reader.ts";
import { entrySize, sizeInt, sizeNumber, sizeString, Writer } from "../wire/writer.ts";

/** The methods of Health. */
export const HealthService: {
  readonly check: Method<HealthCheckRequest, HealthCheckResponse>;
  readonly list: Method<HealthListRequest, HealthListResponse>;
  readonly watch: Method<HealthCheckRequest, HealthCheckResponse>;
} = {
  check: {
    path: "/grpc.health.v1.Health/Check",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeHealthCheckRequest,
    sizeRequest: sizeHealthCheckRequest,
    writeRequest: writeHealthCheckRequest,
    decodeRequest: decodeHealthCheckRequest,
    encodeResponse: encodeHealthCheckResponse,
    sizeResponse: sizeHealthCheckResponse,
    writeResponse: writeHealthCheckResponse,
    decodeResponse: decodeHealthCheckResponse,
  },
  list: {
    path: "/grpc.health.v1.Health/List",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeHealthListRequest,
    sizeRequest: sizeHealthListRequest,
    writeRequest: writeHealthListRequest,
    decodeRequest: decodeHealthListRequest,
    encodeResponse: encodeHealthListResponse,
    sizeResponse: sizeHealthListResponse,
    writeResponse: writeHealthListResponse,
    decodeResponse: decodeHealthListResponse,
  },
  watch: {
    path: "/grpc.health.v1.Health/Watch",
    isClientStreaming: false,
    isServerStreaming: true,
    encodeRequest: encodeHealthCheckRequest,
    sizeRequest: sizeHealthCheckRequest,
    writeRequest: writeHealthCheckRequest,
    decodeRequest: decodeHealthCheckRequest,
    encodeResponse: encodeHealthCheckResponse,
    sizeResponse: sizeHealthCheckResponse,
    writeResponse: writeHealthCheckResponse,
    decodeResponse: decodeHealthCheckResponse,
  },
};

export type HealthCheckRequest = {
  /** Empty: the server as a whole. */
  service: string;
};

/** A HealthCheckRequest with defaults for what `init` leaves out. */
export function newHealthCheckRequest(init: Partial<HealthCheckRequest> = {}): HealthCheckRequest {
  return {
    service: init.service ?? "",
  };
}

/** Encoded length in bytes. */
export function sizeHealthCheckRequest(x: HealthCheckRequest): number {
  let size = 0;
  if (x.service !== "") size += 1 + sizeString(x.service);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeHealthCheckRequest` bytes. */
export function writeHealthCheckRequest(w: Writer, x: HealthCheckRequest): void {
  if (x.service !== "") {
    w.number(10);
    w.string(x.service);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readHealthCheckRequest(r: Reader): HealthCheckRequest {
  let service = "";
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10:
        service = r.string();
        break;
      default:
        r.skip(tag, 1);
    }
  }
  return {
    service,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeHealthCheckRequest(x: HealthCheckRequest): Uint8Array {
  const bytes = new Uint8Array(sizeHealthCheckRequest(x));
  writeHealthCheckRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeHealthCheckRequest(bytes: Uint8Array): HealthCheckRequest {
  return readHealthCheckRequest(new Reader(bytes));
}

/** ServingStatus, with its numbers on the wire. */
export const ServingStatus = {
  UNKNOWN: 0,
  SERVING: 1,
  NOT_SERVING: 2,
  SERVICE_UNKNOWN: 3,
} as const;
export type ServingStatus = (typeof ServingStatus)[keyof typeof ServingStatus];

const servingStatusNames: readonly string[] = [
  "UNKNOWN",
  "SERVING",
  "NOT_SERVING",
  "SERVICE_UNKNOWN",
];

/** The name of a number of ServingStatus; a number without one as decimal text. */
export function servingStatusName(value: number): string {
  return servingStatusNames[value] ?? String(value);
}

export type HealthCheckResponse = {
  status: ServingStatus;
};

/** A HealthCheckResponse with defaults for what `init` leaves out. */
export function newHealthCheckResponse(init: Partial<HealthCheckResponse> = {}): HealthCheckResponse {
  return {
    status: init.status ?? 0,
  };
}

/** Encoded length in bytes. */
export function sizeHealthCheckResponse(x: HealthCheckResponse): number {
  let size = 0;
  if (x.status !== 0) size += 1 + sizeInt(x.status);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeHealthCheckResponse` bytes. */
export function writeHealthCheckResponse(w: Writer, x: HealthCheckResponse): void {
  if (x.status !== 0) {
    w.number(8);
    w.int(x.status);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readHealthCheckResponse(r: Reader): HealthCheckResponse {
  let status: ServingStatus = 0;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        status = r.int32() as ServingStatus;
        break;
      default:
        r.skip(tag, 1);
    }
  }
  return {
    status,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeHealthCheckResponse(x: HealthCheckResponse): Uint8Array {
  const bytes = new Uint8Array(sizeHealthCheckResponse(x));
  writeHealthCheckResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeHealthCheckResponse(bytes: Uint8Array): HealthCheckResponse {
  return readHealthCheckResponse(new Reader(bytes));
}

export type HealthListRequest = Record<never, never>;

/** The HealthListRequest. */
export function newHealthListRequest(): HealthListRequest {
  return {};
}

/** Encoded length in bytes. */
export function sizeHealthListRequest(_x: HealthListRequest): number {
  return 0;
}

/** Writes the fields; the writer's array has room for `sizeHealthListRequest` bytes. */
export function writeHealthListRequest(_w: Writer, _x: HealthListRequest): void {
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readHealthListRequest(r: Reader): HealthListRequest {
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    r.skip(tag, 0);
  }
  return {};
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeHealthListRequest(x: HealthListRequest): Uint8Array {
  const bytes = new Uint8Array(sizeHealthListRequest(x));
  writeHealthListRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeHealthListRequest(bytes: Uint8Array): HealthListRequest {
  return readHealthListRequest(new Reader(bytes));
}

export type HealthListResponse = {
  statuses: Map<string, HealthCheckResponse>;
};

/** A HealthListResponse with defaults for what `init` leaves out. */
export function newHealthListResponse(init: Partial<HealthListResponse> = {}): HealthListResponse {
  return {
    statuses: init.statuses ?? new Map(),
  };
}

/** Encoded length in bytes. */
export function sizeHealthListResponse(x: HealthListResponse): number {
  let size = 0;
  for (const [key, value] of x.statuses) {
    const length = entrySize(sizeString(key), sizeHealthCheckResponse(value));
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeHealthListResponse` bytes. */
export function writeHealthListResponse(w: Writer, x: HealthListResponse): void {
  for (const [key, value] of x.statuses) {
    const length = sizeHealthCheckResponse(value);
    w.number(10);
    w.entry(key, length);
    writeHealthCheckResponse(w, value);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readHealthListResponse(r: Reader): HealthListResponse {
  const statuses: Map<string, HealthCheckResponse> = new Map();
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        let key = "";
        let value: HealthCheckResponse | undefined;
        for (let part = r.tag(); part !== 0; part = r.tag()) {
          if (part === 10) key = r.string();
          else if (part === 18) {
            const entry = r.enter();
            value = readHealthCheckResponse(r);
            r.leave(entry);
          } else r.skip(part, 2);
        }
        statuses.set(key, value ?? newHealthCheckResponse());
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 1);
    }
  }
  return {
    statuses,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeHealthListResponse(x: HealthListResponse): Uint8Array {
  const bytes = new Uint8Array(sizeHealthListResponse(x));
  writeHealthListResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeHealthListResponse(bytes: Uint8Array): HealthListResponse {
  return readHealthListResponse(new Reader(bytes));
}
