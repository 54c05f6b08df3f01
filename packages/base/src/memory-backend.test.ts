import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { withSeed } from "@quorate/testkit";
import { toHex } from "./bytes.ts";
import { MemoryBackend } from "./memory-backend.ts";
import type { BackendReader } from "./ports.ts";

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

function dump(reader: BackendReader): string[] {
  const out: string[] = [];
  for (const bucket of ["key", "lease", "meta"] as const) {
    reader.range(bucket, bytes(), undefined, (key, value) => {
      out.push(`${bucket} ${toHex(key)}=${toHex(value)}`);
      return true;
    });
  }
  return out;
}

describe("base/memory-backend", () => {
  it("shows buffered changes to reads at once, in byte order", () => {
    const b = new MemoryBackend();
    b.put("key", bytes(2), bytes(20));
    b.put("key", bytes(1, 255), bytes(10));
    b.put("key", bytes(255), bytes(30));
    b.put("lease", bytes(2), bytes(99));
    b.delete("key", bytes(7));
    assert.deepEqual(b.get("key", bytes(2)), bytes(20));
    assert.equal(b.get("key", bytes(3)), undefined);
    assert.equal(b.bufferedChanges, 4);
    assert.deepEqual(dump(b), ["key 01ff=0a", "key 02=14", "key ff=1e", "lease 02=63"]);
    const seen: number[] = [];
    b.range("key", bytes(1), bytes(255), (_key, value) => {
      seen.push(value[0]!);
      return true;
    });
    assert.deepEqual(seen, [10, 20]);
  });

  it("writes the applied position as etcd does, in the same commit", () => {
    const b = new MemoryBackend();
    b.commit({ index: 258, term: 3 });
    const key = (text: string): Uint8Array => new TextEncoder().encode(text);
    assert.equal(toHex(b.get("meta", key("consistent_index"))!), "0000000000000102");
    assert.equal(toHex(b.get("meta", key("term"))!), "0000000000000003");
    assert.deepEqual(b.committed, { index: 258, term: 3 });
  });

  it("takes one commit at a time", () => {
    const b = new MemoryBackend();
    assert.equal(b.startCommit({ index: 1, term: 1 }), true);
    b.put("key", bytes(1), bytes(1));
    assert.equal(b.startCommit({ index: 2, term: 1 }), false);
    assert.equal(b.committed.index, 0);
    b.finishCommit();
    assert.equal(b.committed.index, 1);
    assert.equal(b.startCommit({ index: 2, term: 1 }), true);
  });

  it("keeps exactly the committed state over a crash, and in snapshots, at any point", () => {
    withSeed("base/memory-backend", ({ prng }) => {
      for (let round = 0; round < 30; round++) {
        let b = new MemoryBackend();
        let committed = dump(b);
        let sealed: string[] | undefined;
        for (let i = 1; i < 120; i++) {
          const key = bytes(prng.below(10));
          const what = prng.below(10);
          if (what < 5) b.put("key", key, bytes(i));
          else if (what < 7) b.delete("key", key);
          else if (what === 7 && b.startCommit({ index: i, term: 1 })) sealed = dump(b);
          else if (what === 8) {
            b.finishCommit();
            committed = sealed ?? committed;
            sealed = undefined;
          } else if (prng.chance(0.2)) {
            const survives = prng.chance(0.5);
            const dead = b;
            b = b.crash(survives);
            if (survives) committed = sealed ?? committed;
            sealed = undefined;
            assert.deepEqual(dump(b), committed);
            assert.throws(() => dead.get("key", key), { code: "BackendGone" });
          }
          const snapshot = b.snapshot();
          b.put("lease", bytes(1), bytes(i));
          assert.deepEqual(dump(snapshot), committed);
          snapshot.close();
        }
      }
    });
  });

  it("is of no use after a failed commit", () => {
    const b = new MemoryBackend();
    b.commit({ index: 1, term: 1 });
    b.put("key", bytes(1), bytes(1));
    b.startCommit({ index: 2, term: 1 });
    b.failCommit();
    assert.throws(() => b.put("key", bytes(1), bytes(1)), { code: "BackendGone" });
    assert.throws(() => b.finishCommit(), { code: "BackendGone" });
    assert.equal(b.crash(false).committed.index, 1);
  });
});
