/**
 * Reads of committed rows on the event-loop thread, through a handle of its own on the writer's environment. Each read sees one
 * finished commit; no transaction outlives the turn, but those of snapshots. Every row is checked against its sum before it is given out.
 */
import { type BackendReader, type BucketName, messageOf, Slab } from "@quorate/base";
import { StorageError } from "../errors.ts";
import type { Transaction } from "./node-lmdb.ts";
import { type LmdbFile, openLmdbFile } from "./node-lmdb-file.ts";
import { BUCKET_NUMBER, CHECKSUM_BYTES, isIntact } from "./row-checksum.ts";

/** Rows that are read together go together; one that is kept holds on to this much. */
const SLAB_BYTES = 32 * 1024;
const FIRST_KEY = Uint8Array.of(0);

export type Row = { readonly key: Uint8Array; readonly value: Uint8Array };
/** One row after the other, until `undefined`. `return` ends it early. */
export type RowCursor = { readonly next: () => Row | undefined; readonly end: () => void };

export class LmdbReader {
  #file: string;
  readonly #lmdb: LmdbFile;
  readonly #slab = new Slab(SLAB_BYTES);
  /** The key whose value is read next: the library hands keys and values out one after the other. */
  #key: Uint8Array = FIRST_KEY;
  #pins = 0;

  /** The writer has opened the file before. */
  constructor(file: string, mapSizeBytes: number) {
    this.#file = file;
    const rows = {
      key: (memory: Uint8Array, start: number, end: number) => this.#takeKey(memory, start, end),
      value: (bucket: BucketName, stored: Uint8Array) => this.#takeValue(bucket, stored),
    };
    this.#lmdb = openLmdbFile({ file, mapSizeBytes, readOnly: true, rows });
  }

  /** The committed value of a key. @throws StorageError `Corrupt` where the row is damaged. */
  get(bucket: BucketName, key: Uint8Array, transaction?: Transaction): Uint8Array | undefined {
    this.#key = key;
    const table = this.#lmdb.tables[bucket];
    try {
      return transaction === undefined ? table.get(key) : table.get(key, { transaction });
    } catch (error) {
      throw readFailure(this.#file, error);
    }
  }

  /** The committed rows of a range. */
  rows(bucket: BucketName, from: Uint8Array, to: Uint8Array | undefined, transaction?: Transaction): RowCursor {
    const start = from.length === 0 ? FIRST_KEY : from;
    const options = {
      start,
      ...(to === undefined ? {} : { end: to }),
      ...(transaction === undefined ? {} : { transaction }),
    };
    try {
      return this.#cursor(this.#lmdb.tables[bucket].getRange(options)[Symbol.iterator]());
    } catch (error) {
      throw readFailure(this.#file, error);
    }
  }

  #cursor(iterator: Iterator<Row>): RowCursor {
    return {
      next: () => {
        try {
          const step = iterator.next();
          return step.done === true ? undefined : step.value;
        } catch (error) {
          throw readFailure(this.#file, error);
        }
      },
      end: () => void iterator.return?.(),
    };
  }

  /** From now on reads see the newest commit. */
  renew(): void {
    this.#lmdb.root.resetReadTxn();
  }

  /** The newest commit, kept readable until `unpin`. While it is kept, the pages it needs are not used again. */
  pin(): Transaction {
    const { root } = this.#lmdb;
    root.resetReadTxn();
    const transaction = root.useReadTransaction();
    // Reads outside the snapshot take another one from now on.
    root.resetReadTxn();
    this.#pins++;
    return transaction;
  }

  /** Commits that are pinned. */
  get pins(): number {
    return this.#pins;
  }

  unpin(transaction: Transaction): void {
    transaction.done();
    this.#pins--;
  }

  /** Reads through a pinned commit. */
  at(transaction: Transaction): BackendReader {
    return {
      get: (bucket, key) => this.get(bucket, key, transaction),
      range: (bucket, from, to, visit) => {
        if (to !== undefined && to.length === 0) return;
        const rows = this.rows(bucket, from, to, transaction);
        visitRows(rows, visit);
      },
    };
  }

  /** Its file has another name now. */
  renamed(file: string): void {
    this.#file = file;
  }

  close(): Promise<void> {
    return this.#lmdb.root.close();
  }

  #takeKey(memory: Uint8Array, start: number, end: number): Uint8Array {
    const key = this.#slab.allocate(end - start);
    for (let i = start; i < end; i++) key[i - start] = memory[i]!;
    this.#key = key;
    return key;
  }

  #takeValue(bucket: BucketName, stored: Uint8Array): Uint8Array {
    const { length } = stored;
    if (!isIntact(BUCKET_NUMBER[bucket], this.#key, stored, length)) throw damagedRow(this.#file, bucket, this.#key);
    const size = length - CHECKSUM_BYTES;
    const value = this.#slab.allocate(size);
    // A plain view of the library's buffer: `subarray` of one costs three times as much.
    value.set(new Uint8Array(stored.buffer, stored.byteOffset, size));
    return value;
  }
}

/** Visits until `visit` says stop or the rows end; the cursor is ended either way. */
export function visitRows(rows: RowCursor, visit: (key: Uint8Array, value: Uint8Array) => boolean): void {
  try {
    for (let row = rows.next(); row !== undefined; row = rows.next()) if (!visit(row.key, row.value)) return;
  } finally {
    rows.end();
  }
}

/** LMDB checks little of what it reads; where it stumbles, pages are not what was written. */
function readFailure(file: string, error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  return new StorageError(
    "Corrupt",
    `${file} is damaged: reading it failed: ${messageOf(error)}; replace this member from a healthy one`,
    { path: file },
    error,
  );
}

function damagedRow(file: string, bucket: BucketName, key: Uint8Array): StorageError {
  const name = Buffer.from(key).toString("hex");
  return new StorageError(
    "Corrupt",
    `${file} is damaged: the row ${name} of bucket "${bucket}" does not match its checksum; replace this member from a healthy one`,
    { path: file },
  );
}
