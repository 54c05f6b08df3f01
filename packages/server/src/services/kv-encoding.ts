/**
 * Answers of the KV service as bytes, straight from what the machine found: rows are encoded KeyValues already and are copied in as they
 * are. It writes what the generated codec would write for the same answer, byte for byte, and makes no object on the way.
 */
import { Slab, unreachable } from "@quorate/base";
import type { DeleteRangeOutcome, OpOutcome, PutOutcome, RangeOutcome, TxnOutcome } from "@quorate/machine";
import { sizeNumber, Writer } from "@quorate/proto";
import { HeaderEncoder, type HeaderSource } from "./header.ts";

/** Short answers share blocks: they leave together, at the end of the turn. Long ones get an array of their own. */
const SLAB_BYTES = 64 * 1024;

/** Tags: field number * 8, and 2 for what has a length. */
const HEADER = 10;
const RANGE_KVS = 18;
const RANGE_MORE = 24;
const RANGE_COUNT = 32;
const STREAM_RANGE = 10;
const PUT_PREV = 18;
const DELETE_DELETED = 16;
const DELETE_PREV = 26;
const TXN_SUCCEEDED = 16;
const TXN_RESPONSES = 26;
const REVISION = 24;
const OP_TAGS: Readonly<Record<OpOutcome["kind"], number>> = { range: 10, put: 18, deleteRange: 26, txn: 34 };

export class KvEncoder {
  readonly #header: HeaderEncoder;
  readonly #slab = new Slab(SLAB_BYTES);

  constructor(server: HeaderSource) {
    this.#header = new HeaderEncoder(server);
  }

  range(outcome: RangeOutcome): Uint8Array {
    const header = this.#header.size(outcome.revision);
    const w = this.#writer(header + sizeRangeFields(outcome));
    this.#header.write(w, outcome.revision);
    writeRangeFields(w, outcome);
    return w.bytes;
  }

  put({ revision, prevRow }: PutOutcome): Uint8Array {
    const header = this.#header.size(revision);
    const w = this.#writer(header + (prevRow === undefined ? 0 : sizeField(prevRow.length)));
    this.#header.write(w, revision);
    if (prevRow !== undefined) writeRow(w, PUT_PREV, prevRow);
    return w.bytes;
  }

  deleteRange(outcome: DeleteRangeOutcome): Uint8Array {
    const header = this.#header.size(outcome.revision);
    const w = this.#writer(header + sizeDeleteFields(outcome));
    this.#header.write(w, outcome.revision);
    writeDeleteFields(w, outcome);
    return w.bytes;
  }

  txn(outcome: TxnOutcome): Uint8Array {
    const header = this.#header.size(outcome.revision);
    const w = this.#writer(header + sizeTxnFields(outcome));
    this.#header.write(w, outcome.revision);
    writeTxnFields(w, outcome);
    return w.bytes;
  }

  /** A piece of a stream that is not its last: rows and nothing else. */
  streamPiece(rows: readonly Uint8Array[]): Uint8Array {
    const length = sizeRows(rows);
    const w = this.#writer(sizeField(length));
    w.number(STREAM_RANGE);
    w.number(length);
    writeRows(w, RANGE_KVS, rows);
    return w.bytes;
  }

  /** The last piece of a stream. */
  streamEnd(outcome: RangeOutcome): Uint8Array {
    const length = this.#header.size(outcome.revision) + sizeRangeFields(outcome);
    const w = this.#writer(sizeField(length));
    w.number(STREAM_RANGE);
    w.number(length);
    this.#header.write(w, outcome.revision);
    writeRangeFields(w, outcome);
    return w.bytes;
  }

  #writer(length: number): Writer {
    return new Writer(this.#slab.allocate(length));
  }
}

/** Length of a field with a small tag and `length` bytes in it. */
function sizeField(length: number): number {
  return 1 + sizeNumber(length) + length;
}

function sizeRows(rows: readonly Uint8Array[]): number {
  let size = 0;
  for (let i = 0; i < rows.length; i++) size += sizeField(rows[i]!.length);
  return size;
}

function writeRows(w: Writer, tag: number, rows: readonly Uint8Array[]): void {
  for (let i = 0; i < rows.length; i++) writeRow(w, tag, rows[i]!);
}

function writeRow(w: Writer, tag: number, row: Uint8Array): void {
  w.number(tag);
  w.view(row);
}

function sizeRangeFields({ rows, more, count }: RangeOutcome): number {
  return sizeRows(rows) + (more ? 2 : 0) + (count === 0 ? 0 : 1 + sizeNumber(count));
}

function writeRangeFields(w: Writer, { rows, more, count }: RangeOutcome): void {
  writeRows(w, RANGE_KVS, rows);
  if (more) {
    w.number(RANGE_MORE);
    w.bool(true);
  }
  if (count === 0) return;
  w.number(RANGE_COUNT);
  w.number(count);
}

function sizeDeleteFields({ deleted, prevRows }: DeleteRangeOutcome): number {
  return (deleted === 0 ? 0 : 1 + sizeNumber(deleted)) + sizeRows(prevRows);
}

function writeDeleteFields(w: Writer, { deleted, prevRows }: DeleteRangeOutcome): void {
  if (deleted !== 0) {
    w.number(DELETE_DELETED);
    w.number(deleted);
  }
  writeRows(w, DELETE_PREV, prevRows);
}

function sizeTxnFields({ succeeded, outcomes }: TxnOutcome): number {
  let size = succeeded ? 2 : 0;
  for (let i = 0; i < outcomes.length; i++) size += sizeField(sizeField(sizeOp(outcomes[i]!)));
  return size;
}

function writeTxnFields(w: Writer, { succeeded, outcomes }: TxnOutcome): void {
  if (succeeded) {
    w.number(TXN_SUCCEEDED);
    w.bool(true);
  }
  for (let i = 0; i < outcomes.length; i++) {
    const outcome = outcomes[i]!;
    const length = sizeOp(outcome);
    w.number(TXN_RESPONSES);
    w.number(sizeField(length));
    w.number(OP_TAGS[outcome.kind]);
    w.number(length);
    writeOp(w, outcome);
  }
}

/** Length of the answer to an operation inside a transaction; its header holds a revision only, a nested transaction's nothing. */
function sizeOp(outcome: OpOutcome): number {
  switch (outcome.kind) {
    case "range":
      return sizeOpHeader(outcome.revision) + sizeRangeFields(outcome);
    case "put":
      return sizeOpHeader(outcome.revision) + (outcome.prevRow === undefined ? 0 : sizeField(outcome.prevRow.length));
    case "deleteRange":
      return sizeOpHeader(outcome.revision) + sizeDeleteFields(outcome);
    case "txn":
      return sizeOpHeader(0) + sizeTxnFields(outcome);
    default:
      return unreachable(outcome);
  }
}

function writeOp(w: Writer, outcome: OpOutcome): void {
  switch (outcome.kind) {
    case "range":
      writeOpHeader(w, outcome.revision);
      writeRangeFields(w, outcome);
      break;
    case "put":
      writeOpHeader(w, outcome.revision);
      if (outcome.prevRow !== undefined) writeRow(w, PUT_PREV, outcome.prevRow);
      break;
    case "deleteRange":
      writeOpHeader(w, outcome.revision);
      writeDeleteFields(w, outcome);
      break;
    case "txn":
      writeOpHeader(w, 0);
      writeTxnFields(w, outcome);
      break;
    default:
      unreachable(outcome);
  }
}

function sizeOpHeader(revision: number): number {
  return revision === 0 ? 2 : sizeField(1 + sizeNumber(revision));
}

function writeOpHeader(w: Writer, revision: number): void {
  w.number(HEADER);
  if (revision === 0) {
    w.number(0);
    return;
  }
  w.number(1 + sizeNumber(revision));
  w.number(REVISION);
  w.number(revision);
}
