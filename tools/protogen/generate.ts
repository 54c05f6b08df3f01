/** From .proto texts to TypeScript texts, without touching a file: what main.ts writes and what the up-to-date test compares. */
import { emitFile } from "./emit.ts";
import { type ProtoFile, parseProto } from "./parse.ts";

/** @param sources file name (x.proto) to text. @returns file name (x.ts) to text. */
export function generate(sources: ReadonlyMap<string, string>): Map<string, string> {
  const files = [...sources].map(([name, text]) => parseProto(name, text));
  refuseDuplicates(files);
  const all = (kind: "enum" | "message"): Set<string> =>
    new Set(files.flatMap((file) => file.declarations.filter((d) => d.kind === kind).map((d) => d.name)));
  const names = { enums: all("enum"), messages: all("message") };
  const out = new Map<string, string>();
  for (const file of files) {
    const origins = new Map<string, string>();
    for (const module of file.imports) {
      const imported = files.find((other) => other.path === `${module}.proto`);
      for (const decl of imported?.declarations ?? []) if (decl.kind !== "service") origins.set(decl.name, module);
    }
    out.set(file.path.replace(/\.proto$/, ".ts"), emitFile(file, names, origins));
  }
  return out;
}

/** One module exports them all, so a name stands once; and so does a number in its message. */
function refuseDuplicates(files: readonly ProtoFile[]): void {
  const seen = new Set<string>();
  const once = (what: string): void => {
    if (seen.has(what)) throw new Error(`${what} is declared twice`);
    seen.add(what);
  };
  for (const decl of files.flatMap(({ declarations }) => declarations)) {
    once(decl.kind === "service" ? `${decl.name}Service` : decl.name);
    if (decl.kind === "message") for (const { number } of decl.fields) once(`field ${number} of ${decl.name}`);
  }
}
