/**
 * Replays a folder of etcd-io/raft's transcripts: `interaction/`, `quorum/` and `confchange/`. It only reads; where the folder is, and
 * that it may be missing, is known here and nowhere else.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createConfChangeHandler } from "./confchange-script.ts";
import { type Difference, type Directive, parseDataDriven, runDataDriven } from "./datadriven.ts";
import { Interaction } from "./interaction.ts";
import { handleInteraction } from "./interaction-commands.ts";
import { handleQuorum } from "./quorum-script.ts";

/** How one file fared. */
export type CorpusResult = { readonly name: string; readonly directives: number; readonly failure: string | undefined };

/** A fresh handler for each file: state lives as long as the file. */
const KINDS: Readonly<Record<string, () => (d: Directive) => string>> = {
  confchange: createConfChangeHandler,
  interaction: () => {
    const env = new Interaction();
    return (d) => handleInteraction(env, d);
  },
  quorum: () => handleQuorum,
};

/** The folder of transcripts: RAFT_CORPUS, or the one beside the checkout; undefined where there is none. */
export function corpusFolder(): string | undefined {
  const folder = process.env["RAFT_CORPUS"] ?? join(import.meta.dirname, "../../../../shared/raft-corpus");
  return existsSync(folder) ? folder : undefined;
}

/** Replays every file of a folder, in order of name. */
export function replayCorpus(folder: string): CorpusResult[] {
  const results: CorpusResult[] = [];
  for (const [kind, createHandler] of Object.entries(KINDS)) {
    const dir = join(folder, kind);
    if (!existsSync(dir)) continue;
    const names = readdirSync(dir, { recursive: true, withFileTypes: true }).filter(
      (entry) => entry.isFile() && entry.name !== "README.md",
    );
    for (const path of names.map((entry) => join(entry.parentPath, entry.name)).sort()) {
      results.push(replayFile(path, path.slice(folder.length + 1), createHandler()));
    }
  }
  return results;
}

function replayFile(path: string, name: string, handle: (d: Directive) => string): CorpusResult {
  let directives: Directive[] = [];
  try {
    directives = parseDataDriven(name, readFileSync(path, "utf8"));
    const difference = runDataDriven(directives, handle);
    return {
      name,
      directives: directives.length,
      failure: difference === undefined ? undefined : describeDifference(difference),
    };
  } catch (error) {
    return {
      name,
      directives: directives.length,
      failure: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}

/** The first line that differs, with its surroundings. */
function describeDifference({ directive, actual }: Difference): string {
  const wanted = directive.expected.split("\n");
  const got = actual.split("\n");
  const at = wanted.findIndex((line, i) => line !== got[i]);
  const line = at < 0 ? wanted.length : at;
  const title = `${directive.file}:${directive.line}: ${directive.command}, output line ${line + 1}`;
  return `${title}\n  expected: ${JSON.stringify(wanted[line] ?? "<end>")}\n  actual:   ${JSON.stringify(got[line] ?? "<end>")}`;
}
