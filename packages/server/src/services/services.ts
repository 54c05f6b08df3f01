/** All services of a member, registered, and what drives them: the one list of what is served. */
import type { Router } from "@quorate/grpc";
import type { EtcdServer } from "./etcd-server.ts";
import { KvService } from "./kv-service.ts";
import { QuotaGate } from "./kv-quota.ts";
import { type CallObserver, ServiceRouter, type ServedMethod } from "./service-router.ts";

export class Services {
  readonly #router: ServiceRouter;

  constructor(router: Router, server: EtcdServer, observer?: CallObserver) {
    this.#router = new ServiceRouter(router, server, observer);
    new KvService(server, new QuotaGate(server)).register(this.#router);
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

  stop(): void {}
}
