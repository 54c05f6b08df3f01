import assert from "node:assert/strict";
import { Agent, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { after, before, describe, it } from "node:test";
import { type Logger, silentLogger, type TracePoints } from "@quorate/base";
import { type Reply, request, waitUntil } from "@quorate/testkit";
import { MAX_BODY_BYTES } from "./api.ts";
import { createHttpApi } from "./node-http-api.ts";

describe("raftexample/node-http-api", () => {
  const pairs = new Map<string, Uint8Array>();
  const errors: string[] = [];
  const traced: string[] = [];
  const logger: Logger = { ...silentLogger, error: (line) => void errors.push(line) };
  const trace: TracePoints = {
    active: true,
    emit: (name, member, { note }) => void traced.push(`${name} ${member} ${note}`),
  };
  let server: Server;
  let port: number;

  before(async () => {
    const service = {
      lookup: (key: string) => pairs.get(key),
      confirmRead: () => Promise.resolve(),
      propose: (key: string, value: Uint8Array) => {
        pairs.set(key, value);
        return key === "broken" ? Promise.reject(new Error("a broken invariant")) : Promise.resolve();
      },
      addMember: () => Promise.resolve(),
      removeMember: () => Promise.resolve(),
      status: () => "{}\n",
    };
    server = createHttpApi({ service, memberId: 7n, trace, logger });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    port = (server.address() as AddressInfo).port;
  });

  after(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });

  it("takes a value over a real socket and gives it back, byte for byte", async () => {
    const body = Uint8Array.from({ length: 256 }, (_, i) => i);
    assert.equal((await request(port, "PUT", "/bytes", { body })).status, 204);
    assert.deepEqual(new Uint8Array(pairs.get("bytes") ?? []), body);
    const { status, headers } = await request(port, "GET", "/bytes");
    assert.deepEqual([status, headers["content-length"]], [200, "256"]);
  });

  it("traces a PUT, and nothing else", async () => {
    traced.length = 0;
    await request(port, "PUT", "/traced?q", { body: "1" });
    await request(port, "GET", "/traced");
    assert.deepEqual(traced, ["httpapi.serveHTTP 7 /traced?q"]);
  });

  it("takes a body of exactly the limit, in one piece or in many", async () => {
    const body = new Uint8Array(MAX_BODY_BYTES);
    assert.equal((await request(port, "PUT", "/largest", { body })).status, 204);
    assert.equal(pairs.get("largest")?.length, MAX_BODY_BYTES);
    const chunked = await request(port, "PUT", "/chunked", { body, headers: { "Transfer-Encoding": "chunked" } });
    assert.equal(chunked.status, 204);
    assert.equal(pairs.get("chunked")?.length, MAX_BODY_BYTES);
  });

  it("refuses a body of one byte more with 413, does not store it, and closes the connection", async () => {
    for (const headers of [{}, { "Transfer-Encoding": "chunked" }]) {
      const answer = await request(port, "PUT", "/over", { body: new Uint8Array(MAX_BODY_BYTES + 1), headers });
      assert.deepEqual([answer.status, answer.body], [413, `the body is larger than ${MAX_BODY_BYTES} bytes\n`]);
      assert.equal(answer.headers.connection, "close");
      assert.equal(pairs.has("over"), false);
    }
  });

  it("serves many requests of one client on one connection", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    let connections = 0;
    server.on("connection", () => connections++);
    for (let i = 0; i < 10; i++) {
      assert.equal((await request(port, "PUT", `/keep-${i}`, { body: `${i}`, agent })).status, 204);
    }
    agent.destroy();
    assert.equal(connections, 1);
  });

  it("answers 500 without details for a failure that it does not know, and logs it", async () => {
    const answer: Reply = await request(port, "PUT", "/broken", { body: "1" });
    assert.deepEqual([answer.status, answer.body], [500, "internal error\n"]);
    assert.deepEqual(errors, ["PUT /broken failed: a broken invariant"]);
  });

  it("answers HEAD with 405 and no body", async () => {
    const { status, headers, body } = await request(port, "HEAD", "/bytes");
    assert.deepEqual([status, headers.allow, body], [405, "GET, PUT, POST, DELETE", ""]);
  });

  it("lives on when a client goes away in the middle of a body", async () => {
    const socket = connect(port, "127.0.0.1");
    await new Promise<void>((done) => socket.once("connect", () => done()));
    const closed = new Promise<void>((done) => server.once("connection", (peer) => peer.once("close", () => done())));
    const second = connect(port, "127.0.0.1");
    second.write("PUT /half HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
    await waitUntil("the request is under way", 5_000, () => traced.includes("httpapi.serveHTTP 7 /half") || undefined);
    second.destroy();
    await closed;
    socket.destroy();
    assert.equal(pairs.has("half"), false);
    assert.equal((await request(port, "GET", "/bytes")).status, 200);
  });
});
