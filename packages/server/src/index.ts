/** Public surface of server. */

export type { AutoCompaction, Config } from "./config/config.ts";
export type { FeatureGates, GateName } from "./config/feature-gates.ts";
export { formatGoDuration } from "./config/go-values.ts";
export { createConfigHost } from "./config/node-config-host.ts";
export type { Notice } from "./config/notice.ts";
export { type ConfigHost, type Reading, readConfig } from "./config/read-config.ts";
export type { TlsConfig } from "./config/tls.ts";
export type { MemberUrl } from "./config/urls.ts";
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
export type { LogFields, LogLevel, LogOptions, LogValue, StructuredLogger } from "./log/logger.ts";
export { type NodeLog, openLog } from "./log/node-log.ts";
export { Metrics, Operation } from "./metrics/metrics.ts";
export { ProcessReader } from "./metrics/node-process-figures.ts";
export { renderMetrics } from "./metrics/render.ts";
export type { MetricsSources } from "./metrics/sources.ts";
export { type RunningServer, type ServerDeps, type ServerEnd, startServer } from "./node-server.ts";
export type { EtcdServer } from "./services/etcd-server.ts";
