/**
 * The Lease service. A lease id is a signed 64-bit number on the wire and a signed bigint here; times to live are seconds.
 * Field-compatible with etcdserverpb.
 * Generated from proto/lease.proto by `npm run protogen`; do not edit.
 */
import { type ResponseHeader, readResponseHeader, sizeResponseHeader, writeResponseHeader } from "./header.ts";
import type { Method } from "../wire/method.ts";
import { Reader } from "../wire/reader.ts";
import { sizeId, sizeInt, sizeNumber, sizeString, Writer } from "../wire/writer.ts";

/** The methods of Lease. */
export const LeaseService: {
  readonly leaseGrant: Method<LeaseGrantRequest, LeaseGrantResponse>;
  readonly leaseRevoke: Method<LeaseRevokeRequest, LeaseRevokeResponse>;
  readonly leaseKeepAlive: Method<LeaseKeepAliveRequest, LeaseKeepAliveResponse>;
  readonly leaseTimeToLive: Method<LeaseTimeToLiveRequest, LeaseTimeToLiveResponse>;
  readonly leaseLeases: Method<LeaseLeasesRequest, LeaseLeasesResponse>;
} = {
  leaseGrant: {
    path: "/etcdserverpb.Lease/LeaseGrant",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeLeaseGrantRequest,
    sizeRequest: sizeLeaseGrantRequest,
    writeRequest: writeLeaseGrantRequest,
    decodeRequest: decodeLeaseGrantRequest,
    encodeResponse: encodeLeaseGrantResponse,
    sizeResponse: sizeLeaseGrantResponse,
    writeResponse: writeLeaseGrantResponse,
    decodeResponse: decodeLeaseGrantResponse,
  },
  leaseRevoke: {
    path: "/etcdserverpb.Lease/LeaseRevoke",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeLeaseRevokeRequest,
    sizeRequest: sizeLeaseRevokeRequest,
    writeRequest: writeLeaseRevokeRequest,
    decodeRequest: decodeLeaseRevokeRequest,
    encodeResponse: encodeLeaseRevokeResponse,
    sizeResponse: sizeLeaseRevokeResponse,
    writeResponse: writeLeaseRevokeResponse,
    decodeResponse: decodeLeaseRevokeResponse,
  },
  leaseKeepAlive: {
    path: "/etcdserverpb.Lease/LeaseKeepAlive",
    isClientStreaming: true,
    isServerStreaming: true,
    encodeRequest: encodeLeaseKeepAliveRequest,
    sizeRequest: sizeLeaseKeepAliveRequest,
    writeRequest: writeLeaseKeepAliveRequest,
    decodeRequest: decodeLeaseKeepAliveRequest,
    encodeResponse: encodeLeaseKeepAliveResponse,
    sizeResponse: sizeLeaseKeepAliveResponse,
    writeResponse: writeLeaseKeepAliveResponse,
    decodeResponse: decodeLeaseKeepAliveResponse,
  },
  leaseTimeToLive: {
    path: "/etcdserverpb.Lease/LeaseTimeToLive",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeLeaseTimeToLiveRequest,
    sizeRequest: sizeLeaseTimeToLiveRequest,
    writeRequest: writeLeaseTimeToLiveRequest,
    decodeRequest: decodeLeaseTimeToLiveRequest,
    encodeResponse: encodeLeaseTimeToLiveResponse,
    sizeResponse: sizeLeaseTimeToLiveResponse,
    writeResponse: writeLeaseTimeToLiveResponse,
    decodeResponse: decodeLeaseTimeToLiveResponse,
  },
  leaseLeases: {
    path: "/etcdserverpb.Lease/LeaseLeases",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeLeaseLeasesRequest,
    sizeRequest: sizeLeaseLeasesRequest,
    writeRequest: writeLeaseLeasesRequest,
    decodeRequest: decodeLeaseLeasesRequest,
    encodeResponse: encodeLeaseLeasesResponse,
    sizeResponse: sizeLeaseLeasesResponse,
    writeResponse: writeLeaseLeasesResponse,
    decodeResponse: decodeLeaseLeasesResponse,
  },
};

export type LeaseGrantRequest = {
  TTL: number;
  /** 0: the server chooses. */
  ID: bigint;
};

/** A LeaseGrantRequest with defaults for what `init` leaves out. */
export function newLeaseGrantRequest(init: Partial<LeaseGrantRequest> = {}): LeaseGrantRequest {
  return {
    TTL: init.TTL ?? 0,
    ID: init.ID ?? 0n,
  };
}

/** Encoded length in bytes. */
export function sizeLeaseGrantRequest(x: LeaseGrantRequest): number {
  let size = 0;
  if (x.TTL !== 0) size += 1 + sizeInt(x.TTL);
  if (x.ID !== 0n) size += 1 + sizeId(x.ID);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeLeaseGrantRequest` bytes. */
export function writeLeaseGrantRequest(w: Writer, x: LeaseGrantRequest): void {
  if (x.TTL !== 0) {
    w.number(8);
    w.int(x.TTL);
  }
  if (x.ID !== 0n) {
    w.number(16);
    w.id(x.ID);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readLeaseGrantRequest(r: Reader): LeaseGrantRequest {
  let TTL = 0;
  let ID = 0n;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        TTL = r.clampedInt();
        break;
      case 16:
        ID = r.signedId();
        break;
      default:
        r.skip(tag, 2);
    }
  }
  return {
    TTL,
    ID,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeLeaseGrantRequest(x: LeaseGrantRequest): Uint8Array {
  const bytes = new Uint8Array(sizeLeaseGrantRequest(x));
  writeLeaseGrantRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeLeaseGrantRequest(bytes: Uint8Array): LeaseGrantRequest {
  return readLeaseGrantRequest(new Reader(bytes));
}

export type LeaseGrantResponse = {
  header: ResponseHeader | undefined;
  ID: bigint;
  TTL: number;
  error: string;
};

/** A LeaseGrantResponse with defaults for what `init` leaves out. */
export function newLeaseGrantResponse(init: Partial<LeaseGrantResponse> = {}): LeaseGrantResponse {
  return {
    header: init.header,
    ID: init.ID ?? 0n,
    TTL: init.TTL ?? 0,
    error: init.error ?? "",
  };
}

/** Encoded length in bytes. */
export function sizeLeaseGrantResponse(x: LeaseGrantResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  if (x.ID !== 0n) size += 1 + sizeId(x.ID);
  if (x.TTL !== 0) size += 1 + sizeInt(x.TTL);
  if (x.error !== "") size += 1 + sizeString(x.error);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeLeaseGrantResponse` bytes. */
export function writeLeaseGrantResponse(w: Writer, x: LeaseGrantResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
  if (x.ID !== 0n) {
    w.number(16);
    w.id(x.ID);
  }
  if (x.TTL !== 0) {
    w.number(24);
    w.int(x.TTL);
  }
  if (x.error !== "") {
    w.number(34);
    w.string(x.error);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readLeaseGrantResponse(r: Reader): LeaseGrantResponse {
  let header: ResponseHeader | undefined;
  let ID = 0n;
  let TTL = 0;
  let error = "";
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        header = readResponseHeader(r);
        r.leave(outer);
        break;
      }
      case 16:
        ID = r.signedId();
        break;
      case 24:
        TTL = r.int();
        break;
      case 34:
        error = r.string();
        break;
      default:
        r.skip(tag, 4);
    }
  }
  return {
    header,
    ID,
    TTL,
    error,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeLeaseGrantResponse(x: LeaseGrantResponse): Uint8Array {
  const bytes = new Uint8Array(sizeLeaseGrantResponse(x));
  writeLeaseGrantResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeLeaseGrantResponse(bytes: Uint8Array): LeaseGrantResponse {
  return readLeaseGrantResponse(new Reader(bytes));
}

export type LeaseRevokeRequest = {
  ID: bigint;
};

/** A LeaseRevokeRequest with defaults for what `init` leaves out. */
export function newLeaseRevokeRequest(init: Partial<LeaseRevokeRequest> = {}): LeaseRevokeRequest {
  return {
    ID: init.ID ?? 0n,
  };
}

/** Encoded length in bytes. */
export function sizeLeaseRevokeRequest(x: LeaseRevokeRequest): number {
  let size = 0;
  if (x.ID !== 0n) size += 1 + sizeId(x.ID);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeLeaseRevokeRequest` bytes. */
export function writeLeaseRevokeRequest(w: Writer, x: LeaseRevokeRequest): void {
  if (x.ID !== 0n) {
    w.number(8);
    w.id(x.ID);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readLeaseRevokeRequest(r: Reader): LeaseRevokeRequest {
  let ID = 0n;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        ID = r.signedId();
        break;
      default:
        r.skip(tag, 1);
    }
  }
  return {
    ID,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeLeaseRevokeRequest(x: LeaseRevokeRequest): Uint8Array {
  const bytes = new Uint8Array(sizeLeaseRevokeRequest(x));
  writeLeaseRevokeRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeLeaseRevokeRequest(bytes: Uint8Array): LeaseRevokeRequest {
  return readLeaseRevokeRequest(new Reader(bytes));
}

export type LeaseRevokeResponse = {
  header: ResponseHeader | undefined;
};

/** A LeaseRevokeResponse with defaults for what `init` leaves out. */
export function newLeaseRevokeResponse(init: Partial<LeaseRevokeResponse> = {}): LeaseRevokeResponse {
  return {
    header: init.header,
  };
}

/** Encoded length in bytes. */
export function sizeLeaseRevokeResponse(x: LeaseRevokeResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeLeaseRevokeResponse` bytes. */
export function writeLeaseRevokeResponse(w: Writer, x: LeaseRevokeResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readLeaseRevokeResponse(r: Reader): LeaseRevokeResponse {
  let header: ResponseHeader | undefined;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        header = readResponseHeader(r);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 1);
    }
  }
  return {
    header,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeLeaseRevokeResponse(x: LeaseRevokeResponse): Uint8Array {
  const bytes = new Uint8Array(sizeLeaseRevokeResponse(x));
  writeLeaseRevokeResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeLeaseRevokeResponse(bytes: Uint8Array): LeaseRevokeResponse {
  return readLeaseRevokeResponse(new Reader(bytes));
}

export type LeaseCheckpoint = {
  ID: bigint;
  remainingTTL: number;
};

/** A LeaseCheckpoint with defaults for what `init` leaves out. */
export function newLeaseCheckpoint(init: Partial<LeaseCheckpoint> = {}): LeaseCheckpoint {
  return {
    ID: init.ID ?? 0n,
    remainingTTL: init.remainingTTL ?? 0,
  };
}

/** Encoded length in bytes. */
export function sizeLeaseCheckpoint(x: LeaseCheckpoint): number {
  let size = 0;
  if (x.ID !== 0n) size += 1 + sizeId(x.ID);
  if (x.remainingTTL !== 0) size += 1 + sizeInt(x.remainingTTL);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeLeaseCheckpoint` bytes. */
export function writeLeaseCheckpoint(w: Writer, x: LeaseCheckpoint): void {
  if (x.ID !== 0n) {
    w.number(8);
    w.id(x.ID);
  }
  if (x.remainingTTL !== 0) {
    w.number(16);
    w.int(x.remainingTTL);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readLeaseCheckpoint(r: Reader): LeaseCheckpoint {
  let ID = 0n;
  let remainingTTL = 0;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        ID = r.signedId();
        break;
      case 16:
        remainingTTL = r.int();
        break;
      default:
        r.skip(tag, 2);
    }
  }
  return {
    ID,
    remainingTTL,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeLeaseCheckpoint(x: LeaseCheckpoint): Uint8Array {
  const bytes = new Uint8Array(sizeLeaseCheckpoint(x));
  writeLeaseCheckpoint(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeLeaseCheckpoint(bytes: Uint8Array): LeaseCheckpoint {
  return readLeaseCheckpoint(new Reader(bytes));
}

export type LeaseCheckpointRequest = {
  checkpoints: LeaseCheckpoint[];
};

/** A LeaseCheckpointRequest with defaults for what `init` leaves out. */
export function newLeaseCheckpointRequest(init: Partial<LeaseCheckpointRequest> = {}): LeaseCheckpointRequest {
  return {
    checkpoints: init.checkpoints ?? [],
  };
}

/** Encoded length in bytes. */
export function sizeLeaseCheckpointRequest(x: LeaseCheckpointRequest): number {
  let size = 0;
  for (let i = 0; i < x.checkpoints.length; i++) {
    const length = sizeLeaseCheckpoint(x.checkpoints[i]!);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeLeaseCheckpointRequest` bytes. */
export function writeLeaseCheckpointRequest(w: Writer, x: LeaseCheckpointRequest): void {
  for (let i = 0; i < x.checkpoints.length; i++) {
    w.number(10);
    w.number(sizeLeaseCheckpoint(x.checkpoints[i]!));
    writeLeaseCheckpoint(w, x.checkpoints[i]!);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readLeaseCheckpointRequest(r: Reader): LeaseCheckpointRequest {
  const checkpoints: LeaseCheckpoint[] = [];
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        checkpoints.push(readLeaseCheckpoint(r));
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 1);
    }
  }
  return {
    checkpoints,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeLeaseCheckpointRequest(x: LeaseCheckpointRequest): Uint8Array {
  const bytes = new Uint8Array(sizeLeaseCheckpointRequest(x));
  writeLeaseCheckpointRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeLeaseCheckpointRequest(bytes: Uint8Array): LeaseCheckpointRequest {
  return readLeaseCheckpointRequest(new Reader(bytes));
}

export type LeaseCheckpointResponse = {
  header: ResponseHeader | undefined;
};

/** A LeaseCheckpointResponse with defaults for what `init` leaves out. */
export function newLeaseCheckpointResponse(init: Partial<LeaseCheckpointResponse> = {}): LeaseCheckpointResponse {
  return {
    header: init.header,
  };
}

/** Encoded length in bytes. */
export function sizeLeaseCheckpointResponse(x: LeaseCheckpointResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeLeaseCheckpointResponse` bytes. */
export function writeLeaseCheckpointResponse(w: Writer, x: LeaseCheckpointResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readLeaseCheckpointResponse(r: Reader): LeaseCheckpointResponse {
  let header: ResponseHeader | undefined;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        header = readResponseHeader(r);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 1);
    }
  }
  return {
    header,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeLeaseCheckpointResponse(x: LeaseCheckpointResponse): Uint8Array {
  const bytes = new Uint8Array(sizeLeaseCheckpointResponse(x));
  writeLeaseCheckpointResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeLeaseCheckpointResponse(bytes: Uint8Array): LeaseCheckpointResponse {
  return readLeaseCheckpointResponse(new Reader(bytes));
}

export type LeaseKeepAliveRequest = {
  ID: bigint;
};

/** A LeaseKeepAliveRequest with defaults for what `init` leaves out. */
export function newLeaseKeepAliveRequest(init: Partial<LeaseKeepAliveRequest> = {}): LeaseKeepAliveRequest {
  return {
    ID: init.ID ?? 0n,
  };
}

/** Encoded length in bytes. */
export function sizeLeaseKeepAliveRequest(x: LeaseKeepAliveRequest): number {
  let size = 0;
  if (x.ID !== 0n) size += 1 + sizeId(x.ID);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeLeaseKeepAliveRequest` bytes. */
export function writeLeaseKeepAliveRequest(w: Writer, x: LeaseKeepAliveRequest): void {
  if (x.ID !== 0n) {
    w.number(8);
    w.id(x.ID);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readLeaseKeepAliveRequest(r: Reader): LeaseKeepAliveRequest {
  let ID = 0n;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        ID = r.signedId();
        break;
      default:
        r.skip(tag, 1);
    }
  }
  return {
    ID,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeLeaseKeepAliveRequest(x: LeaseKeepAliveRequest): Uint8Array {
  const bytes = new Uint8Array(sizeLeaseKeepAliveRequest(x));
  writeLeaseKeepAliveRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeLeaseKeepAliveRequest(bytes: Uint8Array): LeaseKeepAliveRequest {
  return readLeaseKeepAliveRequest(new Reader(bytes));
}

export type LeaseKeepAliveResponse = {
  header: ResponseHeader | undefined;
  ID: bigint;
  /** 0: there is no such lease. */
  TTL: number;
};

/** A LeaseKeepAliveResponse with defaults for what `init` leaves out. */
export function newLeaseKeepAliveResponse(init: Partial<LeaseKeepAliveResponse> = {}): LeaseKeepAliveResponse {
  return {
    header: init.header,
    ID: init.ID ?? 0n,
    TTL: init.TTL ?? 0,
  };
}

/** Encoded length in bytes. */
export function sizeLeaseKeepAliveResponse(x: LeaseKeepAliveResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  if (x.ID !== 0n) size += 1 + sizeId(x.ID);
  if (x.TTL !== 0) size += 1 + sizeInt(x.TTL);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeLeaseKeepAliveResponse` bytes. */
export function writeLeaseKeepAliveResponse(w: Writer, x: LeaseKeepAliveResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
  if (x.ID !== 0n) {
    w.number(16);
    w.id(x.ID);
  }
  if (x.TTL !== 0) {
    w.number(24);
    w.int(x.TTL);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readLeaseKeepAliveResponse(r: Reader): LeaseKeepAliveResponse {
  let header: ResponseHeader | undefined;
  let ID = 0n;
  let TTL = 0;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        header = readResponseHeader(r);
        r.leave(outer);
        break;
      }
      case 16:
        ID = r.signedId();
        break;
      case 24:
        TTL = r.int();
        break;
      default:
        r.skip(tag, 3);
    }
  }
  return {
    header,
    ID,
    TTL,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeLeaseKeepAliveResponse(x: LeaseKeepAliveResponse): Uint8Array {
  const bytes = new Uint8Array(sizeLeaseKeepAliveResponse(x));
  writeLeaseKeepAliveResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeLeaseKeepAliveResponse(bytes: Uint8Array): LeaseKeepAliveResponse {
  return readLeaseKeepAliveResponse(new Reader(bytes));
}

export type LeaseTimeToLiveRequest = {
  ID: bigint;
  /** Answer with the keys attached to it. */
  keys: boolean;
};

/** A LeaseTimeToLiveRequest with defaults for what `init` leaves out. */
export function newLeaseTimeToLiveRequest(init: Partial<LeaseTimeToLiveRequest> = {}): LeaseTimeToLiveRequest {
  return {
    ID: init.ID ?? 0n,
    keys: init.keys ?? false,
  };
}

/** Encoded length in bytes. */
export function sizeLeaseTimeToLiveRequest(x: LeaseTimeToLiveRequest): number {
  let size = 0;
  if (x.ID !== 0n) size += 1 + sizeId(x.ID);
  if (x.keys) size += 2;
  return size;
}

/** Writes the fields; the writer's array has room for `sizeLeaseTimeToLiveRequest` bytes. */
export function writeLeaseTimeToLiveRequest(w: Writer, x: LeaseTimeToLiveRequest): void {
  if (x.ID !== 0n) {
    w.number(8);
    w.id(x.ID);
  }
  if (x.keys) {
    w.number(16);
    w.bool(x.keys);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readLeaseTimeToLiveRequest(r: Reader): LeaseTimeToLiveRequest {
  let ID = 0n;
  let keys = false;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        ID = r.signedId();
        break;
      case 16:
        keys = r.bool();
        break;
      default:
        r.skip(tag, 2);
    }
  }
  return {
    ID,
    keys,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeLeaseTimeToLiveRequest(x: LeaseTimeToLiveRequest): Uint8Array {
  const bytes = new Uint8Array(sizeLeaseTimeToLiveRequest(x));
  writeLeaseTimeToLiveRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeLeaseTimeToLiveRequest(bytes: Uint8Array): LeaseTimeToLiveRequest {
  return readLeaseTimeToLiveRequest(new Reader(bytes));
}

export type LeaseTimeToLiveResponse = {
  header: ResponseHeader | undefined;
  ID: bigint;
  /** What is left; -1: there is no such lease. */
  TTL: number;
  grantedTTL: number;
  keys: Uint8Array[];
};

/** A LeaseTimeToLiveResponse with defaults for what `init` leaves out. */
export function newLeaseTimeToLiveResponse(init: Partial<LeaseTimeToLiveResponse> = {}): LeaseTimeToLiveResponse {
  return {
    header: init.header,
    ID: init.ID ?? 0n,
    TTL: init.TTL ?? 0,
    grantedTTL: init.grantedTTL ?? 0,
    keys: init.keys ?? [],
  };
}

/** Encoded length in bytes. */
export function sizeLeaseTimeToLiveResponse(x: LeaseTimeToLiveResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  if (x.ID !== 0n) size += 1 + sizeId(x.ID);
  if (x.TTL !== 0) size += 1 + sizeInt(x.TTL);
  if (x.grantedTTL !== 0) size += 1 + sizeInt(x.grantedTTL);
  for (let i = 0; i < x.keys.length; i++) size += 1 + sizeNumber(x.keys[i]!.length) + x.keys[i]!.length;
  return size;
}

/** Writes the fields; the writer's array has room for `sizeLeaseTimeToLiveResponse` bytes. */
export function writeLeaseTimeToLiveResponse(w: Writer, x: LeaseTimeToLiveResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
  if (x.ID !== 0n) {
    w.number(16);
    w.id(x.ID);
  }
  if (x.TTL !== 0) {
    w.number(24);
    w.int(x.TTL);
  }
  if (x.grantedTTL !== 0) {
    w.number(32);
    w.int(x.grantedTTL);
  }
  for (let i = 0; i < x.keys.length; i++) {
    w.number(42);
    w.view(x.keys[i]!);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readLeaseTimeToLiveResponse(r: Reader): LeaseTimeToLiveResponse {
  let header: ResponseHeader | undefined;
  let ID = 0n;
  let TTL = 0;
  let grantedTTL = 0;
  const keys: Uint8Array[] = [];
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        header = readResponseHeader(r);
        r.leave(outer);
        break;
      }
      case 16:
        ID = r.signedId();
        break;
      case 24:
        TTL = r.int();
        break;
      case 32:
        grantedTTL = r.int();
        break;
      case 42:
        keys.push(r.view());
        break;
      default:
        r.skip(tag, 5);
    }
  }
  return {
    header,
    ID,
    TTL,
    grantedTTL,
    keys,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeLeaseTimeToLiveResponse(x: LeaseTimeToLiveResponse): Uint8Array {
  const bytes = new Uint8Array(sizeLeaseTimeToLiveResponse(x));
  writeLeaseTimeToLiveResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeLeaseTimeToLiveResponse(bytes: Uint8Array): LeaseTimeToLiveResponse {
  return readLeaseTimeToLiveResponse(new Reader(bytes));
}

export type LeaseLeasesRequest = Record<never, never>;

/** The LeaseLeasesRequest. */
export function newLeaseLeasesRequest(): LeaseLeasesRequest {
  return {};
}

/** Encoded length in bytes. */
export function sizeLeaseLeasesRequest(_x: LeaseLeasesRequest): number {
  return 0;
}

/** Writes the fields; the writer's array has room for `sizeLeaseLeasesRequest` bytes. */
export function writeLeaseLeasesRequest(_w: Writer, _x: LeaseLeasesRequest): void {
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readLeaseLeasesRequest(r: Reader): LeaseLeasesRequest {
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    r.skip(tag, 0);
  }
  return {};
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeLeaseLeasesRequest(x: LeaseLeasesRequest): Uint8Array {
  const bytes = new Uint8Array(sizeLeaseLeasesRequest(x));
  writeLeaseLeasesRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeLeaseLeasesRequest(bytes: Uint8Array): LeaseLeasesRequest {
  return readLeaseLeasesRequest(new Reader(bytes));
}

export type LeaseStatus = {
  ID: bigint;
};

/** A LeaseStatus with defaults for what `init` leaves out. */
export function newLeaseStatus(init: Partial<LeaseStatus> = {}): LeaseStatus {
  return {
    ID: init.ID ?? 0n,
  };
}

/** Encoded length in bytes. */
export function sizeLeaseStatus(x: LeaseStatus): number {
  let size = 0;
  if (x.ID !== 0n) size += 1 + sizeId(x.ID);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeLeaseStatus` bytes. */
export function writeLeaseStatus(w: Writer, x: LeaseStatus): void {
  if (x.ID !== 0n) {
    w.number(8);
    w.id(x.ID);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readLeaseStatus(r: Reader): LeaseStatus {
  let ID = 0n;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        ID = r.signedId();
        break;
      default:
        r.skip(tag, 1);
    }
  }
  return {
    ID,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeLeaseStatus(x: LeaseStatus): Uint8Array {
  const bytes = new Uint8Array(sizeLeaseStatus(x));
  writeLeaseStatus(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeLeaseStatus(bytes: Uint8Array): LeaseStatus {
  return readLeaseStatus(new Reader(bytes));
}

export type LeaseLeasesResponse = {
  header: ResponseHeader | undefined;
  leases: LeaseStatus[];
};

/** A LeaseLeasesResponse with defaults for what `init` leaves out. */
export function newLeaseLeasesResponse(init: Partial<LeaseLeasesResponse> = {}): LeaseLeasesResponse {
  return {
    header: init.header,
    leases: init.leases ?? [],
  };
}

/** Encoded length in bytes. */
export function sizeLeaseLeasesResponse(x: LeaseLeasesResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  for (let i = 0; i < x.leases.length; i++) {
    const length = sizeLeaseStatus(x.leases[i]!);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeLeaseLeasesResponse` bytes. */
export function writeLeaseLeasesResponse(w: Writer, x: LeaseLeasesResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
  for (let i = 0; i < x.leases.length; i++) {
    w.number(18);
    w.number(sizeLeaseStatus(x.leases[i]!));
    writeLeaseStatus(w, x.leases[i]!);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readLeaseLeasesResponse(r: Reader): LeaseLeasesResponse {
  let header: ResponseHeader | undefined;
  const leases: LeaseStatus[] = [];
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        header = readResponseHeader(r);
        r.leave(outer);
        break;
      }
      case 18: {
        const outer = r.enter();
        leases.push(readLeaseStatus(r));
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 2);
    }
  }
  return {
    header,
    leases,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeLeaseLeasesResponse(x: LeaseLeasesResponse): Uint8Array {
  const bytes = new Uint8Array(sizeLeaseLeasesResponse(x));
  writeLeaseLeasesResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeLeaseLeasesResponse(bytes: Uint8Array): LeaseLeasesResponse {
  return readLeaseLeasesResponse(new Reader(bytes));
}
