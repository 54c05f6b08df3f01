/**
 * What a call carries besides its messages. Names are lower case; a name that ends in "-bin" has bytes for values, every other one printable
 * ASCII. Names that HTTP/2 or gRPC use themselves cannot be set.
 */
import { CodedError } from "@quorate/base";
import { base64Decode, base64Encode } from "./base64.ts";
import { HeaderField, Kind } from "./hpack/header-field.ts";

const BINARY_SUFFIX = "-bin";
const TEXT = /^[\x20-\x7e]*$/;
/** What should stand in no table on the way: they open the store. */
const SECRETS: ReadonlySet<string> = new Set(["authorization", "token"]);

/** A name or value that cannot be sent. */
export class MetadataError extends CodedError<{ readonly code: "BadMetadata" }> {
  override readonly name = "MetadataError";

  constructor(message: string) {
    super(`grpc: ${message}`, { code: "BadMetadata" });
  }
}

export class Metadata {
  readonly #fields: readonly HeaderField[];

  /** @param fields legal ones only; fields that belong to HTTP/2 or gRPC are not seen. */
  constructor(fields: readonly HeaderField[]) {
    this.#fields = fields;
  }

  /** The metadata of these pairs. @throws MetadataError */
  static of(pairs: Iterable<readonly [name: string, value: string | Uint8Array]>): Metadata {
    return new Metadata(Array.from(pairs, ([name, value]) => fieldOf(name, value)));
  }

  /** The fields as they go over the wire. */
  get fields(): readonly HeaderField[] {
    return this.#fields;
  }

  /** The first value of `name`, which is lower case. */
  get(name: string): string | undefined {
    for (let i = 0; i < this.#fields.length; i++) {
      const field = this.#fields[i]!;
      if (field.name === name && field.kind === Kind.Metadata) return field.value;
    }
    return undefined;
  }

  /** All values of `name`. */
  getAll(name: string): string[] {
    return this.#fields
      .filter((field) => field.name === name && field.kind === Kind.Metadata)
      .map(({ value }) => value);
  }

  /** The first value of a name that ends in "-bin"; undefined when there is none or it is not base64. */
  getBytes(name: string): Uint8Array | undefined {
    const value = this.get(name);
    return value === undefined ? undefined : base64Decode(value.split(",", 1)[0]!);
  }

  /** Every name and value, in the order of the wire. */
  *entries(): Generator<readonly [name: string, value: string]> {
    for (const { name, value, kind } of this.#fields) if (kind === Kind.Metadata) yield [name, value];
  }
}

export const NO_METADATA: Metadata = new Metadata([]);

/** The name of a "-bin" field whose value is not base64; undefined when all are. */
export function findBadBinary(fields: readonly HeaderField[]): HeaderField | undefined {
  return fields.find(({ name, value }) => name.endsWith(BINARY_SUFFIX) && value.split(",").some(isNotBase64));
}

function isNotBase64(part: string): boolean {
  return base64Decode(part) === undefined;
}

function fieldOf(name: string, value: string | Uint8Array): HeaderField {
  const isBinary = name.endsWith(BINARY_SUFFIX);
  if (isBinary !== (typeof value !== "string")) throw new MetadataError(`${name}: bytes go with names in -bin only`);
  const text = typeof value === "string" ? value : base64Encode(value);
  if (!TEXT.test(text)) throw new MetadataError(`${name}: value is not printable ASCII`);
  const field = new HeaderField(name, text, SECRETS.has(name));
  if (field.kind !== Kind.Metadata || name.startsWith("grpc-"))
    throw new MetadataError(`${name}: not a name for metadata`);
  return field;
}
