/**
 * The requests of the v2 API, which logs of etcd 3.4 and 3.5 hold bare as the payload of an entry. Field-compatible with
 * etcdserverpb.Request.
 * Generated from proto/v2.proto by `npm run protogen`; do not edit.
 */
import { Reader } from "../wire/reader.ts";
import { sizeId, sizeNumber, sizeString, Writer } from "../wire/writer.ts";

/** A change of the v2 tree: members publish their names and the leader the cluster version with it. */
export type V2Request = {
  ID: bigint;
  /** PUT, POST, DELETE, QGET or SYNC. */
  method: string;
  path: string;
  /** What a client stored: text or not. */
  val: Uint8Array | undefined;
  dir: boolean;
  prevValue: Uint8Array | undefined;
  prevIndex: bigint;
  /** A condition only where it is on the wire: true, or false with its bit in explicitZeros. */
  prevExist: boolean;
  /** Nanoseconds since 1970, more than a number holds. */
  expiration: bigint;
  wait: boolean;
  since: bigint;
  recursive: boolean;
  sorted: boolean;
  quorum: boolean;
  time: bigint;
  stream: boolean;
  /** As prev_exist. */
  refresh: boolean;
  /** Scalars that are written although they hold their default: bits of the Zeros constant. */
  explicitZeros: number;
};

/** Bits of `V2Request.explicitZeros`. */
export const V2RequestZeros = {
  ID: 1,
  method: 2,
  path: 4,
  dir: 16,
  prevIndex: 64,
  prevExist: 128,
  expiration: 256,
  wait: 512,
  since: 1024,
  recursive: 2048,
  sorted: 4096,
  quorum: 8192,
  time: 16384,
  stream: 32768,
  refresh: 65536,
} as const;

/** A V2Request with defaults for what `init` leaves out. */
export function newV2Request(init: Partial<V2Request> = {}): V2Request {
  return {
    ID: init.ID ?? 0n,
    method: init.method ?? "",
    path: init.path ?? "",
    val: init.val,
    dir: init.dir ?? false,
    prevValue: init.prevValue,
    prevIndex: init.prevIndex ?? 0n,
    prevExist: init.prevExist ?? false,
    expiration: init.expiration ?? 0n,
    wait: init.wait ?? false,
    since: init.since ?? 0n,
    recursive: init.recursive ?? false,
    sorted: init.sorted ?? false,
    quorum: init.quorum ?? false,
    time: init.time ?? 0n,
    stream: init.stream ?? false,
    refresh: init.refresh ?? false,
    explicitZeros: init.explicitZeros ?? 65367,
  };
}

/** Encoded length in bytes. */
export function sizeV2Request(x: V2Request): number {
  let size = 0;
  if (x.ID !== 0n || (x.explicitZeros & 1) !== 0) size += 1 + sizeId(x.ID);
  if (x.method !== "" || (x.explicitZeros & 2) !== 0) size += 1 + sizeString(x.method);
  if (x.path !== "" || (x.explicitZeros & 4) !== 0) size += 1 + sizeString(x.path);
  if (x.val !== undefined) size += 1 + sizeNumber(x.val.length) + x.val.length;
  if (x.dir || (x.explicitZeros & 16) !== 0) size += 2;
  if (x.prevValue !== undefined) size += 1 + sizeNumber(x.prevValue.length) + x.prevValue.length;
  if (x.prevIndex !== 0n || (x.explicitZeros & 64) !== 0) size += 1 + sizeId(x.prevIndex);
  if (x.prevExist || (x.explicitZeros & 128) !== 0) size += 2;
  if (x.expiration !== 0n || (x.explicitZeros & 256) !== 0) size += 1 + sizeId(x.expiration);
  if (x.wait || (x.explicitZeros & 512) !== 0) size += 2;
  if (x.since !== 0n || (x.explicitZeros & 1024) !== 0) size += 1 + sizeId(x.since);
  if (x.recursive || (x.explicitZeros & 2048) !== 0) size += 2;
  if (x.sorted || (x.explicitZeros & 4096) !== 0) size += 2;
  if (x.quorum || (x.explicitZeros & 8192) !== 0) size += 2;
  if (x.time !== 0n || (x.explicitZeros & 16384) !== 0) size += 1 + sizeId(x.time);
  if (x.stream || (x.explicitZeros & 32768) !== 0) size += 3;
  if (x.refresh || (x.explicitZeros & 65536) !== 0) size += 3;
  return size;
}

/** Writes the fields; the writer's array has room for `sizeV2Request` bytes. */
export function writeV2Request(w: Writer, x: V2Request): void {
  if (x.ID !== 0n || (x.explicitZeros & 1) !== 0) {
    w.number(8);
    w.id(x.ID);
  }
  if (x.method !== "" || (x.explicitZeros & 2) !== 0) {
    w.number(18);
    w.string(x.method);
  }
  if (x.path !== "" || (x.explicitZeros & 4) !== 0) {
    w.number(26);
    w.string(x.path);
  }
  if (x.val !== undefined) {
    w.number(34);
    w.view(x.val);
  }
  if (x.dir || (x.explicitZeros & 16) !== 0) {
    w.number(40);
    w.bool(x.dir);
  }
  if (x.prevValue !== undefined) {
    w.number(50);
    w.view(x.prevValue);
  }
  if (x.prevIndex !== 0n || (x.explicitZeros & 64) !== 0) {
    w.number(56);
    w.id(x.prevIndex);
  }
  if (x.prevExist || (x.explicitZeros & 128) !== 0) {
    w.number(64);
    w.bool(x.prevExist);
  }
  if (x.expiration !== 0n || (x.explicitZeros & 256) !== 0) {
    w.number(72);
    w.id(x.expiration);
  }
  if (x.wait || (x.explicitZeros & 512) !== 0) {
    w.number(80);
    w.bool(x.wait);
  }
  if (x.since !== 0n || (x.explicitZeros & 1024) !== 0) {
    w.number(88);
    w.id(x.since);
  }
  if (x.recursive || (x.explicitZeros & 2048) !== 0) {
    w.number(96);
    w.bool(x.recursive);
  }
  if (x.sorted || (x.explicitZeros & 4096) !== 0) {
    w.number(104);
    w.bool(x.sorted);
  }
  if (x.quorum || (x.explicitZeros & 8192) !== 0) {
    w.number(112);
    w.bool(x.quorum);
  }
  if (x.time !== 0n || (x.explicitZeros & 16384) !== 0) {
    w.number(120);
    w.id(x.time);
  }
  if (x.stream || (x.explicitZeros & 32768) !== 0) {
    w.number(128);
    w.bool(x.stream);
  }
  if (x.refresh || (x.explicitZeros & 65536) !== 0) {
    w.number(136);
    w.bool(x.refresh);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readV2Request(r: Reader): V2Request {
  let ID = 0n;
  let method = "";
  let path = "";
  let val: Uint8Array | undefined;
  let dir = false;
  let prevValue: Uint8Array | undefined;
  let prevIndex = 0n;
  let prevExist = false;
  let expiration = 0n;
  let wait = false;
  let since = 0n;
  let recursive = false;
  let sorted = false;
  let quorum = false;
  let time = 0n;
  let stream = false;
  let refresh = false;
  let explicitZeros = 0;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        ID = r.id();
        if (ID === 0n) explicitZeros |= 1;
        break;
      case 18:
        method = r.string();
        if (method === "") explicitZeros |= 2;
        break;
      case 26:
        path = r.string();
        if (path === "") explicitZeros |= 4;
        break;
      case 34:
        val = r.view();
        break;
      case 40:
        dir = r.bool();
        if (!dir) explicitZeros |= 16;
        break;
      case 50:
        prevValue = r.view();
        break;
      case 56:
        prevIndex = r.id();
        if (prevIndex === 0n) explicitZeros |= 64;
        break;
      case 64:
        prevExist = r.bool();
        if (!prevExist) explicitZeros |= 128;
        break;
      case 72:
        expiration = r.signedId();
        if (expiration === 0n) explicitZeros |= 256;
        break;
      case 80:
        wait = r.bool();
        if (!wait) explicitZeros |= 512;
        break;
      case 88:
        since = r.id();
        if (since === 0n) explicitZeros |= 1024;
        break;
      case 96:
        recursive = r.bool();
        if (!recursive) explicitZeros |= 2048;
        break;
      case 104:
        sorted = r.bool();
        if (!sorted) explicitZeros |= 4096;
        break;
      case 112:
        quorum = r.bool();
        if (!quorum) explicitZeros |= 8192;
        break;
      case 120:
        time = r.signedId();
        if (time === 0n) explicitZeros |= 16384;
        break;
      case 128:
        stream = r.bool();
        if (!stream) explicitZeros |= 32768;
        break;
      case 136:
        refresh = r.bool();
        if (!refresh) explicitZeros |= 65536;
        break;
      default:
        r.skip(tag, 17);
    }
  }
  return {
    ID,
    method,
    path,
    val,
    dir,
    prevValue,
    prevIndex,
    prevExist,
    expiration,
    wait,
    since,
    recursive,
    sorted,
    quorum,
    time,
    stream,
    refresh,
    explicitZeros,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeV2Request(x: V2Request): Uint8Array {
  const bytes = new Uint8Array(sizeV2Request(x));
  writeV2Request(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeV2Request(bytes: Uint8Array): V2Request {
  return readV2Request(new Reader(bytes));
}
