/**
 * The Election service, field-compatible with etcd's v3electionpb.
 * Generated from proto/electionpb.proto by `npm run protogen`; do not edit.
 */
import { EMPTY_BYTES } from "@quorate/base";
import { type ResponseHeader, readResponseHeader, sizeResponseHeader, writeResponseHeader } from "./header.ts";
import { type KeyValue, readKeyValue, sizeKeyValue, writeKeyValue } from "./mvccpb.ts";
import type { Method } from "../wire/method.ts";
import { Reader } from "../wire/reader.ts";
import { sizeId, sizeInt, sizeNumber, Writer } from "../wire/writer.ts";

/** The methods of Election. */
export const ElectionService: {
  readonly campaign: Method<CampaignRequest, CampaignResponse>;
  readonly proclaim: Method<ProclaimRequest, ProclaimResponse>;
  readonly leader: Method<LeaderRequest, LeaderResponse>;
  readonly observe: Method<LeaderRequest, LeaderResponse>;
  readonly resign: Method<ResignRequest, ResignResponse>;
} = {
  campaign: {
    path: "/v3electionpb.Election/Campaign",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeCampaignRequest,
    sizeRequest: sizeCampaignRequest,
    writeRequest: writeCampaignRequest,
    decodeRequest: decodeCampaignRequest,
    encodeResponse: encodeCampaignResponse,
    sizeResponse: sizeCampaignResponse,
    writeResponse: writeCampaignResponse,
    decodeResponse: decodeCampaignResponse,
  },
  proclaim: {
    path: "/v3electionpb.Election/Proclaim",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeProclaimRequest,
    sizeRequest: sizeProclaimRequest,
    writeRequest: writeProclaimRequest,
    decodeRequest: decodeProclaimRequest,
    encodeResponse: encodeProclaimResponse,
    sizeResponse: sizeProclaimResponse,
    writeResponse: writeProclaimResponse,
    decodeResponse: decodeProclaimResponse,
  },
  leader: {
    path: "/v3electionpb.Election/Leader",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeLeaderRequest,
    sizeRequest: sizeLeaderRequest,
    writeRequest: writeLeaderRequest,
    decodeRequest: decodeLeaderRequest,
    encodeResponse: encodeLeaderResponse,
    sizeResponse: sizeLeaderResponse,
    writeResponse: writeLeaderResponse,
    decodeResponse: decodeLeaderResponse,
  },
  observe: {
    path: "/v3electionpb.Election/Observe",
    isClientStreaming: false,
    isServerStreaming: true,
    encodeRequest: encodeLeaderRequest,
    sizeRequest: sizeLeaderRequest,
    writeRequest: writeLeaderRequest,
    decodeRequest: decodeLeaderRequest,
    encodeResponse: encodeLeaderResponse,
    sizeResponse: sizeLeaderResponse,
    writeResponse: writeLeaderResponse,
    decodeResponse: decodeLeaderResponse,
  },
  resign: {
    path: "/v3electionpb.Election/Resign",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeResignRequest,
    sizeRequest: sizeResignRequest,
    writeRequest: writeResignRequest,
    decodeRequest: decodeResignRequest,
    encodeResponse: encodeResignResponse,
    sizeResponse: sizeResignResponse,
    writeResponse: writeResignResponse,
    decodeResponse: decodeResignResponse,
  },
};

export type CampaignRequest = {
  name: Uint8Array;
  lease: bigint;
  value: Uint8Array;
};

/** A CampaignRequest with defaults for what `init` leaves out. */
export function newCampaignRequest(init: Partial<CampaignRequest> = {}): CampaignRequest {
  return {
    name: init.name ?? EMPTY_BYTES,
    lease: init.lease ?? 0n,
    value: init.value ?? EMPTY_BYTES,
  };
}

/** Encoded length in bytes. */
export function sizeCampaignRequest(x: CampaignRequest): number {
  let size = 0;
  if (x.name.length !== 0) size += 1 + sizeNumber(x.name.length) + x.name.length;
  if (x.lease !== 0n) size += 1 + sizeId(x.lease);
  if (x.value.length !== 0) size += 1 + sizeNumber(x.value.length) + x.value.length;
  return size;
}

/** Writes the fields; the writer's array has room for `sizeCampaignRequest` bytes. */
export function writeCampaignRequest(w: Writer, x: CampaignRequest): void {
  if (x.name.length !== 0) {
    w.number(10);
    w.view(x.name);
  }
  if (x.lease !== 0n) {
    w.number(16);
    w.id(x.lease);
  }
  if (x.value.length !== 0) {
    w.number(26);
    w.view(x.value);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readCampaignRequest(r: Reader): CampaignRequest {
  let name: Uint8Array = EMPTY_BYTES;
  let lease = 0n;
  let value: Uint8Array = EMPTY_BYTES;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10:
        name = r.view();
        break;
      case 16:
        lease = r.signedId();
        break;
      case 26:
        value = r.view();
        break;
      default:
        r.skip(tag, 3);
    }
  }
  return {
    name,
    lease,
    value,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeCampaignRequest(x: CampaignRequest): Uint8Array {
  const bytes = new Uint8Array(sizeCampaignRequest(x));
  writeCampaignRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeCampaignRequest(bytes: Uint8Array): CampaignRequest {
  return readCampaignRequest(new Reader(bytes));
}

export type CampaignResponse = {
  header: ResponseHeader | undefined;
  leader: LeaderKey | undefined;
};

/** A CampaignResponse with defaults for what `init` leaves out. */
export function newCampaignResponse(init: Partial<CampaignResponse> = {}): CampaignResponse {
  return {
    header: init.header,
    leader: init.leader,
  };
}

/** Encoded length in bytes. */
export function sizeCampaignResponse(x: CampaignResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  if (x.leader !== undefined) {
    const length = sizeLeaderKey(x.leader);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeCampaignResponse` bytes. */
export function writeCampaignResponse(w: Writer, x: CampaignResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
  if (x.leader !== undefined) {
    w.number(18);
    w.number(sizeLeaderKey(x.leader));
    writeLeaderKey(w, x.leader);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readCampaignResponse(r: Reader): CampaignResponse {
  let header: ResponseHeader | undefined;
  let leader: LeaderKey | undefined;
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
        leader = readLeaderKey(r);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 2);
    }
  }
  return {
    header,
    leader,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeCampaignResponse(x: CampaignResponse): Uint8Array {
  const bytes = new Uint8Array(sizeCampaignResponse(x));
  writeCampaignResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeCampaignResponse(bytes: Uint8Array): CampaignResponse {
  return readCampaignResponse(new Reader(bytes));
}

/** What proves leadership. */
export type LeaderKey = {
  name: Uint8Array;
  key: Uint8Array;
  /** Revision that created the key. */
  rev: number;
  lease: bigint;
};

/** A LeaderKey with defaults for what `init` leaves out. */
export function newLeaderKey(init: Partial<LeaderKey> = {}): LeaderKey {
  return {
    name: init.name ?? EMPTY_BYTES,
    key: init.key ?? EMPTY_BYTES,
    rev: init.rev ?? 0,
    lease: init.lease ?? 0n,
  };
}

/** Encoded length in bytes. */
export function sizeLeaderKey(x: LeaderKey): number {
  let size = 0;
  if (x.name.length !== 0) size += 1 + sizeNumber(x.name.length) + x.name.length;
  if (x.key.length !== 0) size += 1 + sizeNumber(x.key.length) + x.key.length;
  if (x.rev !== 0) size += 1 + sizeInt(x.rev);
  if (x.lease !== 0n) size += 1 + sizeId(x.lease);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeLeaderKey` bytes. */
export function writeLeaderKey(w: Writer, x: LeaderKey): void {
  if (x.name.length !== 0) {
    w.number(10);
    w.view(x.name);
  }
  if (x.key.length !== 0) {
    w.number(18);
    w.view(x.key);
  }
  if (x.rev !== 0) {
    w.number(24);
    w.int(x.rev);
  }
  if (x.lease !== 0n) {
    w.number(32);
    w.id(x.lease);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readLeaderKey(r: Reader): LeaderKey {
  let name: Uint8Array = EMPTY_BYTES;
  let key: Uint8Array = EMPTY_BYTES;
  let rev = 0;
  let lease = 0n;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10:
        name = r.view();
        break;
      case 18:
        key = r.view();
        break;
      case 24:
        rev = r.clampedInt();
        break;
      case 32:
        lease = r.signedId();
        break;
      default:
        r.skip(tag, 4);
    }
  }
  return {
    name,
    key,
    rev,
    lease,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeLeaderKey(x: LeaderKey): Uint8Array {
  const bytes = new Uint8Array(sizeLeaderKey(x));
  writeLeaderKey(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeLeaderKey(bytes: Uint8Array): LeaderKey {
  return readLeaderKey(new Reader(bytes));
}

export type LeaderRequest = {
  name: Uint8Array;
};

/** A LeaderRequest with defaults for what `init` leaves out. */
export function newLeaderRequest(init: Partial<LeaderRequest> = {}): LeaderRequest {
  return {
    name: init.name ?? EMPTY_BYTES,
  };
}

/** Encoded length in bytes. */
export function sizeLeaderRequest(x: LeaderRequest): number {
  let size = 0;
  if (x.name.length !== 0) size += 1 + sizeNumber(x.name.length) + x.name.length;
  return size;
}

/** Writes the fields; the writer's array has room for `sizeLeaderRequest` bytes. */
export function writeLeaderRequest(w: Writer, x: LeaderRequest): void {
  if (x.name.length !== 0) {
    w.number(10);
    w.view(x.name);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readLeaderRequest(r: Reader): LeaderRequest {
  let name: Uint8Array = EMPTY_BYTES;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10:
        name = r.view();
        break;
      default:
        r.skip(tag, 1);
    }
  }
  return {
    name,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeLeaderRequest(x: LeaderRequest): Uint8Array {
  const bytes = new Uint8Array(sizeLeaderRequest(x));
  writeLeaderRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeLeaderRequest(bytes: Uint8Array): LeaderRequest {
  return readLeaderRequest(new Reader(bytes));
}

export type LeaderResponse = {
  header: ResponseHeader | undefined;
  kv: KeyValue | undefined;
};

/** A LeaderResponse with defaults for what `init` leaves out. */
export function newLeaderResponse(init: Partial<LeaderResponse> = {}): LeaderResponse {
  return {
    header: init.header,
    kv: init.kv,
  };
}

/** Encoded length in bytes. */
export function sizeLeaderResponse(x: LeaderResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  if (x.kv !== undefined) {
    const length = sizeKeyValue(x.kv);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeLeaderResponse` bytes. */
export function writeLeaderResponse(w: Writer, x: LeaderResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
  if (x.kv !== undefined) {
    w.number(18);
    w.number(sizeKeyValue(x.kv));
    writeKeyValue(w, x.kv);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readLeaderResponse(r: Reader): LeaderResponse {
  let header: ResponseHeader | undefined;
  let kv: KeyValue | undefined;
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
        kv = readKeyValue(r);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 2);
    }
  }
  return {
    header,
    kv,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeLeaderResponse(x: LeaderResponse): Uint8Array {
  const bytes = new Uint8Array(sizeLeaderResponse(x));
  writeLeaderResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeLeaderResponse(bytes: Uint8Array): LeaderResponse {
  return readLeaderResponse(new Reader(bytes));
}

export type ResignRequest = {
  leader: LeaderKey | undefined;
};

/** A ResignRequest with defaults for what `init` leaves out. */
export function newResignRequest(init: Partial<ResignRequest> = {}): ResignRequest {
  return {
    leader: init.leader,
  };
}

/** Encoded length in bytes. */
export function sizeResignRequest(x: ResignRequest): number {
  let size = 0;
  if (x.leader !== undefined) {
    const length = sizeLeaderKey(x.leader);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeResignRequest` bytes. */
export function writeResignRequest(w: Writer, x: ResignRequest): void {
  if (x.leader !== undefined) {
    w.number(10);
    w.number(sizeLeaderKey(x.leader));
    writeLeaderKey(w, x.leader);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readResignRequest(r: Reader): ResignRequest {
  let leader: LeaderKey | undefined;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        leader = readLeaderKey(r);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 1);
    }
  }
  return {
    leader,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeResignRequest(x: ResignRequest): Uint8Array {
  const bytes = new Uint8Array(sizeResignRequest(x));
  writeResignRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeResignRequest(bytes: Uint8Array): ResignRequest {
  return readResignRequest(new Reader(bytes));
}

export type ResignResponse = {
  header: ResponseHeader | undefined;
};

/** A ResignResponse with defaults for what `init` leaves out. */
export function newResignResponse(init: Partial<ResignResponse> = {}): ResignResponse {
  return {
    header: init.header,
  };
}

/** Encoded length in bytes. */
export function sizeResignResponse(x: ResignResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeResignResponse` bytes. */
export function writeResignResponse(w: Writer, x: ResignResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readResignResponse(r: Reader): ResignResponse {
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
export function encodeResignResponse(x: ResignResponse): Uint8Array {
  const bytes = new Uint8Array(sizeResignResponse(x));
  writeResignResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeResignResponse(bytes: Uint8Array): ResignResponse {
  return readResignResponse(new Reader(bytes));
}

export type ProclaimRequest = {
  leader: LeaderKey | undefined;
  value: Uint8Array;
};

/** A ProclaimRequest with defaults for what `init` leaves out. */
export function newProclaimRequest(init: Partial<ProclaimRequest> = {}): ProclaimRequest {
  return {
    leader: init.leader,
    value: init.value ?? EMPTY_BYTES,
  };
}

/** Encoded length in bytes. */
export function sizeProclaimRequest(x: ProclaimRequest): number {
  let size = 0;
  if (x.leader !== undefined) {
    const length = sizeLeaderKey(x.leader);
    size += 1 + sizeNumber(length) + length;
  }
  if (x.value.length !== 0) size += 1 + sizeNumber(x.value.length) + x.value.length;
  return size;
}

/** Writes the fields; the writer's array has room for `sizeProclaimRequest` bytes. */
export function writeProclaimRequest(w: Writer, x: ProclaimRequest): void {
  if (x.leader !== undefined) {
    w.number(10);
    w.number(sizeLeaderKey(x.leader));
    writeLeaderKey(w, x.leader);
  }
  if (x.value.length !== 0) {
    w.number(18);
    w.view(x.value);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readProclaimRequest(r: Reader): ProclaimRequest {
  let leader: LeaderKey | undefined;
  let value: Uint8Array = EMPTY_BYTES;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        leader = readLeaderKey(r);
        r.leave(outer);
        break;
      }
      case 18:
        value = r.view();
        break;
      default:
        r.skip(tag, 2);
    }
  }
  return {
    leader,
    value,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeProclaimRequest(x: ProclaimRequest): Uint8Array {
  const bytes = new Uint8Array(sizeProclaimRequest(x));
  writeProclaimRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeProclaimRequest(bytes: Uint8Array): ProclaimRequest {
  return readProclaimRequest(new Reader(bytes));
}

export type ProclaimResponse = {
  header: ResponseHeader | undefined;
};

/** A ProclaimResponse with defaults for what `init` leaves out. */
export function newProclaimResponse(init: Partial<ProclaimResponse> = {}): ProclaimResponse {
  return {
    header: init.header,
  };
}

/** Encoded length in bytes. */
export function sizeProclaimResponse(x: ProclaimResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeProclaimResponse` bytes. */
export function writeProclaimResponse(w: Writer, x: ProclaimResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readProclaimResponse(r: Reader): ProclaimResponse {
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
export function encodeProclaimResponse(x: ProclaimResponse): Uint8Array {
  const bytes = new Uint8Array(sizeProclaimResponse(x));
  writeProclaimResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeProclaimResponse(bytes: Uint8Array): ProclaimResponse {
  return readProclaimResponse(new Reader(bytes));
}
