import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type Entry,
  encodeEntry,
  encodeMessage,
  type Message,
  MessageType,
  newEntry,
  newMessage,
} from "@quorate/proto";
import type { StreamDecoder } from "./message-codec.ts";
import { createMsgAppV2Decoder, createMsgAppV2Encoder } from "./msgapp-v2-codec.ts";
import { OutputBuffer } from "./output-buffer.ts";

const LOCAL = 0x2n;
const REMOTE = 0xf1n;

const entry = (term: number, index: number, data = "x"): Entry =>
  newEntry({ term, index, data: new TextEncoder().encode(data) });

const app = (init: Partial<Message>): Message =>
  newMessage({ type: MessageType.MsgApp, from: REMOTE, to: LOCAL, ...init });

const u64 = (value: number | bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
};

/** The two forms of a frame, written by hand from the protocol's table. */
const whole = (m: Message): Buffer => {
  const body = encodeMessage(m);
  return Buffer.concat([Buffer.from([2]), u64(body.length), body]);
};
const shortened = (entries: readonly Entry[], commit: number | bigint): Buffer =>
  Buffer.concat([
    Buffer.from([1]),
    u64(entries.length),
    ...entries.flatMap((e) => [u64(encodeEntry(e).length), encodeEntry(e)]),
    u64(commit),
  ]);

const createDecoder = (limit?: number): StreamDecoder =>
  createMsgAppV2Decoder({ local: LOCAL, remote: REMOTE, ...(limit === undefined ? {} : { limit }) });

const encodeEach = (messages: readonly (Message | undefined)[]): Buffer[] => {
  const encoder = createMsgAppV2Encoder();
  return messages.map((m) => {
    const out = new OutputBuffer();
    encoder.encode(out, m);
    return Buffer.from(out.take());
  });
};

/** Messages are the same if their bytes are: how zeros were written is no part of their meaning. */
const assertSame = (actual: readonly Message[], expected: readonly Message[]): void =>
  assert.deepEqual(
    actual.map((m) => Buffer.from(encodeMessage(m)).toString("hex")),
    expected.map((m) => Buffer.from(encodeMessage(m)).toString("hex")),
  );

describe("rafthttp/msgapp-v2-codec", () => {
  it("writes a link heartbeat as one zero byte and reads it as nothing", () => {
    assert.deepEqual(encodeEach([undefined]), [Buffer.from([0])]);
    assert.deepEqual(createDecoder().push(Buffer.from([0, 0, 0])), []);
  });

  it("starts with a whole message and shortens those that continue it", () => {
    const first = app({ term: 2, logTerm: 1, index: 3, entries: [entry(2, 4), entry(2, 5)], commit: 3 });
    const second = app({ term: 2, logTerm: 2, index: 5, entries: [entry(2, 6, "six")], commit: 4 });
    const third = app({ term: 2, logTerm: 2, index: 6, entries: [entry(2, 7), entry(2, 8)], commit: 6 });
    const frames = encodeEach([first, second, third]);
    assert.deepEqual(frames, [whole(first), shortened(second.entries, 4), shortened(third.entries, 6)]);
    assertSame(createDecoder().push(Buffer.concat(frames)), [first, second, third]);
  });

  it("writes the bytes of the protocol's table for a shortened append", () => {
    const first = app({ term: 1, logTerm: 1, index: 1, commit: 1 });
    const second = app({ term: 1, logTerm: 1, index: 1, entries: [newEntry({ term: 1, index: 2 })], commit: 1 });
    const hex = encodeEach([first, second])[1]?.toString("hex") ?? "";
    const e = Buffer.from(encodeEntry(second.entries[0] ?? newEntry())).toString("hex");
    assert.equal(hex, `010000000000000001${(e.length / 2).toString(16).padStart(16, "0")}${e}0000000000000001`);
  });

  it("shortens an append without entries to its commit index", () => {
    const first = app({ term: 3, logTerm: 3, index: 9, entries: [entry(3, 10)], commit: 8 });
    const empty = app({ term: 3, logTerm: 3, index: 10, commit: 10 });
    const frames = encodeEach([first, empty, empty]);
    assert.deepEqual(frames.slice(1), [shortened([], 10), shortened([], 10)]);
    assertSame(createDecoder().push(Buffer.concat(frames)), [first, empty, empty]);
  });

  it("follows a whole append without entries by its index", () => {
    const first = app({ term: 3, logTerm: 3, index: 10, commit: 8 });
    const second = app({ term: 3, logTerm: 3, index: 10, entries: [entry(3, 11)], commit: 9 });
    const frames = encodeEach([first, second]);
    assert.deepEqual(frames[1], shortened(second.entries, 9));
    assertSame(createDecoder().push(Buffer.concat(frames)), [first, second]);
  });

  const base = app({ term: 2, logTerm: 2, index: 4, entries: [entry(2, 5)], commit: 4 });
  for (const [why, m] of Object.entries({
    "goes back in the log": app({ term: 2, logTerm: 2, index: 4, entries: [entry(2, 5)], commit: 4 }),
    "leaves a gap": app({ term: 2, logTerm: 2, index: 6, entries: [entry(2, 7)], commit: 4 }),
    "continues an older term": app({ term: 2, logTerm: 1, index: 5, entries: [entry(2, 6)], commit: 4 }),
    "comes from a later term": app({ term: 3, logTerm: 2, index: 5, entries: [entry(3, 6)], commit: 4 }),
  })) {
    it(`writes an append whole that ${why}`, () => {
      const frames = encodeEach([base, m]);
      assert.deepEqual(frames[1], whole(m));
      assertSame(createDecoder().push(Buffer.concat(frames)), [base, m]);
    });
  }

  it("shortens again after a whole append of a later term", () => {
    const messages = [
      base,
      app({ term: 3, logTerm: 2, index: 5, entries: [entry(3, 6)], commit: 5 }),
      app({ term: 3, logTerm: 3, index: 6, entries: [entry(3, 7)], commit: 5 }),
    ];
    const frames = encodeEach(messages);
    assert.deepEqual(
      frames.map((bytes) => bytes[0]),
      [2, 2, 1],
    );
    assertSame(createDecoder().push(Buffer.concat(frames)), messages);
  });

  it("starts over on each connection", () => {
    const [, second] = [base, app({ term: 2, logTerm: 2, index: 5, entries: [entry(2, 6)], commit: 5 })];
    assert.deepEqual(encodeEach([second]), [whole(second ?? base)]);
  });

  it("rebuilds a shortened append from nothing but its place: sender, receiver, terms, index", () => {
    const [m] = createDecoder().push(shortened([entry(1, 1)], 7));
    assert.ok(m);
    assertSame([m], [app({ term: 0, logTerm: 0, index: 0, entries: [entry(1, 1)], commit: 7 })]);
  });

  it("takes bytes one by one", () => {
    const second = app({ term: 2, logTerm: 2, index: 5, entries: [entry(2, 6), newEntry()], commit: 5 });
    const bytes = Buffer.concat(encodeEach([base, undefined, second, undefined]));
    const decoder = createDecoder();
    assertSame(
      [...bytes].flatMap((byte) => decoder.push(new Uint8Array([byte]))),
      [base, second],
    );
  });

  for (const type of [3, 4, 0x7f, 0xff]) {
    it(`refuses frame type ${type}`, () => {
      assert.throws(() => createDecoder().push(Buffer.from([type])), {
        code: "BadFrameType",
        message: `rafthttp: unknown frame type ${type} on a msgapp stream`,
      });
    });
  }

  it("takes a whole append of exactly the limit and refuses one byte more on its length alone", () => {
    const size = encodeMessage(base).length;
    assertSame(createDecoder(size).push(whole(base)), [base]);
    assert.throws(() => createDecoder(size - 1).push(whole(base).subarray(0, 9)), { code: "FrameTooLarge" });
    assert.throws(() => createDecoder().push(Buffer.concat([Buffer.from([2]), u64(512 * 1024 * 1024 + 1)])), {
      code: "FrameTooLarge",
    });
  });

  it("counts the entries of a shortened append together towards the limit", () => {
    const entries = [entry(1, 1, "aaaa"), entry(1, 2, "bbbb")];
    const size = entries.reduce((sum, e) => sum + encodeEntry(e).length, 0);
    assert.equal(createDecoder(size).push(shortened(entries, 0)).length, 1);
    assert.throws(() => createDecoder(size - 1).push(shortened(entries, 0)), { code: "FrameTooLarge" });
  });

  it("starts the count of bytes anew with each frame", () => {
    const frame = shortened([entry(1, 1)], 0);
    assert.equal(createDecoder(encodeEntry(entry(1, 1)).length).push(Buffer.concat([frame, frame, frame])).length, 3);
  });

  for (const count of [1_000_001n, 2n ** 53n, 2n ** 64n - 1n]) {
    it(`refuses ${count} entries before it makes room for them`, () => {
      const before = process.memoryUsage().heapUsed;
      assert.throws(() => createDecoder().push(Buffer.concat([Buffer.from([1]), u64(count)])), {
        code: "FrameTooLarge",
      });
      assert.ok(process.memoryUsage().heapUsed - before < 4 * 1024 * 1024);
    });
  }

  it("refuses a commit index that a number cannot hold", () => {
    assert.throws(() => createDecoder().push(shortened([], 2n ** 53n)), { code: "Malformed" });
    assert.equal(createDecoder().push(shortened([], 2n ** 53n - 1n))[0]?.commit, 2 ** 53 - 1);
  });

  it("refuses an entry and a message that do not decode", () => {
    const bad = Buffer.from([0x08]);
    assert.throws(() => createDecoder().push(Buffer.concat([Buffer.from([1]), u64(1), u64(1), bad])), {
      code: "Malformed",
    });
    assert.throws(() => createDecoder().push(Buffer.concat([Buffer.from([2]), u64(1), bad])), { code: "Malformed" });
  });
});
