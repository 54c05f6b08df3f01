import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { concatBytes, hasCode } from "@quorate/base";
import { readFixture, type SampleBucket, sizesOf, skipWithoutFixtures, textBytes } from "@quorate/testkit";
import { planImage } from "./plan.ts";
import { BboltImage } from "./reader.ts";
import { hasDigest, openSnapshot, type Sha256, withDigest, withoutDigest } from "./snapshot-save.ts";
import { bytesSource } from "./source.ts";
import { encodeImage } from "./writer.ts";

function sha256(): Sha256 {
  const hash = createHash("sha256");
  return { update: (bytes) => void hash.update(bytes), digest: () => new Uint8Array(hash.digest()) };
}

function contentOf(image: BboltImage): SampleBucket[] {
  const buckets: SampleBucket[] = [];
  for (const bucket of image.buckets())
    buckets.push({ name: bucket.name, sequence: bucket.sequence, pairs: [...bucket.pairs()] });
  return buckets;
}

function saved(buckets: readonly SampleBucket[], pageSize = 4096): Uint8Array {
  return concatBytes([...withDigest(encodeImage(planImage(sizesOf(buckets), pageSize), buckets), sha256())]);
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
/** Buckets of every etcd since 3.4; interop tables call them by these names. */
const BUCKETS = [
  "alarm",
  "auth",
  "authRoles",
  "authUsers",
  "cluster",
  "key",
  "lease",
  "members",
  "members_removed",
  "meta",
];
const SKIP = { skip: skipWithoutFixtures() };

describe("storage/bbolt/snapshot-save", () => {
  const small: SampleBucket[] = [
    { name: textBytes("key"), sequence: 0, pairs: [{ key: textBytes("a"), value: textBytes("1") }] },
  ];

  it("puts the digest of all chunks behind them, and opens what it wrote", () => {
    const bytes = saved(small);
    assert.ok(hasDigest(bytes.length));
    assert.deepEqual(bytes.slice(-32), new Uint8Array(createHash("sha256").update(bytes.subarray(0, -32)).digest()));
    assert.deepEqual(contentOf(openSnapshot(bytesSource(bytes), sha256())), small);
    assert.deepEqual(contentOf(new BboltImage(withoutDigest(bytesSource(bytes)))), small);
  });

  it("refuses a file with any byte flipped, and one without its digest", () => {
    const bytes = saved(small, 1024);
    const refused = (code: "BadDigest" | "NoDigest", file: Uint8Array): void =>
      assert.throws(
        () => openSnapshot(bytesSource(file), sha256()),
        (error) => hasCode(error, code),
      );
    for (let at = 0; at < bytes.length; at++) {
      bytes[at]! ^= 1 << (at % 8);
      refused("BadDigest", bytes);
      bytes[at]! ^= 1 << (at % 8);
    }
    refused("NoDigest", bytes.subarray(0, -32));
    refused("NoDigest", bytes.subarray(0, -1));
    refused("NoDigest", new Uint8Array(0));
    refused("BadDigest", bytes.subarray(512));
  });

  it("opens what etcdctl 3.5.30 saved, and writes the same content again", SKIP, () => {
    const content = contentOf(openSnapshot(bytesSource(readFixture("snapshot-save-3.5.30.db")), sha256()));
    assert.deepEqual(
      content.map(({ name }) => text(name)),
      BUCKETS,
    );
    assert.ok(content.find(({ name }) => text(name) === "key")!.pairs.every(({ key }) => key.length >= 17));
    for (const pageSize of [1024, 4096, 16_384])
      assert.deepEqual(contentOf(openSnapshot(bytesSource(saved(content, pageSize)), sha256())), content);
  });

  for (const version of ["3.6.14", "3.7.1"])
    it(`reads the backend of etcd ${version}`, SKIP, () => {
      const content = contentOf(new BboltImage(bytesSource(readFixture(`db-${version}-first64k.db`))));
      assert.deepEqual(
        content.map(({ name }) => text(name)),
        BUCKETS,
      );
      const meta = content.find(({ name }) => text(name) === "meta")!;
      const names = meta.pairs.map(({ key }) => text(key));
      for (const name of ["confState", "consistent_index", "storageVersion", "term"])
        assert.ok(names.includes(name), name);
    });
});
