/**
 * Unary load by h2load. It sends one body over and over, and counts answers by their HTTP status, which is 200 for a gRPC error too: the
 * caller checks by revision, or by octets, that the answers were the right ones.
 */
import { execFile } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { percentile } from "../measure.ts";

export type H2loadJob = {
  readonly h2load: string;
  readonly port: number;
  /** "/package.Service/Method". */
  readonly path: string;
  /** The message, without gRPC's prefix. */
  readonly request: Uint8Array;
  readonly connections: number;
  readonly streams: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /** For the files that pass between us. */
  readonly folder: string;
};

export type H2loadResult = {
  readonly perSecond: number;
  /** Answers in the measured time. */
  readonly answers: number;
  /** Octets of DATA an answer. */
  readonly answerBytes: number;
};

const PREFIX_BYTES = 5;
const HEADERS = ["-H", "content-type: application/grpc", "-H", "te: trailers"];
const run = promisify(execFile);

/** @throws Error when a request failed, or h2load says nothing that can be read. */
export async function h2loadThroughput(job: H2loadJob): Promise<H2loadResult> {
  const { stdout } = await invoke(job, [`-D${job.seconds * 1_000}ms`, `--warm-up-time=${job.warmUpSeconds * 1_000}ms`]);
  const perSecond = number(stdout, /finished in [^,]+, ([\d.]+) req\/s/);
  const answers = number(stdout, /(\d+) succeeded/);
  const dataBytes = number(stdout, /headers \(space savings [^)]*\), [^(]*\((\d+)\) data/);
  if (number(stdout, /(\d+) failed/) + number(stdout, /(\d+) errored/) > 0) throw new Error(`h2load: ${stdout}`);
  return { perSecond, answers, answerBytes: dataBytes / Math.max(1, answers) };
}

/** Median microseconds of one call at a time, the first part of the calls left out. */
export async function h2loadLatency(job: H2loadJob): Promise<number> {
  const logPath = join(job.folder, "h2load.tsv");
  rmSync(logPath, { force: true });
  await invoke(job, [`-D${(job.warmUpSeconds + job.seconds) * 1_000}ms`, `--log-file=${logPath}`]);
  const micros: number[] = [];
  let startsAt = 0;
  for (const line of readFileSync(logPath, "latin1").split("\n")) {
    const [at = "", status, took = ""] = line.split("\t");
    if (status !== "200") continue;
    startsAt ||= Number(at) + job.warmUpSeconds * 1e6;
    if (Number(at) >= startsAt) micros.push(Number(took));
  }
  if (micros.length === 0) throw new Error("h2load made no call");
  return percentile(micros, 0.5);
}

function invoke(job: H2loadJob, timing: readonly string[]): Promise<{ stdout: string }> {
  const bodyPath = join(job.folder, "h2load-body");
  writeFileSync(bodyPath, framed(job.request));
  const load = [`-c${job.connections}`, `-m${job.streams}`, "-d", bodyPath];
  const limitMs = (job.warmUpSeconds + job.seconds + 30) * 1_000;
  const url = `http://127.0.0.1:${job.port}${job.path}`;
  return run(job.h2load, [...load, ...timing, ...HEADERS, url], { timeout: limitMs });
}

/** gRPC's prefix: not compressed, and the length. */
function framed(message: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(PREFIX_BYTES + message.length);
  new DataView(bytes.buffer).setUint32(1, message.length);
  bytes.set(message, PREFIX_BYTES);
  return bytes;
}

function number(text: string, pattern: RegExp): number {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw new Error(`h2load printed no ${pattern}: ${text}`);
  return Number(found);
}
