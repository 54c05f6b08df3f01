/**
 * A real etcd beside ours, for tests that compare answers byte by byte. Where its binary is, and that it may be missing, is known here and
 * nowhere else.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { freePort, request, waitUntil } from "./node-http-probe.ts";

const START_MS = 20_000;

/** The binary: QUORATE_ETCD, or `etcd` on the PATH; undefined where there is none. */
export function etcdBinary(): string | undefined {
  const named = process.env["QUORATE_ETCD"];
  if (named !== undefined) return named;
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.map((folder) => join(folder, "etcd")).find((path) => existsSync(path));
}

/** For the `skip` option of a test: false, or the reason. */
export function skipWithoutEtcd(): string | false {
  return etcdBinary() === undefined ? "no etcd here: set QUORATE_ETCD to the binary of etcd 3.5.30" : false;
}

/** One member that is a cluster of its own, on loopback. */
export class LiveEtcd {
  readonly clientPort: number;
  readonly peerPort: number;
  readonly metricsPort: number;
  readonly #folder: string;
  readonly #child: ChildProcess;

  /** Resolves once it serves. Rejects if it ends before. */
  static async start(flags: readonly string[] = []): Promise<LiveEtcd> {
    const etcd = new LiveEtcd([await freePort(), await freePort(), await freePort()], flags);
    await waitUntil("etcd serves", START_MS, async () => {
      if (etcd.#child.exitCode !== null) throw new Error(`etcd ended with code ${etcd.#child.exitCode}`);
      const reply = await request(etcd.clientPort, "GET", "/health").catch(() => undefined);
      return reply?.status === 200 ? reply : undefined;
    });
    return etcd;
  }

  private constructor(
    [clientPort, peerPort, metricsPort]: readonly [number, number, number],
    flags: readonly string[],
  ) {
    this.clientPort = clientPort;
    this.peerPort = peerPort;
    this.metricsPort = metricsPort;
    this.#folder = mkdtempSync(join(tmpdir(), "quorate-etcd-"));
    const url = (port: number): string => `http://127.0.0.1:${port}`;
    const own = [
      `--data-dir=${this.#folder}`,
      `--listen-client-urls=${url(clientPort)}`,
      `--advertise-client-urls=${url(clientPort)}`,
      `--listen-peer-urls=${url(peerPort)}`,
      `--initial-advertise-peer-urls=${url(peerPort)}`,
      `--initial-cluster=default=${url(peerPort)}`,
      `--listen-metrics-urls=${url(metricsPort)}`,
    ];
    this.#child = spawn(etcdBinary() ?? "etcd", [...own, ...flags], { stdio: "ignore" });
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, "exit");
      this.#child.kill("SIGKILL");
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
