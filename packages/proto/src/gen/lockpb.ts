/**
 * The Lock service, field-compatible with etcd's v3lockpb.
 * Generated from proto/lockpb.proto by `npm run protogen`; do not edit.
 */
import { EMPTY_BYTES } from "@quorate/base";
import { type ResponseHeader, readResponseHeader, sizeResponseHeader, writeResponseHeader } from "./header.ts";
import type { Method } from "../wire/method.ts";
import { Reader } from "../wire/reader.ts";
import { sizeId, sizeNumber, Writer } from "../wire/writer.ts";

/** The methods of Lock. */
export const LockService: {
  readonly lock: Method<LockRequest, LockResponse>;
  readonly unlock: Method<UnlockRequest, UnlockResponse>;
} = {
  lock: {
    path: "/v3lockpb.Lock/Lock",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeLockRequest,
    sizeRequest: sizeLockRequest,
    writeRequest: writeLockRequest,
    decodeRequest: decodeLockRequest,
    encodeResponse: encodeLockResponse,
    sizeResponse: sizeLockResponse,
    writeResponse: writeLockResponse,
    decodeResponse: decodeLockResponse,
  },
  unlock: {
    path: "/v3lockpb.Lock/Unlock",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeUnlockRequest,
    sizeRequest: sizeUnlockRequest,
    writeRequest: writeUnlockRequest,
    decodeRequest: decodeUnlockRequest,
    encodeResponse: encodeUnlockResponse,
    sizeResponse: sizeUnlockResponse,
    writeResponse: writeUnlockResponse,
    decodeResponse: decodeUnlockResponse,
  },
};

export type LockRequest = {
  name: Uint8Array;
  /** The lock is given up with it. */
  lease: bigint;
};

/** A LockRequest with defaults for what `init` leaves out. */
export function newLockRequest(init: Partial<LockRequest> = {}): LockRequest {
  return {
    name: init.name ?? EMPTY_BYTES,
    lease: init.lease ?? 0n,
  };
}

/** Encoded length in bytes. */
export function sizeLockRequest(x: LockRequest): number {
  let size = 0;
  if (x.name.length !== 0) size += 1 + sizeNumber(x.name.length) + x.name.length;
  if (x.lease !== 0n) size += 1 + sizeId(x.lease);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeLockRequest` bytes. */
export function writeLockRequest(w: Writer, x: LockRequest): void {
  if (x.name.length !== 0) {
    w.number(10);
    w.view(x.name);
  }
  if (x.lease !== 0n) {
    w.number(16);
    w.id(x.lease);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readLockRequest(r: Reader): LockRequest {
  let name: Uint8Array = EMPTY_BYTES;
  let lease = 0n;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10:
        name = r.view();
        break;
      case 16:
        lease = r.signedId();
        break;
      default:
        r.skip(tag, 2);
    }
  }
  return {
    name,
    lease,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeLockRequest(x: LockRequest): Uint8Array {
  const bytes = new Uint8Array(sizeLockRequest(x));
  writeLockRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeLockRequest(bytes: Uint8Array): LockRequest {
  return readLockRequest(new Reader(bytes));
}

export type LockResponse = {
  header: ResponseHeader | undefined;
  /** Exists as long as the lock is held; a transaction may check it. */
  key: Uint8Array;
};

/** A LockResponse with defaults for what `init` leaves out. */
export function newLockResponse(init: Partial<LockResponse> = {}): LockResponse {
  return {
    header: init.header,
    key: init.key ?? EMPTY_BYTES,
  };
}

/** Encoded length in bytes. */
export function sizeLockResponse(x: LockResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  if (x.key.length !== 0) size += 1 + sizeNumber(x.key.length) + x.key.length;
  return size;
}

/** Writes the fields; the writer's array has room for `sizeLockResponse` bytes. */
export function writeLockResponse(w: Writer, x: LockResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
  if (x.key.length !== 0) {
    w.number(18);
    w.view(x.key);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readLockResponse(r: Reader): LockResponse {
  let header: ResponseHeader | undefined;
  let key: Uint8Array = EMPTY_BYTES;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        header = readResponseHeader(r);
        r.leave(outer);
        break;
      }
      case 18:
        key = r.view();
        break;
      default:
        r.skip(tag, 2);
    }
  }
  return {
    header,
    key,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeLockResponse(x: LockResponse): Uint8Array {
  const bytes = new Uint8Array(sizeLockResponse(x));
  writeLockResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeLockResponse(bytes: Uint8Array): LockResponse {
  return readLockResponse(new Reader(bytes));
}

export type UnlockRequest = {
  key: Uint8Array;
};

/** An UnlockRequest with defaults for what `init` leaves out. */
export function newUnlockRequest(init: Partial<UnlockRequest> = {}): UnlockRequest {
  return {
    key: init.key ?? EMPTY_BYTES,
  };
}

/** Encoded length in bytes. */
export function sizeUnlockRequest(x: UnlockRequest): number {
  let size = 0;
  if (x.key.length !== 0) size += 1 + sizeNumber(x.key.length) + x.key.length;
  return size;
}

/** Writes the fields; the writer's array has room for `sizeUnlockRequest` bytes. */
export function writeUnlockRequest(w: Writer, x: UnlockRequest): void {
  if (x.key.length !== 0) {
    w.number(10);
    w.view(x.key);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readUnlockRequest(r: Reader): UnlockRequest {
  let key: Uint8Array = EMPTY_BYTES;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10:
        key = r.view();
        break;
      default:
        r.skip(tag, 1);
    }
  }
  return {
    key,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeUnlockRequest(x: UnlockRequest): Uint8Array {
  const bytes = new Uint8Array(sizeUnlockRequest(x));
  writeUnlockRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeUnlockRequest(bytes: Uint8Array): UnlockRequest {
  return readUnlockRequest(new Reader(bytes));
}

export type UnlockResponse = {
  header: ResponseHeader | undefined;
};

/** An UnlockResponse with defaults for what `init` leaves out. */
export function newUnlockResponse(init: Partial<UnlockResponse> = {}): UnlockResponse {
  return {
    header: init.header,
  };
}

/** Encoded length in bytes. */
export function sizeUnlockResponse(x: UnlockResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeUnlockResponse` bytes. */
export function writeUnlockResponse(w: Writer, x: UnlockResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readUnlockResponse(r: Reader): UnlockResponse {
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
export function encodeUnlockResponse(x: UnlockResponse): Uint8Array {
  const bytes = new Uint8Array(sizeUnlockResponse(x));
  writeUnlockResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeUnlockResponse(bytes: Uint8Array): UnlockResponse {
  return readUnlockResponse(new Reader(bytes));
}
