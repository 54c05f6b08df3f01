/**
 * The Watch service: one stream carries any number of watchers. Field-compatible with etcdserverpb.
 * Generated from proto/watch.proto by `npm run protogen`; do not edit.
 */
import { EMPTY_BYTES } from "@quorate/base";
import { type ResponseHeader, readResponseHeader, sizeResponseHeader, writeResponseHeader } from "./header.ts";
import { type Event, readEvent, sizeEvent, writeEvent } from "./mvccpb.ts";
import type { Method } from "../wire/method.ts";
import { Reader } from "../wire/reader.ts";
import { sizeInt, sizeNumber, sizeString, Writer } from "../wire/writer.ts";

/** The methods of Watch. */
export const WatchService: {
  readonly watch: Method<WatchRequest, WatchResponse>;
} = {
  watch: {
    path: "/etcdserverpb.Watch/Watch",
    isClientStreaming: true,
    isServerStreaming: true,
    encodeRequest: encodeWatchRequest,
    sizeRequest: sizeWatchRequest,
    writeRequest: writeWatchRequest,
    decodeRequest: decodeWatchRequest,
    encodeResponse: encodeWatchResponse,
    sizeResponse: sizeWatchResponse,
    writeResponse: writeWatchResponse,
    decodeResponse: decodeWatchResponse,
  },
};

/** Which field of `WatchRequest.requestUnion` is set. */
export type WatchRequestRequestUnion =
  | { readonly kind: "createRequest"; readonly value: WatchCreateRequest }
  | { readonly kind: "cancelRequest"; readonly value: WatchCancelRequest }
  | { readonly kind: "progressRequest"; readonly value: WatchProgressRequest };

export type WatchRequest = {
  requestUnion: WatchRequestRequestUnion | undefined;
};

/** A WatchRequest with defaults for what `init` leaves out. */
export function newWatchRequest(init: Partial<WatchRequest> = {}): WatchRequest {
  return {
    requestUnion: init.requestUnion,
  };
}

/** Encoded length in bytes. */
export function sizeWatchRequest(x: WatchRequest): number {
  let size = 0;
  if (x.requestUnion !== undefined) {
    const one = x.requestUnion;
    switch (one.kind) {
      case "createRequest": {
        const length = sizeWatchCreateRequest(one.value);
        size += 1 + sizeNumber(length) + length;
        break;
      }
      case "cancelRequest": {
        const length = sizeWatchCancelRequest(one.value);
        size += 1 + sizeNumber(length) + length;
        break;
      }
      case "progressRequest": {
        const length = sizeWatchProgressRequest(one.value);
        size += 1 + sizeNumber(length) + length;
        break;
      }
    }
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeWatchRequest` bytes. */
export function writeWatchRequest(w: Writer, x: WatchRequest): void {
  if (x.requestUnion !== undefined) {
    const one = x.requestUnion;
    switch (one.kind) {
      case "createRequest": {
        w.number(10);
        w.number(sizeWatchCreateRequest(one.value));
        writeWatchCreateRequest(w, one.value);
        break;
      }
      case "cancelRequest": {
        w.number(18);
        w.number(sizeWatchCancelRequest(one.value));
        writeWatchCancelRequest(w, one.value);
        break;
      }
      case "progressRequest": {
        w.number(26);
        w.number(sizeWatchProgressRequest(one.value));
        writeWatchProgressRequest(w, one.value);
        break;
      }
    }
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readWatchRequest(r: Reader): WatchRequest {
  let requestUnion: WatchRequestRequestUnion | undefined;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        requestUnion = { kind: "createRequest", value: readWatchCreateRequest(r) };
        r.leave(outer);
        break;
      }
      case 18: {
        const outer = r.enter();
        requestUnion = { kind: "cancelRequest", value: readWatchCancelRequest(r) };
        r.leave(outer);
        break;
      }
      case 26: {
        const outer = r.enter();
        requestUnion = { kind: "progressRequest", value: readWatchProgressRequest(r) };
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 3);
    }
  }
  return {
    requestUnion,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeWatchRequest(x: WatchRequest): Uint8Array {
  const bytes = new Uint8Array(sizeWatchRequest(x));
  writeWatchRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeWatchRequest(bytes: Uint8Array): WatchRequest {
  return readWatchRequest(new Reader(bytes));
}

/** FilterType, with its numbers on the wire. */
export const FilterType = {
  NOPUT: 0,
  NODELETE: 1,
} as const;
export type FilterType = (typeof FilterType)[keyof typeof FilterType];

const filterTypeNames: readonly string[] = [
  "NOPUT",
  "NODELETE",
];

/** The name of a number of FilterType; a number without one as decimal text. */
export function filterTypeName(value: number): string {
  return filterTypeNames[value] ?? String(value);
}

export type WatchCreateRequest = {
  key: Uint8Array;
  /** Empty: the key alone. */
  rangeEnd: Uint8Array;
  /** First revision of interest; 0: from now on. */
  startRevision: number;
  /** Say now and then how far the watcher has come, when nothing happens. */
  progressNotify: boolean;
  /** What not to tell. */
  filters: FilterType[];
  prevKv: boolean;
  /** An id that the client chose; 0: the server chooses. */
  watchId: number;
  /** Split large responses. */
  fragment: boolean;
};

/** A WatchCreateRequest with defaults for what `init` leaves out. */
export function newWatchCreateRequest(init: Partial<WatchCreateRequest> = {}): WatchCreateRequest {
  return {
    key: init.key ?? EMPTY_BYTES,
    rangeEnd: init.rangeEnd ?? EMPTY_BYTES,
    startRevision: init.startRevision ?? 0,
    progressNotify: init.progressNotify ?? false,
    filters: init.filters ?? [],
    prevKv: init.prevKv ?? false,
    watchId: init.watchId ?? 0,
    fragment: init.fragment ?? false,
  };
}

/** Encoded length in bytes. */
export function sizeWatchCreateRequest(x: WatchCreateRequest): number {
  let size = 0;
  if (x.key.length !== 0) size += 1 + sizeNumber(x.key.length) + x.key.length;
  if (x.rangeEnd.length !== 0) size += 1 + sizeNumber(x.rangeEnd.length) + x.rangeEnd.length;
  if (x.startRevision !== 0) size += 1 + sizeInt(x.startRevision);
  if (x.progressNotify) size += 2;
  if (x.filters.length !== 0) {
    let length = 0;
    for (let i = 0; i < x.filters.length; i++) length += sizeInt(x.filters[i]!);
    size += 1 + sizeNumber(length) + length;
  }
  if (x.prevKv) size += 2;
  if (x.watchId !== 0) size += 1 + sizeInt(x.watchId);
  if (x.fragment) size += 2;
  return size;
}

/** Writes the fields; the writer's array has room for `sizeWatchCreateRequest` bytes. */
export function writeWatchCreateRequest(w: Writer, x: WatchCreateRequest): void {
  if (x.key.length !== 0) {
    w.number(10);
    w.view(x.key);
  }
  if (x.rangeEnd.length !== 0) {
    w.number(18);
    w.view(x.rangeEnd);
  }
  if (x.startRevision !== 0) {
    w.number(24);
    w.int(x.startRevision);
  }
  if (x.progressNotify) {
    w.number(32);
    w.bool(x.progressNotify);
  }
  if (x.filters.length !== 0) {
    let length = 0;
    for (let i = 0; i < x.filters.length; i++) length += sizeInt(x.filters[i]!);
    w.number(42);
    w.number(length);
    for (let i = 0; i < x.filters.length; i++) w.int(x.filters[i]!);
  }
  if (x.prevKv) {
    w.number(48);
    w.bool(x.prevKv);
  }
  if (x.watchId !== 0) {
    w.number(56);
    w.int(x.watchId);
  }
  if (x.fragment) {
    w.number(64);
    w.bool(x.fragment);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readWatchCreateRequest(r: Reader): WatchCreateRequest {
  let key: Uint8Array = EMPTY_BYTES;
  let rangeEnd: Uint8Array = EMPTY_BYTES;
  let startRevision = 0;
  let progressNotify = false;
  const filters: FilterType[] = [];
  let prevKv = false;
  let watchId = 0;
  let fragment = false;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10:
        key = r.view();
        break;
      case 18:
        rangeEnd = r.view();
        break;
      case 24:
        startRevision = r.clampedInt();
        break;
      case 32:
        progressNotify = r.bool();
        break;
      case 40:
        filters.push(r.int32() as FilterType);
        break;
      case 42: {
        const outer = r.enter();
        while (r.pos < r.end) filters.push(r.int32() as FilterType);
        r.leave(outer);
        break;
      }
      case 48:
        prevKv = r.bool();
        break;
      case 56:
        watchId = r.clampedInt();
        break;
      case 64:
        fragment = r.bool();
        break;
      default:
        r.skip(tag, 8);
    }
  }
  return {
    key,
    rangeEnd,
    startRevision,
    progressNotify,
    filters,
    prevKv,
    watchId,
    fragment,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeWatchCreateRequest(x: WatchCreateRequest): Uint8Array {
  const bytes = new Uint8Array(sizeWatchCreateRequest(x));
  writeWatchCreateRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeWatchCreateRequest(bytes: Uint8Array): WatchCreateRequest {
  return readWatchCreateRequest(new Reader(bytes));
}

export type WatchCancelRequest = {
  watchId: number;
};

/** A WatchCancelRequest with defaults for what `init` leaves out. */
export function newWatchCancelRequest(init: Partial<WatchCancelRequest> = {}): WatchCancelRequest {
  return {
    watchId: init.watchId ?? 0,
  };
}

/** Encoded length in bytes. */
export function sizeWatchCancelRequest(x: WatchCancelRequest): number {
  let size = 0;
  if (x.watchId !== 0) size += 1 + sizeInt(x.watchId);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeWatchCancelRequest` bytes. */
export function writeWatchCancelRequest(w: Writer, x: WatchCancelRequest): void {
  if (x.watchId !== 0) {
    w.number(8);
    w.int(x.watchId);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readWatchCancelRequest(r: Reader): WatchCancelRequest {
  let watchId = 0;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        watchId = r.clampedInt();
        break;
      default:
        r.skip(tag, 1);
    }
  }
  return {
    watchId,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeWatchCancelRequest(x: WatchCancelRequest): Uint8Array {
  const bytes = new Uint8Array(sizeWatchCancelRequest(x));
  writeWatchCancelRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeWatchCancelRequest(bytes: Uint8Array): WatchCancelRequest {
  return readWatchCancelRequest(new Reader(bytes));
}

export type WatchProgressRequest = Record<never, never>;

/** The WatchProgressRequest. */
export function newWatchProgressRequest(): WatchProgressRequest {
  return {};
}

/** Encoded length in bytes. */
export function sizeWatchProgressRequest(_x: WatchProgressRequest): number {
  return 0;
}

/** Writes the fields; the writer's array has room for `sizeWatchProgressRequest` bytes. */
export function writeWatchProgressRequest(_w: Writer, _x: WatchProgressRequest): void {
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readWatchProgressRequest(r: Reader): WatchProgressRequest {
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    r.skip(tag, 0);
  }
  return {};
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeWatchProgressRequest(x: WatchProgressRequest): Uint8Array {
  const bytes = new Uint8Array(sizeWatchProgressRequest(x));
  writeWatchProgressRequest(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeWatchProgressRequest(bytes: Uint8Array): WatchProgressRequest {
  return readWatchProgressRequest(new Reader(bytes));
}

export type WatchResponse = {
  header: ResponseHeader | undefined;
  /** -1: not about one watcher. */
  watchId: number;
  created: boolean;
  canceled: boolean;
  /** The revision from which on a watcher that was cancelled by a compaction could have read. */
  compactRevision: number;
  cancelReason: string;
  /** More of this response follows. */
  fragment: boolean;
  events: Event[];
};

/** A WatchResponse with defaults for what `init` leaves out. */
export function newWatchResponse(init: Partial<WatchResponse> = {}): WatchResponse {
  return {
    header: init.header,
    watchId: init.watchId ?? 0,
    created: init.created ?? false,
    canceled: init.canceled ?? false,
    compactRevision: init.compactRevision ?? 0,
    cancelReason: init.cancelReason ?? "",
    fragment: init.fragment ?? false,
    events: init.events ?? [],
  };
}

/** Encoded length in bytes. */
export function sizeWatchResponse(x: WatchResponse): number {
  let size = 0;
  if (x.header !== undefined) {
    const length = sizeResponseHeader(x.header);
    size += 1 + sizeNumber(length) + length;
  }
  if (x.watchId !== 0) size += 1 + sizeInt(x.watchId);
  if (x.created) size += 2;
  if (x.canceled) size += 2;
  if (x.compactRevision !== 0) size += 1 + sizeInt(x.compactRevision);
  if (x.cancelReason !== "") size += 1 + sizeString(x.cancelReason);
  if (x.fragment) size += 2;
  for (let i = 0; i < x.events.length; i++) {
    const length = sizeEvent(x.events[i]!);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeWatchResponse` bytes. */
export function writeWatchResponse(w: Writer, x: WatchResponse): void {
  if (x.header !== undefined) {
    w.number(10);
    w.number(sizeResponseHeader(x.header));
    writeResponseHeader(w, x.header);
  }
  if (x.watchId !== 0) {
    w.number(16);
    w.int(x.watchId);
  }
  if (x.created) {
    w.number(24);
    w.bool(x.created);
  }
  if (x.canceled) {
    w.number(32);
    w.bool(x.canceled);
  }
  if (x.compactRevision !== 0) {
    w.number(40);
    w.int(x.compactRevision);
  }
  if (x.cancelReason !== "") {
    w.number(50);
    w.string(x.cancelReason);
  }
  if (x.fragment) {
    w.number(56);
    w.bool(x.fragment);
  }
  for (let i = 0; i < x.events.length; i++) {
    w.number(90);
    w.number(sizeEvent(x.events[i]!));
    writeEvent(w, x.events[i]!);
  }
}

const watchResponseNumbers: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 11];

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readWatchResponse(r: Reader): WatchResponse {
  let header: ResponseHeader | undefined;
  let watchId = 0;
  let created = false;
  let canceled = false;
  let compactRevision = 0;
  let cancelReason = "";
  let fragment = false;
  const events: Event[] = [];
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10: {
        const outer = r.enter();
        header = readResponseHeader(r);
        r.leave(outer);
        break;
      }
      case 16:
        watchId = r.int();
        break;
      case 24:
        created = r.bool();
        break;
      case 32:
        canceled = r.bool();
        break;
      case 40:
        compactRevision = r.int();
        break;
      case 50:
        cancelReason = r.string();
        break;
      case 56:
        fragment = r.bool();
        break;
      case 90: {
        const outer = r.enter();
        events.push(readEvent(r));
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, watchResponseNumbers.includes(tag >>> 3) ? tag >>> 3 : 0);
    }
  }
  return {
    header,
    watchId,
    created,
    canceled,
    compactRevision,
    cancelReason,
    fragment,
    events,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeWatchResponse(x: WatchResponse): Uint8Array {
  const bytes = new Uint8Array(sizeWatchResponse(x));
  writeWatchResponse(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeWatchResponse(bytes: Uint8Array): WatchResponse {
  return readWatchResponse(new Reader(bytes));
}
