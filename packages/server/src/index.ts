/** Public surface of server. */
export type { EtcdServer } from "./services/etcd-server.ts";
export { type CallObserver, ServiceRouter } from "./services/service-router.ts";
export { WatchPump } from "./services/watch-pump.ts";
export { WatchService } from "./services/watch-service.ts";
