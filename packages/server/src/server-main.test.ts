import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { createConfigHost } from "./config/node-config-host.ts";
import { readConfig } from "./config/read-config.ts";

const BIN = join(import.meta.dirname, "../../../bin/quorate");
const PACKAGE = join(import.meta.dirname, "../package.json");
/** The reference, where it is on the PATH. */
const ETCD = spawnSync("etcd", ["--version"], { encoding: "utf8" });
const NO_ETCD = ETCD.status === 0 ? false : "etcd is not on the PATH";

type Outcome = { readonly code: number | null; readonly out: string; readonly err: string };

describe("server/server-main", { concurrency: 2 }, () => {
  let dir: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), "quorate-main-"));
  });
  after(() => rmSync(dir, { recursive: true, force: true }));

  function run(program: string, argv: readonly string[], env: Record<string, string> = {}): Outcome {
    const path = { PATH: process.env["PATH"] ?? "" };
    const ended = spawnSync(program, argv, { cwd: dir, encoding: "utf8", env: { ...path, ...env }, timeout: 20_000 });
    return { code: ended.status, out: ended.stdout, err: ended.stderr };
  }

  /** The last log line of a refusal. */
  function refusal(outcome: Outcome): { level: string; msg: string; error: string } {
    const lines = outcome.err.trim().split("\n");
    return JSON.parse(lines.at(-1) ?? "") as { level: string; msg: string; error: string };
  }

  it("prints its version on standard output, and it is the package's", () => {
    const outcome = run(BIN, ["--version"]);
    const { version } = JSON.parse(readFileSync(PACKAGE, "utf8")) as { version: string };
    assert.deepEqual([outcome.code, outcome.err], [0, ""]);
    assert.equal(outcome.out.split("\n")[0], "etcd Version: 3.5.30");
    assert.match(outcome.out, new RegExp(`\\(Quorate ${version.replaceAll(".", "\\.")}\\)`));
  });

  it("prints the usage on standard output", () => {
    const outcome = run(BIN, ["--help"]);
    assert.deepEqual([outcome.code, outcome.err], [0, ""]);
    assert.match(outcome.out, /^Usage:\n/);
  });

  it("says in one line what is wrong with the command line, exits 2 or 1, and writes nothing", () => {
    const parse = run(BIN, ["--nope"]);
    assert.deepEqual(parse, { code: 2, out: "", err: "flag provided but not defined: -nope\n" });
    const check = run(BIN, ["--heartbeat-interval", "0"]);
    assert.equal(check.code, 1);
    assert.equal(check.out, "");
    assert.match(
      check.err,
      /^\{"level":"error","ts":"[^"]+","caller":"[^"]+","msg":"failed to verify flags",[^\n]*\n$/,
    );
    assert.equal(refusal(check).error, "--heartbeat-interval must be >0 (set to 0ms)");
    const shadowed = run(BIN, ["--name", "a"], { ETCD_NAME: "b" });
    assert.equal(shadowed.code, 1);
    assert.match(refusal(shadowed).error, /^conflicting environment variable/);
    const log = run(BIN, ["--log-outputs", "no/such/dir/f.log"]);
    assert.equal(log.code, 1);
    assert.match(refusal(log).error, /^the log no\/such\/dir\/f\.log cannot be opened: /);
    assert.equal(existsSync(join(dir, "default.etcd")), false);
  });

  it("reads a configuration file from the disk", () => {
    writeFileSync(join(dir, "bad.yml"), "election-timeout: 60000\n");
    const outcome = run(BIN, ["--config-file", "bad.yml"]);
    assert.equal(outcome.code, 1);
    assert.match(refusal(outcome).error, /^--election-timeout\[60000ms\] is too long/);
    assert.equal(readdirSync(dir).includes("default.etcd"), false);
  });

  const PARSE_ERRORS = [
    ["--nope"],
    ["--name"],
    ["---x"],
    ["--version=x"],
    ["--snapshot-count", "x"],
    ["--snapshot-count", "-1"],
    ["--snapshot-count", "99999999999999999999"],
    ["--grpc-keepalive-min-time", "5"],
    ["--initial-cluster-state", "x"],
    ["--listen-client-urls", "foo"],
    ["--listen-client-urls", "http://127.0.0.1"],
    ["--listen-client-urls", "http://127.0.0.1:1/x"],
    ["--listen-client-urls", "http://127.0.0.1:abc"],
    ["--cors", "foo"],
  ];
  it("fails to parse what etcd fails to parse, with its code and its first line", { skip: NO_ETCD }, () => {
    for (const argv of PARSE_ERRORS) {
      const theirs = run("etcd", argv);
      const ours = readConfig(argv, {}, createConfigHost("0.0.0"));
      const [message] = theirs.err.split("\n");
      assert.deepEqual(ours, { kind: "refuse", message, exitCode: theirs.code });
    }
  });

  const CHECKS = [
    ["--listen-client-urls", "http://foo:2379"],
    ["--listen-client-urls", "http://127.0.0.1:1"],
    ["--initial-advertise-peer-urls", "http://:2380"],
    ["--heartbeat-interval", "0"],
    ["--election-timeout", "0"],
    ["--election-timeout", "400"],
    ["--election-timeout", "60000"],
    ["--auto-compaction-mode", "foo"],
    ["--tls-min-version", "x"],
    ["--tls-min-version", "TLS1.3", "--tls-max-version", "TLS1.2"],
    ["--log-outputs", "default,stderr"],
    ["--logger", "foo"],
    ["--enable-log-rotation"],
  ];
  it("refuses what etcd refuses, with its code and its sentence", { skip: NO_ETCD }, () => {
    const errorOf = ({ err }: Outcome): unknown => {
      const lines = err.trim().split("\n");
      const line = lines.find((one) => one.includes('"failed to verify flags"')) ?? "{}";
      return (JSON.parse(line) as { error?: string }).error;
    };
    for (const argv of CHECKS) {
      const theirs = run("etcd", argv);
      const ours = readConfig(argv, {}, createConfigHost("0.0.0"));
      assert.deepEqual(ours, { kind: "refuse", message: errorOf(theirs), exitCode: theirs.code });
    }
  });

  it("has a version text that reads as etcd's", { skip: NO_ETCD }, () => {
    const labels = (text: string) => text.split("\n").map((line) => line.split(":")[0]);
    assert.deepEqual(labels(run(BIN, ["--version"]).out), labels(ETCD.stdout));
  });
});
