import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttp1 } from "node:http";
import { connect as connectNet, type Socket } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { createCertificateAuthority, until } from "@quorate/testkit";
import { HpackEncoder } from "./hpack/encoder.ts";
import { HeaderField } from "./hpack/header-field.ts";
import { Flag, FrameType, PREFACE, writeFrameHeader } from "./http2/frame.ts";
import { bytesMethod, GrpcClient, GrpcServer, type GrpcServerOptions, Router, type ServerCall } from "./index.ts";

const HOST = "127.0.0.1";
const ECHO = bytesMethod("/test.T/Echo", { isClientStreaming: false, isServerStreaming: false });
const FLOOD = bytesMethod("/test.T/Flood", { isClientStreaming: false, isServerStreaming: true });

function frame(type: number, flags: number, id: number, payload: Uint8Array | readonly number[] = []): Uint8Array {
  const out = new Uint8Array(9 + payload.length);
  writeFrameHeader(out, 0, payload.length, type, flags, id);
  out.set(payload, 9);
  return out;
}

const HELLO = [PREFACE, frame(FrameType.Settings, 0, 0), frame(FrameType.Settings, Flag.Ack, 0)];

async function start(t: TestContext, options: Partial<GrpcServerOptions>) {
  const closed: string[] = [];
  const floods: ServerCall<Uint8Array, Uint8Array>[] = [];
  const router = new Router()
    .handle(ECHO, (request, call) => call.respond(request))
    .handle(FLOOD, (_request, call) => void floods.push(call));
  const server = new GrpcServer({ router, tickMs: 5, onConnectionClosed: (why) => closed.push(why), ...options });
  const { port } = await server.listen(0, HOST);
  t.after(() => server.close(0));
  const dial = async (): Promise<Socket> => {
    const socket = connectNet(port, HOST);
    socket.on("error", () => {});
    t.after(() => socket.destroy());
    await once(socket, "connect");
    return socket;
  };
  const echo = (): Promise<number> => {
    const client = new GrpcClient({ host: HOST, port });
    t.after(() => client.close());
    return new Promise((resolve) => client.unary(ECHO, new Uint8Array(10), {}, ({ code }) => resolve(code)));
  };
  return { server, closed, floods, dial, echo, port };
}

function gone(socket: Socket): Promise<unknown> {
  socket.resume();
  return socket.closed ? Promise.resolve() : once(socket, "close");
}

describe("grpc/node-limits", () => {
  it("cuts off a client that opens its window and reads nothing, and serves the others", async (t) => {
    const lab = await start(t, { limits: { stallTimeoutMs: 100 } });
    const socket = await lab.dial();
    socket.pause();
    const window = [0, 4, 0x7f, 0xff, 0xff, 0xff];
    const block = new HpackEncoder().encode(
      [
        [":method", "POST"],
        [":scheme", "http"],
        [":path", FLOOD.path],
        ["content-type", "application/grpc"],
      ].map(([name, value]) => new HeaderField(name!, value!)),
    );
    const parts = [
      ...HELLO,
      frame(FrameType.Settings, 0, 0, window),
      frame(FrameType.WindowUpdate, 0, 0, [0x7f, 0, 0, 0]),
      frame(FrameType.Headers, Flag.EndHeaders, 1, block),
      frame(FrameType.Data, Flag.EndStream, 1, [0, 0, 0, 0, 0]),
    ];
    socket.write(Buffer.concat(parts));
    await until(() => lab.floods.length === 1, "the call to arrive");
    const [call] = lab.floods;
    for (let n = 0; n < 32; n++) call?.write(new Uint8Array(1024 * 1024));
    assert.equal(await lab.echo(), 0);
    await until(() => call?.isCancelled === true, "the call to be given up");
    assert.equal(await lab.echo(), 0);
    assert.ok((call?.queuedBytes ?? 0) === 0);
  });

  it("closes connections that never say what they speak, plain and TLS", async (t) => {
    const limits = { handshakeTimeoutMs: 50 };
    const plain = await start(t, { limits });
    await gone(await plain.dial());
    const shared = await start(t, { limits, http1: createHttp1() });
    const half = await shared.dial();
    half.write("PR");
    await gone(half);
    const authority = createCertificateAuthority("ca");
    const secure = await start(t, { limits, tls: authority.issue("leaf") });
    await gone(await secure.dial());
  });

  it("closes connections and handshakes above their limits", async (t) => {
    const lab = await start(t, { maxConnections: 2 });
    const first = await lab.dial();
    first.write(Buffer.concat(HELLO));
    const second = await lab.dial();
    second.write(Buffer.concat(HELLO));
    await until(() => lab.server.connectionCount === 2, "two connections");
    await gone(await lab.dial());
    assert.equal(lab.server.connectionCount, 2);
    const authority = createCertificateAuthority("ca");
    const secure = await start(t, { maxHandshakes: 1, tls: authority.issue("leaf") });
    const waiting = await secure.dial();
    await gone(await secure.dial());
    assert.equal(waiting.closed, false);
  });

  it("ends a connection with garbage instead of a preface, with a GOAWAY where it can be read", async (t) => {
    const lab = await start(t, {});
    const socket = await lab.dial();
    let text = "";
    socket.on("data", (bytes: Buffer) => {
      text += bytes.toString("latin1");
    });
    socket.write("GET / HTTP/1.1\r\n\r\n");
    await gone(socket);
    assert.match(text, /not an HTTP\/2 preface/);
    assert.equal(await lab.echo(), 0);
  });

  it("forgets a thousand connections that come and go", async (t) => {
    const lab = await start(t, {});
    for (let n = 0; n < 20; n++) {
      const sockets = await Promise.all(Array.from({ length: 50 }, () => lab.dial()));
      for (const socket of sockets) {
        socket.write(Buffer.concat([...HELLO, frame(0xb, 0, 1)]));
        socket.destroy();
      }
    }
    await until(() => lab.server.connectionCount === 0, "all connections to be forgotten");
    assert.equal(await lab.echo(), 0);
  });
});
