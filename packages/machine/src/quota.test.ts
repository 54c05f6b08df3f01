import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bytesFromLatin1 as ascii } from "@quorate/base";
import {
  newDeleteRangeRequest,
  newLeaseGrantRequest,
  newPutRequest,
  newTxnRequest,
  type RequestOp,
} from "@quorate/proto";
import { fitsQuota, quotaCost } from "./quota.ts";

const put = (value: string): RequestOp => ({
  request: { kind: "requestPut", value: newPutRequest({ key: ascii("key"), value: ascii(value) }) },
});

describe("machine/quota", () => {
  it("reckons as etcd: puts by size, leases at a flat rate, transactions by the dearer branch, all else free", () => {
    const nested: RequestOp = { request: { kind: "requestTxn", value: newTxnRequest({ failure: [put("12")] }) } };
    assert.equal(quotaCost({ kind: "put", value: newPutRequest({ key: ascii("key"), value: ascii("1") }) }), 260);
    assert.equal(quotaCost({ kind: "leaseGrant", value: newLeaseGrantRequest() }), 64);
    assert.equal(
      quotaCost({ kind: "txn", value: newTxnRequest({ success: [put("1"), nested], failure: [put("")] }) }),
      521,
    );
    assert.equal(quotaCost({ kind: "txn", value: newTxnRequest() }), 0);
    assert.equal(quotaCost({ kind: "deleteRange", value: newDeleteRangeRequest() }), 0);
  });

  it("admits what stays below the quota, and whatever costs nothing", () => {
    assert.equal(fitsQuota(700, 299, 1000), true);
    assert.equal(fitsQuota(700, 300, 1000), false);
    assert.equal(fitsQuota(5000, 0, 1000), true);
    assert.equal(fitsQuota(5000, 300, Number.POSITIVE_INFINITY), true);
  });
});
