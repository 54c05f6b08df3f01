/**
 * A server under judgement: one or more members of any binary that takes etcd's flags, on free ports of loopback, with data in a temporary
 * folder. Knows nothing of whose binary it is.
 */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "@quorate/testkit";
import { makeFolder, removeFolder, start } from "./children.ts";

/** How to start a server: what to run, and flags beyond those of a cluster's members. */
export type Recipe = { readonly label: string; readonly binary: string; readonly args?: readonly string[] };

export type Place = {
  readonly name: string;
  readonly clientPort: number;
  readonly peerPort: number;
  readonly clientUrl: string;
  readonly peerUrl: string;
};

type Member = { readonly place: Place; readonly child: ChildProcess; readonly tail: () => string };

/** The line of the log that etcd's own tooling waits for, too. */
const READY = "ready to serve client requests";
const READY_WITHIN_MS = 30_000;
const MEMORY_FOLDER = "/dev/shm";
/** Six members with logs of 64 MiB a piece, and room to write. */
const ROOMY_BYTES = 2 ** 31;
/** What is kept of a member's log for the message of a failure. */
const TAIL_CHARACTERS = 8_192;

export class System {
  readonly label: string;
  /** Everything that the system or its clients write. */
  readonly root: string;
  readonly places: Place[] = [];
  readonly #recipe: Recipe;
  readonly #members: Member[] = [];
  readonly #mayEnd = new Set<string>();

  private constructor(recipe: Recipe) {
    this.#recipe = recipe;
    this.label = recipe.label;
    this.root = makeFolder(dataFolder());
  }

  /** Starts a new cluster of `count` members; resolves when all of them serve. */
  static async start(recipe: Recipe, count: number): Promise<System> {
    const system = new System(recipe);
    try {
      for (let i = 1; i <= count; i++) await system.reserve();
      const places = system.places.slice();
      await Promise.all(places.map((place) => system.startMember(place, places, "new")));
    } catch (error) {
      await system.stop();
      throw error;
    }
    return system;
  }

  get endpoints(): string {
    return this.#members.map(({ place }) => `127.0.0.1:${place.clientPort}`).join(",");
  }

  /** Name and ports of a member that may be started later. */
  async reserve(): Promise<Place> {
    const [clientPort, peerPort] = [await freePort(), await freePort()];
    const [clientUrl, peerUrl] = [`http://127.0.0.1:${clientPort}`, `http://127.0.0.1:${peerPort}`];
    const place = { name: `m${this.places.length + 1}`, clientPort, peerPort, clientUrl, peerUrl };
    this.places.push(place);
    return place;
  }

  /** Starts a member of a cluster that consists of `cluster`; resolves when it serves. @throws when it ends, or is not ready in time. */
  async startMember(place: Place, cluster: readonly Place[], state: "new" | "existing"): Promise<void> {
    const dataDir = join(this.root, place.name);
    mkdirSync(dataDir, { mode: 0o700 });
    const args = [
      `--name=${place.name}`,
      `--data-dir=${dataDir}`,
      `--listen-client-urls=${place.clientUrl}`,
      `--advertise-client-urls=${place.clientUrl}`,
      `--listen-peer-urls=${place.peerUrl}`,
      `--initial-advertise-peer-urls=${place.peerUrl}`,
      `--initial-cluster=${cluster.map(({ name, peerUrl }) => `${name}=${peerUrl}`).join(",")}`,
      `--initial-cluster-state=${state}`,
      "--initial-cluster-token=quorate-clients",
      ...(this.#recipe.args ?? []),
    ];
    const child = start(this.#recipe.binary, args, { cwd: this.root, stdio: ["ignore", "pipe", "pipe"] });
    let tail = "";
    this.#members.push({ place, child, tail: () => tail });
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string): void => reject(new Error(`${this.label} ${place.name} ${why}:\n${tail}`));
      const timer = setTimeout(() => fail(`did not say "${READY}" within ${READY_WITHIN_MS} ms`), READY_WITHIN_MS);
      const onText = (chunk: Uint8Array): void => {
        tail = (tail + Buffer.from(chunk).toString("utf8")).slice(-TAIL_CHARACTERS);
        if (!tail.includes(READY)) return;
        clearTimeout(timer);
        resolve();
      };
      child.stdout?.on("data", onText);
      child.stderr?.on("data", onText);
      child.once("error", (error) => fail(`did not start (${error.message})`));
      child.once("exit", (code, signal) => {
        clearTimeout(timer);
        fail(`ended with ${code ?? signal}`);
      });
    });
  }

  place(name: string): Place {
    const place = this.places.find((known) => known.name === name);
    if (place === undefined) throw new Error(`there is no member ${name}`);
    return place;
  }

  /** From now on the end of this member is no surprise. */
  mayEnd(name: string): void {
    this.#mayEnd.add(name);
  }

  /** How a member ended that is about to. @throws when it does not in time. */
  async ended(name: string): Promise<number | string | null> {
    const child = this.#members.find(({ place }) => place.name === name)?.child;
    if (child === undefined) throw new Error(`member ${name} was never started`);
    if (!hasEnded(child)) await once(child, "exit", { signal: AbortSignal.timeout(READY_WITHIN_MS) });
    return child.exitCode ?? child.signalCode;
  }

  /** The members that have ended although nobody asked them to, with the last of their logs; empty when all is well. */
  deaths(): string {
    return this.#members
      .filter(({ place, child }) => hasEnded(child) && !this.#mayEnd.has(place.name))
      .map(({ place, tail }) => `${this.label} ${place.name} has ended:\n${tail()}`)
      .join("\n");
  }

  /** Ends every member and removes what they wrote. */
  async stop(): Promise<void> {
    await Promise.all(
      this.#members.map(async ({ child }) => {
        if (hasEnded(child) || child.pid === undefined) return;
        const ended = new Promise((resolve) => child.once("exit", resolve));
        child.kill("SIGKILL");
        await ended;
      }),
    );
    removeFolder(this.root);
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** Where data goes: into memory where there is plenty, because what is judged are answers, and waiting for disks takes most of the time. */
function dataFolder(): string {
  if (!existsSync(MEMORY_FOLDER)) return tmpdir();
  const { bavail, bsize } = statfsSync(MEMORY_FOLDER);
  return bavail * bsize >= ROOMY_BYTES ? MEMORY_FOLDER : tmpdir();
}

/** Starts the same cluster of each recipe; none is left if one of them fails. */
export async function startPair(recipes: readonly [Recipe, Recipe], count: number): Promise<[System, System]> {
  const [first, second] = await Promise.allSettled(recipes.map((recipe) => System.start(recipe, count)));
  if (first?.status === "fulfilled" && second?.status === "fulfilled") return [first.value, second.value];
  for (const result of [first, second]) if (result?.status === "fulfilled") await result.value.stop();
  throw first?.status === "rejected" ? first.reason : second?.status === "rejected" ? second.reason : new Error();
}
