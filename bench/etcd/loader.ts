/** Runs one of our own loads in a process of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Job, LoadResult } from "./loads.ts";

const MAIN = join(import.meta.dirname, "loader-main.js");
const LIMIT_MS = 300_000;

/** `cores` is what the load itself took: near 1, it is the load that was measured. */
export type TimedResult = LoadResult & { readonly cores: number };

/** @throws Error when the load failed; it has said why on standard error. */
export async function runLoad(job: Job): Promise<TimedResult> {
  const child = spawn(process.execPath, [MAIN, JSON.stringify(job)], { stdio: ["ignore", "pipe", "inherit"] });
  const timer = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  const [code] = (await once(child, "close")) as [number | null];
  clearTimeout(timer);
  if (code !== 0) throw new Error(`the load ${job.kind} failed`);
  return JSON.parse(text) as TimedResult;
}
