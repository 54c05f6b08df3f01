/**
 * Writes TypeScript for a parsed .proto file: a plain object type for each message, and straight-line functions that make, size, write
 * and read it. Nothing is looked up at run time.
 *
 * Presence: `explicitZeros` has bit (field number - 1) set for each scalar that holds its default and is on the wire all the
 * same. So a message that was read is written again byte for byte, whichever etcd release wrote it, and nobody handles optional numbers.
 */
import { unreachable } from "@quorate/base";
import type { EnumDecl, Field, MessageDecl, ProtoFile } from "./parse.ts";

/** How a field is held and coded. */
type Shape =
  | "number"
  | "id"
  | "uint32"
  | "bool"
  | "enum"
  | "bytes"
  | "message"
  | "requiredMessage"
  | "messages"
  | "ids";

/** What is known of the names that a file may use, its own and imported ones. */
export type Names = { readonly enums: ReadonlySet<string>; readonly messages: ReadonlySet<string> };

/** The TypeScript of one file. @param origins for each imported name, the module it comes from. */
export function emitFile(file: ProtoFile, names: Names, origins: ReadonlyMap<string, string>): string {
  const body = file.declarations
    .map((decl) => (decl.kind === "enum" ? emitEnum(decl) : emitMessage(decl, names)))
    .join("\n");
  const header = [
    "/**",
    ...file.doc.map((line) => ` * ${line}`),
    ` * Generated from proto/${file.path} by \`npm run protogen\`; do not edit.`,
    " */",
  ];
  return `${[...header, ...emitImports(body, origins)].join("\n")}\n\n${body}`;
}

function emitImports(body: string, origins: ReadonlyMap<string, string>): string[] {
  const uses = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(body);
  const lines: string[] = [];
  const byModule = new Map<string, string[]>();
  for (const [name, module] of origins) {
    if (!uses(name)) continue;
    const values = [`read${name}`, `size${name}`, `write${name}`].filter(uses);
    byModule.set(module, [...(byModule.get(module) ?? []), `type ${name}`, ...values]);
  }
  for (const [module, imported] of byModule) lines.push(`import { ${imported.join(", ")} } from "./${module}.ts";`);
  lines.push('import { Reader } from "../wire/reader.ts";');
  const writer = ["sizeId", "sizeNumber"].filter(uses);
  lines.push(`import { ${[...writer, "Writer"].join(", ")} } from "../wire/writer.ts";`);
  return lines;
}

function emitEnum({ name, doc, values }: EnumDecl): string {
  const lower = name.charAt(0).toLowerCase() + name.slice(1);
  return `${emitDoc(doc.length === 0 ? [`${name}, with its numbers on the wire.`] : doc)}export const ${name} = {
${values.map((v) => `  ${v.name}: ${v.number},`).join("\n")}
} as const;
export type ${name} = (typeof ${name})[keyof typeof ${name}];

const ${lower}Names: readonly string[] = [
${values.map((v) => `  "${v.name}",`).join("\n")}
];

/** The name of a number of ${name}; a number without one as decimal text. */
export function ${lower}Name(value: number): string {
  return ${lower}Names[value] ?? String(value);
}
`;
}

function emitMessage(message: MessageDecl, names: Names): string {
  const fields = message.fields.map((field) => ({ field, shape: shapeOf(field, names) }));
  const scalars = fields.filter(({ shape }) => isScalar(shape));
  const hasZeros = scalars.length > 0;
  const { name } = message;
  const parts = [
    `${emitDoc(message.doc)}export type ${name} = {`,
    ...fields.map(({ field, shape }) => `${emitDoc(field.doc, "  ")}  ${field.name}: ${typeOf(field, shape)};`),
    ...(hasZeros
      ? [
          "  /** Scalars that are written although they hold their default: bits of the Zeros constant. */",
          "  explicitZeros: number;",
        ]
      : []),
    "};\n",
  ];
  if (hasZeros) {
    parts.push(
      `/** Bits of \`${name}.explicitZeros\`. */`,
      `export const ${name}Zeros = {`,
      ...scalars.map(({ field }) => `  ${field.name}: ${bit(field)},`),
      "} as const;\n",
    );
  }
  parts.push(
    emitNew(message, fields),
    emitSize(name, fields),
    emitWrite(name, fields),
    emitRead(name, fields, hasZeros),
  );
  parts.push(`/** The bytes of a message. */
export function encode${name}(x: ${name}): Uint8Array {
  const bytes = new Uint8Array(size${name}(x));
  write${name}(new Writer(bytes), x);
  return bytes;
}

/** Reads a whole message; its byte fields share memory with \`bytes\`. @throws ProtoError. */
export function decode${name}(bytes: Uint8Array): ${name} {
  return read${name}(new Reader(bytes));
}
`);
  return parts.join("\n");
}

type Shaped = { readonly field: Field; readonly shape: Shape };

function emitNew({ name, zeros }: MessageDecl, fields: readonly Shaped[]): string {
  const scalars = fields.filter(({ shape }) => isScalar(shape));
  const words = zeros.split(" ");
  const named = (field: Field): boolean =>
    words.map((w) => w.replace(/_(\w)/g, (_, c: string) => c.toUpperCase())).includes(field.name);
  const isSet = (field: Field): boolean => (words[0] === "all" ? !named(field) : named(field));
  const mask = scalars.filter(({ field }) => isSet(field)).reduce((sum, { field }) => sum | bit(field), 0);
  const values = fields.map(
    ({ field, shape }) => `    ${field.name}: init.${field.name}${shapeDefault(field, shape)},`,
  );
  if (scalars.length > 0) values.push(`    explicitZeros: init.explicitZeros ?? ${mask},`);
  return `/** A ${name} with defaults for what \`init\` leaves out. */
export function new${name}(init: Partial<${name}> = {}): ${name} {
  return {
${values.join("\n")}
  };
}
`;
}

function shapeDefault(field: Field, shape: Shape): string {
  if (shape === "bytes" || shape === "message") return "";
  return ` ?? ${shape === "requiredMessage" ? `new${field.type}()` : defaultOf(shape)}`;
}

function emitSize(name: string, fields: readonly Shaped[]): string {
  const lines = fields.map(({ field, shape }) => {
    const f = `x.${field.name}`;
    const tag = tagSize(field);
    const nested = (value: string): string =>
      `{\n    const length = size${field.type}(${value});\n    size += ${tag} + sizeNumber(length) + length;\n  }`;
    switch (shape) {
      case "number":
      case "enum":
      case "uint32":
        return `  if (${present(field, shape)}) size += ${tag} + sizeNumber(${f});`;
      case "id":
        return `  if (${present(field, shape)}) size += ${tag} + sizeId(${f});`;
      case "bool":
        return `  if (${present(field, shape)}) size += ${tag + 1};`;
      case "bytes":
        return `  if (${f} !== undefined) size += ${tag} + sizeNumber(${f}.length) + ${f}.length;`;
      case "ids":
        return `  for (const id of ${f}) size += ${tag} + sizeId(id);`;
      case "message":
        return `  if (${f} !== undefined) ${nested(f)}`;
      case "requiredMessage":
        return `  ${nested(f)}`;
      case "messages":
        return `  for (let i = 0; i < ${f}.length; i++) ${nested(`${f}[i]!`)}`;
      default:
        return unreachable(shape);
    }
  });
  return `/** Encoded length in bytes. */
export function size${name}(x: ${name}): number {
  let size = 0;
${lines.join("\n")}
  return size;
}
`;
}

function emitWrite(name: string, fields: readonly Shaped[]): string {
  const lines = fields.map(({ field, shape }) => {
    const f = `x.${field.name}`;
    const tag = `w.number(${tagOf(field, shape)});`;
    const nested = (value: string): string =>
      `{\n    ${tag}\n    w.number(size${field.type}(${value}));\n    write${field.type}(w, ${value});\n  }`;
    const write = (method: string, value: string): string => `{\n    ${tag}\n    w.${method}(${value});\n  }`;
    switch (shape) {
      case "number":
      case "enum":
      case "uint32":
        return `  if (${present(field, shape)}) ${write("number", f)}`;
      case "id":
        return `  if (${present(field, shape)}) ${write("id", f)}`;
      case "bool":
        return `  if (${present(field, shape)}) ${write("number", `${f} ? 1 : 0`)}`;
      case "bytes":
        return `  if (${f} !== undefined) ${write("view", f)}`;
      case "ids":
        return `  for (const id of ${f}) ${write("id", "id")}`;
      case "message":
        return `  if (${f} !== undefined) ${nested(f)}`;
      case "requiredMessage":
        return `  ${nested(f)}`;
      case "messages":
        return `  for (let i = 0; i < ${f}.length; i++) ${nested(`${f}[i]!`)}`;
      default:
        return unreachable(shape);
    }
  });
  return `/** Writes the fields; the writer's array has room for \`size${name}\` bytes. */
export function write${name}(w: Writer, x: ${name}): void {
${lines.join("\n")}
}
`;
}

function emitRead(name: string, fields: readonly Shaped[], hasZeros: boolean): string {
  const known = Math.max(...fields.map(({ field }) => field.number));
  const locals = fields.map(({ field, shape }) => `  ${emitLocal(field, shape)}`);
  const cases = fields.flatMap(({ field, shape }) => emitCases(field, shape));
  const values = fields.map(({ field, shape }) =>
    shape === "requiredMessage"
      ? `    ${field.name}: ${local(field)} ?? new${field.type}(),`
      : `    ${field.name}: ${local(field)},`,
  );
  if (hasZeros) {
    locals.push("  let explicitZeros = 0;");
    values.push("    explicitZeros,");
  }
  return `/** Reads fields up to the reader's end. Of a field that comes twice the last value counts. @throws ProtoError. */
export function read${name}(r: Reader): ${name} {
${locals.join("\n")}
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    switch (tag) {
${cases.join("\n")}
      default:
        r.skip(tag, ${known});
    }
  }
  return {
${values.join("\n")}
  };
}
`;
}

function emitLocal(field: Field, shape: Shape): string {
  const type = typeOf(field, shape);
  if (shape === "requiredMessage") return `let ${local(field)}: ${field.type} | undefined;`;
  if (shape === "messages" || shape === "ids") return `const ${local(field)}: ${type} = [];`;
  if (shape === "bytes" || shape === "message") return `let ${local(field)}: ${type};`;
  return shape === "enum" ? `let ${local(field)}: ${type} = 0;` : `let ${local(field)} = ${defaultOf(shape)};`;
}

function emitCases(field: Field, shape: Shape): string[] {
  const name = local(field);
  const open = `      case ${tagOf(field, shape)}:`;
  const nested = (store: string): string =>
    `${open} {\n        const outer = r.enter();\n        ${store}\n        r.leave(outer);\n        break;\n      }`;
  const scalar = (read: string): string =>
    `${open}\n        ${name} = ${read};\n        if (${isDefault(name, shape)}) explicitZeros |= ${bit(field)};\n        break;`;
  switch (shape) {
    case "number":
      return [scalar("r.number()")];
    case "enum":
      return [scalar(`r.number() as ${field.type}`)];
    case "uint32":
      return [scalar("r.uint32()")];
    case "id":
      return [scalar("r.id()")];
    case "bool":
      return [scalar("r.bool()")];
    case "bytes":
      return [`${open}\n        ${name} = r.view();\n        break;`];
    case "ids": {
      // Written one by one, read in either form.
      const packed = (field.number << 3) | 2;
      return [
        `${open}\n        ${name}.push(r.id());\n        break;`,
        `      case ${packed}: {\n        const outer = r.enter();\n        while (r.pos < r.end) ${name}.push(r.id());\n        r.leave(outer);\n        break;\n      }`,
      ];
    }
    case "message":
    case "requiredMessage":
      return [nested(`${name} = read${field.type}(r);`)];
    case "messages":
      return [nested(`${name}.push(read${field.type}(r));`)];
  }
}

function shapeOf(field: Field, { enums, messages }: Names): Shape {
  const isRepeated = field.label === "repeated";
  if (messages.has(field.type)) {
    if (isRepeated) return "messages";
    return field.label === "required" ? "requiredMessage" : "message";
  }
  if (enums.has(field.type)) return "enum";
  if (field.type === "bytes") return "bytes";
  if (field.type === "bool") return "bool";
  if (field.type === "uint32") return "uint32";
  if (field.type === "uint64" || field.type === "int64") {
    if (isRepeated) return "ids";
    return field.isNumber ? "number" : "id";
  }
  throw new Error(`field ${field.name}: type ${field.type} is not supported`);
}

function isScalar(shape: Shape): boolean {
  return shape === "number" || shape === "id" || shape === "uint32" || shape === "bool" || shape === "enum";
}

function typeOf(field: Field, shape: Shape): string {
  switch (shape) {
    case "number":
    case "uint32":
      return "number";
    case "id":
      return "bigint";
    case "ids":
      return "bigint[]";
    case "bool":
      return "boolean";
    case "bytes":
      return "Uint8Array | undefined";
    case "enum":
    case "requiredMessage":
      return field.type;
    case "message":
      return `${field.type} | undefined`;
    case "messages":
      return `${field.type}[]`;
  }
}

function defaultOf(shape: Shape): string {
  if (shape === "id") return "0n";
  if (shape === "bool") return "false";
  return shape === "ids" || shape === "messages" ? "[]" : "0";
}

function present(field: Field, shape: Shape): string {
  const f = `x.${field.name}`;
  const isSet = shape === "bool" ? f : `${f} !== ${defaultOf(shape)}`;
  return `${isSet} || (x.explicitZeros & ${bit(field)}) !== 0`;
}

function isDefault(name: string, shape: Shape): string {
  return shape === "bool" ? `!${name}` : `${name} === ${defaultOf(shape)}`;
}

function local(field: Field): string {
  return field.name;
}

function bit(field: Field): number {
  return 1 << (field.number - 1);
}

function tagOf(field: Field, shape: Shape): number {
  return (field.number << 3) | (isScalar(shape) || shape === "ids" ? 0 : 2);
}

function tagSize(field: Field): number {
  return field.number < 16 ? 1 : 2;
}

function emitDoc(doc: readonly string[], indent = ""): string {
  if (doc.length === 0) return "";
  return `${indent}/** ${doc.join(" ")} */\n`;
}
