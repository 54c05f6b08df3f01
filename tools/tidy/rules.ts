/**
 * The house rules that no general linter knows: layers, file length, banned words with what to use instead, file headers, dead
 * files. Each rule takes the files and returns findings; nothing here reads the disk.
 */
import { MAY_IMPORT, PURE_PACKAGES } from "./layers.ts";
import { importsOf, lineAt, type SourceFile } from "./source-file.ts";

/** One broken rule: `path:line: what to do`. */
export type Finding = { readonly path: string; readonly line: number; readonly message: string };

const MAX_FILE_LINES = 500;

/** All rules over all files. */
export function checkFiles(files: readonly SourceFile[]): Finding[] {
  const perFile = files.flatMap((file) => [
    ...checkLayers(file),
    ...checkHost(file),
    ...checkBanned(file),
    ...checkShape(file),
  ]);
  return [...perFile, ...checkDeadFiles(files)];
}

/** Imports go down the layers, and through a package's index only. */
function checkLayers(file: SourceFile): Finding[] {
  const { packageName, path } = file;
  if (packageName === undefined) return [];
  const allowed = [...(MAY_IMPORT[packageName] ?? []), ...(isForTests(file) ? ["testkit"] : [])];
  const findings: Finding[] = [];
  for (const { specifier, line } of importsOf(file)) {
    const [, name, inner] = /^@quorate\/([^/]+)(\/.*)?$/.exec(specifier) ?? [];
    if (name === undefined) continue;
    if (!allowed.includes(name))
      findings.push({ path, line, message: `${packageName} must not import ${name} (tools/tidy/layers.ts)` });
    if (inner !== undefined) findings.push({ path, line, message: `import @quorate/${name}, not a file inside it` });
  }
  return findings;
}

/** A test, or what only tests import. */
function isForTests({ path, isTest }: SourceFile): boolean {
  return isTest || path.includes("/src/testing/");
}

/** Node's modules appear in node-*.ts, in main files and in tests, and never in a pure package. */
function checkHost(file: SourceFile): Finding[] {
  const { packageName, path } = file;
  if (packageName === undefined || file.isTest) return [];
  const isHost = /\/(node-[^/]+|[^/]*main|[^/]*-script)\.ts$/.test(path) && !PURE_PACKAGES.has(packageName);
  return importsOf(file)
    .filter(({ specifier }) => specifier.startsWith("node:") && !isHost)
    .map(({ line }) => ({ path, line, message: "only node-*.ts and main files import node:*" }));
}

type Ban = { readonly pattern: RegExp; readonly message: string; readonly applies: (file: SourceFile) => boolean };

const isPure = ({ packageName, isTest }: SourceFile): boolean => !isTest && PURE_PACKAGES.has(packageName ?? "");
const isSource = ({ packageName, isTest }: SourceFile): boolean => !isTest && packageName !== undefined;
const isMain = ({ path }: SourceFile): boolean => path.endsWith("main.ts") || !path.startsWith("packages/");

const BANS: readonly Ban[] = [
  { pattern: /\basync\b|\bawait\b|\bPromise\b/g, message: "pure packages are synchronous", applies: isPure },
  { pattern: /\bDate\b|\bperformance\b/g, message: "pure packages have no clock: count ticks", applies: isPure },
  {
    pattern: /\bset(?:Timeout|Interval|Immediate)\b|\bqueueMicrotask\b/g,
    message: "pure packages have no timers",
    applies: isPure,
  },
  {
    pattern: /\bMath\.random\b/g,
    message: "draw from a seeded Prng",
    applies: (file) => isSource(file) || file.isTest,
  },
  { pattern: /\bconsole\./g, message: "log through the Logger port", applies: isSource },
  {
    pattern: /\bprocess\.exit\b/g,
    message: "only a main file ends the process",
    applies: (file) => isSource(file) && !isMain(file),
  },
  {
    pattern: /\bBuffer\b/g,
    message: "use Uint8Array outside node-*.ts",
    applies: (file) => isSource(file) && !/\/node-|main\.ts$/.test(file.path),
  },
  { pattern: /\bas any\b|:\s*any\b/g, message: "no any", applies: () => true },
];

function checkBanned(file: SourceFile): Finding[] {
  return BANS.filter(({ applies }) => applies(file)).flatMap(({ pattern, message }) =>
    [...file.code.matchAll(pattern)].map((match) => ({
      path: file.path,
      line: lineAt(file.code, match.index),
      message: `${match[0]}: ${message}`,
    })),
  );
}

/** Length, header comment, ASCII, dated to-dos. */
function checkShape(file: SourceFile): Finding[] {
  const { path, lines, text } = file;
  const findings: Finding[] = [];
  if (!file.isTest && lines.length > MAX_FILE_LINES + 1) {
    findings.push({ path, line: MAX_FILE_LINES, message: `more than ${MAX_FILE_LINES} lines: split it by subject` });
  }
  if (!file.isTest && !/^(#!.*\n)?\/\*\*/.test(text)) {
    findings.push({ path, line: 1, message: "start with a comment: what the file owns, what it must never do" });
  }
  lines.forEach((content, i) => {
    if (!file.isTest && /[^\x20-\x7e]/.test(content)) findings.push({ path, line: i + 1, message: "not ASCII" });
    if (/\b(TO[D]O|FIX[M]E)\b(?!\(#\d+\))/.test(content))
      findings.push({ path, line: i + 1, message: "name the issue of a to-do" });
  });
  return findings;
}

/** A source file that nothing imports and nobody starts is dead. What stands in a folder `testing` is there for tests. */
function checkDeadFiles(files: readonly SourceFile[]): Finding[] {
  const alive = new Set<string>();
  for (const file of files) {
    for (const { specifier } of importsOf(file)) {
      const path = resolve(file.path, specifier);
      if (specifier.startsWith(".") && (!file.isTest || path.includes("/testing/"))) alive.add(path);
    }
    if (file.isTest) continue;
    // A worker or process is started by its file's name.
    for (const match of file.text.matchAll(/"\.\/([a-z0-9-]+)\.(?:js|ts)"/g))
      alive.add(resolve(file.path, `./${match[1]}.ts`));
  }
  const isEntry = ({ path, isTest }: SourceFile): boolean =>
    isTest || /(^|\/)(index|[^/]*main|run-tests|pure-tests)\.ts$/.test(path);
  return files
    .filter((file) => !isEntry(file) && !alive.has(file.path))
    .map(({ path }) => ({ path, line: 1, message: "nothing imports this file: delete it" }));
}

function resolve(from: string, specifier: string): string {
  const parts = from.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}
