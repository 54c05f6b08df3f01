/**
 * What every response of etcdserverpb begins with.
 * Generated from proto/header.proto by `npm run protogen`; do not edit.
 */
import { Reader } from "../wire/reader.ts";
import { sizeId, sizeInt, sizeNumber, Writer } from "../wire/writer.ts";

/** Who answers, and at which point of the history. */
export type ResponseHeader = {
  clusterId: bigint;
  memberId: bigint;
  revision: number;
  raftTerm: number;
};

/** A ResponseHeader with defaults for what `init` leaves out. */
export function newResponseHeader(init: Partial<ResponseHeader> = {}): ResponseHeader {
  return {
    clusterId: init.clusterId ?? 0n,
    memberId: init.memberId ?? 0n,
    revision: init.revision ?? 0,
    raftTerm: init.raftTerm ?? 0,
  };
}

/** Encoded length in bytes. */
export function sizeResponseHeader(x: ResponseHeader): number {
  let size = 0;
  if (x.clusterId !== 0n) size += 1 + sizeId(x.clusterId);
  if (x.memberId !== 0n) size += 1 + sizeId(x.memberId);
  if (x.revision !== 0) size += 1 + sizeInt(x.revision);
  if (x.raftTerm !== 0) size += 1 + sizeNumber(x.raftTerm);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeResponseHeader` bytes. */
export function writeResponseHeader(w: Writer, x: ResponseHeader): void {
  if (x.clusterId !== 0n) {
    w.number(8);
    w.id(x.clusterId);
  }
  if (x.memberId !== 0n) {
    w.number(16);
    w.id(x.memberId);
  }
  if (x.revision !== 0) {
    w.number(24);
    w.int(x.revision);
  }
  if (x.raftTerm !== 0) {
    w.number(32);
    w.number(x.raftTerm);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readResponseHeader(r: Reader): ResponseHeader {
  let clusterId = 0n;
  let memberId = 0n;
  let revision = 0;
  let raftTerm = 0;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        clusterId = r.id();
        break;
      case 16:
        memberId = r.id();
        break;
      case 24:
        revision = r.int();
        break;
      case 32:
        raftTerm = r.number();
        break;
      default:
        r.skip(tag, 4);
    }
  }
  return {
    clusterId,
    memberId,
    revision,
    raftTerm,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeResponseHeader(x: ResponseHeader): Uint8Array {
  const bytes = new Uint8Array(sizeResponseHeader(x));
  writeResponseHeader(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeResponseHeader(bytes: Uint8Array): ResponseHeader {
  return readResponseHeader(new Reader(bytes));
}
