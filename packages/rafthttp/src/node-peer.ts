/**
 * One peer: both stream writers and readers, the pipeline, the snapshot sender, and the loop that hands received messages to raft (steps 24
 * and 27 of the path of a write). A remote is the same without streams: enough to answer a member that is not known yet.
 */
import type { ServerResponse } from "node:http";
import { type Logger, messageOf, RingQueue, type TracePoints } from "@quorate/base";
import { type Message, MessageType } from "@quorate/proto";
import { RafthttpError } from "./errors.ts";
import type { Identity } from "./headers.ts";
import { createMessageDecoder, createMessageEncoder } from "./message-codec.ts";
import { createMsgAppV2Decoder, createMsgAppV2Encoder } from "./msgapp-v2-codec.ts";
import { Pipeline } from "./node-pipeline.ts";
import { Prober } from "./node-prober.ts";
import type { Dialer } from "./node-request.ts";
import { sendSnapshot } from "./node-snapshot-sender.ts";
import { StreamReader } from "./node-stream-reader.ts";
import { StreamWriter } from "./node-stream-writer.ts";
import { type Limits, newPeerStats, type PeerObserver, type PeerStats, type Raft } from "./options.ts";
import { PeerStatus, pickChannel, UrlPicker } from "./peer-state.ts";

/** The two kinds of stream, as their paths name them. */
export type StreamKind = "msgapp" | "message";

export const STREAM_PATH = "/raft/stream";
const MS = 1_000;

export type PeerDeps = {
  readonly identity: Identity;
  readonly limits: Limits;
  readonly raft: Raft;
  /** Hands a received message to raft. Throws to refuse it. */
  readonly process: (m: Message) => void;
  readonly dialer: Dialer;
  readonly logger: Logger;
  readonly trace: TracePoints;
  readonly observer: PeerObserver;
  readonly onRemoved: (error: RafthttpError) => void;
  readonly onActive: (id: bigint) => void;
};

export class Peer {
  readonly id: bigint;
  readonly stats: PeerStats = newPeerStats();
  readonly #deps: PeerDeps;
  readonly #picker: UrlPicker;
  readonly #status: PeerStatus;
  readonly #writers: Readonly<Record<StreamKind, StreamWriter>>;
  readonly #readers: readonly StreamReader[];
  readonly #pipeline: Pipeline;
  readonly #prober: Prober | undefined;
  /** Received and not processed: proposals apart, so that they never stand before anything else. */
  readonly #recvc: RingQueue<Message>;
  readonly #propc: RingQueue<Message>;
  #recvScheduled = false;
  #paused = false;
  #closed = false;

  constructor(id: bigint, urls: readonly string[], deps: PeerDeps, withStreams: boolean) {
    this.id = id;
    this.#deps = deps;
    this.#picker = new UrlPicker(urls);
    this.#status = new PeerStatus(() => performance.now());
    this.#recvc = new RingQueue(deps.limits.receiveQueue);
    this.#propc = new RingQueue(deps.limits.receiveQueue);
    this.#writers = { msgapp: this.#createWriter("msgapp"), message: this.#createWriter("message") };
    this.#pipeline = this.#createPipeline();
    this.#readers = withStreams ? [this.#createReader("msgapp"), this.#createReader("message")] : [];
    this.#prober = withStreams ? this.#createProber() : undefined;
  }

  /** Sends by the best channel there is. Never blocks: what finds no room is dropped, and raft is told. */
  send(m: Message): void {
    if (this.#paused || this.#closed) return;
    const channel = pickChannel(m, {
      msgapp: this.#writers.msgapp.isWorking,
      message: this.#writers.message.isWorking,
    });
    if (this.#deps.trace.active && m.type === MessageType.MsgApp && m.entries.length > 0)
      this.#trace("Peer.send", this.#deps.identity.id, m);
    const taken = channel === "pipeline" ? this.#pipeline.send(m) : this.#writers[channel].send(m);
    if (taken) return;
    this.stats.dropped++;
    this.#deps.raft.reportUnreachable(m.to);
    if (m.type === MessageType.MsgSnap) this.#deps.raft.reportSnapshot(m.to, "failure");
    this.#deps.logger.debug(`dropped a message to ${this.#name} because the ${channel} queue is full`);
  }

  /** Sends a snapshot with its backend, and tells raft what became of it. */
  sendSnapshot(m: Message, backend: AsyncIterable<Uint8Array>): void {
    const { identity, dialer, raft, logger, observer } = this.#deps;
    if (this.#paused || this.#closed) return raft.reportSnapshot(m.to, "failure");
    const startedMs = performance.now();
    const ended = (isWhole: boolean): void =>
      observer.snapshotEnded(this.id, "send", isWhole, (performance.now() - startedMs) / MS);
    observer.snapshotStarted(this.id, "send");
    sendSnapshot({ identity, picker: this.#picker, dialer, stats: this.stats }, m, backend).then(
      () => {
        ended(true);
        this.#activate();
        raft.reportSnapshot(m.to, "finish");
      },
      (error: unknown) => {
        ended(false);
        logger.warn(`sending a snapshot to ${this.#name} failed: ${messageOf(error)}`);
        this.#sendFailed(m, error);
      },
    );
  }

  /** A stream that this peer dialled. */
  attachStream(kind: StreamKind, response: ServerResponse): void {
    this.#writers[kind].attach(response);
  }

  /** Messages that arrived, on whatever channel. */
  receive(messages: readonly Message[]): void {
    if (this.#paused || this.#closed) return;
    for (const m of messages) {
      this.stats.receivedMessages++;
      if (this.#deps.trace.active) this.#traceReceived("streamReader.decodeLoop", m);
      const queue = m.type === MessageType.MsgProp ? this.#propc : this.#recvc;
      if (!queue.push(m)) this.stats.dropped++;
    }
    if (this.#recvScheduled || messages.length === 0) return;
    this.#recvScheduled = true;
    queueMicrotask(() => {
      this.#recvScheduled = false;
      this.#recvLoop();
    });
  }

  /** One message that did not come by a stream, at once. @throws what raft says against it. */
  process(m: Message): void {
    if (this.#paused || this.#closed) return;
    this.stats.receivedMessages++;
    if (this.#deps.trace.active) this.#traceReceived("Peer.recvLoop", m);
    this.#deps.process(m);
  }

  update(urls: readonly string[]): void {
    this.#picker.update(urls);
    for (const reader of this.#readers) reader.reconnect();
  }

  get activeSince(): number | undefined {
    return this.#status.activeSince;
  }

  /** Cuts the peer off in both directions, or mends that: a partition for tests. */
  setPaused(paused: boolean): void {
    this.#paused = paused;
  }

  close(): void {
    this.#closed = true;
    for (const reader of this.#readers) reader.close();
    this.#writers.msgapp.close();
    this.#writers.message.close();
    this.#pipeline.close();
    this.#prober?.close();
  }

  get #name(): string {
    return this.id.toString(16);
  }

  /** Hands what was received to raft, in order. A message that raft refuses costs nothing but itself. */
  #recvLoop(): void {
    for (const queue of [this.#recvc, this.#propc]) {
      for (let m = queue.shift(); m !== undefined; m = queue.shift()) {
        if (this.#closed) return;
        if (this.#deps.trace.active) this.#traceReceived("Peer.recvLoop", m);
        try {
          this.#deps.process(m);
        } catch (error) {
          this.stats.dropped++;
          this.#deps.logger.debug(`raft refused a message from ${this.#name}: ${messageOf(error)}`);
        }
      }
    }
  }

  #createWriter(kind: StreamKind): StreamWriter {
    const { identity, limits, trace } = this.#deps;
    return new StreamWriter({
      localId: identity.id,
      limits,
      stats: this.stats,
      trace,
      createEncoder: kind === "msgapp" ? createMsgAppV2Encoder : createMessageEncoder,
      onAttached: () => this.#activate(),
      onLost: () => {
        if (!this.#closed) this.#deps.raft.reportUnreachable(this.id);
      },
      onDetached: () => this.#failed("the stream it dialled ended"),
    });
  }

  #createReader(kind: StreamKind): StreamReader {
    const { identity, limits, dialer } = this.#deps;
    const limit = limits.maxMessageBytes;
    return new StreamReader({
      identity,
      peerId: this.id,
      path: `${STREAM_PATH}/${kind}`,
      limits,
      stats: this.stats,
      picker: this.#picker,
      dialer,
      createDecoder: () =>
        kind === "msgapp"
          ? createMsgAppV2Decoder({ local: identity.id, remote: this.id, limit })
          : createMessageDecoder(limit),
      deliver: (messages) => this.receive(messages),
      onConnected: () => this.#activate(),
      onFailed: (error) => this.#failed(error),
      onRemoved: (error) => this.#deps.onRemoved(error),
    });
  }

  #createPipeline(): Pipeline {
    const { identity, limits, dialer, raft } = this.#deps;
    return new Pipeline({
      identity,
      limits,
      stats: this.stats,
      picker: this.#picker,
      dialer,
      onSent: (m) => {
        this.#activate();
        if (m.type === MessageType.MsgSnap) raft.reportSnapshot(m.to, "finish");
      },
      onFailed: (m, error) => this.#sendFailed(m, error),
    });
  }

  #createProber(): Prober {
    const { dialer, limits, logger, observer } = this.#deps;
    return new Prober({
      peerName: this.#name,
      picker: this.#picker,
      dialer,
      limits,
      stats: this.stats,
      logger,
      onRoundTrip: (seconds) => observer.roundTrip(this.id, seconds),
    });
  }

  #activate(): void {
    if (!this.#status.activate()) return;
    this.#deps.logger.info(`peer ${this.#name} became active`);
    this.#deps.onActive(this.id);
  }

  #failed(error: unknown): void {
    if (this.#closed || !this.#status.deactivate()) return;
    this.stats.disconnects++;
    this.#deps.logger.warn(`peer ${this.#name} became inactive: ${messageOf(error)}`);
  }

  /** What a failed POST means, for a message or a snapshot. */
  #sendFailed(m: Message, error: unknown): void {
    const { raft, onRemoved } = this.#deps;
    this.#failed(error);
    if (error instanceof RafthttpError && error.code === "MemberRemoved") onRemoved(error);
    raft.reportUnreachable(m.to);
    if (m.type === MessageType.MsgSnap) raft.reportSnapshot(m.to, "failure");
  }

  #traceReceived(name: string, m: Message): void {
    if (m.type === MessageType.MsgApp && m.entries.length > 0) this.#trace(name, this.#deps.identity.id, m);
  }

  #trace(name: string, member: bigint, m: Message): void {
    this.#deps.trace.emit(name, member, { to: m.to, term: m.term, index: m.index + m.entries.length });
  }
}
