/**
 * A member under test, in this process or in one of its own: where it listens, what it left on disk, how it is started, stopped and
 * killed. It knows nothing of other members but the flags that name them.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { messageOf } from "@quorate/base";
import { MaintenanceService, newStatusRequest, type StatusResponse } from "@quorate/proto";
import { waitUntil } from "@quorate/testkit";
import { createConfigHost } from "../config/node-config-host.ts";
import { readConfig } from "../config/read-config.ts";
import { createLogger, type StructuredLogger } from "../log/logger.ts";
import { type RunningServer, type ServerEnd, startServer } from "../node-server.ts";
import { LabClient } from "./lab-client.ts";

/** What `bin/quorate` runs. */
export const SERVER_MAIN: string = join(import.meta.dirname, "../server-main.js");

/** In this process, or in one of its own. */
export type LabMode = "inside" | "spawned";

export type LabPlace = {
  readonly name: string;
  readonly clientPort: number;
  readonly peerPort: number;
  readonly dataDir: string;
};

/** How a process ended. */
export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** How long to wait for anything: a machine with much else to do may take a quarter of a minute to start three processes. */
const WITHIN_MS = 60_000;
/** How long a member may take to say how it is. */
const STATUS_MS = 1_000;

type Running =
  | { readonly kind: "spawned"; readonly child: ChildProcess; readonly exited: Promise<Exit> }
  | { readonly kind: "inside"; readonly server: RunningServer };

export class LabMember {
  readonly place: LabPlace;
  readonly #mode: LabMode;
  readonly #logFile: string;
  #running: Running | undefined;
  #client: LabClient | undefined;
  #lines: string[] = [];

  constructor(place: LabPlace, mode: LabMode) {
    this.place = place;
    this.#mode = mode;
    this.#logFile = `${place.dataDir}.log`;
  }

  get peerUrl(): string {
    return urlOf(this.place.peerPort);
  }

  /** All that the member logged, of every time it ran. */
  get log(): string {
    return this.#mode === "inside" ? this.#lines.join("") : readIfThere(this.#logFile);
  }

  /** A connection that works, or is being made. */
  get client(): LabClient {
    if (this.#client === undefined || this.#client.isClosing) this.#client = new LabClient(this.place.clientPort);
    return this.#client;
  }

  /** Starts it; it need not serve yet. @throws StartError, of one in this process. */
  async start(flags: readonly string[]): Promise<void> {
    const { name, dataDir, clientPort } = this.place;
    const own = [
      `--name=${name}`,
      `--data-dir=${dataDir}`,
      `--listen-client-urls=${urlOf(clientPort)}`,
      `--advertise-client-urls=${urlOf(clientPort)}`,
      `--listen-peer-urls=${this.peerUrl}`,
      `--initial-advertise-peer-urls=${this.peerUrl}`,
    ];
    if (this.#mode === "spawned") this.#running = spawnMember([...own, ...flags], this.#logFile);
    else this.#running = { kind: "inside", server: await startInside([...own, ...flags], this.#logger()) };
  }

  /** Asks it to stop; resolves when it has. */
  async stop(): Promise<Exit | ServerEnd> {
    const { running } = this;
    this.#leave();
    if (running.kind === "spawned") {
      running.child.kill("SIGTERM");
      return running.exited;
    }
    running.server.stop();
    return running.server.ended;
  }

  /** Ends a process with nothing said. */
  async kill(): Promise<void> {
    const { running } = this;
    if (running.kind === "inside") throw new Error("only a process of its own can be killed");
    this.#leave();
    running.child.kill("SIGKILL");
    await running.exited;
  }

  /** How it ends by itself. */
  async ended(): Promise<Exit | ServerEnd> {
    const { running } = this;
    const end = await (running.kind === "spawned" ? running.exited : running.server.ended);
    this.#leave();
    return end;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  get running(): Running {
    if (this.#running === undefined) throw new Error(`${this.place.name} does not run`);
    return this.#running;
  }

  /** What it says of itself; undefined while it does not answer. */
  async status(): Promise<StatusResponse | undefined> {
    if (this.#running === undefined) return undefined;
    const { response } = await this.client.call(MaintenanceService.status, newStatusRequest(), {
      timeoutMs: STATUS_MS,
    });
    return response;
  }

  /** Waits until it serves and knows a leader. */
  ready(): Promise<StatusResponse> {
    return this.wait(`${this.place.name} serves`, async () => {
      if (this.#running?.kind === "spawned" && this.#running.child.exitCode !== null) {
        throw new Error(`${this.place.name} ended with code ${this.#running.child.exitCode}\n${this.log}`);
      }
      const status = await this.status();
      return status !== undefined && status.leader !== 0n ? status : undefined;
    });
  }

  /** Waits for a line of the log that has `text`. */
  logged(text: string): Promise<true> {
    return this.wait(`${this.place.name} logs ${text}`, () => (this.log.includes(text) ? true : undefined));
  }

  /** Polls until `probe` has a value; a failure shows the end of the log. */
  async wait<T>(what: string, probe: () => T | undefined | Promise<T | undefined>): Promise<T> {
    try {
      return await waitUntil(what, WITHIN_MS, probe);
    } catch (error) {
      throw new Error(`${messageOf(error)}\n${this.lastLines()}`);
    }
  }

  lastLines(): string {
    return `--- ${this.place.name}\n${this.log.split("\n").slice(-30).join("\n")}`;
  }

  #leave(): void {
    this.#client?.close();
    this.#client = undefined;
    this.#running = undefined;
  }

  #logger(): StructuredLogger {
    const write = (line: string): void => void this.#lines.push(line);
    return createLogger({ level: "info", format: "json" }, { sink: { write }, wallMs: Date.now });
  }
}

export function urlOf(port: number): string {
  return `http://127.0.0.1:${port}`;
}

/** A process of its own; it does not outlive this one. */
export function spawnMember(flags: readonly string[], logFile: string): Running & { readonly kind: "spawned" } {
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, "a");
  const child = spawn(process.execPath, [SERVER_MAIN, ...flags], { stdio: ["ignore", log, log] });
  closeSync(log);
  const endToo = (): void => void child.kill("SIGKILL");
  process.on("exit", endToo);
  const exited = new Promise<Exit>((done) => {
    child.once("exit", (code, signal) => {
      process.off("exit", endToo);
      done({ code, signal });
    });
  });
  return { kind: "spawned", child, exited };
}

async function startInside(flags: readonly string[], logger: StructuredLogger): Promise<RunningServer> {
  const reading = readConfig(flags, {}, createConfigHost("0.0.0"));
  if (reading.kind !== "run") throw new Error(reading.kind === "refuse" ? reading.message : reading.text);
  return startServer(reading.config, { logger });
}

function readIfThere(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}
