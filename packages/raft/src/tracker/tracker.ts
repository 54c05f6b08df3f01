/**
 * The configuration in force and, on a leader, the progress of each of its peers; plus the votes of the running election.
 * One owner: the raft record. It never sends anything.
 */
import { compareIds } from "@quorate/base";
import { type ConfState, newConfState } from "@quorate/proto";
import { JointConfig } from "../quorum/joint.ts";
import { VoteResult } from "../quorum/vote-result.ts";
import type { Index, NodeId } from "../types.ts";
import { Progress } from "./progress.ts";

/**
 * Who takes part and how. Invariants (checked by confchange/changer.ts):
 * 1. learners and voters are disjoint;
 * 2. learnersNext are outgoing voters that become learners when the joint configuration is left;
 * 3. outside a joint configuration learnersNext is empty and autoLeave is false.
 */
export type TrackerConfig = {
  readonly voters: JointConfig;
  /** Leave the joint configuration as soon as it is applied. */
  readonly autoLeave: boolean;
  readonly learners: ReadonlySet<NodeId>;
  readonly learnersNext: ReadonlySet<NodeId>;
};

export const emptyConfig: TrackerConfig = {
  voters: new JointConfig(),
  autoLeave: false,
  learners: new Set(),
  learnersNext: new Set(),
};

/** etcd's text: `voters=(1 2)&&(1) learners=(3) learners_next=(4) autoleave`. */
export function describeConfig(config: TrackerConfig): string {
  let text = `voters=${config.voters}`;
  if (config.learners.size > 0) text += ` learners=(${hexIds(config.learners)})`;
  if (config.learnersNext.size > 0) text += ` learners_next=(${hexIds(config.learnersNext)})`;
  if (config.autoLeave) text += " autoleave";
  return text;
}

/** Progress records by id. */
export type ProgressMap = ReadonlyMap<NodeId, Progress>;

/** How many votes of each kind are in, and what they mean. */
export type Tally = { readonly granted: number; readonly rejected: number; readonly result: VoteResult };

export class ProgressTracker {
  readonly maxInflight: number;
  readonly maxInflightBytes: number;
  #config: TrackerConfig = emptyConfig;
  #progress: ProgressMap = new Map();
  #sorted: readonly Progress[] = [];
  readonly #votes = new Map<NodeId, boolean>();
  /** Bound once: the committed index is computed for every acknowledgement. */
  readonly #matchOf = (id: NodeId): Index | undefined => this.#progress.get(id)?.match;

  constructor(limits: { readonly maxInflight: number; readonly maxInflightBytes: number }) {
    this.maxInflight = limits.maxInflight;
    this.maxInflightBytes = limits.maxInflightBytes;
  }

  get config(): TrackerConfig {
    return this.#config;
  }

  get progress(): ProgressMap {
    return this.#progress;
  }

  /** Peers, this member included, ascending by id: the order in which messages leave. */
  get peers(): readonly Progress[] {
    return this.#sorted;
  }

  /** Puts a configuration and its progress records in force. */
  install(config: TrackerConfig, progress: ProgressMap): void {
    this.#config = config;
    this.#progress = progress;
    this.#sorted = [...progress.values()].sort((a, b) => compareIds(a.id, b.id));
  }

  /** A tracker with the same configuration; the progress records are shared. */
  copy(): ProgressTracker {
    const copy = new ProgressTracker(this);
    copy.install(this.#config, this.#progress);
    return copy;
  }

  /** Starts every record afresh for a new term; learner flags stay. */
  resetProgress(self: NodeId, lastIndex: Index): void {
    const fresh = new Map<NodeId, Progress>();
    for (const peer of this.#sorted) {
      fresh.set(
        peer.id,
        new Progress({
          id: peer.id,
          match: peer.id === self ? lastIndex : 0,
          next: lastIndex + 1,
          isLearner: peer.isLearner,
          recentActive: false,
          maxInflight: this.maxInflight,
          maxInflightBytes: this.maxInflightBytes,
        }),
      );
    }
    this.install(this.#config, fresh);
  }

  /** True if there is exactly one voter and no joint configuration. */
  isSingleton(): boolean {
    return this.#config.voters.incoming.size === 1 && !this.#config.voters.isJoint();
  }

  /** The largest index that a quorum holds durably. */
  committed(): Index {
    return this.#config.voters.committedIndex(this.#matchOf);
  }

  /** True if a quorum of voters was heard of since the last round. */
  quorumActive(): boolean {
    const active = (id: NodeId): boolean | undefined => {
      const peer = this.#progress.get(id);
      return peer === undefined || peer.isLearner ? undefined : peer.recentActive;
    };
    return this.#config.voters.voteResult(active) === VoteResult.VoteWon;
  }

  resetVotes(): void {
    this.#votes.clear();
  }

  /** Records a vote; the first of each peer counts. */
  recordVote(id: NodeId, granted: boolean): void {
    if (!this.#votes.has(id)) this.#votes.set(id, granted);
  }

  /** Counts the votes of tracked non-learners. */
  tallyVotes(): Tally {
    let granted = 0;
    let rejected = 0;
    for (const peer of this.#sorted) {
      const vote = peer.isLearner ? undefined : this.#votes.get(peer.id);
      if (vote === true) granted++;
      if (vote === false) rejected++;
    }
    return { granted, rejected, result: this.#config.voters.voteResult((id) => this.#votes.get(id)) };
  }

  voterNodes(): NodeId[] {
    return [...this.#config.voters.ids()];
  }

  learnerNodes(): NodeId[] {
    return sortedIds(this.#config.learners);
  }

  /** The configuration as snapshots and the WAL keep it. */
  confState(): ConfState {
    const { voters, learners, learnersNext, autoLeave } = this.#config;
    return newConfState({
      voters: [...voters.incoming.ids()],
      votersOutgoing: [...voters.outgoing.ids()],
      learners: sortedIds(learners),
      learnersNext: sortedIds(learnersNext),
      autoLeave,
    });
  }
}

/** Ids in ascending order. */
export function sortedIds(ids: Iterable<NodeId>): NodeId[] {
  return [...ids].sort(compareIds);
}

function hexIds(ids: Iterable<NodeId>): string {
  return sortedIds(ids)
    .map((id) => id.toString(16))
    .join(" ");
}
