/** Writes the functions that size, write and read one message: straight-line code in the order of the field numbers. */
import {
  defaultOf,
  fieldType,
  type Member,
  type Shape,
  type Shaped,
  tagOf,
  tagSize,
  valueType,
  zeroBit,
} from "./shape.ts";

/** A message with its fields shaped and its oneofs gathered. */
export type Layout = { readonly name: string; readonly members: readonly Member[]; readonly shaped: readonly Shaped[] };

export function emitSize({ name, shaped }: Layout): string {
  const lines = inRuns(shaped).map((run) =>
    run.oneof === undefined ? sizeIfPresent(run.fields[0] as Shaped) : emitSwitch(run, sizeAlways),
  );
  return `/** Encoded length in bytes. */
export function size${name}(${lines.length === 0 ? "_x" : "x"}: ${name}): number {
  ${lines.length === 0 ? "return 0;" : `let size = 0;\n${lines.join("\n")}\n  return size;`}
}
`;
}

export function emitWrite({ name, shaped }: Layout): string {
  const lines = inRuns(shaped).map((run) =>
    run.oneof === undefined ? writeIfPresent(run.fields[0] as Shaped) : emitSwitch(run, writeAlways),
  );
  const parameters = lines.length === 0 ? `_w: Writer, _x: ${name}` : `w: Writer, x: ${name}`;
  return `/** Writes the fields; the writer's array has room for \`size${name}\` bytes. */
export function write${name}(${parameters}): void {${["", ...lines].join("\n")}
}
`;
}

/** Fields in the order of their numbers; members of one oneof that follow each other make one run. */
type Run = { readonly oneof: string | undefined; readonly fields: Shaped[] };

function inRuns(shaped: readonly Shaped[]): Run[] {
  const runs: Run[] = [];
  for (const one of [...shaped].sort((a, b) => a.field.number - b.field.number)) {
    const { oneof } = one.field;
    const last = runs.at(-1);
    if (last !== undefined && oneof !== undefined && last.oneof === oneof) last.fields.push(one);
    else runs.push({ oneof, fields: [one] });
  }
  return runs;
}

function emitSwitch({ oneof, fields }: Run, emit: (shaped: Shaped, value: string) => string[]): string {
  const cases = fields.flatMap((shaped) => [
    `      case "${shaped.field.name}": {`,
    ...indent([...emit(shaped, "one.value"), "break;"], 8),
    "      }",
  ]);
  const open = [`  if (x.${oneof} !== undefined) {`, `    const one = x.${oneof};`, "    switch (one.kind) {"];
  return [...open, ...cases, "    }", "  }"].join("\n");
}

function sizeIfPresent(shaped: Shaped): string {
  const lines = sizeAlways(shaped, `x.${shaped.field.name}`);
  return guarded(shaped, lines);
}

function writeIfPresent(shaped: Shaped): string {
  const lines = writeAlways(shaped, `x.${shaped.field.name}`);
  return guarded(shaped, lines);
}

/** The lines under the condition that there is something to write. */
function guarded(shaped: Shaped, lines: string[]): string {
  const condition = presence(shaped);
  if (shaped.shape.kind === "requiredMessage") return `  {\n${indent(lines, 4).join("\n")}\n  }`;
  if (condition === undefined) return indent(lines, 2).join("\n");
  if (lines.length === 1) return `  if (${condition}) ${lines[0]}`;
  return `  if (${condition}) {\n${indent(lines, 4).join("\n")}\n  }`;
}

function presence({ field, shape, hasBit }: Shaped): string | undefined {
  const f = `x.${field.name}`;
  switch (shape.kind) {
    case "scalar": {
      const isSet = shape.type === "boolean" ? f : `${f} !== ${shape.zero}`;
      return hasBit ? `${isSet} || (x.explicitZeros & ${zeroBit(field)}) !== 0` : isSet;
    }
    case "optionalBytes":
    case "message":
      return `${f} !== undefined`;
    case "bytes":
      return `${f}.length !== 0`;
    case "seenBytes":
      return `${f} !== undefined && ${f}.length !== 0`;
    case "scalars":
      return shape.isPacked ? `${f}.length !== 0` : undefined;
    case "requiredMessage":
    case "messages":
    case "byteStrings":
    case "map":
      return undefined;
  }
}

function sizeAlways({ field, shape }: Shaped, f: string): string[] {
  const tag = tagSize(field);
  const ofBytes = (value: string): string => `size += ${tag} + sizeNumber(${value}.length) + ${value}.length;`;
  const nested = (value: string): string[] => [
    `const length = size${field.type}(${value});`,
    `size += ${tag} + sizeNumber(length) + length;`,
  ];
  switch (shape.kind) {
    case "scalar":
      return [shape.type === "boolean" ? `size += ${tag + 1};` : `size += ${tag} + ${shape.size}(${f});`];
    case "optionalBytes":
    case "bytes":
    case "seenBytes":
      return [ofBytes(f)];
    case "message":
    case "requiredMessage":
      return nested(f);
    case "messages":
      return [`for (let i = 0; i < ${f}.length; i++) {`, ...indent(nested(`${f}[i]!`), 2), "}"];
    case "byteStrings":
      return [`for (let i = 0; i < ${f}.length; i++) ${ofBytes(`${f}[i]!`)}`];
    case "scalars":
      if (!shape.isPacked)
        return [`for (let i = 0; i < ${f}.length; i++) size += ${tag} + ${shape.of.size}(${f}[i]!);`];
      return [
        "let length = 0;",
        `for (let i = 0; i < ${f}.length; i++) length += ${shape.of.size}(${f}[i]!);`,
        `size += ${tag} + sizeNumber(length) + length;`,
      ];
    case "map":
      return [
        `for (const [key, value] of ${f}) {`,
        `  const length = entrySize(sizeString(key), size${field.type}(value));`,
        `  size += ${tag} + sizeNumber(length) + length;`,
        "}",
      ];
  }
}

function writeAlways({ field, shape }: Shaped, f: string): string[] {
  const tag = `w.number(${tagOf(field, shape)});`;
  const nested = (value: string): string[] => [
    tag,
    `w.number(size${field.type}(${value}));`,
    `write${field.type}(w, ${value});`,
  ];
  switch (shape.kind) {
    case "scalar":
      return [tag, `w.${shape.write}(${f});`];
    case "optionalBytes":
    case "bytes":
    case "seenBytes":
      return [tag, `w.view(${f});`];
    case "message":
    case "requiredMessage":
      return nested(f);
    case "messages":
      return [`for (let i = 0; i < ${f}.length; i++) {`, ...indent(nested(`${f}[i]!`), 2), "}"];
    case "byteStrings":
      return [`for (let i = 0; i < ${f}.length; i++) {`, `  ${tag}`, `  w.view(${f}[i]!);`, "}"];
    case "scalars":
      if (!shape.isPacked)
        return [`for (let i = 0; i < ${f}.length; i++) {`, `  ${tag}`, `  w.${shape.of.write}(${f}[i]!);`, "}"];
      return [
        "let length = 0;",
        `for (let i = 0; i < ${f}.length; i++) length += ${shape.of.size}(${f}[i]!);`,
        tag,
        "w.number(length);",
        `for (let i = 0; i < ${f}.length; i++) w.${shape.of.write}(${f}[i]!);`,
      ];
    case "map":
      return [
        `for (const [key, value] of ${f}) {`,
        `  const length = size${field.type}(value);`,
        `  ${tag}`,
        "  w.entry(key, length);",
        `  write${field.type}(w, value);`,
        "}",
      ];
  }
}

export function emitRead({ name, members, shaped }: Layout): string {
  const hasZeros = shaped.some(({ hasBit }) => hasBit);
  const locals = members.map((member) =>
    member.kind === "oneof" ? `  let ${member.name}: ${member.type} | undefined;` : `  ${emitLocal(member.shaped)}`,
  );
  const values = members.map((member) =>
    member.kind === "oneof" ? `    ${member.name},` : `    ${resultOf(member.shaped)},`,
  );
  if (hasZeros) {
    locals.push("  let explicitZeros = 0;");
    values.push("    explicitZeros,");
  }
  const cases = shaped.flatMap((one) => emitCases(one));
  const { constant, known } = knownNumbers(name, shaped);
  const result = values.length === 0 ? "  return {};" : `  return {\n${values.join("\n")}\n  };`;
  return `${constant}/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function read${name}(r: Reader): ${name} {${["", ...locals].join("\n")}
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    ${cases.length === 0 ? `r.skip(tag, ${known});` : `switch (tag) {\n${cases.join("\n")}\n      default:\n        r.skip(tag, ${known});\n    }`}
  }
${result}
}
`;
}

/** Up to which number fields are known; where there are gaps, a table tells. */
function knownNumbers(name: string, shaped: readonly Shaped[]): { constant: string; known: string } {
  const numbers = shaped.map(({ field }) => field.number).sort((a, b) => a - b);
  if ((numbers.at(-1) ?? 0) === numbers.length) return { constant: "", known: String(numbers.length) };
  const table = `${name.charAt(0).toLowerCase()}${name.slice(1)}Numbers`;
  return {
    constant: `const ${table}: readonly number[] = [${numbers.join(", ")}];\n\n`,
    known: `${table}.includes(tag >>> 3) ? tag >>> 3 : 0`,
  };
}

function resultOf({ field, shape }: Shaped): string {
  return shape.kind === "requiredMessage" ? `${field.name}: ${field.name} ?? new${field.type}()` : field.name;
}

function emitLocal({ field, shape }: Shaped): string {
  const type = fieldType(field, shape);
  const zero = defaultOf(field, shape);
  switch (shape.kind) {
    case "requiredMessage":
      return `let ${field.name}: ${field.type} | undefined;`;
    case "messages":
    case "scalars":
    case "byteStrings":
    case "map":
      return `const ${field.name}: ${type} = ${zero};`;
    case "scalar":
      return /^(number|bigint|boolean|string)$/.test(type)
        ? `let ${field.name} = ${zero};`
        : `let ${field.name}: ${type} = ${zero};`;
    case "bytes":
      return `let ${field.name}: ${type} = ${zero};`;
    case "optionalBytes":
    case "seenBytes":
    case "message":
      return `let ${field.name}: ${type};`;
  }
}

function emitCases(shaped: Shaped): string[] {
  const { field, shape } = shaped;
  const { name, oneof } = field;
  const tag = tagOf(field, shape);
  const store = (value: string): string =>
    oneof === undefined ? `${name} = ${value};` : `${oneof} = { kind: "${name}", value: ${value} };`;
  switch (shape.kind) {
    case "scalar":
      return [emitCase(tag, [store(shape.read), ...zeroSeen(shaped)])];
    case "optionalBytes":
    case "bytes":
    case "seenBytes":
      return [emitCase(tag, [store("r.view()")])];
    case "message":
    case "requiredMessage":
      return [emitNested(tag, [store(`read${field.type}(r)`)])];
    case "messages":
      return [emitNested(tag, [`${name}.push(read${field.type}(r));`])];
    case "byteStrings":
      return [emitCase(tag, [`${name}.push(r.view());`])];
    case "scalars": {
      const push = `${name}.push(${shape.of.read});`;
      if (shape.of.wire === 2) return [emitCase(tag, [push])];
      // Written in one form, read in either.
      const base = field.number * 8;
      return [emitCase(base, [push]), emitNested(base + 2, [`while (r.pos < r.end) ${push}`])];
    }
    case "map":
      return [
        emitNested(tag, [
          'let key = "";',
          `let value: ${field.type} | undefined;`,
          "for (let part = r.tag(); part !== 0; part = r.tag()) {",
          "  if (part === 10) key = r.string();",
          "  else if (part === 18) {",
          "    const entry = r.enter();",
          `    value = read${field.type}(r);`,
          "    r.leave(entry);",
          "  } else r.skip(part, 2);",
          "}",
          `${name}.set(key, value ?? new${field.type}());`,
        ]),
      ];
  }
}

function zeroSeen({ field, shape, hasBit }: Shaped): string[] {
  if (!hasBit || shape.kind !== "scalar") return [];
  const isZero = shape.type === "boolean" ? `!${field.name}` : `${field.name} === ${shape.zero}`;
  return [`if (${isZero}) explicitZeros |= ${zeroBit(field)};`];
}

function emitCase(tag: number, lines: readonly string[]): string {
  return [`      case ${tag}:`, ...indent([...lines, "break;"], 8)].join("\n");
}

function emitNested(tag: number, lines: readonly string[]): string {
  const all = ["const outer = r.enter();", ...lines, "r.leave(outer);", "break;"];
  return [`      case ${tag}: {`, ...indent(all, 8), "      }"].join("\n");
}

function indent(lines: readonly string[], by: number): string[] {
  return lines.map((line) => " ".repeat(by) + line);
}

/** The members of a oneof's union, one a line. */
export function emitUnion(members: readonly Shaped[]): string {
  return members
    .map(({ field, shape }) => `\n  | { readonly kind: "${field.name}"; readonly value: ${valueType(field, shape)} }`)
    .join("");
}

/** Shapes that a oneof can hold. */
export function isSingular({ kind }: Shape): boolean {
  return kind === "scalar" || kind === "bytes" || kind === "message";
}
