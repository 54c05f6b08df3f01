import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { checkPages } from "./docs.ts";
import { checkFiles } from "./rules.ts";
import { importsOf, sourceFile } from "./source-file.ts";

const HEADER = "/** Owns nothing. */\n";

/** Messages of all findings in files, given as path to text. An index imports each so that none is dead. */
function findings(files: Readonly<Record<string, string>>): string[] {
  const sources = Object.entries(files).map(([path, text]) => sourceFile(path, text));
  const index = Object.keys(files)
    .filter((path) => path.startsWith("packages/") && !path.endsWith("dead.ts"))
    .map((path) => sourceFile(`${path.split("/").slice(0, 3).join("/")}/index.ts`, indexOf(path)));
  return checkFiles([...sources, ...index]).map(({ path, line, message }) => `${path}:${line}: ${message}`);
}

function indexOf(path: string): string {
  return `${HEADER}export * from "./${path.split("/").slice(3).join("/")}";\n`;
}

const one = (path: string, body: string): string[] => findings({ [path]: HEADER + body });
const RAFT = "packages/raft/src/x.ts";
const STORAGE = "packages/storage/src/x.ts";

describe("tools/tidy", () => {
  it("finds nothing in a tidy file", () => {
    assert.deepEqual(one(RAFT, 'import { assert } from "@quorate/base";\nassert(true, "fine");\n'), []);
  });

  for (const { rule, path, body, want } of [
    {
      rule: "an import up the layers",
      path: RAFT,
      body: 'import { Wal } from "@quorate/storage";\n',
      want: "raft must not import storage (tools/tidy/layers.ts)",
    },
    {
      rule: "testkit in a source file",
      path: STORAGE,
      body: 'import { drawSeed } from "@quorate/testkit";\n',
      want: "storage must not import testkit (tools/tidy/layers.ts)",
    },
    {
      rule: "an import past a package's index",
      path: STORAGE,
      body: 'import { x } from "@quorate/base/src/x.ts";\n',
      want: "import @quorate/base, not a file inside it",
    },
    {
      rule: "a re-export up the layers",
      path: RAFT,
      body: 'export { Wal } from "@quorate/storage";\n',
      want: "raft must not import storage (tools/tidy/layers.ts)",
    },
    {
      rule: "node:* outside node-*.ts",
      path: STORAGE,
      body: 'import { readFileSync } from "node:fs";\n',
      want: "only node-*.ts and main files import node:*",
    },
    {
      rule: "node:* in a pure package's node-*.ts",
      path: "packages/raft/src/node-x.ts",
      body: 'import "node:fs";\n',
      want: "only node-*.ts and main files import node:*",
    },
    {
      rule: "async in a pure package",
      path: RAFT,
      body: "export async function f() {}\n",
      want: "async: pure packages are synchronous",
    },
    {
      rule: "a promise in a pure package",
      path: RAFT,
      body: "export type T = Promise<void>;\n",
      want: "Promise: pure packages are synchronous",
    },
    {
      rule: "a clock in a pure package",
      path: RAFT,
      body: "export const t = Date.now();\n",
      want: "Date: pure packages have no clock: count ticks",
    },
    {
      rule: "a timer in a pure package",
      path: RAFT,
      body: "setTimeout(f, 1);\n",
      want: "setTimeout: pure packages have no timers",
    },
    {
      rule: "Math.random",
      path: STORAGE,
      body: "export const r = Math.random();\n",
      want: "Math.random: draw from a seeded Prng",
    },
    { rule: "console", path: STORAGE, body: "console.log(1);\n", want: "console.: log through the Logger port" },
    {
      rule: "process.exit",
      path: STORAGE,
      body: "process.exit(1);\n",
      want: "process.exit: only a main file ends the process",
    },
    {
      rule: "Buffer",
      path: STORAGE,
      body: "export const b = Buffer.alloc(1);\n",
      want: "Buffer: use Uint8Array outside node-*.ts",
    },
    { rule: "any", path: STORAGE, body: "export const x = 1 as any;\n", want: "as any: no any" },
    { rule: "any as a type", path: STORAGE, body: "export const x: any = 1;\n", want: ": any: no any" },
    { rule: "text that is not ASCII", path: STORAGE, body: "// caf\u00e9\n", want: "not ASCII" },
    {
      rule: "a to-do without an issue",
      path: STORAGE,
      body: `// ${"TO"}${"DO"}: later\n`,
      want: "name the issue of a to-do",
    },
  ]) {
    it(`finds ${rule}`, () => {
      assert.deepEqual(one(path, body), [`${path}:2: ${want}`]);
    });
  }

  it("finds Math.random in a test, and lets a test import testkit and node:*", () => {
    const path = "packages/raft/src/x.test.ts";
    const body = 'import "node:fs";\nimport { drawSeed } from "@quorate/testkit";\nMath.random();\n';
    assert.deepEqual(findings({ [path]: body }), [`${path}:3: Math.random: draw from a seeded Prng`]);
  });

  it("lets node-*.ts and main files do what others may not", () => {
    const body = 'import "node:fs";\nexport const b = Buffer.alloc(1);\n';
    assert.deepEqual(one("packages/storage/src/node-x.ts", body), []);
    assert.deepEqual(one("packages/raftexample/src/main.ts", `${body}process.exit(1);\n`), []);
  });

  it("finds no banned word in comments and strings", () => {
    assert.deepEqual(one(RAFT, 'export const s = "async Date"; // Promise\n/* setTimeout */\n'), []);
  });

  it("lets a to-do stand that names its issue", () => {
    assert.deepEqual(one(STORAGE, `// ${"TO"}${"DO"}(#12): later\n`), []);
  });

  it("finds a file without a header, and takes one behind a shebang", () => {
    const want = "packages/storage/src/x.ts:1: start with a comment: what the file owns, what it must never do";
    assert.deepEqual(findings({ [STORAGE]: "export const x = 1;\n" }), [want]);
    assert.deepEqual(findings({ [STORAGE]: `#!/usr/bin/env node\n${HEADER}` }), []);
  });

  it("finds a file of more than 500 lines, not a test", () => {
    const long = HEADER + "export {};\n".repeat(499);
    assert.deepEqual(findings({ [STORAGE]: long }), []);
    assert.deepEqual(findings({ [STORAGE]: `${long}export {};\n` }), [
      `${STORAGE}:500: more than 500 lines: split it by subject`,
    ]);
    assert.deepEqual(findings({ "packages/storage/src/x.test.ts": `${long}${long}` }), []);
  });

  it("finds a file that nothing but its test imports", () => {
    const dead = "packages/storage/src/dead.ts";
    const test = { "packages/storage/src/dead.test.ts": 'import "./dead.ts";\n' };
    assert.deepEqual(findings({ [dead]: HEADER, ...test }), [`${dead}:1: nothing imports this file: delete it`]);
    const helper = "packages/storage/src/testing/dead.ts";
    const helped = { "packages/storage/src/x.test.ts": 'import "./testing/dead.ts";\n' };
    assert.deepEqual(findings({ [helper]: HEADER, ...helped }), []);
    assert.deepEqual(findings({ [helper]: HEADER }), [`${helper}:1: nothing imports this file: delete it`]);
    const user = { [STORAGE]: `${HEADER}new Worker(new URL("./dead.js", import.meta.url));\n` };
    assert.deepEqual(findings({ [dead]: HEADER, ...user }), []);
  });

  it("reads imports of every form with their lines", () => {
    const text =
      'import a from "a";\nimport {\n  b,\n} from "b";\nimport "c";\nexport * from "d";\nawait import("e");\n';
    assert.deepEqual(
      importsOf(sourceFile("x.ts", text)).map(({ specifier, line }) => `${specifier}:${line}`),
      ["a:1", "b:2", "c:5", "d:6", "e:7"],
    );
  });

  it("finds broken links and missing files in pages", () => {
    const pages = new Map([
      ["README.md", "[a](docs/A.md) [b](docs/B.md)\n[web](https://x.y) [top](#top) `packages/none/x.ts` `bin/run`\n"],
      ["docs/A.md", "[up](../README.md#part)\n[self](A.md) [gone](./C.md#x)\n"],
    ]);
    const exists = (path: string): boolean => ["README.md", "docs/A.md", "bin/run"].includes(path);
    assert.deepEqual(
      checkPages(pages, exists).map(({ path, line, message }) => `${path}:${line}: ${message}`),
      [
        "README.md:1: broken link: docs/B.md",
        "README.md:2: no such file: packages/none/x.ts",
        "docs/A.md:2: broken link: ./C.md",
      ],
    );
  });
});
