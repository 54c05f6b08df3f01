import assert from "node:assert/strict";
import { once } from "node:events";
import type { Server } from "node:http";
import * as http2 from "node:http2";
import * as https from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { gunzipSync } from "node:zlib";
import { GrpcServer, Router } from "@quorate/grpc";
import { createCertificateAuthority, request, until } from "@quorate/testkit";
import { createPageHandler, createPagePort, createPageServer, type PageBounds } from "./node-client-pages.ts";
import { MAX_BODY_BYTES, type Page, textLine } from "./page.ts";

const HOST = "127.0.0.1";
const LARGE = "etcd_mvcc_put_total 1\n".repeat(2_000);

/** Says what it was asked; /large is long text. */
const echo: Page = ({ method, path, query, header, host, isSecure, body }, respond) => {
  if (path === "/large") {
    return respond({ status: 200, headers: [["Content-Type", "text/plain"]], body: LARGE, isCompressible: true });
  }
  const asked = { method, path, query: query.toString(), mark: header("x-mark"), host, isSecure, body: body.length };
  respond(textLine(200, JSON.stringify(asked)));
};

async function serve(t: TestContext, page: Page, bounds: PageBounds = {}): Promise<number> {
  return listen(t, createPageServer(page, false, bounds));
}

async function listen(t: TestContext, server: Server): Promise<number> {
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  server.listen(0, HOST);
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** Everything that comes back for bytes as they are, up to the end of the connection. */
async function raw(t: TestContext, port: number, bytes: string): Promise<string> {
  const socket = connect(port, HOST);
  t.after(() => socket.destroy());
  let text = "";
  socket.setEncoding("latin1").on("data", (chunk: string) => (text += chunk));
  socket.on("error", () => socket.destroy());
  socket.write(bytes, "latin1");
  await once(socket, "close");
  return text;
}

type Http2Reply = {
  readonly headers: http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader;
  readonly body: Buffer;
};

async function ask2(
  session: http2.ClientHttp2Session,
  headers: http2.OutgoingHttpHeaders,
  body = "",
): Promise<Http2Reply> {
  const stream = session.request(headers, { endStream: body === "" });
  if (body !== "") stream.end(body);
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  const [responseHeaders] = (await once(stream, "response")) as [Http2Reply["headers"]];
  await once(stream, "end");
  return { headers: responseHeaders, body: Buffer.concat(chunks) };
}

describe("server/node-client-pages", () => {
  it("serves the same pages over HTTP/1.1 and HTTP/2 beside gRPC on one port", async (t) => {
    const server = new GrpcServer({
      router: new Router(),
      http: createPageHandler(echo, false),
      http1: createPageServer(echo, false),
    });
    t.after(() => server.close(0));
    const { port } = await server.listen(0, HOST);
    const first = await request(port, "GET", "/a%20b?x=1&x=2", { headers: { "X-Mark": "m" } });
    const asked = {
      method: "GET",
      path: "/a b",
      query: "x=1&x=2",
      mark: "m",
      host: `${HOST}:${port}`,
      isSecure: false,
      body: 0,
    };
    assert.deepEqual(JSON.parse(first.body), asked);
    assert.equal(first.headers["x-content-type-options"], "nosniff");

    const session = http2.connect(`http://${HOST}:${port}`);
    t.after(() => session.destroy());
    const second = await ask2(session, { ":path": "/a%20b?x=1&x=2", "x-mark": "m" });
    assert.equal(second.headers[":status"], 200);
    assert.equal(second.headers["x-content-type-options"], "nosniff");
    assert.deepEqual(JSON.parse(second.body.toString()), asked);
    const packed = await ask2(session, { ":path": "/large", "accept-encoding": "deflate, gzip;q=0.5" });
    assert.equal(packed.headers["content-encoding"], "gzip");
    assert.equal(gunzipSync(packed.body).toString(), LARGE);
    const posted = await ask2(session, { ":method": "POST", ":path": "/b" }, "12345");
    assert.equal(JSON.parse(posted.body.toString()).body, 5);
    assert.equal((await ask2(session, { ":path": "/%zz" })).headers[":status"], 400);
  });

  it("packs long text for who takes gzip, and for nobody else", async (t) => {
    const port = await serve(t, echo);
    for (const [accept, isPacked] of [
      ["gzip", true],
      ["br, GZIP ; q=1.0", true],
      ["gzip;q=0", false],
      ["gzip;q=0.0", false],
      ["br", false],
      ["", false],
    ] as const) {
      const { headers, body } = await request(port, "GET", "/large", { headers: { "Accept-Encoding": accept } });
      assert.equal(headers["content-encoding"], isPacked ? "gzip" : undefined, accept);
      if (!isPacked) assert.equal(body, LARGE);
    }
    const short = await request(port, "GET", "/short", { headers: { "Accept-Encoding": "gzip" } });
    assert.equal(short.headers["content-encoding"], undefined);
  });

  it("sends the head alone to HEAD", async (t) => {
    const { status, headers, body } = await request(await serve(t, echo), "HEAD", "/large");
    assert.deepEqual([status, headers["content-length"], body], [200, String(LARGE.length), ""]);
  });

  it("takes a body up to its limit, and answers 413 to more", async (t) => {
    const port = await serve(t, echo);
    const fits = await request(port, "POST", "/", { body: new Uint8Array(MAX_BODY_BYTES) });
    assert.equal(JSON.parse(fits.body).body, MAX_BODY_BYTES);
    const over = await request(port, "POST", "/", { body: new Uint8Array(MAX_BODY_BYTES + 1) });
    assert.deepEqual(
      [over.status, over.body, over.headers.connection],
      [413, "http: request body too large\n", "close"],
    );
  });

  it("ends a connection whose body does not come", async (t) => {
    const port = await serve(t, echo, { bodyTimeoutMs: 30 });
    assert.equal(await raw(t, port, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc"), "");
  });

  it("refuses what is no request, no path, or too much head", async (t) => {
    const port = await serve(t, echo);
    const close = "Host: a\r\nConnection: close\r\n";
    assert.match(await raw(t, port, "hello\r\n\r\n"), /^HTTP\/1\.1 400 /);
    assert.match(await raw(t, port, `GET /%zz HTTP/1.1\r\n${close}\r\n`), /^HTTP\/1\.1 400 /);
    assert.match(await raw(t, port, `GET http://a/b HTTP/1.1\r\n${close}\r\n`), /^HTTP\/1\.1 400 /);
    assert.match(await raw(t, port, `GET / HTTP/1.1\r\n${close}X: ${"x".repeat(20_000)}\r\n\r\n`), /^HTTP\/1\.1 431 /);
    assert.match(await raw(t, port, `OPTIONS * HTTP/1.1\r\n${close}\r\n`), /"path":"\*"/);
  });

  it("closes connections beyond its bound, and takes new ones once there is room", async (t) => {
    const port = await serve(t, echo, { maxConnections: 2 });
    const get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    const open = async (): Promise<{ socket: Socket; answered: boolean }> => {
      const entry = { socket: connect(port, HOST), answered: false };
      t.after(() => entry.socket.destroy());
      entry.socket.on("error", () => {});
      entry.socket.on("data", () => (entry.answered = true));
      entry.socket.write(get);
      await until(() => entry.answered || entry.socket.destroyed, "an answer or the end");
      return entry;
    };
    const kept = [await open(), await open()];
    assert.deepEqual(
      kept.map(({ answered }) => answered),
      [true, true],
    );
    assert.equal((await open()).answered, false);
    kept[0]!.socket.destroy();
    await until(() => kept[0]!.socket.destroyed, "the end of the first");
    let last = await open();
    // The server may learn of the end of the first after it hears of the next.
    while (!last.answered) last = await open();
  });

  it("knows that a request came over TLS", async (t) => {
    const authority = createCertificateAuthority("pages");
    const { cert, key } = authority.issue("server");
    const port = await listen(t, createPagePort(echo, { cert, key }));
    const body = await new Promise<string>((resolve, reject) => {
      const outgoing = https.get({ host: HOST, port, path: "/", ca: authority.ca, agent: false }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        response.on("end", () => resolve(text));
      });
      outgoing.on("error", reject);
    });
    assert.equal(JSON.parse(body).isSecure, true);
  });

  it("survives a page that answers after its client has gone", async (t) => {
    let answer: (() => void) | undefined;
    const port = await serve(t, (_request, respond) => (answer = () => respond(textLine(200, "late"))));
    const socket = connect(port, HOST);
    socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await until(() => answer !== undefined, "the page is asked");
    socket.destroy();
    await once(socket, "close");
    answer?.();
    answer?.();
  });
});
