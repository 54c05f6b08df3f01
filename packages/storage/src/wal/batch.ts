/**
 * Records on their way to the log, before they are framed: one block of bytes that can be handed to another thread.
 *
 *   | type u8 | length u32 | data | type u8 | length u32 | data | ...
 */
import { type Entry, encodeHardState, type HardState, sizeEntry, Writer, writeEntry } from "@quorate/proto";
import { RecordType } from "./record.ts";

/** Type and length. */
const ITEM_HEADER_BYTES = 5;

/** What one `save` appends. */
export type WalBatch = {
  readonly bytes: Uint8Array;
  /** Something in it must be durable before the save is done. */
  readonly mustSync: boolean;
  /** Indexes of the first and the last entry, if there are any. */
  readonly firstIndex: number | undefined;
  readonly lastIndex: number | undefined;
  /** The HardState in it, if there is one: every later segment repeats the newest. */
  readonly state: Uint8Array | undefined;
  readonly entryCount: number;
};

/** Entries, then the HardState, as etcd orders them. @param mustSync as `Ready.mustSync`. */
export function encodeBatch(hardState: HardState | undefined, entries: readonly Entry[], mustSync: boolean): WalBatch {
  const state = hardState === undefined ? undefined : encodeHardState(hardState);
  let size = state === undefined ? 0 : ITEM_HEADER_BYTES + state.length;
  for (let i = 0; i < entries.length; i++) size += ITEM_HEADER_BYTES + sizeEntry(entries[i]!);
  const w = new Writer(new Uint8Array(size));
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i]!;
    writeItemHeader(w, RecordType.Entry, sizeEntry(entry));
    writeEntry(w, entry);
  }
  if (state !== undefined) {
    writeItemHeader(w, RecordType.State, state.length);
    w.bytes.set(state, w.pos);
  }
  const firstIndex = entries[0]?.index;
  const lastIndex = entries[entries.length - 1]?.index;
  return { bytes: w.bytes, mustSync, firstIndex, lastIndex, state, entryCount: entries.length };
}

function writeItemHeader(w: Writer, type: number, length: number): void {
  const { bytes } = w;
  bytes[w.pos] = type;
  bytes[w.pos + 1] = length >>> 24;
  bytes[w.pos + 2] = (length >>> 16) & 0xff;
  bytes[w.pos + 3] = (length >>> 8) & 0xff;
  bytes[w.pos + 4] = length & 0xff;
  w.pos += ITEM_HEADER_BYTES;
}

/** Visits the records of a batch in order; `data` is a view of it. */
export function forEachItem(bytes: Uint8Array, visit: (type: RecordType, data: Uint8Array) => void): void {
  for (let at = 0; at < bytes.length; ) {
    const type = bytes[at]! as RecordType;
    const length = ((bytes[at + 1]! << 24) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 8) | bytes[at + 4]!) >>> 0;
    at += ITEM_HEADER_BYTES;
    visit(type, bytes.subarray(at, at + length));
    at += length;
  }
}
