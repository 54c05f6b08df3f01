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

/** What the index needs of a row; filled by `readRowHead`. */
export type RowHead = { key: string; created: number; version: number; lease: bigint };

/** The encoded KeyValue that was put at this revision. @throws MvccError `Corrupt` where the index knows it and the backend does not. */
export function getRow(backend: Backend, main: number, sub: number): Uint8Array {
  writeRevision(LOOKUP, main, sub);
  const row = backend.get("key", LOOKUP);
  if (row === undefined) throw new MvccError("Corrupt", `mvcc: the backend has no row at revision ${main}/${sub}`);
  return row;
}

/** Where rows are put, and the memory that they are written into. */
export type RowStore = { readonly backend: Backend; readonly slab: Slab };

/** Where a change goes. */
export type RowPlace = { readonly main: number; readonly sub: number; readonly tombstone: boolean };

/** Stores a change and gives back its row. */
export function putRow({ backend, slab }: RowStore, revision: RowPlace, kv: KeyValue): Uint8Array {
  const key = slab.allocate(revision.tombstone ? TOMBSTONE_BYTES : REVISION_BYTES);
  writeRevision(key, revision.main, revision.sub);
  const row = slab.allocate(sizeKeyValue(kv));
  writeKeyValue(new Writer(row), kv);
  backend.put("key", key, row);
  return row;
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
