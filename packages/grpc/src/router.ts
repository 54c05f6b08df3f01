/** Methods by path. Paths match exactly: what is not registered here never reaches a handler, whatever it looks like. */
import { assert } from "@quorate/base";
import type { MethodDescriptor } from "./method.ts";
import type { ServerCall } from "./server-call.ts";
import { type Status, StatusCode } from "./status.ts";

/**
 * Takes a request of a method whose clients send one. It answers by the call, now or later, and must not throw: what it throws goes up to
 * the host of the connection, as a broken invariant should. Bytes in the request may be views of the socket's chunk: copy what is kept.
 */
export type RequestHandler<Req, Res> = (request: Req, call: ServerCall<Req, Res>) => void;
/** Takes a call whose client streams: it sets `onMessage`, `onEnd` and `onCancel` before it returns. */
export type CallHandler<Req, Res> = (call: ServerCall<Req, Res>) => void;

/**
 * Told what becomes of the calls of one method, for counting. A call whose client sends one request starts when that has been read;
 * each call that started is handled once, however it ends. It must not throw, and it touches no call.
 */
export interface MethodObserver {
  /** @returns what `handled` of the same call is given: when it started, if that is to be known. */
  started(): number;
  /** @param byteLength of the message, without its prefix. */
  received(byteLength: number): void;
  sent(byteLength: number): void;
  handled(code: StatusCode, started: number): void;
}

/** A registered method; exactly one of the handlers is there. */
export type ServerMethod = {
  readonly descriptor: MethodDescriptor<unknown, unknown>;
  readonly onRequest: RequestHandler<unknown, unknown> | undefined;
  readonly onCall: CallHandler<unknown, unknown> | undefined;
  readonly observer: MethodObserver | undefined;
};

export class Router {
  readonly #methods = new Map<string, ServerMethod>();
  readonly #services = new Set<string>();

  /** Registers a method whose clients send one request. */
  handle<Req, Res>(
    descriptor: MethodDescriptor<Req, Res>,
    onRequest: RequestHandler<Req, Res>,
    observer?: MethodObserver,
  ): this {
    assert(!descriptor.isClientStreaming, `${descriptor.path} takes a stream`);
    return this.#add(descriptor, { onRequest, onCall: undefined, observer });
  }

  /** Registers a method whose clients stream. */
  handleStream<Req, Res>(
    descriptor: MethodDescriptor<Req, Res>,
    onCall: CallHandler<Req, Res>,
    observer?: MethodObserver,
  ): this {
    assert(descriptor.isClientStreaming, `${descriptor.path} takes one request`);
    return this.#add(descriptor, { onRequest: undefined, onCall, observer });
  }

  /** What serves `path`, or how a call of it ends. Texts are grpc-go's. */
  find(path: string): { readonly method: ServerMethod } | { readonly status: Status } {
    const method = this.#methods.get(path);
    return method === undefined ? { status: this.#unknown(path) } : { method };
  }

  #add<Req, Res>(
    descriptor: MethodDescriptor<Req, Res>,
    handlers: {
      readonly onRequest: RequestHandler<Req, Res> | undefined;
      readonly onCall: CallHandler<Req, Res> | undefined;
      readonly observer: MethodObserver | undefined;
    },
  ): this {
    const { path } = descriptor;
    assert(/^\/[^/]+\/[^/]+$/.test(path), `${path} is not the path of a method`);
    assert(!this.#methods.has(path), `${path} is registered already`);
    // Descriptor and handlers agree about their types; from here on they are only used together.
    this.#methods.set(path, { descriptor, ...handlers } as unknown as ServerMethod);
    this.#services.add(path.slice(1, path.lastIndexOf("/")));
    return this;
  }

  #unknown(path: string): Status {
    const inner = path.startsWith("/") ? path.slice(1) : path;
    const slash = inner.lastIndexOf("/");
    if (slash < 0) return unimplemented(`malformed method name: ${JSON.stringify(path)}`);
    const service = inner.slice(0, slash);
    if (!this.#services.has(service)) return unimplemented(`unknown service ${service}`);
    return unimplemented(`unknown method ${inner.slice(slash + 1)} for service ${service}`);
  }
}

function unimplemented(message: string): Status {
  return { code: StatusCode.Unimplemented, message };
}
