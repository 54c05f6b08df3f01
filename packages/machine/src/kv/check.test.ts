import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bytesFromLatin1 as ascii, EMPTY_BYTES } from "@quorate/base";
import {
  newCompare,
  newDeleteRangeRequest,
  newPutRequest,
  newRangeRequest,
  newTxnRequest,
  type RequestOp,
  type TxnRequest,
} from "@quorate/proto";
import { checkDeleteRange, checkPut, checkRange, checkTxn } from "./check.ts";

const MAX_OPS = 128;
const a = ascii("a");

const put = (key: string): RequestOp => ({
  request: { kind: "requestPut", value: newPutRequest({ key: ascii(key) }) },
});
const del = (key: string, end?: string): RequestOp => ({
  request: {
    kind: "requestDeleteRange",
    value: newDeleteRangeRequest({ key: ascii(key), rangeEnd: end === undefined ? undefined : ascii(end) }),
  },
});
const get = (key: string): RequestOp => ({
  request: { kind: "requestRange", value: newRangeRequest({ key: ascii(key) }) },
});
const nested = (success: RequestOp[], failure: RequestOp[] = []): RequestOp => ({
  request: { kind: "requestTxn", value: newTxnRequest({ success, failure }) },
});

function codeOf(run: () => void): string {
  try {
    run();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return "ok";
}

const txnCode = (init: Partial<TxnRequest>, maxOps = MAX_OPS): string =>
  codeOf(() => checkTxn(newTxnRequest(init), maxOps));
const branchCode = (...success: RequestOp[]): string => txnCode({ success });

describe("machine/kv/check", () => {
  it("knows a range, a put and a delete that are none", () => {
    assert.equal(
      codeOf(() => checkRange(newRangeRequest({ key: a }))),
      "ok",
    );
    assert.equal(
      codeOf(() => checkRange(newRangeRequest())),
      "EmptyKey",
    );
    for (const [sortOrder, sortTarget] of [
      [3, 0],
      [0, 5],
      [-1, 0],
      [0, -1],
    ])
      assert.equal(
        codeOf(() => checkRange(newRangeRequest({ key: a, sortOrder: sortOrder as 0, sortTarget: sortTarget as 0 }))),
        "InvalidSortOption",
      );
    assert.equal(
      codeOf(() => checkPut(newPutRequest({ value: a }))),
      "EmptyKey",
    );
    assert.equal(
      codeOf(() => checkPut(newPutRequest({ key: a, value: a, ignoreValue: true }))),
      "ValueProvided",
    );
    assert.equal(
      codeOf(() => checkPut(newPutRequest({ key: a, lease: 1n, ignoreLease: true }))),
      "LeaseProvided",
    );
    assert.equal(
      codeOf(() => checkPut(newPutRequest({ key: a, ignoreLease: true, ignoreValue: true }))),
      "ok",
    );
    assert.equal(
      codeOf(() => checkDeleteRange(newDeleteRangeRequest({ rangeEnd: a }))),
      "EmptyKey",
    );
  });

  it("says etcd's sentence", () => {
    assert.throws(() => checkTxn(newTxnRequest({ success: [put("a"), put("a")] }), MAX_OPS), {
      message: "etcdserver: duplicate key given in txn request",
    });
  });

  it("gives each level the width that the levels above have left", () => {
    const wide = (n: number): RequestOp[] => Array.from({ length: n }, (_, i) => get(`k${i}`));
    assert.equal(txnCode({ success: wide(128) }), "ok");
    assert.equal(txnCode({ success: wide(129) }), "TooManyOps");
    assert.equal(txnCode({ failure: wide(129) }), "TooManyOps");
    assert.equal(txnCode({ compare: wide(129).map(() => newCompare({ key: a })) }), "TooManyOps");
    assert.equal(branchCode(nested(wide(127))), "ok");
    assert.equal(branchCode(nested(wide(128))), "TooManyOps");
    assert.equal(branchCode(nested([]), nested([], wide(127))), "TooManyOps");
    assert.equal(txnCode({ failure: [nested(wide(2))] }, 2), "TooManyOps");
  });

  it("checks operations on both branches, and compares", () => {
    assert.equal(txnCode({ compare: [newCompare()] }), "EmptyKey");
    assert.equal(txnCode({ failure: [{ request: undefined }] }), "KeyNotFound");
    assert.equal(txnCode({ failure: [put("")] }), "EmptyKey");
    assert.equal(branchCode(nested([], [del("")])), "EmptyKey");
    assert.equal(
      branchCode({ request: { kind: "requestRange", value: newRangeRequest({ key: EMPTY_BYTES }) } }),
      "EmptyKey",
    );
    assert.equal(txnCode({}), "ok");
  });

  for (const [why, expected, ...ops] of [
    ["two puts of one key", "DuplicateKey", put("a"), put("a")],
    ["two puts of two keys", "ok", put("a"), put("b")],
    ["a put in an interval that is deleted after it", "DuplicateKey", put("b"), del("a", "c")],
    ["a put of a key that is deleted before it", "DuplicateKey", del("a"), put("a")],
    ["a put at the end of a deleted interval", "ok", del("a", "c"), put("c")],
    ["two deletes that overlap", "ok", del("a", "c"), del("b", "d"), del("b")],
    ["ranges over anything", "ok", get("a"), put("a"), get("a")],
    ["a put after everything from a key on is deleted: etcd's hole", "ok", del("a", "\0"), put("b")],
    ["a put in an interval that ends before it begins", "ok", del("c", "a"), put("b")],
    ["a nested put of a key put outside", "DuplicateKey", nested([put("a")]), put("a")],
    ["a nested put in an interval deleted outside", "DuplicateKey", nested([put("b")]), del("a", "c")],
    ["a put in an interval deleted inside", "DuplicateKey", nested([del("a", "c")]), put("b")],
    ["a put of a key that either branch of a nested one puts", "DuplicateKey", nested([], [put("a")]), put("a")],
    ["one key in both branches of a nested one", "ok", nested([put("a")], [put("a")])],
    ["a put and a delete in different branches of a nested one", "ok", nested([put("a")], [del("a")])],
    ["one key in two nested ones", "DuplicateKey", nested([put("a")]), nested([put("a")])],
    ["one key in other branches of two nested ones", "DuplicateKey", nested([put("a")]), nested([], [put("a")])],
    ["a nested put after an elder sibling's delete", "DuplicateKey", nested([del("a")]), nested([put("a")])],
    ["a nested put before a younger sibling's delete", "ok", nested([put("a")]), nested([del("a")])],
  ] as [string, string, ...RequestOp[]][])
    it(`${expected === "ok" ? "accepts" : "refuses"} ${why}`, () => {
      assert.equal(branchCode(...ops), expected);
      assert.equal(txnCode({ failure: ops }), expected);
    });
});
