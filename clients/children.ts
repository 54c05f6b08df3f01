/** Every process and folder that the judge makes: none of them outlives it, however it ends. Ends nothing that it did not start. */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";

const running = new Set<ChildProcess>();
const folders = new Set<string>();

/** A new folder inside `parent`, removed at the latest when this process ends. */
export function makeFolder(parent: string): string {
  const folder = mkdtempSync(join(parent, "quorate-clients-"));
  folders.add(folder);
  return folder;
}

export function removeFolder(folder: string): void {
  // A process that was killed a moment ago may still be writing.
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  folders.delete(folder);
}

/** Starts a process that is killed when this one ends. */
export function start(binary: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const child = spawn(binary, args, options);
  running.add(child);
  const forget = (): void => void running.delete(child);
  child.once("exit", forget);
  child.once("error", forget);
  return child;
}

/** Kills and removes what is left when this process ends; to be called once, by the main file. */
export function cleanUpAtExit(): void {
  process.once("exit", () => {
    for (const child of running) child.kill("SIGKILL");
    for (const folder of folders) removeFolder(folder);
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
}

/** What a finished process left behind. */
export type Outcome = { readonly stdout: Uint8Array; readonly stderr: string; readonly exitCode: number };

export type RunOptions = { readonly cwd: string; readonly stdin?: string; readonly timeoutMs?: number };

const DEFAULT_TIMEOUT_MS = 30_000;
/** The exit code of a process that had to be killed: no program uses it. */
export const KILLED = 137;

/** A process whose output is collected while it runs. */
export class Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Outcome>;
  #stdout: Uint8Array[] = [];
  #stderr: Uint8Array[] = [];
  #watchers = new Set<() => void>();

  constructor(binary: string, args: readonly string[], { cwd, stdin = "", timeoutMs }: RunOptions) {
    this.child = start(binary, args, { cwd, stdio: ["pipe", "pipe", "pipe"] });
    const { child } = this;
    child.stdin?.on("error", () => {});
    child.stdin?.end(stdin);
    const collect = (into: Uint8Array[]) => (chunk: Uint8Array) => {
      into.push(chunk);
      for (const look of this.#watchers) look();
    };
    child.stdout?.on("data", collect(this.#stdout));
    child.stderr?.on("data", collect(this.#stderr));
    const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs ?? DEFAULT_TIMEOUT_MS);
    this.ended = new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => {
        clearTimeout(timer);
        resolve({ stdout: Buffer.concat(this.#stdout), stderr: this.stderr, exitCode: code ?? KILLED });
        for (const look of this.#watchers) look();
      });
    });
  }

  get stdout(): string {
    return Buffer.concat(this.#stdout).toString("utf8");
  }

  get stderr(): string {
    return Buffer.concat(this.#stderr).toString("utf8");
  }

  /** Resolves with true once stdout holds `text` `times` times; with false when the process ends or the deadline passes before. */
  until(text: string, times: number, deadlineMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const done = (isThere: boolean): void => {
        this.#watchers.delete(look);
        clearTimeout(timer);
        resolve(isThere);
      };
      const look = (): void => {
        if (this.stdout.split(text).length > times) done(true);
        else if (this.child.exitCode !== null) done(false);
      };
      const timer = setTimeout(() => done(false), deadlineMs);
      this.#watchers.add(look);
      look();
    });
  }

  /** Ends it the way a user does. */
  async interrupt(): Promise<Outcome> {
    this.child.kill("SIGINT");
    return this.ended;
  }
}

/** Runs a program to its end. */
export function run(binary: string, args: readonly string[], options: RunOptions): Promise<Outcome> {
  return new Running(binary, args, options).ended;
}
