/**
 * Writes TypeScript for a parsed .proto file: a plain object type for each message, and straight-line functions that make, size, write
 * and read it. Nothing is looked up at run time.
 *
 * Presence in proto2: `explicitZeros` has bit (field number - 1) set for each scalar that holds its default and is on the wire all the
 * same. So a message that was read is written again byte for byte, whichever etcd release wrote it, and nobody handles optional numbers.
 * In proto3 a default is not written. A oneof is a closed union `{ kind, value }`, or undefined.
 */
import { emitRead, emitSize, emitUnion, emitWrite, isSingular, type Layout } from "./emit-codec.ts";
import type { Declaration, EnumDecl, MessageDecl, ProtoFile, Rpc, ServiceDecl } from "./parse.ts";
import { defaultOf, fieldType, type Member, type Names, type Shaped, shapeOf, zeroBit } from "./shape.ts";

/** Bits in a number that bit operators leave non-negative. */
const MAX_ZERO_BITS = 31;

/** The TypeScript of one file. @param origins for each imported name, the module it comes from. */
export function emitFile(file: ProtoFile, names: Names, origins: ReadonlyMap<string, string>): string {
  const body = file.declarations.map((decl) => emitDeclaration(decl, file, names)).join("\n");
  const header = [
    "/**",
    ...file.doc.map((line) => ` * ${line}`),
    ` * Generated from proto/${file.path} by \`npm run protogen\`; do not edit.`,
    " */",
  ];
  return `${[...header, ...emitImports(body, origins)].join("\n")}\n\n${body}`;
}

function emitDeclaration(decl: Declaration, { packageName, syntax }: ProtoFile, names: Names): string {
  switch (decl.kind) {
    case "enum":
      return emitEnum(decl);
    case "message":
      return emitMessage(decl, names, syntax === "proto3");
    case "service":
      return emitService(decl, packageName);
  }
}

function emitImports(body: string, origins: ReadonlyMap<string, string>): string[] {
  const code = body.replace(/\/\*\*.*?\*\//gs, "");
  const uses = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(code);
  const lines: string[] = [];
  if (uses("EMPTY_BYTES")) lines.push('import { EMPTY_BYTES } from "@quorate/base";');
  const byModule = new Map<string, string[]>();
  for (const [name, module] of origins) {
    if (!uses(name)) continue;
    const values = [
      `decode${name}`,
      `encode${name}`,
      `new${name}`,
      `read${name}`,
      `size${name}`,
      `write${name}`,
    ].filter(uses);
    byModule.set(module, [...(byModule.get(module) ?? []), `type ${name}`, ...values]);
  }
  for (const [module, imported] of byModule) lines.push(`import { ${imported.join(", ")} } from "./${module}.ts";`);
  if (uses("Method")) lines.push('import type { Method } from "../wire/method.ts";');
  lines.push('import { Reader } from "../wire/reader.ts";');
  const sizes = ["entrySize", "sizeId", "sizeInt", "sizeNumber", "sizeString"].filter(uses);
  lines.push(`import { ${[...sizes, "Writer"].join(", ")} } from "../wire/writer.ts";`);
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

function emitService({ name, doc, rpcs }: ServiceDecl, packageName: string): string {
  const keyOf = ({ name: rpc }: Rpc): string => rpc.charAt(0).toLowerCase() + rpc.slice(1);
  const types = rpcs.map((rpc) => {
    return `${emitDoc(rpc.doc, "  ")}  readonly ${keyOf(rpc)}: Method<${rpc.request}, ${rpc.response}>;`;
  });
  const values = rpcs.map(
    (rpc) => `  ${keyOf(rpc)}: {
    path: "/${packageName}.${name}/${rpc.name}",
    isClientStreaming: ${rpc.isClientStreaming},
    isServerStreaming: ${rpc.isServerStreaming},
    encodeRequest: encode${rpc.request},
    sizeRequest: size${rpc.request},
    writeRequest: write${rpc.request},
    decodeRequest: decode${rpc.request},
    encodeResponse: encode${rpc.response},
    sizeResponse: size${rpc.response},
    writeResponse: write${rpc.response},
    decodeResponse: decode${rpc.response},
  },`,
  );
  return `${emitDoc(doc.length > 0 ? doc : [`The methods of ${name}.`])}export const ${name}Service: {
${types.join("\n")}
} = {
${values.join("\n")}
};
`;
}

function emitMessage(message: MessageDecl, names: Names, isProto3: boolean): string {
  const layout = layoutOf(message, names, isProto3);
  const { name } = message;
  const scalars = layout.shaped.filter(({ hasBit }) => hasBit);
  const parts = [...layout.members.flatMap((member) => emitOneof(message, member)), emitType(message, layout)];
  if (scalars.length > 0) {
    parts.push(`/** Bits of \`${name}.explicitZeros\`. */
export const ${name}Zeros = {
${scalars.map(({ field }) => `  ${field.name}: ${zeroBit(field)},`).join("\n")}
} as const;
`);
  }
  parts.push(emitNew(message, layout), emitSize(layout), emitWrite(layout), emitRead(layout));
  parts.push(`/** The bytes of a message, in an array of their own: size and write into shared room cost a fraction of it. */
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

function layoutOf({ name, fields }: MessageDecl, names: Names, isProto3: boolean): Layout {
  const shaped = fields.map((field): Shaped => {
    const shape = shapeOf(field, names, isProto3);
    const hasBit = !isProto3 && shape.kind === "scalar";
    if (field.oneof !== undefined && !isSingular(shape)) throw new Error(`field ${field.name}: not in a oneof`);
    if (hasBit && field.number > MAX_ZERO_BITS) throw new Error(`field ${field.name}: no bit for its zero`);
    return { field, shape, hasBit };
  });
  const members: Member[] = [];
  for (const one of shaped) {
    const { oneof } = one.field;
    if (oneof === undefined) members.push({ kind: "field", shaped: one });
    else if (!members.some((member) => member.kind === "oneof" && member.name === oneof)) {
      const type = `${name}${oneof.charAt(0).toUpperCase()}${oneof.slice(1)}`;
      members.push({ kind: "oneof", name: oneof, type, members: shaped.filter(({ field }) => field.oneof === oneof) });
    }
  }
  return { name, members, shaped };
}

function emitOneof({ name }: MessageDecl, member: Member): string[] {
  if (member.kind === "field") return [];
  return [
    `/** Which field of \`${name}.${member.name}\` is set. */\nexport type ${member.type} =${emitUnion(member.members)};\n`,
  ];
}

function emitType(message: MessageDecl, { members, shaped }: Layout): string {
  const doc = emitDoc(message.doc);
  if (members.length === 0) return `${doc}export type ${message.name} = Record<never, never>;\n`;
  const lines = members.map((member) => {
    if (member.kind === "oneof") return `  ${member.name}: ${member.type} | undefined;`;
    const { field, shape } = member.shaped;
    return `${emitDoc(field.doc, "  ")}  ${field.name}: ${fieldType(field, shape)};`;
  });
  if (shaped.some(({ hasBit }) => hasBit)) {
    lines.push("  /** Scalars that are written although they hold their default: bits of the Zeros constant. */");
    lines.push("  explicitZeros: number;");
  }
  return `${doc}export type ${message.name} = {\n${lines.join("\n")}\n};\n`;
}

function emitNew({ name, zeros }: MessageDecl, { members, shaped }: Layout): string {
  const doc = `/** ${/^[AEIOU]/.test(name) ? "An" : "A"} ${name} with defaults for what \`init\` leaves out. */\n`;
  if (members.length === 0) return `/** The ${name}. */\nexport function new${name}(): ${name} {\n  return {};\n}\n`;
  const values = members.map((member) => {
    if (member.kind === "oneof") return `    ${member.name}: init.${member.name},`;
    const { field, shape } = member.shaped;
    const zero = defaultOf(field, shape);
    return `    ${field.name}: init.${field.name}${zero === undefined ? "" : ` ?? ${zero}`},`;
  });
  const scalars = shaped.filter(({ hasBit }) => hasBit);
  if (scalars.length > 0) values.push(`    explicitZeros: init.explicitZeros ?? ${zeroMask(zeros, scalars)},`);
  return `${doc}export function new${name}(init: Partial<${name}> = {}): ${name} {
  return {
${values.join("\n")}
  };
}
`;
}

/** The bits that the `@zeros` directive asks for. */
function zeroMask(zeros: string, scalars: readonly Shaped[]): number {
  const words = zeros.split(" ").map((word) => word.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()));
  const isSet = (name: string): boolean => (words[0] === "all" ? !words.includes(name) : words.includes(name));
  return scalars.filter(({ field }) => isSet(field.name)).reduce((sum, { field }) => sum | zeroBit(field), 0);
}

function emitDoc(doc: readonly string[], indent = ""): string {
  if (doc.length === 0) return "";
  return `${indent}/** ${doc.join(" ")} */\n`;
}
