/**
 * One or three members of a system as child processes, on free ports of loopback and a folder of their own. Default settings but for the log
 * level. Ended by process id; never two clusters at once.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { decodeStatusResponse, MaintenanceService } from "@quorate/proto";
import { Caller } from "./caller.ts";
import { cpuSeconds, type Memory, memoryOf } from "./process-figures.ts";
import type { System } from "./systems.ts";

const HOST = "127.0.0.1";
const READY_WITHIN_MS = 30_000;
const STOPPED_WITHIN_MS = 20_000;
const POLL_MS = 20;
/** The end of a failed member's log that is worth showing. */
const LOG_TAIL_CHARS = 2_000;

export type ClusterOptions = {
  readonly system: System;
  readonly members: number;
  /** A folder that does not exist yet, or that an earlier start with the same options left. */
  readonly folder: string;
  /** More Node or etcd flags for a member, by its number; tests of ours may want a profile of one. */
  readonly command?: (member: number) => System;
};

type Member = {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly clientPort: number;
};

export class Cluster {
  readonly system: System;
  readonly #members: readonly Member[];
  /** Which member leads. */
  readonly leader: number;

  private constructor(system: System, members: readonly Member[], leader: number) {
    this.system = system;
    this.#members = members;
    this.leader = leader;
  }

  /** Starts, waits until every member says that it is healthy, and finds the leader. */
  static async start(options: ClusterOptions): Promise<Cluster> {
    const members = await spawnMembers(options);
    try {
      for (const member of members) await untilHealthy(member);
      return new Cluster(options.system, members, await findLeader(members));
    } catch (error) {
      await Promise.all(members.map(stopMember));
      throw error;
    }
  }

  /** Starts one member and resolves as soon as a linearizable read is answered. @returns with it the milliseconds since the spawn. */
  static async startUntilRead(options: ClusterOptions): Promise<{ cluster: Cluster; elapsedMs: number }> {
    const startedAt = performance.now();
    const members = await spawnMembers({ ...options, members: 1 });
    try {
      const member = members[0] as Member;
      await poll(member, async () => {
        const caller = new Caller(HOST, member.clientPort);
        try {
          await caller.get("key");
          return true;
        } finally {
          caller.close();
        }
      });
      return { cluster: new Cluster(options.system, members, 0), elapsedMs: performance.now() - startedAt };
    } catch (error) {
      await Promise.all(members.map(stopMember));
      throw error;
    }
  }

  get leaderPort(): number {
    return (this.#members[this.leader] as Member).clientPort;
  }

  /** Of all members together. */
  cpuSeconds(): number {
    return this.#members.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0);
  }

  leaderMemory(): Memory {
    return memoryOf(this.leaderPid);
  }

  get leaderPid(): number {
    return (this.#members[this.leader] as Member).pid;
  }

  /** Whether the leader is who it was at the start: what was measured against it may be a follower's otherwise. */
  async isLeaderTheSame(): Promise<boolean> {
    return (await findLeader(this.#members)) === this.leader;
  }

  /** Ends all members, and with them whatever is to be written at exit. */
  async stop(): Promise<void> {
    await Promise.all(this.#members.map(stopMember));
  }
}

async function spawnMembers({ system, members, folder, command }: ClusterOptions): Promise<Member[]> {
  mkdirSync(folder, { recursive: true });
  const ports = await freePorts(members * 2);
  const name = (i: number): string => `m${i + 1}`;
  const client = (i: number): string => `http://${HOST}:${ports[i * 2]}`;
  const peer = (i: number): string => `http://${HOST}:${ports[i * 2 + 1]}`;
  const initialCluster = Array.from({ length: members }, (_, i) => `${name(i)}=${peer(i)}`).join(",");
  return Array.from({ length: members }, (_, i) => {
    const flags = [
      ...["--name", name(i), "--data-dir", join(folder, name(i))],
      ...["--listen-client-urls", client(i), "--advertise-client-urls", client(i)],
      ...["--listen-peer-urls", peer(i), "--initial-advertise-peer-urls", peer(i)],
      ...["--initial-cluster", initialCluster, "--initial-cluster-state", "new", "--log-level", "error"],
    ];
    const logPath = join(folder, `${name(i)}.txt`);
    const log = openSync(logPath, "a");
    const run = command?.(i) ?? system;
    const child = spawn(run.command, [...run.args, ...flags], { stdio: ["ignore", log, log] });
    closeSync(log);
    child.on("error", () => {});
    // Whoever ends this process early must not leave members behind.
    const end = (): void => void child.kill("SIGKILL");
    process.prependListener("exit", end);
    child.on("exit", () => process.off("exit", end));
    return { child, pid: child.pid ?? 0, clientPort: ports[i * 2] as number };
  });
}

function untilHealthy(member: Member): Promise<void> {
  return poll(member, async () => {
    const response = await fetch(`http://${HOST}:${member.clientPort}/health`, { signal: AbortSignal.timeout(2_000) });
    return ((await response.json()) as { health?: string }).health === "true";
  });
}

/** Until `probe` says yes; its errors are a no. */
async function poll(member: Member, probe: () => Promise<boolean>): Promise<void> {
  for (const deadline = performance.now() + READY_WITHIN_MS; performance.now() < deadline; ) {
    if (hasExited(member.child)) break;
    if (await probe().catch(() => false)) return;
    await new Promise((next) => setTimeout(next, POLL_MS));
  }
  throw new Error(`a member did not get ready (exit code ${member.child.exitCode})`);
}

async function findLeader(members: readonly Member[]): Promise<number> {
  for (let i = 0; i < members.length; i++) {
    const caller = new Caller(HOST, (members[i] as Member).clientPort);
    const status = decodeStatusResponse(await caller.call(MaintenanceService.status.path, new Uint8Array(0)));
    caller.close();
    if (status.header?.memberId === status.leader) return i;
  }
  throw new Error("no member says that it leads");
}

async function stopMember({ child }: Member): Promise<void> {
  if (hasExited(child) || child.pid === undefined) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOPPED_WITHIN_MS);
  await exited;
  clearTimeout(timer);
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, HOST);
      await once(server, "listening");
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return ports;
}

/** What the members of a folder said last; empty logs are left out. */
export function memberLogs(folder: string): { readonly path: string; readonly tail: string }[] {
  return readdirSync(folder)
    .filter((name) => /^m\d\.txt$/.test(name))
    .map((path) => ({ path, tail: readFileSync(join(folder, path), "utf8").slice(-LOG_TAIL_CHARS) }))
    .filter(({ tail }) => tail !== "");
}

/** Removes what the members left. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}
