/** Public surface of server. */

export { type AccessRules, clientPages, metricsPages } from "./http/client-pages.ts";
export {
  createPageHandler,
  createPageServer,
  createSecurePageServer,
  type PageServerOptions,
} from "./http/node-client-pages.ts";
export { createPeerPageListener } from "./http/node-peer-pages.ts";
export type { Page, PageRequest, PageResponse } from "./http/page.ts";
export { peerPages } from "./http/peer-pages.ts";
export type { ServerPages } from "./http/server-pages.ts";
export { Metrics, Operation } from "./metrics/metrics.ts";
export { ProcessReader } from "./metrics/node-process-figures.ts";
export { renderMetrics } from "./metrics/render.ts";
export type { MetricsSources } from "./metrics/sources.ts";
export type { EtcdServer } from "./services/etcd-server.ts";
