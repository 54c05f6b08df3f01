/**
 * grpc.health.v1.Health: whether this member serves, as load balancers ask it. etcd speaks for one service, the one without a name.
 */
import type { ServerCall } from "@quorate/grpc";
import {
  type HealthCheckRequest,
  type HealthCheckResponse,
  HealthService as HealthMethods,
  ServingStatus,
} from "@quorate/proto";
import type { ServiceRouter } from "./service-router.ts";
import { failCall } from "./statuses.ts";

/** The name under which the whole server is asked for. */
const WHOLE_SERVER = "";

type WatchCall = ServerCall<HealthCheckRequest, HealthCheckResponse>;

export class HealthService {
  #status: ServingStatus = ServingStatus.SERVING;
  #isShutDown = false;
  /** Who hears of changes; no more than there are open calls. */
  readonly #watches = new Set<WatchCall>();

  register(router: ServiceRouter): void {
    router
      .unary(HealthMethods.check, ({ service }, call) => {
        if (service === WHOLE_SERVER) call.respond({ status: this.#status });
        else failCall(call, "UnknownService");
      })
      .unary(HealthMethods.list, (_request, call) => {
        call.respond({ statuses: new Map([[WHOLE_SERVER, { status: this.#status }]]) });
      })
      .unary(HealthMethods.watch, (request, call) => this.#watch(request, call));
  }

  get status(): ServingStatus {
    return this.#status;
  }

  /** Says whether this member serves: not while it defragments, where that is told, and never again after `shutDown`. */
  setServing(isServing: boolean): void {
    if (!this.#isShutDown) this.#set(isServing ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
  }

  /** This member stops serving. */
  shutDown(): void {
    this.#isShutDown = true;
    this.#set(ServingStatus.NOT_SERVING);
  }

  #set(status: ServingStatus): void {
    if (status === this.#status) return;
    this.#status = status;
    for (const call of this.#watches) call.write({ status });
  }

  /** The status now and at each change. A service that is not known may come to be: its watch stays open. */
  #watch({ service }: HealthCheckRequest, call: WatchCall): void {
    const isKnown = service === WHOLE_SERVER;
    call.onCancel = () => this.#watches.delete(call);
    if (isKnown) this.#watches.add(call);
    call.write({ status: isKnown ? this.#status : ServingStatus.SERVICE_UNKNOWN });
  }
}
