/** All services of a member, registered, and what drives them: the one list of what is served. */
import type { Router } from "@quorate/grpc";
import type { Sha1 } from "@quorate/machine";
import { AuthService } from "./auth-service.ts";
import { ClusterService } from "./cluster-service.ts";
import type { Confirmed, EtcdServer } from "./etcd-server.ts";
import { HealthService } from "./health-service.ts";
import { QuotaGate } from "./kv-quota.ts";
import { KvService } from "./kv-service.ts";
import { LeaseKeeper } from "./lease-keeper.ts";
import { LeaseService } from "./lease-service.ts";
import { MaintenanceService } from "./maintenance-service.ts";
import type { Digest } from "./maintenance-snapshot.ts";
import { type CallObserver, type ServedMethod, ServiceRouter } from "./service-router.ts";
import { WatchPump } from "./watch-pump.ts";
import { WatchService } from "./watch-service.ts";

export type ServicesDeps = {
  readonly observer: CallObserver;
  readonly sha1: Sha1;
  readonly onPromotion?: Confirmed;
  readonly newSha256: () => Digest;
  /** False: grpc.health says NOT_SERVING for as long as a defragmentation lasts (etcd: StopGRPCServiceOnDefrag). */
  readonly isServingWhileDefragmenting: boolean;
  /** Seconds since 1970. */
  readonly unixSeconds: () => number;
  /** From 0 up to 1. */
  readonly random: () => number;
};

export class Services {
  readonly keeper: LeaseKeeper;
  readonly health: HealthService = new HealthService();
  readonly pump: WatchPump;
  readonly #router: ServiceRouter;

  constructor(router: Router, server: EtcdServer, deps: ServicesDeps) {
    this.#router = new ServiceRouter(router, server, deps.observer);
    const quota = new QuotaGate(server);
    this.keeper = new LeaseKeeper(server);
    this.pump = new WatchPump(server);
    new KvService(server, quota).register(this.#router);
    new WatchService(server, this.pump, deps.random).register(this.#router);
    new LeaseService(server, quota, this.keeper).register(this.#router);
    new ClusterService(server, deps).register(this.#router);
    new MaintenanceService(server, {
      newSha256: deps.newSha256,
      health: deps.isServingWhileDefragmenting ? undefined : this.health,
    }).register(this.#router);
    new AuthService(server).register(this.#router);
    this.health.register(this.#router);
  }

  get methods(): readonly ServedMethod[] {
    return this.#router.methods;
  }

  /** What was applied in this turn is visible now. */
  afterStep(): void {
    this.pump.flush();
  }

  /** To be called once each election timeout. */
  pollLeader(): void {
    this.#router.pollLeader();
  }

  stop(): void {
    this.health.shutDown();
    this.pump.stop();
  }
}
