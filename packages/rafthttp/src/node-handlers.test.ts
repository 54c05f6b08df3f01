import assert from "node:assert/strict";
import { once } from "node:events";
import * as http from "node:http";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { encodeMessage, type Message, MessageType, newEntry, newMessage } from "@quorate/proto";
import { openStream, PeerMember, peerHeaders, type RawAnswer, requestOnce, until } from "@quorate/testkit";

/** Known as a peer, though nobody listens there. */
const PEER = 0x91bc3c398fb3c146n;
const STRANGER = 0xfd422379fda50e48n;

const heartbeat = (init: Partial<Message> = {}): Message =>
  newMessage({ type: MessageType.MsgHeartbeat, from: PEER, to: 1n, term: 3, commit: 7, ...init });

describe("rafthttp/node-handlers", () => {
  let member: PeerMember;
  beforeEach(async () => {
    member = await PeerMember.start({ id: 1n, limits: { maxMessageBytes: 1000 } });
    member.transport.addPeer(PEER, ["http://127.0.0.1:1"]);
  });
  afterEach(() => member.stop());

  const call = (
    method: string,
    path: string,
    headers: Record<string, string | undefined> = {},
    body?: Uint8Array,
    from = PEER,
  ): Promise<RawAnswer> =>
    requestOnce(member.url + path, { method, headers: peerHeaders(member, from, headers) }, body);

  describe("all paths of raft", () => {
    const paths = [
      { path: "/raft", allow: "POST", others: ["GET", "PUT", "HEAD", "DELETE"] },
      { path: "/raft/snapshot", allow: "POST", others: ["GET", "PUT"] },
      { path: "/raft/stream/msgapp/91bc3c398fb3c146", allow: "GET", others: ["POST", "HEAD"] },
      { path: "/raft/stream/message/91bc3c398fb3c146", allow: "GET", others: ["POST", "PUT"] },
    ];
    for (const { path, allow, others } of paths) {
      for (const method of others) {
        it(`answer ${method} ${path} with 405 and Allow: ${allow}`, async () => {
          const { status, headers, body } = await call(method, path);
          assert.equal(status, 405);
          assert.equal(headers["allow"], allow);
          assert.equal(body, method === "HEAD" ? "" : "Method Not Allowed\n");
        });
      }

      for (const [why, headers, text] of [
        ["a version that is too old", { "X-Server-Version": "2.3.8" }, "incompatible version\n"],
        ["no version", { "X-Server-Version": undefined }, "incompatible version\n"],
        ["a wish for a newer cluster", { "X-Min-Cluster-Version": "3.6.0" }, "incompatible version\n"],
        ["another cluster", { "X-Etcd-Cluster-ID": "1" }, "cluster ID mismatch\n"],
        ["no cluster", { "X-Etcd-Cluster-ID": undefined }, "cluster ID mismatch\n"],
      ] as const) {
        it(`answer ${allow} ${path} with ${why} with 412 "${text.trim()}"`, async () => {
          const answer = await call(allow, path, headers);
          assert.equal(answer.status, 412);
          assert.equal(answer.body, text);
          assert.equal(answer.headers["x-etcd-cluster-id"], "cdf818194e3a8c32");
        });
      }
    }

    it("are known in any case of their headers", async () => {
      const headers = Object.fromEntries(
        Object.entries(peerHeaders(member, PEER)).map(([name, value]) => [name.toUpperCase(), value]),
      );
      const { status } = await requestOnce(
        `${member.url}/raft`,
        { method: "POST", headers },
        encodeMessage(heartbeat()),
      );
      assert.equal(status, 204);
    });

    it("leave others to the rest of the server", async () => {
      for (const path of ["/", "/raft/", "/raft/other", "/raftx", "/raft/streams", "/members", "/version"])
        assert.equal((await call("GET", path)).status, 404, path);
    });
  });

  describe("GET /raft/stream", () => {
    for (const [path, body] of [
      ["/raft/stream", "invalid path\n"],
      ["/raft/stream/other/91bc3c398fb3c146", "invalid path\n"],
      ["/raft/stream/msgapp/91bc3c398fb3c146/more", "invalid path\n"],
      ["/raft/stream/msgapp/xyz", "invalid from\n"],
      ["/raft/stream/message/11111111111111111", "invalid from\n"],
    ] as const) {
      it(`answers ${path} with 404 "${body.trim()}"`, async () => {
        const answer = await call("GET", path);
        assert.equal(answer.status, 404);
        assert.equal(answer.body, body);
        assert.equal(answer.headers["x-server-version"], "3.5.30");
      });
    }

    it("answers a removed member with 410, before it asks whether it is known", async () => {
      member.raft.removed.add(STRANGER);
      const answer = await call("GET", "/raft/stream/msgapp/fd422379fda50e48", {}, undefined, STRANGER);
      assert.equal(answer.status, 410);
      assert.equal(answer.body, "removed member\n");
      assert.equal(answer.headers["x-server-version"], "3.5.30");
    });

    it("answers an unknown member with 404", async () => {
      const answer = await call("GET", "/raft/stream/message/fd422379fda50e48", {}, undefined, STRANGER);
      assert.equal(answer.status, 404);
      assert.equal(answer.body, "error sender not found\n");
    });

    for (const to of ["2", "", undefined, "xyz"]) {
      it(`answers 412 "to field mismatch" to a stream for member ${to}`, async () => {
        const answer = await call("GET", "/raft/stream/msgapp/91bc3c398fb3c146", { "X-Raft-To": to });
        assert.equal(answer.status, 412);
        assert.equal(answer.body, "to field mismatch\n");
      });
    }

    for (const [why, options, headers] of [
      ["a wrong method", { method: "POST" }, {}],
      ["an old version", { method: "GET" }, { "X-Server-Version": "2.0.0" }],
      ["another cluster", { method: "GET" }, { "X-Etcd-Cluster-ID": "1" }],
      ["another receiver", { method: "GET" }, { "X-Raft-To": "2" }],
    ] as const) {
      it(`names version and cluster to ${why} too`, async () => {
        const answer = await call(options.method, "/raft/stream/msgapp/91bc3c398fb3c146", headers);
        assert.ok(answer.status >= 400);
        assert.equal(answer.headers["x-server-version"], "3.5.30");
        assert.equal(answer.headers["x-etcd-cluster-id"], "cdf818194e3a8c32");
      });
    }

    it("answers 200 at once, chunked, with version and cluster, and does not end", async () => {
      const stream = await openStream(member, "message", PEER);
      const { headers, complete } = stream.response;
      assert.equal(headers["x-server-version"], "3.5.30");
      assert.equal(headers["x-etcd-cluster-id"], "cdf818194e3a8c32");
      assert.equal(headers["transfer-encoding"], "chunked");
      assert.equal(headers["content-encoding"], undefined);
      assert.equal(complete, false);
      await until(() => stream.bytes().length > 0, "a link heartbeat");
      stream.close();
    });
  });

  describe("POST /raft", () => {
    it("answers 204 once raft has taken the message", async () => {
      const m = heartbeat({ context: new Uint8Array([1]) });
      const answer = await call("POST", "/raft", {}, encodeMessage(m));
      assert.equal(answer.status, 204);
      assert.equal(answer.headers["x-etcd-cluster-id"], "cdf818194e3a8c32");
      assert.deepEqual(member.raft.messages.map(encodeMessage), [encodeMessage(m)]);
    });

    it("takes every type of message", async () => {
      for (const type of Object.values(MessageType)) {
        const m = heartbeat({ type, entries: [newEntry({ index: 1 })] });
        assert.equal((await call("POST", "/raft", {}, encodeMessage(m))).status, 204);
      }
      assert.deepEqual(
        member.raft.messages.map((m) => m.type),
        Object.values(MessageType),
      );
    });

    it("takes a message from a sender that is no member", async () => {
      const answer = await call("POST", "/raft", {}, encodeMessage(heartbeat({ from: STRANGER })), STRANGER);
      assert.equal(answer.status, 204);
      assert.equal(member.raft.messages.length, 1);
    });

    it("refuses a message that claims to come from a storage thread of the member", async () => {
      for (const from of [0xffff_ffff_ffff_ffffn, 0xffff_ffff_ffff_fffen]) {
        const m = heartbeat({ from, type: MessageType.MsgStorageAppendResp });
        assert.equal((await call("POST", "/raft", {}, encodeMessage(m))).status, 500);
      }
      assert.equal(member.raft.messages.length, 0);
    });

    it("takes a body in pieces", async () => {
      const body = encodeMessage(heartbeat());
      const request = http.request(`${member.url}/raft`, {
        method: "POST",
        headers: peerHeaders(member, PEER),
        agent: false,
      });
      for (const byte of body) {
        request.write(new Uint8Array([byte]));
        await new Promise((resolve) => setImmediate(resolve));
      }
      request.end();
      const [response] = (await once(request, "response")) as [http.IncomingMessage];
      response.resume();
      assert.equal(response.statusCode, 204);
    });

    it("answers 400 to bytes that are no message", async () => {
      const answer = await call("POST", "/raft", {}, new Uint8Array([0x08]));
      assert.equal(answer.status, 400);
      assert.equal(answer.body, "error unmarshalling raft message\n");
    });

    it("takes a body of the limit and answers 400 to one byte more", async () => {
      const room = 1000 - encodeMessage(heartbeat({ context: new Uint8Array(900) })).length;
      const fits = encodeMessage(heartbeat({ context: new Uint8Array(900 + room) }));
      assert.equal(fits.length, 1000);
      assert.equal((await call("POST", "/raft", {}, fits)).status, 204);
      const answer = await call("POST", "/raft", {}, encodeMessage(heartbeat({ context: new Uint8Array(901 + room) })));
      assert.equal(answer.status, 400);
      assert.equal(answer.body, "error reading raft message\n");
      assert.equal(member.raft.messages.length, 1);
    });

    it("answers 400 to a large body without a length", async () => {
      const answer = await call("POST", "/raft", { "Transfer-Encoding": "chunked" }, new Uint8Array(100_000));
      assert.equal(answer.status, 400);
    });

    it("answers a body that does not end, listens a while longer, and then closes", async () => {
      const hurried = await PeerMember.start({ id: 1n, limits: { maxMessageBytes: 1000, readTimeoutMs: 50 } });
      const request = http.request(`${hurried.url}/raft`, {
        method: "POST",
        headers: peerHeaders(hurried, PEER, { "Transfer-Encoding": "chunked" }),
        agent: false,
      });
      request.on("error", () => undefined);
      request.write(new Uint8Array(2000));
      const [response] = (await once(request, "response")) as [http.IncomingMessage];
      assert.equal(response.statusCode, 400);
      response.resume();
      await until(() => hurried.accepted.size === 0, "the connection to close");
      await hurried.stop();
    });

    it("refuses a body that says it is too large before it comes", async () => {
      const headers = peerHeaders(member, PEER, { "Content-Length": String(2 ** 40) });
      const request = http.request(`${member.url}/raft`, { method: "POST", headers, agent: false });
      request.on("error", () => undefined);
      request.flushHeaders();
      const [response] = (await once(request, "response")) as [http.IncomingMessage];
      assert.equal(response.statusCode, 400);
      request.destroy();
    });

    for (const [why, m, removed] of [
      ["from a removed member", heartbeat({ from: STRANGER }), STRANGER],
      ["for another member", heartbeat({ to: 2n }), undefined],
    ] as const) {
      it(`answers 500 to a message ${why} and closes the connection, as etcd does`, async () => {
        if (removed !== undefined) member.raft.removed.add(removed);
        const answer = await call("POST", "/raft", {}, encodeMessage(m));
        assert.equal(answer.status, 500);
        assert.equal(answer.body, "error processing raft message\n");
        assert.equal(answer.headers["connection"], "close");
        assert.deepEqual(member.raft.messages, []);
      });
    }

    for (const from of [PEER, STRANGER]) {
      it(`answers 500 when raft refuses a message of ${from === PEER ? "a peer" : "anybody else"}`, async () => {
        member.raft.onProcess = () => {
          throw new Error("stopped");
        };
        const answer = await call("POST", "/raft", {}, encodeMessage(heartbeat({ from })), from);
        assert.equal(answer.status, 500);
        assert.equal(answer.body, "error processing raft message\n");
      });
    }

    it("forgets a body that its sender gives up", async () => {
      const request = http.request(`${member.url}/raft`, {
        method: "POST",
        headers: peerHeaders(member, PEER, { "Content-Length": "500" }),
        agent: false,
      });
      request.on("error", () => undefined);
      request.write(encodeMessage(heartbeat()));
      await until(() => member.accepted.size > 0, "the connection");
      request.destroy();
      await until(() => member.accepted.size === 0, "the connection to close");
      assert.deepEqual(member.raft.messages, []);
      assert.equal((await call("POST", "/raft", {}, encodeMessage(heartbeat()))).status, 204);
    });
  });
});

describe("rafthttp/node-handlers GET /raft/probing", () => {
  let member: PeerMember;
  before(async () => {
    member = await PeerMember.start({ id: 1n });
  });
  after(() => member.stop());

  it("answers the time in JSON to anybody", async () => {
    const before = Date.now();
    const { status, body } = await requestOnce(`${member.url}/raft/probing`, {});
    assert.equal(status, 200);
    assert.match(body, /^\{"OK":true,"Now":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}Z"\}\n$/);
    const now = Date.parse((JSON.parse(body) as { Now: string }).Now);
    assert.ok(now >= before && now <= Date.now());
  });
});
