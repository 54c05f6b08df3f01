import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Prng } from "@quorate/base";
import { encodeMessage, type Message, MessageType, newEntry, newMessage } from "@quorate/proto";
import { withSeed } from "@quorate/testkit";
import { ByteQueue } from "./byte-queue.ts";
import { RafthttpError } from "./errors.ts";
import { createMessageDecoder, createMessageEncoder, type StreamDecoder, type StreamEncoder } from "./message-codec.ts";
import { createMsgAppV2Decoder, createMsgAppV2Encoder } from "./msgapp-v2-codec.ts";
import { OutputBuffer } from "./output-buffer.ts";

const FILE = "decoders.property";

type Codec = { readonly name: string; readonly encoder: () => StreamEncoder; readonly decoder: () => StreamDecoder };

const CODECS: readonly Codec[] = [
  { name: "message stream", encoder: createMessageEncoder, decoder: () => createMessageDecoder(1 << 20) },
  {
    name: "msgapp stream",
    encoder: createMsgAppV2Encoder,
    decoder: () => createMsgAppV2Decoder({ local: 2n, remote: 1n, limit: 1 << 20 }),
  },
];

/** Appends as a leader sends them: most continue the one before, some go back, some are of a new term. */
function drawAppends(prng: Prng, count: number): (Message | undefined)[] {
  let term = 1;
  let index = prng.below(100);
  let lastTerm = term;
  return Array.from({ length: count }, () => {
    if (prng.chance(0.2)) return undefined;
    if (prng.chance(0.2)) term++;
    if (prng.chance(0.1)) index = Math.max(0, index - prng.below(3));
    const entries = Array.from({ length: prng.below(4) }, (_, i) =>
      newEntry({ term, index: index + i + 1, data: drawBytes(prng, prng.below(40)) }),
    );
    const m = newMessage({
      type: MessageType.MsgApp,
      from: 1n,
      to: 2n,
      term,
      logTerm: lastTerm,
      index,
      entries,
      commit: prng.below(index + 1),
    });
    index += entries.length;
    if (entries.length > 0) lastTerm = term;
    return m;
  });
}

function drawBytes(prng: Prng, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => prng.below(256));
}

function* cut(prng: Prng, bytes: Uint8Array, longest: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const length = prng.below(longest + 1);
    yield bytes.slice(at, at + length);
    at += length;
  }
}

function encodeAll(codec: Codec, messages: readonly (Message | undefined)[]): Uint8Array {
  const out = new OutputBuffer();
  const encoder = codec.encoder();
  for (const m of messages) encoder.encode(out, m);
  return out.take();
}

/** Feeds chunks until they end or the decoder gives up; anything thrown but a RafthttpError escapes. */
function feed(decoder: StreamDecoder, chunks: Iterable<Uint8Array>): Message[] {
  const messages: Message[] = [];
  try {
    for (const chunk of chunks) messages.push(...decoder.push(chunk));
  } catch (error) {
    if (!(error instanceof RafthttpError)) throw error;
    assert.ok(["FrameTooLarge", "BadFrameType", "Malformed"].includes(error.code), error.code);
  }
  return messages;
}

describe("rafthttp/decoders", () => {
  for (const codec of CODECS) {
    it(`of the ${codec.name} give back what was encoded, however it is cut`, () => {
      withSeed(FILE, ({ prng }) => {
        for (let round = 0; round < 300; round++) {
          const messages = drawAppends(prng, 1 + prng.below(20));
          const decoded = feed(codec.decoder(), cut(prng, encodeAll(codec, messages), prng.pick([1, 3, 9, 64, 5000])));
          assert.deepEqual(decoded.map(encodeMessage), messages.filter((m) => m !== undefined).map(encodeMessage));
        }
      });
    });

    it(`of the ${codec.name} refuse random bytes with a typed error or wait for more`, () => {
      withSeed(FILE, ({ prng }) => {
        for (let round = 0; round < 3000; round++) {
          const bytes = drawBytes(prng, prng.below(200));
          // Small lengths get past the first check.
          if (prng.chance(0.7)) bytes.fill(0, 0, Math.min(bytes.length, prng.pick([7, 8, 9, 16])));
          if (prng.chance(0.5)) bytes[0] = prng.below(3);
          feed(codec.decoder(), cut(prng, bytes, prng.pick([1, 10, 200])));
        }
      });
    });

    it(`of the ${codec.name} survive every kind of damage to good bytes`, () => {
      withSeed(FILE, ({ prng }) => {
        for (let round = 0; round < 1500; round++) {
          const bytes = encodeAll(codec, drawAppends(prng, 1 + prng.below(6))).slice();
          for (let n = prng.below(4); n >= 0 && bytes.length > 0; n--)
            bytes[prng.below(bytes.length)] = prng.below(256);
          feed(codec.decoder(), cut(prng, bytes.slice(0, prng.below(bytes.length + 1)), 50));
        }
      });
    });
  }
});

describe("rafthttp/byte-queue", () => {
  it("gives the bytes back that were pushed, whatever the cuts", () => {
    withSeed(FILE, ({ prng }) => {
      for (let round = 0; round < 500; round++) {
        const bytes = drawBytes(prng, prng.below(300));
        const queue = new ByteQueue();
        const taken: number[] = [];
        for (const chunk of cut(prng, bytes, 40)) {
          queue.push(chunk);
          if (prng.chance(0.6)) taken.push(...queue.take(prng.below(queue.length + 1)));
        }
        taken.push(...queue.take(queue.length));
        assert.deepEqual(taken, [...bytes]);
        assert.equal(queue.length, 0);
      }
    });
  });

  it("reads a u64 across chunks, and calls one infinite that no number holds", () => {
    for (const value of [0n, 1n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 64n - 1n]) {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64BE(value);
      for (let at = 0; at <= 8; at++) {
        const queue = new ByteQueue();
        queue.push(bytes.subarray(0, at));
        queue.push(bytes.subarray(at));
        assert.equal(queue.takeUint64(), value < 2n ** 53n ? Number(value) : Number.POSITIVE_INFINITY);
      }
    }
  });

  it("does not give what has not come", () => {
    const queue = new ByteQueue();
    queue.push(new Uint8Array(3));
    assert.throws(() => queue.take(4), /a frame is taken once it is complete/);
  });
});

describe("rafthttp/output-buffer", () => {
  it("grows, keeps what was appended, and starts anew once taken", () => {
    withSeed(FILE, ({ prng }) => {
      const out = new OutputBuffer();
      for (let round = 0; round < 5; round++) {
        const expected: Buffer[] = [];
        for (let n = 0; n < 300; n++) {
          const chunk = drawBytes(prng, prng.below(300));
          const at = out.reserve(chunk.length);
          const { bytes } = out;
          bytes.set(chunk, at);
          const value = prng.below(2 ** 32) * 2 ** 20 + prng.below(2 ** 20);
          out.uint8(chunk.length & 0xff);
          out.uint64(value);
          const number = Buffer.alloc(8);
          number.writeBigUInt64BE(BigInt(value));
          expected.push(Buffer.from(chunk), Buffer.from([chunk.length & 0xff]), number);
        }
        assert.equal(out.length, Buffer.concat(expected).length);
        assert.deepEqual(Buffer.from(out.take()), Buffer.concat(expected));
        assert.equal(out.length, 0);
      }
    });
  });
});
