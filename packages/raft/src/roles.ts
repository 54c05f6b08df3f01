/**
 * Changes of role. Every transition between follower, pre-candidate, candidate and leader is in this file, with the reset that
 * each new term brings.
 *
 *   Follower --timeout--> PreCandidate --quorum would vote--> Candidate --quorum voted--> Leader
 *      ^                       |                                 |                          |
 *      +-----------------------+--- a leader, or a higher term --+--------------------------+
 */
import { assert } from "@quorate/base";
import { newEntry } from "@quorate/proto";
import { abortLeaderTransfer, type Raft, x } from "./raft.ts";
import { ReadOnly } from "./read-only.ts";
import { appendEntry } from "./replication.ts";
import { traceState } from "./trace-event.ts";
import { MAX_TERM_OR_INDEX, NONE, type NodeId, StateType, type Term } from "./types.ts";

/** Clears everything that belongs to a term or to a role. */
function reset(r: Raft, term: Term): void {
  assert(term >= r.term, "the term never falls");
  assert(term <= 2 * MAX_TERM_OR_INDEX, "the term is within its bound");
  if (r.term !== term) {
    r.term = term;
    r.vote = NONE;
  }
  r.lead = NONE;
  r.electionElapsed = 0;
  r.heartbeatElapsed = 0;
  const { electionTick, random } = r.config;
  r.randomizedElectionTimeout = electionTick + random.below(electionTick);
  abortLeaderTransfer(r);
  r.tracker.resetVotes();
  r.tracker.resetProgress(r.id, r.log.lastIndex());
  r.pendingConfIndex = 0;
  r.uncommittedSize = 0;
  r.readOnly = new ReadOnly();
  r.pendingReadIndexMessages = [];
}

export function becomeFollower(r: Raft, term: Term, lead: NodeId): void {
  reset(r, term);
  r.lead = lead;
  r.state = StateType.Follower;
  r.logger.info(`${x(r.id)} became follower at term ${r.term}`);
  traceState(r, "BecomeFollower");
}

export function becomeCandidate(r: Raft): void {
  assert(r.state !== StateType.Leader, "invalid transition [leader -> candidate]");
  reset(r, r.term + 1);
  r.vote = r.id;
  r.state = StateType.Candidate;
  r.logger.info(`${x(r.id)} became candidate at term ${r.term}`);
  traceState(r, "BecomeCandidate");
}

/** Asks without risking anything: neither the term nor the vote changes. */
export function becomePreCandidate(r: Raft): void {
  assert(r.state !== StateType.Leader, "invalid transition [leader -> pre-candidate]");
  r.tracker.resetVotes();
  r.lead = NONE;
  r.state = StateType.PreCandidate;
  r.logger.info(`${x(r.id)} became pre-candidate at term ${r.term}`);
}

/** Takes over, and appends the empty entry whose commit will commit everything before it (thesis 3.6.2). */
export function becomeLeader(r: Raft): void {
  assert(r.state !== StateType.Follower, "invalid transition [follower -> leader]");
  reset(r, r.term);
  r.lead = r.id;
  r.state = StateType.Leader;
  const self = r.tracker.progress.get(r.id);
  assert(self !== undefined, "a leader is part of its own configuration");
  // The leader's own log is replicated by definition, and it hears itself.
  self.becomeReplicate();
  self.recentActive = true;
  // There may be a configuration change among the entries inherited: a new one must wait until all of them are applied.
  r.pendingConfIndex = r.log.lastIndex();
  traceState(r, "BecomeLeader");
  const appended = appendEntry(r, [newEntry()]);
  assert(appended, "empty entry was dropped");
  r.logger.info(`${x(r.id)} became leader at term ${r.term}`);
}
