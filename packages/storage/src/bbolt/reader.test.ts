import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { concatBytes, hasCode } from "@quorate/base";
import { type SampleBucket, sizesOf, textBytes } from "@quorate/testkit";
import { BboltError, type BboltErrorCode } from "./errors.ts";
import { FIRST_TREE_PAGE, PAGE_HEADER_BYTES } from "./format.ts";
import { putMetaPage } from "./meta.ts";
import { planImage } from "./plan.ts";
import { BboltImage } from "./reader.ts";
import { bytesSource, type ImageSource } from "./source.ts";
import { encodeImage } from "./writer.ts";

const PAGE = 1024;

function pair(key: string, value: string): SampleBucket["pairs"][number] {
  return { key: textBytes(key), value: textBytes(value) };
}

/**
 * Pages: 2, 3 leaves and 4 their branch (bucket "big"); 5 a leaf that overflows to 6 and 7 ("large"); 8 the root, with "small" inline.
 */
function sample(): Uint8Array {
  const big = Array.from({ length: 20 }, (_, i) => pair(`key${String(i).padStart(2, "0")}`, "v".repeat(60)));
  const buckets: SampleBucket[] = [
    { name: textBytes("big"), sequence: 7, pairs: big },
    { name: textBytes("large"), sequence: 0, pairs: [pair("k", "w".repeat(2_500))] },
    { name: textBytes("small"), sequence: 0, pairs: [pair("a", "1"), pair("b", "2")] },
  ];
  const bytes = concatBytes([...encodeImage(planImage(sizesOf(buckets), PAGE), buckets)]);
  assert.equal(bytes.length, 9 * PAGE);
  return bytes;
}

const decoder = new TextDecoder("latin1");
const latin1 = (bytes: Uint8Array): string => decoder.decode(bytes);

/** Everything in an image as text. Reads it to the end, or throws. */
function dump(source: ImageSource): string {
  let text = "";
  for (const bucket of new BboltImage(source).buckets()) {
    text += `${latin1(bucket.name)} ${bucket.sequence}\n`;
    for (const { key, value } of bucket.pairs()) text += `${latin1(key)}=${latin1(value)}\n`;
  }
  return text;
}

function refuses(code: BboltErrorCode, change: (view: DataView, bytes: Uint8Array) => void, bytes = sample()): void {
  change(new DataView(bytes.buffer), bytes);
  assert.throws(
    () => dump(bytesSource(bytes)),
    (error) => hasCode(error, code),
  );
}

const ROOT = 8;
const BRANCH = 4;
/** Offset of element `i` of a page. */
const element = (page: number, i: number): number => page * PAGE + PAGE_HEADER_BYTES + 16 * i;

describe("storage/bbolt/reader", () => {
  it("reads buckets one by one, by name, and each time anew", () => {
    const image = new BboltImage(bytesSource(sample()));
    assert.deepEqual([image.pageSize, image.pageCount, image.txid, image.byteLength], [PAGE, 9, 2, 9 * PAGE]);
    assert.equal(image.bucket(textBytes("big"))?.sequence, 7);
    assert.equal(image.bucket(textBytes("none")), undefined);
    for (let i = 0; i < 2; i++) assert.equal([...image.bucket(textBytes("small"))!.pairs()].length, 2);
  });

  it("reads through a port that gives fresh bytes, no page whole that overflows, and none of a bucket left out", () => {
    const bytes = sample();
    let longest = 0;
    let total = 0;
    const source: ImageSource = {
      size: bytes.length,
      read: (offset, length) => {
        longest = Math.max(longest, length);
        total += length;
        return bytes.slice(offset, offset + length);
      },
    };
    assert.equal(dump(source), dump(bytesSource(bytes)));
    assert.equal(longest, 1 + 2_500);
    total = 0;
    for (const bucket of new BboltImage(source).buckets()) void bucket.name;
    assert.ok(total < 2 * PAGE);
  });

  it("takes the whole meta page with the higher txid, wherever it is", () => {
    const expected = dump(bytesSource(sample()));
    for (const page of [0, 1]) {
      const bytes = sample();
      bytes[page * PAGE + 30]! ^= 1;
      assert.equal(dump(bytesSource(bytes)), expected);
    }
    const bytes = sample();
    putMetaPage(bytes, PAGE, 1, { pageSize: PAGE, root: ROOT, freelist: undefined, pageCount: 9, txid: 9 });
    assert.equal(new BboltImage(bytesSource(bytes)).txid, 9);
  });

  it("refuses what is no image, another version, and two damaged metas, each with its own code", () => {
    const both = (at: number, change: (view: DataView, at: number) => void) => (view: DataView) => {
      for (const page of [0, 1]) change(view, page * PAGE + at);
    };
    refuses(
      "BadMagic",
      both(16, (view, at) => view.setUint32(at, 1)),
    );
    refuses(
      "BadVersion",
      both(20, (view, at) => view.setUint32(at, 3, true)),
    );
    refuses(
      "BadChecksum",
      both(32, (view, at) => view.setUint32(at, 5, true)),
    );
    refuses("Truncated", () => {}, new Uint8Array(0));
    refuses("BadMagic", () => {}, new Uint8Array(100_000));
  });

  it("refuses a meta with a right checksum that cannot be", () => {
    const meta = { pageSize: PAGE, root: ROOT, freelist: undefined, pageCount: 9, txid: 10 };
    const withMeta = (change: Partial<typeof meta>) => (_: DataView, bytes: Uint8Array) =>
      putMetaPage(bytes, 0, 0, { ...meta, ...change });
    refuses("BadMeta", withMeta({ root: 1 }));
    refuses("BadMeta", withMeta({ root: 9 }));
    refuses("Truncated", withMeta({ pageCount: 10 }));
    refuses("Truncated", withMeta({ pageCount: 2 ** 50 }));
    const freelist = (page: number) => (_: DataView, bytes: Uint8Array) =>
      putMetaPage(bytes, 0, 0, { ...meta, freelist: page });
    refuses("PageOutOfRange", freelist(9));
    refuses("WrongPage", freelist(3));
  });

  it("refuses an image that is cut anywhere", () => {
    const bytes = sample();
    for (let length = 0; length < bytes.length; length += 37)
      assert.throws(
        () => dump(bytesSource(bytes.subarray(0, length))),
        (error) => hasCode(error, "Truncated"),
      );
  });

  it("refuses children outside the image, cycles, and pages with two owners", () => {
    const child = (value: bigint) => (view: DataView) => view.setBigUint64(element(BRANCH, 0) + 8, value, true);
    for (const value of [0n, 1n, 9n, 2n ** 40n, 2n ** 64n - 1n]) refuses("PageOutOfRange", child(value));
    refuses("PageReused", child(4n));
    refuses("PageReused", (view) => view.setBigUint64(element(BRANCH, 1) + 8, 2n, true));
    refuses("PageReused", (view) => view.setUint32(3 * PAGE + 12, 1, true));
    refuses("PageOutOfRange", (view) => view.setUint32(3 * PAGE + 12, 0xffff_ffff, true));
  });

  it("refuses a page that is another one or of another kind", () => {
    refuses("WrongPage", (view) => view.setUint32(3 * PAGE, 2, true));
    for (const flags of [0, 3, 4, 0x10]) refuses("WrongPage", (view) => view.setUint16(3 * PAGE + 8, flags, true));
    refuses("BadElement", (view) => view.setUint16(3 * PAGE + 8, 1, true));
  });

  it("refuses elements that leave their page or have impossible keys, empty pages, and more elements than fit", () => {
    refuses("BadElement", (view) => view.setUint32(element(2, 0) + 4, 0xffff_fff0, true));
    refuses("BadElement", (view) => view.setUint32(element(2, 0) + 8, 0, true));
    refuses("BadElement", (view) => view.setUint32(element(2, 0) + 8, 40_000, true));
    refuses("BadElement", (view) => view.setUint32(element(2, 9) + 12, 0xffff_ffff, true));
    refuses("BadElement", (view) => view.setUint32(element(5, 0) + 12, 100, true));
    refuses("BadElement", (view) => view.setUint32(element(2, 0), 2, true));
    for (const count of [0, 0xffff]) refuses("BadElement", (view) => view.setUint16(2 * PAGE + 10, count, true));
  });

  it("refuses a value longer than its reader takes, before it asks for it", () => {
    const source = bytesSource(sample());
    const large = (maxValueBytes: number): SampleBucket["pairs"] => [
      ...new BboltImage(source, { maxValueBytes }).bucket(textBytes("large"))!.pairs(),
    ];
    assert.equal(large(2_500).length, 1);
    assert.throws(
      () => large(2_499),
      (error) => hasCode(error, "ValueTooLarge"),
    );
  });

  it("refuses keys that do not ascend, in a leaf, from leaf to leaf, and against the branch", () => {
    // Behind the table of a page: its first key.
    const keyByte = (page: number, count: number, at: number, byte: number) => (view: DataView) =>
      view.setUint8(element(page, count) + at, byte);
    refuses("UnsortedKeys", keyByte(2, 12, 4, 0x7a));
    refuses("UnsortedKeys", keyByte(3, 8, 0, 0x61));
    refuses("UnsortedKeys", keyByte(BRANCH, 2, 5, 0x61));
    refuses("UnsortedKeys", keyByte(BRANCH, 2, 9, 0x7a));
  });

  it("refuses buckets inside buckets and pairs outside them, which etcd does not write", () => {
    refuses("Unsupported", (view) => view.setUint32(element(2, 0), 1, true));
    refuses("Unsupported", (view) => view.setUint32(element(ROOT, 0), 0, true));
  });

  it("refuses a tree that is too deep", () => {
    const depth = 100;
    const bytes = new Uint8Array((depth + 3) * PAGE);
    const view = new DataView(bytes.buffer);
    const pageCount = depth + 3;
    putMetaPage(bytes, 0, 0, { pageSize: PAGE, root: FIRST_TREE_PAGE, freelist: undefined, pageCount, txid: 1 });
    for (let id = FIRST_TREE_PAGE; id < pageCount; id++) {
      view.setUint32(id * PAGE, id, true);
      view.setUint16(id * PAGE + 8, 1, true);
      view.setUint16(id * PAGE + 10, 1, true);
      view.setUint32(element(id, 0), 16, true);
      view.setUint32(element(id, 0) + 4, 1, true);
      view.setUint32(element(id, 0) + 8, id + 1, true);
    }
    refuses("TooDeep", () => {}, bytes);
  });

  it("ends with a typed error or with content, whichever byte is flipped; pages' headers and tables never change it", () => {
    const bytes = sample();
    const expected = dump(bytesSource(bytes));
    let refused = 0;
    let changed = 0;
    for (let at = 0; at < bytes.length; at++)
      for (const mask of [0x01, 0x80, 0xff]) {
        bytes[at]! ^= mask;
        try {
          if (dump(bytesSource(bytes)) !== expected) {
            changed++;
            assert.ok(!isStructure(bytes, at), `byte ${at} ^ ${mask}`);
          }
        } catch (error) {
          assert.ok(error instanceof BboltError, `byte ${at} ^ ${mask}: ${String(error)}`);
          refused++;
        }
        bytes[at]! ^= mask;
      }
    assert.ok(refused > 1_000 && changed > 1_000);
  });
});

/** True for a byte of the metas, of a page's header, or of its table but for the lengths of its last element, behind which nothing lies. */
function isStructure(bytes: Uint8Array, at: number): boolean {
  const page = Math.floor(at / PAGE);
  if (page < FIRST_TREE_PAGE) return true;
  if (page === 6 || page === 7) return false;
  const count = new DataView(bytes.buffer).getUint16(page * PAGE + 10, true);
  return at % PAGE < PAGE_HEADER_BYTES + 16 * count - 8;
}
