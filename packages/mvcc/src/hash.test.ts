import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { MemoryBackend } from "@quorate/base";
import { keyRange } from "./key-range.ts";
import { openStore } from "./restore.ts";
import type { Store } from "./store.ts";
import type { WriteTxn } from "./write-txn.ts";

/** What etcd 3.5.30 was asked, and its answers, one a line. */
type Write =
  | { readonly op: "put"; readonly key: string; readonly value: string; readonly lease: string }
  | { readonly op: "delete"; readonly key: string; readonly end?: string };
type Line =
  | Write
  | { readonly op: "txn"; readonly ops: readonly Write[] }
  | { readonly op: "compact"; readonly rev: number }
  | { readonly op: "hash"; readonly rev: number; readonly error: string }
  | {
      readonly op: "hash";
      readonly rev: number;
      readonly hash: number;
      readonly compact: number;
      readonly current: number;
    };

const RECORDED = new URL("../testdata/hashkv-etcd-3.5.30.jsonl", import.meta.url);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function apply(txn: WriteTxn, write: Write): void {
  if (write.op === "put") txn.put({ key: bytes(write.key), value: bytes(write.value), lease: BigInt(write.lease) });
  else txn.deleteRange(keyRange(bytes(write.key), write.end === undefined ? undefined : bytes(write.end)));
}

function replay(store: Store, line: Exclude<Line, { readonly op: "hash" }>, stepAfterCompact: () => void): void {
  if (line.op === "compact") {
    store.compact(line.rev);
    stepAfterCompact();
    return;
  }
  const txn = store.write();
  for (const write of line.op === "txn" ? line.ops : [line]) apply(txn, write);
  txn.end();
}

describe("mvcc/hash", () => {
  it("gives etcd's hashes for the same operations, at every revision asked for, before and after compactions", () => {
    const store = openStore(new MemoryBackend());
    let hashes = 0;
    for (const text of readFileSync(RECORDED, "utf8").trim().split("\n")) {
      const line = JSON.parse(text) as Line;
      if (line.op !== "hash") {
        replay(store, line, () => {
          while (!store.stepCompaction(3));
        });
        continue;
      }
      hashes++;
      if ("error" in line) {
        assert.throws(() => store.hashKv(line.rev), { code: line.error });
        continue;
      }
      const run = store.hashKv(line.rev);
      while (!run.step(5));
      const { hash, compactRevision } = run.result();
      assert.deepEqual(
        { hash, compactRevision, current: store.currentRev },
        {
          hash: line.hash,
          compactRevision: line.compact,
          current: line.current,
        },
      );
    }
    assert.ok(hashes > 100);
  });

  it("does not depend on how far a compaction has come, nor on writes meanwhile", () => {
    const store = openStore(new MemoryBackend());
    const put = (key: string, value: string): void => {
      const txn = store.write();
      txn.put({ key: bytes(key), value: bytes(value), lease: 0n });
      txn.end();
    };
    for (let i = 0; i < 40; i++) put(`k${i % 7}`, `${i}`);
    store.compact(20);
    const before = store.hashKv(30).finish();
    const slow = store.hashKv(30);
    slow.step(1);
    for (let i = 0; i < 100; i++) assert.equal(store.stepCompaction(2), false);
    slow.step(4);
    put("k1", "later");
    while (!slow.step(3));
    assert.deepEqual(slow.result(), before);
    while (!store.stepCompaction(2));
    assert.deepEqual(store.hashKv(30).finish(), before);
  });

  it("answers with a compaction's own hash even after the next compaction, as etcd does", () => {
    const store = openStore(new MemoryBackend());
    for (let i = 0; i < 9; i++) {
      const txn = store.write();
      txn.put({ key: bytes("a"), value: bytes(`${i}`), lease: 0n });
      txn.end();
    }
    for (const rev of [4, 8]) {
      store.compact(rev);
      while (!store.stepCompaction(100));
    }
    assert.deepEqual(
      [4, 8].map((rev) => store.hashKv(rev).finish().compactRevision),
      [-1, 4],
    );
    assert.throws(() => store.hashKv(5), { code: "Compacted" });
    assert.equal(store.hashKv(9).finish().compactRevision, 8);
  });

  it("lets compaction go on when it is closed", () => {
    const store = openStore(new MemoryBackend());
    const txn = store.write();
    txn.put({ key: bytes("a"), value: bytes("1"), lease: 0n });
    txn.end();
    const run = store.hashKv(0);
    store.compact(2);
    assert.equal(store.stepCompaction(100), false);
    assert.equal(store.stepCompaction(100), false);
    assert.equal(store.compacting, true);
    run.close();
    while (!store.stepCompaction(100));
    assert.equal(store.finishedCompactRev, 2);
  });
});
