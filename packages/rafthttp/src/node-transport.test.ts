import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { encodeMessage, type Message, MessageType, newEntry, newMessage } from "@quorate/proto";
import {
  collectWarnings,
  type MemberOptions,
  PeerMember,
  peerHeaders,
  requestOnce,
  startMembers,
  until,
} from "@quorate/testkit";

const message = (from: PeerMember, to: PeerMember, init: Partial<Message> = {}): Message =>
  newMessage({ type: MessageType.MsgHeartbeat, from: from.id, to: to.id, term: 1, ...init });

describe("rafthttp/node-transport", () => {
  const members = new Set<PeerMember>();
  afterEach(async () => {
    for (const member of members) await stop(member);
  });

  const stop = async (member: PeerMember): Promise<void> => {
    members.delete(member);
    await member.stop();
  };
  const start = async (options: MemberOptions): Promise<PeerMember> => {
    const member = await PeerMember.start(options);
    members.add(member);
    return member;
  };
  const startCluster = async (count: number, options: Omit<MemberOptions, "id"> = {}): Promise<PeerMember[]> => {
    const started = await startMembers(count, options);
    for (const member of started) members.add(member);
    return started;
  };
  const active = async (...all: readonly PeerMember[]): Promise<void> => {
    for (const member of all) {
      for (const other of all) if (other !== member) await member.transport.whenActive(other.id);
    }
  };
  /** Sends until one arrives: whether streams of both directions are up is not to be seen from outside. */
  const reach = async (from: PeerMember, to: PeerMember): Promise<void> => {
    const before = to.raft.messages.length;
    await until(() => {
      from.transport.send([message(from, to)]);
      return to.raft.messages.length > before;
    }, `a message from ${from.id} to ${to.id}`);
  };

  it("connects three members, each with each, by four streams a pair", async () => {
    const cluster = await startCluster(3);
    await active(...cluster);
    await until(() => cluster.every((member) => member.accepted.size === 4), "four streams at each member");
    for (const from of cluster) for (const to of cluster) if (to !== from) await reach(from, to);
    assert.deepEqual(
      cluster.map((member) => member.transport.activePeers()),
      [2, 2, 2],
    );
  });

  it("carries every type of message, whatever the state of the streams", async () => {
    const [a, b] = (await startCluster(2)) as [PeerMember, PeerMember];
    const types = Object.values(MessageType);
    const send = (): void =>
      a.transport.send(types.map((type) => message(a, b, { type, entries: [newEntry({ term: 1, index: 1 })] })));
    // At first by the pipeline, as no stream is up; then by streams.
    send();
    const arrived = (count: number): boolean =>
      types.every((type) => b.raft.messages.filter((m) => m.type === type).length >= count);
    await until(() => arrived(1), "all types by the pipeline");
    await active(a, b);
    await until(() => b.accepted.size >= 2 && a.accepted.size >= 2, "the streams");
    send();
    await until(() => arrived(2), "all types by streams");
    assert.deepEqual(a.raft.unreachable, []);
  });

  it("ignores messages to nobody, to itself, and to members that it does not know", async () => {
    const a = await start({ id: 1n });
    a.transport.send([0n, 1n, 7n].map((to) => newMessage({ type: MessageType.MsgVote, from: 1n, to })));
    assert.deepEqual(a.raft.unreachable, []);
    assert.deepEqual(a.raft.messages, []);
    assert.ok(a.log.includes("debug: dropped a message to 7, which is not a peer"));
  });

  it("refuses members of another cluster in both directions", async () => {
    const [a, b] = [await start({ id: 1n }), await start({ id: 2n, clusterId: 5n })];
    a.join(b);
    b.join(a);
    const failures = (member: PeerMember, id: bigint): number => member.transport.stats(id)?.failures ?? 0;
    await until(() => failures(a, 2n) > 4 && failures(b, 1n) > 4, "dials to be refused");
    assert.equal(a.transport.activePeers() + b.transport.activePeers(), 0);
    a.transport.send([message(a, b)]);
    await until(() => a.raft.unreachable.length > 0, "the message to be refused");
    assert.deepEqual(b.raft.messages, []);
  });

  it("finds a peer again that restarts, and is told of it meanwhile", async () => {
    const [a, b] = (await startCluster(2)) as [PeerMember, PeerMember];
    await active(a, b);
    await reach(a, b);
    await stop(b);
    await until(() => a.transport.activeSince(2n) === undefined, "the peer to be inactive");
    a.transport.send([message(a, b)]);
    await until(() => a.raft.unreachable.length > 0, "the report");
    const again = await start({ id: 2n, port: b.port });
    again.join(a);
    await active(a, again);
    await reach(a, again);
    await reach(again, a);
  });

  it("leaves no connection, listener or warning behind after dozens of restarts", async () => {
    const watch = collectWarnings();
    const [a, b] = (await startCluster(2)) as [PeerMember, PeerMember];
    const { port } = b;
    let peer = b;
    for (let n = 0; n < 40; n++) {
      await active(a, peer);
      await reach(a, peer);
      // The member's own stop waits until it has no connection left.
      await stop(peer);
      await until(() => a.accepted.size === 0, "the connections at the other end to close");
      peer = await start({ id: 2n, port });
      peer.join(a);
    }
    await active(a, peer);
    await reach(peer, a);
    // Two streams, and what the pipeline keeps for later: a connection a worker at most.
    assert.ok(a.accepted.size <= 2 + 4, `${a.accepted.size} connections`);
    watch.stop();
    assert.deepEqual(watch.warnings, []);
  });

  describe("addRemote", () => {
    it("lets a member answer one that it does not know yet, by the URLs that came with its message", async () => {
      const [leader, joiner] = [await start({ id: 1n }), await start({ id: 2n })];
      leader.join(joiner);
      await reach(leader, joiner);
      joiner.transport.send([message(joiner, leader)]);
      await until(() => leader.raft.messages.length === 1, "the answer");
      assert.equal(joiner.transport.activeSince(1n), undefined);
    });

    it("lets a member answer one that only dialled it", async () => {
      const [leader, joiner] = [await start({ id: 1n }), await start({ id: 2n })];
      leader.join(joiner);
      await until(() => (leader.transport.stats(2n)?.failures ?? 0) > 1, "the dials to be refused");
      joiner.transport.send([message(joiner, leader)]);
      await until(() => leader.raft.messages.length === 1, "the answer");
    });

    it("remembers nobody who was removed", async () => {
      const [a, b] = [await start({ id: 1n }), await start({ id: 2n })];
      a.raft.removed.add(2n);
      a.transport.addRemote(2n, [b.url]);
      a.transport.send([message(a, b)]);
      assert.ok(a.log.includes("debug: dropped a message to 2, which is not a peer"));
    });

    it("remembers no more than 64 senders", async () => {
      const a = await start({ id: 1n });
      for (let id = 2n; id < 100n; id++) a.transport.addRemote(id, ["http://127.0.0.1:1"]);
      a.transport.send([65n, 66n].map((to) => newMessage({ type: MessageType.MsgVote, from: 1n, to })));
      assert.deepEqual(
        a.log.filter((line) => line.includes("not a peer")),
        ["debug: dropped a message to 42, which is not a peer"],
      );
    });

    it("gives way to the peer", async () => {
      const [a, b] = [await start({ id: 1n }), await start({ id: 2n })];
      a.transport.addRemote(2n, ["http://127.0.0.1:1"]);
      a.join(b);
      b.join(a);
      await active(a, b);
      await reach(a, b);
      assert.deepEqual(a.raft.unreachable, []);
    });
  });

  describe("removePeer", () => {
    it("closes the streams of both directions", async () => {
      const [a, b] = (await startCluster(2)) as [PeerMember, PeerMember];
      await active(a, b);
      a.transport.removePeer(2n);
      await until(() => b.transport.activeSince(1n) === undefined, "the other end to notice");
      assert.equal(a.transport.activeSince(2n), undefined);
      assert.equal(a.transport.stats(2n), undefined);
    });

    it("tells a removed member so, when it dials", async () => {
      const [a, b] = (await startCluster(2)) as [PeerMember, PeerMember];
      await active(a, b);
      a.raft.removed.add(2n);
      a.transport.removePeer(2n);
      await until(() => b.removals.length > 0, "word of the removal");
      assert.equal(b.removals[0]?.code, "MemberRemoved");
      assert.deepEqual(a.removals, []);
    });

    it("lets the peer be added again", async () => {
      const [a, b] = (await startCluster(2)) as [PeerMember, PeerMember];
      await active(a, b);
      a.transport.removeAllPeers();
      assert.equal(a.transport.activePeers(), 0);
      a.join(b);
      await active(a, b);
      await reach(a, b);
    });
  });

  it("adds a peer once, and never itself", async () => {
    const [a, b] = [await start({ id: 1n }), await start({ id: 2n })];
    b.join(a);
    a.join(a, b, b, b);
    await active(a, b);
    await until(() => a.accepted.size === 2 && b.accepted.size === 2, "the streams");
    await reach(a, b);
    assert.equal(a.transport.stats(1n), undefined);
  });

  it("cuts a peer off in both directions until it is mended", async () => {
    const [a, b] = (await startCluster(2)) as [PeerMember, PeerMember];
    await active(a, b);
    await reach(a, b);
    await reach(b, a);
    const cut = 77;
    a.transport.cutPeer(2n);
    a.transport.send([message(a, b, { term: cut })]);
    const before = a.transport.stats(2n)?.receivedBytes ?? 0;
    // Larger than any number of beats in the meantime.
    b.transport.send([message(b, a, { term: cut, context: new Uint8Array(100_000) })]);
    await until(() => (a.transport.stats(2n)?.receivedBytes ?? 0) > before + 100_000, "the message's bytes");
    const post = { method: "POST", headers: peerHeaders(a, 2n) };
    const body = encodeMessage(message(b, a, { term: cut }));
    assert.equal((await requestOnce(`${a.url}/raft`, post, body)).status, 204);
    a.transport.mendPeer(2n);
    await reach(a, b);
    await reach(b, a);
    for (const { raft } of [a, b]) assert.ok(!raft.messages.some((m) => m.term === cut));
  });

  it("probes its peers", async () => {
    const [a, b] = (await startCluster(2, { limits: { probeMs: 100 } })) as [PeerMember, PeerMember];
    await until(() => (a.transport.stats(2n)?.roundTripMs ?? 0) > 0, "a round trip");
    await until(() => (b.transport.stats(1n)?.roundTripMs ?? 0) > 0, "a round trip");
    assert.deepEqual(
      [...a.log, ...b.log].filter((line) => line.includes("clock")),
      [],
    );
  });

  it("counts what it sends, receives and drops", async () => {
    const [a, b] = (await startCluster(2)) as [PeerMember, PeerMember];
    await active(a, b);
    await reach(a, b);
    const [sent, received] = [a.transport.stats(2n), b.transport.stats(1n)];
    await until(() => sent?.sentMessages === received?.receivedMessages, "every message to arrive");
    assert.ok((sent?.sentBytes ?? 0) > 0);
    await until(() => (received?.receivedBytes ?? 0) > 0, "a beat at least");
    assert.equal(sent?.dropped, 0);
  });

  it("answers nobody and sends nothing once it is stopped, and may be stopped twice", async () => {
    const [a, b] = (await startCluster(2)) as [PeerMember, PeerMember];
    await active(a, b);
    a.transport.stop();
    a.transport.stop();
    await until(() => a.accepted.size === 0 && b.transport.activePeers() === 0, "the connections to close");
    await assert.rejects(requestOnce(`${a.url}/raft/probing`, {}), { code: "ECONNRESET" });
    a.transport.addPeer(3n, [b.url]);
    a.transport.addRemote(4n, [b.url]);
    a.transport.send([message(a, b), newMessage({ to: 3n, from: 1n }), newMessage({ to: 4n, from: 1n })]);
    a.transport.sendSnapshot(message(a, b, { type: MessageType.MsgSnap }));
    assert.deepEqual(a.raft.unreachable, []);
    assert.deepEqual(a.raft.snapshots, [{ id: 2n, status: "failure" }]);
  });
});
