import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { encodeMessage, type Message, MessageType, newEntry, newMessage } from "@quorate/proto";
import { type MemberOptions, openStream, PeerMember, type RawStream, until } from "@quorate/testkit";
import { createMessageDecoder } from "./message-codec.ts";
import { createMsgAppV2Decoder } from "./msgapp-v2-codec.ts";

/** The peer whose streams the tests dial by hand; nobody listens where it should be. */
const PEER = 2n;

const vote = (term: number, context?: Uint8Array): Message =>
  newMessage({ type: MessageType.MsgVote, from: 1n, to: PEER, term, context });

const append = (index: number, data: Uint8Array = new Uint8Array(1)): Message =>
  newMessage({
    type: MessageType.MsgApp,
    from: 1n,
    to: PEER,
    term: 1,
    logTerm: 1,
    index,
    entries: [newEntry({ term: 1, index: index + 1, data })],
    commit: index,
  });

const decodeMessages = (stream: RawStream): Message[] => createMessageDecoder().push(stream.bytes());
const decodeAppends = (stream: RawStream): Message[] =>
  createMsgAppV2Decoder({ local: PEER, remote: 1n }).push(stream.bytes());
const hex = (messages: readonly Message[]): string[] =>
  messages.map((m) => Buffer.from(encodeMessage(m)).toString("hex"));

describe("rafthttp/node-stream-writer", () => {
  const members: PeerMember[] = [];
  const start = async (options: Omit<MemberOptions, "id"> = {}): Promise<PeerMember> => {
    const member = await PeerMember.start({ id: 1n, ...options });
    member.transport.addPeer(PEER, ["http://127.0.0.1:1"]);
    members.push(member);
    return member;
  };
  afterEach(async () => {
    for (const member of members.splice(0)) await member.stop();
  });

  /** Long enough that no beat comes within a test. */
  const SILENT = { linkHeartbeatMs: 1_000_000 };

  it("beats on both streams while there is nothing to say", async () => {
    const member = await start({ limits: { linkHeartbeatMs: 5 } });
    const message = await openStream(member, "message", PEER);
    const msgapp = await openStream(member, "msgapp", PEER);
    await until(() => message.bytes().length >= 50 && msgapp.bytes().length >= 5, "five beats on each");
    assert.match(message.bytes().toString("hex"), /^(00000000000000020808)+/);
    assert.match(msgapp.bytes().toString("hex"), /^(00)+$/);
    assert.deepEqual(decodeMessages(message), []);
  });

  it("beats no more often than it is told to", async () => {
    const linkHeartbeatMs = 40;
    const member = await start({ limits: { linkHeartbeatMs } });
    const openedAt = performance.now();
    const stream = await openStream(member, "msgapp", PEER);
    await until(() => stream.bytes().length >= 4, "four beats");
    // Timers are never early by more than their rounding.
    assert.ok(performance.now() - openedAt >= 4 * (linkHeartbeatMs - 1), "the beats came too fast");
  });

  it("flushes a message at once, without a beat to push it", async () => {
    const member = await start({ limits: SILENT });
    const stream = await openStream(member, "message", PEER);
    member.transport.send([vote(1)]);
    await until(() => decodeMessages(stream).length === 1, "the message");
    assert.deepEqual(hex(decodeMessages(stream)), hex([vote(1)]));
  });

  it("writes messages in the order in which they were sent", async () => {
    const member = await start({ limits: SILENT });
    const stream = await openStream(member, "message", PEER);
    const messages = Array.from({ length: 3000 }, (_, i) => vote(i + 1));
    for (let at = 0; at < messages.length; at += 100) member.transport.send(messages.slice(at, at + 100));
    await until(() => decodeMessages(stream).length === messages.length, "all messages");
    assert.deepEqual(hex(decodeMessages(stream)), hex(messages));
  });

  it("sends more than one flush holds", async () => {
    const member = await start({ limits: { ...SILENT, flushMessages: 3, flushBytes: 100 } });
    const stream = await openStream(member, "message", PEER);
    const messages = Array.from({ length: 50 }, (_, i) => vote(i + 1, new Uint8Array(i * 5)));
    member.transport.send(messages);
    await until(() => decodeMessages(stream).length === messages.length, "all messages");
    assert.deepEqual(hex(decodeMessages(stream)), hex(messages));
  });

  it("sends appends on their own stream and all else on the other", async () => {
    const member = await start({ limits: SILENT });
    const message = await openStream(member, "message", PEER);
    const msgapp = await openStream(member, "msgapp", PEER);
    member.transport.send([append(1), vote(1), append(2), append(3)]);
    await until(() => decodeAppends(msgapp).length === 3 && decodeMessages(message).length === 1, "all messages");
    assert.deepEqual(hex(decodeAppends(msgapp)), hex([append(1), append(2), append(3)]));
    assert.equal(msgapp.bytes()[0], 2);
    assert.ok(msgapp.bytes().length < 2 * (9 + encodeMessage(append(1)).length) + 30, "later appends are shortened");
  });

  it("sends appends on the message stream while it is the only one", async () => {
    const member = await start({ limits: SILENT });
    const message = await openStream(member, "message", PEER);
    member.transport.send([append(1), append(2)]);
    await until(() => decodeMessages(message).length === 2, "the appends");
  });

  for (const kind of ["message", "msgapp"] as const) {
    it(`closes the ${kind} stream that a newer one replaces, and goes on with the newer one`, async () => {
      const member = await start({ limits: SILENT });
      const first = await openStream(member, kind, PEER);
      const send = (index: number): void => member.transport.send([kind === "msgapp" ? append(index) : vote(index)]);
      const decode = kind === "msgapp" ? decodeAppends : decodeMessages;
      send(1);
      await until(() => decode(first).length === 1, "the first message");
      const second = await openStream(member, kind, PEER);
      await until(() => first.response.destroyed, "the old stream to end");
      send(2);
      await until(() => decode(second).length === 1, "the second message");
      // A codec per connection: the append continues the last one, and is whole all the same.
      assert.deepEqual(hex(decode(second)), hex([kind === "msgapp" ? append(2) : vote(2)]));
      assert.equal(decode(first).length, 1);
    });
  }

  it("keeps the peer active since its first stream when a newer one takes over", async () => {
    const member = await start({ limits: { ...SILENT, redialMs: 1_000_000 } });
    // The dial of nobody fails once; from here on nothing but streams counts.
    await until(() => (member.transport.stats(PEER)?.failures ?? 0) >= 2, "the dials to fail");
    await openStream(member, "message", PEER);
    const since = member.transport.activeSince(PEER);
    assert.notEqual(since, undefined);
    await openStream(member, "message", PEER);
    assert.equal(member.transport.activeSince(PEER), since);
    assert.deepEqual(
      member.log.filter((line) => line.includes("inactive")),
      [],
    );
  });

  it("finds the peer inactive once its stream ends", async () => {
    const member = await start({ limits: { ...SILENT, redialMs: 1_000_000 } });
    await until(() => (member.transport.stats(PEER)?.failures ?? 0) >= 2, "the dials to fail");
    const stream = await openStream(member, "message", PEER);
    assert.equal(member.transport.activePeers(), 1);
    stream.close();
    await until(() => member.transport.activePeers() === 0, "the peer to be inactive");
  });

  it("keeps a bounded queue for a reader that does not read, drops the rest and reports the peer unreachable", async () => {
    const member = await start({ limits: { ...SILENT, streamQueue: 10 } });
    const stream = await openStream(member, "message", PEER);
    stream.response.pause();
    const large = new Uint8Array(256 * 1024);
    for (let n = 1; member.raft.unreachable.length === 0; n++) {
      assert.ok(n < 1000, "the queue has no bound");
      member.transport.send([vote(n, large)]);
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.deepEqual(member.raft.unreachable, [PEER]);
    assert.equal(member.transport.stats(PEER)?.dropped, 1);
    const taken = member.transport.stats(PEER)?.sentMessages ?? 0;
    stream.response.resume();
    await until(() => (member.transport.stats(PEER)?.sentMessages ?? 0) === taken + 10, "the queue to empty");
    const sent = decodeMessages;
    await until(() => sent(stream).length === taken + 10, "every queued message");
    assert.deepEqual(
      sent(stream).map((m) => m.term),
      Array.from({ length: taken + 10 }, (_, i) => i + 1),
    );
  });

  it("takes exactly as many messages at once as its queue holds", async () => {
    const member = await start({ limits: { ...SILENT, streamQueue: 5 } });
    const stream = await openStream(member, "message", PEER);
    member.transport.send(Array.from({ length: 7 }, (_, i) => vote(i + 1)));
    assert.deepEqual(member.raft.unreachable, [PEER, PEER]);
    await until(() => decodeMessages(stream).length === 5, "those that fit");
    assert.equal(member.transport.stats(PEER)?.dropped, 2);
  });

  it("gives up a reader that takes nothing for too long, and reports what was queued", async () => {
    const member = await start({ limits: { linkHeartbeatMs: 10, writeTimeoutMs: 50 } });
    const stream = await openStream(member, "message", PEER);
    stream.response.pause();
    const large = new Uint8Array(1024 * 1024);
    member.transport.send(Array.from({ length: 40 }, (_, i) => vote(i + 1, large)));
    await until(() => member.raft.unreachable.length > 0, "word that the peer is unreachable");
    stream.response.resume();
    await until(() => stream.response.destroyed, "the stream to end");
    assert.deepEqual(member.raft.unreachable, [PEER]);
    assert.ok((member.transport.stats(PEER)?.dropped ?? 0) > 0);
  });
});
