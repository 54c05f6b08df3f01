import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { encodeMessage, type Message, MessageType, newEntry, newMessage, newSnapshot } from "@quorate/proto";
import { RafthttpError } from "./errors.ts";
import { createMessageDecoder, createMessageEncoder, isLinkHeartbeat, MAX_MESSAGE_BYTES } from "./message-codec.ts";
import { OutputBuffer } from "./output-buffer.ts";

/** Link heartbeats as releases of etcd send them (the tables of the peer protocol), behind their length. */
const HEARTBEATS = [
  { release: "3.4 and 3.5", hex: "08081000180020002800300040004a0a12080a022800100018005000" + "5800" },
  { release: "3.6", hex: "0808100018002000280030004000500058006800" },
  { release: "3.7", hex: "0808" },
];

const frame = (hex: string): Buffer => {
  const body = Buffer.from(hex, "hex");
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(body.length));
  return Buffer.concat([length, body]);
};

const encode = (...messages: readonly (Message | undefined)[]): Buffer => {
  const out = new OutputBuffer();
  const encoder = createMessageEncoder();
  for (const m of messages) encoder.encode(out, m);
  return Buffer.from(out.take());
};

const app = newMessage({
  type: MessageType.MsgApp,
  from: 1n,
  to: 2n,
  term: 1,
  logTerm: 1,
  index: 3,
  entries: [newEntry({ term: 1, index: 4, data: new Uint8Array([1, 2, 3]) })],
  commit: 3,
});

describe("rafthttp/message-codec", () => {
  it("frames a message with its length as big-endian u64", () => {
    assert.deepEqual(encode(app), frame(Buffer.from(encodeMessage(app)).toString("hex")));
  });

  for (const { release, hex } of HEARTBEATS) {
    it(`knows the link heartbeat of ${release} and tells nobody of it`, () => {
      assert.equal(hex.length / 2, { "3.4 and 3.5": 30, "3.6": 20, "3.7": 2 }[release]);
      assert.deepEqual(createMessageDecoder().push(frame(hex)), []);
    });
  }

  it("sends the link heartbeat of 3.7", () => assert.deepEqual(encode(undefined), frame("0808")));

  it("takes only a heartbeat from nobody to nobody for a link heartbeat", () => {
    const heartbeat = newMessage({ type: MessageType.MsgHeartbeat });
    assert.equal(isLinkHeartbeat(heartbeat), true);
    assert.equal(isLinkHeartbeat({ ...heartbeat, from: 1n }), false);
    assert.equal(isLinkHeartbeat({ ...heartbeat, to: 1n }), false);
    assert.equal(isLinkHeartbeat({ ...heartbeat, type: MessageType.MsgHeartbeatResp }), false);
  });

  it("gives back what was encoded, in order, with link heartbeats between", () => {
    const messages = [
      app,
      newMessage({ type: MessageType.MsgProp, from: 0xffff_ffff_ffff_fffdn, to: 1n, entries: [newEntry()] }),
      newMessage({ type: MessageType.MsgSnap, from: 1n, to: 2n, term: 5, snapshot: newSnapshot() }),
      newMessage({ type: MessageType.MsgHeartbeat, from: 1n, to: 2n, context: new Uint8Array([7]) }),
      newMessage({ type: MessageType.MsgAppResp, from: 2n, to: 1n, index: 2 ** 53 - 1, reject: true, rejectHint: 9 }),
    ];
    const bytes = encode(undefined, ...messages.flatMap((m) => [m, undefined]));
    assert.deepEqual(
      createMessageDecoder()
        .push(bytes)
        .map((m) => Buffer.from(encodeMessage(m))),
      messages.map((m) => Buffer.from(encodeMessage(m))),
    );
  });

  it("takes bytes one by one", () => {
    const decoder = createMessageDecoder();
    const messages = [...encode(app, undefined, app)].flatMap((byte) => decoder.push(new Uint8Array([byte])));
    assert.equal(messages.length, 2);
    for (const m of messages) assert.deepEqual(encodeMessage(m), encodeMessage(app));
  });

  it("takes a frame of no bytes for a message of defaults", () => {
    const [m] = createMessageDecoder().push(frame(""));
    assert.equal(m?.type, MessageType.MsgHup);
  });

  it("allows 512 MiB a message, as etcd does", () => {
    assert.equal(MAX_MESSAGE_BYTES, 512 * 1024 * 1024);
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(MAX_MESSAGE_BYTES));
    assert.deepEqual(createMessageDecoder().push(length), []);
    length.writeBigUInt64BE(BigInt(MAX_MESSAGE_BYTES + 1));
    assert.throws(() => createMessageDecoder().push(length), {
      name: "RafthttpError",
      code: "FrameTooLarge",
      message: "rafthttp: a message of 536870913 bytes exceeds the limit of 536870912",
    });
  });

  it("takes a message of exactly the limit and refuses one byte more on its length alone", () => {
    const size = encodeMessage(app).length;
    assert.equal(createMessageDecoder(size).push(encode(app)).length, 1);
    assert.throws(() => createMessageDecoder(size - 1).push(encode(app).subarray(0, 8)), { code: "FrameTooLarge" });
  });

  for (const length of [2n ** 53n, 2n ** 63n, 2n ** 64n - 1n]) {
    it(`refuses a length of ${length} without allocating`, () => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64BE(length);
      const before = process.memoryUsage().arrayBuffers;
      assert.throws(() => createMessageDecoder().push(bytes), { code: "FrameTooLarge" });
      assert.ok(process.memoryUsage().arrayBuffers - before < 1024 * 1024);
    });
  }

  it("allocates nothing for a large message before its bytes have come", () => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(BigInt(MAX_MESSAGE_BYTES));
    const before = process.memoryUsage().arrayBuffers;
    const decoder = createMessageDecoder();
    decoder.push(bytes);
    decoder.push(new Uint8Array(100));
    assert.ok(process.memoryUsage().arrayBuffers - before < 1024 * 1024);
  });

  it("says Malformed of bytes that are no message, with the codec's reason", () => {
    assert.throws(
      () => createMessageDecoder().push(frame("08")),
      (error) => error instanceof RafthttpError && error.code === "Malformed" && error.message.includes("proto: "),
    );
  });

  it("gives out views of a chunk that holds the whole message, and a copy of one that came in pieces", () => {
    const bytes = encode(app);
    const [whole] = createMessageDecoder().push(bytes);
    assert.equal(whole?.entries[0]?.data?.buffer, bytes.buffer);
    const decoder = createMessageDecoder();
    decoder.push(bytes.subarray(0, 20));
    const [pieced] = decoder.push(bytes.subarray(20));
    assert.notEqual(pieced?.entries[0]?.data?.buffer, bytes.buffer);
    assert.deepEqual([...(pieced?.entries[0]?.data ?? [])], [1, 2, 3]);
  });
});
