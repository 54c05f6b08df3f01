/**
 * Keys and what happens to them, field-compatible with etcd's mvccpb. A KeyValue is also what the backend stores under a revision.
 * Generated from proto/mvccpb.proto by `npm run protogen`; do not edit.
 */
import { EMPTY_BYTES } from "@quorate/base";
import { Reader } from "../wire/reader.ts";
import { sizeId, sizeInt, sizeNumber, Writer } from "../wire/writer.ts";

/** One key at one revision. */
export type KeyValue = {
  key: Uint8Array;
  /** Revision at which the key was created, after its last deletion. */
  createRevision: number;
  modRevision: number;
  /** How many times it was put since it was created. */
  version: number;
  value: Uint8Array;
  /** The lease that it is attached to, or 0. */
  lease: bigint;
};

/** A KeyValue with defaults for what `init` leaves out. */
export function newKeyValue(init: Partial<KeyValue> = {}): KeyValue {
  return {
    key: init.key ?? EMPTY_BYTES,
    createRevision: init.createRevision ?? 0,
    modRevision: init.modRevision ?? 0,
    version: init.version ?? 0,
    value: init.value ?? EMPTY_BYTES,
    lease: init.lease ?? 0n,
  };
}

/** Encoded length in bytes. */
export function sizeKeyValue(x: KeyValue): number {
  let size = 0;
  if (x.key.length !== 0) size += 1 + sizeNumber(x.key.length) + x.key.length;
  if (x.createRevision !== 0) size += 1 + sizeInt(x.createRevision);
  if (x.modRevision !== 0) size += 1 + sizeInt(x.modRevision);
  if (x.version !== 0) size += 1 + sizeInt(x.version);
  if (x.value.length !== 0) size += 1 + sizeNumber(x.value.length) + x.value.length;
  if (x.lease !== 0n) size += 1 + sizeId(x.lease);
  return size;
}

/** Writes the fields; the writer's array has room for `sizeKeyValue` bytes. */
export function writeKeyValue(w: Writer, x: KeyValue): void {
  if (x.key.length !== 0) {
    w.number(10);
    w.view(x.key);
  }
  if (x.createRevision !== 0) {
    w.number(16);
    w.int(x.createRevision);
  }
  if (x.modRevision !== 0) {
    w.number(24);
    w.int(x.modRevision);
  }
  if (x.version !== 0) {
    w.number(32);
    w.int(x.version);
  }
  if (x.value.length !== 0) {
    w.number(42);
    w.view(x.value);
  }
  if (x.lease !== 0n) {
    w.number(48);
    w.id(x.lease);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readKeyValue(r: Reader): KeyValue {
  let key: Uint8Array = EMPTY_BYTES;
  let createRevision = 0;
  let modRevision = 0;
  let version = 0;
  let value: Uint8Array = EMPTY_BYTES;
  let lease = 0n;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 10:
        key = r.view();
        break;
      case 16:
        createRevision = r.int();
        break;
      case 24:
        modRevision = r.int();
        break;
      case 32:
        version = r.int();
        break;
      case 42:
        value = r.view();
        break;
      case 48:
        lease = r.signedId();
        break;
      default:
        r.skip(tag, 6);
    }
  }
  return {
    key,
    createRevision,
    modRevision,
    version,
    value,
    lease,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeKeyValue(x: KeyValue): Uint8Array {
  const bytes = new Uint8Array(sizeKeyValue(x));
  writeKeyValue(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeKeyValue(bytes: Uint8Array): KeyValue {
  return readKeyValue(new Reader(bytes));
}

/** EventType, with its numbers on the wire. */
export const EventType = {
  PUT: 0,
  DELETE: 1,
} as const;
export type EventType = (typeof EventType)[keyof typeof EventType];

const eventTypeNames: readonly string[] = [
  "PUT",
  "DELETE",
];

/** The name of a number of EventType; a number without one as decimal text. */
export function eventTypeName(value: number): string {
  return eventTypeNames[value] ?? String(value);
}

/** A change of one key, as watchers see it. */
export type Event = {
  type: EventType;
  /** After the change; of a deletion only key and mod_revision. */
  kv: KeyValue | undefined;
  /** Before the change. */
  prevKv: KeyValue | undefined;
};

/** An Event with defaults for what `init` leaves out. */
export function newEvent(init: Partial<Event> = {}): Event {
  return {
    type: init.type ?? 0,
    kv: init.kv,
    prevKv: init.prevKv,
  };
}

/** Encoded length in bytes. */
export function sizeEvent(x: Event): number {
  let size = 0;
  if (x.type !== 0) size += 1 + sizeInt(x.type);
  if (x.kv !== undefined) {
    const length = sizeKeyValue(x.kv);
    size += 1 + sizeNumber(length) + length;
  }
  if (x.prevKv !== undefined) {
    const length = sizeKeyValue(x.prevKv);
    size += 1 + sizeNumber(length) + length;
  }
  return size;
}

/** Writes the fields; the writer's array has room for `sizeEvent` bytes. */
export function writeEvent(w: Writer, x: Event): void {
  if (x.type !== 0) {
    w.number(8);
    w.int(x.type);
  }
  if (x.kv !== undefined) {
    w.number(18);
    w.number(sizeKeyValue(x.kv));
    writeKeyValue(w, x.kv);
  }
  if (x.prevKv !== undefined) {
    w.number(26);
    w.number(sizeKeyValue(x.prevKv));
    writeKeyValue(w, x.prevKv);
  }
}

/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function readEvent(r: Reader): Event {
  let type: EventType = 0;
  let kv: KeyValue | undefined;
  let prevKv: KeyValue | undefined;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
      case 8:
        type = r.int32() as EventType;
        break;
      case 18: {
        const outer = r.enter();
        kv = readKeyValue(r);
        r.leave(outer);
        break;
      }
      case 26: {
        const outer = r.enter();
        prevKv = readKeyValue(r);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag, 3);
    }
  }
  return {
    type,
    kv,
    prevKv,
  };
}

/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
export function encodeEvent(x: Event): Uint8Array {
  const bytes = new Uint8Array(sizeEvent(x));
  writeEvent(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with `bytes`. @throws ProtoError. */
export function decodeEvent(bytes: Uint8Array): Event {
  return readEvent(new Reader(bytes));
}
