/**
 * The msgapp stream: appends, shortened to their entries while each continues the one before. etcd's msgAppV2Encoder and -Decoder.
 *
 *   | 0 |                                                              link heartbeat
 *   | 1 | count u64 | (length u64 | raftpb.Entry)* | commit u64 |      append that continues the last one
 *   | 2 | length u64 | raftpb.Message |                                any append
 *
 * Both ends keep the term and index that the next append would continue. Example: after an append of entries 4 and 5 at term 2, one that
 * follows index 5 at term 2 needs neither: the receiver knows.
 */
import {
  decodeEntry,
  type Entry,
  type Message,
  MessageType,
  newMessage,
  sizeEntry,
  Writer,
  writeEntry,
} from "@quorate/proto";
import { ByteQueue } from "./byte-queue.ts";
import { RafthttpError } from "./errors.ts";
import {
  appendMessage,
  checkLength,
  MAX_MESSAGE_BYTES,
  parse,
  parseMessage,
  type StreamDecoder,
  type StreamEncoder,
} from "./message-codec.ts";
import { type OutputBuffer, writeUint64 } from "./output-buffer.ts";

const FrameType = { LinkHeartbeat: 0, AppEntries: 1, App: 2 } as const;

const UINT64_BYTES = 8;

/** Entries in one frame; far above what a size-limited append holds. */
const MAX_ENTRIES = 1_000_000;

/** What the next append would continue; (0, 0) at the start of a connection. */
type Position = { term: number; index: number };

export function createMsgAppV2Encoder(): StreamEncoder {
  const position: Position = { term: 0, index: 0 };
  return {
    encode: (out, m) => {
      if (m === undefined) {
        out.uint8(FrameType.LinkHeartbeat);
      } else if (m.index === position.index && m.logTerm === position.term && m.logTerm === m.term) {
        appendEntries(out, m);
        position.index += m.entries.length;
      } else {
        out.uint8(FrameType.App);
        appendMessage(out, m);
        follow(position, m);
      }
    },
  };
}

/** The whole frame in one piece: appends under load hold hundreds of entries. */
function appendEntries(out: OutputBuffer, m: Message): void {
  const { entries } = m;
  const sizes = new Array<number>(entries.length);
  let total = 1 + UINT64_BYTES + UINT64_BYTES;
  for (let i = 0; i < entries.length; i++) {
    const size = sizeEntry(entries[i]!);
    sizes[i] = size;
    total += UINT64_BYTES + size;
  }
  const start = out.reserve(total);
  const w = new Writer(out.bytes, start);
  w.bytes[w.pos++] = FrameType.AppEntries;
  putUint64(w, entries.length);
  for (let i = 0; i < entries.length; i++) {
    putUint64(w, sizes[i]!);
    writeEntry(w, entries[i]!);
  }
  putUint64(w, m.commit);
}

function putUint64(w: Writer, value: number): void {
  writeUint64(w.bytes, w.pos, value);
  w.pos += UINT64_BYTES;
}

function follow(position: Position, m: Message): void {
  position.term = m.term;
  position.index = m.entries[m.entries.length - 1]?.index ?? m.index;
}

export type MsgAppV2DecoderOptions = {
  /** The receiver of the messages, and the sender: shortened appends do not say. */
  readonly local: bigint;
  readonly remote: bigint;
  readonly limit?: number;
};

export function createMsgAppV2Decoder(options: MsgAppV2DecoderOptions): StreamDecoder {
  const decoder = new MsgAppV2Decoder(options);
  return { push: (chunk) => decoder.push(chunk) };
}

/** What is expected next. */
type Stage = "type" | "appLength" | "app" | "count" | "entryLength" | "entry" | "commit";

class MsgAppV2Decoder {
  readonly #options: MsgAppV2DecoderOptions;
  readonly #limit: number;
  readonly #queue = new ByteQueue();
  readonly #position: Position = { term: 0, index: 0 };
  #stage: Stage = "type";
  #length = 0;
  #missing = 0;
  #entries: Entry[] = [];
  /** Bytes of the frame so far. */
  #frameBytes = 0;

  constructor(options: MsgAppV2DecoderOptions) {
    this.#options = options;
    this.#limit = options.limit ?? MAX_MESSAGE_BYTES;
  }

  push(chunk: Uint8Array): Message[] {
    this.#queue.push(chunk);
    const messages: Message[] = [];
    while (this.#queue.length >= this.#needed()) {
      const m = this.#advance();
      if (m !== undefined) messages.push(m);
    }
    return messages;
  }

  #needed(): number {
    if (this.#stage === "type") return 1;
    // A body of no bytes is there at once.
    return this.#stage === "app" || this.#stage === "entry" ? this.#length : 8;
  }

  /** Consumes what the stage asks for; the message, if that completed one. */
  #advance(): Message | undefined {
    const queue = this.#queue;
    switch (this.#stage) {
      case "type":
        this.#stage = stageOf(queue.takeByte());
        this.#frameBytes = 0;
        return undefined;
      case "appLength":
        this.#length = checkLength(queue.takeUint64(), this.#limit);
        this.#stage = "app";
        return undefined;
      case "app":
        return this.#app(parseMessage(queue.take(this.#length)));
      case "count":
        this.#missing = checkLength(queue.takeUint64(), MAX_ENTRIES);
        this.#entries = [];
        this.#stage = this.#missing === 0 ? "commit" : "entryLength";
        return undefined;
      case "entryLength":
        this.#length = queue.takeUint64();
        this.#frameBytes = checkLength(this.#frameBytes + this.#length, this.#limit);
        this.#stage = "entry";
        return undefined;
      case "entry": {
        const bytes = queue.take(this.#length);
        this.#entries.push(parse(() => decodeEntry(bytes)));
        this.#missing--;
        this.#stage = this.#missing === 0 ? "commit" : "entryLength";
        return undefined;
      }
      case "commit":
        return this.#continued(queue.takeUint64());
    }
  }

  #app(m: Message): Message {
    this.#stage = "type";
    follow(this.#position, m);
    return m;
  }

  #continued(commit: number): Message {
    this.#stage = "type";
    if (!Number.isSafeInteger(commit)) throw new RafthttpError("Malformed", "a commit index is larger than 2^53 - 1");
    const { term, index } = this.#position;
    const entries = this.#entries;
    this.#entries = [];
    this.#position.index += entries.length;
    const { local, remote } = this.#options;
    return newMessage({
      type: MessageType.MsgApp,
      from: remote,
      to: local,
      term,
      logTerm: term,
      index,
      entries,
      commit,
    });
  }
}

function stageOf(frameType: number): Stage {
  switch (frameType) {
    case FrameType.LinkHeartbeat:
      return "type";
    case FrameType.AppEntries:
      return "count";
    case FrameType.App:
      return "appLength";
    default:
      throw new RafthttpError("BadFrameType", `unknown frame type ${frameType} on a msgapp stream`);
  }
}
