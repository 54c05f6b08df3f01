/**
 * `npm run bench:etcd`: etcd and ours in turns, the same load on both, each figure as a ratio.
 *
 *     npm run bench:etcd -- [--rows put3,get3] [--rounds N] [--quick] [--write]
 *
 * One system runs at a time. QUORATE_ETCD_DIR names the folder of etcd, QUORATE_SUBJECT what stands for ours.
 */
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { memberLogs, removeFolder } from "./cluster.ts";
import { Figures, ROWS, type RowName, type Side } from "./figures.ts";
import { describeMachine, machineText, textTable, writePage } from "./report.ts";
import {
  FULL,
  LOOP,
  loop,
  MEMORY,
  memory,
  ONE,
  one,
  QUICK,
  type Scale,
  START,
  start,
  THREE,
  type Turn,
  three,
} from "./scenarios.ts";
import { findEtcd, findH2load, findSubject, PlainError, type System } from "./systems.ts";

type Scenario = {
  readonly name: string;
  readonly rows: readonly RowName[];
  readonly run: (turn: Turn) => Promise<void>;
};

/** Run once a round. */
const ROUND: readonly Scenario[] = [
  { name: "three members", rows: THREE, run: three },
  { name: "one member", rows: ONE, run: one },
];
/** Run once, behind the rounds: what fills the disk's write cache comes last. */
const ONCE: readonly Scenario[] = [
  { name: "event loop", rows: LOOP, run: loop },
  { name: "memory", rows: MEMORY, run: memory },
  { name: "restart", rows: START, run: start },
];

type Options = { readonly rows: ReadonlySet<RowName>; readonly scale: Scale; readonly write: boolean };

function parseOptions(): Options {
  const { values } = parseArgs({
    options: {
      rows: { type: "string" },
      rounds: { type: "string" },
      quick: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
    },
  });
  const names = ROWS.map(({ name }) => name);
  const asked = values.rows?.split(",") ?? names;
  for (const name of asked)
    if (!names.some((known) => known === name)) throw new PlainError(`no row ${name}; there are ${names.join(", ")}`);
  const scale = values.quick ? QUICK : FULL;
  const rounds = Number(values.rounds ?? scale.rounds);
  if (!Number.isSafeInteger(rounds) || rounds < 1) throw new PlainError("--rounds takes a whole number from 1 on");
  return { rows: new Set(asked as RowName[]), scale: { ...scale, rounds }, write: values.write };
}

type Bench = {
  readonly options: Options;
  readonly systems: Readonly<Record<Side, System>>;
  readonly figures: Figures;
  readonly root: string;
  readonly h2load: string;
  /** What went wrong; the other rows are measured all the same. */
  readonly failures: string[];
};

/** Both systems, etcd first: the rate of one row is half of what etcd reached. */
async function runScenario(bench: Bench, { name, rows, run }: Scenario): Promise<void> {
  const { options, systems, figures, root, h2load } = bench;
  const wants = (row: RowName): boolean => options.rows.has(row);
  if (!rows.some(wants)) return;
  for (const side of ["etcd", "ours"] as const) {
    log(`${name}: ${systems[side].name}`);
    const folder = join(root, "turn");
    mkdirSync(folder);
    try {
      await run({ side, system: systems[side], scale: options.scale, figures, wants, h2load, folder, log });
    } catch (error) {
      bench.failures.push(`${name}, ${systems[side].name}: ${(error as Error).message}`);
      log(`  failed: ${(error as Error).stack}`);
      for (const { path, tail } of memberLogs(folder)) log(`  the end of ${path}:\n${tail}`);
    } finally {
      removeFolder(folder);
    }
  }
}

function log(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function main(): Promise<void> {
  const options = parseOptions();
  const systems = { etcd: findEtcd(), ours: findSubject() };
  const h2load = findH2load();
  const root = mkdtempSync(join(tmpdir(), "quorate-bench-"));
  process.on("exit", () => removeFolder(root));
  const machine = describeMachine(root);
  log(machineText(machine));
  const figures = new Figures();
  const bench: Bench = { options, systems, figures, root, h2load, failures: [] };
  const { rounds } = options.scale;
  for (let i = 1; i <= rounds; i++) {
    log(`\nround ${i} of ${rounds}`);
    for (const scenario of ROUND) await runScenario(bench, scenario);
  }
  for (const scenario of ONCE) await runScenario(bench, scenario);
  log(`\n${machineText(machine)}\n${systems.etcd.name} and ${systems.ours.name}, medians of ${rounds} rounds\n`);
  log(textTable(figures));
  if (bench.failures.length > 0) throw new PlainError(`not everything was measured:\n${bench.failures.join("\n")}`);
  if (!options.write) return;
  const command = `npm run bench:etcd -- ${process.argv.slice(2).join(" ")}`;
  const names = { etcd: systems.etcd.name, ours: systems.ours.name };
  log(`\nwritten to ${writePage({ figures, machine, ...names, command, rounds, at: new Date() })}`);
}

// So that what is done at exit is done.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));
try {
  await main();
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof PlainError ? error.message : (error as Error).stack}\n`);
  process.exit(1);
}
