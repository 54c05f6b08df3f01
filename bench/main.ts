/** `npm run bench [-- REGEX]`: runs the benchmarks whose group matches, prints each figure as a JSON line, then all as a table. */
import { cpus } from "node:os";
import { benchBackend } from "./backend.ts";
import { benchBbolt } from "./bbolt.ts";
import { benchCluster } from "./cluster.ts";
import { benchCodec } from "./codec.ts";
import { benchGrpc } from "./grpc.ts";
import { benchMachine } from "./machine.ts";
import type { Result } from "./measure.ts";
import { benchMvcc } from "./mvcc.ts";
import { benchRaft } from "./raft.ts";

const GROUPS: Readonly<Record<string, () => Result[] | Promise<Result[]>>> = {
  raft: benchRaft,
  codec: benchCodec,
  // Before those that fill the disk's write cache.
  cluster: benchCluster,
  grpc: benchGrpc,
  mvcc: benchMvcc,
  bbolt: benchBbolt,
  machine: benchMachine,
  backend: benchBackend,
};

const pattern = new RegExp(process.argv[2] ?? ".");
const results: Result[] = [];
for (const [name, run] of Object.entries(GROUPS)) {
  if (!pattern.test(name)) continue;
  for (const result of await run()) {
    results.push(result);
    process.stdout.write(`${JSON.stringify(result)}\n`);
  }
}
process.stdout.write(`\nNode ${process.version}, ${cpus().length} cores\n\n`);
for (const { name, value, unit, goal, met } of results) {
  const figure = `${value.toFixed(value < 100 ? 2 : 0)} ${unit}`.padStart(16);
  process.stdout.write(`${name.padEnd(34)} ${figure}   goal ${goal.padEnd(10)} ${met ? "met" : "missed"}\n`);
}
