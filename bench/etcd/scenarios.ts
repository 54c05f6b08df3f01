/** What is done to one cluster of one system, and which figures it gives. The same for both systems, and for a profile. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Caller } from "./caller.ts";
import { Cluster } from "./cluster.ts";
import type { Figures, RowName, Side } from "./figures.ts";
import { type H2loadJob, h2loadLatency, h2loadThroughput } from "./h2load.ts";
import { runLoad } from "./loader.ts";
import { getOf, putOf } from "./messages.ts";
import type { System } from "./systems.ts";

/** How much of everything. */
export type Scale = {
  readonly rounds: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  readonly watchedEvents: number;
  readonly memoryPuts: number;
  readonly memoryKeys: number;
  readonly startKeys: number;
};

export const FULL: Scale = {
  rounds: 3,
  warmUpSeconds: 1,
  seconds: 4,
  watchedEvents: 1_000,
  memoryPuts: 1_000_000,
  memoryKeys: 100_000,
  startKeys: 1_000_000,
};

/** Two rounds, a fifth of the keys: for a look in between. */
export const QUICK: Scale = {
  rounds: 2,
  warmUpSeconds: 0.5,
  seconds: 2,
  watchedEvents: 300,
  memoryPuts: 200_000,
  memoryKeys: 100_000,
  startKeys: 200_000,
};

export const CONNECTIONS = 100;
export const STREAMS = 10;
const WATCHERS = 1_000;
const WATCH_CONNECTIONS = 10;
const SCAN_CONNECTIONS = 10;
const RANGE_KEYS = 10_000;
const RANGE_PAGE = 100;
const FILL_CONNECTIONS = 8;
/** What a latency run adds to the seconds of a throughput run: a tail needs a larger sample. */
const TAIL_EXTRA_SECONDS = 2;
/** A thousandth needs some thousands of samples. */
const LOOP_LOADS = 2;
/** After the last put: buffered changes are committed every 100 ms by both systems. */
const SETTLE_MS = 1_000;
/** h2load counts octets and answers at moments that are a little apart. */
const LEAST_ANSWERED = 0.99;
const PUT_PATH = "/etcdserverpb.KV/Put";
const RANGE_PATH = "/etcdserverpb.KV/Range";

/** One system's turn of a round. */
export type Turn = {
  readonly side: Side;
  readonly system: System;
  readonly scale: Scale;
  readonly figures: Figures;
  readonly wants: (row: RowName) => boolean;
  readonly h2load: string;
  /** Empty, and removed behind the turn. */
  readonly folder: string;
  readonly log: (line: string) => void;
};

/** Rows that share a cluster of three members. */
export const THREE: readonly RowName[] = ["put3", "cpu3", "get3", "sget3", "lat3", "p99"];

export async function three(turn: Turn): Promise<void> {
  const { figures, wants, scale } = turn;
  const cluster = await Cluster.start({ system: turn.system, members: 3, folder: turn.folder });
  try {
    const add = (row: RowName, value: number): void => record(turn, row, value);
    if (["put3", "cpu3", "p99"].some((row) => wants(row as RowName))) {
      const { perSecond, cpuMicros } = await putLoad(turn, cluster);
      add("put3", perSecond);
      add("cpu3", cpuMicros);
    }
    if (wants("get3")) add("get3", await getLoad(turn, cluster, false));
    if (wants("sget3")) add("sget3", await getLoad(turn, cluster, true));
    if (wants("lat3"))
      add(
        "lat3",
        await h2loadLatency({
          ...h2loadJob(turn, cluster),
          path: PUT_PATH,
          request: putOf(0),
          connections: 1,
          streams: 1,
        }),
      );
    const peak = figures.first("etcd", "put3");
    if (wants("p99") && peak !== undefined) {
      const { warmUpSeconds, seconds } = scale;
      const rate = { perSecond: Math.floor(peak / 2), warmUpSeconds, seconds: seconds + TAIL_EXTRA_SECONDS };
      const keys = scale.memoryKeys;
      const result = await runLoad({
        kind: "put-rate",
        port: cluster.leaderPort,
        connections: CONNECTIONS,
        keys,
        ...rate,
      });
      add("p99", result.p99Micros);
      const late = `p50 ${result.p50Micros.toFixed(0)} us, the load's own delay p99 ${result.lateMicros.toFixed(0)} us`;
      turn.log(`    at ${rate.perSecond}/s: ${late}, ${result.cores.toFixed(2)} cores, ${result.refused} refused`);
    }
    await noteLeader(turn, cluster);
  } finally {
    await cluster.stop();
  }
}

/** Rows that share a single member. */
export const ONE: readonly RowName[] = ["put1", "watch", "range"];

export async function one(turn: Turn): Promise<void> {
  const { wants, scale } = turn;
  const cluster = await Cluster.start({ system: turn.system, members: 1, folder: turn.folder });
  try {
    const port = cluster.leaderPort;
    if (wants("put1")) record(turn, "put1", (await putLoad(turn, cluster)).perSecond);
    if (wants("range")) record(turn, "range", await scanLoad(turn, port, scale.seconds));
    if (wants("watch")) record(turn, "watch", await watchLoad(turn, port, scale.watchedEvents));
  } finally {
    await cluster.stop();
  }
}

export const MEMORY: readonly RowName[] = ["rss", "keys3"];

/** Once a system, not once a round: a million puts take their time. */
export async function memory(turn: Turn): Promise<void> {
  const cluster = await Cluster.start({ system: turn.system, members: 3, folder: turn.folder });
  try {
    const { memoryPuts: count, memoryKeys: keys } = turn.scale;
    const target = { port: cluster.leaderPort, connections: CONNECTIONS };
    const { perSecond, cores, refused } = await runLoad({ kind: "put", ...target, streams: STREAMS, count, keys });
    record(turn, "keys3", perSecond);
    await new Promise((settled) => setTimeout(settled, SETTLE_MS));
    const { residentMb, anonymousMb, peakMb } = cluster.leaderMemory();
    record(turn, "rss", residentMb);
    const parts = `${anonymousMb.toFixed(0)} MB without pages of files, at most ${peakMb.toFixed(0)} MB`;
    turn.log(`    of these ${parts}; the load took ${cores.toFixed(2)} cores, ${refused} refused`);
    await noteLeader(turn, cluster);
  } finally {
    await cluster.stop();
  }
}

export const LOOP: readonly RowName[] = ["loop"];

/** How long the leader's event loop of ours is held up under the load of put3, the warm-up left out. etcd has no such loop. */
export async function loop(turn: Turn): Promise<void> {
  if (turn.side === "etcd" || turn.system.command !== process.execPath) return turn.log("    no Node program");
  const { warmUpSeconds, seconds } = turn.scale;
  const preload = pathToFileURL(join(import.meta.dirname, "loop-delay-main.js"));
  preload.search = encodeURIComponent(turn.folder);
  const system = { ...turn.system, args: ["--import", preload.href, ...turn.system.args] };
  const cluster = await Cluster.start({ system, members: 3, folder: turn.folder });
  try {
    await putLoad(turn, cluster);
    process.kill(cluster.leaderPid, "SIGUSR2");
    await putLoad({ ...turn, scale: { ...turn.scale, seconds: warmUpSeconds + seconds * LOOP_LOADS } }, cluster);
    process.kill(cluster.leaderPid, "SIGUSR2");
    const path = join(turn.folder, `loop-${cluster.leaderPid}`);
    await new Promise((written) => setTimeout(written, SETTLE_MS));
    record(turn, "loop", Number(readFileSync(path, "utf8")));
    await noteLeader(turn, cluster);
  } finally {
    await cluster.stop();
  }
}

export const START: readonly RowName[] = ["start"];

/** Fills once, then stops and starts the member once a round. */
export async function start(turn: Turn): Promise<void> {
  const options = { system: turn.system, members: 1, folder: turn.folder };
  await filledAndStopped(options, turn.scale.startKeys);
  for (let i = 0; i < turn.scale.rounds; i++) {
    const { cluster, elapsedMs } = await Cluster.startUntilRead(options);
    await cluster.stop();
    record(turn, "start", elapsedMs);
  }
}

/** A member with so many keys, ended in good order. */
export async function filledAndStopped(options: Parameters<typeof Cluster.start>[0], count: number): Promise<void> {
  const cluster = await Cluster.start(options);
  try {
    await runLoad({ kind: "fill", port: cluster.leaderPort, connections: FILL_CONNECTIONS, count });
  } finally {
    await cluster.stop();
  }
}

/** What a load needs to know of a turn. */
type LoadTurn = Pick<Turn, "scale" | "h2load" | "folder" | "log">;

function h2loadJob({ scale, h2load, folder }: LoadTurn, cluster: Cluster): Omit<H2loadJob, "path" | "request"> {
  const { warmUpSeconds, seconds } = scale;
  const port = cluster.leaderPort;
  return { h2load, folder, port, connections: CONNECTIONS, streams: STREAMS, warmUpSeconds, seconds };
}

/** Throughput of puts, and the CPU of all members for one. The puts are counted by the store's revision, warm-up included. */
export async function putLoad(turn: LoadTurn, cluster: Cluster): Promise<{ perSecond: number; cpuMicros: number }> {
  const caller = new Caller("127.0.0.1", cluster.leaderPort);
  const before = { revision: await caller.revision(), cpu: cluster.cpuSeconds() };
  const { perSecond, answers } = await h2loadThroughput({
    ...h2loadJob(turn, cluster),
    path: PUT_PATH,
    request: putOf(0),
  });
  const cpu = cluster.cpuSeconds() - before.cpu;
  const puts = (await caller.revision()) - before.revision;
  caller.close();
  if (puts < answers) throw new Error(`${answers} puts were answered, ${puts} were made`);
  return { perSecond, cpuMicros: (cpu * 1e6) / puts };
}

/** Throughput of gets of one key of 256 octets. */
export async function getLoad(turn: LoadTurn, cluster: Cluster, isSerializable: boolean): Promise<number> {
  const caller = new Caller("127.0.0.1", cluster.leaderPort);
  await caller.call(PUT_PATH, putOf(0));
  const request = getOf(0, isSerializable);
  const right = (await caller.call(RANGE_PATH, request)).length;
  caller.close();
  const { perSecond, answerBytes } = await h2loadThroughput({ ...h2loadJob(turn, cluster), path: RANGE_PATH, request });
  // An error has no message: a few would show.
  if (answerBytes < right * LEAST_ANSWERED) throw new Error(`an answer has ${answerBytes} octets instead of ${right}`);
  return perSecond;
}

export async function scanLoad(turn: LoadTurn, port: number, seconds: number): Promise<number> {
  await runLoad({ kind: "fill", port, connections: FILL_CONNECTIONS, count: RANGE_KEYS });
  const scan = { keys: RANGE_KEYS, page: RANGE_PAGE, seconds };
  const { perSecond, cores } = await runLoad({ kind: "scan", port, connections: SCAN_CONNECTIONS, ...scan });
  turn.log(`    the reader took ${cores.toFixed(2)} cores`);
  return perSecond;
}

export async function watchLoad(turn: LoadTurn, port: number, events: number): Promise<number> {
  const job = { kind: "watch", port, connections: WATCH_CONNECTIONS, watchers: WATCHERS, events } as const;
  const { perSecond, cores } = await runLoad(job);
  turn.log(`    the watchers took ${cores.toFixed(2)} cores`);
  return perSecond;
}

async function noteLeader({ log }: Turn, cluster: Cluster): Promise<void> {
  if (!(await cluster.isLeaderTheSame())) log("    note: leadership moved meanwhile; run this again");
}

function record({ figures, side, log }: Turn, row: RowName, value: number): void {
  figures.add(side, row, value);
  log(`  ${side.padEnd(5)} ${row.padEnd(6)} ${value.toFixed(1)}`);
}
