/**
 * etcd's Watch service: between a call and its WatchStream. Requests become watches; responses go out while the client takes them, and
 * wait in the stream's bounded queue while it does not. What a client does not read costs the others nothing.
 */
import type { ServerCall } from "@quorate/grpc";
import { DEFAULT_WATCH_STREAM_OPTIONS, type WatchStream } from "@quorate/mvcc";
import {
  FilterType,
  type WatchCreateRequest,
  WatchService as WatchMethods,
  type WatchRequest,
  type WatchResponse,
} from "@quorate/proto";
import type { EtcdServer } from "./etcd-server.ts";
import type { ServiceRouter } from "./service-router.ts";
import { failCall } from "./statuses.ts";
import { WatchEncoder } from "./watch-encoding.ts";
import type { PumpedStream, WatchPump } from "./watch-pump.ts";

/** What responses may be longer than requests before they are split (etcd's gRPC overhead). */
const OVERHEAD_BYTES = 512 * 1024;
/** The interval of progress notifications is up to so much longer, so that streams do not tick together. */
const JITTER = 0.1;

type WatchCall = ServerCall<WatchRequest, WatchResponse>;

export class WatchService {
  readonly #server: EtcdServer;
  readonly #pump: WatchPump;
  readonly #encoder: WatchEncoder;
  readonly #random: () => number;

  /** @param random a number from 0 up to 1, for the jitter of timers. */
  constructor(server: EtcdServer, pump: WatchPump, random: () => number) {
    this.#server = server;
    this.#pump = pump;
    this.#encoder = new WatchEncoder(server);
    this.#random = random;
  }

  register(router: ServiceRouter): void {
    router.stream(WatchMethods.watch, (call) => this.#open(call));
  }

  #open(call: WatchCall): void {
    if (this.#pump.isStopped) return failCall(call, "Stopped");
    const { watchable, limits } = this.#server;
    const fragmentBytes = limits.maxRequestBytes + OVERHEAD_BYTES;
    const stream = watchable.openStream({ ...DEFAULT_WATCH_STREAM_OPTIONS, fragmentBytes });
    const progressMs = limits.watchProgressNotifyMs * (1 + JITTER * this.#random());
    new ServedStream({ call, stream, progressMs }, { pump: this.#pump, encoder: this.#encoder });
  }
}

/** A call with its watches. */
class ServedStream implements PumpedStream {
  readonly #call: WatchCall;
  readonly #stream: WatchStream;
  readonly #progressMs: number;
  readonly #pump: WatchPump;
  readonly #encoder: WatchEncoder;
  #ticker: NodeJS.Timeout | undefined = undefined;
  /** The call said that it has enough: nothing until it has drained. */
  #isBlocked = false;
  /** No requests are read: too many of their answers wait. */
  #isPaused = false;
  /** Inside a transaction of the store, where no watch may end. */
  #isInside = false;
  #isGone = false;

  constructor(
    parts: { readonly call: WatchCall; readonly stream: WatchStream; readonly progressMs: number },
    deps: { readonly pump: WatchPump; readonly encoder: WatchEncoder },
  ) {
    const { call, stream } = parts;
    this.#call = call;
    this.#stream = stream;
    this.#progressMs = parts.progressMs;
    this.#pump = deps.pump;
    this.#encoder = deps.encoder;
    this.#pump.add(this);
    stream.onReady = () => this.#pump.ready(this);
    stream.onFull = () => this.#makeRoom();
    call.onMessage = (request) => this.#onRequest(request);
    call.onCancel = () => this.#onGone();
    call.onDrain = () => {
      this.#isBlocked = false;
      this.drain();
    };
  }

  drain(): void {
    if (this.#isGone) return this.#close();
    this.#send();
    const stream = this.#stream;
    if (stream.starved && stream.hasRoom) {
      stream.starved = false;
      this.#pump.wake();
    }
    if (!this.#isPaused || stream.congested) return;
    this.#isPaused = false;
    this.#call.resume();
  }

  stop(): void {
    failCall(this.#call, "Stopped");
    this.#close();
  }

  #send(): void {
    const call = this.#call;
    while (!this.#isBlocked && !call.isFinished) {
      const reply = this.#stream.take();
      if (reply === undefined) return;
      const { batch } = reply;
      const goesOn =
        batch === undefined
          ? call.writeBytes(this.#encoder.control(reply))
          : call.writeParts(this.#encoder.bytes, this.#encoder.head(reply), batch.encoded());
      if (batch !== undefined) this.#pump.eventsSent += batch.events.length;
      if (!goesOn) this.#isBlocked = true;
    }
  }

  #makeRoom(): void {
    this.#isInside = true;
    this.#send();
    this.#isInside = false;
  }

  #onRequest({ requestUnion }: WatchRequest): void {
    switch (requestUnion?.kind) {
      case "createRequest":
        this.#create(requestUnion.value);
        break;
      case "cancelRequest":
        this.#stream.cancel(requestUnion.value.watchId);
        break;
      case "progressRequest":
        this.#stream.requestProgress();
        break;
      case undefined:
        return;
    }
    this.drain();
    if (!this.#stream.congested || this.#isPaused) return;
    this.#isPaused = true;
    this.#call.pause();
  }

  #create(request: WatchCreateRequest): void {
    const { filters, rangeEnd } = request;
    this.#stream.create({
      key: request.key,
      // Here, unlike in a range, an end that is there and empty is none.
      rangeEnd: rangeEnd.length === 0 ? undefined : rangeEnd,
      startRevision: request.startRevision,
      watchId: request.watchId,
      noPut: filters.includes(FilterType.NOPUT),
      noDelete: filters.includes(FilterType.NODELETE),
      prevKv: request.prevKv,
      fragment: request.fragment,
      progressNotify: request.progressNotify,
    });
    if (request.startRevision > 0) this.#pump.wake();
    if (request.progressNotify) this.#ticker ??= setInterval(() => this.#tick(), this.#progressMs).unref();
  }

  #tick(): void {
    this.#stream.tickProgress();
    this.drain();
  }

  #onGone(): void {
    this.#isGone = true;
    clearInterval(this.#ticker);
    if (this.#isInside) this.#pump.ready(this);
    else this.#close();
  }

  #close(): void {
    this.#isGone = true;
    clearInterval(this.#ticker);
    this.#pump.delete(this);
    this.#stream.onReady = undefined;
    this.#stream.onFull = undefined;
    this.#stream.close();
  }
}
