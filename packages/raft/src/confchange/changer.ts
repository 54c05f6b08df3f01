/**
 * Computes the next configuration from the current one and a list of changes (thesis chapter 4). It never touches the raft
 * record: it works on a draft, checks the invariants of `TrackerConfig` before and after, and hands the result back.
 */
import { assert } from "@quorate/base";
import { type ConfChangeSingle, ConfChangeType } from "@quorate/proto";
import { RaftError } from "../errors.ts";
import { JointConfig } from "../quorum/joint.ts";
import { MajorityConfig } from "../quorum/majority.ts";
import { Progress } from "../tracker/progress.ts";
import type { ProgressMap, ProgressTracker, TrackerConfig } from "../tracker/tracker.ts";
import { type Index, NONE, type NodeId } from "../types.ts";

/** A configuration with its progress records, ready for `ProgressTracker.install`. */
export type Change = { readonly config: TrackerConfig; readonly progress: ProgressMap };

/** The configuration while it is being changed. */
type Draft = {
  incoming: Set<NodeId>;
  outgoing: Set<NodeId>;
  learners: Set<NodeId>;
  learnersNext: Set<NodeId>;
  autoLeave: boolean;
  progress: Map<NodeId, Progress>;
};

export class Changer {
  readonly #tracker: ProgressTracker;
  readonly #lastIndex: Index;

  /** @param lastIndex last index of the log: where replication to a new peer starts probing. */
  constructor(tracker: ProgressTracker, lastIndex: Index) {
    this.#tracker = tracker;
    this.#lastIndex = lastIndex;
  }

  /** Moves to the joint configuration (changed)&&(current). etcd's EnterJoint. */
  enterJoint(autoLeave: boolean, changes: readonly ConfChangeSingle[]): Change {
    const draft = this.#draft();
    if (draft.outgoing.size > 0) throw refused("config is already joint");
    if (draft.incoming.size === 0) throw refused("can't make a zero-voter config joint");
    draft.outgoing = new Set(draft.incoming);
    this.#apply(draft, changes);
    draft.autoLeave = autoLeave;
    return finish(draft);
  }

  /** Drops the outgoing half; voters that were to become learners do so now. etcd's LeaveJoint. */
  leaveJoint(): Change {
    const draft = this.#draft();
    if (draft.outgoing.size === 0) throw refused("can't leave a non-joint config");
    for (const id of draft.learnersNext) {
      draft.learners.add(id);
      progressOf(draft, id).isLearner = true;
    }
    draft.learnersNext.clear();
    for (const id of draft.outgoing) {
      if (!draft.incoming.has(id) && !draft.learners.has(id)) draft.progress.delete(id);
    }
    draft.outgoing.clear();
    draft.autoLeave = false;
    return finish(draft);
  }

  /** Changes at most one voter, without a joint configuration. etcd's Simple. */
  simple(changes: readonly ConfChangeSingle[]): Change {
    const draft = this.#draft();
    if (draft.outgoing.size > 0) throw refused("can't apply simple config change in joint config");
    const before = new Set(draft.incoming);
    this.#apply(draft, changes);
    if (symmetricDifference(before, draft.incoming) > 1) {
      throw refused("more than one voter changed without entering joint config");
    }
    return finish(draft);
  }

  #apply(draft: Draft, changes: readonly ConfChangeSingle[]): void {
    for (const change of changes) {
      // A change that was refused at apply time is replayed with id 0, so that it counts as done and does nothing.
      if (change.nodeId === NONE) continue;
      switch (change.type) {
        case ConfChangeType.ConfChangeAddNode:
          this.#makeVoter(draft, change.nodeId);
          break;
        case ConfChangeType.ConfChangeAddLearnerNode:
          this.#makeLearner(draft, change.nodeId);
          break;
        case ConfChangeType.ConfChangeRemoveNode:
          remove(draft, change.nodeId);
          break;
        case ConfChangeType.ConfChangeUpdateNode:
          break;
        default:
          throw refused(`unexpected conf type ${String(change.type)}`);
      }
    }
    if (draft.incoming.size === 0) throw refused("removed all voters");
  }

  #makeVoter(draft: Draft, id: NodeId): void {
    const progress = draft.progress.get(id);
    if (progress === undefined) {
      this.#initProgress(draft, id, false);
      return;
    }
    progress.isLearner = false;
    draft.learners.delete(id);
    draft.learnersNext.delete(id);
    draft.incoming.add(id);
  }

  /** An outgoing voter stays a voter until the joint configuration is left: two roles at once would break invariant 1. */
  #makeLearner(draft: Draft, id: NodeId): void {
    const progress = draft.progress.get(id);
    if (progress === undefined) {
      this.#initProgress(draft, id, true);
      return;
    }
    if (progress.isLearner) return;
    remove(draft, id);
    draft.progress.set(id, progress);
    if (draft.outgoing.has(id)) {
      draft.learnersNext.add(id);
    } else {
      progress.isLearner = true;
      draft.learners.add(id);
    }
  }

  #initProgress(draft: Draft, id: NodeId, isLearner: boolean): void {
    (isLearner ? draft.learners : draft.incoming).add(id);
    const { maxInflight, maxInflightBytes } = this.#tracker;
    // A new peer is probed from the end of the log: if it is empty it says so, and a snapshot follows. It counts as active, so
    // that check-quorum gives it one round to show up.
    const next = Math.max(this.#lastIndex, 1);
    draft.progress.set(
      id,
      new Progress({ id, match: 0, next, isLearner, recentActive: true, maxInflight, maxInflightBytes }),
    );
  }

  #draft(): Draft {
    const { config, progress } = this.#tracker;
    const draft: Draft = {
      incoming: new Set(config.voters.incoming.ids()),
      outgoing: new Set(config.voters.outgoing.ids()),
      learners: new Set(config.learners),
      learnersNext: new Set(config.learnersNext),
      autoLeave: config.autoLeave,
      progress: new Map(),
    };
    for (const [id, peer] of progress) draft.progress.set(id, peer.clone());
    checkInvariants(draft);
    return draft;
  }
}

function remove(draft: Draft, id: NodeId): void {
  if (!draft.progress.has(id)) return;
  draft.incoming.delete(id);
  draft.learners.delete(id);
  draft.learnersNext.delete(id);
  // Still a voter of the outgoing half: it is needed for quorums until the joint configuration is left.
  if (!draft.outgoing.has(id)) draft.progress.delete(id);
}

function finish(draft: Draft): Change {
  checkInvariants(draft);
  const voters = new JointConfig(new MajorityConfig(draft.incoming), new MajorityConfig(draft.outgoing));
  const { autoLeave, learners, learnersNext, progress } = draft;
  return { config: { voters, autoLeave, learners, learnersNext }, progress };
}

function checkInvariants(draft: Draft): void {
  for (const ids of [draft.incoming, draft.outgoing, draft.learners, draft.learnersNext]) {
    for (const id of ids) progressOf(draft, id);
  }
  for (const id of draft.learnersNext) {
    assert(draft.outgoing.has(id), `${id} is in LearnersNext, but not Voters[1]`);
    assert(!progressOf(draft, id).isLearner, `${id} is in LearnersNext, but is already marked as learner`);
  }
  for (const id of draft.learners) {
    assert(!draft.outgoing.has(id), `${id} is in Learners and Voters[1]`);
    assert(!draft.incoming.has(id), `${id} is in Learners and Voters[0]`);
    assert(progressOf(draft, id).isLearner, `${id} is in Learners, but is not marked as learner`);
  }
  if (draft.outgoing.size > 0) return;
  assert(draft.learnersNext.size === 0, "cfg.LearnersNext must be nil when not joint");
  assert(!draft.autoLeave, "AutoLeave must be false when not joint");
}

function progressOf(draft: Draft, id: NodeId): Progress {
  const progress = draft.progress.get(id);
  assert(progress !== undefined, `no progress for ${id}`);
  return progress;
}

function symmetricDifference(a: ReadonlySet<NodeId>, b: ReadonlySet<NodeId>): number {
  let count = 0;
  for (const id of a) if (!b.has(id)) count++;
  for (const id of b) if (!a.has(id)) count++;
  return count;
}

function refused(message: string): RaftError {
  return new RaftError("InvalidConfChange", message);
}
