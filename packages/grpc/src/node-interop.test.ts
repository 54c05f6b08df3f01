import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttp1, get } from "node:http";
import * as http2 from "node:http2";
import type { AddressInfo } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { Client, credentials, Metadata as JsMetadata, Server as JsServer, ServerCredentials } from "@grpc/grpc-js";
import { createCertificateAuthority, until } from "@quorate/testkit";
import {
  bytesMethod,
  GrpcClient,
  type GrpcClientOptions,
  GrpcServer,
  type GrpcServerOptions,
  Metadata,
  Router,
  type ServerCall,
  type Status,
} from "./index.ts";

const UNARY = bytesMethod("/test.T/Unary", { isClientStreaming: false, isServerStreaming: false });
const CLIENT = bytesMethod("/test.T/Client", { isClientStreaming: true, isServerStreaming: false });
const SERVER = bytesMethod("/test.T/Server", { isClientStreaming: false, isServerStreaming: true });
const BIDI = bytesMethod("/test.T/Bidi", { isClientStreaming: true, isServerStreaming: true });
const HANG = bytesMethod("/test.T/Hang", { isClientStreaming: false, isServerStreaming: false });
const FAIL = bytesMethod("/test.T/Fail", { isClientStreaming: false, isServerStreaming: false });
const HOST = "127.0.0.1";
const same = (bytes: Buffer): Buffer => bytes;

type Call = ServerCall<Uint8Array, Uint8Array>;

class Service {
  readonly hanging: Call[] = [];
  cancels = 0;
  readonly router: Router = new Router()
    .handle(UNARY, (request, call) => {
      const echo = call.metadata.getBytes("echo-bin");
      if (echo !== undefined) {
        call.sendHead(Metadata.of([["head-bin", echo]]));
        call.setTrailers(Metadata.of([["trail", "yes"]]));
      }
      call.respond(request);
    })
    .handleStream(CLIENT, (call) => {
      let total = 0;
      call.onMessage = (bytes) => {
        total += bytes.length;
      };
      call.onEnd = () => call.respond(new TextEncoder().encode(String(total)));
    })
    .handle(SERVER, (request, call) => {
      let left = new DataView(request.slice().buffer).getUint32(0);
      const pump = (): void => {
        while (left > 0) {
          left--;
          if (!call.write(new Uint8Array(1_000).fill(left & 0xff))) break;
        }
        if (left === 0) call.end();
      };
      call.onDrain = pump;
      call.onCancel = () => {
        this.cancels++;
      };
      pump();
    })
    .handleStream(BIDI, (call) => {
      call.onMessage = (bytes) => {
        if (call.write(bytes.slice())) return;
        call.pause();
        call.onDrain = () => call.resume();
      };
      call.onEnd = () => call.end();
      call.onCancel = () => {
        this.cancels++;
      };
    })
    .handle(HANG, (_request, call) => {
      this.hanging.push(call);
      call.onCancel = () => {
        this.cancels++;
      };
    })
    .handle(FAIL, (_request, call) => call.fail(11, "etcdserver: mvcc: 50% \u00e9"));
}

type Lab = { readonly service: Service; readonly server: GrpcServer; readonly port: number; readonly closed: string[] };

async function startLab(t: TestContext, options: Partial<GrpcServerOptions> = {}): Promise<Lab> {
  const service = new Service();
  const closed: string[] = [];
  const server = new GrpcServer({ router: service.router, onConnectionClosed: (why) => closed.push(why), ...options });
  const { port } = await server.listen(0, HOST);
  t.after(() => server.close(0));
  return { service, server, port, closed };
}

function connect(t: TestContext, port: number, options: Partial<GrpcClientOptions> = {}): GrpcClient {
  const client = new GrpcClient({ host: HOST, port, ...options });
  t.after(() => client.close());
  return client;
}

type Answer = { readonly status: Status; readonly response: Uint8Array | undefined; readonly trailers: Metadata };

function unary(client: GrpcClient, method: typeof UNARY, request: Uint8Array, options = {}): Promise<Answer> {
  return new Promise((resolve) => {
    client.unary(method, request, options, (status, response, trailers) =>
      resolve({ status, response: response?.slice(), trailers }),
    );
  });
}

const count = (n: number): Uint8Array => Uint8Array.of(n >>> 24, n >>> 16, n >>> 8, n);

describe("grpc/node-interop", () => {
  it("answers our own client: unary, errors, unknown methods, large messages", async (t) => {
    const { port } = await startLab(t);
    const client = connect(t, port);
    assert.deepEqual((await unary(client, UNARY, Uint8Array.of(1, 2))).response, Uint8Array.of(1, 2));
    assert.deepEqual((await unary(client, UNARY, new Uint8Array(0))).response, new Uint8Array(0));
    const large = new Uint8Array(2_000_000).fill(5);
    assert.deepEqual((await unary(client, UNARY, large)).response, large);
    assert.deepEqual((await unary(client, FAIL, large)).status, { code: 11, message: "etcdserver: mvcc: 50% \u00e9" });
    const tooLarge = await unary(client, UNARY, new Uint8Array(2_097_153));
    assert.deepEqual(tooLarge.status, {
      code: 8,
      message: "grpc: received message larger than max (2097153 vs. 2097152)",
    });
    const paths = { "/test.T/None": "unknown method None for service test.T", "/x.Y/Z": "unknown service x.Y" };
    for (const [path, message] of Object.entries(paths)) {
      const method = bytesMethod(path, { isClientStreaming: false, isServerStreaming: false });
      assert.deepEqual((await unary(client, method, count(1))).status, { code: 12, message });
    }
  });

  it("streams both ways with back-pressure", async (t) => {
    const { port } = await startLab(t);
    const client = connect(t, port);
    let bytes = 0;
    await new Promise<void>((resolve) => {
      const call = client.stream(
        SERVER,
        {},
        {
          onMessage: (message) => {
            bytes += message.length;
            if (bytes % 100_000 !== 0) return;
            call.pause();
            setImmediate(() => call.resume());
          },
          onStatus: () => resolve(),
        },
      );
      call.send(count(5_000));
    });
    assert.equal(bytes, 5_000_000);
    const sizes: number[] = [];
    const status = await new Promise<Status>((resolve) => {
      const call = client.stream(BIDI, {}, { onMessage: ({ length }) => sizes.push(length), onStatus: resolve });
      for (let i = 0; i < 200; i++) call.write(new Uint8Array(i * 100));
      call.end();
    });
    assert.equal(status.code, 0);
    assert.deepEqual(
      sizes,
      Array.from({ length: 200 }, (_, i) => i * 100),
    );
    const total = await new Promise<string>((resolve) => {
      const call = client.stream(
        CLIENT,
        {},
        {
          onMessage: (message) => resolve(new TextDecoder().decode(message)),
          onStatus: () => {},
        },
      );
      for (let i = 0; i < 100; i++) call.write(new Uint8Array(10_000));
      call.end();
    });
    assert.equal(total, "1000000");
  });

  it("ends calls by deadline and by cancellation, and tells the handler", async (t) => {
    const { port, service } = await startLab(t);
    const client = connect(t, port);
    const late = await unary(client, HANG, count(1), { timeoutMs: 30 });
    assert.deepEqual(late.status, { code: 4, message: "context deadline exceeded" });
    await until(() => service.cancels === 1, "the handler to hear of the deadline");
    const status = new Promise<Status>((resolve) => {
      const call = client.unary(HANG, count(1), {}, resolve);
      void until(() => service.hanging.length === 2, "the call to arrive").then(() => call.cancel());
    });
    assert.deepEqual(await status, { code: 1, message: "context canceled" });
    await until(() => service.cancels === 2, "the handler to hear of the cancellation");
    service.hanging[0]?.respond(count(1));
    assert.equal((await unary(client, UNARY, count(1))).status.code, 0);
  });

  it("carries metadata both ways", async (t) => {
    const { port } = await startLab(t);
    const client = connect(t, port);
    const metadata = Metadata.of([
      ["echo-bin", Uint8Array.of(1, 0, 255)],
      ["token", "secret"],
    ]);
    let head: Metadata | undefined;
    const trailers = await new Promise<Metadata>((resolve) => {
      const call = client.stream(
        UNARY,
        { metadata },
        {
          onHead: (received) => {
            head = received;
          },
          onMessage: () => {},
          onStatus: (_status, received) => resolve(received),
        },
      );
      call.send(count(1));
    });
    assert.deepEqual(head?.getBytes("head-bin"), Uint8Array.of(1, 0, 255));
    assert.equal(trailers.get("trail"), "yes");
  });

  it("holds thousands of concurrent streams on one connection", async (t) => {
    const { port, service } = await startLab(t);
    const client = connect(t, port);
    const answers = Array.from({ length: 5_000 }, (_, i) => unary(client, HANG, count(i)));
    await until(() => service.hanging.length === 5_000, "all calls to arrive");
    for (const [i, call] of service.hanging.entries()) call.respond(count(i * 2));
    for (const [i, answer] of (await Promise.all(answers)).entries()) assert.deepEqual(answer.response, count(i * 2));
  });

  it("lets calls wait where the server allows few streams", async (t) => {
    const { port } = await startLab(t, { limits: { maxConcurrentStreams: 3 } });
    const client = connect(t, port);
    const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => unary(client, UNARY, count(i))));
    assert.deepEqual(
      answers.map(({ status }) => status.code),
      new Array(100).fill(0),
    );
  });

  it("drains: open calls end, new ones are refused, the connection closes", async (t) => {
    const { port, service, server } = await startLab(t);
    const client = connect(t, port);
    const open = unary(client, HANG, count(1));
    await until(() => service.hanging.length === 1, "the call to arrive");
    const closed = server.close(10_000);
    await until(() => client.isClosing, "the client to hear of it");
    assert.equal((await unary(client, UNARY, count(1))).status.code, 14);
    service.hanging[0]?.respond(count(2));
    assert.deepEqual((await open).response, count(2));
    await closed;
    assert.equal(server.connectionCount, 0);
  });

  it("ends calls with Unavailable when nobody listens or the connection is lost", async (t) => {
    const { port, service, server } = await startLab(t);
    const client = connect(t, port);
    const open = unary(client, HANG, count(1));
    await until(() => service.hanging.length === 1, "the call to arrive");
    await server.close(0);
    assert.equal((await open).status.code, 14);
    const nobody = connect(t, port);
    assert.equal((await unary(nobody, UNARY, count(1))).status.code, 14);
    assert.equal(service.cancels, 1);
  });

  it("shares its port with HTTP/1.1, plain and over TLS, and asks for client certificates", async (t) => {
    const http1 = (): ReturnType<typeof createHttp1> => createHttp1((_request, response) => response.end("one"));
    const fetchText = async (options: object): Promise<string> => {
      const [response] = (await once(get(options), "response")) as [NodeJS.ReadableStream];
      let text = "";
      for await (const part of response) text += String(part);
      return text;
    };
    const plain = await startLab(t, { http1: http1() });
    assert.equal(await fetchText({ host: HOST, port: plain.port, path: "/version" }), "one");
    assert.equal((await unary(connect(t, plain.port), UNARY, count(1))).status.code, 0);

    const authority = createCertificateAuthority("ca");
    const tls = { ...authority.issue("leaf"), ca: authority.ca, requestCert: true };
    const secure = await startLab(t, { http1: http1(), tls });
    const client = connect(t, secure.port, { tls });
    const large = new Uint8Array(1_000_000).fill(3);
    assert.deepEqual((await unary(client, UNARY, large)).response, large);
    const https = await import("node:https");
    const request = https.get({ host: HOST, port: secure.port, ...tls, agent: false });
    const [response] = (await once(request, "response")) as [NodeJS.ReadableStream];
    response.resume();
    await once(response, "end");
    const stranger = connect(t, secure.port, { tls: { ca: "" } });
    assert.equal((await unary(stranger, UNARY, count(1))).status.code, 14);
  });

  it("answers node:http2 as a client, over HTTP where it is not gRPC", async (t) => {
    const http = (
      request: { body: Uint8Array },
      respond: (r: { status: number; headers: []; body: Uint8Array }) => void,
    ): void => respond({ status: 200, headers: [], body: request.body });
    const lab = await startLab(t, { http });
    const plainGrpc = await startLab(t);
    const fetchFrom = async (port: number, headers: http2.OutgoingHttpHeaders, body: Buffer) => {
      const session = http2.connect(`http://${HOST}:${port}`);
      const stream = session.request(headers, { endStream: false });
      stream.on("error", () => {});
      stream.end(body);
      const [head] = (await once(stream, "response")) as [http2.IncomingHttpHeaders];
      let trailers: http2.IncomingHttpHeaders = {};
      stream.on("trailers", (received: http2.IncomingHttpHeaders) => {
        trailers = received;
      });
      const parts: Buffer[] = [];
      for await (const part of stream) parts.push(part as Buffer);
      session.destroy();
      return { head, trailers, body: Buffer.concat(parts) };
    };
    const body = Buffer.alloc(300_000, 7);
    const echoed = await fetchFrom(lab.port, { ":method": "POST", ":path": "/x" }, body);
    assert.equal(echoed.head[":status"], 200);
    assert.ok(echoed.body.equals(body));
    const refused = await fetchFrom(plainGrpc.port, { ":method": "GET", ":path": "/x" }, Buffer.alloc(0));
    assert.equal(refused.head[":status"], 415);
    const grpc = { ":method": "POST", ":path": UNARY.path, "content-type": "application/grpc+proto", te: "trailers" };
    const message = Buffer.from([0, 0, 0, 0, 2, 8, 9]);
    const answer = await fetchFrom(plainGrpc.port, grpc, message);
    assert.deepEqual(answer.body, message);
    assert.equal(answer.trailers["grpc-status"], "0");
    const gzip = await fetchFrom(plainGrpc.port, { ...grpc, "grpc-encoding": "gzip" }, message);
    assert.equal(gzip.head["grpc-status"], "12");
    assert.equal(gzip.head["grpc-message"], 'grpc: Decompressor is not installed for grpc-encoding "gzip"');
    const timeout = await fetchFrom(plainGrpc.port, { ...grpc, "grpc-timeout": "1x" }, message);
    assert.equal(timeout.head[":status"], 400);
  });

  it("calls node:http2 as a server, which pads, splits and says little", async (t) => {
    const server = http2.createServer({ paddingStrategy: http2.constants.PADDING_STRATEGY_MAX });
    server.on("stream", (stream, headers) => {
      const big = "x".repeat(20_000);
      const parts: Buffer[] = [];
      stream.on("data", (part: Buffer) => parts.push(part));
      stream.on("end", () => {
        if (headers[":path"] === FAIL.path) {
          stream.respond({ ":status": 200, "content-type": "application/grpc", "grpc-status": 5 }, { endStream: true });
          return;
        }
        if (headers[":path"] === HANG.path) {
          stream.respond({ ":status": 503 }, { endStream: true });
          return;
        }
        stream.respond(
          { ":status": 200, "content-type": "application/grpc", x: big.slice(0, 9_000) },
          { waitForTrailers: true },
        );
        stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": 0 }));
        stream.end(Buffer.concat(parts));
      });
    });
    server.listen(0, HOST);
    await once(server, "listening");
    t.after(() => server.close());
    const client = connect(t, (server.address() as AddressInfo).port);
    const large = new Uint8Array(500_000).fill(1);
    const answer = await unary(client, UNARY, large);
    assert.deepEqual(answer.status, { code: 0, message: "" });
    assert.deepEqual(answer.response, large);
    assert.equal((await unary(client, FAIL, large)).status.code, 5);
    assert.equal((await unary(client, HANG, large)).status.code, 14);
    client.close();
  });

  it("serves @grpc/grpc-js: unary, streams, deadline, cancel, metadata", async (t) => {
    const { port, service } = await startLab(t);
    const client = new Client(`${HOST}:${port}`, credentials.createInsecure());
    t.after(() => client.close());
    const metadata = new JsMetadata();
    metadata.set("echo-bin", Buffer.from([9, 8]));
    const answer = await new Promise<Buffer | undefined>((resolve, reject) => {
      const call = client.makeUnaryRequest(UNARY.path, same, same, Buffer.from("hi"), metadata, (error, value) =>
        error === null ? resolve(value) : reject(error),
      );
      call.on("metadata", (head) => assert.deepEqual(head.get("head-bin"), [Buffer.from([9, 8])]));
    });
    assert.deepEqual(answer, Buffer.from("hi"));
    let bytes = 0;
    for await (const part of client.makeServerStreamRequest(SERVER.path, same, same, Buffer.from(count(2_000))))
      bytes += (part as Buffer).length;
    assert.equal(bytes, 2_000_000);
    const bidi = client.makeBidiStreamRequest(BIDI.path, same, same);
    for (let i = 0; i < 50; i++) bidi.write(Buffer.alloc(10_000));
    bidi.end();
    let echoed = 0;
    for await (const part of bidi) echoed += (part as Buffer).length;
    assert.equal(echoed, 500_000);
    const code = await new Promise<number>((resolve) => {
      const deadline = { deadline: Date.now() + 50 };
      client.makeUnaryRequest(HANG.path, same, same, Buffer.alloc(1), deadline, (error) => resolve(error?.code ?? 0));
    });
    assert.equal(code, 4);
    const cancelled = await new Promise<number>((resolve) => {
      const call = client.makeUnaryRequest(HANG.path, same, same, Buffer.alloc(1), (error) =>
        resolve(error?.code ?? 0),
      );
      void until(() => service.hanging.length === 2, "the call to arrive").then(() => call.cancel());
    });
    assert.equal(cancelled, 1);
    await until(() => service.cancels >= 2, "the handlers to hear");
  });

  it("calls @grpc/grpc-js as a server", async (t) => {
    const server = new JsServer();
    const definition = {
      requestStream: false,
      responseStream: false,
      requestSerialize: same,
      requestDeserialize: same,
      responseSerialize: same,
      responseDeserialize: same,
    };
    server.addService(
      { Unary: { path: UNARY.path, ...definition } },
      {
        Unary: (call: { request: Buffer }, callback: (error: Error | null, value: Buffer) => void) =>
          callback(null, call.request),
      },
    );
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(`${HOST}:0`, ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      );
    });
    t.after(() => server.forceShutdown());
    const client = connect(t, port);
    const large = new Uint8Array(400_000).fill(4);
    assert.deepEqual((await unary(client, UNARY, large, { timeoutMs: 10_000 })).response, large);
    client.close();
  });
});
