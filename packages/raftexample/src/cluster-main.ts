/**
 * Three members on loopback under one supervisor: what `npm start` runs. It picks ports (and keeps them in the data folder, because
 * peer URLs are part of the replicated state), starts the members as processes, says how to try them, and stops them cleanly.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const MEMBERS = 3;
const PREFERRED_API_PORTS = [12380, 22380, 32380];
const PREFERRED_PEER_PORTS = [12379, 22379, 32379];
const READY_WITHIN_MS = 30_000;
const POLL_MS = 50;
/** A member that does not stop within this time after SIGTERM is killed. */
const STOP_WITHIN_MS = 10_000;

type Ports = { readonly api: readonly number[]; readonly peer: readonly number[] };

async function main(): Promise<number> {
  const dataDir = resolve(process.argv[2] ?? "data");
  mkdirSync(dataDir, { recursive: true });
  const ports = await loadPorts(dataDir);
  const children = Array.from({ length: MEMBERS }, (_, i) => startMember(dataDir, ports, i));
  const stopped = new Promise<void>((done) => {
    // A closed terminal hangs up: members are in groups of their own and would stay behind.
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => done());
  });
  const failed = firstExit(children);
  const ready = await Promise.race([waitForLeader(ports), stopped.then(() => false), failed.then(() => false)]);
  if (ready) printWelcome(dataDir, ports);
  const failure = await Promise.race([stopped.then(() => undefined), failed]);
  if (failure === undefined) process.stdout.write("\nstopping ...\n");
  else process.stderr.write(`\n${failure}; see ${dataDir}/member-*.log\n`);
  await Promise.all(children.map(stopMember));
  process.stdout.write("stopped; the data stays, the next start goes on from it\n");
  return failure === undefined ? 0 : 1;
}

/** Ports of an earlier start, or free ones; the well-known numbers where they are free. */
async function loadPorts(dataDir: string): Promise<Ports> {
  const file = join(dataDir, "ports.json");
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as Ports;
  const ports: Ports = { api: await freePorts(PREFERRED_API_PORTS), peer: await freePorts(PREFERRED_PEER_PORTS) };
  writeFileSync(`${file}.tmp`, JSON.stringify(ports));
  renameSync(`${file}.tmp`, file);
  return ports;
}

async function freePorts(preferred: readonly number[]): Promise<number[]> {
  const ports: number[] = [];
  for (const port of preferred) ports.push((await tryPort(port)) ?? (await tryPort(0)) ?? 0);
  return ports;
}

/** The port that could be bound on loopback (0 asks for any), or undefined. */
function tryPort(port: number): Promise<number | undefined> {
  return new Promise((done) => {
    const server = createServer();
    server.once("error", () => done(undefined));
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => done(typeof address === "object" && address !== null ? address.port : undefined));
    });
  });
}

function startMember(dataDir: string, ports: Ports, i: number): ChildProcess {
  const cluster = ports.peer.map((port) => `http://127.0.0.1:${port}`).join(",");
  const log = openSync(join(dataDir, `member-${i + 1}.log`), "a");
  const main = fileURLToPath(new URL("./main.js", import.meta.url));
  const args = ["--id", `${i + 1}`, "--cluster", cluster, "--port", `${ports.api[i]}`];
  args.push("--data-dir", join(dataDir, `member-${i + 1}`));
  // A group of its own: Ctrl-C reaches the supervisor alone, which then stops the members in good order.
  return spawn(process.execPath, [main, ...args], { stdio: ["ignore", log, log], detached: true });
}

/** The sentence about the first member that ends by itself. */
function firstExit(children: readonly ChildProcess[]): Promise<string> {
  return new Promise((done) => {
    children.forEach((child, i) => {
      child.once("exit", (code, signal) => done(`member ${i + 1} ended (${signal ?? `exit code ${code}`})`));
    });
  });
}

/** True once every member answers and knows a leader. */
async function waitForLeader(ports: Ports): Promise<boolean> {
  const deadline = performance.now() + READY_WITHIN_MS;
  while (performance.now() < deadline) {
    const leads = await Promise.all(ports.api.map(leaderOf));
    if (leads.every((lead) => lead !== undefined && lead !== "0")) return true;
    await new Promise((next) => setTimeout(next, POLL_MS));
  }
  process.stderr.write(`no leader within ${READY_WITHIN_MS / 1000} s\n`);
  return false;
}

async function leaderOf(port: number): Promise<string | undefined> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/status`);
    return ((await response.json()) as { leader: string }).leader;
  } catch {
    // Not listening yet: that is what is being waited for.
    return undefined;
  }
}

function printWelcome(dataDir: string, ports: Ports): void {
  const [first, second, third] = ports.api.map((port) => `http://127.0.0.1:${port}`);
  process.stdout.write(`
three members are running, their data is in ${dataDir}

  member 1  ${first}
  member 2  ${second}
  member 3  ${third}

try:

  curl -i -X PUT -d 'hello, quorum' ${first}/greeting
  curl '${second}/greeting?consistent=linearizable'
  curl ${third}/status

Ctrl-C stops them.
`);
}

function stopMember(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((done) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), STOP_WITHIN_MS);
    child.once("exit", () => {
      clearTimeout(timer);
      done();
    });
    child.kill("SIGTERM");
  });
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`start: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
