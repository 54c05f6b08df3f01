/** Public surface of server. */
export type { EtcdServer } from "./services/etcd-server.ts";
