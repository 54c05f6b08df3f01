import assert from "node:assert/strict";
import { once } from "node:events";
import * as http from "node:http";
import * as net from "node:net";
import { afterEach, describe, it } from "node:test";
import { Worker } from "node:worker_threads";
import { encodeMessage, type Message, MessageType, newMessage } from "@quorate/proto";
import { type MemberOptions, PeerMember, requestOnce, until } from "@quorate/testkit";
import { createMessageEncoder } from "./message-codec.ts";
import { OutputBuffer } from "./output-buffer.ts";

/** A server in a peer's place that answers as a test wants. */
type FakePeer = { readonly url: string; readonly requests: http.IncomingMessage[] };

const PEER = 2n;
const STREAM_HEADERS = { "X-Server-Version": "3.5.30" };

const vote = (term: number): Message => newMessage({ type: MessageType.MsgVote, from: PEER, to: 1n, term });

const framed = (...messages: readonly (Message | undefined)[]): Uint8Array => {
  const out = new OutputBuffer();
  for (const m of messages) createMessageEncoder().encode(out, m);
  return out.take();
};

const isMessageStream = (request: http.IncomingMessage): boolean => request.url?.includes("/message/") === true;

describe("rafthttp/node-stream-reader", () => {
  const cleanups: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  const start = async (urls: readonly string[], options: Partial<MemberOptions> = {}): Promise<PeerMember> => {
    const member = await PeerMember.start({ id: 1n, ...options });
    cleanups.push(() => member.stop());
    member.transport.addPeer(PEER, urls);
    return member;
  };

  const listen = async (server: net.Server): Promise<string> => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`;
  };

  const serve = async (answer: http.RequestListener): Promise<FakePeer> => {
    const requests: http.IncomingMessage[] = [];
    const server = http.createServer((request, response) => {
      requests.push(request);
      answer(request, response);
    });
    const url = await listen(server);
    cleanups.push(async () => {
      server.close();
      server.closeAllConnections();
    });
    return { url, requests };
  };

  const failures = (member: PeerMember): number => member.transport.stats(PEER)?.failures ?? 0;
  const countOf = (peer: FakePeer): number => peer.requests.filter(isMessageStream).length;

  it("dials both streams with the headers of a peer", async () => {
    const peer = await serve((_request, response) => response.writeHead(200, STREAM_HEADERS).flushHeaders());
    const member = await start([peer.url]);
    await member.transport.whenActive(PEER);
    await until(() => peer.requests.length === 2, "both dials");
    assert.deepEqual(peer.requests.map(({ method, url }) => `${method} ${url}`).sort(), [
      "GET /raft/stream/message/1",
      "GET /raft/stream/msgapp/1",
    ]);
    for (const { headers, httpVersion } of peer.requests) {
      assert.equal(httpVersion, "1.1");
      assert.equal(headers["x-server-from"], "1");
      assert.equal(headers["x-server-version"], "3.5.30");
      assert.equal(headers["x-min-cluster-version"], "3.0.0");
      assert.equal(headers["x-etcd-cluster-id"], "cdf818194e3a8c32");
      assert.equal(headers["x-raft-to"], "2");
      assert.equal(headers["x-peerurls"], member.url);
    }
  });

  it("hands on what it reads, and never a link heartbeat", async () => {
    const peer = await serve((request, response) => {
      response.writeHead(200, STREAM_HEADERS);
      response.write(isMessageStream(request) ? framed(undefined, vote(1), undefined, vote(2)) : new Uint8Array([0]));
    });
    const member = await start([peer.url]);
    await until(() => member.raft.messages.length === 2, "the messages");
    assert.deepEqual(member.raft.messages.map(encodeMessage), [vote(1), vote(2)].map(encodeMessage));
    assert.equal(member.transport.stats(PEER)?.receivedMessages, 2);
  });

  it("refuses messages for others and from removed members on a stream too", async () => {
    const strange = { ...vote(1), to: 3n };
    const removed = { ...vote(2), from: 9n };
    const peer = await serve((request, response) => {
      response.writeHead(200, STREAM_HEADERS);
      if (isMessageStream(request)) response.write(framed(strange, removed, vote(3)));
      else response.flushHeaders();
    });
    const member = await PeerMember.start({ id: 1n });
    cleanups.push(() => member.stop());
    member.raft.removed.add(9n);
    member.transport.addPeer(PEER, [peer.url]);
    await until(() => member.raft.messages.length > 0, "the message");
    assert.deepEqual(
      member.raft.messages.map((m) => m.term),
      [3],
    );
    assert.equal(member.transport.stats(PEER)?.dropped, 2);
  });

  it("goes on after messages that raft refuses", async () => {
    const peer = await serve((request, response) => {
      response.writeHead(200, STREAM_HEADERS);
      if (isMessageStream(request)) response.write(framed(vote(1), vote(2)));
      else response.flushHeaders();
    });
    const member = await PeerMember.start({ id: 1n });
    cleanups.push(() => member.stop());
    member.raft.onProcess = (m) => {
      if (m.term === 1) throw new Error("no");
    };
    member.transport.addPeer(PEER, [peer.url]);
    await until(() => member.raft.messages.length > 0, "the second message");
    assert.equal(failures(member), 0);
  });

  it("hands on everything else before proposals that came earlier", async () => {
    const proposal = newMessage({ type: MessageType.MsgProp, from: PEER, to: 1n });
    const peer = await serve((request, response) => {
      response.writeHead(200, STREAM_HEADERS);
      if (isMessageStream(request)) response.write(framed(proposal, vote(1)));
      else response.flushHeaders();
    });
    const member = await start([peer.url]);
    await until(() => member.raft.messages.length === 2, "both messages");
    assert.deepEqual(
      member.raft.messages.map((m) => m.type),
      [MessageType.MsgVote, MessageType.MsgProp],
    );
  });

  it("bounds what it keeps for raft, and proposals apart", async () => {
    const proposal = newMessage({ type: MessageType.MsgProp, from: PEER, to: 1n });
    const bytes = framed(...[1, 2, 3, 4, 5].map(vote), proposal, proposal, proposal, proposal);
    const peer = await serve((request, response) => {
      response.writeHead(200, STREAM_HEADERS);
      if (isMessageStream(request)) response.write(bytes);
      else response.flushHeaders();
    });
    const member = await start([peer.url], { limits: { receiveQueue: 3 } });
    await until(() => member.transport.stats(PEER)?.dropped === 3, "three messages to be dropped");
    assert.deepEqual(
      member.raft.messages.map((m) => m.type),
      [...[1, 2, 3].map(() => MessageType.MsgVote), ...[1, 2, 3].map(() => MessageType.MsgProp)],
    );
  });

  for (const [why, headers] of [
    ["no version", {}],
    ["a version that is too old", { "X-Server-Version": "2.3.8" }],
    ["a version that is none", { "X-Server-Version": "x" }],
  ] as const) {
    it(`refuses a stream from a peer of ${why}`, async () => {
      const peer = await serve((_request, response) => {
        response.writeHead(200, headers);
        response.write(framed(vote(1)));
      });
      const member = await start([peer.url]);
      await until(() => countOf(peer) >= 3, "it to dial again");
      assert.equal(member.transport.activePeers(), 0);
      assert.deepEqual(member.raft.messages, []);
    });
  }

  it("dials again when the peer ends a stream", async () => {
    const peer = await serve((_request, response) => response.writeHead(200, STREAM_HEADERS).end());
    const member = await start([peer.url]);
    await until(() => countOf(peer) >= 5, "five dials");
    assert.ok(member.log.includes("warn: peer 2 became inactive: the peer closed the stream"), member.log.join("\n"));
  });

  it("leaves time between two dials", async () => {
    const redialMs = 30;
    const dialledAt: number[] = [];
    const peer = await serve((request, response) => {
      if (isMessageStream(request)) dialledAt.push(performance.now());
      response.writeHead(404, STREAM_HEADERS).end();
    });
    const startedAt = performance.now();
    await start([peer.url], { limits: { redialMs } });
    await until(() => countOf(peer) >= 5, "five dials");
    assert.ok((dialledAt[4] ?? 0) - startedAt >= 4 * (redialMs - 1), "the dials came too fast");
  });

  it("gives up a stream on which nothing is heard, not even a beat", async () => {
    const peer = await serve((_request, response) => response.writeHead(200, STREAM_HEADERS).flushHeaders());
    const member = await start([peer.url], { limits: { readTimeoutMs: 50 } });
    await until(() => countOf(peer) >= 3, "it to dial again");
    assert.ok(
      member.log.some((line) => line.includes("nothing was heard for too long")),
      member.log.join("\n"),
    );
  });

  it("keeps a stream on which beats are heard", async () => {
    const other = await PeerMember.start({ id: PEER, limits: { linkHeartbeatMs: 20 } });
    cleanups.push(() => other.stop());
    const member = await start([other.url], { limits: { readTimeoutMs: 500 } });
    other.join(member);
    const received = (): number => member.transport.stats(PEER)?.receivedBytes ?? 0;
    await until(() => received() > 0, "the streams");
    const before = failures(member);
    const enough = received() + 50 * (10 + 1);
    await until(() => received() > enough, "beats for twice the deadline");
    assert.equal(failures(member), before);
  });

  it("gives up a peer that accepts and says nothing", async () => {
    const silent = net.createServer((socket) => socket.on("error", () => undefined).resume());
    const sockets = new Set<net.Socket>();
    silent.on("connection", (socket) => sockets.add(socket));
    const url = await listen(silent);
    cleanups.push(async () => {
      for (const socket of sockets) socket.destroy();
      silent.close();
    });
    const member = await start([url], { limits: { dialTimeoutMs: 40 } });
    await until(() => failures(member) >= 4, "the dials to fail");
  });

  it("gives up a host that does not even accept", async () => {
    // A thread that listens, takes one connection at most into its backlog, and never looks at it.
    const worker = new Worker(
      `const { parentPort } = require("node:worker_threads");
       const server = require("node:net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
         parentPort.postMessage(server.address().port);
         setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
       });`,
      { eval: true },
    );
    const [port] = (await once(worker, "message")) as [number];
    const fillers = Array.from({ length: 4 }, () => net.connect(port, "127.0.0.1").on("error", () => undefined));
    await until(() => fillers.filter((socket) => !socket.connecting).length >= 2, "the backlog to be full");
    cleanups.push(async () => {
      for (const filler of fillers) filler.destroy();
      await worker.terminate();
    });
    const peer = await serve((_request, response) => response.writeHead(200, STREAM_HEADERS).flushHeaders());
    await start([`http://127.0.0.1:${port}`, peer.url], { limits: { dialTimeoutMs: 50 } });
    await until(() => peer.requests.length >= 1, "the next URL to be tried");
  });

  it("goes round the peer's URLs and stays with one that works", async () => {
    const refusing = await serve((_request, response) => response.writeHead(503, STREAM_HEADERS).end());
    const working = await serve((_request, response) => response.writeHead(200, STREAM_HEADERS).flushHeaders());
    const member = await start(["http://127.0.0.1:1", refusing.url, working.url]);
    await until(() => working.requests.length === 2, "both streams on the URL that works");
    assert.ok(refusing.requests.length >= 1);
    assert.ok(member.transport.activeSince(PEER) !== undefined);
  });

  it("goes to new URLs of the peer at once", async () => {
    const first = await serve((_request, response) => response.writeHead(200, STREAM_HEADERS).flushHeaders());
    const second = await serve((_request, response) => response.writeHead(200, STREAM_HEADERS).flushHeaders());
    const member = await start([first.url]);
    await until(() => first.requests.length === 2, "the streams");
    member.transport.updatePeer(PEER, [second.url]);
    await until(() => second.requests.length === 2, "the streams on the new URL");
    assert.equal(first.requests.length, 2);
  });

  it("goes to new URLs of the peer at once while the old one has not answered yet", async () => {
    const silent = await serve(() => {});
    const second = await serve((_request, response) => response.writeHead(200, STREAM_HEADERS).flushHeaders());
    const member = await start([silent.url], { limits: { dialTimeoutMs: 60_000 } });
    await until(() => silent.requests.length === 2, "the dials");
    member.transport.updatePeer(PEER, [second.url]);
    await until(() => second.requests.length === 2, "the streams on the new URL");
  });

  it("does not fall over a URL that is none", async () => {
    const peer = await serve((_request, response) => response.writeHead(200, STREAM_HEADERS).flushHeaders());
    const member = await start(["http://[", peer.url]);
    await until(() => peer.requests.length >= 2, "the next URL to be tried");
    member.transport.updatePeer(PEER, ["no url at all"]);
    const before = failures(member);
    await until(() => failures(member) > before + 4, "the dials to fail");
    member.transport.updatePeer(PEER, []);
    await until(() => failures(member) > before + 12, "further dials to fail");
  });

  it("tells that this member was removed on 410, and dials no more", async () => {
    const peer = await serve((_request, response) => response.writeHead(410, STREAM_HEADERS).end("removed member\n"));
    const member = await start([peer.url]);
    await until(() => member.removals.length === 2, "word from both streams");
    for (const error of member.removals) {
      assert.equal(error.code, "MemberRemoved");
      assert.equal(error.message, "rafthttp: the member has been permanently removed from the cluster");
    }
    // A request that comes after what a redial would have sent shows that there was none.
    await until(() => failures(member) === 2, "both dials to be counted");
    await requestOnce(`${peer.url}/marker`, {});
    assert.equal(peer.requests.filter(({ url }) => url !== "/marker").length, 2);
  });

  for (const [status, body] of [
    [404, "error sender not found\n"],
    [412, "cluster ID mismatch\n"],
    [412, "incompatible version\n"],
    [412, "to field mismatch\n"],
    [500, "x".repeat(100_000)],
  ] as const) {
    it(`dials again after ${status} ${JSON.stringify(body.slice(0, 25))}`, async () => {
      const peer = await serve((_request, response) => response.writeHead(status, STREAM_HEADERS).end(body));
      const member = await start([peer.url]);
      await until(() => countOf(peer) >= 3, "three dials");
      assert.deepEqual(member.removals, []);
    });
  }

  for (const [why, bytes] of Object.entries({
    "bytes that are no frame": Buffer.alloc(64, 0xff),
    "a frame that does not decode": Buffer.from("000000000000000108", "hex"),
  })) {
    it(`dials again after ${why}`, async () => {
      const peer = await serve((_request, response) => response.writeHead(200, STREAM_HEADERS).write(bytes));
      await start([peer.url]);
      await until(() => countOf(peer) >= 3, "three dials");
    });
  }

  for (const [why, answer] of Object.entries({
    "no HTTP": "SSH-2.0-OpenSSH\r\n",
    "a switch of protocols": "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n",
    "half an answer": "HTTP/1.1 200 OK\r\nX-Server-Version: 3.5",
    "an answer in a broken encoding":
      "HTTP/1.1 200 OK\r\nX-Server-Version: 3.5.0\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "half of a refusal": "HTTP/1.1 404 Not Found\r\nX-Server-Version: 3.5.0\r\nContent-Length: 99\r\n\r\nerr",
  })) {
    it(`dials again after ${why}`, async () => {
      let connections = 0;
      const server = net.createServer((socket) => {
        connections++;
        socket.on("error", () => undefined);
        socket.once("data", () => socket.end(answer));
      });
      const url = await listen(server);
      cleanups.push(async () => server.close());
      await start([url]);
      await until(() => connections >= 6, "further dials");
    });
  }
});
