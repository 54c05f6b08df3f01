import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { InvariantViolation } from "@quorate/base";
import { Progress, type ProgressInit, ProgressState, progressStateName } from "./progress.ts";

function peer(init: Partial<ProgressInit> & { readonly state?: ProgressState } = {}): Progress {
  const progress = new Progress({
    id: 2n,
    match: 0,
    next: 1,
    isLearner: false,
    recentActive: true,
    maxInflight: 256,
    maxInflightBytes: 0,
    ...init,
  });
  progress.state = init.state ?? ProgressState.Probe;
  return progress;
}

describe("raft/tracker/progress", () => {
  it("tells everything that is worth telling, in etcd's order", () => {
    const progress = peer({ match: 1, next: 2, isLearner: true, recentActive: false, maxInflight: 1 });
    progress.becomeSnapshot(123);
    progress.inflights.add(123, 1);
    assert.equal(
      `${progress}`,
      "StateSnapshot match=1 next=124 learner paused pendingSnap=123 inactive inflight=1[full]",
    );
    assert.equal(`${peer({ match: 4, next: 5 })}`, "StateProbe match=4 next=5");
  });

  it("names its states with etcd's words", () => {
    assert.deepEqual(Object.values(ProgressState).map(progressStateName), [
      "StateProbe",
      "StateReplicate",
      "StateSnapshot",
    ]);
  });

  it("is paused by its flag while it probes or replicates, and always while a snapshot is on its way", () => {
    const table: readonly (readonly [ProgressState, boolean, boolean])[] = [
      [ProgressState.Probe, false, false],
      [ProgressState.Probe, true, true],
      [ProgressState.Replicate, false, false],
      [ProgressState.Replicate, true, true],
      [ProgressState.Snapshot, false, true],
      [ProgressState.Snapshot, true, true],
    ];
    for (const [state, flag, expected] of table) {
      const progress = peer({ state });
      progress.msgAppFlowPaused = flag;
      assert.equal(progress.isPaused(), expected, `${progressStateName(state)} with flag ${flag}`);
    }
  });

  it("goes on after an acknowledgement, and after a rejection that says where", () => {
    const progress = peer({ next: 2 });
    progress.msgAppFlowPaused = true;
    assert.equal(progress.maybeDecrTo(1, 1), true);
    assert.equal(progress.msgAppFlowPaused, false);
    progress.msgAppFlowPaused = true;
    assert.equal(progress.maybeUpdate(2), true);
    assert.equal(progress.msgAppFlowPaused, false);
  });

  it("probes from behind its match, and from behind a pending snapshot", () => {
    const fromReplicate = peer({ match: 1, next: 5, state: ProgressState.Replicate });
    fromReplicate.becomeProbe();
    assert.deepEqual([fromReplicate.match, fromReplicate.next], [1, 2]);
    const fromSnapshot = peer({ match: 1, next: 5 });
    fromSnapshot.becomeSnapshot(10);
    fromSnapshot.becomeProbe();
    assert.deepEqual([fromSnapshot.match, fromSnapshot.next, fromSnapshot.pendingSnapshot], [1, 11, 0]);
    const failed = peer({ match: 1, next: 5 });
    failed.becomeSnapshot(10);
    failed.pendingSnapshot = 0;
    failed.becomeProbe();
    assert.equal(failed.next, 2);
  });

  it("replicates from behind its match", () => {
    const progress = peer({ match: 1, next: 5 });
    progress.becomeReplicate();
    assert.deepEqual([progress.state, progress.match, progress.next], [ProgressState.Replicate, 1, 2]);
  });

  it("waits for its snapshot with an empty window", () => {
    const progress = peer({ match: 1, next: 2, state: ProgressState.Replicate });
    progress.sentEntries(2, 10);
    progress.becomeSnapshot(10);
    assert.deepEqual(
      [
        progress.state,
        progress.match,
        progress.next,
        progress.pendingSnapshot,
        progress.inflights.count,
        progress.sentCommit,
      ],
      [ProgressState.Snapshot, 1, 11, 10, 0, 10],
    );
  });

  it("moves match and next only forward", () => {
    const table = [
      { index: 2, match: 3, next: 5, told: false },
      { index: 3, match: 3, next: 5, told: false },
      { index: 4, match: 4, next: 5, told: true },
      { index: 5, match: 5, next: 6, told: true },
    ];
    for (const { index, match, next, told } of table) {
      const progress = peer({ match: 3, next: 5 });
      assert.deepEqual([progress.maybeUpdate(index), progress.match, progress.next], [told, match, next]);
    }
  });

  it("takes a rejection only if it is news", () => {
    const { Replicate, Probe } = ProgressState;
    const table: readonly (readonly [ProgressState, number, number, number, number, boolean, number])[] = [
      // state, match, next, rejected, hint, news, next after
      [Replicate, 5, 10, 5, 5, false, 10],
      [Replicate, 5, 10, 4, 4, false, 10],
      [Replicate, 5, 10, 9, 9, true, 6],
      [Probe, 0, 0, 0, 0, false, 0],
      [Probe, 0, 10, 5, 5, false, 10],
      [Probe, 0, 10, 9, 9, true, 9],
      [Probe, 0, 2, 1, 1, true, 1],
      [Probe, 0, 1, 0, 0, true, 1],
      [Probe, 0, 10, 9, 2, true, 3],
      [Probe, 0, 10, 9, 0, true, 1],
      [Probe, 4, 10, 9, 1, true, 5],
    ];
    for (const [state, match, next, rejected, hint, news, after] of table) {
      const progress = peer({ state, match, next });
      const where = `${progress} rejected ${rejected} hint ${hint}`;
      assert.equal(progress.maybeDecrTo(rejected, hint), news, where);
      assert.deepEqual([progress.match, progress.next], [match, after], where);
    }
  });

  it("runs ahead while it replicates, up to the window", () => {
    const progress = peer({ match: 1, next: 2, state: ProgressState.Replicate, maxInflight: 2 });
    progress.sentEntries(3, 30);
    assert.deepEqual([progress.next, progress.isPaused(), progress.inflights.count], [5, false, 1]);
    progress.sentEntries(1, 10);
    assert.deepEqual([progress.next, progress.isPaused()], [6, true]);
    progress.inflights.freeLE(4);
    progress.sentEntries(0, 0);
    assert.deepEqual([progress.next, progress.isPaused()], [6, false], "an empty append takes no room");
  });

  it("sends one append with entries at a time while it probes, and any number of empty ones", () => {
    const progress = peer();
    progress.sentEntries(0, 0);
    assert.equal(progress.isPaused(), false);
    progress.sentEntries(1, 10);
    assert.deepEqual([progress.isPaused(), progress.next], [true, 1]);
    progress.becomeSnapshot(4);
    assert.throws(() => progress.sentEntries(1, 1), InvariantViolation);
  });

  it("tells a commit index again only where it can still move the peer's", () => {
    const progress = peer({ match: 5, next: 6, state: ProgressState.Replicate });
    assert.equal(progress.canBumpCommit(5), true);
    progress.sentCommit = 5;
    assert.equal(progress.canBumpCommit(9), false, "the peer holds nothing beyond 5");
    progress.sentEntries(3, 1);
    assert.deepEqual([progress.canBumpCommit(5), progress.canBumpCommit(6)], [false, true]);
    progress.sentCommit = 8;
    progress.becomeProbe();
    assert.equal(progress.sentCommit, 5, "what was sent beyond the probe is in doubt");
  });

  it("copies everything", () => {
    const progress = peer({ match: 3, next: 4, isLearner: true, state: ProgressState.Replicate });
    progress.sentEntries(2, 20);
    progress.sentCommit = 3;
    progress.msgAppFlowPaused = true;
    const copy = progress.clone();
    const before = `${copy} ${copy.sentCommit}`;
    assert.equal(before, `${progress} ${progress.sentCommit}`);
    progress.becomeSnapshot(99);
    assert.equal(`${copy} ${copy.sentCommit}`, before);
  });
});
