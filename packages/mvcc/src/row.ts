/**
 * Rows of the `key` bucket: a revision, and the KeyValue of that revision in etcd's encoding. The encoded form is also what range
 * responses and watch events contain, so rows travel as bytes and are decoded only where a field is needed.
 */
import { type Backend, latin1FromBytes, Slab } from "@quorate/base";
import { type KeyValue, ProtoError, Reader, sizeKeyValue, Writer, writeKeyValue } from "@quorate/proto";
import { MvccError } from "./errors.ts";
import { REVISION_BYTES, TOMBSTONE_BYTES, writeRevision } from "./revision.ts";

/** Rows live until the host has committed them, events until watchers have them: neighbours go together. */
const SLAB_BYTES = 64 * 1024;

/** Memory for rows and events, one per store. */
export function newRowSlab(): Slab {
  return new Slab(SLAB_BYTES);
}

/** Scratch for the key of a look-up, written before each: no backend keeps it. */
const LOOKUP = new Uint8Array(REVISION_BYTES);

/** Keys and short rows on their way to the backend, which copies them. */
const REVISION = new Uint8Array(REVISION_BYTES);
const TOMBSTONE = new Uint8Array(TOMBSTONE_BYTES);
const SCRATCH_BYTES = 2048;
const SCRATCH = new Uint8Array(SCRATCH_BYTES);
const SCRATCH_WRITER = new Writer(SCRATCH);
/** The first bytes of SCRATCH, by their number. */
const SCRATCH_VIEWS: (Uint8Array | undefined)[] = new Array<Uint8Array | undefined>(SCRATCH_BYTES + 1).fill(undefined);

/** What the index needs of a row; filled by `readRowHead`. */
export type RowHead = { key: string; created: number; version: number; lease: bigint };

/** The encoded KeyValue that was put at this revision. @throws MvccError `Corrupt` where the index knows it and the backend does not. */
export function getRow(backend: Backend, main: number, sub: number): Uint8Array {
  writeRevision(LOOKUP, main, sub);
  const row = backend.get("key", LOOKUP);
  if (row === undefined) throw new MvccError("Corrupt", `mvcc: the backend has no row at revision ${main}/${sub}`);
  return row;
}

/** Where rows are put, and the memory of those that are also handed on. */
export type RowStore = { readonly backend: Backend; readonly slab: Slab };

/** Where a change goes. */
export type RowPlace = { readonly main: number; readonly sub: number; readonly tombstone: boolean };

/** Stores a change and gives back its row. */
export function putRow({ backend, slab }: RowStore, { main, sub, tombstone }: RowPlace, kv: KeyValue): Uint8Array {
  const row = slab.allocate(sizeKeyValue(kv));
  writeKeyValue(new Writer(row), kv);
  putBytes(backend, tombstone ? TOMBSTONE : REVISION, main, sub, row);
  return row;
}

/** The same where nobody asks for the row: then it needs no memory of its own. */
export function putRowUnseen(store: RowStore, place: RowPlace, kv: KeyValue): void {
  const size = sizeKeyValue(kv);
  if (size > SCRATCH_BYTES) {
    putRow(store, place, kv);
    return;
  }
  SCRATCH_WRITER.pos = 0;
  writeKeyValue(SCRATCH_WRITER, kv);
  // A view costs more than what is written through it, and lengths come again.
  let row = SCRATCH_VIEWS[size];
  if (row === undefined) {
    row = SCRATCH.subarray(0, size);
    SCRATCH_VIEWS[size] = row;
  }
  putBytes(store.backend, place.tombstone ? TOMBSTONE : REVISION, place.main, place.sub, row);
}

function putBytes(backend: Backend, key: Uint8Array, main: number, sub: number, row: Uint8Array): void {
  writeRevision(key, main, sub);
  backend.put("key", key, row);
}

/** Reads what the index needs into `head`, without touching the value. @throws MvccError `Corrupt`. */
export function readRowHead(row: Uint8Array, head: RowHead): void {
  head.key = "";
  head.created = 0;
  head.version = 0;
  head.lease = 0n;
  try {
    const r = new Reader(row);
    for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
      if (tag === 10) {
        const length = r.length();
        head.key = latin1FromBytes(row, r.pos, r.pos + length);
        r.pos += length;
      } else if (tag === 16) head.created = r.int();
      else if (tag === 32) head.version = r.int();
      else if (tag === 48) head.lease = r.signedId();
      else r.skip(tag, 0);
    }
  } catch (error) {
    if (error instanceof ProtoError) throw new MvccError("Corrupt", "mvcc: a row is no KeyValue", error);
    throw error;
  }
}

/** The key of a row. */
export function rowKey(row: Uint8Array): string {
  // The key is the first field in what every etcd writes.
  if (row.length > 2 && row[0] === 10 && row[1]! < 0x80) return latin1FromBytes(row, 2, 2 + row[1]!);
  const head: RowHead = { key: "", created: 0, version: 0, lease: 0n };
  readRowHead(row, head);
  return head.key;
}
