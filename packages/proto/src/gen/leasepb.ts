/**
 * Leases as the backend holds them, and what members ask each other about them. Field-compatible with etcd's leasepb.
 * Generated from proto/leasepb.proto by `npm run protogen`; do not edit.
 */
import { type LeaseTimeToLiveRequest, readLeaseTimeToLiveRequest, sizeLeaseTimeToLiveRequest, writeLeaseTimeToLiveRequest, type LeaseTimeToLiveResponse, readLeaseTimeToLiveResponse, sizeLeaseTimeToLiveResponse, writeLeaseTimeToLiveResponse } from "./lease.ts";
import { Reader } from "../wire/reader.ts";
import { sizeId, sizeInt, sizeNumber, Writer } from "../wire/writer.ts";

export type Lease = {
  ID: bigint;
  TTL: number;
  /** Of the last checkpoint; 0: the whole TTL. */
  RemainingTTL: number;
};

/** A Lease with defaults for what `init` leaves out. */
export function newLease(init: Partial<Lease> = {}): Lease {
  return {
    ID: init.ID ?? 0n,
    TTL: init.TTL ?? 0,
    RemainingTTL: init.RemainingTTL ?? 0,
  };
}

/** Encoded length in bytes. */
export function sizeLease(x: Lease): number {
  let size = 0;
  if (x.ID !== 0n) size += 1 + sizeId(x.ID);
  if (x.TTL !== 0) size += 1 + sizeInt(x.TTL);
  if (x.RemainingTTL !== 0) size += 1 + sizeInt(x.RemainingTTL);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeLease` bytes. */
export function writeLease(w: Writer, x: Lease): void {
  if (x.ID !== 0n) {
    w.number(8);
    w.id(x.ID);
  }
  if (x.TTL !== 0) {
    w.number(16);
    w.int(x.TTL);
  }
  if (x.RemainingTTL !== 0) {
    w.number(24);
    w.int(x.RemainingTTL);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readLease(r: Reader): Lease {
  let ID = 0n;
  let TTL = 0;
  let RemainingTTL = 0;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        ID = r.signedId();
        break;
      case 16:
        TTL = r.int();
        break;
      case 24:
        RemainingTTL = r.int();
        break;
      default:
        r.skip(tag, 3);
    }
  }
  return {
    ID,
    TTL,
    RemainingTTL,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeLease(x: Lease): Uint8Array {
  const bytes = new Uint8Array(sizeLease(x));
  writeLease(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeLease(bytes: Uint8Array): Lease {
  return readLease(new Reader(bytes));
}

export type LeaseInternalRequest = {
  leaseTimeToLiveRequest: LeaseTimeToLiveRequest | undefined;
};

/** A LeaseInternalRequest with defaults for what `init` leaves out. */
export function newLeaseInternalRequest(init: Partial<LeaseInternalRequest> = {}): LeaseInternalRequest {
  return {
    leaseTimeToLiveRequest: init.leaseTimeToLiveRequest,
  };
}

/** Encoded length in bytes. */
export function sizeLeaseInternalRequest(x: LeaseInternalRequest): number {
  let size = 0;
  if (x.leaseTimeToLiveRequest !== undefined) {
    const length = sizeLeaseTimeToLiveRequest(x.leaseTimeToLiveRequest);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeLeaseInternalRequest` bytes. */
export function writeLeaseInternalRequest(w: Writer, x: LeaseInternalRequest): void {
  if (x.leaseTimeToLiveRequest !== undefined) {
    w.number(10);
    w.number(sizeLeaseTimeToLiveRequest(x.leaseTimeToLiveRequest));
    writeLeaseTimeToLiveRequest(w, x.leaseTimeToLiveRequest);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readLeaseInternalRequest(r: Reader): LeaseInternalRequest {
  let leaseTimeToLiveRequest: LeaseTimeToLiveRequest | undefined;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        leaseTimeToLiveRequest = readLeaseTimeToLiveRequest(r);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 1);
    }
  }
  return {
    leaseTimeToLiveRequest,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeLeaseInternalRequest(x: LeaseInternalRequest): Uint8Array {
  const bytes = new Uint8Array(sizeLeaseInternalRequest(x));
  writeLeaseInternalRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeLeaseInternalRequest(bytes: Uint8Array): LeaseInternalRequest {
  return readLeaseInternalRequest(new Reader(bytes));
}

export type LeaseInternalResponse = {
  leaseTimeToLiveResponse: LeaseTimeToLiveResponse | undefined;
};

/** A LeaseInternalResponse with defaults for what `init` leaves out. */
export function newLeaseInternalResponse(init: Partial<LeaseInternalResponse> = {}): LeaseInternalResponse {
  return {
    leaseTimeToLiveResponse: init.leaseTimeToLiveResponse,
  };
}

/** Encoded length in bytes. */
export function sizeLeaseInternalResponse(x: LeaseInternalResponse): number {
  let size = 0;
  if (x.leaseTimeToLiveResponse !== undefined) {
    const length = sizeLeaseTimeToLiveResponse(x.leaseTimeToLiveResponse);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeLeaseInternalResponse` bytes. */
export function writeLeaseInternalResponse(w: Writer, x: LeaseInternalResponse): void {
  if (x.leaseTimeToLiveResponse !== undefined) {
    w.number(10);
    w.number(sizeLeaseTimeToLiveResponse(x.leaseTimeToLiveResponse));
    writeLeaseTimeToLiveResponse(w, x.leaseTimeToLiveResponse);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readLeaseInternalResponse(r: Reader): LeaseInternalResponse {
  let leaseTimeToLiveResponse: LeaseTimeToLiveResponse | undefined;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        leaseTimeToLiveResponse = readLeaseTimeToLiveResponse(r);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 1);
    }
  }
  return {
    leaseTimeToLiveResponse,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeLeaseInternalResponse(x: LeaseInternalResponse): Uint8Array {
  const bytes = new Uint8Array(sizeLeaseInternalResponse(x));
  writeLeaseInternalResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeLeaseInternalResponse(bytes: Uint8Array): LeaseInternalResponse {
  return readLeaseInternalResponse(new Reader(bytes));
}
