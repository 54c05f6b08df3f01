/**
 * Three members on loopback under one supervisor. It picks ports (and keeps them in the data folder, because peer URLs are part of the
 * replicated state), starts the members as processes, says how to try them, and stops them cleanly. What a member is, a recipe says.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";

const MEMBERS = 3;
const READY_WITHIN_MS = 30_000;
const POLL_MS = 50;
/** A member that does not stop within this time after SIGTERM is killed. */
const STOP_WITHIN_MS = 10_000;

export type Ports = { readonly client: readonly number[]; readonly peer: readonly number[] };

/** What is started. */
export type Recipe = {
  /** Tried first; others are taken where these are in use. */
  readonly preferred: Ports;
  /** The command line of member `i`, whose data belongs in `dataDir`. */
  readonly command: (i: number, ports: Ports, dataDir: string) => string[];
  /** True once the member with this client port serves and knows a leader. */
  readonly isReady: (port: number) => Promise<boolean>;
  /** What to try, as lines. */
  readonly welcome: (ports: Ports, dataDir: string) => string;
};

/** Runs until a signal comes or a member ends; the exit code. */
export async function runCluster(recipe: Recipe, folder: string): Promise<number> {
  const dataDir = resolve(folder);
  mkdirSync(dataDir, { recursive: true });
  const ports = await loadPorts(dataDir, recipe.preferred);
  const children = Array.from({ length: MEMBERS }, (_, i) => startMember(recipe, dataDir, ports, i));
  const stopped = new Promise<void>((done) => {
    // A closed terminal hangs up: members are in groups of their own and would stay behind.
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => done());
  });
  const failed = firstExit(children);
  const ready = await Promise.race([
    waitForMembers(recipe, ports),
    stopped.then(() => false),
    failed.then(() => false),
  ]);
  if (ready) process.stdout.write(`\n${recipe.welcome(ports, dataDir)}\n\nCtrl-C stops them.\n`);
  const failure = await Promise.race([stopped.then(() => undefined), failed]);
  if (failure === undefined) process.stdout.write("\nstopping ...\n");
  else process.stderr.write(`\n${failure}; see ${dataDir}/member-*.log\n`);
  await Promise.all(children.map(stopMember));
  process.stdout.write("stopped; the data stays, the next start goes on from it\n");
  return failure === undefined ? 0 : 1;
}

/** Ports of an earlier start, or free ones; the well-known numbers where they are free. */
async function loadPorts(dataDir: string, preferred: Ports): Promise<Ports> {
  const file = join(dataDir, "cluster.json");
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as Ports;
  const ports: Ports = { client: await freePorts(preferred.client), peer: await freePorts(preferred.peer) };
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

function startMember(recipe: Recipe, dataDir: string, ports: Ports, i: number): ChildProcess {
  const log = openSync(join(dataDir, `member-${i + 1}.log`), "a");
  const [program = "", ...args] = recipe.command(i, ports, join(dataDir, `member-${i + 1}`));
  // A group of its own: Ctrl-C reaches the supervisor alone, which then stops the members in good order.
  return spawn(program, args, { stdio: ["ignore", log, log], detached: true });
}

/** The sentence about the first member that ends by itself. */
function firstExit(children: readonly ChildProcess[]): Promise<string> {
  return new Promise((done) => {
    children.forEach((child, i) => {
      child.once("exit", (code, signal) => done(`member ${i + 1} ended (${signal ?? `exit code ${code}`})`));
    });
  });
}

/** True once all are ready. */
async function waitForMembers({ isReady }: Recipe, ports: Ports): Promise<boolean> {
  const deadline = performance.now() + READY_WITHIN_MS;
  while (performance.now() < deadline) {
    // One that does not listen yet throws: that is what is being waited for.
    const ready = await Promise.all(ports.client.map((port) => isReady(port).catch(() => false)));
    if (ready.every((is) => is)) return true;
    await new Promise((next) => setTimeout(next, POLL_MS));
  }
  process.stderr.write(`not all members were ready within ${READY_WITHIN_MS / 1000} s\n`);
  return false;
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
