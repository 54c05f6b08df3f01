/**
 * The KV service: range, put, delete, transaction, compaction. Field-compatible with etcdserverpb.
 * Generated from proto/kv.proto by `npm run protogen`; do not edit.
 */
import { EMPTY_BYTES } from "@quorate/base";
import { type ResponseHeader, readResponseHeader, sizeResponseHeader, writeResponseHeader } from "./header.ts";
import { type KeyValue, readKeyValue, sizeKeyValue, writeKeyValue } from "./mvccpb.ts";
import type { Method } from "../wire/method.ts";
import { Reader } from "../wire/reader.ts";
import { sizeId, sizeInt, sizeNumber, Writer } from "../wire/writer.ts";

/** The methods of KV. */
export const KVService: {
  readonly range: Method<RangeRequest, RangeResponse>;
  readonly rangeStream: Method<RangeRequest, RangeStreamResponse>;
  readonly put: Method<PutRequest, PutResponse>;
  readonly deleteRange: Method<DeleteRangeRequest, DeleteRangeResponse>;
  readonly txn: Method<TxnRequest, TxnResponse>;
  readonly compact: Method<CompactionRequest, CompactionResponse>;
} = {
  range: {
    path: "/etcdserverpb.KV/Range",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeRangeRequest,
    sizeRequest: sizeRangeRequest,
    writeRequest: writeRangeRequest,
    decodeRequest: decodeRangeRequest,
    encodeResponse: encodeRangeResponse,
    sizeResponse: sizeRangeResponse,
    writeResponse: writeRangeResponse,
    decodeResponse: decodeRangeResponse,
  },
  rangeStream: {
    path: "/etcdserverpb.KV/RangeStream",
    isClientStreaming: false,
    isServerStreaming: true,
    encodeRequest: encodeRangeRequest,
    sizeRequest: sizeRangeRequest,
    writeRequest: writeRangeRequest,
    decodeRequest: decodeRangeRequest,
    encodeResponse: encodeRangeStreamResponse,
    sizeResponse: sizeRangeStreamResponse,
    writeResponse: writeRangeStreamResponse,
    decodeResponse: decodeRangeStreamResponse,
  },
  put: {
    path: "/etcdserverpb.KV/Put",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodePutRequest,
    sizeRequest: sizePutRequest,
    writeRequest: writePutRequest,
    decodeRequest: decodePutRequest,
    encodeResponse: encodePutResponse,
    sizeResponse: sizePutResponse,
    writeResponse: writePutResponse,
    decodeResponse: decodePutResponse,
  },
  deleteRange: {
    path: "/etcdserverpb.KV/DeleteRange",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeDeleteRangeRequest,
    sizeRequest: sizeDeleteRangeRequest,
    writeRequest: writeDeleteRangeRequest,
    decodeRequest: decodeDeleteRangeRequest,
    encodeResponse: encodeDeleteRangeResponse,
    sizeResponse: sizeDeleteRangeResponse,
    writeResponse: writeDeleteRangeResponse,
    decodeResponse: decodeDeleteRangeResponse,
  },
  txn: {
    path: "/etcdserverpb.KV/Txn",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeTxnRequest,
    sizeRequest: sizeTxnRequest,
    writeRequest: writeTxnRequest,
    decodeRequest: decodeTxnRequest,
    encodeResponse: encodeTxnResponse,
    sizeResponse: sizeTxnResponse,
    writeResponse: writeTxnResponse,
    decodeResponse: decodeTxnResponse,
  },
  compact: {
    path: "/etcdserverpb.KV/Compact",
    isClientStreaming: false,
    isServerStreaming: false,
    encodeRequest: encodeCompactionRequest,
    sizeRequest: sizeCompactionRequest,
    writeRequest: writeCompactionRequest,
    decodeRequest: decodeCompactionRequest,
    encodeResponse: encodeCompactionResponse,
    sizeResponse: sizeCompactionResponse,
    writeResponse: writeCompactionResponse,
    decodeResponse: decodeCompactionResponse,
  },
};

/** SortOrder, with its numbers on the wire. */
export const SortOrder = {
  NONE: 0,
  ASCEND: 1,
  DESCEND: 2,
} as const;
export type SortOrder = (typeof SortOrder)[keyof typeof SortOrder];

const sortOrderNames: readonly string[] = [
  "NONE",
  "ASCEND",
  "DESCEND",
];

/** The name of a number of SortOrder; a number without one as decimal text. */
export function sortOrderName(value: number): string {
  return sortOrderNames[value] ?? String(value);
}

/** SortTarget, with its numbers on the wire. */
export const SortTarget = {
  KEY: 0,
  VERSION: 1,
  CREATE: 2,
  MOD: 3,
  VALUE: 4,
} as const;
export type SortTarget = (typeof SortTarget)[keyof typeof SortTarget];

const sortTargetNames: readonly string[] = [
  "KEY",
  "VERSION",
  "CREATE",
  "MOD",
  "VALUE",
];

/** The name of a number of SortTarget; a number without one as decimal text. */
export function sortTargetName(value: number): string {
  return sortTargetNames[value] ?? String(value);
}

/** Reads keys at one revision. */
export type RangeRequest = {
  key: Uint8Array;
  /** End of the interval; absent: the key alone. etcd 3.5 takes an empty one that is on the wire as "to the end" where it serves the request as it came; what went through the log was written again, without it, and means the key alone. */
  rangeEnd: Uint8Array | undefined;
  /** At most so many keys; 0: all. */
  limit: number;
  /** The revision to read at; 0 and less: the latest. */
  revision: number;
  sortOrder: SortOrder;
  sortTarget: SortTarget;
  /** Answered by this member as it is, without asking the others. */
  serializable: boolean;
  keysOnly: boolean;
  countOnly: boolean;
  minModRevision: number;
  maxModRevision: number;
  minCreateRevision: number;
  maxCreateRevision: number;
};

/** A RangeRequest with defaults for what `init` leaves out. */
export function newRangeRequest(init: Partial<RangeRequest> = {}): RangeRequest {
  return {
    key: init.key ?? EMPTY_BYTES,
    rangeEnd: init.rangeEnd,
    limit: init.limit ?? 0,
    revision: init.revision ?? 0,
    sortOrder: init.sortOrder ?? 0,
    sortTarget: init.sortTarget ?? 0,
    serializable: init.serializable ?? false,
    keysOnly: init.keysOnly ?? false,
    countOnly: init.countOnly ?? false,
    minModRevision: init.minModRevision ?? 0,
    maxModRevision: init.maxModRevision ?? 0,
    minCreateRevision: init.minCreateRevision ?? 0,
    maxCreateRevision: init.maxCreateRevision ?? 0,
  };
}

/** Encoded length in bytes. */
export function sizeRangeRequest(x: RangeRequest): number {
  let size = 0;
  if (x.key.length !== 0) size += 1 + sizeNumber(x.key.length) + x.key.length;
  if (x.rangeEnd !== undefined && x.rangeEnd.length !== 0) size += 1 + sizeNumber(x.rangeEnd.length) + x.rangeEnd.length;
  if (x.limit !== 0) size += 1 + sizeInt(x.limit);
  if (x.revision !== 0) size += 1 + sizeInt(x.revision);
  if (x.sortOrder !== 0) size += 1 + sizeInt(x.sortOrder);
  if (x.sortTarget !== 0) size += 1 + sizeInt(x.sortTarget);
  if (x.serializable) size += 2;
  if (x.keysOnly) size += 2;
  if (x.countOnly) size += 2;
  if (x.minModRevision !== 0) size += 1 + sizeInt(x.minModRevision);
  if (x.maxModRevision !== 0) size += 1 + sizeInt(x.maxModRevision);
  if (x.minCreateRevision !== 0) size += 1 + sizeInt(x.minCreateRevision);
  if (x.maxCreateRevision !== 0) size += 1 + sizeInt(x.maxCreateRevision);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeRangeRequest` bytes. */
export function writeRangeRequest(w: Writer, x: RangeRequest): void {
  if (x.key.length !== 0) {
    w.number(10);
    w.view(x.key);
  }
  if (x.rangeEnd !== undefined && x.rangeEnd.length !== 0) {
    w.number(18);
    w.view(x.rangeEnd);
  }
  if (x.limit !== 0) {
    w.number(24);
    w.int(x.limit);
  }
  if (x.revision !== 0) {
    w.number(32);
    w.int(x.revision);
  }
  if (x.sortOrder !== 0) {
    w.number(40);
    w.int(x.sortOrder);
  }
  if (x.sortTarget !== 0) {
    w.number(48);
    w.int(x.sortTarget);
  }
  if (x.serializable) {
    w.number(56);
    w.bool(x.serializable);
  }
  if (x.keysOnly) {
    w.number(64);
    w.bool(x.keysOnly);
  }
  if (x.countOnly) {
    w.number(72);
    w.bool(x.countOnly);
  }
  if (x.minModRevision !== 0) {
    w.number(80);
    w.int(x.minModRevision);
  }
  if (x.maxModRevision !== 0) {
    w.number(88);
    w.int(x.maxModRevision);
  }
  if (x.minCreateRevision !== 0) {
    w.number(96);
    w.int(x.minCreateRevision);
  }
  if (x.maxCreateRevision !== 0) {
    w.number(104);
    w.int(x.maxCreateRevision);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readRangeRequest(r: Reader): RangeRequest {
  let key: Uint8Array = EMPTY_BYTES;
  let rangeEnd: Uint8Array | undefined;
  let limit = 0;
  let revision = 0;
  let sortOrder: SortOrder = 0;
  let sortTarget: SortTarget = 0;
  let serializable = false;
  let keysOnly = false;
  let countOnly = false;
  let minModRevision = 0;
  let maxModRevision = 0;
  let minCreateRevision = 0;
  let maxCreateRevision = 0;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10:
        key = r.view();
        break;
      case 18:
        rangeEnd = r.view();
        break;
      case 24:
        limit = r.clampedInt();
        break;
      case 32:
        revision = r.clampedInt();
        break;
      case 40:
        sortOrder = r.int32() as SortOrder;
        break;
      case 48:
        sortTarget = r.int32() as SortTarget;
        break;
      case 56:
        serializable = r.bool();
        break;
      case 64:
        keysOnly = r.bool();
        break;
      case 72:
        countOnly = r.bool();
        break;
      case 80:
        minModRevision = r.clampedInt();
        break;
      case 88:
        maxModRevision = r.clampedInt();
        break;
      case 96:
        minCreateRevision = r.clampedInt();
        break;
      case 104:
        maxCreateRevision = r.clampedInt();
        break;
      default:
        r.skip(tag, 13);
    }
  }
  return {
    key,
    rangeEnd,
    limit,
    revision,
    sortOrder,
    sortTarget,
    serializable,
    keysOnly,
    countOnly,
    minModRevision,
    maxModRevision,
    minCreateRevision,
    maxCreateRevision,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeRangeRequest(x: RangeRequest): Uint8Array {
  const bytes = new Uint8Array(sizeRangeRequest(x));
  writeRangeRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeRangeRequest(bytes: Uint8Array): RangeRequest {
  return readRangeRequest(new Reader(bytes));
}

export type RangeResponse = {
  header: ResponseHeader | undefined;
  kvs: KeyValue[];
  /** There are keys beyond the limit. */
  more: boolean;
  /** Keys in the interval, limit or not. */
  count: number;
};

/** A RangeResponse with defaults for what `init` leaves out. */
export function newRangeResponse(init: Partial<RangeResponse> = {}): RangeResponse {
  return {
    header: init.header,
    kvs: init.kvs ?? [],
    more: init.more ?? false,
    count: init.count ?? 0,
  };
}

/** Encoded length in bytes. */
export function sizeRangeResponse(x: RangeResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  for (let i = 0; i < x.kvs.length; i++) {
    const length = sizeKeyValue(x.kvs[i]!);
    size += 1 + sizeNumber(length) + length;
  }
  if (x.more) size += 2;
  if (x.count !== 0) size += 1 + sizeInt(x.count);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeRangeResponse` bytes. */
export function writeRangeResponse(w: Writer, x: RangeResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
  for (let i = 0; i < x.kvs.length; i++) {
    w.number(18);
    w.number(sizeKeyValue(x.kvs[i]!));
    writeKeyValue(w, x.kvs[i]!);
  }
  if (x.more) {
    w.number(24);
    w.bool(x.more);
  }
  if (x.count !== 0) {
    w.number(32);
    w.int(x.count);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readRangeResponse(r: Reader): RangeResponse {
  let header: ResponseHeader | undefined;
  const kvs: KeyValue[] = [];
  let more = false;
  let count = 0;
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
        kvs.push(readKeyValue(r));
        r.leave(outer);
        break;
      }
      case 24:
        more = r.bool();
        break;
      case 32:
        count = r.int();
        break;
      default:
        r.skip(tag, 4);
    }
  }
  return {
    header,
    kvs,
    more,
    count,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeRangeResponse(x: RangeResponse): Uint8Array {
  const bytes = new Uint8Array(sizeRangeResponse(x));
  writeRangeResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeRangeResponse(bytes: Uint8Array): RangeResponse {
  return readRangeResponse(new Reader(bytes));
}

/** A part of a RangeResponse: all parts merged are one. */
export type RangeStreamResponse = {
  rangeResponse: RangeResponse | undefined;
};

/** A RangeStreamResponse with defaults for what `init` leaves out. */
export function newRangeStreamResponse(init: Partial<RangeStreamResponse> = {}): RangeStreamResponse {
  return {
    rangeResponse: init.rangeResponse,
  };
}

/** Encoded length in bytes. */
export function sizeRangeStreamResponse(x: RangeStreamResponse): number {
  let size = 0;
  if (x.rangeResponse !== undefined) {
    const length = sizeRangeResponse(x.rangeResponse);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeRangeStreamResponse` bytes. */
export function writeRangeStreamResponse(w: Writer, x: RangeStreamResponse): void {
  if (x.rangeResponse !== undefined) {
    w.number(10);
    w.number(sizeRangeResponse(x.rangeResponse));
    writeRangeResponse(w, x.rangeResponse);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readRangeStreamResponse(r: Reader): RangeStreamResponse {
  let rangeResponse: RangeResponse | undefined;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        rangeResponse = readRangeResponse(r);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 1);
    }
  }
  return {
    rangeResponse,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeRangeStreamResponse(x: RangeStreamResponse): Uint8Array {
  const bytes = new Uint8Array(sizeRangeStreamResponse(x));
  writeRangeStreamResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeRangeStreamResponse(bytes: Uint8Array): RangeStreamResponse {
  return readRangeStreamResponse(new Reader(bytes));
}

export type PutRequest = {
  key: Uint8Array;
  value: Uint8Array;
  lease: bigint;
  /** Answer with the pair as it was. */
  prevKv: boolean;
  /** Keep the value that is there. */
  ignoreValue: boolean;
  /** Keep the lease that is there. */
  ignoreLease: boolean;
};

/** A PutRequest with defaults for what `init` leaves out. */
export function newPutRequest(init: Partial<PutRequest> = {}): PutRequest {
  return {
    key: init.key ?? EMPTY_BYTES,
    value: init.value ?? EMPTY_BYTES,
    lease: init.lease ?? 0n,
    prevKv: init.prevKv ?? false,
    ignoreValue: init.ignoreValue ?? false,
    ignoreLease: init.ignoreLease ?? false,
  };
}

/** Encoded length in bytes. */
export function sizePutRequest(x: PutRequest): number {
  let size = 0;
  if (x.key.length !== 0) size += 1 + sizeNumber(x.key.length) + x.key.length;
  if (x.value.length !== 0) size += 1 + sizeNumber(x.value.length) + x.value.length;
  if (x.lease !== 0n) size += 1 + sizeId(x.lease);
  if (x.prevKv) size += 2;
  if (x.ignoreValue) size += 2;
  if (x.ignoreLease) size += 2;
  return size;
}

/** Writes the fields; the writer's array has room for `sizePutRequest` bytes. */
export function writePutRequest(w: Writer, x: PutRequest): void {
  if (x.key.length !== 0) {
    w.number(10);
    w.view(x.key);
  }
  if (x.value.length !== 0) {
    w.number(18);
    w.view(x.value);
  }
  if (x.lease !== 0n) {
    w.number(24);
    w.id(x.lease);
  }
  if (x.prevKv) {
    w.number(32);
    w.bool(x.prevKv);
  }
  if (x.ignoreValue) {
    w.number(40);
    w.bool(x.ignoreValue);
  }
  if (x.ignoreLease) {
    w.number(48);
    w.bool(x.ignoreLease);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readPutRequest(r: Reader): PutRequest {
  let key: Uint8Array = EMPTY_BYTES;
  let value: Uint8Array = EMPTY_BYTES;
  let lease = 0n;
  let prevKv = false;
  let ignoreValue = false;
  let ignoreLease = false;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10:
        key = r.view();
        break;
      case 18:
        value = r.view();
        break;
      case 24:
        lease = r.signedId();
        break;
      case 32:
        prevKv = r.bool();
        break;
      case 40:
        ignoreValue = r.bool();
        break;
      case 48:
        ignoreLease = r.bool();
        break;
      default:
        r.skip(tag, 6);
    }
  }
  return {
    key,
    value,
    lease,
    prevKv,
    ignoreValue,
    ignoreLease,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodePutRequest(x: PutRequest): Uint8Array {
  const bytes = new Uint8Array(sizePutRequest(x));
  writePutRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodePutRequest(bytes: Uint8Array): PutRequest {
  return readPutRequest(new Reader(bytes));
}

export type PutResponse = {
  header: ResponseHeader | undefined;
  prevKv: KeyValue | undefined;
};

/** A PutResponse with defaults for what `init` leaves out. */
export function newPutResponse(init: Partial<PutResponse> = {}): PutResponse {
  return {
    header: init.header,
    prevKv: init.prevKv,
  };
}

/** Encoded length in bytes. */
export function sizePutResponse(x: PutResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  if (x.prevKv !== undefined) {
    const length = sizeKeyValue(x.prevKv);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizePutResponse` bytes. */
export function writePutResponse(w: Writer, x: PutResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
  if (x.prevKv !== undefined) {
    w.number(18);
    w.number(sizeKeyValue(x.prevKv));
    writeKeyValue(w, x.prevKv);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readPutResponse(r: Reader): PutResponse {
  let header: ResponseHeader | undefined;
  let prevKv: KeyValue | undefined;
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
        prevKv = readKeyValue(r);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 2);
    }
  }
  return {
    header,
    prevKv,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodePutResponse(x: PutResponse): Uint8Array {
  const bytes = new Uint8Array(sizePutResponse(x));
  writePutResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodePutResponse(bytes: Uint8Array): PutResponse {
  return readPutResponse(new Reader(bytes));
}

export type DeleteRangeRequest = {
  key: Uint8Array;
  /** As in RangeRequest. */
  rangeEnd: Uint8Array | undefined;
  prevKv: boolean;
};

/** A DeleteRangeRequest with defaults for what `init` leaves out. */
export function newDeleteRangeRequest(init: Partial<DeleteRangeRequest> = {}): DeleteRangeRequest {
  return {
    key: init.key ?? EMPTY_BYTES,
    rangeEnd: init.rangeEnd,
    prevKv: init.prevKv ?? false,
  };
}

/** Encoded length in bytes. */
export function sizeDeleteRangeRequest(x: DeleteRangeRequest): number {
  let size = 0;
  if (x.key.length !== 0) size += 1 + sizeNumber(x.key.length) + x.key.length;
  if (x.rangeEnd !== undefined && x.rangeEnd.length !== 0) size += 1 + sizeNumber(x.rangeEnd.length) + x.rangeEnd.length;
  if (x.prevKv) size += 2;
  return size;
}

/** Writes the fields; the writer's array has room for `sizeDeleteRangeRequest` bytes. */
export function writeDeleteRangeRequest(w: Writer, x: DeleteRangeRequest): void {
  if (x.key.length !== 0) {
    w.number(10);
    w.view(x.key);
  }
  if (x.rangeEnd !== undefined && x.rangeEnd.length !== 0) {
    w.number(18);
    w.view(x.rangeEnd);
  }
  if (x.prevKv) {
    w.number(24);
    w.bool(x.prevKv);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readDeleteRangeRequest(r: Reader): DeleteRangeRequest {
  let key: Uint8Array = EMPTY_BYTES;
  let rangeEnd: Uint8Array | undefined;
  let prevKv = false;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10:
        key = r.view();
        break;
      case 18:
        rangeEnd = r.view();
        break;
      case 24:
        prevKv = r.bool();
        break;
      default:
        r.skip(tag, 3);
    }
  }
  return {
    key,
    rangeEnd,
    prevKv,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeDeleteRangeRequest(x: DeleteRangeRequest): Uint8Array {
  const bytes = new Uint8Array(sizeDeleteRangeRequest(x));
  writeDeleteRangeRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeDeleteRangeRequest(bytes: Uint8Array): DeleteRangeRequest {
  return readDeleteRangeRequest(new Reader(bytes));
}

export type DeleteRangeResponse = {
  header: ResponseHeader | undefined;
  deleted: number;
  prevKvs: KeyValue[];
};

/** A DeleteRangeResponse with defaults for what `init` leaves out. */
export function newDeleteRangeResponse(init: Partial<DeleteRangeResponse> = {}): DeleteRangeResponse {
  return {
    header: init.header,
    deleted: init.deleted ?? 0,
    prevKvs: init.prevKvs ?? [],
  };
}

/** Encoded length in bytes. */
export function sizeDeleteRangeResponse(x: DeleteRangeResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  if (x.deleted !== 0) size += 1 + sizeInt(x.deleted);
  for (let i = 0; i < x.prevKvs.length; i++) {
    const length = sizeKeyValue(x.prevKvs[i]!);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeDeleteRangeResponse` bytes. */
export function writeDeleteRangeResponse(w: Writer, x: DeleteRangeResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
  if (x.deleted !== 0) {
    w.number(16);
    w.int(x.deleted);
  }
  for (let i = 0; i < x.prevKvs.length; i++) {
    w.number(26);
    w.number(sizeKeyValue(x.prevKvs[i]!));
    writeKeyValue(w, x.prevKvs[i]!);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readDeleteRangeResponse(r: Reader): DeleteRangeResponse {
  let header: ResponseHeader | undefined;
  let deleted = 0;
  const prevKvs: KeyValue[] = [];
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        header = readResponseHeader(r);
        r.leave(outer);
        break;
      }
      case 16:
        deleted = r.int();
        break;
      case 26: {
        const outer = r.enter();
        prevKvs.push(readKeyValue(r));
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 3);
    }
  }
  return {
    header,
    deleted,
    prevKvs,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeDeleteRangeResponse(x: DeleteRangeResponse): Uint8Array {
  const bytes = new Uint8Array(sizeDeleteRangeResponse(x));
  writeDeleteRangeResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeDeleteRangeResponse(bytes: Uint8Array): DeleteRangeResponse {
  return readDeleteRangeResponse(new Reader(bytes));
}

/** Which field of `RequestOp.request` is set. */
export type RequestOpRequest =
  | { readonly kind: "requestRange"; readonly value: RangeRequest }
  | { readonly kind: "requestPut"; readonly value: PutRequest }
  | { readonly kind: "requestDeleteRange"; readonly value: DeleteRangeRequest }
  | { readonly kind: "requestTxn"; readonly value: TxnRequest };

/** One step of a transaction. */
export type RequestOp = {
  request: RequestOpRequest | undefined;
};

/** A RequestOp with defaults for what `init` leaves out. */
export function newRequestOp(init: Partial<RequestOp> = {}): RequestOp {
  return {
    request: init.request,
  };
}

/** Encoded length in bytes. */
export function sizeRequestOp(x: RequestOp): number {
  let size = 0;
  if (x.request !== undefined) {
    const one = x.request;
    switch (one.kind) {
      case "requestRange": {
        const length = sizeRangeRequest(one.value);
        size += 1 + sizeNumber(length) + length;
        break;
      }
      case "requestPut": {
        const length = sizePutRequest(one.value);
        size += 1 + sizeNumber(length) + length;
        break;
      }
      case "requestDeleteRange": {
        const length = sizeDeleteRangeRequest(one.value);
        size += 1 + sizeNumber(length) + length;
        break;
      }
      case "requestTxn": {
        const length = sizeTxnRequest(one.value);
        size += 1 + sizeNumber(length) + length;
        break;
      }
    }
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeRequestOp` bytes. */
export function writeRequestOp(w: Writer, x: RequestOp): void {
  if (x.request !== undefined) {
    const one = x.request;
    switch (one.kind) {
      case "requestRange": {
        w.number(10);
        w.number(sizeRangeRequest(one.value));
        writeRangeRequest(w, one.value);
        break;
      }
      case "requestPut": {
        w.number(18);
        w.number(sizePutRequest(one.value));
        writePutRequest(w, one.value);
        break;
      }
      case "requestDeleteRange": {
        w.number(26);
        w.number(sizeDeleteRangeRequest(one.value));
        writeDeleteRangeRequest(w, one.value);
        break;
      }
      case "requestTxn": {
        w.number(34);
        w.number(sizeTxnRequest(one.value));
        writeTxnRequest(w, one.value);
        break;
      }
    }
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readRequestOp(r: Reader): RequestOp {
  let request: RequestOpRequest | undefined;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        request = { kind: "requestRange", value: readRangeRequest(r) };
        r.leave(outer);
        break;
      }
      case 18: {
        const outer = r.enter();
        request = { kind: "requestPut", value: readPutRequest(r) };
        r.leave(outer);
        break;
      }
      case 26: {
        const outer = r.enter();
        request = { kind: "requestDeleteRange", value: readDeleteRangeRequest(r) };
        r.leave(outer);
        break;
      }
      case 34: {
        const outer = r.enter();
        request = { kind: "requestTxn", value: readTxnRequest(r) };
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 4);
    }
  }
  return {
    request,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeRequestOp(x: RequestOp): Uint8Array {
  const bytes = new Uint8Array(sizeRequestOp(x));
  writeRequestOp(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeRequestOp(bytes: Uint8Array): RequestOp {
  return readRequestOp(new Reader(bytes));
}

/** Which field of `ResponseOp.response` is set. */
export type ResponseOpResponse =
  | { readonly kind: "responseRange"; readonly value: RangeResponse }
  | { readonly kind: "responsePut"; readonly value: PutResponse }
  | { readonly kind: "responseDeleteRange"; readonly value: DeleteRangeResponse }
  | { readonly kind: "responseTxn"; readonly value: TxnResponse };

export type ResponseOp = {
  response: ResponseOpResponse | undefined;
};

/** A ResponseOp with defaults for what `init` leaves out. */
export function newResponseOp(init: Partial<ResponseOp> = {}): ResponseOp {
  return {
    response: init.response,
  };
}

/** Encoded length in bytes. */
export function sizeResponseOp(x: ResponseOp): number {
  let size = 0;
  if (x.response !== undefined) {
    const one = x.response;
    switch (one.kind) {
      case "responseRange": {
        const length = sizeRangeResponse(one.value);
        size += 1 + sizeNumber(length) + length;
        break;
      }
      case "responsePut": {
        const length = sizePutResponse(one.value);
        size += 1 + sizeNumber(length) + length;
        break;
      }
      case "responseDeleteRange": {
        const length = sizeDeleteRangeResponse(one.value);
        size += 1 + sizeNumber(length) + length;
        break;
      }
      case "responseTxn": {
        const length = sizeTxnResponse(one.value);
        size += 1 + sizeNumber(length) + length;
        break;
      }
    }
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeResponseOp` bytes. */
export function writeResponseOp(w: Writer, x: ResponseOp): void {
  if (x.response !== undefined) {
    const one = x.response;
    switch (one.kind) {
      case "responseRange": {
        w.number(10);
        w.number(sizeRangeResponse(one.value));
        writeRangeResponse(w, one.value);
        break;
      }
      case "responsePut": {
        w.number(18);
        w.number(sizePutResponse(one.value));
        writePutResponse(w, one.value);
        break;
      }
      case "responseDeleteRange": {
        w.number(26);
        w.number(sizeDeleteRangeResponse(one.value));
        writeDeleteRangeResponse(w, one.value);
        break;
      }
      case "responseTxn": {
        w.number(34);
        w.number(sizeTxnResponse(one.value));
        writeTxnResponse(w, one.value);
        break;
      }
    }
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readResponseOp(r: Reader): ResponseOp {
  let response: ResponseOpResponse | undefined;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        response = { kind: "responseRange", value: readRangeResponse(r) };
        r.leave(outer);
        break;
      }
      case 18: {
        const outer = r.enter();
        response = { kind: "responsePut", value: readPutResponse(r) };
        r.leave(outer);
        break;
      }
      case 26: {
        const outer = r.enter();
        response = { kind: "responseDeleteRange", value: readDeleteRangeResponse(r) };
        r.leave(outer);
        break;
      }
      case 34: {
        const outer = r.enter();
        response = { kind: "responseTxn", value: readTxnResponse(r) };
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 4);
    }
  }
  return {
    response,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeResponseOp(x: ResponseOp): Uint8Array {
  const bytes = new Uint8Array(sizeResponseOp(x));
  writeResponseOp(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeResponseOp(bytes: Uint8Array): ResponseOp {
  return readResponseOp(new Reader(bytes));
}

/** CompareResult, with its numbers on the wire. */
export const CompareResult = {
  EQUAL: 0,
  GREATER: 1,
  LESS: 2,
  NOT_EQUAL: 3,
} as const;
export type CompareResult = (typeof CompareResult)[keyof typeof CompareResult];

const compareResultNames: readonly string[] = [
  "EQUAL",
  "GREATER",
  "LESS",
  "NOT_EQUAL",
];

/** The name of a number of CompareResult; a number without one as decimal text. */
export function compareResultName(value: number): string {
  return compareResultNames[value] ?? String(value);
}

/** CompareTarget, with its numbers on the wire. */
export const CompareTarget = {
  VERSION: 0,
  CREATE: 1,
  MOD: 2,
  VALUE: 3,
  LEASE: 4,
} as const;
export type CompareTarget = (typeof CompareTarget)[keyof typeof CompareTarget];

const compareTargetNames: readonly string[] = [
  "VERSION",
  "CREATE",
  "MOD",
  "VALUE",
  "LEASE",
];

/** The name of a number of CompareTarget; a number without one as decimal text. */
export function compareTargetName(value: number): string {
  return compareTargetNames[value] ?? String(value);
}

/** Which field of `Compare.targetUnion` is set. */
export type CompareTargetUnion =
  | { readonly kind: "version"; readonly value: number }
  | { readonly kind: "createRevision"; readonly value: number }
  | { readonly kind: "modRevision"; readonly value: number }
  | { readonly kind: "value"; readonly value: Uint8Array }
  | { readonly kind: "lease"; readonly value: bigint };

/** A condition of a transaction: `target` of the keys stands in relation `result` to what target_union holds. */
export type Compare = {
  result: CompareResult;
  target: CompareTarget;
  key: Uint8Array;
  targetUnion: CompareTargetUnion | undefined;
  /** As in RangeRequest: every key of the interval must satisfy the comparison. */
  rangeEnd: Uint8Array | undefined;
};

/** A Compare with defaults for what `init` leaves out. */
export function newCompare(init: Partial<Compare> = {}): Compare {
  return {
    result: init.result ?? 0,
    target: init.target ?? 0,
    key: init.key ?? EMPTY_BYTES,
    targetUnion: init.targetUnion,
    rangeEnd: init.rangeEnd,
  };
}

/** Encoded length in bytes. */
export function sizeCompare(x: Compare): number {
  let size = 0;
  if (x.result !== 0) size += 1 + sizeInt(x.result);
  if (x.target !== 0) size += 1 + sizeInt(x.target);
  if (x.key.length !== 0) size += 1 + sizeNumber(x.key.length) + x.key.length;
  if (x.targetUnion !== undefined) {
    const one = x.targetUnion;
    switch (one.kind) {
      case "version": {
        size += 1 + sizeInt(one.value);
        break;
      }
      case "createRevision": {
        size += 1 + sizeInt(one.value);
        break;
      }
      case "modRevision": {
        size += 1 + sizeInt(one.value);
        break;
      }
      case "value": {
        size += 1 + sizeNumber(one.value.length) + one.value.length;
        break;
      }
      case "lease": {
        size += 1 + sizeId(one.value);
        break;
      }
    }
  }
  if (x.rangeEnd !== undefined && x.rangeEnd.length !== 0) size += 2 + sizeNumber(x.rangeEnd.length) + x.rangeEnd.length;
  return size;
}

/** Writes the fields; the writer's array has room for `sizeCompare` bytes. */
export function writeCompare(w: Writer, x: Compare): void {
  if (x.result !== 0) {
    w.number(8);
    w.int(x.result);
  }
  if (x.target !== 0) {
    w.number(16);
    w.int(x.target);
  }
  if (x.key.length !== 0) {
    w.number(26);
    w.view(x.key);
  }
  if (x.targetUnion !== undefined) {
    const one = x.targetUnion;
    switch (one.kind) {
      case "version": {
        w.number(32);
        w.int(one.value);
        break;
      }
      case "createRevision": {
        w.number(40);
        w.int(one.value);
        break;
      }
      case "modRevision": {
        w.number(48);
        w.int(one.value);
        break;
      }
      case "value": {
        w.number(58);
        w.view(one.value);
        break;
      }
      case "lease": {
        w.number(64);
        w.id(one.value);
        break;
      }
    }
  }
  if (x.rangeEnd !== undefined && x.rangeEnd.length !== 0) {
    w.number(514);
    w.view(x.rangeEnd);
  }
}

const compareNumbers: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8, 64];

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readCompare(r: Reader): Compare {
  let result: CompareResult = 0;
  let target: CompareTarget = 0;
  let key: Uint8Array = EMPTY_BYTES;
  let targetUnion: CompareTargetUnion | undefined;
  let rangeEnd: Uint8Array | undefined;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        result = r.int32() as CompareResult;
        break;
      case 16:
        target = r.int32() as CompareTarget;
        break;
      case 26:
        key = r.view();
        break;
      case 32:
        targetUnion = { kind: "version", value: r.clampedInt() };
        break;
      case 40:
        targetUnion = { kind: "createRevision", value: r.clampedInt() };
        break;
      case 48:
        targetUnion = { kind: "modRevision", value: r.clampedInt() };
        break;
      case 58:
        targetUnion = { kind: "value", value: r.view() };
        break;
      case 64:
        targetUnion = { kind: "lease", value: r.signedId() };
        break;
      case 514:
        rangeEnd = r.view();
        break;
      default:
        r.skip(tag, compareNumbers.includes(tag >>> 3) ? tag >>> 3 : 0);
    }
  }
  return {
    result,
    target,
    key,
    targetUnion,
    rangeEnd,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeCompare(x: Compare): Uint8Array {
  const bytes = new Uint8Array(sizeCompare(x));
  writeCompare(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeCompare(bytes: Uint8Array): Compare {
  return readCompare(new Reader(bytes));
}

/** If all comparisons hold the success steps, else the failure steps, as one revision. */
export type TxnRequest = {
  compare: Compare[];
  success: RequestOp[];
  failure: RequestOp[];
};

/** A TxnRequest with defaults for what `init` leaves out. */
export function newTxnRequest(init: Partial<TxnRequest> = {}): TxnRequest {
  return {
    compare: init.compare ?? [],
    success: init.success ?? [],
    failure: init.failure ?? [],
  };
}

/** Encoded length in bytes. */
export function sizeTxnRequest(x: TxnRequest): number {
  let size = 0;
  for (let i = 0; i < x.compare.length; i++) {
    const length = sizeCompare(x.compare[i]!);
    size += 1 + sizeNumber(length) + length;
  }
  for (let i = 0; i < x.success.length; i++) {
    const length = sizeRequestOp(x.success[i]!);
    size += 1 + sizeNumber(length) + length;
  }
  for (let i = 0; i < x.failure.length; i++) {
    const length = sizeRequestOp(x.failure[i]!);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeTxnRequest` bytes. */
export function writeTxnRequest(w: Writer, x: TxnRequest): void {
  for (let i = 0; i < x.compare.length; i++) {
    w.number(10);
    w.number(sizeCompare(x.compare[i]!));
    writeCompare(w, x.compare[i]!);
  }
  for (let i = 0; i < x.success.length; i++) {
    w.number(18);
    w.number(sizeRequestOp(x.success[i]!));
    writeRequestOp(w, x.success[i]!);
  }
  for (let i = 0; i < x.failure.length; i++) {
    w.number(26);
    w.number(sizeRequestOp(x.failure[i]!));
    writeRequestOp(w, x.failure[i]!);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readTxnRequest(r: Reader): TxnRequest {
  const compare: Compare[] = [];
  const success: RequestOp[] = [];
  const failure: RequestOp[] = [];
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        compare.push(readCompare(r));
        r.leave(outer);
        break;
      }
      case 18: {
        const outer = r.enter();
        success.push(readRequestOp(r));
        r.leave(outer);
        break;
      }
      case 26: {
        const outer = r.enter();
        failure.push(readRequestOp(r));
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 3);
    }
  }
  return {
    compare,
    success,
    failure,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeTxnRequest(x: TxnRequest): Uint8Array {
  const bytes = new Uint8Array(sizeTxnRequest(x));
  writeTxnRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeTxnRequest(bytes: Uint8Array): TxnRequest {
  return readTxnRequest(new Reader(bytes));
}

export type TxnResponse = {
  header: ResponseHeader | undefined;
  succeeded: boolean;
  responses: ResponseOp[];
};

/** A TxnResponse with defaults for what `init` leaves out. */
export function newTxnResponse(init: Partial<TxnResponse> = {}): TxnResponse {
  return {
    header: init.header,
    succeeded: init.succeeded ?? false,
    responses: init.responses ?? [],
  };
}

/** Encoded length in bytes. */
export function sizeTxnResponse(x: TxnResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  if (x.succeeded) size += 2;
  for (let i = 0; i < x.responses.length; i++) {
    const length = sizeResponseOp(x.responses[i]!);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeTxnResponse` bytes. */
export function writeTxnResponse(w: Writer, x: TxnResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
  if (x.succeeded) {
    w.number(16);
    w.bool(x.succeeded);
  }
  for (let i = 0; i < x.responses.length; i++) {
    w.number(26);
    w.number(sizeResponseOp(x.responses[i]!));
    writeResponseOp(w, x.responses[i]!);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readTxnResponse(r: Reader): TxnResponse {
  let header: ResponseHeader | undefined;
  let succeeded = false;
  const responses: ResponseOp[] = [];
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        header = readResponseHeader(r);
        r.leave(outer);
        break;
      }
      case 16:
        succeeded = r.bool();
        break;
      case 26: {
        const outer = r.enter();
        responses.push(readResponseOp(r));
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 3);
    }
  }
  return {
    header,
    succeeded,
    responses,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeTxnResponse(x: TxnResponse): Uint8Array {
  const bytes = new Uint8Array(sizeTxnResponse(x));
  writeTxnResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeTxnResponse(bytes: Uint8Array): TxnResponse {
  return readTxnResponse(new Reader(bytes));
}

export type CompactionRequest = {
  /** The oldest revision that stays readable. */
  revision: number;
  /** Answer once the space is free. */
  physical: boolean;
};

/** A CompactionRequest with defaults for what `init` leaves out. */
export function newCompactionRequest(init: Partial<CompactionRequest> = {}): CompactionRequest {
  return {
    revision: init.revision ?? 0,
    physical: init.physical ?? false,
  };
}

/** Encoded length in bytes. */
export function sizeCompactionRequest(x: CompactionRequest): number {
  let size = 0;
  if (x.revision !== 0) size += 1 + sizeInt(x.revision);
  if (x.physical) size += 2;
  return size;
}

/** Writes the fields; the writer's array has room for `sizeCompactionRequest` bytes. */
export function writeCompactionRequest(w: Writer, x: CompactionRequest): void {
  if (x.revision !== 0) {
    w.number(8);
    w.int(x.revision);
  }
  if (x.physical) {
    w.number(16);
    w.bool(x.physical);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readCompactionRequest(r: Reader): CompactionRequest {
  let revision = 0;
  let physical = false;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        revision = r.clampedInt();
        break;
      case 16:
        physical = r.bool();
        break;
      default:
        r.skip(tag, 2);
    }
  }
  return {
    revision,
    physical,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeCompactionRequest(x: CompactionRequest): Uint8Array {
  const bytes = new Uint8Array(sizeCompactionRequest(x));
  writeCompactionRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeCompactionRequest(bytes: Uint8Array): CompactionRequest {
  return readCompactionRequest(new Reader(bytes));
}

export type CompactionResponse = {
  header: ResponseHeader | undefined;
};

/** A CompactionResponse with defaults for what `init` leaves out. */
export function newCompactionResponse(init: Partial<CompactionResponse> = {}): CompactionResponse {
  return {
    header: init.header,
  };
}

/** Encoded length in bytes. */
export function sizeCompactionResponse(x: CompactionResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeCompactionResponse` bytes. */
export function writeCompactionResponse(w: Writer, x: CompactionResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readCompactionResponse(r: Reader): CompactionResponse {
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
export function encodeCompactionResponse(x: CompactionResponse): Uint8Array {
  const bytes = new Uint8Array(sizeCompactionResponse(x));
  writeCompactionResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeCompactionResponse(bytes: Uint8Array): CompactionResponse {
  return readCompactionResponse(new Reader(bytes));
}
