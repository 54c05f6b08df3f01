import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { withSeed } from "@quorate/testkit";
import { Deadlines } from "./deadlines.ts";
import { HpackEncoder } from "./hpack/encoder.ts";
import { HeaderField } from "./hpack/header-field.ts";
import {
  ErrorCode,
  Flag,
  FrameType,
  PREFACE,
  readUint24,
  readUint32,
  writeFrameHeader,
  writeUint32,
} from "./http2/frame.ts";
import { DEFAULT_LIMITS, type Limits } from "./http2/limits.ts";
import { BufferPool } from "./http2/output.ts";
import { SERVER_KEEPALIVE } from "./http2/ping-policy.ts";
import { bytesMethod } from "./method.ts";
import { Router } from "./router.ts";
import type { ServerCall } from "./server-call.ts";
import { ServerConnection } from "./server-connection.ts";

type Frame = { readonly type: number; readonly flags: number; readonly id: number; readonly payload: Uint8Array };

const UNARY = bytesMethod("/test.T/Unary", { isClientStreaming: false, isServerStreaming: false });
const SERVER = bytesMethod("/test.T/Server", { isClientStreaming: false, isServerStreaming: true });
const CLIENT = bytesMethod("/test.T/Client", { isClientStreaming: true, isServerStreaming: false });

function frame(type: number, flags: number, id: number, payload: Uint8Array | readonly number[] = []): Uint8Array {
  const out = new Uint8Array(9 + payload.length);
  writeFrameHeader(out, 0, payload.length, type, flags, id);
  out.set(payload, 9);
  return out;
}

const uint32 = (value: number): Uint8Array => {
  const out = new Uint8Array(4);
  writeUint32(out, 0, value);
  return out;
};

/** A hostile client on a connection without a socket, at a time of its own. */
class Attacker {
  nowMs = 0;
  readonly calls: ServerCall<Uint8Array, Uint8Array>[] = [];
  readonly core: ServerConnection;
  readonly #encoder = new HpackEncoder();

  constructor(limits: Partial<Limits> = {}, greets = true) {
    const router = new Router()
      .handle(UNARY, (_request, call) => void this.calls.push(call))
      .handle(SERVER, (_request, call) => void this.calls.push(call))
      .handleStream(CLIENT, (call) => void this.calls.push(call));
    this.core = new ServerConnection(
      {
        router,
        limits: { ...DEFAULT_LIMITS, ...limits },
        keepalive: SERVER_KEEPALIVE,
        maxReceiveBytes: 2_097_152,
        http: undefined,
      },
      { pool: new BufferPool(), now: () => this.nowMs, wake: () => {}, deadlines: new Deadlines(0), peer: undefined },
    );
    if (!greets) return;
    this.send(PREFACE, frame(FrameType.Settings, 0, 0), frame(FrameType.Settings, Flag.Ack, 0));
    this.frames();
  }

  send(...parts: readonly Uint8Array[]): void {
    for (const part of parts) this.core.connection.receive(part);
  }

  /** What the server sent since. */
  frames(): Frame[] {
    this.core.connection.flush();
    const { out } = this.core.connection.sender;
    const { length } = out;
    const bytes = out.take();
    const frames: Frame[] = [];
    for (let at = 0; at < length; ) {
      const end = at + 9 + readUint24(bytes, at);
      frames.push({
        type: bytes[at + 3]!,
        flags: bytes[at + 4]!,
        id: readUint32(bytes, at + 5),
        payload: bytes.slice(at + 9, end),
      });
      at = end;
    }
    return frames;
  }

  block(path: string, more: readonly HeaderField[] = []): Uint8Array {
    const pairs = [
      [":method", "POST"],
      [":scheme", "http"],
      [":path", path],
      ["content-type", "application/grpc"],
    ] as const;
    return this.#encoder.encode([...pairs.map(([name, value]) => new HeaderField(name, value)), ...more]).slice();
  }

  open(id: number, path: string = UNARY.path, more: readonly HeaderField[] = []): void {
    this.send(frame(FrameType.Headers, Flag.EndHeaders, id, this.block(path, more)));
  }

  call(id: number, path: string = UNARY.path): void {
    this.open(id, path);
    this.send(frame(FrameType.Data, Flag.EndStream, id, [0, 0, 0, 0, 0]));
  }

  /** Sends `part` until the connection ends; how often it took, and the GOAWAY. */
  until(limit: number, part: (n: number) => readonly Uint8Array[]): { readonly n: number; readonly why: string } {
    for (let n = 1; n <= limit; n++) {
      this.send(...part(n));
      const { reason } = this.core.connection;
      if (reason !== undefined) return { n, why: `${reason.code}: ${reason.message}` };
    }
    return { n: limit, why: "nothing" };
  }

  tick(ms: number): void {
    this.nowMs += ms;
    this.core.tick(this.nowMs);
  }

  get why(): string {
    const { reason } = this.core.connection;
    return reason === undefined ? "nothing" : `${reason.code}: ${reason.message}`;
  }
}

const CALM = ErrorCode.EnhanceYourCalm;
const resets = (frames: readonly Frame[]): string[] =>
  frames.filter(({ type }) => type === FrameType.RstStream).map(({ id, payload }) => `${id}:${readUint32(payload, 0)}`);

describe("grpc/abuse", () => {
  it("ends a rapid reset after its burst", () => {
    const attacker = new Attacker();
    const { n, why } = attacker.until(5_000, (i) => {
      attacker.open(2 * i - 1);
      return [frame(FrameType.RstStream, 0, 2 * i - 1, uint32(8))];
    });
    assert.equal(n, DEFAULT_LIMITS.resetBurst + 1);
    assert.equal(why, `${CALM}: too many reset streams`);
  });

  it("counts resets that the client provokes from us", () => {
    const attacker = new Attacker({ resetBurst: 50 });
    const { n, why } = attacker.until(500, (i) => {
      attacker.open(2 * i - 1);
      return [frame(FrameType.WindowUpdate, 0, 2 * i - 1, uint32(0))];
    });
    assert.equal(n, 51);
    assert.equal(why, `${CALM}: too many reset streams`);
  });

  it("bounds the cancelled calls that still work", () => {
    const attacker = new Attacker();
    const { n, why } = attacker.until(500, (i) => {
      attacker.call(2 * i - 1);
      return [frame(FrameType.RstStream, 0, 2 * i - 1, uint32(8))];
    });
    assert.equal(n, DEFAULT_LIMITS.maxAbandonedCalls + 1);
    assert.equal(why, `${CALM}: too many cancelled calls`);
    const patient = new Attacker();
    const { why: nothing } = patient.until(500, (i) => {
      patient.call(2 * i - 1);
      patient.send(frame(FrameType.RstStream, 0, 2 * i - 1, uint32(8)));
      patient.calls.pop()?.respond(new Uint8Array(0));
      return [];
    });
    assert.equal(nothing, "nothing");
  });

  it("ends a CONTINUATION flood by frames, by octets and by time", () => {
    const flood = new Attacker();
    flood.send(frame(FrameType.Headers, 0, 1, [0x82]));
    assert.equal(flood.until(100, () => [frame(FrameType.Continuation, 0, 1)]).n, 9);
    assert.equal(flood.why, `${CALM}: too many CONTINUATION frames`);
    const huge = new Attacker();
    huge.send(frame(FrameType.Headers, 0, 1, new Uint8Array(16_000)));
    assert.equal(huge.until(100, () => [frame(FrameType.Continuation, 0, 1, new Uint8Array(16_000))]).n, 2);
    assert.equal(huge.why, `${CALM}: header block too large`);
    const slow = new Attacker();
    slow.send(frame(FrameType.Headers, 0, 1, [0x82]));
    slow.tick(5_000);
    assert.equal(slow.why, "nothing");
    slow.tick(1);
    assert.equal(slow.why, `${CALM}: header block not finished in time`);
  });

  it("ends floods of SETTINGS, PRIORITY, unknown and empty DATA frames, and of WINDOW_UPDATE", () => {
    const settings = new Attacker();
    assert.equal(settings.until(100, () => [frame(FrameType.Settings, 0, 0)]).why, `${CALM}: too many SETTINGS frames`);
    for (const part of [frame(FrameType.Priority, 0, 1, [0, 0, 0, 0, 1]), frame(0xee, 0, 0)]) {
      const attacker = new Attacker();
      const { n, why } = attacker.until(200, () => [part]);
      assert.equal(n, DEFAULT_LIMITS.ignoredFrameBurst + 1);
      assert.equal(why, `${CALM}: too many frames that change nothing`);
    }
    const empty = new Attacker();
    empty.open(1);
    assert.equal(empty.until(100, () => [frame(FrameType.Data, 0, 1)]).n, DEFAULT_LIMITS.maxEmptyDataFrames + 1);
    const updates = new Attacker();
    assert.equal(updates.until(5_000, () => [frame(FrameType.WindowUpdate, 0, 0, uint32(1))]).n, 1_001);
  });

  it("answers the fourth idle ping with too_many_pings, and none after an answer", () => {
    const attacker = new Attacker();
    const ping = frame(FrameType.Ping, 0, 0, new Uint8Array(8));
    assert.deepEqual(
      attacker.until(10, () => [ping]),
      { n: 4, why: `${CALM}: too_many_pings` },
    );
    const goaway = attacker.frames().find(({ type }) => type === FrameType.Goaway);
    assert.equal(new TextDecoder().decode(goaway?.payload.subarray(8)), "too_many_pings");
    const busy = new Attacker();
    assert.equal(
      busy.until(50, (i) => {
        busy.call(2 * i - 1);
        busy.calls.pop()?.respond(new Uint8Array(1));
        return [ping];
      }).why,
      "nothing",
    );
  });

  it("refuses a header list above the limit on its stream, bombs included", () => {
    const attacker = new Attacker();
    attacker.open(1, UNARY.path, [new HeaderField("x", "y".repeat(900))]);
    const bomb = new Uint8Array([...attacker.block(UNARY.path), ...new Uint8Array(10_000).fill(0xbe)]);
    attacker.frames();
    attacker.send(frame(FrameType.Headers, Flag.EndHeaders | Flag.EndStream, 3, bomb));
    assert.equal(attacker.why, "nothing");
    const [answer] = attacker.frames();
    assert.equal(answer?.id, 3);
    attacker.call(5);
    assert.equal(attacker.calls.length, 1);
  });

  it("gives up a stream whose client opens no window, and keeps the others", () => {
    const attacker = new Attacker();
    attacker.send(frame(FrameType.Settings, 0, 0, [0, 4, 0, 0, 0, 1]));
    attacker.call(1, SERVER.path);
    attacker.calls[0]?.write(new Uint8Array(1_000));
    attacker.frames();
    for (let s = 0; s < 29; s++) attacker.tick(1_000);
    assert.deepEqual(resets(attacker.frames()), []);
    for (let s = 0; s < 3; s++) attacker.tick(1_000);
    assert.deepEqual(resets(attacker.frames()), [`1:${CALM}`]);
    assert.equal(attacker.calls[0]?.isCancelled, true);
    assert.equal(attacker.why, "nothing");
  });

  it("takes a window that opens by single octets for a stall", () => {
    const attacker = new Attacker();
    attacker.send(frame(FrameType.Settings, 0, 0, [0, 4, 0, 0, 0, 1]));
    attacker.call(1, SERVER.path);
    attacker.calls[0]?.write(new Uint8Array(1_000));
    for (let s = 0; s < 32; s++) {
      attacker.tick(1_000);
      attacker.send(frame(FrameType.WindowUpdate, 0, 1, uint32(1)));
      const isGone = attacker.frames().some(({ type }) => type === FrameType.RstStream);
      assert.equal(isGone, s === 30);
      if (isGone) break;
    }
  });

  it("bounds what waits on all streams of one connection", () => {
    const attacker = new Attacker({ maxConnectionQueuedBytes: 1_000_000 });
    for (let id = 1; id < 61; id += 2) {
      attacker.call(id);
      attacker.calls.at(-1)?.respond(new Uint8Array(100_000));
    }
    const { queuedBytes } = attacker.core.connection.sender;
    assert.ok(queuedBytes > 1_000_000 && queuedBytes < 1_200_000);
    for (let id = 1; id < 61; id += 2) attacker.send(frame(FrameType.RstStream, 0, id, uint32(8)));
    assert.equal(attacker.core.connection.sender.queuedBytes, 0);
  });

  it("fails a call that writes without end to a client that does not read", () => {
    const attacker = new Attacker({ maxQueuedBytes: 100_000 });
    attacker.call(1, SERVER.path);
    const [call] = attacker.calls;
    let written = 0;
    while (call?.isFinished === false && written < 1e7) {
      call.write(new Uint8Array(10_000));
      written += 10_000;
    }
    assert.ok(written <= 65_535 + 100_000 + 30_000);
  });

  it("gives up connections without SETTINGS, and requests that do not end", () => {
    const silent = new Attacker({}, false);
    silent.tick(10_000);
    assert.equal(silent.why, "nothing");
    silent.tick(1);
    assert.equal(silent.why, `${ErrorCode.ProtocolError}: no SETTINGS in time`);
    const slow = new Attacker();
    slow.open(1);
    slow.send(frame(FrameType.Data, 0, 1, [0, 0, 0, 1]));
    for (let s = 0; s < 70; s++) slow.tick(1_000);
    assert.deepEqual(resets(slow.frames()), ["1:0"]);
    const deaf = new Attacker({}, false);
    deaf.send(PREFACE, frame(FrameType.Settings, 0, 0));
    deaf.tick(10_001);
    assert.equal(deaf.why, `${ErrorCode.SettingsTimeout}: SETTINGS not acknowledged in time`);
  });

  it("bounds what paused and unfinished messages may hold on one connection", () => {
    const attacker = new Attacker({ maxBufferedBytes: 100_000 });
    for (let id = 1; id < 21; id += 2) {
      attacker.open(id);
      attacker.send(frame(FrameType.Data, 0, id, [0, 0, 1, 0, 0, ...new Uint8Array(15_000)]));
    }
    assert.deepEqual(resets(attacker.frames()), ["13:0", "15:0", "17:0", "19:0"]);
  });

  it("refuses streams above the limit and ends a connection that overruns its window", () => {
    const attacker = new Attacker({ maxConcurrentStreams: 2 });
    for (const id of [1, 3, 5]) attacker.open(id);
    assert.deepEqual(resets(attacker.frames()), [`5:${ErrorCode.RefusedStream}`]);
    const window = new Attacker({ streamWindowBytes: 100_000 });
    window.open(1, CLIENT.path);
    window.calls[0]?.pause();
    for (let i = 0; i < 7; i++) window.send(frame(FrameType.Data, 0, 1, new Uint8Array(16_000)));
    assert.deepEqual(resets(window.frames()), [`1:${ErrorCode.FlowControlError}`]);
  });

  for (const { what, more } of [
    { what: "an upper-case name", more: new HeaderField("X-A", "b") },
    { what: "a second :path", more: new HeaderField(":path", "/x") },
    { what: "an unknown pseudo-header", more: new HeaderField(":what", "b") },
    { what: "connection", more: new HeaderField("connection", "close") },
    { what: "te that is not trailers", more: new HeaderField("te", "gzip") },
    { what: "a line break in a value", more: new HeaderField("x", "a\r\nb") },
    { what: "NUL in a value", more: new HeaderField("x", "a\0") },
    { what: "a bad content-length", more: new HeaderField("content-length", "-1") },
  ]) {
    it(`resets a request with ${what}`, () => {
      const attacker = new Attacker();
      attacker.open(1, UNARY.path, [more]);
      assert.deepEqual(resets(attacker.frames()), [`1:${ErrorCode.ProtocolError}`]);
      assert.equal(attacker.calls.length, 0);
    });
  }

  it("routes exact paths only", () => {
    for (const path of [
      "test.T/Unary",
      "//test.T/Unary",
      "/test.T/Unary/",
      "/test.T/unary",
      "/test.T%2fUnary",
      "/test.T/Unary.",
    ]) {
      const attacker = new Attacker();
      attacker.call(1, path);
      assert.equal(attacker.calls.length, 0, path);
    }
  });

  it("takes the same meaning from the same octets, however they are cut", () => {
    withSeed("abuse", ({ prng }) => {
      const script = new Attacker({}, false);
      const parts: Uint8Array[] = [PREFACE, frame(FrameType.Settings, 0, 0), frame(FrameType.Settings, Flag.Ack, 0)];
      for (let id = 1; id < 60; id += 2) {
        const block = script.block(UNARY.path, [new HeaderField("x", "y".repeat(prng.below(300)))]);
        const cut = prng.below(block.length);
        parts.push(frame(FrameType.Headers, 0, id, block.subarray(0, cut)));
        parts.push(frame(FrameType.Continuation, Flag.EndHeaders, id, block.subarray(cut)));
        const body = new Uint8Array(prng.below(16_000));
        const padding = prng.below(200);
        const prefix = [padding, 0, ...uint32(body.length)];
        const payload = [...prefix, ...body, ...new Uint8Array(padding)];
        parts.push(frame(FrameType.Data, Flag.Padded | Flag.EndStream, id, payload));
      }
      const bytes = new Uint8Array(Buffer.concat(parts));
      for (let round = 0; round < 20; round++) {
        const attacker = new Attacker({}, false);
        for (let at = 0; at < bytes.length; ) {
          const end = Math.min(bytes.length, at + 1 + prng.below(prng.below(2) === 0 ? 12 : 40_000));
          attacker.send(bytes.slice(at, end));
          at = end;
        }
        assert.equal(attacker.why, "nothing");
        assert.equal(attacker.calls.length, 30);
      }
    });
  });

  it("throws for no octets whatever, and frees every stream when it ends", () => {
    withSeed("abuse", ({ prng }) => {
      for (let round = 0; round < 400; round++) {
        const attacker = new Attacker();
        for (let n = 0; n < 60; n++) {
          const id = prng.below(3) === 0 ? prng.below(40) : 2 * prng.below(20) + 1;
          const isBlock = prng.below(2) === 0;
          const payload = isBlock
            ? attacker.block([UNARY, SERVER, CLIENT][prng.below(3)]!.path)
            : Uint8Array.from({ length: prng.below(20) }, () => prng.below(prng.below(2) === 0 ? 4 : 256));
          const type = isBlock ? FrameType.Headers : prng.below(11);
          attacker.send(frame(type, isBlock ? 4 | prng.below(2) : prng.below(64), id, payload));
          const call = attacker.calls[prng.below(Math.max(1, attacker.calls.length))];
          if (prng.below(3) === 0) call?.fail(13, "no");
          if (prng.below(5) === 0) attacker.tick(prng.below(4_000));
          attacker.frames();
        }
        attacker.core.connection.close({ code: 0, message: "over" });
        assert.equal(attacker.core.connection.streams.size, 0);
        assert.equal(attacker.core.connection.sender.queued.size, 0);
        assert.ok(attacker.calls.every((call) => call.isFinished));
      }
    });
  });

  it("accounts for windows as a plain model does, whatever the peer's sizes and updates", () => {
    withSeed("abuse", ({ prng }) => {
      for (let round = 0; round < 60; round++) {
        const attacker = new Attacker({ windowUpdateSlack: 1e6, settingsBurst: 1e6 });
        let connection = 65_535;
        let initial = 65_535;
        const windows = new Map<number, number>();
        const received = new Map<number, number>();
        const written = new Map<number, number>();
        for (let n = 0; n < 8; n++) {
          attacker.call(2 * n + 1, SERVER.path);
          windows.set(2 * n + 1, initial);
        }
        for (let step = 0; step < 80; step++) {
          const index = prng.below(8);
          const id = 2 * index + 1;
          const increment = 1 + prng.below(30_000);
          switch (prng.below(4)) {
            case 0: {
              const length = prng.below(40_000);
              attacker.calls[index]?.write(new Uint8Array(length));
              written.set(id, (written.get(id) ?? 0) + length + 5);
              break;
            }
            case 1:
              attacker.send(frame(FrameType.WindowUpdate, 0, id, uint32(increment)));
              windows.set(id, windows.get(id)! + increment);
              break;
            case 2:
              attacker.send(frame(FrameType.WindowUpdate, 0, 0, uint32(increment)));
              connection += increment;
              break;
            default: {
              const size = prng.below(100_000);
              attacker.send(frame(FrameType.Settings, 0, 0, [0, 4, ...uint32(size)]));
              for (const [key, value] of windows) windows.set(key, value + size - initial);
              initial = size;
            }
          }
          for (const { type, id: from, payload } of attacker.frames()) {
            if (type !== FrameType.Data) continue;
            connection -= payload.length;
            windows.set(from, windows.get(from)! - payload.length);
            received.set(from, (received.get(from) ?? 0) + payload.length);
            assert.ok(payload.length <= 16_384);
            assert.ok(connection >= 0 && windows.get(from)! >= 0, "no more than the windows allow");
          }
          for (const [key, total] of written) {
            const isDone = received.get(key) === total;
            assert.ok(isDone || connection === 0 || windows.get(key)! <= 0, "nothing waits that may go");
          }
        }
      }
    });
  });
});
