import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { hasCode, toHex, UINT64_MAX } from "@quorate/base";
import { withSeed } from "@quorate/testkit";
import fc from "fast-check";
import * as proto from "./index.ts";

/**
 * Every message against a second codec, written here as slowly and plainly as the protobuf documents describe it, straight from the
 * tables of the .proto files: it shares no line with the generator.
 */

type Field = {
  readonly label: string | undefined;
  readonly type: string;
  readonly name: string;
  readonly number: number;
  readonly isNumber: boolean;
  readonly hasPresence: boolean;
  readonly oneof: string | undefined;
};
type Table = { readonly name: string; readonly isProto3: boolean; readonly fields: Field[] };
type Value = Record<string, unknown>;
type OneOf = { readonly kind: string; readonly value: unknown };

const tables = new Map<string, Table>();
const enums = new Map<string, number[]>();
readTables(join(import.meta.dirname, "../proto"));

function readTables(folder: string): void {
  const camel = (name: string): string => name.replace(/_(.)/g, (_, c: string) => c.toUpperCase());
  for (const file of readdirSync(folder)) {
    const text = readFileSync(join(folder, file), "utf8");
    let table: Table | undefined;
    let values: number[] | undefined;
    let oneof: string | undefined;
    let hasPresence = false;
    for (const line of text.split("\n").map((l) => l.trim())) {
      const message = /^message (\w+) \{/.exec(line);
      const value = /^\w+ = (\d+);$/.exec(line);
      const field = /^(?:(\w+) )?(map<string, \w+>|[\w.]+) (\w+) = (\d+)( \[.*\])?;$/.exec(line);
      if (message !== null) {
        table = { name: message[1]!, isProto3: text.includes('"proto3"'), fields: [] };
        tables.set(table.name, table);
      } else if (line.startsWith("enum ")) {
        values = [];
        enums.set(line.split(" ")[1]!, values);
      } else if (line.startsWith("oneof ")) oneof = camel(line.split(" ")[1]!);
      else if (line === "}") {
        values = undefined;
        oneof = undefined;
      } else if (value !== null && values !== undefined) values.push(Number(value[1]));
      else if (line === "// @presence") hasPresence = true;
      else if (field !== null && !/^(syntax|reserved)/.test(line)) {
        const type = field[2]!.replace(/^.*[.]/, "");
        const isNumber = field[5] !== undefined;
        table?.fields.push({
          ...{ label: field[1], type, name: camel(field[3]!), number: Number(field[4]), isNumber, hasPresence, oneof },
        });
        hasPresence = false;
      }
    }
  }
}

const isMap = ({ type }: Field): boolean => type.startsWith("map<");
const mapValue = ({ type }: Field): string => type.slice("map<string, ".length, -1);
const isScalar = (f: Field): boolean =>
  !isMap(f) && !tables.has(f.type) && f.type !== "bytes" && f.label !== "repeated";

// Values.

const ids = fc.oneof(fc.bigInt(0n, UINT64_MAX), fc.bigInt(0n, 5n));
const signedIds = fc.oneof(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.bigInt(-2n, 5n));
const numbers = fc.oneof(fc.maxSafeNat(), fc.nat(5));
const ints = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -2, max: 300 }));
const texts = fc.string({ unit: "binary", maxLength: 12 });
const bytes = fc.uint8Array({ maxLength: 40 });

/** One value of a field's type. */
function one({ type, isNumber }: Field, isProto3: boolean, depth: number): fc.Arbitrary<unknown> {
  const values = enums.get(type);
  if (values !== undefined)
    return isProto3
      ? fc.oneof(fc.constantFrom(...values), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }))
      : fc.constantFrom(...values);
  switch (type) {
    case "bytes":
      return bytes;
    case "string":
      return texts;
    case "bool":
      return fc.boolean();
    case "uint32":
      return fc.nat(0xffffffff);
    case "uint64":
      return isNumber ? numbers : ids;
    case "int64":
      return isNumber ? ints : signedIds;
    default:
      return messageOf(type, depth - 1);
  }
}

/** A value of a message; below `depth` no message is set. */
function messageOf(name: string, depth: number): fc.Arbitrary<Value> {
  const { fields, isProto3 } = tables.get(name)!;
  const parts: Record<string, fc.Arbitrary<unknown>> = {};
  const nothing = fc.constant(undefined);
  for (const f of fields.filter(({ oneof }) => oneof === undefined)) {
    const isMessage = tables.has(f.type);
    if (isMap(f)) {
      const entries = fc.array(fc.tuple(texts, messageOf(mapValue(f), depth - 1)), { maxLength: 3 });
      parts[f.name] = entries.map((list) => new Map(list));
    } else if (f.label === "repeated") {
      parts[f.name] = isMessage && depth <= 0 ? fc.constant([]) : fc.array(one(f, isProto3, depth), { maxLength: 3 });
    } else if (isMessage && f.label !== "required") {
      parts[f.name] = depth <= 0 ? nothing : fc.option(one(f, isProto3, depth), { nil: undefined });
    } else if (f.type === "bytes" && (!isProto3 || f.hasPresence)) {
      parts[f.name] = fc.option(bytes, { nil: undefined });
    } else parts[f.name] = one(f, isProto3, depth);
  }
  for (const oneof of new Set(fields.map((f) => f.oneof).filter((o) => o !== undefined))) {
    const members = fields.filter((f) => f.oneof === oneof && (depth > 0 || !tables.has(f.type)));
    const kinds = members.map((f) => one(f, isProto3, depth).map((value) => ({ kind: f.name, value })));
    parts[oneof] = fc.oneof(nothing, ...kinds);
  }
  const bits = fields.filter((f) => !isProto3 && isScalar(f)).map(({ number }) => 2 ** (number - 1));
  if (bits.length > 0) parts["explicitZeros"] = fc.subarray(bits).map((chosen) => chosen.reduce((a, b) => a | b, 0));
  return fc.record(parts);
}

// The second encoder.

function varint(value: bigint): number[] {
  const out: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest >= 0x80n; rest >>= 7n) out.push(Number(rest & 0x7fn) | 0x80);
  return [...out, Number(rest)];
}

const sized = (body: readonly number[]): number[] => [...varint(BigInt(body.length)), ...body];
const tagged = (number: number, wire: number, body: readonly number[]): number[] => [
  ...varint(BigInt(number * 8 + wire)),
  ...body,
];

/** One value with its tag. */
function encodeOne(type: string, number: number, value: unknown): number[] {
  if (type === "bytes") return tagged(number, 2, sized([...(value as Uint8Array)]));
  if (type === "string") return tagged(number, 2, sized([...new TextEncoder().encode(value as string)]));
  if (tables.has(type)) return tagged(number, 2, sized(naiveEncode(type, value as Value).flat()));
  return tagged(number, 0, varint(BigInt(value as bigint | number | boolean)));
}

/** The fields of a message, each with its tag, in the order of their numbers. */
function naiveEncode(name: string, x: Value): number[][] {
  const { fields, isProto3 } = tables.get(name)!;
  const out: number[][] = [];
  for (const f of [...fields].sort((a, b) => a.number - b.number)) {
    const { type, number } = f;
    const value = x[f.name];
    if (f.oneof !== undefined) {
      const chosen = x[f.oneof] as OneOf | undefined;
      if (chosen?.kind === f.name) out.push(encodeOne(type, number, chosen.value));
    } else if (isMap(f)) {
      for (const [key, entry] of value as Map<string, Value>)
        out.push(tagged(number, 2, sized([...encodeOne("string", 1, key), ...encodeOne(mapValue(f), 2, entry)])));
    } else if (f.label === "repeated") {
      const list = value as unknown[];
      const isPacked = isProto3 && enums.has(type);
      if (isPacked && list.length > 0)
        out.push(tagged(number, 2, sized(list.flatMap((v) => varint(BigInt(v as number))))));
      if (!isPacked) for (const v of list) out.push(encodeOne(type, number, v));
    } else if (value === undefined) continue;
    else {
      const isEmpty = type === "bytes" ? isProto3 && (value as Uint8Array).length === 0 : isScalar(f) && !value;
      const hasBit = !isProto3 && isScalar(f) && ((x["explicitZeros"] as number) & (2 ** (number - 1))) !== 0;
      if (!isEmpty || hasBit) out.push(encodeOne(type, number, value));
    }
  }
  return out;
}

/** What a message reads as that was written from `x`: bits of scalars that are not zero say nothing, and empty bytes are absent ones. */
function settled(name: string, x: Value): Value {
  const { fields, isProto3 } = tables.get(name)!;
  const out: Value = {};
  const inner = (type: string, value: unknown): unknown =>
    tables.has(type) && value !== undefined ? settled(type, value as Value) : value;
  for (const f of fields) {
    const value = x[f.name];
    if (f.oneof !== undefined) {
      const chosen = x[f.oneof] as OneOf | undefined;
      if (chosen?.kind === f.name) out[f.oneof] = { kind: f.name, value: inner(f.type, chosen.value) };
      else if (chosen === undefined) out[f.oneof] = undefined;
    } else if (isMap(f)) {
      const entries = [...(value as Map<string, Value>)];
      out[f.name] = new Map(entries.map(([key, entry]) => [key, settled(mapValue(f), entry)]));
    } else if (f.label === "repeated") out[f.name] = (value as unknown[]).map((v) => inner(f.type, v));
    else if (f.hasPresence && (value as Uint8Array | undefined)?.length === 0) out[f.name] = undefined;
    else out[f.name] = inner(f.type, value);
  }
  const zeros = fields.filter((f) => !isProto3 && isScalar(f) && !x[f.name]).map(({ number }) => 2 ** (number - 1));
  if (!isProto3 && fields.some(isScalar))
    out["explicitZeros"] = zeros.reduce((sum, bit) => sum | ((x["explicitZeros"] as number) & bit), 0);
  return out;
}

const functions = proto as unknown as Record<string, (x: unknown) => unknown>;
const encodeWith = (name: string, x: unknown): Uint8Array => functions[`encode${name}`]!(x) as Uint8Array;
const decodeWith = (name: string, from: Uint8Array): Value => functions[`decode${name}`]!(from) as Value;

function onlyProtoErrors(name: string, from: Uint8Array): void {
  try {
    decodeWith(name, from);
  } catch (error) {
    assert.ok(error instanceof proto.ProtoError, `${toHex(from)}: ${String(error)}`);
  }
}

describe("proto/messages", () => {
  it("has a table for every message, and a message for every table", () => {
    const decoders = Object.keys(proto).filter((name) => /^decode[A-Z]/.test(name) && name !== "decodeUtf8");
    assert.deepEqual([...tables.keys()].map((name) => `decode${name}`).sort(), decoders.sort());
    assert.ok(tables.size > 130);
  });

  for (const name of tables.keys()) {
    const arbitrary = messageOf(name, 3);

    it(`writes a ${name} as the second encoder does, and reads it as it was`, () => {
      withSeed("proto/messages", ({ seed }) => {
        fc.assert(
          fc.property(arbitrary, (x) => {
            const encoded = encodeWith(name, x);
            assert.equal(toHex(encoded), toHex(Uint8Array.from(naiveEncode(name, x).flat())));
            assert.equal(functions[`size${name}`]!(x), encoded.length);
            const read = decodeWith(name, encoded);
            assert.deepEqual(read, settled(name, x));
            assert.equal(toHex(encodeWith(name, read)), toHex(encoded));
          }),
          { seed, numRuns: 60 },
        );
      });
    });

    it(`reads a ${name} whose fields come in another order, among fields that it does not have`, () => {
      withSeed("proto/messages", ({ seed }) => {
        // A number, eight bytes, four bytes, a text.
        const unknown = [
          [0x96, 1],
          [1, 2, 3, 4, 5, 6, 7, 8],
          [1, 2, 3, 4],
          [2, 7, 7],
        ].map((body, i) => tagged(20_000 + i, [0, 1, 5, 2][i]!, body));
        for (const x of fc.sample(arbitrary, { seed, numRuns: 5 })) {
          const chunks = naiveEncode(name, x);
          // Fields of one number keep their order.
          const turned = [...chunks].sort((a, b) => numberOf(b) - numberOf(a));
          const mixed = turned.flatMap((chunk, i) => [...unknown[i % unknown.length]!, ...chunk]);
          assert.deepEqual(decodeWith(name, Uint8Array.from([...mixed, ...unknown.flat()])), settled(name, x));
        }
      });
    });

    it(`refuses a ${name} cut at any byte inside a field, and reads one cut between fields`, () => {
      withSeed("proto/messages", ({ seed }) => {
        for (const x of fc.sample(arbitrary, { seed, numRuns: 3 })) {
          const chunks = naiveEncode(name, x);
          const all = Uint8Array.from(chunks.flat());
          const ends = new Set([0]);
          for (let i = 1; i <= chunks.length; i++) ends.add(chunks.slice(0, i).flat().length);
          for (let length = 0; length < Math.min(all.length, 300); length++) {
            const cut = all.subarray(0, length);
            if (ends.has(length)) decodeWith(name, cut);
            else assert.throws(() => decodeWith(name, cut), { code: "Truncated" }, `${length} of ${toHex(all)}`);
          }
        }
      });
    });

    it(`reads any bytes as a ${name}, or throws a ProtoError`, () => {
      withSeed("proto/messages", ({ prng, seed }) => {
        const samples = fc.sample(arbitrary, { seed, numRuns: 10 }).map((x) => encodeWith(name, x));
        for (let i = 0; i < 200; i++) {
          const from = prng.chance(0.5)
            ? Uint8Array.from({ length: prng.below(40) }, () => prng.below(256))
            : prng.pick(samples).slice();
          if (from.length > 0) from[prng.below(from.length)] = prng.below(256);
          onlyProtoErrors(name, from);
        }
      });
    });
  }

  it("refuses a known field of another wire type, and steps over the numbers between the known ones", () => {
    for (const { name, fields } of tables.values()) {
      for (const { number } of fields) {
        const fixed32 = Uint8Array.from(tagged(number, 5, [1, 2, 3, 4]));
        assert.throws(() => decodeWith(name, fixed32), { code: "WrongWireType" }, `${name}.${number}`);
      }
      const known = new Set(fields.map(({ number }) => number));
      const empty = decodeWith(name, new Uint8Array(0));
      for (let number = 1; number < 1400; number++) {
        if (known.has(number)) continue;
        assert.deepEqual(decodeWith(name, Uint8Array.from(tagged(number, 2, [1, 0]))), empty, `${name}.${number}`);
      }
    }
  });

  it("reads an empty message as the defaults", () => {
    for (const name of tables.keys()) {
      const read = decodeWith(name, new Uint8Array(0));
      const made = functions[`new${name}`]!(undefined) as Value;
      assert.deepEqual({ ...read, explicitZeros: 0 }, { ...made, explicitZeros: 0 }, name);
    }
  });

  it("refuses messages nested too deep, each answering the one before", () => {
    let m = proto.newMessage();
    for (let i = 0; i < proto.MAX_DEPTH; i++) m = proto.newMessage({ responses: [m] });
    proto.decodeMessage(proto.encodeMessage(m));
    const deeper = proto.encodeMessage(proto.newMessage({ responses: [m] }));
    assert.throws(
      () => proto.decodeMessage(deeper),
      (error) => hasCode(error, "TooDeep"),
    );
  });

  it("names the numbers of its enums, and writes one that it does not know as a number", () => {
    assert.equal(proto.messageTypeName(proto.MessageType.MsgAppResp), "MsgAppResp");
    assert.equal(proto.messageTypeName(99), "99");
    assert.equal(proto.entryTypeName(2), "EntryConfChangeV2");
    assert.equal(proto.confChangeTypeName(3), "ConfChangeAddLearnerNode");
    assert.equal(proto.confChangeTransitionName(1), "ConfChangeTransitionJointImplicit");
    assert.equal(proto.alarmTypeName(proto.AlarmType.NOSPACE), "NOSPACE");
    assert.equal(proto.servingStatusName(-1), "-1");
  });
});

function numberOf(chunk: readonly number[]): number {
  return Math.floor(new proto.Reader(Uint8Array.from(chunk)).tag() / 8);
}
