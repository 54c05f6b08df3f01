import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { handleInteraction, Interaction, parseDataDriven, rewriteDataDriven, runDataDriven } from "@quorate/testkit";

/** What etcd's own transcripts lack, in their format. `npm test -- transcripts --rewrite` takes what is printed: read the diff. */
const FOLDER = join(import.meta.dirname, "../testdata");

describe("raft/transcripts", () => {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith(".txt"));
  it("has transcripts", () => assert.ok(names.length > 0));
  for (const name of names) {
    it(`goes as written: ${name}`, () => {
      const path = join(FOLDER, name);
      const text = readFileSync(path, "utf8");
      const env = new Interaction();
      if (process.env["REWRITE"] === "1") {
        writeFileSync(
          path,
          rewriteDataDriven(name, text, (d) => handleInteraction(env, d)),
        );
        return;
      }
      const difference = runDataDriven(parseDataDriven(name, text), (d) => handleInteraction(env, d));
      if (difference === undefined) return;
      const { directive, actual } = difference;
      assert.equal(actual, directive.expected, `${name}:${directive.line}: ${directive.command}`);
    });
  }
});
