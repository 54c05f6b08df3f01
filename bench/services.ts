/** What an answer of the KV service costs, from what the machine found to its bytes. */
import { type PutOutcome, type RangeOutcome, toPutResponse, toRangeResponse } from "@quorate/machine";
import { encodeKeyValue, encodePutResponse, encodeRangeResponse, newKeyValue, newResponseHeader } from "@quorate/proto";
import { type HeaderSource, KvEncoder } from "@quorate/server";
import { atLeast, atMost, medianSeconds, type Result } from "./measure.ts";

const VALUE_BYTES = 256;
const KEY_BYTES = 32;
const MANY_ROWS = 10_000;
const REPEAT = 200_000;
const REPEAT_MANY = 20;
const NANO = 1e9;
const MEGA = 1e6;
const LIMIT_PUT_NS = 400;
const LIMIT_RANGE_NS = 600;
const LEAST_MEGABYTES_PER_SECOND = 500;

const SOURCE: HeaderSource = { clusterId: 0xcdf818194e3a8c32n, memberId: 0x8e9e05c52164694dn, raft: { term: 3 } };

export function benchServices(): Result[] {
  const encoder = new KvEncoder(SOURCE);
  const row = rowOf(1);
  const rows = Array.from({ length: MANY_ROWS }, (_, i) => rowOf(i));
  const put: PutOutcome = { kind: "put", revision: 1_234_567, prevRow: undefined };
  const get: RangeOutcome = { kind: "range", revision: 1_234_567, rows: [row], more: false, count: 1 };
  const many: RangeOutcome = { ...get, rows, count: MANY_ROWS };
  const header = newResponseHeader({ ...SOURCE, revision: put.revision, raftTerm: 3 });
  const manySeconds = medianSeconds(() => {
    for (let i = 0; i < REPEAT_MANY; i++) encoder.range(many);
  });
  const megabytes = (encoder.range(many).length * REPEAT_MANY) / MEGA;
  return [
    atMost(
      "services/put-answer",
      nanoseconds(() => encoder.put(put)),
      "ns",
      LIMIT_PUT_NS,
    ),
    atMost(
      "services/range-answer-1-key",
      nanoseconds(() => encoder.range(get)),
      "ns",
      LIMIT_RANGE_NS,
    ),
    atLeast("services/range-answer-10k-keys", megabytes / manySeconds, "MB/s", LEAST_MEGABYTES_PER_SECOND),
    // What the same costs through objects, to compare.
    informative("services/put-answer-by-codec", () => encodePutResponse(toPutResponse(put, header))),
    informative("services/range-answer-1-key-by-codec", () => encodeRangeResponse(toRangeResponse(get, header))),
  ];
}

function informative(name: string, run: () => unknown): Result {
  return atMost(name, nanoseconds(run), "ns", Number.POSITIVE_INFINITY);
}

function nanoseconds(run: () => unknown): number {
  const seconds = medianSeconds(() => {
    for (let i = 0; i < REPEAT; i++) run();
  });
  return (seconds * NANO) / REPEAT;
}

function rowOf(i: number): Uint8Array {
  const key = new Uint8Array(KEY_BYTES).fill(i % 256);
  const value = new Uint8Array(VALUE_BYTES).fill(i % 256);
  return encodeKeyValue(newKeyValue({ key, value, createRevision: 5 + i, modRevision: 1_000 + i, version: 2 }));
}
