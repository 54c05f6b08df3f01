import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ConfChangeType, type Entry, newConfChange, newConfState, newEntry, newHardState } from "@quorate/proto";
import { confChangeOfEntry, encodeConfChange } from "@quorate/raft";
import { forceNewCluster } from "./force-new-cluster.ts";

const SELF = 1n;
const TERM = 4;

describe("server/bootstrap/force-new-cluster", () => {
  it("keeps what may have been acknowledged and removes everybody else", () => {
    const entries = [normal(1), normal(2), normal(3)];
    const lone = forceNewCluster({ ...base(), entries, hardState: state(2), appliedIndex: 1 });
    assert.deepEqual(
      lone.entries.map(({ index }) => index),
      [1, 2, 3, 4, 5],
    );
    assert.deepEqual(changesOf(lone.added), ["remove 2", "remove 3"]);
    assert.deepEqual([lone.hardState.commit, lone.hardState.vote, lone.hardState.term], [5, SELF, TERM]);
    for (const { term } of lone.added) assert.equal(term, TERM);
  });

  it("counts changes that are not yet applied", () => {
    const entries = [
      change(1, ConfChangeType.ConfChangeRemoveNode, 2n),
      change(2, ConfChangeType.ConfChangeAddLearnerNode, 9n),
      change(3, ConfChangeType.ConfChangeAddNode, 8n),
    ];
    const lone = forceNewCluster({ ...base(), entries, hardState: state(2), appliedIndex: 0 });
    assert.deepEqual(changesOf(lone.added).sort(), ["remove 3", "remove 8", "remove 9"]);
  });

  it("makes a voter of a learner before the others go", () => {
    const confState = newConfState({ voters: [2n], learners: [SELF] });
    const lone = forceNewCluster({ ...base(), confState, hardState: state(0) });
    assert.deepEqual(changesOf(lone.added), ["add 1", "remove 2"]);
  });

  it("adds nothing where it is alone already, and begins behind a snapshot", () => {
    const confState = newConfState({ voters: [SELF] });
    const lone = forceNewCluster({ ...base(), confState, hardState: state(5), appliedIndex: 7, snapshotIndex: 6 });
    assert.deepEqual(lone.added, []);
    assert.equal(lone.hardState.commit, 7);
    const more = forceNewCluster({ ...base(), hardState: state(5), appliedIndex: 3, snapshotIndex: 6 });
    assert.deepEqual(
      more.added.map(({ index }) => index),
      [7, 8],
    );
  });
});

function base(): Parameters<typeof forceNewCluster>[0] {
  const confState = newConfState({ voters: [SELF, 2n, 3n] });
  return { id: SELF, entries: [], hardState: state(0), confState, appliedIndex: 0, snapshotIndex: 0 };
}

function state(commit: number): ReturnType<typeof newHardState> {
  return newHardState({ term: TERM, vote: 2n, commit });
}

function normal(index: number): Entry {
  return newEntry({ index, term: TERM, data: Uint8Array.of(index) });
}

function change(index: number, type: ConfChangeType, nodeId: bigint): Entry {
  const encoded = encodeConfChange({ kind: "v1", change: newConfChange({ type, nodeId }) });
  return newEntry({ ...encoded, index, term: TERM });
}

function changesOf(entries: readonly Entry[]): string[] {
  return entries.map((entry) => {
    const decoded = confChangeOfEntry(entry);
    assert.ok(decoded?.kind === "v1");
    const { type, nodeId } = decoded.change;
    return `${type === ConfChangeType.ConfChangeAddNode ? "add" : "remove"} ${nodeId}`;
  });
}
