/**
 * How many calls of each gRPC method were started and how they ended: plain arrays, indexed by method and code. A service looks its index up
 * once, when it registers a method, and counts by it. Names and labels are those of go-grpc-prometheus.
 */
import { assert } from "@quorate/base";
import type { MethodDescriptor } from "@quorate/grpc";
import { StatusCode } from "@quorate/grpc";
import {
  AuthService,
  ClusterService,
  ElectionService,
  HealthService,
  KVService,
  LeaseService,
  LockService,
  MaintenanceService,
  WatchService,
} from "@quorate/proto";
import type { Exposition, Labels } from "./exposition.ts";
import { Histogram } from "./histogram.ts";

/** Prometheus' default buckets, in seconds. */
const HANDLING_BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;
const CODE_NAMES = Object.keys(StatusCode);
const CODES = CODE_NAMES.length;

/** Listed from the start; the others once they were called. */
const LISTED_SERVICES = [
  KVService,
  WatchService,
  LeaseService,
  ClusterService,
  AuthService,
  HealthService,
  MaintenanceService,
];
const UNLISTED_SERVICES = [LockService, ElectionService];

type MethodShape = Pick<MethodDescriptor<unknown, unknown>, "path" | "isClientStreaming" | "isServerStreaming">;
type CountedMethod = { readonly path: string; readonly labels: Labels; readonly isListed: boolean };

export class GrpcMetrics {
  readonly #methods: readonly CountedMethod[];
  readonly #started: Float64Array;
  readonly #handled: Float64Array;
  readonly #received: Float64Array;
  readonly #sent: Float64Array;
  /** Undefined unless metrics are extensive. */
  readonly #handlingSeconds: readonly Histogram[] | undefined;

  /** @param isExtensive measure durations too: `--metrics=extensive`. */
  constructor(isExtensive: boolean) {
    this.#methods = [...countedMethods(LISTED_SERVICES, true), ...countedMethods(UNLISTED_SERVICES, false)];
    const { length } = this.#methods;
    this.#started = new Float64Array(length);
    this.#handled = new Float64Array(length * CODES);
    this.#received = new Float64Array(length);
    this.#sent = new Float64Array(length);
    this.#handlingSeconds = isExtensive ? this.#methods.map(() => new Histogram(HANDLING_BOUNDS)) : undefined;
  }

  /** True if `handled` wants to know how long a call took. */
  get measuresTime(): boolean {
    return this.#handlingSeconds !== undefined;
  }

  /** The index of a method by its path, "/package.Service/Method". It must be one of etcd's. */
  indexOf(path: string): number {
    const index = this.#methods.findIndex((method) => method.path === path);
    assert(index >= 0, `${path} is not a method that is counted`);
    return index;
  }

  started(method: number): void {
    this.#started[method]!++;
  }

  received(method: number): void {
    this.#received[method]!++;
  }

  sent(method: number): void {
    this.#sent[method]!++;
  }

  /** A call ended. @param seconds since it started; only looked at when `measuresTime`. */
  handled(method: number, code: StatusCode, seconds = 0): void {
    this.#handled[method * CODES + code]!++;
    this.#handlingSeconds?.[method]?.observe(seconds);
  }

  /** One unary call as a whole: a message came, one went if all was well, and it ended. */
  unary(method: number, code: StatusCode, seconds = 0): void {
    this.#started[method]!++;
    this.#received[method]!++;
    if (code === StatusCode.OK) this.#sent[method]!++;
    this.handled(method, code, seconds);
  }

  writeTo(out: Exposition): void {
    this.#writeByMethod(out, "grpc_server_started_total", "Calls that were started.", this.#started);
    out.family("grpc_server_handled_total", "counter", "Calls that ended, by how.");
    for (let i = 0; i < this.#methods.length; i++) {
      if (!this.#isShown(i)) continue;
      const { labels } = this.#methods[i]!;
      for (let code = 0; code < CODES; code++) {
        out.sample(this.#handled[i * CODES + code]!, ["grpc_code", CODE_NAMES[code]!, ...labels]);
      }
    }
    this.#writeByMethod(out, "grpc_server_msg_received_total", "Messages that came in calls.", this.#received);
    this.#writeByMethod(out, "grpc_server_msg_sent_total", "Messages that went out in calls.", this.#sent);
    if (this.#handlingSeconds === undefined) return;
    out.family("grpc_server_handling_seconds", "histogram", "Seconds from the start of a call to its end.");
    for (let i = 0; i < this.#methods.length; i++) {
      if (this.#isShown(i)) out.buckets(this.#handlingSeconds[i]!, this.#methods[i]!.labels);
    }
  }

  #writeByMethod(out: Exposition, name: string, help: string, values: Float64Array): void {
    out.family(name, "counter", help);
    for (let i = 0; i < this.#methods.length; i++) {
      if (this.#isShown(i)) out.sample(values[i]!, this.#methods[i]!.labels);
    }
  }

  #isShown(method: number): boolean {
    return this.#methods[method]!.isListed || this.#started[method]! > 0;
  }
}

function countedMethods(services: readonly object[], isListed: boolean): CountedMethod[] {
  return services
    .flatMap((service) => Object.values(service) as MethodShape[])
    .map((method) => {
      const [service = "", name = ""] = method.path.slice(1).split("/");
      return {
        path: method.path,
        labels: ["grpc_method", name, "grpc_service", service, "grpc_type", typeOf(method)],
        isListed,
      };
    });
}

function typeOf({ isClientStreaming, isServerStreaming }: MethodShape): string {
  if (isClientStreaming) return isServerStreaming ? "bidi_stream" : "client_stream";
  return isServerStreaming ? "server_stream" : "unary";
}
