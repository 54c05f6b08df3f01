/** `npm run bench [-- REGEX]`: runs the benchmarks whose group matches, prints each figure as a JSON line, then all as a table. */
import { execFileSync } from "node:child_process";
import { cpus } from "node:os";
import { benchBackend } from "./backend.ts";
import { benchBbolt } from "./bbolt.ts";
import { benchCluster } from "./cluster.ts";
import { benchCodec } from "./codec.ts";
import { benchGrpc } from "./grpc.ts";
import { benchMachine } from "./machine.ts";
import type { Result } from "./measure.ts";
import { benchMember } from "./member.ts";
import { benchMvcc } from "./mvcc.ts";
import { benchRaft } from "./raft.ts";
import { benchServices } from "./services.ts";
import { benchWatch } from "./watch.ts";

const ALONE = "--alone";

const GROUPS: Readonly<Record<string, () => Result[] | Promise<Result[]>>> = {
  raft: benchRaft,
  codec: benchCodec,
  // Before those that fill the disk's write cache.
  cluster: benchCluster,
  grpc: benchGrpc,
  watch: benchWatch,
  mvcc: benchMvcc,
  bbolt: benchBbolt,
  machine: benchMachine,
  member: benchMember,
  services: benchServices,
  backend: benchBackend,
};

/** Runs one group in a process of its own: what the others left on the heap and in the compiler is none of its business. */
function runApart(name: string): Result[] {
  const lines = execFileSync(process.execPath, [import.meta.filename, ALONE, name], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  process.stdout.write(lines);
  return lines
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Result);
}

const [first, only] = process.argv.slice(2);
if (first === ALONE) {
  for (const result of (await GROUPS[only ?? ""]?.()) ?? []) process.stdout.write(`${JSON.stringify(result)}\n`);
} else {
  const pattern = new RegExp(first ?? ".");
  const names = Object.keys(GROUPS).filter((name) => pattern.test(name));
  printTable(names.flatMap(runApart));
}

function printTable(results: readonly Result[]): void {
  process.stdout.write(`\nNode ${process.version}, ${cpus().length} cores\n\n`);
  for (const { name, value, unit, goal, met } of results) {
    const figure = `${value.toFixed(value < 100 ? 2 : 0)} ${unit}`.padStart(16);
    process.stdout.write(`${name.padEnd(34)} ${figure}   goal ${goal.padEnd(10)} ${met ? "met" : "missed"}\n`);
  }
}
