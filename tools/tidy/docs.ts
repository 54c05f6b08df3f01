/** Rules for the Markdown pages: links lead somewhere, and files that a page names exist; `raft/src/x.ts` is short for packages/raft/src/x.ts. */
import type { Finding } from "./rules.ts";
import { lineAt } from "./source-file.ts";

/**
 * @param pages path to text of every page. @param exists whether a path of the repository is there.
 */
export function checkPages(pages: ReadonlyMap<string, string>, exists: (path: string) => boolean): Finding[] {
  const findings: Finding[] = [];
  for (const [path, text] of pages) {
    const folder = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
    for (const match of text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)/g)) {
      const target = join(folder, match[1] as string);
      if (!exists(target))
        findings.push({ path, line: lineAt(text, match.index), message: `broken link: ${match[1]}` });
    }
    for (const match of text.matchAll(/`([a-z]+\/src\/[A-Za-z0-9_./-]+)`/g)) {
      const target = `packages/${match[1]}`;
      if (!exists(target)) findings.push({ path, line: lineAt(text, match.index), message: `no such file: ${target}` });
    }
    for (const match of text.matchAll(/`((?:packages|tools|bench|docs|bin)\/[A-Za-z0-9_./-]+)`/g)) {
      const target = match[1] as string;
      if (!exists(target)) findings.push({ path, line: lineAt(text, match.index), message: `no such file: ${target}` });
    }
  }
  return findings;
}

function join(folder: string, target: string): string {
  const parts = folder === "" ? [] : folder.split("/");
  for (const part of target.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return parts.join("/");
}
