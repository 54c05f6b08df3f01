import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";

describe("raft/readme", () => {
  it("shows a program that runs and prints what the page says", () => {
    const root = join(import.meta.dirname, "..");
    const page = readFileSync(join(root, "README.md"), "utf8");
    const program = /```js\n([\s\S]*?)```/.exec(page)?.[1];
    const printed = /prints `([^`]+)` three times/.exec(page)?.[1];
    assert.ok(program !== undefined && printed !== undefined);
    // Beside the compiled package, so that it finds the packages that it imports.
    const file = join(root, "dist", "readme-example.mjs");
    writeFileSync(file, program);
    try {
      const output = execFileSync(process.execPath, [file], { encoding: "utf8" });
      assert.equal(output, `${printed}\n`.repeat(3));
    } finally {
      rmSync(file);
    }
  });
});
