import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { newConfState, newSnapshotMetadata } from "@quorate/proto";
import { KEEP_LOG_AFTER_SEND_MS, SnapshotPolicy } from "./snapshots.ts";

const CONF_STATE = newConfState({ voters: [1n] });
const DATA = new Uint8Array(0);

function newPolicy(lastIndex = 0): SnapshotPolicy {
  return new SnapshotPolicy({ snapshotCount: 100, catchUpEntries: 30 }, lastIndex);
}

describe("member/snapshots", () => {
  it("is due after so many entries, once at a time", () => {
    const policy = newPolicy(50);
    assert.ok(!policy.isDue(149));
    assert.ok(policy.isDue(150));
    policy.capture({ index: 150, term: 2 }, CONF_STATE, DATA);
    assert.ok(!policy.isDue(400));
    assert.ok(policy.takeSavable({ index: 150, term: 2 }) !== undefined);
    assert.ok(!policy.isDue(400), "while it is being saved");
    policy.saved(newSnapshotMetadata({ index: 150, term: 2 }));
    assert.ok(!policy.isDue(249));
    assert.ok(policy.isDue(250));
  });

  it("is saved when the backend has committed what it speaks of, and not twice", () => {
    const policy = newPolicy();
    policy.capture({ index: 100, term: 3 }, CONF_STATE, DATA);
    assert.equal(policy.takeSavable({ index: 99, term: 3 }), undefined);
    const { metadata } = policy.takeSavable({ index: 120, term: 3 }) ?? assert.fail("it can be saved");
    assert.deepEqual([metadata.index, metadata.term, metadata.confState], [100, 3, CONF_STATE]);
    assert.equal(policy.takeSavable({ index: 120, term: 3 }), undefined);
  });

  it("drops what it captured when a newer one is received", () => {
    const policy = newPolicy();
    policy.capture({ index: 100, term: 1 }, CONF_STATE, DATA);
    policy.received(500);
    assert.equal(policy.takeSavable({ index: 600, term: 1 }), undefined);
    assert.ok(!policy.isDue(599));
    assert.ok(policy.isDue(600));
  });

  it("keeps the log behind a snapshot for those a little behind, and whole for those who are being sent one", () => {
    const policy = newPolicy(20);
    assert.equal(policy.compactIndex(0), undefined, "there is not so much log");
    policy.saved(newSnapshotMetadata({ index: 200 }));
    assert.equal(policy.compactIndex(0), 170);
    policy.sending(2n);
    policy.sending(3n);
    policy.sent(2n, 1_000);
    assert.equal(policy.compactIndex(1_000_000), undefined);
    policy.sent(3n, 2_000);
    assert.equal(policy.compactIndex(2_000 + KEEP_LOG_AFTER_SEND_MS - 1), undefined);
    assert.equal(policy.compactIndex(2_000 + KEEP_LOG_AFTER_SEND_MS), 170);
  });
});
