/** Public surface of server. */
export type { EtcdServer } from "./services/etcd-server.ts";
export type { HeaderSource } from "./services/header.ts";
export { HealthService } from "./services/health-service.ts";
export { KvEncoder } from "./services/kv-encoding.ts";
export { QuotaGate } from "./services/kv-quota.ts";
export { KvService } from "./services/kv-service.ts";
export { type LeaseAnswer, LeaseKeeper } from "./services/lease-keeper.ts";
export { LeaseService } from "./services/lease-service.ts";
export { type CallObserver, type ServedMethod, ServiceRouter } from "./services/service-router.ts";
