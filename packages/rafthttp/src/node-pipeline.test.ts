import assert from "node:assert/strict";
import { once } from "node:events";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, it } from "node:test";
import { decodeMessage, encodeMessage, type Message, MessageType, newMessage, newSnapshot } from "@quorate/proto";
import { type MemberOptions, PeerMember, until } from "@quorate/testkit";

/** Reached as a remote: no streams, so that everything takes the pipeline. */
const PEER = 2n;

const vote = (term: number): Message => newMessage({ type: MessageType.MsgVote, from: 1n, to: PEER, term });
const snapshot = (): Message =>
  newMessage({ type: MessageType.MsgSnap, from: 1n, to: PEER, term: 1, snapshot: newSnapshot() });

describe("rafthttp/node-pipeline", () => {
  const cleanups: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  type Post = {
    readonly request: http.IncomingMessage;
    readonly m: Message;
    readonly answer: (status: number) => void;
  };

  /** Collects what is posted; answers at once with `status`, or leaves that to the test. */
  const serve = async (status?: number): Promise<{ readonly url: string; readonly posts: Post[] }> => {
    const posts: Post[] = [];
    const server = http.createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const answer = (code: number): void => void response.writeHead(code).end();
        posts.push({ request, m: decodeMessage(Buffer.concat(chunks)), answer });
        if (status !== undefined) answer(status);
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    cleanups.push(async () => {
      server.close();
      server.closeAllConnections();
    });
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, posts };
  };

  const start = async (urls: readonly string[], options: Partial<MemberOptions> = {}): Promise<PeerMember> => {
    const member = await PeerMember.start({ id: 1n, ...options });
    cleanups.push(() => member.stop());
    member.transport.addRemote(PEER, urls);
    return member;
  };

  it("posts bare messages with the headers of a peer, on connections that it keeps", async () => {
    const peer = await serve(204);
    const member = await start([peer.url]);
    member.transport.send([vote(1)]);
    await until(() => peer.posts.length === 1, "the first message");
    await new Promise((resolve) => setTimeout(resolve, 0));
    member.transport.send([vote(2)]);
    await until(() => peer.posts.length === 2, "the second message");
    assert.deepEqual(
      peer.posts.map(({ m }) => encodeMessage(m)),
      [encodeMessage(vote(1)), encodeMessage(vote(2))],
    );
    const [first] = peer.posts;
    assert.equal(first?.request.method, "POST");
    assert.equal(first?.request.url, "/raft");
    assert.equal(first?.request.headers["content-type"], "application/protobuf");
    assert.equal(first?.request.headers["content-length"], String(encodeMessage(vote(1)).length));
    assert.equal(first?.request.headers["x-server-from"], "1");
    assert.equal(first?.request.headers["x-peerurls"], member.url);
    assert.deepEqual(member.raft.unreachable, []);
  });

  it("has as many requests under way as it has workers, and bounds what waits", async () => {
    const peer = await serve();
    const member = await start([peer.url], { limits: { pipelineWorkers: 2, pipelineQueue: 3 } });
    member.transport.send([1, 2, 3, 4, 5, 6, 7].map(vote));
    // Two are under way, three wait, two found no room.
    assert.deepEqual(member.raft.unreachable, [PEER, PEER]);
    await until(() => peer.posts.length === 2, "two requests");
    peer.posts[0]?.answer(204);
    await until(() => peer.posts.length === 3, "a third");
    for (let n = 1; n < 5; n++) {
      await until(() => peer.posts.length > n, "the next request");
      peer.posts[n]?.answer(204);
    }
    assert.deepEqual(
      peer.posts.map(({ m }) => m.term),
      [1, 2, 3, 4, 5],
    );
    assert.deepEqual(member.raft.unreachable, [PEER, PEER]);
  });

  it("has etcd's four workers and room for 64 more", async () => {
    const peer = await serve();
    const member = await start([peer.url]);
    member.transport.send(Array.from({ length: 4 + 64 + 1 }, (_, i) => vote(i + 1)));
    assert.deepEqual(member.raft.unreachable, [PEER]);
    await until(() => peer.posts.length === 4, "four requests");
  });

  it("reports the failure of a snapshot that finds no room", async () => {
    const peer = await serve();
    const member = await start([peer.url], { limits: { pipelineWorkers: 1, pipelineQueue: 1 } });
    member.transport.send([vote(1), vote(2), snapshot()]);
    assert.deepEqual(member.raft.unreachable, [PEER]);
    assert.deepEqual(member.raft.snapshots, [{ id: PEER, status: "failure" }]);
  });

  it("reports that a snapshot finished once it is taken", async () => {
    const peer = await serve();
    const member = await start([peer.url]);
    member.transport.send([snapshot()]);
    await until(() => peer.posts.length === 1, "the snapshot");
    assert.deepEqual(member.raft.snapshots, []);
    peer.posts[0]?.answer(204);
    await until(() => member.raft.snapshots.length > 0, "the report");
    assert.deepEqual(member.raft.snapshots, [{ id: PEER, status: "finish" }]);
  });

  for (const status of [200, 400, 404, 412, 500, 503]) {
    it(`reports the peer unreachable and a snapshot failed on ${status}`, async () => {
      const peer = await serve(status);
      const member = await start([peer.url]);
      member.transport.send([vote(1), snapshot()]);
      await until(() => member.raft.unreachable.length === 2, "both reports");
      assert.deepEqual(member.raft.unreachable, [PEER, PEER]);
      assert.deepEqual(member.raft.snapshots, [{ id: PEER, status: "failure" }]);
      assert.deepEqual(member.removals, []);
    });
  }

  it("tells that this member was removed on 403", async () => {
    const peer = await serve(403);
    const member = await start([peer.url]);
    member.transport.send([vote(1)]);
    await until(() => member.removals.length > 0, "word of the removal");
    assert.equal(member.removals[0]?.code, "MemberRemoved");
    assert.deepEqual(member.raft.unreachable, [PEER]);
  });

  it("reports a peer unreachable where nobody listens, and tries its next URL", async () => {
    const peer = await serve(204);
    const member = await start(["http://127.0.0.1:1", peer.url]);
    member.transport.send([vote(1)]);
    await until(() => member.raft.unreachable.length === 1, "the report");
    member.transport.send([vote(2)]);
    await until(() => peer.posts.length === 1, "the second message");
    assert.equal(peer.posts[0]?.m.term, 2);
  });

  it("gives up an answer that does not come", async () => {
    const peer = await serve();
    const member = await start([peer.url], { limits: { readTimeoutMs: 40 } });
    member.transport.send([vote(1)]);
    await until(() => member.raft.unreachable.length === 1, "the report");
  });

  it("says nothing more once the transport is stopped", async () => {
    const peer = await serve();
    const member = await start([peer.url]);
    member.transport.send([1, 2, 3, 4, 5, 6].map(vote));
    await until(() => peer.posts.length === 4, "four requests");
    member.transport.stop();
    await until(() => peer.posts.every(({ request }) => request.socket.destroyed), "the connections to close");
    assert.deepEqual(member.raft.unreachable, []);
    assert.equal(peer.posts.length, 4);
  });
});
