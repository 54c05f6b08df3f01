import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Prng } from "@quorate/base";
import {
  type DeleteRangeOutcome,
  type OpOutcome,
  type PutOutcome,
  type RangeOutcome,
  type TxnOutcome,
  toDeleteRangeResponse,
  toPutResponse,
  toRangeResponse,
  toTxnResponse,
} from "@quorate/machine";
import {
  decodeKeyValue,
  encodeDeleteRangeResponse,
  encodeKeyValue,
  encodePutResponse,
  encodeRangeResponse,
  encodeRangeStreamResponse,
  encodeTxnResponse,
  newKeyValue,
  newRangeResponse,
} from "@quorate/proto";
import { withSeed } from "@quorate/testkit";
import { SingleMember } from "../testing/index.ts";
import { newHeader } from "./header.ts";
import { KvEncoder } from "./kv-encoding.ts";

const ROUNDS = 300;

function drawRow(prng: Prng): Uint8Array {
  const value = new Uint8Array(prng.pick([0, 1, 20, 127, 128, 300, 20_000])).fill(prng.below(256));
  const key = new Uint8Array(1 + prng.below(140)).fill(prng.below(256));
  const [createRevision, modRevision] = [prng.below(1000), prng.below(100_000)];
  const lease = prng.chance(0.3) ? BigInt.asIntN(64, BigInt(prng.uint32()) << 32n) : 0n;
  return encodeKeyValue(newKeyValue({ key, value, createRevision, modRevision, version: prng.below(5), lease }));
}

function drawRows(prng: Prng): Uint8Array[] {
  return Array.from({ length: prng.below(5) }, () => drawRow(prng));
}

function drawRevision(prng: Prng): number {
  return prng.pick([0, 1, 127, 128, 2 ** 31, 2 ** 40 + 1, Number.MAX_SAFE_INTEGER]);
}

function drawRange(prng: Prng): RangeOutcome {
  const count = prng.pick([0, 1, 300, 2 ** 33]);
  return { kind: "range", revision: drawRevision(prng), rows: drawRows(prng), more: prng.chance(0.5), count };
}

function drawPut(prng: Prng): PutOutcome {
  return { kind: "put", revision: drawRevision(prng), prevRow: prng.chance(0.5) ? drawRow(prng) : undefined };
}

function drawDelete(prng: Prng): DeleteRangeOutcome {
  const deleted = prng.pick([0, 1, 1000]);
  return { kind: "deleteRange", revision: drawRevision(prng), deleted, prevRows: drawRows(prng) };
}

function drawTxn(prng: Prng, depth: number): TxnOutcome {
  const outcomes = Array.from({ length: prng.below(4) }, () => drawOp(prng, depth));
  return { kind: "txn", revision: drawRevision(prng), succeeded: prng.chance(0.5), outcomes };
}

function drawOp(prng: Prng, depth: number): OpOutcome {
  const kind = prng.below(depth > 0 ? 4 : 3);
  if (kind === 0) return drawRange(prng);
  if (kind === 1) return drawPut(prng);
  return kind === 2 ? drawDelete(prng) : drawTxn(prng, depth - 1);
}

describe("server/services/kv-encoding", () => {
  const server = new SingleMember();
  const encoder = new KvEncoder(server);

  it("writes what the codec writes", () => {
    withSeed("services/kv-encoding", ({ prng }) => {
      for (let i = 0; i < ROUNDS; i++) {
        const [range, put, del, txn] = [drawRange(prng), drawPut(prng), drawDelete(prng), drawTxn(prng, 3)];
        const header = (revision: number): ReturnType<typeof newHeader> => newHeader(server, revision);
        assert.deepEqual(encoder.range(range), encodeRangeResponse(toRangeResponse(range, header(range.revision))));
        assert.deepEqual(encoder.put(put), encodePutResponse(toPutResponse(put, header(put.revision))));
        const deleted = toDeleteRangeResponse(del, header(del.revision));
        assert.deepEqual(encoder.deleteRange(del), encodeDeleteRangeResponse(deleted));
        assert.deepEqual(encoder.txn(txn), encodeTxnResponse(toTxnResponse(txn, header(txn.revision))));
        const whole = { rangeResponse: toRangeResponse(range, header(range.revision)) };
        assert.deepEqual(encoder.streamEnd(range), encodeRangeStreamResponse(whole));
        const piece = { rangeResponse: newRangeResponse({ kvs: range.rows.map(decodeKeyValue) }) };
        assert.deepEqual(encoder.streamPiece(range.rows), encodeRangeStreamResponse(piece));
      }
    });
  });

  it("leaves an answer alone that was written before", () => {
    const first = encoder.put({ kind: "put", revision: 5, prevRow: undefined });
    const copy = first.slice();
    for (let i = 0; i < 10_000; i++) encoder.put({ kind: "put", revision: 1000 + i, prevRow: undefined });
    assert.deepEqual(first, copy);
  });
});
