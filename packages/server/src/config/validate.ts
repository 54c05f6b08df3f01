/** What is wrong with a set of values: etcd's checks in etcd's order and words, then what this release cannot honour. */
import { FLAGS, type FlagValues } from "./flags.ts";
import { formatGoDuration, quote } from "./go-values.ts";
import { isIp, textsOf } from "./urls.ts";

const MAX_ELECTION_MS = 50_000;
/** A tracing rate is per million. */
const MAX_SAMPLING_RATE = 1_000_000;

type Checked = {
  readonly values: FlagValues;
  /** True where the values come from a file, whose listen URLs do not ask for advertise URLs. */
  readonly fromFile: boolean;
};

/** The first thing that is wrong, as a sentence. */
export function problemOf(checked: Checked): string | undefined {
  const { values } = checked;
  return (
    urlProblem(checked) ??
    bootstrapProblem(values) ??
    timingProblem(values) ??
    boundsProblem(values) ??
    notHonoured(values)
  );
}

function urlProblem({ values, fromFile }: Checked): string | undefined {
  for (const flag of ["listen-peer-urls", "listen-client-urls", "listen-client-http-urls", "listen-metrics-urls"]) {
    for (const url of values.urls(flag)) {
      if (url.host !== "localhost" && !isIp(url.host)) return `expected IP in URL for binding (${url.text})`;
    }
  }
  for (const [flag, form] of [
    ["initial-advertise-peer-urls", 'must be "host:port"'],
    ["advertise-client-urls", 'must be in the format "host:port"'],
  ] as const) {
    const urls = values.urls(flag);
    const empty = urls.find(({ host }) => host === "");
    if (empty !== undefined) {
      return `--${flag} ${quote(textsOf(urls).join(","))} ${form} (unexpected empty host (${empty.text}))`;
    }
  }
  const listens = values.isGiven("listen-client-urls") || values.isGiven("listen-client-http-urls");
  if (listens && !fromFile && !values.isGiven("advertise-client-urls")) {
    return "--advertise-client-urls is required when --listen-client-urls is set explicitly";
  }
  return undefined;
}

function bootstrapProblem(values: FlagValues): string | undefined {
  const endpoints = values.texts("discovery-endpoints");
  const byEndpoints = values.text("discovery-token") !== "" || endpoints.length > 0;
  const byDns = values.text("discovery-srv") !== "";
  const ways = [values.isGiven("initial-cluster") && values.text("initial-cluster") !== "", byEndpoints, byDns];
  if (ways.filter(Boolean).length > 1) {
    return 'multiple discovery or bootstrap flags are set. Choose one of "initial-cluster", "discovery-endpoints" or "discovery-srv"';
  }
  if (byEndpoints) {
    if (values.text("discovery-token") === "" || endpoints.length === 0) {
      return "both --discovery-token and --discovery-endpoints must be set";
    }
    if (endpoints.includes("")) return "--discovery-endpoints must not contain empty endpoints";
  }
  return undefined;
}

function timingProblem(values: FlagValues): string | undefined {
  const heartbeat = values.number("heartbeat-interval");
  const election = values.number("election-timeout");
  if (heartbeat === 0) return `--heartbeat-interval must be >0 (set to ${heartbeat}ms)`;
  if (election === 0) return `--election-timeout must be >0 (set to ${election}ms)`;
  if (5 * heartbeat > election) {
    return `--election-timeout[${election}ms] should be at least as 5 times as --heartbeat-interval[${heartbeat}ms]`;
  }
  if (election > MAX_ELECTION_MS) {
    return `--election-timeout[${election}ms] is too long, and should be set less than ${MAX_ELECTION_MS}ms`;
  }
  const check = values.number("compact-hash-check-time");
  if (check <= 0) return `--compact-hash-check-time must be >0 (set to ${formatGoDuration(check)})`;
  for (const spec of FLAGS) {
    if (spec.kind === "duration" && values.number(spec.name) < 0) return `--${spec.name} must not be negative`;
  }
  return undefined;
}

function boundsProblem(values: FlagValues): string | undefined {
  for (const name of ["backend-batch-limit", "compaction-batch-limit", "max-learners"]) {
    if (values.number(name) < 0) return `--${name} must not be negative`;
  }
  for (const name of ["max-txn-ops", "max-request-bytes", "max-concurrent-streams"]) {
    if (values.number(name) === 0) return `--${name} must be >0 (set to 0)`;
  }
  const rate = values.number("distributed-tracing-sampling-rate");
  if (rate < 0 || rate > MAX_SAMPLING_RATE) {
    return `distributed tracing sampling rate must be between 0 and ${MAX_SAMPLING_RATE} (set to ${rate})`;
  }
  const version = values.text("advertise-version");
  if (!/^(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})$/.test(version)) {
    return `--advertise-version must be a version N.N.N, not ${quote(version)}`;
  }
  if (values.texts("peer-cert-allowed-cn").length > 0 && values.texts("peer-cert-allowed-hostname").length > 0) {
    return "--peer-cert-allowed-cn and --peer-cert-allowed-hostname must not both be set";
  }
  return undefined;
}

/** The first flag whose value this release cannot honour. */
function notHonoured(values: FlagValues): string | undefined {
  for (const spec of FLAGS) {
    if (spec.refused === undefined || values.isDefault(spec)) continue;
    return `--${spec.name} is not supported: ${spec.refused}`;
  }
  return undefined;
}
