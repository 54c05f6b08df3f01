import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { toHex } from "@quorate/base";
import {
  decodeEntry,
  decodeHardState,
  decodeRecord,
  decodeWalMetadata,
  decodeWalSnapshot,
  type Entry,
  EntryType,
  encodeEntry,
  encodeHardState,
  encodeRecord,
  encodeWalMetadata,
  encodeWalSnapshot,
  newWalSnapshot,
  type Record,
} from "@quorate/proto";
import { MemoryDisk, readFixture, skipWithoutFixtures } from "@quorate/testkit";
import { decodeSnapshotFile, encodeSnapshotFile } from "./snap/snap-file.ts";
import { decodeSegment } from "./wal/decoder.ts";
import { WalEncoder } from "./wal/encoder.ts";
import { readWal } from "./wal/reader.ts";
import { RecordType } from "./wal/record.ts";
import { Wal } from "./wal/wal.ts";

const VERSIONS = ["3.4.23", "3.5.30", "3.6.14", "3.7.1"];

/** The records of a fixture up to where its 8 KiB end in the middle of one, or in zeros. */
function recordsOf(bytes: Uint8Array): { readonly records: Record[]; readonly end: number } {
  const records: Record[] = [];
  const visit = (record: Record): void => void records.push(record);
  const { end } = decodeSegment({ path: "fixture", bytes, previousCrc: undefined, isLast: true, visit });
  return { records, end };
}

/** What a record holds, decoded and encoded again. */
function recoded({ type, data }: Record): Uint8Array | undefined {
  if (data === undefined) return undefined;
  switch (type) {
    case RecordType.Metadata:
      return encodeWalMetadata(decodeWalMetadata(data));
    case RecordType.Entry:
      return encodeEntry(decodeEntry(data));
    case RecordType.State:
      return encodeHardState(decodeHardState(data));
    case RecordType.Snapshot:
      return encodeWalSnapshot(decodeWalSnapshot(data));
    default:
      return assert.fail(`record type ${type}`);
  }
}

const SKIP = { skip: skipWithoutFixtures() };

describe("storage/fixtures", () => {
  for (const version of VERSIONS) {
    describe(`a log that etcd ${version} wrote`, () => {
      const bytes = SKIP.skip === false ? readFixture(`wal-${version}-first8k.wal`) : new Uint8Array(0);

      it("decodes record by record: checksum, metadata, snapshot 0, then bootstrap entries and states", SKIP, () => {
        const { records } = recordsOf(bytes);
        assert.deepEqual(
          records.slice(0, 4).map(({ type }) => type),
          [RecordType.Crc, RecordType.Metadata, RecordType.Snapshot, RecordType.Entry],
        );
        assert.ok(records.length > 10);
        const first = decodeEntry(records[3]!.data!);
        assert.deepEqual([first.type, first.term, first.index], [EntryType.EntryConfChange, 1, 1]);
        assert.ok(records.some(({ type }) => type === RecordType.State));
      });

      it("comes out byte for byte when each record is decoded, encoded and framed again", SKIP, () => {
        const { records, end } = recordsOf(bytes);
        const encoder = new WalEncoder(0);
        for (const record of records) {
          assert.equal(toHex(encodeRecord(decodeRecord(encodeRecord(record)))), toHex(encodeRecord(record)));
          encoder.add(record.type as RecordType, recoded(record));
        }
        assert.equal(toHex(encoder.take()), toHex(bytes.subarray(0, end)));
      });

      it("opens as a log, and goes on", SKIP, () => {
        const disk = new MemoryDisk();
        disk.makeDir("/wal");
        const { end } = recordsOf(bytes);
        disk.replace("/wal/0000000000000000-0000000000000000.wal", bytes.subarray(0, end));
        const start = newWalSnapshot();
        const { wal, content } = Wal.open(disk, "/wal", start, { segmentSizeBytes: 16_384 });
        const last = content.entries.at(-1) as Entry;
        assert.equal(content.entries[0]?.index, 1);
        assert.ok(content.hardState.commit > 0 && content.hardState.commit <= last.index);
        const next: Entry = { ...last, index: last.index + 1 };
        wal.save(undefined, [next], true);
        wal.close();
        assert.deepEqual(readWal(disk, "/wal", start).entries.at(-1), next);
      });
    });
  }

  it("decodes a snapshot file of etcd 3.5.30 and encodes it again byte for byte", SKIP, () => {
    const bytes = readFixture("snap-3.5.30.snap");
    const snapshot = decodeSnapshotFile("snap-3.5.30.snap", bytes);
    assert.ok(snapshot.metadata.index > 0 && snapshot.metadata.confState.voters.length > 0);
    assert.equal(toHex(encodeSnapshotFile(snapshot)), toHex(bytes));
  });
});
