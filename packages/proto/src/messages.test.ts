import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hasCode, toHex, UINT64_MAX } from "@quorate/base";
import { withSeed } from "@quorate/testkit";
import fc from "fast-check";
import * as raftpb from "./gen/raftpb.ts";
import * as snappb from "./gen/snappb.ts";
import * as walpb from "./gen/walpb.ts";
import type { ConfState, Entry, Message, Snapshot } from "./index.ts";
import * as proto from "./index.ts";

const id = fc.oneof(fc.bigInt(0n, UINT64_MAX), fc.bigInt(0n, 5n));
const number = fc.oneof(fc.maxSafeNat(), fc.nat(5));
const ids = fc.array(id, { maxLength: 4 });
const data = fc.option(fc.uint8Array({ maxLength: 40 }), { nil: undefined });
/** A choice of zero scalars among those of a message. */
const zeros = (bits: Readonly<Record<string, number>>): fc.Arbitrary<number> =>
  fc.subarray(Object.values(bits)).map((chosen) => chosen.reduce((sum, bit) => sum | bit, 0));

const entry: fc.Arbitrary<Entry> = fc.record({
  type: fc.constantFrom(...Object.values(proto.EntryType)),
  term: number,
  index: number,
  data,
  explicitZeros: zeros(proto.EntryZeros),
});
const confState: fc.Arbitrary<ConfState> = fc.record({
  voters: ids,
  learners: ids,
  votersOutgoing: ids,
  learnersNext: ids,
  autoLeave: fc.boolean(),
  explicitZeros: zeros(proto.ConfStateZeros),
});
const snapshotMetadata = fc.record({
  confState,
  index: number,
  term: number,
  explicitZeros: zeros(proto.SnapshotMetadataZeros),
});
const snapshot: fc.Arbitrary<Snapshot> = fc.record({ data, metadata: snapshotMetadata });
const message = (depth: number): fc.Arbitrary<Message> =>
  fc.record({
    type: fc.constantFrom(...Object.values(proto.MessageType)),
    to: id,
    from: id,
    term: number,
    logTerm: number,
    index: number,
    entries: fc.array(entry, { maxLength: 3 }),
    commit: number,
    snapshot: fc.option(snapshot, { nil: undefined }),
    reject: fc.boolean(),
    rejectHint: number,
    context: data,
    vote: id,
    responses: depth === 0 ? fc.constant([]) : fc.array(message(depth - 1), { maxLength: 2 }),
    explicitZeros: zeros(proto.MessageZeros),
  });
const changeType = fc.constantFrom(...Object.values(proto.ConfChangeType));
const changeSingle = fc.record({ type: changeType, nodeId: id, explicitZeros: zeros(proto.ConfChangeSingleZeros) });

type Codec = {
  readonly name: string;
  readonly arbitrary: fc.Arbitrary<unknown>;
  readonly encode: (x: never) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => unknown;
  readonly size: (x: never) => number;
};

const CODECS: readonly Codec[] = [
  { name: "Entry", arbitrary: entry, encode: proto.encodeEntry, decode: proto.decodeEntry, size: proto.sizeEntry },
  {
    name: "ConfState",
    arbitrary: confState,
    encode: proto.encodeConfState,
    decode: proto.decodeConfState,
    size: proto.sizeConfState,
  },
  {
    name: "SnapshotMetadata",
    arbitrary: snapshotMetadata,
    encode: proto.encodeSnapshotMetadata,
    decode: proto.decodeSnapshotMetadata,
    size: proto.sizeSnapshotMetadata,
  },
  {
    name: "Snapshot",
    arbitrary: snapshot,
    encode: proto.encodeSnapshot,
    decode: proto.decodeSnapshot,
    size: proto.sizeSnapshot,
  },
  {
    name: "Message",
    arbitrary: message(1),
    encode: proto.encodeMessage,
    decode: proto.decodeMessage,
    size: proto.sizeMessage,
  },
  {
    name: "HardState",
    arbitrary: fc.record({ term: number, vote: id, commit: number, explicitZeros: zeros(proto.HardStateZeros) }),
    encode: proto.encodeHardState,
    decode: proto.decodeHardState,
    size: proto.sizeHardState,
  },
  {
    name: "ConfChange",
    arbitrary: fc.record({
      id,
      type: changeType,
      nodeId: id,
      context: data,
      explicitZeros: zeros(proto.ConfChangeZeros),
    }),
    encode: proto.encodeConfChange,
    decode: proto.decodeConfChange,
    size: proto.sizeConfChange,
  },
  {
    name: "ConfChangeSingle",
    arbitrary: changeSingle,
    encode: proto.encodeConfChangeSingle,
    decode: proto.decodeConfChangeSingle,
    size: proto.sizeConfChangeSingle,
  },
  {
    name: "ConfChangeV2",
    arbitrary: fc.record({
      transition: fc.constantFrom(...Object.values(proto.ConfChangeTransition)),
      changes: fc.array(changeSingle, { maxLength: 4 }),
      context: data,
      explicitZeros: zeros(proto.ConfChangeV2Zeros),
    }),
    encode: proto.encodeConfChangeV2,
    decode: proto.decodeConfChangeV2,
    size: proto.sizeConfChangeV2,
  },
  {
    name: "Record",
    arbitrary: fc.record({
      type: number,
      crc: fc.nat(0xffffffff),
      data,
      explicitZeros: zeros(proto.RecordZeros),
    }),
    encode: proto.encodeRecord,
    decode: proto.decodeRecord,
    size: proto.sizeRecord,
  },
  {
    name: "WalSnapshot",
    arbitrary: fc.record({
      index: number,
      term: number,
      confState: fc.option(confState, { nil: undefined }),
      explicitZeros: zeros(proto.WalSnapshotZeros),
    }),
    encode: proto.encodeWalSnapshot,
    decode: proto.decodeWalSnapshot,
    size: proto.sizeWalSnapshot,
  },
  {
    name: "WalMetadata",
    arbitrary: fc.record({ nodeId: id, clusterId: id, explicitZeros: zeros(proto.WalMetadataZeros) }),
    encode: proto.encodeWalMetadata,
    decode: proto.decodeWalMetadata,
    size: proto.sizeWalMetadata,
  },
  {
    name: "SnapFile",
    arbitrary: fc.record({ crc: fc.nat(0xffffffff), data, explicitZeros: zeros(proto.SnapFileZeros) }),
    encode: proto.encodeSnapFile,
    decode: proto.decodeSnapFile,
    size: proto.sizeSnapFile,
  },
];

describe("proto/messages", () => {
  it("covers every message of raft and of its files", () => {
    const decoders = Object.keys({ ...raftpb, ...snappb, ...walpb }).filter((name) => /^decode[A-Z]/.test(name));
    assert.deepEqual(CODECS.map(({ name }) => `decode${name}`).sort(), decoders.sort());
  });

  for (const { name, arbitrary, encode, decode, size } of CODECS) {
    it(`reads a ${name} as it was written, and writes it again byte for byte`, () => {
      withSeed("proto/messages", ({ seed }) => {
        fc.assert(
          fc.property(arbitrary, (x) => {
            const bytes = encode(x as never);
            assert.equal(bytes.length, size(x as never));
            const read = decode(bytes);
            assert.deepEqual(withoutZeros(read), withoutZeros(x));
            assert.equal(toHex(encode(read as never)), toHex(bytes));
          }),
          { seed, numRuns: 200 },
        );
      });
    });

    it(`reads a ${name} cut at any byte as a shorter one, or throws a ProtoError`, () => {
      withSeed("proto/messages", ({ seed }) => {
        for (const x of fc.sample(arbitrary, { seed, numRuns: 5 })) {
          const bytes = encode(x as never);
          for (let length = 0; length < bytes.length; length++) onlyProtoErrors(decode, bytes.subarray(0, length));
        }
      });
    });

    it(`reads any bytes as a ${name}, or throws a ProtoError`, () => {
      withSeed("proto/messages", ({ prng, seed }) => {
        const samples = fc.sample(arbitrary, { seed, numRuns: 20 }).map((x) => encode(x as never));
        for (let i = 0; i < 1000; i++) {
          const bytes = prng.chance(0.5)
            ? Uint8Array.from({ length: prng.below(40) }, () => prng.below(256))
            : prng.pick(samples).slice();
          if (bytes.length > 0) bytes[prng.below(bytes.length)] = prng.below(256);
          onlyProtoErrors(decode, bytes);
        }
      });
    });

    it(`steps over fields that ${name} does not have`, () => {
      withSeed("proto/messages", ({ seed }) => {
        const [x] = fc.sample(arbitrary, { seed, numRuns: 1 });
        const bytes = encode(x as never);
        // Fields 100 to 103: a varint, eight bytes, four bytes, a string.
        const unknown = [0xa0, 6, 0x96, 1, 0xa9, 6, 1, 2, 3, 4, 5, 6, 7, 8, 0xb5, 6, 1, 2, 3, 4, 0xba, 6, 2, 7, 7];
        assert.deepEqual(decode(Uint8Array.of(...unknown, ...bytes, ...unknown)), decode(bytes));
      });
    });
  }

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
  });
});

function onlyProtoErrors(decode: (bytes: Uint8Array) => unknown, bytes: Uint8Array): void {
  try {
    decode(bytes);
  } catch (error) {
    assert.ok(error instanceof proto.ProtoError, `${toHex(bytes)}: ${String(error)}`);
  }
}

/** Bits of scalars that are not zero say nothing: they are left out of the comparison. */
function withoutZeros(x: unknown): unknown {
  if (Array.isArray(x)) return x.map(withoutZeros);
  if (typeof x !== "object" || x === null || x instanceof Uint8Array) return x;
  return Object.fromEntries(
    Object.entries(x)
      .filter(([key]) => key !== "explicitZeros")
      .map(([key, value]) => [key, withoutZeros(value)]),
  );
}
