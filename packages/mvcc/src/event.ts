/**
 * Events as watchers get them: encoded once, in the form in which every response holds them, and shared by all who get
 * them. A put's event contains its row as it is stored, so nothing is decoded on the way from the backend to the socket.
 *
 *     0x5a len | 0x08 0x01 (deletions) | 0x12 len KeyValue | 0x1a len previous KeyValue (where asked for)
 */
import { concatBytes, type Slab } from "@quorate/base";
import { decodeEvent, type Event, Reader, sizeNumber, Writer } from "@quorate/proto";
import type { Change } from "./write-txn.ts";

const TAG_EVENTS = 0x5a;
const TAG_TYPE = 0x08;
const TYPE_DELETE = 1;
const TAG_KV = 0x12;
const TAG_PREV_KV = 0x1a;
const TAG_MOD_REVISION = 0x18;
const TYPE_BYTES = 2;

/** Looks the row up that a change replaced. */
export interface PreviousRows {
  previousRow(change: Change): Uint8Array | undefined;
}

/** One change, encoded at most once with the row before it and once without. */
export class WatchEvent {
  readonly change: Change;
  readonly #slab: Slab;
  readonly #previous: PreviousRows;
  #plain: Uint8Array | undefined = undefined;
  #withPrevious: Uint8Array | undefined = undefined;

  constructor(change: Change, slab: Slab, previous: PreviousRows) {
    this.change = change;
    this.#slab = slab;
    this.#previous = previous;
  }

  /** The event as an element of WatchResponse.events, with its tag and length. */
  encoded(prevKv: boolean): Uint8Array {
    if (!prevKv) {
      this.#plain ??= encodeEvent(this.change, undefined, this.#slab);
      return this.#plain;
    }
    if (this.#withPrevious === undefined) {
      const row = this.#previous.previousRow(this.change);
      this.#withPrevious = row === undefined ? this.encoded(false) : encodeEvent(this.change, row, this.#slab);
    }
    return this.#withPrevious;
  }
}

/** Events that go out in one response, whole revisions in order. Watchers who get the same events share one batch. */
export class EventBatch {
  readonly events: readonly WatchEvent[];
  readonly #prevKv: boolean;
  #encoded: Uint8Array | undefined = undefined;

  constructor(events: readonly WatchEvent[], prevKv: boolean) {
    this.events = events;
    this.#prevKv = prevKv;
  }

  /** All events as they stand in a WatchResponse: append it to the encoded rest of the response. */
  encoded(): Uint8Array {
    this.#encoded ??=
      this.events.length === 1
        ? this.events[0]!.encoded(this.#prevKv)
        : concatBytes(this.events.map((event) => event.encoded(this.#prevKv)));
    return this.#encoded;
  }

  /** The events as objects, for tests and for whoever does not send bytes. */
  decoded(): Event[] {
    return this.events.map((event) => decodeTagged(event.encoded(this.#prevKv)));
  }

  /** Parts of at most `maxBytes` encoded bytes each, at least one event in each; this batch alone where it fits. */
  split(maxBytes: number): readonly EventBatch[] {
    if (this.events.length < 2 || this.encoded().length < maxBytes) return [this];
    const parts: EventBatch[] = [];
    let part: WatchEvent[] = [];
    let bytes = 0;
    for (const event of this.events) {
      const size = event.encoded(this.#prevKv).length;
      if (part.length > 0 && bytes + size >= maxBytes) {
        parts.push(new EventBatch(part, this.#prevKv));
        part = [];
        bytes = 0;
      }
      part.push(event);
      bytes += size;
    }
    parts.push(new EventBatch(part, this.#prevKv));
    return parts;
  }
}

function decodeTagged(bytes: Uint8Array): Event {
  const r = new Reader(bytes, 1);
  return decodeEvent(r.view());
}

function encodeEvent(change: Change, previous: Uint8Array | undefined, slab: Slab): Uint8Array {
  const { row, tombstone, main } = change;
  const kvBytes = tombstone ? row.length + 1 + sizeNumber(main) : row.length;
  let size = (tombstone ? TYPE_BYTES : 0) + fieldBytes(kvBytes);
  if (previous !== undefined) size += fieldBytes(previous.length);
  const bytes = slab.allocate(fieldBytes(size));
  const w = new Writer(bytes);
  w.number(TAG_EVENTS);
  w.number(size);
  if (tombstone) {
    w.number(TAG_TYPE);
    w.number(TYPE_DELETE);
  }
  w.number(TAG_KV);
  w.number(kvBytes);
  bytes.set(row, w.pos);
  w.pos += row.length;
  if (tombstone) {
    w.number(TAG_MOD_REVISION);
    w.number(main);
  }
  if (previous !== undefined) {
    w.number(TAG_PREV_KV);
    w.view(previous);
  }
  return bytes;
}

/** Bytes of a field with a one-byte tag and this many bytes of content. */
function fieldBytes(length: number): number {
  return 1 + sizeNumber(length) + length;
}
