/**
 * `npm run profile -- NAME [--seconds N] [--top N]`: ours under the load of one row, each member with Node's profiler, a follower like the
 * leader. Leaves .cpuprofile files (Chrome's DevTools and speedscope open them) and prints where each thread's time went.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { Cluster, removeFolder } from "./cluster.ts";
import { selfTimes } from "./cpu-profile.ts";
import { runLoad } from "./loader.ts";
import { CONNECTIONS, filledAndStopped, getLoad, putLoad, QUICK, STREAMS, scanLoad, watchLoad } from "./scenarios.ts";
import { findH2load, findSubject, PlainError } from "./systems.ts";

const DEFAULT_SECONDS = 10;
const DEFAULT_TOP = 25;
const START_KEYS = 1_000_000;
const WATCHED_EVENTS = 1_000;
const KEYS = 100_000;
/** Kept out of the repository. */
const RESULTS = resolve(import.meta.dirname, "../../results");

type LoadTurn = Parameters<typeof putLoad>[0];
type Load = { readonly members: 1 | 3; readonly run: (turn: LoadTurn, cluster: Cluster) => Promise<unknown> };

/** The loads by the names of the rows. "start" is not among them: it has none. */
const LOADS: Readonly<Record<string, Load>> = {
  put3: { members: 3, run: putLoad },
  keys3: { members: 3, run: putKeys },
  get3: { members: 3, run: (turn, cluster) => getLoad(turn, cluster, false) },
  sget3: { members: 3, run: (turn, cluster) => getLoad(turn, cluster, true) },
  sget1: { members: 1, run: (turn, cluster) => getLoad(turn, cluster, true) },
  put1: { members: 1, run: putLoad },
  watch: { members: 1, run: watchers },
  range: { members: 1, run: (turn, cluster) => scanLoad(turn, cluster.leaderPort, turn.scale.seconds) },
};
const NAMES = [...Object.keys(LOADS), "start"].join(", ");

function putKeys(turn: LoadTurn, cluster: Cluster): Promise<void> {
  const target = { port: cluster.leaderPort, connections: CONNECTIONS };
  return again(turn, () => runLoad({ kind: "put", ...target, streams: STREAMS, count: KEYS, keys: KEYS }));
}

function watchers(turn: LoadTurn, cluster: Cluster): Promise<void> {
  return again(turn, () => watchLoad(turn, cluster.leaderPort, WATCHED_EVENTS));
}

/** A load of a fixed size, over and over until the time is over. */
async function again({ scale }: LoadTurn, load: () => Promise<unknown>): Promise<void> {
  for (const endsAt = performance.now() + scale.seconds * 1_000; performance.now() < endsAt; ) await load();
}

function memberFolder(folder: string, member: number): string {
  return join(folder, `member-${member + 1}`);
}

/** Starts ours with the profiler, one folder a member, does `work`, and ends it: the profiles are written at exit. */
async function profiled(
  options: { readonly members: number; readonly data: string; readonly folder: string },
  work: (cluster: Cluster) => Promise<void>,
): Promise<void> {
  const { members, data, folder } = options;
  const command = (member: number): ReturnType<typeof findSubject> =>
    findSubject(["--cpu-prof", `--cpu-prof-dir=${memberFolder(folder, member)}`]);
  const cluster = await Cluster.start({ system: command(0), members, folder: data, command });
  try {
    await work(cluster);
  } finally {
    await cluster.stop();
  }
  for (let member = 0; member < members; member++) {
    const role = members === 1 ? "member" : member === cluster.leader ? "leader" : "follower";
    // One follower is like the other.
    if (role === "follower" && member !== (cluster.leader === 0 ? 1 : 0)) continue;
    printMember(role, memberFolder(folder, member));
  }
}

function printMember(role: string, folder: string): void {
  const files = listProfiles(folder);
  if (files.length === 0) throw new Error(`no profile in ${folder}: the member did not exit in good order`);
  for (const file of files) {
    const path = join(folder, file);
    const times = selfTimes(readFileSync(path, "utf8"));
    const busyMs = times.reduce((sum, { ms }) => sum + ms, 0);
    print(`\n${role}, ${threadOf(file)}: ${(busyMs / 1_000).toFixed(1)} s busy, ${path}\n`);
    for (const { place, ms, share } of times.slice(0, top))
      print(`${(share * 100).toFixed(1).padStart(6)} %  ${ms.toFixed(0).padStart(7)} ms  ${place}`);
  }
}

function listProfiles(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(".cpuprofile"));
  } catch {
    return [];
  }
}

/** Files are named CPU.date.time.pid.thread.sequence.cpuprofile; thread 0 is the main one. */
function threadOf(file: string): string {
  const thread = file.split(".")[4];
  return thread === "0" ? "main thread" : `thread ${thread}`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function main(name: string | undefined): Promise<void> {
  const load = LOADS[name ?? ""];
  if (load === undefined && name !== "start") throw new PlainError(`which load? one of ${NAMES}`);
  const data = mkdtempSync(join(tmpdir(), "quorate-profile-data-"));
  // Second by second: what was before a change is still there behind it.
  const folder = join(RESULTS, `${name}-${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}`);
  process.on("exit", () => removeFolder(data));
  if (load === undefined) {
    await filledAndStopped({ system: findSubject(), members: 1, folder: data }, START_KEYS);
    return await profiled({ members: 1, data, folder }, async () => {});
  }
  const h2load = findH2load();
  const loadFiles = join(data, "load");
  mkdirSync(loadFiles);
  const turn = { scale: { ...QUICK, seconds }, h2load, folder: loadFiles, log: print };
  await profiled({ members: load.members, data, folder }, async (cluster) => {
    const found = await load.run(turn, cluster);
    if (found !== undefined) print(`under the profiler: ${JSON.stringify(found)}`);
  });
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: "string", default: String(DEFAULT_SECONDS) },
    top: { type: "string", default: String(DEFAULT_TOP) },
  },
});
const seconds = Number(values.seconds);
const top = Number(values.top);
// So that what is done at exit is done.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));
try {
  await main(positionals[0]);
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof PlainError ? error.message : (error as Error).stack}\n`);
  process.exit(1);
}
