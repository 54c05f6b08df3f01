/** A source file as the rules see it: its path, its lines, and its code with comments and strings blanked. */

export type SourceFile = {
  /** Relative to the repository, with "/". */
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
  /** The text with every comment and string literal replaced by spaces, line breaks kept. */
  readonly code: string;
  /** packages/NAME/..., or undefined outside packages. */
  readonly packageName: string | undefined;
  readonly isTest: boolean;
};

/** An import or re-export, or an `import()` of a literal. */
export type Import = { readonly specifier: string; readonly line: number };

export function sourceFile(path: string, text: string): SourceFile {
  return {
    path,
    text,
    lines: text.split("\n"),
    code: blank(text),
    packageName: /^packages\/([^/]+)\//.exec(path)?.[1],
    isTest: path.endsWith(".test.ts"),
  };
}

/** The modules that a file names. */
export function importsOf({ text }: SourceFile): Import[] {
  const found: Import[] = [];
  const pattern =
    /^(?:import|export)\b[^;"']*?from\s+["']([^"']+)["']|^import\s+["']([^"']+)["']|\bimport\(["']([^"']+)["']\)/gm;
  for (const match of text.matchAll(pattern)) {
    const specifier = match[1] ?? match[2] ?? match[3] ?? "";
    found.push({ specifier, line: lineAt(text, match.index) });
  }
  return found;
}

/** 1-based line of an offset. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

/** Blanks comments and literals. A template's `${...}` goes with it: rules look for calls, which rarely hide there. */
function blank(text: string): string {
  const pattern = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`/g;
  return text.replace(pattern, (match) => match.replace(/[^\n]/g, " "));
}
