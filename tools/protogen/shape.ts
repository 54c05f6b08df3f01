/** What a field of a .proto file is in TypeScript and on the wire. The one table of types; the emitters only arrange what stands here. */
import type { Field } from "./parse.ts";

/** How a scalar is held and coded: methods of Reader and Writer, functions of wire/writer.ts. */
export type Scalar = {
  readonly kind: "scalar";
  readonly type: string;
  readonly zero: string;
  /** The expression that reads it from `r`. */
  readonly read: string;
  /** The method of Writer; its argument where it is not the value itself. */
  readonly write: string;
  readonly size: string;
  readonly wire: 0 | 2;
};

/** How a field is held and coded. */
export type Shape =
  | Scalar
  /** Bytes that may be absent: of proto2, written when they are there. */
  | { readonly kind: "optionalBytes" }
  /** Bytes of proto3: empty is absent. */
  | { readonly kind: "bytes" }
  /** Bytes of proto3 that read as undefined when absent; empty ones are not written. */
  | { readonly kind: "seenBytes" }
  | { readonly kind: "message" }
  | { readonly kind: "requiredMessage" }
  | { readonly kind: "messages" }
  /** Repeated scalars; `isPacked` on the wire when written, read in either form. */
  | { readonly kind: "scalars"; readonly of: Scalar; readonly isPacked: boolean }
  | { readonly kind: "byteStrings" }
  | { readonly kind: "map" };

export type Shaped = {
  readonly field: Field;
  readonly shape: Shape;
  /** Of a scalar of proto2: it has a bit in `explicitZeros`. */
  readonly hasBit: boolean;
};

/** A oneof of a message with its members, or a field outside of any. */
export type Member =
  | { readonly kind: "field"; readonly shaped: Shaped }
  | { readonly kind: "oneof"; readonly name: string; readonly type: string; readonly members: readonly Shaped[] };

/** What is known of the names that a file may use, its own and imported ones. */
export type Names = { readonly enums: ReadonlySet<string>; readonly messages: ReadonlySet<string> };

const scalar = (type: string, zero: string, method: string, size: string): Scalar => {
  return { kind: "scalar", type, zero, read: `r.${method}()`, write: method, size, wire: method === "string" ? 2 : 0 };
};

const NUMBER = scalar("number", "0", "number", "sizeNumber");
const INT = scalar("number", "0", "int", "sizeInt");
const SCALARS = {
  number: NUMBER,
  int: INT,
  clampedInt: { ...INT, read: "r.clampedInt()" },
  id: scalar("bigint", "0n", "id", "sizeId"),
  signedId: { ...scalar("bigint", "0n", "id", "sizeId"), read: "r.signedId()" },
  uint32: { ...NUMBER, read: "r.uint32()" },
  bool: { ...scalar("boolean", "false", "bool", ""), read: "r.bool()" },
  string: scalar("string", '""', "string", "sizeString"),
} satisfies Record<string, Scalar>;

/** @param isProto3 of the file that declares the field. @throws Error for a type without code. */
export function shapeOf(field: Field, { enums, messages }: Names, isProto3: boolean): Shape {
  const { type, label } = field;
  if (messages.has(type)) {
    if (label === "map") return { kind: "map" };
    if (label === "repeated") return { kind: "messages" };
    return { kind: label === "required" ? "requiredMessage" : "message" };
  }
  if (type === "bytes" && label === "repeated") return { kind: "byteStrings" };
  if (type === "bytes" && label !== "map") {
    if (!isProto3) return { kind: "optionalBytes" };
    return { kind: field.hasPresence ? "seenBytes" : "bytes" };
  }
  const one = enums.has(type) ? enumOf(type, isProto3) : scalarOf(field);
  if (one === undefined || label === "map") throw new Error(`field ${field.name}: type ${type} is not supported`);
  if (label !== "repeated") return one;
  return { kind: "scalars", of: one, isPacked: isProto3 && one.wire === 0 };
}

function enumOf(type: string, isProto3: boolean): Scalar {
  // Enums of proto3 are open: any 32-bit number, and the type says what is expected.
  return isProto3 ? { ...INT, type, read: `r.int32() as ${type}` } : { ...NUMBER, type, read: `r.number() as ${type}` };
}

function scalarOf({ type, isNumber, saturates }: Field): Scalar | undefined {
  switch (type) {
    case "bool":
    case "uint32":
    case "string":
      return SCALARS[type];
    case "uint64":
      return isNumber ? SCALARS.number : SCALARS.id;
    case "int64":
      if (!isNumber) return SCALARS.signedId;
      return saturates ? SCALARS.clampedInt : SCALARS.int;
    default:
      return undefined;
  }
}

/** The type of a field's value where it is present. */
export function valueType({ type }: Field, shape: Shape): string {
  switch (shape.kind) {
    case "scalar":
      return shape.type;
    case "optionalBytes":
    case "bytes":
    case "seenBytes":
      return "Uint8Array";
    case "message":
    case "requiredMessage":
      return type;
    case "messages":
      return `${type}[]`;
    case "scalars":
      return `${shape.of.type}[]`;
    case "byteStrings":
      return "Uint8Array[]";
    case "map":
      return `Map<string, ${type}>`;
  }
}

/** The type of a field: what may be absent may be undefined. */
export function fieldType(field: Field, shape: Shape): string {
  const isOptional = shape.kind === "optionalBytes" || shape.kind === "seenBytes" || shape.kind === "message";
  return isOptional ? `${valueType(field, shape)} | undefined` : valueType(field, shape);
}

/** The expression of a field's default, or undefined where absence is. */
export function defaultOf(field: Field, shape: Shape): string | undefined {
  switch (shape.kind) {
    case "scalar":
      return shape.zero;
    case "bytes":
      return "EMPTY_BYTES";
    case "requiredMessage":
      return `new${field.type}()`;
    case "messages":
    case "scalars":
    case "byteStrings":
      return "[]";
    case "map":
      return "new Map()";
    case "optionalBytes":
    case "seenBytes":
    case "message":
      return undefined;
  }
}

/** The number before a field on the wire: field number and wire type. */
export function tagOf({ number }: Field, shape: Shape): number {
  const wire = shape.kind === "scalar" ? shape.wire : shape.kind === "scalars" && !shape.isPacked ? shape.of.wire : 2;
  return number * 8 + wire;
}

/** Encoded length of a tag. */
export function tagSize({ number }: Field): number {
  return number < 1 << 4 ? 1 : number < 1 << 11 ? 2 : number < 1 << 18 ? 3 : 4;
}

/** The bit of a scalar in `explicitZeros`. */
export function zeroBit({ number }: Field): number {
  return 1 << (number - 1);
}
