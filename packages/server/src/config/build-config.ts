/**
 * From values to a configuration: the checks, and what etcd derives. What cannot be is a sentence; nothing is repaired silently.
 */
import { LOG_LEVELS, type LogLevel, type LogOptions } from "../log/logger.ts";
import type { AutoCompaction, Config } from "./config.ts";
import { OLD_GATE_FLAGS, parseFeatureGates, resolveFeatureGates } from "./feature-gates.ts";
import type { FlagValues } from "./flags.ts";
import { formatGoDuration, type Parsed, parseGoDuration, parseGoInt, quote } from "./go-values.ts";
import type { Notice } from "./notice.ts";
import { loadTls, type ReadFile, type TlsConfig, tlsRules } from "./tls.ts";
import { type MemberUrl, parseInitialCluster, textsOf } from "./urls.ts";
import { problemOf } from "./validate.ts";

/** What is wrong, and the exit code that etcd has for it. */
export type Refusal = { readonly problem: string; readonly exitCode: 1 | 2 };

export type BuildInput = {
  readonly values: FlagValues;
  /** True where the values come from a file, whose listen URLs do not ask for advertise URLs. */
  readonly fromFile: boolean;
  readonly readFile: ReadFile;
  /** The address of the default route's interface, for members that listen on 0.0.0.0. */
  readonly defaultAddress: () => string | undefined;
  readonly notices: Notice[];
};

const DEFAULT_NAME = "default";
const DEFAULT_PEER_URL = "http://localhost:2380";
const DEFAULT_CLIENT_URL = "http://localhost:2379";
const DEFAULT_CLUSTER = "default=http://localhost:2380";
const DEFAULT_QUOTA_BYTES = 2 * 1024 * 1024 * 1024;
const DEFAULT_SNAPSHOT_COUNT = 10_000;
const RECOMMENDED_REQUEST_BYTES = 10 * 1024 * 1024;
const RECOMMENDED_QUOTA_BYTES = 8 * 1024 * 1024 * 1024;
const MIN_RAFT_TIMEOUT_MS = 5_000;
const MIN_PROGRESS_NOTIFY_MS = 100;

export function buildConfig(input: BuildInput): Parsed<Config> | Refusal {
  const { values } = input;
  const log = logOptions(values);
  if ("problem" in log) return log;
  const problem = problemOf(input);
  if (problem !== undefined) return { problem };
  const cluster = clusterParts(input);
  if ("problem" in cluster) return cluster;
  const gates = gatesOf(values);
  if ("problem" in gates) return gates;
  const autoCompaction = autoCompactionOf(values);
  if ("problem" in autoCompaction) return autoCompaction;
  const tls = tlsOf(input, cluster.value.initialCluster);
  if ("problem" in tls) return tls;
  const name = values.text("name");
  addNotices(input);
  const walDir = values.text("wal-dir");
  return {
    value: {
      name,
      dataDir: values.text("data-dir") || `${name}.etcd`,
      walDir: walDir === "" ? undefined : walDir,
      ...clocks(values),
      ...limits(values),
      ...cluster.value,
      ...tls.value,
      featureGates: gates.value,
      autoCompaction: autoCompaction.value,
      log: log.value,
      listenPeerUrls: values.urls("listen-peer-urls"),
      listenClientUrls: values.urls("listen-client-urls"),
      listenClientHttpUrls: values.urls("listen-client-http-urls"),
      listenMetricsUrls: values.urls("listen-metrics-urls"),
      initialElectionTickAdvance: values.isOn("initial-election-tick-advance"),
      strictReconfigCheck: values.isOn("strict-reconfig-check"),
      preVote: values.isOn("pre-vote"),
      peerSkipClientSanVerification: values.isOn("peer-skip-client-san-verification"),
      cors: values.texts("cors"),
      hostWhitelist: values.texts("host-whitelist"),
      metrics: values.text("metrics") === "extensive" ? "extensive" : "basic",
      forceNewCluster: values.isOn("force-new-cluster"),
      advertiseVersion: values.text("advertise-version"),
    },
  };
}

function clocks(values: FlagValues) {
  return {
    heartbeatIntervalMs: values.number("heartbeat-interval"),
    electionTimeoutMs: values.number("election-timeout"),
    backendBatchIntervalMs: values.number("backend-batch-interval") || 100,
    grpcKeepaliveMinTimeMs: values.number("grpc-keepalive-min-time"),
    grpcKeepaliveIntervalMs: values.number("grpc-keepalive-interval"),
    grpcKeepaliveTimeoutMs: values.number("grpc-keepalive-timeout"),
    raftReadTimeoutMs: Math.max(values.number("raft-read-timeout"), MIN_RAFT_TIMEOUT_MS),
    raftWriteTimeoutMs: Math.max(values.number("raft-write-timeout"), MIN_RAFT_TIMEOUT_MS),
    warningUnaryRequestDurationMs: values.number("warning-unary-request-duration"),
    warningApplyDurationMs: values.number("warning-apply-duration"),
    compactionSleepIntervalMs: values.number("compaction-sleep-interval") || 10,
    watchProgressNotifyIntervalMs: Math.max(
      values.number("watch-progress-notify-interval") || 600_000,
      MIN_PROGRESS_NOTIFY_MS,
    ),
  } satisfies Partial<Config>;
}

function limits(values: FlagValues) {
  const quota = values.number("quota-backend-bytes");
  return {
    snapshotCount: values.number("snapshot-count") || DEFAULT_SNAPSHOT_COUNT,
    snapshotCatchupEntries: values.number("snapshot-catchup-entries"),
    maxSnapshots: values.number("max-snapshots") || Number.POSITIVE_INFINITY,
    maxWals: values.number("max-wals") || Number.POSITIVE_INFINITY,
    quotaBackendBytes: quota < 0 ? Number.POSITIVE_INFINITY : quota || DEFAULT_QUOTA_BYTES,
    backendBatchLimit: values.number("backend-batch-limit") || 10_000,
    maxTxnOps: values.number("max-txn-ops"),
    maxRequestBytes: values.number("max-request-bytes"),
    maxConcurrentStreams: values.number("max-concurrent-streams"),
    compactionBatchLimit: values.number("compaction-batch-limit") || 1_000,
    bootstrapDefragThresholdMegabytes: values.number("bootstrap-defrag-threshold-megabytes"),
    maxLearners: values.number("max-learners"),
  } satisfies Partial<Config>;
}

function logOptions(values: FlagValues): Parsed<LogOptions> | Refusal {
  const logger = values.text("logger");
  if (logger !== "zap") return { problem: `unknown logger option ${quote(logger)}` };
  const outputs = values.texts("log-outputs");
  if (outputs.length === 0 || outputs.includes("")) return { problem: "--log-outputs names no output" };
  if (outputs.length > 1 && outputs.includes("default")) {
    return { problem: 'multi logoutput for "default" is not supported yet' };
  }
  const rotation = rotationProblem(values, outputs);
  if (rotation !== undefined) return { problem: rotation };
  if (outputs.includes("systemd/journal")) {
    return { problem: "--log-outputs systemd/journal is not supported: under systemd, stderr is the journal" };
  }
  const level = LOG_LEVELS.find((one): one is LogLevel => one === values.text("log-level"));
  if (level === undefined) return { problem: `unrecognized level: ${quote(values.text("log-level"))}`, exitCode: 2 };
  const format = values.text("log-format");
  if (format !== "json" && format !== "console") {
    return { problem: `unknown log format: ${format}, supported values json, console` };
  }
  return { value: { level, format, outputs: outputs.map((one) => (one === "default" ? "stderr" : one)) } };
}

function rotationProblem(values: FlagValues, outputs: readonly string[]): string | undefined {
  if (!values.isOn("enable-log-rotation")) return undefined;
  const files = outputs.filter((one) => !["default", "stderr", "stdout", "systemd/journal"].includes(one));
  if (outputs.length !== 1 || files.length !== 1) {
    return "--log-outputs requires a single file path when --log-rotate-config-json is defined";
  }
  try {
    JSON.parse(values.text("log-rotation-config-json"));
  } catch {
    return "improperly formatted log rotation config: it is not JSON";
  }
  return "--enable-log-rotation is not supported: logs are not rotated by this release; logrotate with copytruncate works";
}

function gatesOf(values: FlagValues) {
  const asked = parseFeatureGates(values.text("feature-gates"));
  if ("problem" in asked) return asked;
  const all = new Map(asked.value);
  for (const [flag, gate] of OLD_GATE_FLAGS) {
    if (values.isGiven(flag) && !all.has(gate)) all.set(gate, values.isOn(flag));
  }
  return resolveFeatureGates(all);
}

function autoCompactionOf(values: FlagValues): Parsed<AutoCompaction> {
  const mode = values.text("auto-compaction-mode");
  if (mode === "") return { problem: "undefined auto-compaction-mode" };
  if (mode !== "periodic" && mode !== "revision") return { problem: `unknown auto-compaction-mode ${quote(mode)}` };
  const text = values.text("auto-compaction-retention");
  const whole = parseGoInt(text, { min: 0, max: Number.MAX_SAFE_INTEGER });
  if (mode === "revision") {
    if ("problem" in whole)
      return { problem: `error parsing CompactionRetention: ${quote(text)} is no count of revisions` };
    return { value: whole.value === 0 ? { mode: "off" } : { mode, retentionRevisions: whole.value } };
  }
  const duration = "value" in whole ? { value: whole.value * 3_600_000 } : parseGoDuration(text);
  if ("problem" in duration || duration.value < 0) {
    return { problem: `error parsing CompactionRetention: time: invalid duration ${quote(text)}` };
  }
  return { value: duration.value === 0 ? { mode: "off" } : { mode, retentionMs: duration.value } };
}

type ClusterParts = Pick<
  Config,
  "initialAdvertisePeerUrls" | "advertiseClientUrls" | "initialCluster" | "initialClusterState" | "initialClusterToken"
>;

/** etcd's UpdateDefaultClusterFromName: a member that listens on 0.0.0.0 advertises its address, one with a name lists itself. */
function clusterParts(input: BuildInput): Parsed<ClusterParts> {
  const { values } = input;
  const initialAdvertisePeerUrls = reachable(
    input,
    "initial-advertise-peer-urls",
    DEFAULT_PEER_URL,
    "listen-peer-urls",
  );
  const advertiseClientUrls = reachable(input, "advertise-client-urls", DEFAULT_CLIENT_URL, "listen-client-urls");
  const name = values.text("name");
  let text = values.text("initial-cluster");
  if (name !== DEFAULT_NAME && text === DEFAULT_CLUSTER) {
    text = textsOf(initialAdvertisePeerUrls)
      .map((url) => `${name === "" ? DEFAULT_NAME : name}=${url}`)
      .join(",");
  }
  const initialCluster = parseInitialCluster(text);
  if ("problem" in initialCluster) return { problem: `error setting up initial cluster: ${initialCluster.problem}` };
  return {
    value: {
      initialAdvertisePeerUrls,
      advertiseClientUrls,
      initialCluster: initialCluster.value,
      initialClusterState: values.text("initial-cluster-state") === "existing" ? "existing" : "new",
      initialClusterToken: values.text("initial-cluster-token"),
    },
  };
}

function reachable(
  { values, defaultAddress }: BuildInput,
  advertise: string,
  initial: string,
  listen: string,
): readonly MemberUrl[] {
  const urls = values.urls(advertise);
  const [first] = urls;
  const [listener] = values.urls(listen);
  if (urls.length !== 1 || first?.text !== initial || listener?.host !== "0.0.0.0") return urls;
  const host = defaultAddress();
  if (host === undefined) return urls;
  return [{ ...first, text: `http://${host}:${listener.port}`, host, port: listener.port }];
}

type TlsParts = Pick<Config, "clientTls" | "peerTls">;

function tlsOf(input: BuildInput, initialCluster: Config["initialCluster"]): Parsed<TlsParts> {
  const { values, notices, readFile } = input;
  const rules = tlsRules(values);
  if ("problem" in rules) return rules;
  const host = { ...rules.value, readFile };
  const client = [...values.urls("listen-client-urls"), ...values.urls("listen-client-http-urls")];
  const metrics = values.urls("listen-metrics-urls");
  const peer = values.urls("listen-peer-urls");
  const hasPair = values.text("cert-file") !== "" && values.text("key-file") !== "";
  const secureClient = client.find(({ secure }) => secure);
  const secureMetrics = metrics.find(({ secure }) => secure);
  if (secureClient !== undefined && !hasPair) {
    return {
      problem: `TLS key/cert (--cert-file, --key-file) must be provided for client url ${secureClient.text} with HTTPS scheme`,
    };
  }
  if (secureMetrics !== undefined && !hasPair) {
    return { problem: "client TLS key/cert (--cert-file, --key-file) must be provided for metrics secure url" };
  }
  noteIgnoredPair(values.text("cert-file"), { flag: "client-url", urls: client }, notices);
  noteIgnoredPair(values.text("peer-cert-file"), { flag: "peer-url", urls: peer }, notices);
  let clientTls: TlsConfig | undefined;
  if (secureClient !== undefined || secureMetrics !== undefined) {
    const loaded = loadTls(values, "", host);
    if ("problem" in loaded) return loaded;
    clientTls = loaded.value;
  }
  // Members that dial https need the pair as well, whatever they listen on themselves.
  const dials = [...initialCluster.values()].flat().some(({ secure }) => secure);
  const isPeerSecure = peer.some(({ secure }) => secure) || (dials && values.text("peer-cert-file") !== "");
  if (!isPeerSecure) return { value: { clientTls, peerTls: undefined } };
  const loaded = loadTls(values, "peer-", host);
  return "problem" in loaded ? loaded : { value: { clientTls, peerTls: loaded.value } };
}

function noteIgnoredPair(
  certFile: string,
  { flag, urls }: { readonly flag: string; readonly urls: readonly MemberUrl[] },
  notices: Notice[],
): void {
  for (const url of urls) {
    if (certFile === "" || url.secure) continue;
    const line = "scheme is http or unix while key and cert files are present; ignoring key and cert files";
    notices.push({ level: "warn", line, fields: { [flag]: url.text } });
  }
}

function addNotices({ values, notices }: BuildInput): void {
  const warn = (line: string, fields: Notice["fields"]): void => {
    notices.push({ level: "warn", line, fields });
  };
  const name = values.text("name");
  if (name === DEFAULT_NAME) warn("the member's name is the default; give each member of a cluster its own", { name });
  if (values.text("data-dir") === "") warn("'data-dir' was empty; using default", { "data-dir": `${name}.etcd` });
  const request = values.number("max-request-bytes");
  if (request > RECOMMENDED_REQUEST_BYTES) {
    const recommended = RECOMMENDED_REQUEST_BYTES;
    warn("exceeded recommended request limit", {
      "max-request-bytes": request,
      "recommended-request-bytes": recommended,
    });
  }
  const quota = values.number("quota-backend-bytes");
  if (quota > RECOMMENDED_QUOTA_BYTES) {
    warn("quota exceeds the maximum value", {
      "quota-size-bytes": quota,
      "quota-maximum-size-bytes": RECOMMENDED_QUOTA_BYTES,
    });
  }
  const progress = values.number("watch-progress-notify-interval");
  if (progress > 0 && progress < MIN_PROGRESS_NOTIFY_MS) {
    warn("set watch-progress-notify-interval to its least value", {
      interval: formatGoDuration(MIN_PROGRESS_NOTIFY_MS),
    });
  }
}
