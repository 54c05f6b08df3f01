/**
 * --force-new-cluster: a member whose cluster has lost its quorum for good goes on alone. It keeps its whole log, as a leader would:
 * what it acknowledged may be at the end of it, and the commit index on disk lags. The log grows by one change of membership for each of
 * the others, as if they had been removed. Divergence: etcd drops what the disk does not say is committed.
 */
import { encodeContext, newMember } from "@quorate/machine";
import { ConfChangeType, type ConfState, type Entry, type HardState, newConfChange, newEntry } from "@quorate/proto";
import { confChangeOfEntry, encodeConfChange } from "@quorate/raft";

export type LoneLog = {
  /** The log with the new changes behind it. */
  readonly entries: readonly Entry[];
  /** The entries of these that are not on disk yet. */
  readonly added: readonly Entry[];
  readonly hardState: HardState;
};

export type LoneLogInput = {
  readonly id: bigint;
  readonly entries: readonly Entry[];
  readonly hardState: HardState;
  /** The configuration at `appliedIndex`. */
  readonly confState: ConfState;
  readonly appliedIndex: number;
  /** Where the log begins when `entries` is empty. */
  readonly snapshotIndex: number;
};

export function forceNewCluster(input: LoneLogInput): LoneLog {
  const { id, hardState, appliedIndex, snapshotIndex } = input;
  const { entries } = input;
  const last = entries[entries.length - 1]?.index ?? 0;
  const commit = Math.max(last, hardState.commit, appliedIndex, snapshotIndex);
  const { voters, learners } = membersAt(input, entries);
  const changes = [...voters, ...learners]
    .filter((other) => other !== id)
    .map((other) => newConfChange({ type: ConfChangeType.ConfChangeRemoveNode, nodeId: other }));
  // A learner must vote before the others go: nobody else will.
  if (!voters.has(id)) {
    const context = encodeContext({ member: newMember({ id }), isPromote: true });
    changes.unshift(newConfChange({ type: ConfChangeType.ConfChangeAddNode, nodeId: id, context }));
  }
  const added = changes.map((change, i) =>
    newEntry({ ...encodeConfChange({ kind: "v1", change }), term: hardState.term, index: commit + 1 + i }),
  );
  return {
    entries: [...entries, ...added],
    added,
    hardState: { ...hardState, vote: id, commit: commit + added.length },
  };
}

/** Voters and learners once everything is applied. */
function membersAt(
  { confState, appliedIndex }: LoneLogInput,
  entries: readonly Entry[],
): { readonly voters: Set<bigint>; readonly learners: Set<bigint> } {
  const voters = new Set(confState.voters);
  const learners = new Set(confState.learners);
  for (const entry of entries) {
    const change = entry.index > appliedIndex ? confChangeOfEntry(entry) : undefined;
    if (change?.kind !== "v1") continue;
    const { type, nodeId } = change.change;
    if (type === ConfChangeType.ConfChangeUpdateNode) continue;
    voters.delete(nodeId);
    learners.delete(nodeId);
    if (type === ConfChangeType.ConfChangeAddNode) voters.add(nodeId);
    if (type === ConfChangeType.ConfChangeAddLearnerNode) learners.add(nodeId);
  }
  return { voters, learners };
}
