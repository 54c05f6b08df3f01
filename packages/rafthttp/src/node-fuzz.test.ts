import assert from "node:assert/strict";
import { once } from "node:events";
import * as http from "node:http";
import * as net from "node:net";
import { after, before, describe, it } from "node:test";
import { Prng } from "@quorate/base";
import { encodeMessage, MessageType, newMessage } from "@quorate/proto";
import { collectWarnings, drawSeed, type PeerMember, peerHeaders, rerun, startMembers, until } from "@quorate/testkit";

const FILE = "node-fuzz";
const ROUNDS = 150;
/** A peer of member 1 that lives only in the tests. */
const PEER = 9n;

function drawBytes(prng: Prng, length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, () => prng.below(256)));
}

/** Bytes that look right at first: a small length in front, a known frame type, or a damaged message. */
function drawBody(prng: Prng): Buffer {
  const bytes = drawBytes(prng, prng.below(400));
  if (prng.chance(0.5)) bytes.fill(0, 0, Math.min(bytes.length, prng.pick([7, 8, 16])));
  if (prng.chance(0.5)) {
    const m = Buffer.from(
      encodeMessage(newMessage({ type: prng.below(24) as MessageType, from: PEER, to: 1n, term: 3 })),
    );
    const header = Buffer.alloc(8);
    header.writeBigUInt64BE(BigInt(m.length));
    const parts = prng.chance(0.5) ? [header, m, bytes] : [m, bytes];
    const good = Buffer.concat(parts);
    if (prng.chance(0.5)) good[prng.below(good.length)] = prng.below(256);
    return good;
  }
  return bytes;
}

/** Sends bytes on a connection of its own and waits until it is closed, by whichever end. */
async function sendRaw(port: number, bytes: Uint8Array): Promise<void> {
  const socket = net.connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.resume();
  socket.end(bytes);
  await new Promise<void>((resolve) => socket.once("close", () => resolve()));
}

/** Sends a request; whether there is an answer is not the point. */
async function sendRequest(url: string, options: http.RequestOptions, body: Uint8Array): Promise<number | undefined> {
  const request = http.request(url, { ...options, agent: false });
  request.on("error", () => undefined);
  const status = new Promise<number | undefined>((resolve) => {
    request.once("response", (response) => {
      response.on("error", () => undefined);
      response.resume();
      resolve(response.statusCode);
      if (response.statusCode === 200) request.destroy();
    });
    request.once("close", () => resolve(undefined));
  });
  request.end(body);
  return status;
}

describe("rafthttp/fuzz", () => {
  let a: PeerMember;
  let b: PeerMember;
  let term = 1000;
  const watch = collectWarnings();
  before(async () => {
    [a, b] = (await startMembers(2, { limits: { readTimeoutMs: 1_000 } })) as [PeerMember, PeerMember];
    a.transport.addPeer(PEER, ["http://127.0.0.1:1"]);
    // Once both streams carry beats nothing goes by the pipeline any more, which would keep its connections.
    const bytes = (member: PeerMember, id: bigint): number => member.transport.stats(id)?.receivedBytes ?? 0;
    await until(() => bytes(a, 2n) > 30 && bytes(b, 1n) > 30, "beats on all streams");
  });
  after(async () => {
    await a.stop();
    await b.stop();
    watch.stop();
  });

  /** Runs `body` with this run's randomness, then finds the good peer at work and nothing left over. */
  const fuzz = async (body: (prng: Prng) => Promise<void>): Promise<void> => {
    const seed = drawSeed();
    const failures = a.transport.stats(2n)?.failures;
    try {
      await body(new Prng(seed));
      const mine = ++term;
      a.transport.send([newMessage({ type: MessageType.MsgVote, from: 1n, to: 2n, term: mine })]);
      b.transport.send([newMessage({ type: MessageType.MsgVote, from: 2n, to: 1n, term: mine })]);
      for (const member of [a, b])
        await until(() => member.raft.messages.some((m) => m.term === mine), "a message of the good peer");
      assert.equal(a.transport.stats(2n)?.failures, failures, "the good peer's streams broke");
      await until(
        () => a.accepted.size === 2,
        () => `connections to close, ${a.accepted.size} are open`,
      );
      assert.deepEqual(watch.warnings, []);
    } catch (error) {
      throw new Error(rerun(FILE, seed), { cause: error });
    }
  };

  it("random bytes for HTTP cost their own connection only", async () => {
    await fuzz(async (prng) => {
      for (let n = 0; n < ROUNDS; n++) {
        const start = prng.pick(["", "GET ", "POST /raft HTTP/1.1\r\n", "POST /raft HTTP/1.1\r\nHost: x\r\n\r\n"]);
        await sendRaw(a.port, Buffer.concat([Buffer.from(start), drawBytes(prng, prng.below(500))]));
      }
    });
  });

  it("random methods, paths and headers are answered or refused", async () => {
    const names = Object.keys(peerHeaders(a, PEER));
    await fuzz(async (prng) => {
      for (let n = 0; n < ROUNDS; n++) {
        const headers: Record<string, string> = peerHeaders(a, PEER);
        for (let i = prng.below(3); i > 0; i--)
          headers[prng.pick(names)] = drawBytes(prng, prng.below(30))
            .toString("latin1")
            .replace(/[^\t\x20-\x7e]/g, "");
        const tail = encodeURIComponent(drawBytes(prng, prng.below(20)).toString("latin1"));
        const path = prng.pick([
          "/raft",
          "/raft/snapshot",
          "/raft/stream/msgapp/",
          "/raft/stream/message/9",
          "/raft/probing",
          "/",
        ]);
        const method = prng.pick(["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]);
        await sendRequest(a.url + path + (prng.chance(0.5) ? tail : ""), { method, headers }, drawBody(prng));
      }
    });
  });

  for (const path of ["/raft", "/raft/snapshot"]) {
    it(`random bodies for ${path} are answered with a status of the protocol`, async () => {
      await fuzz(async (prng) => {
        for (let n = 0; n < ROUNDS; n++) {
          const headers = peerHeaders(a, PEER, prng.chance(0.5) ? { "Transfer-Encoding": "chunked" } : {});
          const status = await sendRequest(a.url + path, { method: "POST", headers }, drawBody(prng));
          assert.ok([204, 400, 500].includes(status ?? 0), `status ${status}`);
        }
      });
    });
  }

  it("a raft that throws anything at anything does not end the process", async () => {
    await fuzz(async (prng) => {
      const term = 3;
      a.raft.onProcess = (m) => {
        if (m.term === term) throw prng.pick<unknown>([new Error("no"), "text", undefined, new RangeError("x")]);
      };
      for (let n = 0; n < 20; n++) {
        const m = newMessage({ type: MessageType.MsgVote, from: prng.pick([PEER, 8n]), to: 1n, term });
        const headers = peerHeaders(a, PEER);
        assert.equal(await sendRequest(`${a.url}/raft`, { method: "POST", headers }, encodeMessage(m)), 500);
      }
      a.raft.onProcess = () => undefined;
    });
  });

  it("a peer that streams random bytes is dialled again and harms nobody else", async () => {
    await fuzz(async (prng) => {
      let dials = 0;
      const server = http.createServer((_request, response) => {
        dials++;
        response.on("error", () => undefined);
        response.writeHead(200, { "X-Server-Version": "3.5.30" });
        for (let n = 0; n < 5; n++)
          response.write(
            prng.chance(0.5) ? drawBody(prng) : Buffer.concat([Buffer.from([prng.below(3)]), drawBody(prng)]),
          );
        response.end();
      });
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      a.transport.addPeer(7n, [`http://127.0.0.1:${(server.address() as net.AddressInfo).port}`]);
      await until(() => dials >= ROUNDS, "dials");
      a.transport.removePeer(7n);
      server.close();
      server.closeAllConnections();
    });
  });
});
