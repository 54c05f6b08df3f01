/** Counts the calls of clients by method, as metrics name them, and has slow ones logged. Nothing is made for it on a call. */
import type { StatusCode } from "@quorate/grpc";
import type { SlowLines } from "../log/slow-lines.ts";
import type { CallObserver, ServedMethod } from "../services/service-router.ts";
import type { Metrics } from "./metrics.ts";
import type { TurnClock } from "./turn-clock.ts";

export type CallObserverDeps = {
  readonly clock: TurnClock;
  readonly slow: SlowLines;
  readonly methods: () => readonly ServedMethod[];
};

const MS = 1_000;

/** A method as it is counted here. */
type Counted = { readonly index: number; readonly path: string; readonly isUnary: boolean };

export function callObserver(metrics: Metrics, { clock, slow, methods }: CallObserverDeps): CallObserver {
  const { grpc, network, server } = metrics;
  const known: Counted[] = [];
  const countedAs = (method: number): Counted => {
    const found = known[method];
    if (found !== undefined) return found;
    const { service, name, type } = methods()[method]!;
    const path = `/${service}/${name}`;
    const counted = { index: grpc.indexOf(path), path, isUnary: type === "unary" };
    known[method] = counted;
    return counted;
  };
  return {
    started: (method) => {
      grpc.started(countedAs(method).index);
      return clock.now();
    },
    handled: (method, code: StatusCode, started) => {
      const { index, path, isUnary } = countedAs(method);
      const nowMs = clock.now();
      grpc.handled(index, code, (nowMs - started) / MS);
      if (isUnary) slow.answered(path, nowMs - started, nowMs);
    },
    received: (method, byteLength) => {
      network.clientGrpcReceivedBytesTotal += byteLength;
      grpc.received(countedAs(method).index);
    },
    sent: (method, byteLength) => {
      network.clientGrpcSentBytesTotal += byteLength;
      grpc.sent(countedAs(method).index);
    },
    requested: (isStream, version) => (isStream ? server.streamRequests : server.unaryRequests).increment(version),
  };
}
