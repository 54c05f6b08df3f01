/**
 * Reads the subset of the protobuf language that this repository's .proto files use: one package a file, messages, enums, imports,
 * field labels, `jstype`, and the comments before each declaration. Anything else is an error with file and line.
 */

/** A field as declared. */
export type Field = {
  readonly label: "optional" | "required" | "repeated";
  readonly type: string;
  readonly name: string;
  readonly number: number;
  /** `[jstype = JS_NUMBER]`: a 64-bit field held as a checked safe number. */
  readonly isNumber: boolean;
  readonly doc: readonly string[];
};

export type MessageDecl = {
  readonly kind: "message";
  readonly name: string;
  readonly doc: readonly string[];
  /** The words of the `@zeros` directive: which scalars are written although they hold their default. */
  readonly zeros: string;
  readonly fields: readonly Field[];
};

export type EnumDecl = {
  readonly kind: "enum";
  readonly name: string;
  readonly doc: readonly string[];
  readonly values: readonly { readonly name: string; readonly number: number }[];
};

export type ProtoFile = {
  readonly path: string;
  readonly doc: readonly string[];
  readonly imports: readonly string[];
  readonly declarations: readonly (MessageDecl | EnumDecl)[];
};

type Line = { readonly text: string; readonly number: number };

/** Parses one file. Throws an Error that names file and line. */
export function parseProto(path: string, text: string): ProtoFile {
  const lines = text.split("\n").map((line, i) => ({ text: line.trim(), number: i + 1 }));
  const imports: string[] = [];
  const declarations: (MessageDecl | EnumDecl)[] = [];
  let fileDoc: string[] | undefined;
  let doc: string[] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] as Line;
    if (line.text.startsWith("//")) doc.push(line.text.slice(2).trim());
    else if (line.text === "") doc = [];
    else if (/^(syntax|package) /.test(line.text)) {
      fileDoc ??= doc;
      doc = [];
    } else if (line.text.startsWith("import ")) imports.push(match(path, line, /^import "(.+)\.proto";$/)[1] ?? "");
    else {
      const opening = match(path, line, /^(message|enum) (\w+) \{$/);
      const end = lines.findIndex((other, j) => j > i && other.text === "}");
      if (end < 0) throw new Error(`${path}:${line.number}: no closing brace`);
      declarations.push(parseBody(path, opening, doc, lines.slice(i + 1, end)));
      doc = [];
      i = end;
    }
  }
  return { path, doc: fileDoc ?? [], imports, declarations };
}

function parseBody(
  path: string,
  opening: RegExpExecArray,
  doc: readonly string[],
  body: readonly Line[],
): MessageDecl | EnumDecl {
  const name = opening[2] ?? "";
  if (opening[1] === "enum") {
    const values = body.map((line) => {
      const value = match(path, line, /^(\w+) = (\d+);$/);
      return { name: value[1] ?? "", number: Number(value[2]) };
    });
    return { kind: "enum", name, doc, values };
  }
  const fields: Field[] = [];
  let fieldDoc: string[] = [];
  for (const line of body) {
    if (line.text.startsWith("//")) {
      fieldDoc.push(line.text.slice(2).trim());
      continue;
    }
    const field = match(path, line, /^(optional|required|repeated) ([\w.]+) (\w+) = (\d+)( \[jstype = JS_NUMBER\])?;$/);
    fields.push({
      label: field[1] as Field["label"],
      type: (field[2] ?? "").replace(/^.*\./, ""),
      name: camelCase(field[3] ?? ""),
      number: Number(field[4]),
      isNumber: field[5] !== undefined,
      doc: fieldDoc,
    });
    fieldDoc = [];
  }
  const directive = doc.find((line) => line.startsWith("@zeros"));
  return {
    kind: "message",
    name,
    doc: doc.filter((line) => line !== directive),
    zeros: directive?.slice("@zeros".length).trim() ?? "none",
    fields,
  };
}

/** `conf_state` as `confState`; names that are camel case already stay. */
export function camelCase(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function match(path: string, line: Line, pattern: RegExp): RegExpExecArray {
  const found = pattern.exec(line.text);
  if (found === null) throw new Error(`${path}:${line.number}: cannot read "${line.text}"`);
  return found;
}
