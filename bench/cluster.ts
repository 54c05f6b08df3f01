/**
 * Three members as processes on this machine under load from keep-alive connections: acknowledged PUTs a second, proposals a sync, and
 * the latency of a single client. The load generator writes requests straight to sockets, so that it costs little beside what it measures.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { atLeast, atMost, percentile, type Result } from "./measure.ts";

const CONNECTIONS = 100;
const VALUE_BYTES = 256;
/** A member is measured as it runs for days: its code compiled, its first segments prepared. */
const WARM_UP_MS = 10_000;
const MEASURE_MS = 8_000;
const READY_WITHIN_MS = 30_000;
const MEMBERS = 3;

type Status = {
  readonly id: string;
  readonly leader: string;
  readonly commit: number;
  readonly wal: { readonly fsyncs: number; readonly entries: number };
};

export async function benchCluster(): Promise<Result[]> {
  // Beside the checkout, on a real disk: a temporary folder may be in memory.
  const root = mkdtempSync(join(fileURLToPath(new URL("../..", import.meta.url)), ".quorate-bench-"));
  const children: ChildProcess[] = [];
  try {
    const ports = await startCluster(root, children);
    const leader = await leaderPort(ports);
    const single = await load(leader, 1, WARM_UP_MS / 2, MEASURE_MS / 2);
    const before = await status(leader);
    const many = await load(leader, CONNECTIONS, WARM_UP_MS, MEASURE_MS);
    const after = await status(leader);
    const perSync = (after.wal.entries - before.wal.entries) / (after.wal.fsyncs - before.wal.fsyncs);
    return [
      atLeast("cluster/put-100-connections", many.count / (many.elapsedMs / 1000), "PUT/s", 10_000),
      atLeast("cluster/proposals-per-fsync", perSync, "", 10),
      atMost("cluster/put-1-connection-p50", percentile(single.latenciesMs, 0.5), "ms", 2),
      atMost("cluster/put-100-connections-p99", percentile(many.latenciesMs, 0.99), "ms", 50),
    ];
  } finally {
    await Promise.all(children.map(stop));
    rmSync(root, { recursive: true, force: true });
  }
}

async function startCluster(root: string, children: ChildProcess[]): Promise<number[]> {
  const ports = await freePorts(2 * MEMBERS);
  const cluster = ports.slice(MEMBERS).map((port) => `http://127.0.0.1:${port}`);
  const main = fileURLToPath(new URL("../../packages/raftexample/dist/main.js", import.meta.url));
  for (let i = 0; i < MEMBERS; i++) {
    const args = [
      "--id",
      `${i + 1}`,
      "--cluster",
      cluster.join(","),
      "--port",
      `${ports[i]}`,
      "--data-dir",
      join(root, `m${i + 1}`),
    ];
    children.push(spawn(process.execPath, [main, ...args], { stdio: "ignore" }));
  }
  return ports.slice(0, MEMBERS);
}

async function leaderPort(ports: readonly number[]): Promise<number> {
  for (const deadline = performance.now() + READY_WITHIN_MS; performance.now() < deadline; ) {
    for (const port of ports) {
      const found = await status(port).catch(() => undefined);
      const at = Number(found?.leader ?? 0);
      if (at > 0) return ports[at - 1] as number;
    }
    await new Promise((next) => setTimeout(next, 50));
  }
  throw new Error("the cluster has no leader");
}

async function status(port: number): Promise<Status> {
  return (await (await fetch(`http://127.0.0.1:${port}/status`)).json()) as Status;
}

type Load = { count: number; elapsedMs: number; readonly latenciesMs: number[] };

/** Writes with so many connections, each with one request under way. */
async function load(port: number, connections: number, warmUpMs: number, measureMs: number): Promise<Load> {
  const result: Load = { count: 0, elapsedMs: measureMs, latenciesMs: [] };
  const startAt = performance.now() + warmUpMs;
  const endAt = startAt + measureMs;
  await Promise.all(Array.from({ length: connections }, (_, i) => client(port, i, { startAt, endAt, result })));
  return result;
}

function client(
  port: number,
  number: number,
  run: { readonly startAt: number; readonly endAt: number; readonly result: Load },
): Promise<void> {
  const { startAt, endAt, result } = run;
  const value = Buffer.alloc(VALUE_BYTES, 120);
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(port, "127.0.0.1");
    socket.setNoDelay(true);
    let sentAt = 0;
    let sequence = 0;
    const next = (): void => {
      sentAt = performance.now();
      if (sentAt >= endAt) {
        socket.end();
        return;
      }
      const head = `PUT /bench-${number}-${sequence++ % 1000} HTTP/1.1\r\nHost: x\r\nContent-Length: ${VALUE_BYTES}\r\n\r\n`;
      socket.write(Buffer.concat([Buffer.from(head), value]));
    };
    socket.on("connect", next);
    // Answers are short and come whole; a split one shows as a fragment that does not start with the status line.
    socket.on("data", (chunk) => {
      if (!chunk.subarray(0, 12).equals(NO_CONTENT))
        return reject(new Error(`answered ${chunk.toString().split("\r\n")[0]}`));
      const now = performance.now();
      if (sentAt >= startAt && now < endAt) {
        result.count++;
        result.latenciesMs.push(now - sentAt);
      }
      next();
    });
    socket.on("error", reject);
    socket.on("close", () => resolve());
  });
}

const NO_CONTENT = Buffer.from("HTTP/1.1 204");

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer();
      return new Promise<typeof server>((done) => server.listen(0, "127.0.0.1", () => done(server)));
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((done) => {
    child.once("exit", () => done());
    child.kill("SIGTERM");
  });
}
