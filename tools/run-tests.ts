/**
 * `npm test`: runs every compiled test. Tests of pure packages share one process, because starting one costs more than they do;
 * tests that touch files, sockets and processes get a process a file. Prints a line a suite, every skip, every failure in full,
 * and closes with the totals.
 *
 *     npm test                     all
 *     npm test -- raft wal         files whose path contains one of the words
 *     npm test -- --name=restart   tests whose name matches the pattern
 *     npm test -- --seed=7         sets SEED for every test that draws
 *     npm test -- --rewrite        sets REWRITE=1: data-driven files take what was printed
 */
import { existsSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { run } from "node:test";
import { parseArgs } from "node:util";
import { PURE_TESTS_VARIABLE } from "./pure-tests.ts";
import { TestReport } from "./test-report.ts";

const ROOT = join(import.meta.dirname, "../..");
/** A test file may take this long before it counts as hung. */
const FILE_TIMEOUT_MS = 180_000;
/** Two cores; the tests of processes start several each. */
const CONCURRENCY = 2;
/** Packages whose tests need no process of their own. */
const PURE_PACKAGES = ["base", "proto", "raft", "mvcc", "machine", "member", "testkit"];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { name: { type: "string" }, seed: { type: "string" }, rewrite: { type: "boolean" } },
});
if (values.seed !== undefined) process.env["SEED"] = values.seed;
if (values.rewrite === true) process.env["REWRITE"] = "1";

const wanted = compiledTests().filter(
  (path) => positionals.length === 0 || positionals.some((word) => relative(ROOT, path).includes(word)),
);
const pure = wanted.filter((path) =>
  PURE_PACKAGES.some((name) => path.startsWith(join(ROOT, "packages", name, "dist"))),
);
process.env["NODE_OPTIONS"] = `${process.env["NODE_OPTIONS"] ?? ""} --enable-source-maps`;
process.env[PURE_TESTS_VARIABLE] = JSON.stringify(pure);
const files = wanted.filter((path) => !pure.includes(path));
if (pure.length > 0) files.unshift(join(import.meta.dirname, "pure-tests.js"));

const report = new TestReport((line) => process.stdout.write(`${line}\n`));
const stream = run({
  files,
  concurrency: CONCURRENCY,
  timeout: FILE_TIMEOUT_MS,
  ...(values.name === undefined ? {} : { testNamePatterns: [values.name] }),
});
stream.on("test:pass", (event) => report.passed(event));
stream.on("test:fail", (event) => report.failed(event));
stream.on("test:stdout", (event) => report.printed(event.message));
stream.on("test:stderr", (event) => report.printed(event.message));
stream.on("end", () => {
  process.exitCode = report.finish() ? 0 : 1;
});
stream.resume();

/** Every x.test.js below a dist folder, in a stable order; the slow ones, which start processes, first. */
function compiledTests(): string[] {
  const folders = readdirSync(join(ROOT, "packages")).map((name) => join(ROOT, "packages", name, "dist"));
  folders.push(join(ROOT, "tools/dist"), join(ROOT, "bench/dist"), join(ROOT, "clients/dist"));
  const found = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".test.js") && existsSync(sourceOf(join(folder, name))))
      .map((name) => join(folder, name)),
  );
  const isSlow = (path: string): boolean => path.includes("raftexample");
  return found.sort((a, b) => Number(isSlow(b)) - Number(isSlow(a)) || (a < b ? -1 : 1));
}

/** Compiled tests outlive their source; those do not run. */
function sourceOf(compiled: string): string {
  return compiled
    .replace(/\/(tools|bench|clients)\/dist\//, "/$1/")
    .replace("/dist/", "/src/")
    .replace(/\.js$/, ".ts");
}
