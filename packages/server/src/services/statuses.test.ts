import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { StatusCode } from "@quorate/grpc";
import { type ServiceErrorCode, statusOf } from "./statuses.ts";

/** Rows of etcd's table, written down by hand. */
const ROWS: readonly (readonly [ServiceErrorCode, StatusCode, string])[] = [
  ["EmptyKey", StatusCode.InvalidArgument, "etcdserver: key is not provided"],
  ["KeyNotFound", StatusCode.InvalidArgument, "etcdserver: key not found"],
  ["TooManyOps", StatusCode.InvalidArgument, "etcdserver: too many operations in txn request"],
  ["Compacted", StatusCode.OutOfRange, "etcdserver: mvcc: required revision has been compacted"],
  ["FutureRev", StatusCode.OutOfRange, "etcdserver: mvcc: required revision is a future revision"],
  ["NoSpace", StatusCode.ResourceExhausted, "etcdserver: mvcc: database space exceeded"],
  ["LeaseNotFound", StatusCode.NotFound, "etcdserver: requested lease not found"],
  ["LeaseExist", StatusCode.FailedPrecondition, "etcdserver: lease already exists"],
  ["LeaseTTLTooLarge", StatusCode.OutOfRange, "etcdserver: too large lease TTL"],
  ["MemberNotFound", StatusCode.NotFound, "etcdserver: member not found"],
  ["MemberBadURLs", StatusCode.InvalidArgument, "etcdserver: given member URLs are invalid"],
  ["RequestTooLarge", StatusCode.InvalidArgument, "etcdserver: request is too large"],
  ["NoLeader", StatusCode.Unavailable, "etcdserver: no leader"],
  ["NotLeader", StatusCode.FailedPrecondition, "etcdserver: not leader"],
  ["LeaderChanged", StatusCode.Unavailable, "etcdserver: leader changed"],
  ["Stopped", StatusCode.Unavailable, "etcdserver: server stopped"],
  ["Timeout", StatusCode.Unavailable, "etcdserver: request timed out"],
  ["Unhealthy", StatusCode.Unavailable, "etcdserver: unhealthy cluster"],
  ["Corrupt", StatusCode.DataLoss, "etcdserver: corrupt cluster"],
  ["NotSupportedForLearner", StatusCode.Unavailable, "etcdserver: rpc not supported for learner"],
  ["InvalidClientAPIVersion", StatusCode.InvalidArgument, "etcdserver: invalid client api version"],
  ["RangeStreamSort", StatusCode.Unimplemented, "RangeStream does not support custom sort orders"],
];

describe("server/services/statuses", () => {
  it("gives each code etcd's status and sentence", () => {
    for (const [code, status, message] of ROWS) assert.deepEqual(statusOf(code), { code: status, message });
  });

  it("sends as Unknown what etcd sends so, whatever its own table says", () => {
    const unknown = ["MemberNotEnoughStarted", "TooManyRequests", "ProposalDropped", "NotPrimary"] as const;
    for (const code of unknown) assert.equal(statusOf(code).code, StatusCode.Unknown);
    assert.equal(statusOf("TooManyRequests").message, "etcdserver: too many requests");
    assert.equal(
      statusOf("MemberNotEnoughStarted").message,
      "etcdserver: re-configuration failed due to not enough started members",
    );
  });
});
