/**
 * The records of the write-ahead log, field-compatible with etcd's walpb.
 * Generated from proto/walpb.proto by `npm run protogen`; do not edit.
 */
import { type ConfState, readConfState, sizeConfState, writeConfState } from "./raftpb.ts";
import { Reader } from "../wire/reader.ts";
import { sizeId, sizeInt, sizeNumber, Writer } from "../wire/writer.ts";

/** One record of a segment; `crc` continues over all data since the start of the file. */
export type Record = {
  type: number;
  crc: number;
  data: Uint8Array | undefined;
  /** Scalars that are written although they hold their default: bits of the Zeros constant. */
  explicitZeros: number;
};

/** Bits of `Record.explicitZeros`. */
export const RecordZeros = {
  type: 1,
  crc: 2,
} as const;

/** A Record with defaults for what `init` leaves out. */
export function newRecord(init: Partial<Record> = {}): Record {
  return {
    type: init.type ?? 0,
    crc: init.crc ?? 0,
    data: init.data,
    explicitZeros: init.explicitZeros ?? 3,
  };
}

/** Encoded length in bytes. */
export function sizeRecord(x: Record): number {
  let size = 0;
  if (x.type !== 0 || (x.explicitZeros & 1) !== 0) size += 1 + sizeInt(x.type);
  if (x.crc !== 0 || (x.explicitZeros & 2) !== 0) size += 1 + sizeNumber(x.crc);
  if (x.data !== undefined) size += 1 + sizeNumber(x.data.length) + x.data.length;
  return size;
}

/** Writes the fields; the writer's array has room for `sizeRecord` bytes. */
export function writeRecord(w: Writer, x: Record): void {
  if (x.type !== 0 || (x.explicitZeros & 1) !== 0) {
    w.number(8);
    w.int(x.type);
  }
  if (x.crc !== 0 || (x.explicitZeros & 2) !== 0) {
    w.number(16);
    w.number(x.crc);
  }
  if (x.data !== undefined) {
    w.number(26);
    w.view(x.data);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readRecord(r: Reader): Record {
  let type = 0;
  let crc = 0;
  let data: Uint8Array | undefined;
  let explicitZeros = 0;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        type = r.int();
        if (type === 0) explicitZeros |= 1;
        break;
      case 16:
        crc = r.uint32();
        if (crc === 0) explicitZeros |= 2;
        break;
      case 26:
        data = r.view();
        break;
      default:
        r.skip(tag, 3);
    }
  }
  return {
    type,
    crc,
    data,
    explicitZeros,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeRecord(x: Record): Uint8Array {
  const bytes = new Uint8Array(sizeRecord(x));
  writeRecord(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeRecord(bytes: Uint8Array): Record {
  return readRecord(new Reader(bytes));
}

/** A snapshot was saved at this point of the log. */
export type WalSnapshot = {
  index: number;
  term: number;
  confState: ConfState | undefined;
  /** Scalars that are written although they hold their default: bits of the Zeros constant. */
  explicitZeros: number;
};

/** Bits of `WalSnapshot.explicitZeros`. */
export const WalSnapshotZeros = {
  index: 1,
  term: 2,
} as const;

/** A WalSnapshot with defaults for what `init` leaves out. */
export function newWalSnapshot(init: Partial<WalSnapshot> = {}): WalSnapshot {
  return {
    index: init.index ?? 0,
    term: init.term ?? 0,
    confState: init.confState,
    explicitZeros: init.explicitZeros ?? 3,
  };
}

/** Encoded length in bytes. */
export function sizeWalSnapshot(x: WalSnapshot): number {
  let size = 0;
  if (x.index !== 0 || (x.explicitZeros & 1) !== 0) size += 1 + sizeNumber(x.index);
  if (x.term !== 0 || (x.explicitZeros & 2) !== 0) size += 1 + sizeNumber(x.term);
  if (x.confState !== undefined) {
    const length = sizeConfState(x.confState);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeWalSnapshot` bytes. */
export function writeWalSnapshot(w: Writer, x: WalSnapshot): void {
  if (x.index !== 0 || (x.explicitZeros & 1) !== 0) {
    w.number(8);
    w.number(x.index);
  }
  if (x.term !== 0 || (x.explicitZeros & 2) !== 0) {
    w.number(16);
    w.number(x.term);
  }
  if (x.confState !== undefined) {
    w.number(26);
    w.number(sizeConfState(x.confState));
    writeConfState(w, x.confState);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readWalSnapshot(r: Reader): WalSnapshot {
  let index = 0;
  let term = 0;
  let confState: ConfState | undefined;
  let explicitZeros = 0;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        index = r.number();
        if (index === 0) explicitZeros |= 1;
        break;
      case 16:
        term = r.number();
        if (term === 0) explicitZeros |= 2;
        break;
      case 26: {
        const outer = r.enter();
        confState = readConfState(r);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 3);
    }
  }
  return {
    index,
    term,
    confState,
    explicitZeros,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeWalSnapshot(x: WalSnapshot): Uint8Array {
  const bytes = new Uint8Array(sizeWalSnapshot(x));
  writeWalSnapshot(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeWalSnapshot(bytes: Uint8Array): WalSnapshot {
  return readWalSnapshot(new Reader(bytes));
}

/** Whose log this is; the same in every segment. */
export type WalMetadata = {
  nodeId: bigint;
  clusterId: bigint;
  /** Scalars that are written although they hold their default: bits of the Zeros constant. */
  explicitZeros: number;
};

/** Bits of `WalMetadata.explicitZeros`. */
export const WalMetadataZeros = {
  nodeId: 1,
  clusterId: 2,
} as const;

/** A WalMetadata with defaults for what `init` leaves out. */
export function newWalMetadata(init: Partial<WalMetadata> = {}): WalMetadata {
  return {
    nodeId: init.nodeId ?? 0n,
    clusterId: init.clusterId ?? 0n,
    explicitZeros: init.explicitZeros ?? 3,
  };
}

/** Encoded length in bytes. */
export function sizeWalMetadata(x: WalMetadata): number {
  let size = 0;
  if (x.nodeId !== 0n || (x.explicitZeros & 1) !== 0) size += 1 + sizeId(x.nodeId);
  if (x.clusterId !== 0n || (x.explicitZeros & 2) !== 0) size += 1 + sizeId(x.clusterId);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeWalMetadata` bytes. */
export function writeWalMetadata(w: Writer, x: WalMetadata): void {
  if (x.nodeId !== 0n || (x.explicitZeros & 1) !== 0) {
    w.number(8);
    w.id(x.nodeId);
  }
  if (x.clusterId !== 0n || (x.explicitZeros & 2) !== 0) {
    w.number(16);
    w.id(x.clusterId);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readWalMetadata(r: Reader): WalMetadata {
  let nodeId = 0n;
  let clusterId = 0n;
  let explicitZeros = 0;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        nodeId = r.id();
        if (nodeId === 0n) explicitZeros |= 1;
        break;
      case 16:
        clusterId = r.id();
        if (clusterId === 0n) explicitZeros |= 2;
        break;
      default:
        r.skip(tag, 2);
    }
  }
  return {
    nodeId,
    clusterId,
    explicitZeros,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeWalMetadata(x: WalMetadata): Uint8Array {
  const bytes = new Uint8Array(sizeWalMetadata(x));
  writeWalMetadata(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeWalMetadata(bytes: Uint8Array): WalMetadata {
  return readWalMetadata(new Reader(bytes));
}
