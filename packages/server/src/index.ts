/** Public surface of server: a server from its configuration, and the parts that benchmarks and simulators drive on their own. */
export { type ConfigHost, type Reading, readConfig } from "./config/read-config.ts";
export { type RunningServer, type ServerDeps, type ServerEnd, startServer } from "./node-server.ts";
export type { EtcdServer } from "./services/etcd-server.ts";
export type { HeaderSource } from "./services/header.ts";
export { KvEncoder } from "./services/kv-encoding.ts";
export { type CallObserver, ServiceRouter } from "./services/service-router.ts";
export { WatchPump } from "./services/watch-pump.ts";
export { WatchService } from "./services/watch-service.ts";
