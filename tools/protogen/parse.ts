/**
 * Reads the subset of the protobuf language that this repository's .proto files use: one package a file, messages, enums at the top or
 * inside a message, oneofs, maps, services, imports, field labels, `jstype`, and the comments before each declaration. Anything else
 * is an error with file and line. What protobuf has no word for stands in comments: `@zeros`, `@saturate` and `@presence`.
 */

export type Syntax = "proto2" | "proto3";

/** A field as declared. */
export type Field = {
  /** `plain` is a field of proto3 without a label: its default is not written. */
  readonly label: "optional" | "required" | "repeated" | "plain" | "map";
  /** Of a map the type of its values; its keys are strings. */
  readonly type: string;
  readonly name: string;
  readonly number: number;
  /** `[jstype = JS_NUMBER]`: a 64-bit field held as a checked safe number. */
  readonly isNumber: boolean;
  /** `@saturate` on its message: what does not fit into a number becomes the nearest one that does. */
  readonly saturates: boolean;
  /** `@presence` on the field: bytes that were on the wire and empty read as empty, absent ones as undefined. */
  readonly hasPresence: boolean;
  /** The oneof that the field belongs to. */
  readonly oneof: string | undefined;
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

export type Rpc = {
  readonly name: string;
  readonly request: string;
  readonly response: string;
  readonly isClientStreaming: boolean;
  readonly isServerStreaming: boolean;
  readonly doc: readonly string[];
};

export type ServiceDecl = {
  readonly kind: "service";
  readonly name: string;
  readonly doc: readonly string[];
  readonly rpcs: readonly Rpc[];
};

export type Declaration = MessageDecl | EnumDecl | ServiceDecl;

export type ProtoFile = {
  readonly path: string;
  readonly syntax: Syntax;
  readonly packageName: string;
  readonly doc: readonly string[];
  readonly imports: readonly string[];
  readonly declarations: readonly Declaration[];
};

const FIELD = /^(?:(optional|required|repeated) )?([\w.]+) (\w+) = (\d+)( \[jstype = JS_NUMBER\])?;$/;
const RPC = /^rpc (\w+)\((stream )?(\w+)\) returns \((stream )?(\w+)\);$/;
const MAP = /^map<string, ([\w.]+)> (\w+) = (\d+);$/;

type Line = { readonly text: string; readonly number: number };

/** Where the parser stands: the lines of a file, the next one, and the comments just read. */
type Cursor = { readonly path: string; readonly lines: readonly Line[]; at: number; doc: string[] };

/** Parses one file. Throws an Error that names file and line. */
export function parseProto(path: string, text: string): ProtoFile {
  const lines = text.split("\n").map((line, i) => ({ text: line.trim(), number: i + 1 }));
  const cursor: Cursor = { path, lines, at: 0, doc: [] };
  const imports: string[] = [];
  const declarations: Declaration[] = [];
  let fileDoc: string[] | undefined;
  let syntax: Syntax = "proto2";
  let packageName = "";
  for (let line = next(cursor); line !== undefined; line = next(cursor)) {
    if (line.text.startsWith("syntax ")) {
      fileDoc = takeDoc(cursor);
      syntax = match(cursor, line, /^syntax = "(proto[23])";$/)[1] as Syntax;
    } else if (line.text.startsWith("package ")) packageName = match(cursor, line, /^package ([\w.]+);$/)[1] ?? "";
    else if (line.text.startsWith("import ")) imports.push(match(cursor, line, /^import "(.+)\.proto";$/)[1] ?? "");
    else if (line.text.startsWith("enum ")) declarations.push(parseEnum(cursor, line));
    else if (line.text.startsWith("service ")) declarations.push(parseService(cursor, line));
    else declarations.push(...parseMessage(cursor, line, syntax));
  }
  return { path, syntax, packageName, doc: fileDoc ?? [], imports, declarations };
}

/** The next line that is neither empty nor a comment; comments right before it are kept. */
function next(cursor: Cursor): Line | undefined {
  cursor.doc = [];
  while (cursor.at < cursor.lines.length) {
    const line = cursor.lines[cursor.at++] as Line;
    if (line.text.startsWith("//")) cursor.doc.push(line.text.slice(2).trim());
    else if (line.text === "") cursor.doc = [];
    else return line;
  }
  return undefined;
}

/** The lines of a body up to its closing brace. */
function* body(cursor: Cursor, opening: Line): Generator<Line> {
  for (let line = next(cursor); line?.text !== "}"; line = next(cursor)) {
    if (line === undefined) throw new Error(`${cursor.path}:${opening.number}: no closing brace`);
    yield line;
  }
}

function takeDoc(cursor: Cursor): string[] {
  const { doc } = cursor;
  cursor.doc = [];
  return doc;
}

function parseEnum(cursor: Cursor, opening: Line): EnumDecl {
  const name = match(cursor, opening, /^enum (\w+) \{$/)[1] ?? "";
  const doc = takeDoc(cursor);
  const values: { name: string; number: number }[] = [];
  for (const line of body(cursor, opening)) {
    const value = match(cursor, line, /^(\w+) = (\d+);$/);
    values.push({ name: value[1] ?? "", number: Number(value[2]) });
  }
  return { kind: "enum", name, doc, values };
}

function parseService(cursor: Cursor, opening: Line): ServiceDecl {
  const name = match(cursor, opening, /^service (\w+) \{$/)[1] ?? "";
  const doc = takeDoc(cursor);
  const rpcs: Rpc[] = [];
  for (const line of body(cursor, opening)) {
    const [, method = "", clientStream, request = "", serverStream, response = ""] = match(cursor, line, RPC);
    const streams = { isClientStreaming: clientStream !== undefined, isServerStreaming: serverStream !== undefined };
    rpcs.push({ name: method, request, response, ...streams, doc: takeDoc(cursor) });
  }
  return { kind: "service", name, doc, rpcs };
}

/** A message and the enums inside it, which come first. */
function parseMessage(cursor: Cursor, opening: Line, syntax: Syntax): (MessageDecl | EnumDecl)[] {
  const [, name = "", closed] = match(cursor, opening, /^message (\w+) \{(\})?$/);
  const doc = takeDoc(cursor);
  const saturates = doc.includes("@saturate");
  const enums: EnumDecl[] = [];
  const fields: Field[] = [];
  const lines = closed === undefined ? body(cursor, opening) : [];
  for (const line of lines) {
    const oneof = /^oneof (\w+) \{$/.exec(line.text);
    if (/^reserved \d+;$/.test(line.text)) continue;
    if (line.text.startsWith("enum ")) enums.push(parseEnum(cursor, line));
    else if (oneof === null) fields.push(parseField(cursor, line, { syntax, saturates, oneof: undefined }));
    else {
      const named = { syntax, saturates, oneof: camelCase(oneof[1] ?? "") };
      for (const member of body(cursor, line)) fields.push(parseField(cursor, member, named));
    }
  }
  const zeros = doc.find((line) => line.startsWith("@zeros"))?.slice("@zeros".length) ?? "none";
  const message: MessageDecl = {
    kind: "message",
    name,
    doc: doc.filter((line) => !line.startsWith("@")),
    zeros: zeros.trim(),
    fields,
  };
  return [...enums, message];
}

type Around = { readonly syntax: Syntax; readonly saturates: boolean; readonly oneof: string | undefined };

function parseField(cursor: Cursor, line: Line, { syntax, saturates, oneof }: Around): Field {
  const doc = takeDoc(cursor);
  const common = {
    saturates,
    hasPresence: doc.includes("@presence"),
    oneof,
    doc: doc.filter((text) => !text.startsWith("@")),
  };
  const map = MAP.exec(line.text);
  if (map !== null) {
    const [, type = "", name = "", number] = map;
    return {
      ...common,
      label: "map",
      type: lastWord(type),
      name: camelCase(name),
      number: Number(number),
      isNumber: false,
    };
  }
  const [, label, type = "", name = "", number, jstype] = match(cursor, line, FIELD);
  // Outside of a oneof, proto2 labels every field and this subset of proto3 only repeated ones.
  const isLabelled = label === "repeated" ? oneof === undefined : label !== undefined && syntax === "proto2";
  if (isLabelled !== (label !== undefined) || (label === undefined && syntax === "proto2")) fail(cursor, line);
  return {
    ...common,
    label: (label ?? "plain") as Field["label"],
    type: lastWord(type),
    name: camelCase(name),
    number: Number(number),
    isNumber: jstype !== undefined,
  };
}

function lastWord(type: string): string {
  return type.replace(/^.*\./, "");
}

/** `conf_state` as `confState`; names that are camel case already stay. */
export function camelCase(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function match(cursor: Cursor, line: Line, pattern: RegExp): RegExpExecArray {
  return pattern.exec(line.text) ?? fail(cursor, line);
}

function fail(cursor: Cursor, line: Line): never {
  throw new Error(`${cursor.path}:${line.number}: cannot read "${line.text}"`);
}
