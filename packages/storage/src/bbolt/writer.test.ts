import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { concatBytes, equalBytes, InvariantViolation, toHex } from "@quorate/base";
import { type SampleBucket, sampleBuckets, samplePairs, sizesOf, textBytes, withSeed } from "@quorate/testkit";
import { planImage } from "./plan.ts";
import { BboltImage } from "./reader.ts";
import { bytesSource } from "./source.ts";
import { encodeImage } from "./writer.ts";

const PAGE_SIZES = [1024, 4096, 16_384, 65_536];

function imageOf(buckets: readonly SampleBucket[], pageSize = 4096): Uint8Array {
  const plan = planImage(sizesOf(buckets), pageSize);
  const chunks: Uint8Array[] = [];
  for (const chunk of encodeImage(plan, buckets)) {
    assert.equal(chunk.length % pageSize, 0);
    chunks.push(chunk);
  }
  const bytes = concatBytes(chunks);
  assert.equal(bytes.length, plan.byteLength);
  return bytes;
}

function contentOf(bytes: Uint8Array): SampleBucket[] {
  const buckets: SampleBucket[] = [];
  for (const bucket of new BboltImage(bytesSource(bytes)).buckets())
    buckets.push({ name: bucket.name, sequence: bucket.sequence, pairs: [...bucket.pairs()] });
  return buckets;
}

function assertSameContent(bytes: Uint8Array, buckets: readonly SampleBucket[]): void {
  const read = contentOf(bytes);
  assert.equal(read.length, buckets.length);
  for (const [i, { name, sequence, pairs }] of buckets.entries()) {
    const found = read[i]!;
    assert.ok(equalBytes(found.name, name));
    assert.equal(found.sequence, sequence);
    assert.equal(found.pairs.length, pairs.length);
    for (const [j, { key, value }] of pairs.entries())
      assert.ok(equalBytes(found.pairs[j]!.key, key) && equalBytes(found.pairs[j]!.value, value), `pair ${j}`);
  }
}

function bucket(name: string, pairs: SampleBucket["pairs"]): SampleBucket {
  return { name: textBytes(name), sequence: 0, pairs };
}

type PageSummary = { readonly id: number; readonly flags: number; readonly count: number; readonly overflow: number };

/** Every run of pages of an image, by its headers alone. */
function pagesOf(bytes: Uint8Array, pageSize: number): PageSummary[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pages: PageSummary[] = [];
  for (let at = 0; at < bytes.length; ) {
    const overflow = view.getUint32(at + 12, true);
    const [id, flags] = [Number(view.getBigUint64(at, true)), view.getUint16(at + 8, true)];
    assert.equal(id, at / pageSize);
    pages.push({ id, flags, count: view.getUint16(at + 10, true), overflow });
    at += (1 + overflow) * pageSize;
  }
  return pages;
}

/** Pairs of etcd's key bucket: revisions as keys. */
function revisions(count: number, valueBytes: number): SampleBucket["pairs"] {
  return Array.from({ length: count }, (_, i) => {
    const key = new Uint8Array(17);
    new DataView(key.buffer).setUint32(4, i);
    key[8] = 0x5f;
    return { key, value: new Uint8Array(valueBytes).fill(i) };
  });
}

describe("storage/bbolt/writer", () => {
  it("writes an image without buckets: two metas and an empty root", () => {
    const bytes = imageOf([]);
    assert.deepEqual(
      pagesOf(bytes, 4096).map(({ flags, count }) => [flags, count]),
      [
        [4, 0],
        [4, 0],
        [2, 0],
      ],
    );
    assertSameContent(bytes, []);
  });

  it("writes the bytes that docs/internals/bbolt.md draws", () => {
    const bytes = imageOf([bucket("key", [{ key: textBytes("a"), value: textBytes("10") }])], 1024);
    const hex = (from: number, to: number): string => toHex(bytes.subarray(from, to));
    const rest = "02000000000000000000000000000000" + "ffffffffffffffff0300000000000000";
    const meta = `edda0ced020000000004000000000000${rest}`;
    assert.equal(hex(0, 80), `00000000000000000400000000000000${meta}02000000000000007cdefa946b53eba2`);
    assert.equal(hex(1024, 1104), `01000000000000000400000000000000${meta}0100000000000000dfbcc8b586a8dbff`);
    const element = "01000000" + "10000000" + "03000000" + "33000000" + "6b6579";
    const inline = "00000000000000000200010000000000" + "00000000" + "10000000" + "01000000" + "02000000" + "613130";
    assert.equal(hex(2048, 2134), `02000000000000000200010000000000${element}${"00".repeat(16)}${inline}`);
    assert.ok(bytes.subarray(2134).every((byte) => byte === 0));
  });

  it("keeps buckets of up to a quarter of a page in the root, empty ones too, and gives larger ones pages", () => {
    const value = (bytes: number): SampleBucket["pairs"] => [{ key: Uint8Array.of(1), value: new Uint8Array(bytes) }];
    const fits = 1024 - 16 - 16 - 1;
    const inline = [bucket("a", []), bucket("b", value(fits))];
    assert.equal(imageOf(inline).length, 3 * 4096);
    assertSameContent(imageOf(inline), inline);
    const larger = [bucket("a", []), bucket("b", value(fits + 1))];
    assert.equal(imageOf(larger).length, 4 * 4096);
    assertSameContent(imageOf(larger), larger);
  });

  it("reads back what it wrote, for drawn buckets and every page size", () =>
    withSeed("bbolt/writer", ({ prng }) => {
      for (let round = 0; round < 40; round++) {
        const buckets = sampleBuckets(prng);
        for (const pageSize of PAGE_SIZES) assertSameContent(imageOf(buckets, pageSize), buckets);
      }
    }));

  it("writes the same bytes for the same content, whatever arrays it comes in", () =>
    withSeed("bbolt/writer", ({ prng }) => {
      const buckets = sampleBuckets(prng.fork("content"));
      const again = sampleBuckets(prng.fork("content"));
      assert.ok(equalBytes(imageOf(buckets), imageOf(again)));
    }));

  it("copies keys and values at once: the caller may reuse its arrays and its pair", () => {
    const pairs = revisions(1_000, 30);
    const reused = { key: new Uint8Array(17), value: new Uint8Array(30) };
    function* reusing(): Generator<SampleBucket["pairs"][number]> {
      for (const { key, value } of pairs) {
        reused.key.set(key);
        reused.value.set(value);
        yield reused;
      }
    }
    const plan = planImage(sizesOf([bucket("key", pairs)]));
    const bytes = concatBytes([...encodeImage(plan, [{ name: textBytes("key"), pairs: reusing() }])]);
    assertSameContent(bytes, [bucket("key", pairs)]);
  });

  it("takes keys of 32 KiB, whose branches overflow, and values of several MiB", () =>
    withSeed("bbolt/writer", ({ prng }) => {
      const long = Array.from({ length: 40 }, (_, i) => ({
        key: new Uint8Array(32_768).fill(i),
        value: new Uint8Array(i),
      }));
      const large = samplePairs(prng, 5, 20, 6 * 1024 * 1024);
      const buckets = [bucket("large", large), bucket("long", long)];
      for (const pageSize of PAGE_SIZES) assertSameContent(imageOf(buckets, pageSize), buckets);
    }));

  it("fills pages whole, gives every branch two children, and writes children before their branch", () => {
    for (let count = 1; count < 3_000; count = count < 200 ? count + 1 : count + 97) {
      const bytes = imageOf([bucket("key", revisions(count, 40))], 1024);
      const pages = pagesOf(bytes, 1024).slice(2);
      assert.ok(pages.every(({ overflow }) => overflow === 0));
      for (const { flags, count: children } of pages) if (flags === 1) assert.ok(children >= 2);
      // The last one is the root bucket's.
      const leaves = pages.slice(0, -1).filter(({ flags }) => flags === 2);
      for (const leaf of leaves.slice(0, -1)) assert.equal(leaf.count, Math.floor((1024 - 16) / (16 + 17 + 40)));
      assertSameContent(bytes, [bucket("key", revisions(count, 40))]);
    }
  });

  it("holds little: a chunk comes out before much more than a chunk went in", () => {
    const pairs = revisions(20_000, 100);
    let given = 0;
    function* counting(): Generator<SampleBucket["pairs"][number]> {
      for (const pair of pairs) {
        given += pair.key.length + pair.value.length;
        yield pair;
      }
    }
    let taken = 0;
    const plan = planImage(sizesOf([bucket("key", pairs)]));
    for (const chunk of encodeImage(plan, [{ name: textBytes("key"), pairs: counting() }])) {
      taken += chunk.length;
      assert.ok(given - taken < 2 * 65_536, `${given} in, ${taken} out`);
    }
  });

  it("stops when the content is not what was planned, or not in order", () => {
    const run = (planned: SampleBucket[], written: SampleBucket[]): void =>
      void [...encodeImage(planImage(sizesOf(planned)), written)];
    const pairs = revisions(100, 40);
    const stops = { name: InvariantViolation.name };
    assert.throws(() => run([bucket("key", pairs)], [bucket("key", revisions(300, 40))]), stops);
    assert.throws(() => run([bucket("key", revisions(300, 40))], [bucket("key", pairs)]), stops);
    assert.throws(() => run([bucket("key", pairs)], [bucket("key", pairs.toReversed())]), stops);
    assert.throws(() => run([bucket("b", []), bucket("a", [])], [bucket("b", []), bucket("a", [])]), stops);
    assert.throws(() => planImage([], 1000), stops);
    assert.throws(() => planImage([{ name: textBytes("a"), pairs: [{ keyBytes: 0, valueBytes: 1 }] }]), stops);
    assert.throws(() => planImage([{ name: textBytes("a"), pairs: [{ keyBytes: 32_769, valueBytes: 1 }] }]), stops);
  });
});
