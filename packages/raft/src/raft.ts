/**
 * The state of one raft member: the record that all of this package works on. One owner (RawNode), mutated in place by the
 * functions of the subject files; nothing outside the package sees it.
 *
 * Where to read on: step.ts takes a message, step-leader.ts / step-follower.ts / step-candidate.ts decide by role,
 * roles.ts changes roles, replication.ts moves entries, election.ts votes, membership.ts changes the configuration.
 */
import type { Logger } from "@quorate/base";
import { type HardState, type Message, newHardState } from "@quorate/proto";
import type { ResolvedConfig } from "./config.ts";
import type { RaftLog } from "./log.ts";
import type { ReadOnly } from "./read-only.ts";
import type { ProgressTracker } from "./tracker/tracker.ts";
import { type Index, NONE, type NodeId, type ReadState, type SoftState, StateType, type Term } from "./types.ts";

export type Raft = {
  readonly id: NodeId;
  readonly config: ResolvedConfig;
  readonly logger: Logger;
  readonly log: RaftLog;
  readonly tracker: ProgressTracker;
  /**
   * The configuration before a snapshot replaced it, while that snapshot is on its way to the disk: entries that were handed out
   * before are still being applied on top of it.
   */
  replaced: ProgressTracker | undefined;

  /** Invariant: never falls. Persisted with `vote` before any message that depends on them leaves. */
  term: Term;
  /** Whom this member voted for in `term`. */
  vote: NodeId;
  state: StateType;
  /** The leader of `term` as far as known. */
  lead: NodeId;
  /** Whom leadership is being handed to; proposals are dropped meanwhile. */
  leadTransferee: NodeId;
  isLearner: boolean;

  /** Ticks since the last sign of a leader; on a leader, since the last check-quorum round. */
  electionElapsed: number;
  /** Ticks since the last heartbeat; leaders only. */
  heartbeatElapsed: number;
  /** Redrawn from [electionTick, 2 * electionTick) at every reset. */
  randomizedElectionTimeout: number;

  /** No configuration change is proposed until the one at this index is applied. A bound, not always exact. */
  pendingConfIndex: Index;
  /** Payload bytes appended by this leader and not yet applied: an estimate that limits the log's growth. */
  uncommittedSize: number;

  readOnly: ReadOnly;
  /** Read requests that wait for this leader's first commit in its term. */
  pendingReadIndexMessages: Message[];
  readStates: ReadState[];

  /** Messages that may leave at once. */
  messages: Message[];
  /** Messages that promise something: they leave after the entries and the HardState of their Ready are durable. */
  messagesAfterAppend: Message[];
};

export function softState(r: Raft): SoftState {
  return { lead: r.lead, raftState: r.state };
}

export function hardState(r: Raft): HardState {
  return newHardState({ term: r.term, vote: r.vote, commit: r.log.committed });
}

/** True if this member may campaign: it is a voter, and no snapshot is on its way to its disk. */
export function promotable(r: Raft): boolean {
  const self = r.tracker.progress.get(r.id);
  return self !== undefined && !self.isLearner && !r.log.hasNextOrInProgressSnapshot();
}

/** True once the leader has committed an entry of its own term: only then is its commit index current (thesis 6.4). */
export function committedEntryInCurrentTerm(r: Raft): boolean {
  return r.log.termOrUndefined(r.log.committed) === r.term;
}

export function isLeader(r: Raft): boolean {
  return r.state === StateType.Leader;
}

export function abortLeaderTransfer(r: Raft): void {
  r.leadTransferee = NONE;
}

/** An id as log lines show it: lower-case hex. */
export function x(id: NodeId): string {
  return id.toString(16);
}
