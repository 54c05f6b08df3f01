/**
 * Lease requests on their way to whoever leads: here where that is this member, over the peer port where it is another, and again after
 * a while where nobody is there or the answer got lost. It gives up after the request timeout.
 */
import {
  decodeLeaseInternalResponse,
  decodeLeaseKeepAliveResponse,
  encodeLeaseInternalRequest,
  encodeLeaseKeepAliveRequest,
  type LeaseTimeToLiveResponse,
  newLeaseKeepAliveRequest,
  newLeaseTimeToLiveRequest,
  ProtoError,
} from "@quorate/proto";
import type { EtcdServer } from "./etcd-server.ts";
import type { LeaseAnswer, LeaseKeeper } from "./lease-keeper.ts";

/** Pause before the leader is asked again. */
const RETRY_MS = 50;
const HTTP_OK = 200;
const HTTP_NOT_FOUND = 404;
const CONTENT_TYPE = "application/protobuf";

/** Who waits for an answer: the call, which may be gone before there is one. */
type Waiter = { readonly isFinished: boolean };

/** One kind of request: how the leader serves it here, and how it travels. */
type Errand<T> = {
  readonly path: string;
  readonly body: Uint8Array;
  readonly here: (done: (answer: LeaseAnswer<T>) => void) => void;
  /** @returns undefined where the answer makes no sense. @throws ProtoError */
  readonly decode: (body: Uint8Array) => T | undefined;
};

export class LeaseForwarder {
  readonly #server: EtcdServer;
  readonly #keeper: LeaseKeeper;

  constructor(server: EtcdServer, keeper: LeaseKeeper) {
    this.#server = server;
    this.#keeper = keeper;
  }

  /** Renews a lease and tells its TTL in seconds. */
  renew(id: bigint, waiter: Waiter, done: (answer: LeaseAnswer<number>) => void): void {
    const errand: Errand<number> = {
      path: "/leases",
      body: encodeLeaseKeepAliveRequest(newLeaseKeepAliveRequest({ ID: id })),
      here: (answer) => this.#keeper.renew(id, answer),
      decode: (body) => decodeLeaseKeepAliveResponse(body).TTL,
    };
    this.#run(errand, waiter, done);
  }

  /** What is left of a lease. The header of the answer means nothing. */
  timeToLive(
    { id, withKeys }: { readonly id: bigint; readonly withKeys: boolean },
    waiter: Waiter,
    done: (answer: LeaseAnswer<LeaseTimeToLiveResponse>) => void,
  ): void {
    const leaseTimeToLiveRequest = newLeaseTimeToLiveRequest({ ID: id, keys: withKeys });
    const errand: Errand<LeaseTimeToLiveResponse> = {
      path: "/leases/internal",
      body: encodeLeaseInternalRequest({ leaseTimeToLiveRequest }),
      here: (answer) => this.#keeper.timeToLive(id, withKeys, answer),
      decode: (body) => decodeLeaseInternalResponse(body).leaseTimeToLiveResponse,
    };
    this.#run(errand, waiter, done);
  }

  #run<T>(errand: Errand<T>, waiter: Waiter, done: (answer: LeaseAnswer<T>) => void): void {
    const server = this.#server;
    const deadlineMs = server.now() + server.limits.requestTimeoutMs;
    const again = (): void => {
      // The client has gone: the answer is for nobody.
      if (waiter.isFinished) return done({ kind: "failed", code: "Timeout" });
      if (server.now() >= deadlineMs) {
        return done({ kind: "failed", code: server.raft.lead === 0n ? "NoLeader" : "Timeout" });
      }
      setTimeout(attempt, RETRY_MS).unref();
    };
    const attempt = (): void => {
      if (server.raft.isLeader) return errand.here(done);
      if (server.raft.lead === 0n) return again();
      const { path, body } = errand;
      server.askLeader({ path, contentType: CONTENT_TYPE, body }, (answer) => {
        if (answer?.status === HTTP_NOT_FOUND) return done({ kind: "failed", code: "LeaseNotFound" });
        const value = answer?.status === HTTP_OK ? decodeAnswer(errand, answer.body) : undefined;
        if (value === undefined) again();
        else done({ kind: "ok", value });
      });
    };
    attempt();
  }
}

/** What another member answered; undefined where it is not to be understood. */
function decodeAnswer<T>({ decode }: Errand<T>, body: Uint8Array): T | undefined {
  try {
    return decode(body);
  } catch (error) {
    if (error instanceof ProtoError) return undefined;
    throw error;
  }
}
