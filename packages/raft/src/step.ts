/**
 * The one entrance for messages: settle the term first, then do what every role does alike, then what the role does. Steps 8
 * and 9 of the path of a write.
 */
import { unreachable } from "@quorate/base";
import { type Message, MessageType, messageTypeName, newMessage } from "@quorate/proto";
import { appliedSnapshot, appliedTo } from "./applied.ts";
import { handleVoteRequest, hup, inLease, rejectVote } from "./election.ts";
import { entriesSize, payloadsSize } from "./entries.ts";
import { send } from "./outbox.ts";
import { type Raft, x } from "./raft.ts";
import { reduceUncommittedSize } from "./replication.ts";
import { becomeFollower } from "./roles.ts";
import { stepCandidate } from "./step-candidate.ts";
import { stepFollower } from "./step-follower.ts";
import { stepLeader } from "./step-leader.ts";
import { traceReceive } from "./trace-event.ts";
import { NONE, StateType } from "./types.ts";

/**
 * Advances the state machine by one message. It runs to completion; what follows from it is in the outboxes and in the log.
 * @throws RaftError for a message that is refused; then nothing but the term may have changed.
 */
export function step(r: Raft, m: Message): void {
  traceReceive(r, m);
  if (r.config.trace.active) traceStep(r, m, "raft.step");
  if (!settleTerm(r, m)) return;
  switch (m.type) {
    case MessageType.MsgHup:
      hup(r, r.config.preVote ? "preElection" : "election");
      return;
    case MessageType.MsgStorageAppendResp:
      handleStorageAppendResp(r, m);
      return;
    case MessageType.MsgStorageApplyResp:
      handleStorageApplyResp(r, m);
      return;
    case MessageType.MsgVote:
    case MessageType.MsgPreVote:
      handleVoteRequest(r, m);
      return;
    default:
      if (r.config.trace.active) traceStep(r, m, "raft.stepByRole");
      stepByRole(r, m);
  }
}

function stepByRole(r: Raft, m: Message): void {
  switch (r.state) {
    case StateType.Leader:
      stepLeader(r, m);
      return;
    case StateType.Follower:
      stepFollower(r, m);
      return;
    case StateType.Candidate:
    case StateType.PreCandidate:
      stepCandidate(r, m);
      return;
    default:
      unreachable(r.state);
  }
}

/** False if the message is dealt with: it is from the past, or a vote request inside a leader's lease. */
function settleTerm(r: Raft, m: Message): boolean {
  // Term 0: a local message, or a request that travels without a term.
  if (m.term === 0 || m.term === r.term) return true;
  if (m.term < r.term) {
    handleLowerTerm(r, m);
    return false;
  }
  const isVote = m.type === MessageType.MsgVote || m.type === MessageType.MsgPreVote;
  if (isVote && inLease(r, m)) return false;
  if (keepsTerm(m)) return true;
  r.logger.info(
    `${x(r.id)} [term: ${r.term}] received a ${messageTypeName(m.type)} message with higher term from ${x(m.from)} [term: ${m.term}]`,
  );
  becomeFollower(r, m.term, isFromLeader(m) ? m.from : NONE);
  return true;
}

/** A pre-vote asks about a term that nobody is in; granting it means nothing yet. A rejected one tells the real term. */
function keepsTerm(m: Message): boolean {
  return m.type === MessageType.MsgPreVote || (m.type === MessageType.MsgPreVoteResp && !m.reject);
}

/** Only the leader of a term sends these. */
function isFromLeader(m: Message): boolean {
  return m.type === MessageType.MsgApp || m.type === MessageType.MsgHeartbeat || m.type === MessageType.MsgSnap;
}

function handleLowerTerm(r: Raft, m: Message): void {
  const { checkQuorum, preVote } = r.config;
  if ((checkQuorum || preVote) && (m.type === MessageType.MsgApp || m.type === MessageType.MsgHeartbeat)) {
    // With a lease in force our higher term alone would never depose this leader, nor would it let us rejoin: our answer tells
    // it that its term is over (thesis 4.2.3; etcd's "free stuck candidate").
    send(r, newMessage({ type: MessageType.MsgAppResp, to: m.from }));
  } else if (m.type === MessageType.MsgPreVote) {
    rejectVote(r, m);
  } else if (m.type === MessageType.MsgStorageAppendResp) {
    // Entries of an older term may have been overwritten since they were written; a snapshot cannot have been.
    if (m.index !== 0) {
      r.logger.info(
        `${x(r.id)} [term: ${r.term}] ignored entry appends from a ${messageTypeName(m.type)} message with lower term [term: ${m.term}]`,
      );
    }
    if (m.snapshot !== undefined) appliedSnapshot(r, m.snapshot);
  } else {
    r.logger.info(
      `${x(r.id)} [term: ${r.term}] ignored a ${messageTypeName(m.type)} message with lower term from ${x(m.from)} [term: ${m.term}]`,
    );
  }
}

/** The append thread made entries, a snapshot, or both durable. */
function handleStorageAppendResp(r: Raft, m: Message): void {
  if (m.index !== 0) r.log.stableTo({ term: m.logTerm, index: m.index });
  if (m.snapshot !== undefined) appliedSnapshot(r, m.snapshot);
}

/** The apply thread applied entries. */
function handleStorageApplyResp(r: Raft, m: Message): void {
  const last = m.entries[m.entries.length - 1];
  if (last === undefined) return;
  appliedTo(r, last.index, entriesSize(m.entries));
  reduceUncommittedSize(r, payloadsSize(m.entries));
}

function traceStep(r: Raft, m: Message, point: string): void {
  const last = m.entries[m.entries.length - 1];
  if (last === undefined || (m.type !== MessageType.MsgProp && m.type !== MessageType.MsgApp)) return;
  // A proposal has no place in the log yet.
  const place = m.type === MessageType.MsgApp ? { index: last.index } : {};
  r.config.trace.emit(point, r.id, { term: r.term, ...place, note: messageTypeName(m.type) });
}
