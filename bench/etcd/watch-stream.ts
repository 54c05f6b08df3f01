/**
 * A watch stream that counts: HTTP/2 with just enough in it for one call on one connection. packages/grpc takes about a microsecond a message,
 * which is more than a server should; a client that costs as much would be what is measured. Windows are as wide as they can be, so that no
 * update is ever due within a run. Reads no header: a stream that ends, for whatever reason, fails the run.
 */
import { connect, type Socket } from "node:net";
import { WatchTally } from "./watch-tally.ts";

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const FRAME_HEAD_BYTES = 9;
const MESSAGE_HEAD_BYTES = 5;
const STREAM = 1;
const MAX_WINDOW = 2 ** 31 - 1;
const DEFAULT_WINDOW = 65_535;
const INITIAL_WINDOW_SIZE = 4;

const FrameType = { Data: 0, Headers: 1, RstStream: 3, Settings: 4, Ping: 6, GoAway: 7, WindowUpdate: 8 } as const;
const Flag = { EndStream: 1, Ack: 1, EndHeaders: 4, Padded: 8 } as const;
const NOTHING: Buffer = Buffer.alloc(0);

export class WatchStream {
  readonly tally: WatchTally = new WatchTally();
  readonly #socket: Socket;
  readonly #onCount: () => void;
  /** Octets of a frame, and of a message, whose rest is still to come. */
  #frameRest: Buffer = NOTHING;
  #messageRest: Buffer = NOTHING;

  /** @param onCount after each chunk, when the tally may have changed. */
  constructor(port: number, path: string, onCount: () => void) {
    this.#onCount = onCount;
    const socket = connect({ host: "127.0.0.1", port, noDelay: true });
    this.#socket = socket;
    socket.on("data", (chunk) => this.#receive(chunk));
    socket.on("error", (error) => {
      throw error;
    });
    socket.on("close", () => {
      throw new Error("a watch's connection was closed");
    });
    socket.write(PREFACE, "latin1");
    this.#write(FrameType.Settings, 0, 0, setting(INITIAL_WINDOW_SIZE, MAX_WINDOW));
    this.#write(FrameType.WindowUpdate, 0, 0, uint32(MAX_WINDOW - DEFAULT_WINDOW));
    this.#write(FrameType.Headers, Flag.EndHeaders, STREAM, headerBlock(path, `127.0.0.1:${port}`));
  }

  /** Sends one message, of at most one frame. */
  send(message: Uint8Array): void {
    const head = Buffer.alloc(MESSAGE_HEAD_BYTES);
    head.writeUInt32BE(message.length, 1);
    this.#write(FrameType.Data, 0, STREAM, Buffer.concat([head, message]));
  }

  #write(type: number, flags: number, stream: number, payload: Buffer): void {
    const head = Buffer.alloc(FRAME_HEAD_BYTES);
    head.writeUIntBE(payload.length, 0, 3);
    head[3] = type;
    head[4] = flags;
    head.writeUInt32BE(stream, 5);
    this.#socket.write(Buffer.concat([head, payload]));
  }

  #receive(chunk: Buffer): void {
    const input = this.#frameRest.length === 0 ? chunk : Buffer.concat([this.#frameRest, chunk]);
    let at = 0;
    while (input.length - at >= FRAME_HEAD_BYTES) {
      const end = at + FRAME_HEAD_BYTES + input.readUIntBE(at, 3);
      if (end > input.length) break;
      this.#frame(input[at + 3] as number, input[at + 4] as number, input.subarray(at + FRAME_HEAD_BYTES, end));
      at = end;
    }
    this.#frameRest = input.subarray(at);
    this.#onCount();
  }

  #frame(type: number, flags: number, payload: Buffer): void {
    switch (type) {
      case FrameType.Data:
        if ((flags & Flag.Padded) !== 0) throw new Error("padding in a watch");
        this.#messages(payload);
        break;
      case FrameType.Headers:
        if ((flags & Flag.EndStream) !== 0) throw new Error("a watch ended");
        break;
      case FrameType.Settings:
        if ((flags & Flag.Ack) === 0) this.#write(FrameType.Settings, Flag.Ack, 0, NOTHING);
        break;
      case FrameType.Ping:
        if ((flags & Flag.Ack) === 0) this.#write(FrameType.Ping, Flag.Ack, 0, payload);
        break;
      case FrameType.RstStream:
      case FrameType.GoAway:
        throw new Error(`a watch was cut off by a frame of type ${type}`);
      default:
      // A window grew, or something that a client may ignore.
    }
  }

  #messages(payload: Buffer): void {
    const input = this.#messageRest.length === 0 ? payload : Buffer.concat([this.#messageRest, payload]);
    let at = 0;
    while (input.length - at >= MESSAGE_HEAD_BYTES) {
      const start = at + MESSAGE_HEAD_BYTES;
      const end = start + input.readUInt32BE(at + 1);
      if (end > input.length) break;
      this.tally.add(input, start, end);
      at = end;
    }
    this.#messageRest = input.subarray(at);
  }
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function setting(id: number, value: number): Buffer {
  return Buffer.concat([Buffer.from([0, id]), uint32(value)]);
}

/** The request's header block in HPACK: static table and plain literals, nothing indexed. Names and values below 127 octets. */
function headerBlock(path: string, authority: string): Buffer {
  const text = (value: string): Buffer => Buffer.concat([Buffer.from([value.length]), Buffer.from(value, "latin1")]);
  return Buffer.concat([
    // ":method: POST" and ":scheme: http" are entries 3 and 6.
    Buffer.from([0x83, 0x86]),
    // Literals with the names of entries 4 (":path"), 1 (":authority") and 31 ("content-type": 15 and 16 more).
    ...[Buffer.from([0x04]), text(path), Buffer.from([0x01]), text(authority)],
    ...[Buffer.from([0x0f, 16]), text("application/grpc"), Buffer.from([0x00]), text("te"), text("trailers")],
  ]);
}
