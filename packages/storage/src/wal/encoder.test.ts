import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Record } from "@quorate/proto";
import { decodeEntry, decodeHardState } from "@quorate/proto";
import { entryIds, sampleEntries, sampleState } from "@quorate/testkit";
import { encodeBatch, forEachItem } from "./batch.ts";
import { decodeSegment } from "./decoder.ts";
import { WalEncoder } from "./encoder.ts";
import { RecordType } from "./record.ts";

describe("storage/wal/encoder", () => {
  it("continues one chain over everything that it frames, whatever is taken when", () => {
    const once = new WalEncoder(5);
    const often = new WalEncoder(5);
    const parts: number[] = [];
    for (let i = 0; i < 20; i++) {
      once.add(RecordType.Entry, new Uint8Array(i * 10).fill(i));
      often.add(RecordType.Entry, new Uint8Array(i * 10).fill(i));
      parts.push(...often.take());
    }
    assert.deepEqual([...once.take()], parts);
    assert.equal(once.crc, often.crc);
  });

  it("frames a record larger than its buffer, and lets go of that buffer", () => {
    const encoder = new WalEncoder(0);
    encoder.add(RecordType.Crc, undefined);
    encoder.add(RecordType.Entry, new Uint8Array(5 * 1024 * 1024).fill(3));
    const bytes = encoder.take();
    const records: Record[] = [];
    decodeSegment({ path: "f", bytes, previousCrc: undefined, isLast: true, visit: (record) => records.push(record) });
    assert.equal(records[1]?.data?.length, 5 * 1024 * 1024);
    encoder.add(RecordType.Entry, Uint8Array.of(1));
    assert.ok(encoder.take().buffer.byteLength <= 64 * 1024);
  });

  it("packs a batch as entries, then the HardState, and gives its items back", () => {
    const batch = encodeBatch(sampleState(3, 7), sampleEntries(8, 10, 3), true);
    const items: string[] = [];
    forEachItem(batch.bytes, (type, data) =>
      items.push(type === RecordType.Entry ? entryIds([decodeEntry(data)]) : `commit ${decodeHardState(data).commit}`),
    );
    assert.deepEqual(items, ["8/3", "9/3", "10/3", "commit 7"]);
    const { firstIndex, lastIndex, entryCount, mustSync } = batch;
    assert.deepEqual(
      { firstIndex, lastIndex, entryCount, mustSync },
      { firstIndex: 8, lastIndex: 10, entryCount: 3, mustSync: true },
    );
  });

  it("packs nothing into an empty batch", () => {
    const batch = encodeBatch(undefined, [], false);
    assert.equal(batch.bytes.length, 0);
    assert.equal(batch.lastIndex, undefined);
    assert.equal(batch.state, undefined);
  });
});
