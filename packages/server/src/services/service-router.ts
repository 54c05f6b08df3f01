/**
 * Registers the methods of services with the gates of gates.ts in front and the counts of metrics behind. Services register here and
 * never with the router itself, so no method goes without either.
 */
import type {
  CallHandler,
  MethodDescriptor,
  MethodObserver,
  RequestHandler,
  Router,
  ServerCall,
  StatusCode,
} from "@quorate/grpc";
import type { EtcdServer } from "./etcd-server.ts";
import { clientApiVersion, isLearner, LeaderStreams, wantsLeader } from "./gates.ts";
import { failCall } from "./statuses.ts";

/** The kinds as the labels of metrics have them. */
export type MethodType = "unary" | "server_stream" | "client_stream" | "bidi_stream";

/** A method as metrics name it: "etcdserverpb.KV" and "Put". Its index in `ServiceRouter.methods` is its name in a CallObserver. */
export type ServedMethod = { readonly service: string; readonly name: string; readonly type: MethodType };

/** Told what becomes of calls, for counting; nothing is made for it on a call. It must not throw. */
export interface CallObserver {
  /** @returns what `handled` of the same call is given. */
  started(method: number): number;
  handled(method: number, code: StatusCode, started: number): void;
  received(method: number, byteLength: number): void;
  sent(method: number, byteLength: number): void;
  /** A call that this member may serve. @param clientVersion as the client claims, "unknown" without a claim; clients may say anything. */
  requested(isStream: boolean, clientVersion: string): void;
}

export const silentObserver: CallObserver = {
  started: () => 0,
  handled() {},
  received() {},
  sent() {},
  requested() {},
};

/** Which requests a learner serves too; without a rule none. */
export type LearnerRule<Req> = { readonly onLearner?: (request: Req) => boolean };

export class ServiceRouter {
  readonly #router: Router;
  readonly #server: EtcdServer;
  readonly #observer: CallObserver;
  readonly #methods: ServedMethod[] = [];
  readonly #leaderStreams = new LeaderStreams();

  constructor(router: Router, server: EtcdServer, observer: CallObserver = silentObserver) {
    this.#router = router;
    this.#server = server;
    this.#observer = observer;
  }

  /** All methods that were registered, in that order. */
  get methods(): readonly ServedMethod[] {
    return this.#methods;
  }

  /** A method with one request: with one answer (`call.respond`), or with a stream of them (`call.write`, `call.end`). */
  unary<Req, Res>(
    descriptor: MethodDescriptor<Req, Res>,
    handle: RequestHandler<Req, Res>,
    { onLearner }: LearnerRule<Req> = {},
  ): this {
    const isStream = descriptor.isServerStreaming;
    const observer = this.#observe(descriptor);
    const gated: RequestHandler<Req, Res> = (request, call) => {
      if (isLearner(this.#server) && !(onLearner?.(request) ?? false)) failCall(call, "NotSupportedForLearner");
      else if (this.#admit(call, isStream)) handle(request, call);
    };
    this.#router.handle(descriptor, gated, observer);
    return this;
  }

  /** A method whose clients stream. The handler sets `onMessage`, `onEnd` and `onCancel`. */
  stream<Req, Res>(descriptor: MethodDescriptor<Req, Res>, handle: CallHandler<Req, Res>): this {
    const observer = this.#observe(descriptor);
    const gated: CallHandler<Req, Res> = (call) => {
      if (isLearner(this.#server)) failCall(call, "NotSupportedForLearner");
      else if (this.#admit(call, true)) handle(call);
    };
    this.#router.handleStream(descriptor, gated, observer);
    return this;
  }

  /** The host calls it once each election timeout: cancels streams whose clients want a leader when there was none three times. */
  pollLeader(): void {
    this.#leaderStreams.poll(this.#server.raft.lead !== 0n);
  }

  /** Lets a call through, or ends it. A call counts even where it then wants a leader and there is none. */
  #admit<Req, Res>(call: ServerCall<Req, Res>, isStream: boolean): boolean {
    const { metadata } = call;
    const version = clientApiVersion(metadata);
    if (version === undefined) {
      failCall(call, "InvalidClientAPIVersion");
      return false;
    }
    this.#observer.requested(isStream, version);
    if (!wantsLeader(metadata)) return true;
    if (this.#server.raft.lead === 0n) {
      failCall(call, "NoLeader");
      return false;
    }
    if (isStream) this.#leaderStreams.add(call as unknown as ServerCall<never, unknown>);
    return true;
  }

  #observe<Req, Res>(descriptor: MethodDescriptor<Req, Res>): MethodObserver {
    const index = this.#methods.length;
    this.#methods.push(servedMethod(descriptor));
    const observer = this.#observer;
    return {
      started: () => observer.started(index),
      handled: (code, started) => observer.handled(index, code, started),
      received: (byteLength) => observer.received(index, byteLength),
      sent: (byteLength) => observer.sent(index, byteLength),
    };
  }
}

function servedMethod<Req, Res>(descriptor: MethodDescriptor<Req, Res>): ServedMethod {
  const { path, isClientStreaming, isServerStreaming } = descriptor;
  const slash = path.lastIndexOf("/");
  return {
    service: path.slice(1, slash),
    name: path.slice(slash + 1),
    type: typeOf(isClientStreaming, isServerStreaming),
  };
}

function typeOf(isClientStreaming: boolean, isServerStreaming: boolean): MethodType {
  if (isClientStreaming) return isServerStreaming ? "bidi_stream" : "client_stream";
  return isServerStreaming ? "server_stream" : "unary";
}
