/**
 * The pages of the client port and of the metrics port: which path is which page, and who may ask (Host whitelist against DNS rebinding,
 * CORS for browsers).
 */
import { messageOf } from "@quorate/base";
import { EXPOSITION_CONTENT_TYPE } from "../metrics/exposition.ts";
import { debugVarsPage } from "./debug-vars.ts";
import { type HealthDeps, healthPages } from "./health-pages.ts";
import { type Header, notFound, type Page, type PageRequest, textLine } from "./page.ts";
import { versionPage } from "./version-page.ts";

export type AccessRules = {
  /** Host names that requests without TLS may name. Empty, or with "*", for any. */
  readonly hostWhitelist: readonly string[];
  /** Origins of pages that may ask. Empty, or with "*", for any. */
  readonly corsOrigins: readonly string[];
};

/** What the client port serves beside gRPC. */
export function clientPages(deps: HealthDeps, rules: AccessRules): Page {
  const pages = new Map<string, Page>([
    ...healthPages(deps),
    ["/metrics", metricsPage(deps)],
    ["/version", versionPage(deps.server)],
    ["/debug/vars", debugVarsPage(deps.server)],
  ]);
  return controlAccess(route(pages), rules);
}

/** What `--listen-metrics-urls` serve. */
export function metricsPages(deps: HealthDeps): Page {
  return route(new Map<string, Page>([...healthPages(deps), ["/metrics", metricsPage(deps)]]));
}

/** Answers with the page of exactly this path. */
export function route(pages: ReadonlyMap<string, Page>): Page {
  return (request, respond) => {
    const page = pages.get(request.path);
    if (page === undefined) respond(notFound());
    else page(request, respond);
  };
}

/** Any method will do, as in etcd. */
function metricsPage({ server, metrics, logger }: HealthDeps): Page {
  return (_request, respond) => {
    metrics.scrape.inFlight++;
    try {
      const body = server.metricsText();
      metrics.scrape.successes++;
      respond({ status: 200, headers: [["Content-Type", EXPOSITION_CONTENT_TYPE]], body, isCompressible: true });
    } catch (error) {
      metrics.scrape.failures++;
      logger.error(`gathering metrics failed: ${messageOf(error)}`);
      respond(textLine(500, "An error has occurred while serving metrics"));
    } finally {
      metrics.scrape.inFlight--;
    }
  };
}

function controlAccess(page: Page, { hostWhitelist, corsOrigins }: AccessRules): Page {
  const anyHost = allowsAny(hostWhitelist);
  const anyOrigin = allowsAny(corsOrigins);
  return (request, respond) => {
    const host = hostName(request.host);
    if (!request.isSecure && !anyHost && !hostWhitelist.includes(host)) {
      respond(textLine(421, unknownHostText(host)));
      return;
    }
    const cors = corsHeaders(request, anyOrigin, corsOrigins);
    if (request.method === "OPTIONS") {
      respond({ status: 200, headers: cors, body: "" });
      return;
    }
    page(request, (response) => respond({ ...response, headers: [...cors, ...response.headers] }));
  };
}

function allowsAny(list: readonly string[]): boolean {
  return list.length === 0 || list.includes("*");
}

function corsHeaders(request: PageRequest, anyOrigin: boolean, origins: readonly string[]): readonly Header[] {
  const origin = anyOrigin ? "*" : request.header("origin");
  if (origin === undefined || !(anyOrigin || origins.includes(origin))) return [];
  return [
    ["Access-Control-Allow-Methods", "POST, GET, OPTIONS, PUT, DELETE"],
    ["Access-Control-Allow-Origin", origin],
    ["Access-Control-Allow-Headers", "accept, content-type, authorization"],
  ];
}

/** A Host header without port and brackets. */
function hostName(host: string): string {
  const match = /^\[([^\]]*)\](?::\d*)?$/.exec(host) ?? /^([^:]*):\d*$/.exec(host);
  return match?.[1] ?? host;
}

function unknownHostText(host: string): string {
  return `
etcd received your request, but the Host header was unrecognized.

To fix this, choose one of the following options:
- Enable TLS, then any HTTPS request will be allowed.
- Add the hostname you want to use to the whitelist in settings.
  - e.g. etcd --host-whitelist ${JSON.stringify(host)}

This requirement has been added to help prevent "DNS Rebinding" attacks (CVE-2018-5702).
`;
}
