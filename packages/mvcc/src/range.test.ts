import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bytesFromLatin1, MemoryBackend } from "@quorate/base";
import { decodeKeyValue, newRangeRequest, type RangeRequest, SortOrder, SortTarget } from "@quorate/proto";
import { openStore } from "./restore.ts";
import type { Store } from "./store.ts";

const bytes = (text: string): Uint8Array => bytesFromLatin1(text);

/** a..e, created in this order at revisions 2 to 6; then b at 7 and a at 8 are put again. Values fall as keys rise. */
function filled(): Store {
  const store = openStore(new MemoryBackend());
  const put = (key: string, value: string): void => {
    const txn = store.write();
    txn.put({ key: bytes(key), value: bytes(value), lease: 7n });
    txn.end();
  };
  for (const key of "abcde") put(key, String.fromCharCode(219 - key.charCodeAt(0)));
  put("b", "y");
  put("a", "z");
  return store;
}

const ALL = { key: bytes("\0"), rangeEnd: bytes("\0") };

function ask(store: Store, query: Partial<RangeRequest>): { keys: string; more: boolean; count: number } {
  const { rows, more, count } = store.range(newRangeRequest({ ...ALL, ...query }));
  return { keys: rows.map((row) => String.fromCharCode(...decodeKeyValue(row).key)).join(""), more, count };
}

describe("mvcc/range", () => {
  const store = filled();
  const cases: readonly (readonly [string, Partial<RangeRequest>, string, boolean, number])[] = [
    ["all keys", {}, "abcde", false, 5],
    ["one key", { key: bytes("c"), rangeEnd: undefined }, "c", false, 1],
    ["a missing key", { key: bytes("cc"), rangeEnd: undefined }, "", false, 0],
    ["an interval without its end", { key: bytes("b"), rangeEnd: bytes("d") }, "bc", false, 2],
    ["everything from a key on", { key: bytes("d"), rangeEnd: bytes("\0") }, "de", false, 2],
    ["an empty end that is on the wire as no end", { key: bytes("d"), rangeEnd: bytes("") }, "de", false, 2],
    ["an interval that ends before it begins as empty", { key: bytes("d"), rangeEnd: bytes("b") }, "", false, 0],
    ["up to a limit, and says that there is more", { limit: 2 }, "ab", true, 5],
    ["a limit that is just reached without more", { limit: 5 }, "abcde", false, 5],
    ["a negative limit as none", { limit: -1 }, "abcde", false, 5],
    ["a past revision", { revision: 4 }, "abc", false, 3],
    ["a negative revision as the latest", { revision: -5 }, "abcde", false, 5],
    ["only the count, without more", { countOnly: true, limit: 2 }, "", false, 5],
    ["keys downwards", { sortOrder: SortOrder.DESCEND }, "edcba", false, 5],
    ["keys downwards to a limit", { sortOrder: SortOrder.DESCEND, limit: 2 }, "ed", true, 5],
    ["by modification", { sortOrder: SortOrder.ASCEND, sortTarget: SortTarget.MOD }, "cdeba", false, 5],
    ["by creation downwards", { sortOrder: SortOrder.DESCEND, sortTarget: SortTarget.CREATE }, "edcba", false, 5],
    [
      "by version, ties in key order",
      { sortOrder: SortOrder.ASCEND, sortTarget: SortTarget.VERSION },
      "cdeab",
      false,
      5,
    ],
    ["by value", { sortOrder: SortOrder.ASCEND, sortTarget: SortTarget.VALUE, limit: 3 }, "edc", true, 5],
    // etcd's quirk: with order NONE the limit cuts in key order first, and what is left is sorted upwards.
    ["by a target without order, cut first", { sortTarget: SortTarget.MOD, limit: 2 }, "cb", true, 5],
    ["from a modification on", { minModRevision: 6 }, "abe", false, 5],
    ["up to a modification", { maxModRevision: 5 }, "cd", false, 5],
    ["a span of creations, counting all", { minCreateRevision: 3, maxCreateRevision: 5, limit: 2 }, "bc", true, 5],
  ];
  for (const [what, query, keys, more, count] of cases) {
    it(`answers with ${what}`, () => {
      assert.deepEqual(ask(store, query), { keys, more, count });
    });
  }

  it("drops values where only keys are asked for, after sorting by them; leases stay, as in etcd 3.5", () => {
    const query = { ...ALL, keysOnly: true, sortOrder: SortOrder.ASCEND, sortTarget: SortTarget.VALUE };
    const kvs = store.range(newRangeRequest(query)).rows.map(decodeKeyValue);
    assert.deepEqual(kvs.map((kv) => String.fromCharCode(...kv.key)).join(""), "edcba");
    assert.ok(kvs.every((kv) => kv.value.length === 0 && kv.lease === 7n && kv.version > 0));
  });

  it("refuses revisions to come and revisions that are compacted; the compacted one itself can be read", () => {
    const own = filled();
    assert.throws(() => ask(own, { revision: 9 }), { code: "FutureRev" });
    own.compact(5);
    assert.throws(() => ask(own, { revision: 4 }), { code: "Compacted" });
    assert.throws(() => ask(own, { revision: 4, countOnly: true }), { code: "Compacted" });
    assert.equal(ask(own, { revision: 5 }).keys, "abcd");
  });

  it("sees the transaction's own changes inside it, and nothing of them outside", () => {
    const own = filled();
    const txn = own.write();
    txn.put({ key: bytes("f"), value: bytes("1"), lease: 0n });
    assert.equal(txn.range(newRangeRequest(ALL)).count, 6);
    assert.equal(txn.range(newRangeRequest({ ...ALL, revision: 8 })).count, 5);
    assert.equal(own.range(newRangeRequest(ALL)).count, 5);
    txn.end();
    assert.equal(own.range(newRangeRequest(ALL)).count, 6);
  });
});
