/** The house linter, part of `npm run check`: reads the repository, applies tidy's rules, prints findings, exits 1 on any. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkPages } from "./tidy/docs.ts";
import { checkFiles } from "./tidy/rules.ts";
import { sourceFile } from "./tidy/source-file.ts";

const ROOT = join(import.meta.dirname, "../..");
const SKIPPED = new Set(["node_modules", "dist", ".git", "gen"]);

const paths = [...walk("")];
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const files = paths.filter((path) => path.endsWith(".ts")).map((path) => sourceFile(path, read(path)));
const pages = new Map(paths.filter((path) => path.endsWith(".md")).map((path) => [path, read(path)]));
const findings = [...checkFiles(files), ...checkPages(pages, (path) => existsSync(join(ROOT, path)))];
for (const { path, line, message } of findings) process.stdout.write(`${path}:${line}: ${message}\n`);
process.stdout.write(`tidy: ${files.length} files, ${pages.size} pages, ${findings.length} findings\n`);
process.exitCode = findings.length === 0 ? 0 : 1;

/** Every file of the repository that people write, relative to its root. */
function* walk(folder: string): Generator<string> {
  for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
    if (SKIPPED.has(entry.name)) continue;
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) yield* walk(path);
    else yield path;
  }
}
