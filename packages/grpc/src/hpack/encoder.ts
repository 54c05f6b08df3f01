/**
 * HPACK encoding (RFC 7541). A field goes into the dynamic table unless it is secret or too large to be worth it; what stands in a table is
 * sent as an index. The peer's limit of the table holds from the block after its SETTINGS.
 */
import { assert } from "@quorate/base";
import { DynamicTable } from "./dynamic-table.ts";
import { type HeaderField, Kind } from "./header-field.ts";
import { huffmanEncode, huffmanLength } from "./huffman.ts";
import { STATIC_COUNT, STATIC_TABLE } from "./static-table.ts";

/** We never keep a larger table than this, whatever the peer offers. */
const MAX_TABLE_BYTES = 4096;
/** A field above this part of the table would evict most of the others. */
const LARGE_FRACTION = 4;
const INITIAL_BYTES = 512;
/** Room for the two integers in front of the strings of a field. */
const FIELD_OVERHEAD = 16;

export class HpackEncoder {
  readonly table: DynamicTable = new DynamicTable(MAX_TABLE_BYTES);
  /** Smallest and last size that the peer's SETTINGS asked for since the last block; undefined while there is nothing to tell. */
  #smallest: number | undefined;
  #wanted = MAX_TABLE_BYTES;
  #out = new Uint8Array(INITIAL_BYTES);
  #length = 0;

  /** Takes the peer's SETTINGS_HEADER_TABLE_SIZE. */
  setTableLimit(limit: number): void {
    const size = Math.min(limit, MAX_TABLE_BYTES);
    if (size === this.#wanted) return;
    this.#wanted = size;
    this.#smallest = Math.min(this.#smallest ?? size, size);
  }

  /** The next block begins with a change of the table's size. */
  get hasUpdate(): boolean {
    return this.#smallest !== undefined;
  }

  /** The block of `fields`: a view that holds until the next call. */
  encode(fields: readonly HeaderField[]): Uint8Array {
    this.#length = 0;
    this.#sizeUpdates();
    for (let i = 0; i < fields.length; i++) this.#field(fields[i]!);
    return this.#out.subarray(0, this.#length);
  }

  #sizeUpdates(): void {
    const smallest = this.#smallest;
    if (smallest === undefined) return;
    this.#smallest = undefined;
    for (const size of smallest < this.#wanted ? [smallest, this.#wanted] : [this.#wanted]) {
      this.#reserve(FIELD_OVERHEAD);
      this.#integer(0x20, 5, size);
      this.table.resize(size);
    }
  }

  #field(field: HeaderField): void {
    this.#reserve(FIELD_OVERHEAD + field.name.length + field.value.length);
    const { table } = this;
    let nameIndex = 0;
    const fixed = STATIC_INDEX.get(field.name) ?? 0;
    for (let i = fixed; i > 0 && STATIC_TABLE[i]?.name === field.name; i++) {
      if (STATIC_TABLE[i]!.value === field.value) return this.#integer(0x80, 7, i);
      nameIndex = fixed;
    }
    for (let i = 0; i < table.count; i++) {
      const entry = table.get(i)!;
      if (entry.name !== field.name) continue;
      if (entry.value === field.value) return this.#integer(0x80, 7, i + STATIC_COUNT + 1);
      if (nameIndex === 0) nameIndex = i + STATIC_COUNT + 1;
    }
    const isIndexing = !field.isSecret && field.size <= table.maxSize / LARGE_FRACTION && isRepeated(field.kind);
    if (isIndexing) this.#integer(0x40, 6, nameIndex);
    else this.#integer(field.isSecret ? 0x10 : 0, 4, nameIndex);
    if (nameIndex === 0) this.#string(field.name);
    this.#string(field.value);
    if (isIndexing) table.insert(field);
  }

  #string(text: string): void {
    const packed = huffmanLength(text);
    if (packed < text.length) {
      this.#integer(0x80, 7, packed);
      this.#length = huffmanEncode(text, this.#out, this.#length);
      return;
    }
    this.#integer(0, 7, text.length);
    for (let i = 0; i < text.length; i++) this.#out[this.#length++] = text.charCodeAt(i);
  }

  #integer(first: number, bits: number, value: number): void {
    assert(value >= 0, "HPACK integers are not negative");
    const mask = (1 << bits) - 1;
    const out = this.#out;
    if (value < mask) {
      out[this.#length++] = first | value;
      return;
    }
    out[this.#length++] = first | mask;
    let left = value - mask;
    for (; left >= 0x80; left >>>= 7) out[this.#length++] = (left & 0x7f) | 0x80;
    out[this.#length++] = left;
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#out.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#out.length * 2));
    larger.set(this.#out.subarray(0, this.#length));
    this.#out = larger;
  }
}

/** Name to the first index of the static table that has it. */
const STATIC_INDEX: ReadonlyMap<string, number> = new Map(
  STATIC_TABLE.flatMap((field, i) => (field === undefined ? [] : [[field.name, i] as const])).reverse(),
);

/** Deadlines, lengths and error texts differ from call to call: they would only push others out of the table. */
function isRepeated(kind: Kind): boolean {
  return kind !== Kind.GrpcTimeout && kind !== Kind.GrpcMessage && kind !== Kind.ContentLength;
}
