/**
 * A cluster of the example service in real processes: starts members on free ports with data in a temporary folder, kills, pauses and wipes
 * them, and waits for conditions with a deadline. It talks to them as a client does, and knows nothing of their insides.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageOf } from "@quorate/base";
import { freePort, request, waitUntil } from "./node-http-probe.ts";

/** What `bin/raftexample` runs. */
export const MEMBER_MAIN: string = join(import.meta.dirname, "../../raftexample/dist/main.js");

/** How long to wait for anything. */
const WITHIN_MS = 20_000;

/** How a process ended. */
export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** The part of GET /status that tests look at. */
export type MemberStatus = {
  readonly id: string;
  readonly state: string;
  readonly leader: string;
  readonly term: number;
  readonly commit: number;
  readonly applied: number;
  readonly members: Readonly<Record<string, string>>;
  readonly progress: Readonly<Record<string, { readonly match: number; readonly state: string }>>;
};

/** A process under test with all it wrote to its outputs. */
export type Spawned = { readonly child: ChildProcess; readonly exited: Promise<Exit>; readonly output: () => string };

export type ClusterOptions = {
  /** Peer URLs to make, of members that exist from the start and of those that join later. */
  readonly places: number;
  /** Members of the new cluster: the first ones of the places. */
  readonly founders: number;
  readonly snapshotCount?: number;
};

type Place = {
  readonly apiPort: number;
  readonly peerPort: number;
  readonly dataDir: string;
  process: Spawned | undefined;
};

/** Runs a Node program and collects what it prints. `logFile` is appended to. */
export function spawnNode(args: readonly string[], logFile: string, cwd?: string): Spawned {
  const log = openSync(logFile, "a");
  const child = spawn(process.execPath, [...args], {
    stdio: ["ignore", log, log],
    ...(cwd === undefined ? {} : { cwd }),
  });
  const exited = new Promise<Exit>((done) => child.once("exit", (code, signal) => done({ code, signal })));
  return { child, exited, output: () => readFileSync(logFile, "utf8") };
}

export class ProcessCluster {
  readonly root: string;
  readonly #options: ClusterOptions;
  readonly #places: Place[] = [];

  private constructor(root: string, options: ClusterOptions) {
    this.root = root;
    this.#options = options;
  }

  /** Starts the founders and waits until all of them know a leader. */
  static async start(options: ClusterOptions): Promise<ProcessCluster> {
    const cluster = new ProcessCluster(mkdtempSync(join(tmpdir(), "quorate-processes-")), options);
    for (let id = 1; id <= options.places; id++) {
      const dataDir = join(cluster.root, `member-${id}`);
      cluster.#places.push({ apiPort: await freePort(), peerPort: await freePort(), dataDir, process: undefined });
    }
    for (const id of cluster.founders) cluster.startMember(id);
    await cluster.leader(cluster.founders);
    return cluster;
  }

  get founders(): number[] {
    return Array.from({ length: this.#options.founders }, (_, i) => i + 1);
  }

  apiPort(id: number): number {
    return this.#place(id).apiPort;
  }

  peerUrl(id: number): string {
    return `http://127.0.0.1:${this.#place(id).peerPort}`;
  }

  dataDir(id: number): string {
    return this.#place(id).dataDir;
  }

  process(id: number): Spawned {
    const { process: running } = this.#place(id);
    if (running === undefined) throw new Error(`member ${id} was never started`);
    return running;
  }

  /** Starts a member. `join` is how one starts that others were told of by POST. */
  startMember(id: number, options: { readonly join?: boolean } = {}): Spawned {
    const place = this.#place(id);
    const known = this.#places.slice(0, Math.max(id, this.#options.founders));
    const cluster = known.map(({ peerPort }) => `http://127.0.0.1:${peerPort}`).join(",");
    const args = [MEMBER_MAIN, "--id", `${id}`, "--cluster", cluster, "--port", `${place.apiPort}`];
    args.push("--data-dir", place.dataDir);
    if (this.#options.snapshotCount !== undefined) args.push("--snapshot-count", `${this.#options.snapshotCount}`);
    if (options.join === true) args.push("--join");
    place.process = spawnNode(args, join(this.root, `member-${id}.log`));
    return place.process;
  }

  /** Sends a signal to a member and waits for its end. */
  async end(id: number, signal: NodeJS.Signals): Promise<Exit> {
    const { child, exited } = this.process(id);
    child.kill(signal);
    return exited;
  }

  /** Freezes a member, sockets and all. */
  pause(id: number): void {
    this.process(id).child.kill("SIGSTOP");
  }

  resume(id: number): void {
    this.process(id).child.kill("SIGCONT");
  }

  wipe(id: number): void {
    rmSync(this.#place(id).dataDir, { recursive: true, force: true });
  }

  /** The status of a member; undefined while it does not answer. */
  async status(id: number): Promise<MemberStatus | undefined> {
    try {
      const { status, body } = await request(this.apiPort(id), "GET", "/status", { timeoutMs: 1_000 });
      return status === 200 ? (JSON.parse(body) as MemberStatus) : undefined;
    } catch {
      // Down, paused or starting: that is an answer, too.
      return undefined;
    }
  }

  /** The id of the leader once all of `ids` agree on it and it is one of them. */
  leader(ids: readonly number[]): Promise<number> {
    return this.wait(`members ${ids.join(", ")} agree on a leader`, async () => {
      const found = await Promise.all(ids.map((id) => this.status(id)));
      const lead = Number(found[0]?.leader ?? 0);
      const isAgreed = found.every((status) => Number(status?.leader ?? 0) === lead);
      return isAgreed && ids.includes(lead) && found[ids.indexOf(lead)]?.state === "StateLeader" ? lead : undefined;
    });
  }

  /** Waits until `ids` have applied the same index and nothing is on its way. */
  settled(ids: readonly number[]): Promise<number> {
    return this.wait(`members ${ids.join(", ")} have applied the same`, async () => {
      const found = await Promise.all(ids.map((id) => this.status(id)));
      const applied = found[0]?.applied;
      return found.every((s) => s !== undefined && s.applied === applied && s.commit === applied) ? applied : undefined;
    });
  }

  /** Polls until `probe` has a value. A failure tells what every member said last. */
  async wait<T>(what: string, probe: () => T | undefined | Promise<T | undefined>): Promise<T> {
    try {
      return await waitUntil(what, WITHIN_MS, probe);
    } catch (error) {
      const statuses = await Promise.all(this.#places.map((_, i) => this.status(i + 1)));
      throw new Error(`${messageOf(error)}\n${statuses.map((s) => JSON.stringify(s)).join("\n")}\n${this.#logs()}`);
    }
  }

  /** Ends every process and removes the folder. */
  async stop(): Promise<void> {
    for (const { process: running } of this.#places) {
      running?.child.kill("SIGKILL");
      await running?.exited;
    }
    rmSync(this.root, { recursive: true, force: true });
  }

  /** The last lines of every member. */
  #logs(): string {
    return this.#places
      .flatMap(({ process: running }, i) =>
        running === undefined ? [] : [`--- member ${i + 1}\n${running.output().split("\n").slice(-40).join("\n")}`],
      )
      .join("\n");
  }

  #place(id: number): Place {
    const place = this.#places[id - 1];
    if (place === undefined) throw new Error(`there is no place for member ${id}`);
    return place;
  }
}
