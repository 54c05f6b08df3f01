import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Config } from "./config.ts";
import { type ConfigHost, type Reading, readConfig } from "./read-config.ts";
import { textsOf } from "./urls.ts";

/** A machine with these files. */
function hostWith(files: Readonly<Record<string, string>> = {}): ConfigHost {
  return {
    readFile: (path) => {
      const text = files[path];
      if (text === undefined) throw new Error(`open ${path}: no such file or directory`);
      return text;
    },
    defaultAddress: () => "10.1.2.3",
    build: { version: "9.9.9", node: "v20.19.0", os: "linux", arch: "amd64" },
  };
}

function read(argv: readonly string[], env: Record<string, string> = {}, files: Record<string, string> = {}): Reading {
  return readConfig(argv, env, hostWith(files));
}

function run(argv: readonly string[], env: Record<string, string> = {}, files: Record<string, string> = {}): Config {
  const reading = read(argv, env, files);
  assert.equal(reading.kind, "run", JSON.stringify(reading));
  return (reading as Extract<Reading, { kind: "run" }>).config;
}

function warnings(argv: readonly string[], env: Record<string, string> = {}, files = {}): string[] {
  const reading = readConfig(argv, env, hostWith(files));
  assert.equal(reading.kind, "run", JSON.stringify(reading));
  return reading.kind === "run" ? reading.warnings.map(({ line, fields }) => `${line} ${JSON.stringify(fields)}`) : [];
}

const LISTEN = ["--listen-client-urls", "http://127.0.0.1:1", "--advertise-client-urls", "http://127.0.0.1:1"];
const PEM = { "c.pem": "CERT", "k.pem": "KEY", "ca.pem": "CA" };

describe("server/config/read-config, what is taken", () => {
  it("has etcd's defaults", () => {
    const config = run([]);
    assert.deepEqual(
      { ...config, initialCluster: [...config.initialCluster].map(([name, urls]) => [name, textsOf(urls)]) },
      {
        name: "default",
        dataDir: "default.etcd",
        walDir: undefined,
        snapshotCount: 10_000,
        snapshotCatchupEntries: 5_000,
        heartbeatIntervalMs: 100,
        electionTimeoutMs: 1_000,
        initialElectionTickAdvance: true,
        listenPeerUrls: [{ text: "http://localhost:2380", secure: false, host: "localhost", port: 2380 }],
        listenClientUrls: [{ text: "http://localhost:2379", secure: false, host: "localhost", port: 2379 }],
        listenClientHttpUrls: [],
        listenMetricsUrls: [],
        maxSnapshots: 5,
        maxWals: 5,
        quotaBackendBytes: 2 * 1024 * 1024 * 1024,
        backendBatchIntervalMs: 100,
        backendBatchLimit: 10_000,
        maxTxnOps: 128,
        maxRequestBytes: 1_572_864,
        maxConcurrentStreams: 0xffff_ffff,
        grpcKeepaliveMinTimeMs: 5_000,
        grpcKeepaliveIntervalMs: 7_200_000,
        grpcKeepaliveTimeoutMs: 20_000,
        raftReadTimeoutMs: 5_000,
        raftWriteTimeoutMs: 5_000,
        featureGates: {
          StopGRPCServiceOnDefrag: false,
          InitialCorruptCheck: false,
          CompactHashCheck: false,
          TxnModeWriteWithSharedBuffer: true,
          LeaseCheckpoint: false,
          LeaseCheckpointPersist: false,
          SetMemberLocalAddr: false,
          FastLeaseKeepAlive: true,
          PriorityRequest: false,
        },
        initialAdvertisePeerUrls: [{ text: "http://localhost:2380", secure: false, host: "localhost", port: 2380 }],
        initialCluster: [["default", ["http://localhost:2380"]]],
        initialClusterState: "new",
        initialClusterToken: "etcd-cluster",
        advertiseClientUrls: [{ text: "http://localhost:2379", secure: false, host: "localhost", port: 2379 }],
        strictReconfigCheck: true,
        preVote: true,
        autoCompaction: { mode: "off" },
        clientTls: undefined,
        peerTls: undefined,
        cors: ["*"],
        hostWhitelist: ["*"],
        metrics: "basic",
        log: { level: "info", format: "json", outputs: ["stderr"] },
        warningUnaryRequestDurationMs: 300,
        warningApplyDurationMs: 100,
        compactionBatchLimit: 1_000,
        compactionSleepIntervalMs: 10,
        watchProgressNotifyIntervalMs: 600_000,
        bootstrapDefragThresholdMegabytes: 0,
        peerSkipClientSanVerification: false,
        maxLearners: 1,
        forceNewCluster: false,
        advertiseVersion: "3.5.30",
      },
    );
  });

  for (const [argv, field, value] of [
    [["-name", "a"], "name", "a"],
    [["--name=a"], "name", "a"],
    [["--data-dir", "x", "--data-dir=a=b"], "dataDir", "a=b"],
    [["--name", "x", "--"], "name", "x"],
    [["--name", "m1"], "dataDir", "m1.etcd"],
    [["--data-dir", "d", "--name", "m1"], "dataDir", "d"],
    [["--wal-dir", "w"], "walDir", "w"],
    [["--pre-vote=false"], "preVote", false],
    [["--pre-vote=F"], "preVote", false],
    [["--force-new-cluster"], "forceNewCluster", true],
    [["--force-new-cluster=0"], "forceNewCluster", false],
    [["--snapshot-count", "0x10"], "snapshotCount", 16],
    [["--snapshot-count", "0"], "snapshotCount", 10_000],
    [["--max-wals", "0"], "maxWals", Number.POSITIVE_INFINITY],
    [["--max-snapshots=0"], "maxSnapshots", Number.POSITIVE_INFINITY],
    [["--quota-backend-bytes", "-1"], "quotaBackendBytes", Number.POSITIVE_INFINITY],
    [["--quota-backend-bytes", "100"], "quotaBackendBytes", 100],
    [["--backend-batch-interval", "5ms"], "backendBatchIntervalMs", 5],
    [["--backend-batch-limit", "7"], "backendBatchLimit", 7],
    [["--grpc-keepalive-interval", "0s"], "grpcKeepaliveIntervalMs", 0],
    [["--raft-read-timeout", "1s"], "raftReadTimeoutMs", 5_000],
    [["--raft-write-timeout", "1m"], "raftWriteTimeoutMs", 60_000],
    [["--max-concurrent-streams", "4294967295"], "maxConcurrentStreams", 0xffff_ffff],
    [["--heartbeat-interval", "10", "--election-timeout", "50"], "electionTimeoutMs", 50],
    [["--election-timeout", "50000"], "electionTimeoutMs", 50_000],
    [["--initial-cluster-state", "existing"], "initialClusterState", "existing"],
    [["--auto-compaction-retention", "2"], "autoCompaction", { mode: "periodic", retentionMs: 7_200_000 }],
    [["--auto-compaction-retention", "5m"], "autoCompaction", { mode: "periodic", retentionMs: 300_000 }],
    [
      ["--auto-compaction-mode=revision", "--auto-compaction-retention", "1000"],
      "autoCompaction",
      { mode: "revision", retentionRevisions: 1000 },
    ],
    [["--auto-compaction-mode=revision"], "autoCompaction", { mode: "off" }],
    [["--watch-progress-notify-interval", "1ms"], "watchProgressNotifyIntervalMs", 100],
    [["--experimental-watch-progress-notify-interval", "1s"], "watchProgressNotifyIntervalMs", 1_000],
    [["--experimental-compaction-batch-limit", "10"], "compactionBatchLimit", 10],
    [["--cors", "http://b:1,http://a:1"], "cors", ["http://a:1", "http://b:1"]],
    [["--host-whitelist", "a,b,a"], "hostWhitelist", ["a", "b"]],
    [["--host-whitelist="], "hostWhitelist", []],
    [["--metrics", "extensive"], "metrics", "extensive"],
    [
      ["--log-outputs", "stdout,f.log", "--log-level=debug", "--log-format", "console"],
      "log",
      { level: "debug", format: "console", outputs: ["stdout", "f.log"] },
    ],
    [["--advertise-version", "3.6.14"], "advertiseVersion", "3.6.14"],
    [
      ["--socket-reuse-address", "--enable-grpc-gateway=true", "--proxy", "off", "--enable-v2=false"],
      "name",
      "default",
    ],
    [["--auth-token", "simple", "--bcrypt-cost=10", "--auth-token-ttl=300"], "name", "default"],
    [["--snapshot", "--force=3", "-v", "--name", "z"], "name", "z"],
  ] as const) {
    it(`takes ${argv.join(" ")}`, () => {
      assert.deepEqual(run(argv)[field], value);
    });
  }

  it("turns on the gates that are built, and takes 3.5's switches for them", () => {
    const gates = run(["--feature-gates", "LeaseCheckpoint=true, PriorityRequest=1,FastLeaseKeepAlive=false"]);
    assert.equal(gates.featureGates.LeaseCheckpoint, true);
    assert.equal(gates.featureGates.PriorityRequest, true);
    assert.equal(gates.featureGates.FastLeaseKeepAlive, false);
    assert.equal(run(["--feature-gates", "AllBeta=false"]).featureGates.FastLeaseKeepAlive, false);
    const alpha = "AllAlpha=true,InitialCorruptCheck=false,CompactHashCheck=false,SetMemberLocalAddr=false";
    assert.equal(run(["--feature-gates", alpha]).featureGates.LeaseCheckpointPersist, true);
    assert.equal(run(["--experimental-stop-grpc-service-on-defrag"]).featureGates.StopGRPCServiceOnDefrag, true);
  });

  it("sorts sets of URLs and keeps several URLs of a member", () => {
    const config = run([
      "--initial-cluster",
      "b=http://x:2,a=http://y:1,b=http://x:1",
      "--listen-peer-urls",
      "http://127.0.0.1:3,http://127.0.0.1:2",
    ]);
    assert.deepEqual(
      [...config.initialCluster].map(([name, urls]) => [name, textsOf(urls)]),
      [
        ["b", ["http://x:1", "http://x:2"]],
        ["a", ["http://y:1"]],
      ],
    );
    assert.deepEqual(textsOf(config.listenPeerUrls), ["http://127.0.0.1:2", "http://127.0.0.1:3"]);
    assert.equal(run(["--initial-cluster", ""]).initialCluster.size, 0);
    assert.deepEqual(run(["--listen-peer-urls", "http://[::1]:7"]).listenPeerUrls[0]?.host, "::1");
  });

  it("lists itself under its name, with the address of the default route where it listens on all", () => {
    const named = run(["--name", "m", "--initial-advertise-peer-urls", "http://a:1,http://b:1"]);
    assert.deepEqual(textsOf(named.initialCluster.get("m") ?? []), ["http://a:1", "http://b:1"]);
    const all = run(["--name", "m", "--listen-peer-urls", "http://0.0.0.0:7"]);
    assert.deepEqual(textsOf(all.initialAdvertisePeerUrls), ["http://10.1.2.3:7"]);
    assert.deepEqual(textsOf(all.initialCluster.get("m") ?? []), ["http://10.1.2.3:7"]);
    const own = run(["--listen-peer-urls", "http://0.0.0.0:7", "--initial-advertise-peer-urls", "http://h:7"]);
    assert.deepEqual(textsOf(own.initialAdvertisePeerUrls), ["http://h:7"]);
  });

  it("reads certificates only where something is https", () => {
    const pair = ["--cert-file=c.pem", "--key-file=k.pem"];
    assert.equal(run(pair).clientTls, undefined);
    const secure = ["--listen-client-urls=https://127.0.0.1:1", "--advertise-client-urls=https://127.0.0.1:1", ...pair];
    const plain = { cert: "CERT", key: "KEY", minVersion: "TLSv1.2", maxVersion: undefined, ciphers: undefined };
    assert.deepEqual(run(secure, {}, PEM).clientTls, { ...plain, ca: undefined, clientCertAuth: false });
    assert.deepEqual(run([...secure, "--trusted-ca-file=ca.pem"], {}, PEM).clientTls, {
      ...plain,
      ca: "CA",
      clientCertAuth: true,
    });
    const peers = ["--listen-peer-urls=https://127.0.0.1:2", "--peer-cert-file=c.pem", "--peer-key-file=k.pem"];
    const suites = ["--cipher-suites=TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "--tls-max-version=TLS1.3"];
    assert.deepEqual(run([...peers, ...suites, "--peer-client-cert-auth"], {}, PEM).peerTls, {
      cert: "CERT",
      key: "KEY",
      ca: undefined,
      clientCertAuth: true,
      minVersion: "TLSv1.2",
      maxVersion: "TLSv1.3",
      ciphers: "ECDHE-RSA-AES128-GCM-SHA256",
    });
  });

  it("warns where etcd does", () => {
    assert.match(warnings(["--snapshot"])[0] ?? "", /^flag is no longer supported - ignoring .*"snapshot"/);
    assert.match(warnings(["--max-request-bytes", "10485761"]).join(), /exceeded recommended request limit/);
    assert.doesNotMatch(warnings(["--max-request-bytes", "10485760"]).join(), /exceeded/);
    assert.match(warnings(["--quota-backend-bytes", "9000000000"]).join(), /quota exceeds the maximum value/);
    assert.match(warnings(["--cert-file", "x"]).join(), /ignoring key and cert files .*http:\/\/localhost:2379/);
    assert.deepEqual(warnings(["--name", "a", "--data-dir", "d"]), []);
  });
});

describe("server/config/read-config, sources", () => {
  it("takes flags from the environment, and passes over empty ones", () => {
    const config = run([], { ETCD_NAME: "e", ETCD_PRE_VOTE: "false", ETCD_DATA_DIR: "", PATH: "/bin" });
    assert.deepEqual([config.name, config.preVote, config.dataDir], ["e", false, "e.etcd"]);
    assert.equal(run([], { ETCD_EXPERIMENTAL_MAX_LEARNERS: "3" }).maxLearners, 3);
  });

  it("tells of unknown variables by name only, and of ETCD_VERSION", () => {
    const told = warnings(["--name=a", "--data-dir=d"], { ETCD_ROOT_PASSWORD: "secret", ETCD_VERSION: "v3" });
    assert.match(told.join("\n"), /^cannot set special environment variable .*ETCD_VERSION/);
    assert.match(told.join("\n"), /unrecognized environment variable .*ETCD_ROOT_PASSWORD/);
    assert.doesNotMatch(told.join("\n"), /secret/);
    assert.deepEqual(warnings(["--name=a", "--data-dir=d"], { ETCD_UNSUPPORTED_ARCH: "arm" }), []);
  });

  for (const [argv, env, message] of [
    [["--name", "a"], { ETCD_NAME: "b" }, /^conflicting environment variable is shadowed .*: ETCD_NAME$/],
    [[], { ETCD_SNAPSHOT_COUNT: "x" }, /^invalid value "x" for ETCD_SNAPSHOT_COUNT: parse error$/],
    [[], { ETCD_INITIAL_CLUSTER_STATE: "x" }, /^invalid value "x" for ETCD_INITIAL_CLUSTER_STATE: invalid value$/],
    [[], { ETCD_LISTEN_CLIENT_URLS: "x" }, /^invalid value "x" for ETCD_LISTEN_CLIENT_URLS: URL scheme must be http/],
    [[], { ETCD_FEATURE_GATES: "X=true" }, /unrecognized feature gate: X$/],
    [[], { ETCD_LISTEN_CLIENT_URLS: "http://127.0.0.1:1" }, /^--advertise-client-urls is required/],
  ] as const) {
    it(`refuses ${argv.join(" ")} with ${JSON.stringify(env)}`, () => {
      const reading = readConfig(argv, env, hostWith());
      assert.equal(reading.kind, "refuse");
      if (reading.kind !== "refuse") return;
      assert.match(reading.message, message);
      assert.equal(reading.exitCode, 1);
    });
  }

  const FILE = `
name: file
heartbeat-interval: 50
election-timeout: 500
pre-vote: false
quota-backend-bytes: -1
grpc-keepalive-min-time: 1000000000
listen-client-urls: http://127.0.0.1:1,http://127.0.0.1:2
listen-peer-urls: https://127.0.0.1:3
log-outputs: [stdout]
auto-compaction-retention: "5m"
feature-gates: LeaseCheckpoint=true
experimental-max-learners: 2
peer-transport-security:
  cert-file: c.pem
  key-file: k.pem
  client-cert-auth: true
socket-options:
  reuse-address: true
`;

  it("takes all from a file, and nothing else", () => {
    const config = run(
      ["--config-file", "f.yml", "--name", "flag"],
      { ETCD_DATA_DIR: "env" },
      { "f.yml": FILE, ...PEM },
    );
    assert.equal(config.name, "file");
    assert.equal(config.dataDir, "file.etcd");
    assert.deepEqual([config.heartbeatIntervalMs, config.electionTimeoutMs], [50, 500]);
    assert.equal(config.preVote, false);
    assert.equal(config.quotaBackendBytes, Number.POSITIVE_INFINITY);
    assert.equal(config.grpcKeepaliveMinTimeMs, 1_000);
    assert.deepEqual(textsOf(config.listenClientUrls), ["http://127.0.0.1:1", "http://127.0.0.1:2"]);
    assert.deepEqual(config.log.outputs, ["stdout"]);
    assert.deepEqual(config.autoCompaction, { mode: "periodic", retentionMs: 300_000 });
    assert.equal(config.featureGates.LeaseCheckpoint, true);
    assert.equal(config.maxLearners, 2);
    assert.equal(config.peerTls?.clientCertAuth, true);
    assert.deepEqual([...config.initialCluster.keys()], ["file"]);
  });

  it("takes JSON, an empty file, and the file's name from the environment", () => {
    assert.equal(run([], { ETCD_CONFIG_FILE: "f" }, { f: '{"name": "j"}' }).name, "j");
    assert.equal(run(["--config-file=f"], {}, { f: "# nothing\n" }).name, "default");
  });

  it("tells of keys that it does not know", () => {
    const text = "name: a\ndata-dir: d\nnmae: b\nsocket-options: {x: 1}\nraft-read-timeout: 5\n";
    const told = warnings(["--config-file=f"], {}, { f: text }).join("\n");
    for (const key of ["nmae", "socket-options.x", "raft-read-timeout"]) assert.match(told, new RegExp(`"${key}"`));
  });

  for (const [text, message] of [
    [undefined, /^the configuration file cannot be read: open f: no such file or directory$/],
    ["foo: [", /^f is neither YAML nor JSON: /],
    ["just text", /^f holds no keys$/],
    ["[1]", /^f holds no keys$/],
    ["name: 3", /^f: name must be a text, not 3$/],
    ["heartbeat-interval: x", /^f: heartbeat-interval must be a whole number, not "x"$/],
    ["heartbeat-interval: 1.5", /must be a whole number, not 1.5$/],
    ["heartbeat-interval: -1", /^f: heartbeat-interval is wrong: parse error$/],
    ["grpc-keepalive-min-time: 5s", /must be a whole number of nanoseconds, not "5s"$/],
    ["pre-vote: 'yes'", /must be true or false, not "yes"$/],
    ["log-outputs: [1]", /must be a list of texts, not \[1\]$/],
    [
      "listen-client-urls: foo",
      /^f: listen-client-urls is wrong: URL scheme must be http, https, unix, or unixs: foo$/,
    ],
    ["initial-cluster-state: foo", /unexpected clusterState "foo"$/],
    ["feature-gates: A=true", /unrecognized feature gate: A$/],
    ["heartbeat-interval: 0", /^--heartbeat-interval must be >0 \(set to 0ms\)$/],
    ["peer-transport-security: {auto-tls: true}", /^--peer-auto-tls is not supported: /],
    ["client-transport-security: {allowed-hostname: [a]}", /^--client-cert-allowed-hostname is not supported: /],
    ["discovery-config: {token: t, client: {endpoints: [a]}}", /^--discovery-token is not supported: /],
  ] as const) {
    it(`refuses the file ${JSON.stringify(text)}`, () => {
      const reading = readConfig(["--config-file", "f"], {}, hostWith(text === undefined ? {} : { f: text }));
      assert.equal(reading.kind, "refuse", JSON.stringify(reading));
      if (reading.kind !== "refuse") return;
      assert.match(reading.message, message);
      assert.equal(reading.exitCode, 1);
    });
  }
});

describe("server/config/read-config, what is printed and refused", () => {
  it("prints four lines for --version, whatever else is wrong", () => {
    assert.deepEqual(read(["--version", "--heartbeat-interval=0"]), {
      kind: "print",
      text: "etcd Version: 3.5.30\nGit SHA: none (Quorate 9.9.9)\nGo Version: none (Node.js v20.19.0)\nGo OS/Arch: linux/amd64\n",
    });
    assert.match(
      (read(["--version", "--advertise-version=3.6.1"]) as { text: string }).text,
      /^etcd Version: 3\.6\.1\n/,
    );
    assert.equal(read(["--version=false"]).kind, "run");
  });

  for (const argv of [["--help"], ["-h"], ["-help"], ["--name", "x", "--help"]]) {
    it(`prints every flag for ${argv.join(" ")}`, () => {
      const reading = read(argv);
      assert.equal(reading.kind, "print");
      if (reading.kind !== "print") return;
      assert.match(reading.text, /^Usage:/);
      for (const line of ["--name 'default'", "--listen-peer-urls 'http://localhost:2380'", "--advertise-version"]) {
        assert.ok(reading.text.includes(`\n  ${line}`), line);
      }
    });
  }

  for (const [argv, message] of [
    [["--nope"], "flag provided but not defined: -nope"],
    [["--discovery", "x"], "flag provided but not defined: -discovery"],
    [["--name"], "flag needs an argument: -name"],
    [["---x"], "bad flag syntax: ---x"],
    [["-=x"], "bad flag syntax: -=x"],
    [["--version=x"], 'invalid boolean value "x" for -version: parse error'],
    [["--pre-vote=x"], 'invalid boolean value "x" for -pre-vote: parse error'],
    [["--snapshot-count", "x"], 'invalid value "x" for flag -snapshot-count: parse error'],
    [["--snapshot-count", "-1"], 'invalid value "-1" for flag -snapshot-count: parse error'],
    [
      ["--snapshot-count", "9".repeat(20)],
      `invalid value "${"9".repeat(20)}" for flag -snapshot-count: value out of range`,
    ],
    [
      ["--max-concurrent-streams", "4294967296"],
      'invalid value "4294967296" for flag -max-concurrent-streams: value out of range',
    ],
    [["--grpc-keepalive-min-time", "5"], 'invalid value "5" for flag -grpc-keepalive-min-time: parse error'],
    [["--initial-cluster-state", "x"], 'invalid value "x" for flag -initial-cluster-state: invalid value'],
    [
      ["--listen-client-urls", "foo"],
      'invalid value "foo" for flag -listen-client-urls: URL scheme must be http, https, unix, or unixs: foo',
    ],
    [
      ["--listen-client-urls", "http://127.0.0.1"],
      'invalid value "http://127.0.0.1" for flag -listen-client-urls: URL address does not have the form "host:port": http://127.0.0.1',
    ],
    [
      ["--listen-client-urls", "http://127.0.0.1:1/x"],
      'invalid value "http://127.0.0.1:1/x" for flag -listen-client-urls: URL must not contain a path: http://127.0.0.1:1/x',
    ],
    [
      ["--listen-client-urls", "http://127.0.0.1:abc"],
      'invalid value "http://127.0.0.1:abc" for flag -listen-client-urls: parse "http://127.0.0.1:abc": invalid port ":abc" after host',
    ],
    [["--cors", "foo"], 'invalid value "foo" for flag -cors: URL scheme must be http, https, unix, or unixs: foo'],
    [["--feature-gates", "A=true"], 'invalid value "A=true" for flag -feature-gates: unrecognized feature gate: A'],
    [
      ["--feature-gates", "LeaseCheckpoint"],
      'invalid value "LeaseCheckpoint" for flag -feature-gates: missing bool value for LeaseCheckpoint',
    ],
    [["--log-level", "foo"], 'unrecognized level: "foo"'],
  ] as const) {
    it(`exits 2 for ${argv.join(" ")}`, () => {
      assert.deepEqual(read(argv), { kind: "refuse", message, exitCode: 2 });
    });
  }

  const https = "https://127.0.0.1:1";
  for (const [argv, message] of [
    [["x"], '"x" is not a valid flag'],
    [["--name", "a", "x"], '"x" is not a valid flag'],
    [["--", "--name"], '"--name" is not a valid flag'],
    [["gateway", "start"], '"gateway" is not part of this release'],
    [["--listen-client-urls", "http://foo:1"], "expected IP in URL for binding (http://foo:1)"],
    [["--listen-peer-urls", "http://:1"], "expected IP in URL for binding (http://:1)"],
    [["--listen-peer-urls", "http://1.2.3.256:1"], "expected IP in URL for binding (http://1.2.3.256:1)"],
    [["--listen-metrics-urls", "http://foo:1"], "expected IP in URL for binding (http://foo:1)"],
    [
      ["--listen-client-urls", "http://127.0.0.1:1"],
      "--advertise-client-urls is required when --listen-client-urls is set explicitly",
    ],
    [
      ["--listen-client-http-urls", "http://127.0.0.1:1"],
      "--advertise-client-urls is required when --listen-client-urls is set explicitly",
    ],
    [
      ["--initial-advertise-peer-urls", "http://:2"],
      '--initial-advertise-peer-urls "http://:2" must be "host:port" (unexpected empty host (http://:2))',
    ],
    [
      ["--advertise-client-urls", "http://:2"],
      '--advertise-client-urls "http://:2" must be in the format "host:port" (unexpected empty host (http://:2))',
    ],
    [
      ["--discovery-srv", "a", "--initial-cluster", "a=http://b:1"],
      'multiple discovery or bootstrap flags are set. Choose one of "initial-cluster", "discovery-endpoints" or "discovery-srv"',
    ],
    [
      ["--discovery-srv", "a", "--discovery-token", "b"],
      'multiple discovery or bootstrap flags are set. Choose one of "initial-cluster", "discovery-endpoints" or "discovery-srv"',
    ],
    [["--discovery-token", "b"], "both --discovery-token and --discovery-endpoints must be set"],
    [["--discovery-endpoints", "b"], "both --discovery-token and --discovery-endpoints must be set"],
    [
      ["--discovery-token", "t", "--discovery-endpoints", "b,"],
      "--discovery-endpoints must not contain empty endpoints",
    ],
    [["--heartbeat-interval", "0"], "--heartbeat-interval must be >0 (set to 0ms)"],
    [["--election-timeout", "0"], "--election-timeout must be >0 (set to 0ms)"],
    [
      ["--election-timeout", "499"],
      "--election-timeout[499ms] should be at least as 5 times as --heartbeat-interval[100ms]",
    ],
    [["--election-timeout", "50001"], "--election-timeout[50001ms] is too long, and should be set less than 50000ms"],
    [["--compact-hash-check-time", "0s"], "--compact-hash-check-time must be >0 (set to 0s)"],
    [["--auto-compaction-mode", ""], "undefined auto-compaction-mode"],
    [["--auto-compaction-mode", "foo"], 'unknown auto-compaction-mode "foo"'],
    [["--auto-compaction-retention", "foo"], 'error parsing CompactionRetention: time: invalid duration "foo"'],
    [["--auto-compaction-retention=-1"], 'error parsing CompactionRetention: time: invalid duration "-1"'],
    [["--auto-compaction-retention=-1h"], 'error parsing CompactionRetention: time: invalid duration "-1h"'],
    [
      ["--auto-compaction-retention=1h", "--auto-compaction-mode=revision"],
      'error parsing CompactionRetention: "1h" is no count of revisions',
    ],
    [
      ["--feature-gates", "LeaseCheckpointPersist=true"],
      "enabling feature gate LeaseCheckpointPersist requires enabling feature gate LeaseCheckpoint",
    ],
    [
      ["--feature-gates", "InitialCorruptCheck=true"],
      "feature gate InitialCorruptCheck cannot be enabled: the feature is not part of this release",
    ],
    [
      ["--feature-gates", "AllAlpha=true"],
      "feature gate InitialCorruptCheck cannot be enabled: the feature is not part of this release",
    ],
    [
      ["--experimental-compact-hash-check-enabled"],
      "feature gate CompactHashCheck cannot be enabled: the feature is not part of this release",
    ],
    [["--tls-min-version", "x"], 'unexpected TLS version "x" (must be one of: TLS1.2, TLS1.3)'],
    [["--tls-max-version", "TLS1.1"], 'unexpected TLS version "TLS1.1" (must be one of: TLS1.2, TLS1.3)'],
    [
      ["--tls-min-version", "TLS1.3", "--tls-max-version", "TLS1.2"],
      "min version (TLS1.3) is greater than max version (TLS1.2)",
    ],
    [
      ["--tls-min-version", "TLS1.3", "--cipher-suites", "TLS_RSA_WITH_AES_128_CBC_SHA"],
      "cipher suites cannot be configured when only TLS1.3 is enabled",
    ],
    [["--cipher-suites", "foo"], 'unexpected TLS cipher suite "foo"'],
    [
      ["--peer-cert-allowed-cn", "a", "--peer-cert-allowed-hostname", "b"],
      "--peer-cert-allowed-cn and --peer-cert-allowed-hostname must not both be set",
    ],
    [
      ["--listen-client-urls", https, "--advertise-client-urls", https],
      `TLS key/cert (--cert-file, --key-file) must be provided for client url ${https} with HTTPS scheme`,
    ],
    [
      ["--listen-client-urls", https, "--advertise-client-urls", https, "--cert-file", "a"],
      `TLS key/cert (--cert-file, --key-file) must be provided for client url ${https} with HTTPS scheme`,
    ],
    [
      ["--listen-metrics-urls", https],
      "client TLS key/cert (--cert-file, --key-file) must be provided for metrics secure url",
    ],
    [
      ["--listen-peer-urls", https, "--peer-cert-file", "a"],
      "KeyFile and CertFile must both be present[key: , cert: a]",
    ],
    [
      ["--listen-peer-urls", https, "--peer-cert-file", "a", "--peer-key-file", "b"],
      "--peer-cert-file cannot be read: open a: no such file or directory",
    ],
    [["--logger", "foo"], 'unknown logger option "foo"'],
    [["--log-outputs", "default,stderr"], 'multi logoutput for "default" is not supported yet'],
    [["--log-outputs", ""], "--log-outputs names no output"],
    [["--log-format", "xml"], "unknown log format: xml, supported values json, console"],
    [["--enable-log-rotation"], "--log-outputs requires a single file path when --log-rotate-config-json is defined"],
    [
      ["--enable-log-rotation", "--log-outputs", "f,g"],
      "--log-outputs requires a single file path when --log-rotate-config-json is defined",
    ],
    [
      ["--enable-log-rotation", "--log-outputs", "f", "--log-rotation-config-json", "{"],
      "improperly formatted log rotation config: it is not JSON",
    ],
    [
      ["--distributed-tracing-sampling-rate", "1000001"],
      "distributed tracing sampling rate must be between 0 and 1000000 (set to 1000001)",
    ],
    [["--initial-cluster", "a"], "error setting up initial cluster: URL scheme must be http, https, unix, or unixs: "],
    [["--advertise-version", "3.5"], '--advertise-version must be a version N.N.N, not "3.5"'],
    [["--advertise-version", "v3.5.1"], '--advertise-version must be a version N.N.N, not "v3.5.1"'],
    [["--advertise-version", "3.05.1"], '--advertise-version must be a version N.N.N, not "3.05.1"'],
    [["--max-txn-ops", "0"], "--max-txn-ops must be >0 (set to 0)"],
    [["--max-learners", "-1"], "--max-learners must not be negative"],
    [["--warning-apply-duration", "-1s"], "--warning-apply-duration must not be negative"],
  ] as const) {
    it(`exits 1 for ${argv.join(" ")}`, () => {
      assert.deepEqual(read(argv), { kind: "refuse", message, exitCode: 1 });
    });
  }

  for (const argv of [
    ["--memory-mlock"],
    ["--experimental-memory-mlock"],
    ["--socket-reuse-port"],
    ["--discovery-srv", "x", "--initial-cluster", ""],
    ["--discovery-token", "t", "--discovery-endpoints", "e"],
    ["--discovery-fallback", "proxy"],
    ["--client-crl-file", "x"],
    ["--peer-crl-file", "x"],
    ["--client-cert-allowed-hostname", "x"],
    ["--peer-cert-allowed-cn", "x"],
    ["--peer-cert-allowed-hostname", "x"],
    ["--auto-tls"],
    ["--peer-auto-tls"],
    ["--peer-client-cert-file", "x"],
    ["--peer-client-key-file", "x"],
    ["--auth-token", "jwt,pub-key=x"],
    ["--bcrypt-cost", "4"],
    ["--auth-token-ttl", "1"],
    ["--enable-pprof"],
    ["--enable-distributed-tracing"],
    ["--corrupt-check-time", "1s"],
    ["--downgrade-check-time", "1s"],
    ["--unsafe-no-fsync"],
    ["--enable-v2"],
    ["--proxy", "on"],
    ["--enable-log-rotation", "--log-outputs", "f"],
    ["--log-outputs", "systemd/journal"],
  ]) {
    it(`refuses ${argv.join(" ")}, which this release cannot honour, with a sentence`, () => {
      const reading = read([...LISTEN, ...argv]);
      assert.equal(reading.kind, "refuse", JSON.stringify(reading));
      if (reading.kind !== "refuse") return;
      assert.match(reading.message, /^--[a-z0-9-]+ .*is not supported: \w/);
      assert.equal(reading.exitCode, 1);
    });
  }
});
