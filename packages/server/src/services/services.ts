/** All services of a member, registered, and what drives them: the one list of what is served. */
import type { Router } from "@quorate/grpc";
import type { EtcdServer } from "./etcd-server.ts";
import { HealthService } from "./health-service.ts";
import { QuotaGate } from "./kv-quota.ts";
import { KvService } from "./kv-service.ts";
import { LeaseKeeper } from "./lease-keeper.ts";
import { LeaseService } from "./lease-service.ts";
import { type CallObserver, type ServedMethod, ServiceRouter } from "./service-router.ts";

export class Services {
  readonly keeper: LeaseKeeper;
  readonly health: HealthService;
  readonly #router: ServiceRouter;

  constructor(router: Router, server: EtcdServer, observer: CallObserver) {
    this.#router = new ServiceRouter(router, server, observer);
    const quota = new QuotaGate(server);
    this.keeper = new LeaseKeeper(server);
    this.health = new HealthService();
    new KvService(server, quota).register(this.#router);
    new LeaseService(server, quota, this.keeper).register(this.#router);
    this.health.register(this.#router);
  }

  get methods(): readonly ServedMethod[] {
    return this.#router.methods;
  }

  /** What was applied in this turn is visible now. */
  afterStep(): void {}

  /** To be called once each election timeout. */
  pollLeader(): void {
    this.#router.pollLeader();
  }

  stop(): void {
    this.health.shutDown();
  }
}
