/**
 * Revisions as the backend stores them. One main revision is one write transaction; its changes are numbered by sub, from 0.
 *
 *     8 bytes main, big-endian | '_' | 8 bytes sub, big-endian | 't' only where the change deleted the key
 *
 * so rows in byte order are changes in the order in which they happened, and a tombstone is known by its key alone.
 */
import { assert } from "@quorate/base";

/** A change's place in the history of the whole store. */
export type Revision = { readonly main: number; readonly sub: number };

export const REVISION_BYTES = 17;
export const TOMBSTONE_BYTES = 18;
const SEPARATOR = 0x5f;
const TOMBSTONE = 0x74;
const TWO_32 = 2 ** 32;

/** Writes the 17 bytes of a revision at the start of `target`; with an 18th byte there, marks it as a tombstone. */
export function writeRevision(target: Uint8Array, main: number, sub: number): void {
  writeUint64(target, 0, main);
  target[8] = SEPARATOR;
  writeUint64(target, 9, sub);
  if (target.length === TOMBSTONE_BYTES) target[REVISION_BYTES] = TOMBSTONE;
}

/** The bytes of a revision in an array of their own. */
export function encodeRevision(revision: Revision, tombstone = false): Uint8Array {
  const bytes = new Uint8Array(tombstone ? TOMBSTONE_BYTES : REVISION_BYTES);
  writeRevision(bytes, revision.main, revision.sub);
  return bytes;
}

export function decodeRevision(bytes: Uint8Array): Revision {
  assert(bytes.length === REVISION_BYTES || bytes.length === TOMBSTONE_BYTES, "a revision key has 17 or 18 bytes");
  return { main: mainOf(bytes), sub: subOf(bytes) };
}

/** The main revision in a row's key. */
export function mainOf(key: Uint8Array): number {
  return readUint64(key, 0);
}

/** The sub revision in a row's key. */
export function subOf(key: Uint8Array): number {
  return readUint64(key, 9);
}

/** True for the key of a row that deleted its key. */
export function isTombstone(key: Uint8Array): boolean {
  return key.length === TOMBSTONE_BYTES && key[REVISION_BYTES] === TOMBSTONE;
}

function writeUint64(target: Uint8Array, at: number, value: number): void {
  const hi = Math.floor(value / TWO_32);
  const lo = value >>> 0;
  target[at] = hi >>> 24;
  target[at + 1] = hi >>> 16;
  target[at + 2] = hi >>> 8;
  target[at + 3] = hi;
  target[at + 4] = lo >>> 24;
  target[at + 5] = lo >>> 16;
  target[at + 6] = lo >>> 8;
  target[at + 7] = lo;
}

function readUint64(from: Uint8Array, at: number): number {
  const hi = ((from[at]! << 24) | (from[at + 1]! << 16) | (from[at + 2]! << 8) | from[at + 3]!) >>> 0;
  const lo = ((from[at + 4]! << 24) | (from[at + 5]! << 16) | (from[at + 6]! << 8) | from[at + 7]!) >>> 0;
  const value = hi * TWO_32 + lo;
  assert(Number.isSafeInteger(value), "a revision is a safe integer");
  return value;
}
