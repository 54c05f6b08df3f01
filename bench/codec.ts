/** Bytes in and out: the message codec and the encoder of the write-ahead log. */

import {
  decodeMessage,
  encodeMessage,
  type Message,
  MessageType,
  newEntry,
  newHardState,
  newMessage,
} from "@quorate/proto";
import { createMsgAppV2Decoder, createMsgAppV2Encoder, OutputBuffer } from "@quorate/rafthttp";
import { encodeBatch, WalEncoder } from "@quorate/storage";
import { atLeast, medianSeconds, type Result } from "./measure.ts";

const ENTRIES = 64;
const VALUE_BYTES = 256;
const REPEAT = 2_000;
const MEGA = 1e6;

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

export function benchCodec(): Result[] {
  const m = appendOf64();
  const bytes = encodeMessage(m);
  const stream = new OutputBuffer();
  createMsgAppV2Encoder().encode(stream, m);
  const frame = stream.take();
  const batch = encodeBatch(newHardState({ term: 5, commit: 999 }), m.entries, true);
  const wal = new WalEncoder(0);
  return [
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
