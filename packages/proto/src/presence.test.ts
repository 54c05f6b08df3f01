import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fromHex, toHex } from "@quorate/base";
import {
  decodeConfState,
  decodeEntry,
  decodeMessage,
  encodeConfState,
  encodeEntry,
  encodeHardState,
  encodeMessage,
  encodeRecord,
  encodeWalSnapshot,
  MessageType,
  MessageZeros,
  newConfChange,
  newConfState,
  newEntry,
  newHardState,
  newMessage,
  newRecord,
  newSnapshot,
  newWalSnapshot,
} from "./index.ts";

/** The link heartbeat, as each release of etcd sends it. */
const HEARTBEATS = [
  { release: "3.4 and 3.5", hex: "08081000180020002800300040004a0a120" + "80a02280010001800500058" + "00" },
  { release: "3.6", hex: "0808100018002000280030004000500058006800" },
  { release: "3.7", hex: "0808" },
];

describe("proto/presence", () => {
  for (const { release, hex } of HEARTBEATS) {
    it(`reads the heartbeat of etcd ${release} as the same message, and writes it again byte for byte`, () => {
      const m = decodeMessage(fromHex(hex));
      assert.deepEqual([m.type, m.to, m.from, m.term, m.vote], [MessageType.MsgHeartbeat, 0n, 0n, 0, 0n]);
      assert.equal(m.entries.length, 0);
      assert.equal(toHex(encodeMessage(m)), hex);
    });
  }

  it("writes a heartbeat of its own as etcd 3.5 does but for the empty snapshot", () => {
    const bytes = encodeMessage(newMessage({ type: MessageType.MsgHeartbeat }));
    assert.equal(toHex(bytes), "080810001800200028003000400050005800");
  });

  it("writes a heartbeat of 3.5 with its empty snapshot when it is given one", () => {
    const m = newMessage({ type: MessageType.MsgHeartbeat, snapshot: newSnapshot() });
    assert.equal(toHex(encodeMessage(m)), HEARTBEATS[0]!.hex);
  });

  it("writes the vote of 3.6 when its bit asks for it", () => {
    const m = newMessage({ type: MessageType.MsgHeartbeat });
    m.explicitZeros |= MessageZeros.vote;
    assert.equal(toHex(encodeMessage(m)), HEARTBEATS[1]!.hex);
  });

  for (const { style, hex } of [
    { style: "3.4 to 3.6, every scalar", hex: "080010021807" },
    { style: "3.4 to 3.6, with data", hex: "0800100218072201aa" },
    { style: "3.7, only what is set", hex: "10021807" },
    { style: "empty data, which is not the same as none", hex: "100218072200" },
    { style: "nothing at all", hex: "" },
  ]) {
    it(`writes an entry again as it came: ${style}`, () => {
      assert.equal(toHex(encodeEntry(decodeEntry(fromHex(hex)))), hex);
    });
  }

  it("writes repeated ids one by one, and reads them in either form, mixed too", () => {
    const want = newConfState({ voters: [1n, 300n, 2n ** 64n - 1n] });
    const unpacked = `080108ac0208ffffffffffffffffff01`;
    assert.equal(toHex(encodeConfState(want)), `${unpacked}2800`);
    assert.deepEqual(decodeConfState(fromHex(unpacked)).voters, want.voters);
    assert.deepEqual(decodeConfState(fromHex("0a0d01ac02ffffffffffffffffff01")).voters, want.voters);
    assert.deepEqual(decodeConfState(fromHex("08010a0c" + "ac02ffffffffffffffffff01")).voters, want.voters);
    assert.deepEqual(decodeConfState(fromHex("0a00")).voters, []);
    assert.throws(() => decodeConfState(fromHex("0a01ac")), /proto: a message ends inside a number/);
  });

  it("lets the last of a field that comes twice count", () => {
    assert.equal(decodeEntry(fromHex("18051809")).index, 9);
    assert.equal(decodeEntry(fromHex("18051800")).index, 0);
  });

  it("writes what it makes itself as the release says whose style it has", () => {
    assert.equal(toHex(encodeHardState(newHardState())), "080010001800");
    assert.equal(toHex(encodeRecord(newRecord({ type: 4 }))), "08041000");
    assert.equal(toHex(encodeWalSnapshot(newWalSnapshot())), "08001000");
    assert.equal(toHex(encodeEntry(newEntry({ term: 1, index: 2 }))), "10011802");
    assert.equal(newConfChange().explicitZeros, 2 | 4);
  });
});
