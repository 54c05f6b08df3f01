/** The table of a run, for the terminal and for docs/benchmarks.md, and the machine that it ran on. */
import { execFileSync } from "node:child_process";
import { closeSync, fdatasyncSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { percentile } from "../measure.ts";
import { type Figures, ROWS, type Row, type Side, verdict } from "./figures.ts";

const PAGE = resolve(import.meta.dirname, "../../../docs/benchmarks.md");
const BEGIN = "<!-- results: written by the command below -->";
const END = "<!-- /results -->";
const HEAD = ["row", "work", "etcd", "ours", "ratio", "must", "aim", ""] as const;
const SYNCS = 200;
const SYNC_BYTES = 512;

export type Machine = {
  readonly cores: number;
  readonly model: string;
  readonly memoryGb: number;
  readonly kernel: string;
  readonly node: string;
  /** Median of an append of 512 octets with its fdatasync, in the folder of the data. */
  readonly syncMicros: number;
  /** Of the minute before the run: above a few tenths, somebody else is at work here. */
  readonly load: number;
};

export function describeMachine(folder: string): Machine {
  const cores = cpus();
  return {
    cores: cores.length,
    model: cores[0]?.model.trim() ?? "unknown",
    memoryGb: totalmem() / 2 ** 30,
    kernel: release(),
    node: process.version,
    syncMicros: measureSync(join(folder, "fdatasync")),
    load: loadavg()[0] as number,
  };
}

function measureSync(path: string): number {
  const fd = openSync(path, "w");
  const bytes = new Uint8Array(SYNC_BYTES);
  const micros: number[] = [];
  for (let i = 0; i < SYNCS; i++) {
    const startedAt = performance.now();
    writeSync(fd, bytes);
    fdatasyncSync(fd);
    micros.push((performance.now() - startedAt) * 1_000);
  }
  closeSync(fd);
  rmSync(path);
  return percentile(micros, 0.5);
}

/** One line of text a row; padded for the terminal. */
export function textTable(figures: Figures): string {
  const lines = [[...HEAD], ...ROWS.flatMap((row) => cellsOf(row, figures))];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => (line[column] as string).length)));
  const isText = (column: number): boolean => column < 2 || column === HEAD.length - 1;
  const pad = (cell: string, column: number): string =>
    isText(column) ? cell.padEnd(widths[column] as number) : cell.padStart(widths[column] as number);
  return lines.map((line) => line.map(pad).join("  ").trimEnd()).join("\n");
}

function markdownTable(figures: Figures): string {
  const lines = [[...HEAD], HEAD.map(() => "---"), ...ROWS.flatMap((row) => cellsOf(row, figures))];
  return lines.map((line) => `| ${line.join(" | ")} |`).join("\n");
}

/** Cells of a row; none when nothing of it was measured. */
function cellsOf(row: Row, figures: Figures): string[][] {
  const etcd = figures.median("etcd", row.name);
  const ours = figures.median("ours", row.name);
  if (etcd === undefined && ours === undefined && row.name !== "loop") return [];
  const ratio = etcd === undefined || ours === undefined ? undefined : ours / etcd;
  const bound = row.isMoreBetter ? ">=" : "<=";
  const goal = (value: number | undefined): string => (value === undefined ? "-" : `${bound} ${value}x`);
  const must = row.mustBe === undefined ? goal(row.must) : `<= ${row.mustBe} ${row.unit}`;
  const ratioText = ratio === undefined ? "-" : `${ratio.toFixed(2)}x`;
  const figure = (side: Side): string => formatFigure(figures, side, row);
  return [
    [
      row.name,
      row.work,
      figure("etcd"),
      figure("ours"),
      ratioText,
      must,
      goal(row.aim),
      verdict(row, ratio, ours) ?? "-",
    ],
  ];
}

/** The median, and how far the rounds lie apart where that is more than a tenth. */
function formatFigure(figures: Figures, side: Side, row: Row): string {
  const median = figures.median(side, row.name);
  const spread = figures.spread(side, row.name);
  if (median === undefined || spread === undefined) return "-";
  const text = (value: number): string => value.toFixed(value < 100 ? 1 : 0);
  const [least, greatest] = spread;
  const range = greatest > least * 1.1 ? ` (${text(least)}-${text(greatest)})` : "";
  return `${text(median)}${range} ${row.unit}`.replace(" /s", "/s");
}

export function machineText(machine: Machine): string {
  const { cores, model, memoryGb, kernel, node, syncMicros, load } = machine;
  const hardware = `${cores} cores (${model}), ${memoryGb.toFixed(0)} GB, Linux ${kernel}, Node ${node}`;
  return `${hardware}, append and fdatasync ${syncMicros.toFixed(0)} us, load average before ${load.toFixed(1)}`;
}

export type Run = {
  readonly figures: Figures;
  readonly machine: Machine;
  readonly etcd: string;
  readonly ours: string;
  /** As it was typed. */
  readonly command: string;
  readonly rounds: number;
  readonly at: Date;
};

/** Puts the run's table in its place on the page; the prose around it is by hand. @throws Error when the page has no such place. */
export function writePage(run: Run): string {
  const page = readFileSync(PAGE, "utf8");
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${PAGE} has no place for the results`);
  const commit = execFileSync("git", ["-C", resolve(PAGE, ".."), "describe", "--always", "--dirty"], {
    encoding: "utf8",
  });
  const facts = [
    `- Date: ${run.at.toISOString().slice(0, 10)}, commit ${commit.trim()}`,
    `- Machine: ${machineText(run.machine)}`,
    `- Command: \`${run.command}\`, ${run.rounds} rounds`,
    `- Systems: ${run.etcd}; ${run.ours}`,
  ];
  const body = `${BEGIN}\n\n${facts.join("\n")}\n\n${markdownTable(run.figures)}\n\n`;
  writeFileSync(PAGE, page.slice(0, begin) + body + page.slice(end));
  return PAGE;
}
