/** From .proto texts to TypeScript texts, without touching a file: what main.ts writes and what the up-to-date test compares. */
import { emitFile } from "./emit.ts";
import { parseProto } from "./parse.ts";

/** @param sources file name (x.proto) to text. @returns file name (x.ts) to text. */
export function generate(sources: ReadonlyMap<string, string>): Map<string, string> {
  const files = [...sources].map(([name, text]) => parseProto(name, text));
  const all = (kind: "enum" | "message"): Set<string> =>
    new Set(files.flatMap((file) => file.declarations.filter((d) => d.kind === kind).map((d) => d.name)));
  const names = { enums: all("enum"), messages: all("message") };
  const out = new Map<string, string>();
  for (const file of files) {
    const origins = new Map<string, string>();
    for (const module of file.imports) {
      const imported = files.find((other) => other.path === `${module}.proto`);
      for (const decl of imported?.declarations ?? []) origins.set(decl.name, module);
    }
    out.set(file.path.replace(/\.proto$/, ".ts"), emitFile(file, names, origins));
  }
  return out;
}
