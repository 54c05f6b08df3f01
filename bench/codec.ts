/** Bytes in and out: the message codec and the encoder of the write-ahead log. */

import {
  decodeInternalRaftRequest,
  decodeMessage,
  decodePutRequest,
  decodeRangeResponse,
  encodeMessage,
  encodePutRequest,
  encodeRangeResponse,
  type InternalRaftRequest,
  type Message,
  MessageType,
  newEntry,
  newHardState,
  newInternalRaftRequest,
  newKeyValue,
  newMessage,
  newPutRequest,
  newRangeResponse,
  newRequestHeader,
  newResponseHeader,
  type PutRequest,
  type RangeResponse,
  sizeInternalRaftRequest,
  sizeRangeResponse,
  Writer,
  writeInternalRaftRequest,
  writeRangeResponse,
} from "@quorate/proto";
import { createMsgAppV2Decoder, createMsgAppV2Encoder, OutputBuffer } from "@quorate/rafthttp";
import { encodeBatch, WalEncoder } from "@quorate/storage";
import { atLeast, atMost, medianSeconds, type Result } from "./measure.ts";

const ENTRIES = 64;
const VALUE_BYTES = 256;
const KEY_BYTES = 32;
const KVS = 100;
const REPEAT = 2_000;
/** For what takes less than a microsecond: enough for the compiler to have done its work. */
const REPEAT_SHORT = 100_000;
const MEGA = 1e6;
const NANO = 1e9;

function appendOf64(): Message {
  const entries = Array.from({ length: ENTRIES }, (_, i) =>
    newEntry({ term: 5, index: 1_001 + i, data: new Uint8Array(VALUE_BYTES).fill(i) }),
  );
  const ids = { to: 0x8e9e05c52164694dn, from: 0xfd422379fda50e48n };
  return newMessage({ type: MessageType.MsgApp, ...ids, term: 5, logTerm: 5, index: 1_000, commit: 999, entries });
}

function perSecond(bytes: number, run: () => void): number {
  const seconds = medianSeconds(() => {
    for (let i = 0; i < REPEAT; i++) run();
  });
  return (bytes * REPEAT) / seconds / MEGA;
}

function nanoseconds(repeat: number, run: () => void): number {
  const seconds = medianSeconds(() => {
    for (let i = 0; i < repeat; i++) run();
  });
  return (seconds / repeat) * NANO;
}

function putOf256(): PutRequest {
  return newPutRequest({ key: new Uint8Array(KEY_BYTES).fill(1), value: new Uint8Array(VALUE_BYTES).fill(2) });
}

function rangeOf100(): RangeResponse {
  const { key, value } = putOf256();
  const kvs = Array.from({ length: KVS }, (_, i) =>
    newKeyValue({
      key: key.slice(),
      createRevision: 1_000 + i,
      modRevision: 90_000 + i,
      version: 3,
      value: value.slice(),
    }),
  );
  const ids = { clusterId: 0xcdf818194e3a8c32n, memberId: 0x8e9e05c52164694dn };
  return newRangeResponse({ header: newResponseHeader({ ...ids, revision: 90_100, raftTerm: 5 }), kvs, count: KVS });
}

/** What a client's request costs: read from the wire, written into the log, read from it, and an answer written. */
function benchRequests(): Result[] {
  const put = putOf256();
  const putBytes = encodePutRequest(put);
  const range = rangeOf100();
  const rangeBytes = encodeRangeResponse(range);
  const request: InternalRaftRequest = newInternalRaftRequest({
    header: newRequestHeader({ ID: 0xd605d0600b00f124n }),
    body: { kind: "put", value: put },
  });
  // As the server does it: into an output buffer that is there.
  const room = new Uint8Array(sizeRangeResponse(range));
  const requestRoom = new Uint8Array(sizeInternalRaftRequest(request));
  return [
    atMost(
      "codec/put-decode",
      nanoseconds(REPEAT_SHORT, () => decodePutRequest(putBytes)),
      "ns",
      300,
    ),
    atMost(
      "codec/raft-put-round-trip",
      nanoseconds(REPEAT_SHORT, () => {
        sizeInternalRaftRequest(request);
        writeInternalRaftRequest(new Writer(requestRoom), request);
        decodeInternalRaftRequest(requestRoom);
      }),
      "ns",
      1_000,
    ),
    atMost(
      "codec/range-100-encode",
      nanoseconds(REPEAT, () => {
        sizeRangeResponse(range);
        writeRangeResponse(new Writer(room), range);
      }),
      "ns",
      30_000,
    ),
    atMost(
      "codec/range-100-decode",
      nanoseconds(REPEAT, () => decodeRangeResponse(rangeBytes)),
      "ns",
      40_000,
    ),
  ];
}

export function benchCodec(): Result[] {
  const m = appendOf64();
  const bytes = encodeMessage(m);
  const stream = new OutputBuffer();
  createMsgAppV2Encoder().encode(stream, m);
  const frame = stream.take();
  const batch = encodeBatch(newHardState({ term: 5, commit: 999 }), m.entries, true);
  const wal = new WalEncoder(0);
  return [
    ...benchRequests(),
    atLeast(
      "codec/message-encode",
      perSecond(bytes.length, () => encodeMessage(m)),
      "MB/s",
      300,
    ),
    atLeast(
      "codec/message-decode",
      perSecond(bytes.length, () => decodeMessage(bytes)),
      "MB/s",
      300,
    ),
    atLeast(
      "codec/msgapp-stream-decode",
      perSecond(frame.length, () => createMsgAppV2Decoder({ local: 1n, remote: 2n }).push(frame)),
      "MB/s",
      300,
    ),
    atLeast(
      "wal/encode",
      perSecond(batch.bytes.length, () => {
        encodeBatch(undefined, m.entries, true);
        for (const entry of m.entries) wal.add(2, entry.data);
        wal.take();
      }),
      "MB/s",
      300,
    ),
  ];
}
