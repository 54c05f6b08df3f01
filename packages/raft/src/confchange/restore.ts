/**
 * Rebuilds a configuration from a ConfState (from a snapshot or the application's storage) by replaying the changes that lead
 * to it: first the outgoing voters one by one, then, when joint, one step into the joint configuration.
 */
import { type ConfChangeSingle, ConfChangeType, type ConfState, newConfChangeSingle } from "@quorate/proto";
import { RaftError } from "../errors.ts";
import { ProgressTracker } from "../tracker/tracker.ts";
import type { Index, NodeId } from "../types.ts";
import { type Change, Changer } from "./changer.ts";

type Limits = { readonly maxInflight: number; readonly maxInflightBytes: number };

/**
 * The configuration that `confState` describes, with fresh progress records.
 * @throws RaftError `InvalidConfChange` when no sequence of changes leads to it.
 */
export function restoreConfState(limits: Limits, lastIndex: Index, confState: ConfState): Change {
  const tracker = new ProgressTracker(limits);
  const install = (change: Change): void => tracker.install(change.config, change.progress);
  const changer = new Changer(tracker, lastIndex);
  const { outgoing, incoming } = toChanges(confState);
  if (outgoing.length === 0) {
    for (const change of incoming) install(changer.simple([change]));
  } else {
    for (const change of outgoing) install(changer.simple([change]));
    install(changer.enterJoint(confState.autoLeave, incoming));
  }
  if (!equivalentConfStates(confState, tracker.confState())) {
    throw new RaftError("InvalidConfChange", "ConfState is not one that configuration changes lead to");
  }
  return { config: tracker.config, progress: tracker.progress };
}

/**
 * Example: voters=(1 2 3) learners=(5) outgoing=(1 2 4 6) learnersNext=(4).
 * Outgoing: add 1, 2, 4, 6. Then into the joint configuration: remove 1, 2, 4, 6; add voters 1, 2, 3; add learners 5 and 4. The
 * removals leave 4 and 6 in the outgoing half, and 4, still a voter there, becomes a learner next.
 */
function toChanges(confState: ConfState): { outgoing: ConfChangeSingle[]; incoming: ConfChangeSingle[] } {
  const { ConfChangeAddNode, ConfChangeRemoveNode, ConfChangeAddLearnerNode } = ConfChangeType;
  const all = (type: ConfChangeType, ids: readonly NodeId[]): ConfChangeSingle[] =>
    ids.map((nodeId) => newConfChangeSingle({ type, nodeId }));
  return {
    outgoing: all(ConfChangeAddNode, confState.votersOutgoing),
    incoming: [
      ...all(ConfChangeRemoveNode, confState.votersOutgoing),
      ...all(ConfChangeAddNode, confState.voters),
      ...all(ConfChangeAddLearnerNode, confState.learners),
      ...all(ConfChangeAddLearnerNode, confState.learnersNext),
    ],
  };
}

/** True when both describe the same configuration, in whatever order. etcd's ConfState.Equivalent. */
export function equivalentConfStates(a: ConfState, b: ConfState): boolean {
  return (
    sameIds(a.voters, b.voters) &&
    sameIds(a.learners, b.learners) &&
    sameIds(a.votersOutgoing, b.votersOutgoing) &&
    sameIds(a.learnersNext, b.learnersNext) &&
    a.autoLeave === b.autoLeave
  );
}

function sameIds(a: readonly NodeId[], b: readonly NodeId[]): boolean {
  const other = new Set(b);
  return a.length === b.length && new Set(a).size === a.length && a.every((id) => other.has(id));
}
