/**
 * /health for people and balancers, /livez and /readyz for Kubernetes. A check calls back with undefined when all is well, or with the reason
 * why not. The checks of a page run beside each other; their lines stand in the order in which they are listed.
 */
import type { Logger } from "@quorate/base";
import type { Metrics } from "../metrics/metrics.ts";
import { getOnly, jsonString, type Page, type PageResponse, plainText, textLine } from "./page.ts";
import { failureText, type ServerPages } from "./server-pages.ts";

export type HealthDeps = { readonly server: ServerPages; readonly metrics: Metrics; readonly logger: Logger };

type Check = {
  readonly name: string;
  readonly run: (server: ServerPages, done: (reason: string | undefined) => void) => void;
};

const SERIALIZABLE_READ: Check = {
  name: "serializable_read",
  run: (server, done) => server.serializableRead((failure) => done(failure && failureText(failure))),
};
const LINEARIZABLE_READ: Check = {
  name: "linearizable_read",
  run: (server, done) => server.linearizableRead((failure) => done(failure && failureText(failure))),
};
const DATA_CORRUPTION: Check = {
  name: "data_corruption",
  run: (server, done) => {
    const isCorrupt = server.alarms().some(({ alarm }) => alarm === "CORRUPT");
    done(isCorrupt ? "alarm activated: CORRUPT" : undefined);
  },
};
const NON_LEARNER: Check = {
  name: "non_learner",
  run: (server, done) => done(server.isLearner() ? "not supported for learner" : undefined),
};

const LIVEZ: readonly Check[] = [SERIALIZABLE_READ];
const READYZ: readonly Check[] = [DATA_CORRUPTION, SERIALIZABLE_READ, LINEARIZABLE_READ, NON_LEARNER];

/** The pages by path. */
export function healthPages(deps: HealthDeps): ReadonlyMap<string, Page> {
  const pages = new Map<string, Page>([["/health", healthPage(deps)]]);
  for (const [kind, checks] of [
    ["livez", LIVEZ],
    ["readyz", READYZ],
  ] as const) {
    pages.set(`/${kind}`, checksPage(deps, kind, checks));
    for (const check of checks) pages.set(`/${kind}/${check.name}`, checksPage(deps, kind, [check]));
  }
  return pages;
}

function healthPage({ server, metrics, logger }: HealthDeps): Page {
  return getOnly((request, respond) => {
    const isSerializable = request.query.get("serializable") === "true";
    const finish = (reason: string): void => {
      const isHealthy = reason === "";
      const body = `{"health":"${isHealthy}","reason":${jsonString(reason)}}`;
      if (isHealthy) metrics.health.successes++;
      else metrics.health.failures++;
      if (!isHealthy) logger.warn(`serving /health false; reason: ${reason}`);
      respond(isHealthy ? plainText(body) : textLine(503, body));
    };
    const alarm = activeAlarm(server, request.query.getAll("exclude"));
    if (alarm !== undefined) return finish(alarm);
    if (!isSerializable && !server.hasLeader()) return finish("RAFT NO LEADER");
    const read = isSerializable ? SERIALIZABLE_READ : LINEARIZABLE_READ;
    read.run(server, (reason) => finish(reason === undefined ? "" : `RANGE ERROR:${reason}`));
  });
}

/** The first alarm that the caller did not ask to overlook. */
function activeAlarm(server: ServerPages, excluded: readonly string[]): string | undefined {
  const found = server.alarms().find(({ alarm }) => !excluded.includes(alarm));
  if (found === undefined) return undefined;
  return found.alarm === "NOSPACE" || found.alarm === "CORRUPT" ? `ALARM ${found.alarm}` : "ALARM UNKNOWN";
}

function checksPage({ server, metrics, logger }: HealthDeps, kind: string, checks: readonly Check[]): Page {
  return getOnly((request, respond) => {
    const excluded = request.query.getAll("exclude");
    const wanted = checks.filter(({ name }) => !excluded.includes(name));
    const reasons = new Map<string, string | undefined>();
    const finish = (): void => {
      const { response, failures } = describe(wanted, reasons, request.query.has("verbose"));
      if (failures !== "") logger.error(`Health check error; path: ${request.path}; reason: ${failures}`);
      respond(response);
    };
    if (wanted.length === 0) return finish();
    for (const { name, run } of wanted) {
      run(server, (reason) => {
        metrics.health.checks.count(kind, name, reason === undefined);
        reasons.set(name, reason);
        if (reasons.size === wanted.length) finish();
      });
    }
  });
}

function describe(
  checks: readonly Check[],
  reasons: ReadonlyMap<string, string | undefined>,
  isVerbose: boolean,
): { readonly response: PageResponse; readonly failures: string } {
  let lines = "";
  const failures: string[] = [];
  for (const { name } of checks) {
    const reason = reasons.get(name);
    if (reason !== undefined) failures.push(`${name}: ${reason}`);
    lines += reason === undefined ? `[+]${name} ok\n` : `[-]${name} failed: ${reason}\n`;
  }
  const isGood = failures.length === 0;
  const response = isGood ? textLine(200, `${isVerbose ? lines : ""}ok`) : textLine(503, lines);
  return { response, failures: failures.join(", ") };
}
