/**
 * HPACK decoding (RFC 7541). Every length is checked against what is left of the block before anything is made from it, and a list beyond
 * its limit is still decoded to its end, without being kept: the table must stay in step with the peer's. A block that repeats while the
 * table did not change is answered from memory.
 */
import { BlockCache } from "./block-cache.ts";
import { DynamicTable } from "./dynamic-table.ts";
import { HeaderField } from "./header-field.ts";
import { huffmanDecode } from "./huffman.ts";
import { STATIC_COUNT, STATIC_TABLE } from "./static-table.ts";

/** A decoded block. Shared between the requests that repeat it: never written to, but for `parsed`. */
export type HeaderList<T> = {
  readonly fields: readonly HeaderField[];
  /** The list was larger than the limit: `fields` holds its beginning only. */
  readonly isTooLarge: boolean;
  /** What the owner of the connection worked out of the fields, kept with them. */
  parsed: T | undefined;
};

/** The block is not HPACK: the connection cannot go on (COMPRESSION_ERROR). */
export class HpackError extends Error {
  override readonly name = "HpackError";
}

export type HpackDecoderOptions = {
  /** Octets of the dynamic table: our SETTINGS_HEADER_TABLE_SIZE. */
  readonly tableBytes: number;
  /** Octets of a list, overhead included: our SETTINGS_MAX_HEADER_LIST_SIZE. */
  readonly maxListBytes: number;
};

/** Beyond this many octets of continuation an integer cannot be one that anybody meant (RFC 7541 section 5.1). */
const MAX_INTEGER_OCTETS = 4;
/** Changes of the table's size at the start of a block; more than two are never needed (section 4.2). */
const MAX_SIZE_UPDATES = 2;

export class HpackDecoder<T> {
  readonly table: DynamicTable;
  readonly #options: HpackDecoderOptions;
  readonly #cache = new BlockCache<HeaderList<T>>();
  #at = 0;
  #end = 0;

  constructor(options: HpackDecoderOptions) {
    this.#options = options;
    this.table = new DynamicTable(options.tableBytes);
  }

  /** The list of the block bytes [start, end). @throws HpackError */
  decode(bytes: Uint8Array, start: number, end: number): HeaderList<T> {
    const { epoch } = this.table;
    const known = this.#cache.find(bytes, start, end, epoch);
    if (known !== undefined) return known;
    const list = this.#decode(bytes, start, end);
    if (this.table.epoch === epoch) this.#cache.add(bytes, start, end, epoch, list);
    return list;
  }

  #decode(bytes: Uint8Array, start: number, end: number): HeaderList<T> {
    this.#at = start;
    this.#end = end;
    this.#sizeUpdates(bytes);
    const fields: HeaderField[] = [];
    let size = 0;
    while (this.#at < end) {
      const first = bytes[this.#at]!;
      const field = first >= 0x80 ? this.#indexed(bytes) : this.#literal(bytes, first);
      size += field.size;
      if (size <= this.#options.maxListBytes) fields.push(field);
    }
    return { fields, isTooLarge: size > this.#options.maxListBytes, parsed: undefined };
  }

  #sizeUpdates(bytes: Uint8Array): void {
    for (let n = 0; this.#at < this.#end && (bytes[this.#at]! & 0xe0) === 0x20; n++) {
      const size = this.#integer(bytes, 5);
      if (size > this.#options.tableBytes) throw new HpackError(`table size ${size} above the limit`);
      if (n === MAX_SIZE_UPDATES) throw new HpackError("too many table size updates");
      this.table.resize(size);
    }
  }

  #indexed(bytes: Uint8Array): HeaderField {
    return this.#entry(this.#integer(bytes, 7));
  }

  #entry(index: number): HeaderField {
    const field = index <= STATIC_COUNT ? STATIC_TABLE[index] : this.table.get(index - STATIC_COUNT - 1);
    if (field === undefined) throw new HpackError(`no entry with index ${index}`);
    return field;
  }

  #literal(bytes: Uint8Array, first: number): HeaderField {
    if ((first & 0xe0) === 0x20) throw new HpackError("table size update after a field");
    const isIndexing = first >= 0x40;
    const nameIndex = this.#integer(bytes, isIndexing ? 6 : 4);
    const name = nameIndex === 0 ? this.#string(bytes) : this.#entry(nameIndex).name;
    const field = new HeaderField(name, this.#string(bytes), (first & 0xf0) === 0x10);
    if (isIndexing) this.table.insert(field);
    return field;
  }

  #string(bytes: Uint8Array): string {
    const isHuffman = this.#at < this.#end && bytes[this.#at]! >= 0x80;
    const length = this.#integer(bytes, 7);
    const start = this.#at;
    if (length > this.#end - start) throw new HpackError("string longer than its block");
    this.#at = start + length;
    if (!isHuffman) return latin1(bytes, start, this.#at);
    const text = huffmanDecode(bytes, start, this.#at);
    if (text === undefined) throw new HpackError("invalid Huffman code");
    return text;
  }

  /** An integer with a prefix of `bits` (section 5.1). */
  #integer(bytes: Uint8Array, bits: number): number {
    if (this.#at >= this.#end) throw new HpackError("block ends inside a field");
    const mask = (1 << bits) - 1;
    let value = bytes[this.#at++]! & mask;
    if (value < mask) return value;
    for (let n = 0, shift = 0; ; n++, shift += 7) {
      if (n === MAX_INTEGER_OCTETS) throw new HpackError("integer too long");
      if (this.#at >= this.#end) throw new HpackError("block ends inside an integer");
      const byte = bytes[this.#at++]!;
      value += (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }
}

/** Beyond this many octets one call for all beats one per octet, and stays far below the limit of arguments. */
const SHORT = 32;
const ARGUMENTS = 4096;

/** Octets [start, end) as text, one char each. */
export function latin1(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  if (end - start <= SHORT) {
    for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i]!);
    return text;
  }
  for (let i = start; i < end; i += ARGUMENTS) {
    text += String.fromCharCode(...bytes.subarray(i, Math.min(end, i + ARGUMENTS)));
  }
  return text;
}
