/** What a leader does with each message. Steps 10 to 13 of the path of a write. */
import { assert } from "@quorate/base";
import { type Entry, EntryType, EntryZeros, type Message, MessageType, newEntry } from "@quorate/proto";
import { type ConfChangeAny, confChangeAsV2, confChangeOfEntry, describeConfChange } from "./conf-change.ts";
import { sendTimeoutNow } from "./election.ts";
import { invalidMessage, proposalDropped } from "./errors.ts";
import { abortLeaderTransfer, type Raft, x } from "./raft.ts";
import { handleReadIndex, handleReadIndexAck, releasePendingReadIndexMessages } from "./read-index.ts";
import { appendEntry, bcastAppend, bcastHeartbeat, maybeCommit, maybeSendAppend, sendAppend } from "./replication.ts";
import { becomeFollower } from "./roles.ts";
import { traceChangeConf } from "./trace-event.ts";
import { type Progress, ProgressState } from "./tracker/progress.ts";
import { describeConfig } from "./tracker/tracker.ts";
import { type Index, NONE } from "./types.ts";

/** @throws RaftError `ProposalDropped`, `TooManyReads`. */
export function stepLeader(r: Raft, m: Message): void {
  switch (m.type) {
    case MessageType.MsgBeat:
      bcastHeartbeat(r);
      return;
    case MessageType.MsgCheckQuorum:
      checkQuorumActive(r);
      return;
    case MessageType.MsgProp:
      handlePropose(r, m);
      return;
    case MessageType.MsgReadIndex:
      handleReadIndex(r, m);
      return;
    case MessageType.MsgForgetLeader:
      return;
    default:
      stepLeaderFromPeer(r, m);
  }
}

/** Messages that mean something only from a member whose progress is tracked. */
function stepLeaderFromPeer(r: Raft, m: Message): void {
  const peer = r.tracker.progress.get(m.from);
  if (peer === undefined) {
    r.logger.debug(`${x(r.id)} no progress available for ${x(m.from)}`);
    return;
  }
  switch (m.type) {
    case MessageType.MsgAppResp:
      peer.recentActive = true;
      if (m.reject) handleAppendRejected(r, peer, m);
      else handleAppendAccepted(r, peer, m);
      return;
    case MessageType.MsgHeartbeatResp:
      handleHeartbeatResp(r, peer, m);
      return;
    case MessageType.MsgSnapStatus:
      handleSnapStatus(r, peer, m);
      return;
    case MessageType.MsgUnreachable:
      // While replicating optimistically a lost message would only be noticed at the next rejection; probe instead.
      if (peer.state === ProgressState.Replicate) peer.becomeProbe();
      r.logger.debug(`${x(r.id)} failed to send message to ${x(m.from)} because it is unreachable [${peer}]`);
      return;
    case MessageType.MsgTransferLeader:
      handleTransferLeader(r, peer);
      return;
    default:
  }
}

/** Steps down if a quorum was silent for an election timeout; otherwise starts the next round (thesis 6.2). */
function checkQuorumActive(r: Raft): void {
  if (!r.tracker.quorumActive()) {
    r.logger.warn(`${x(r.id)} stepped down to follower since quorum is not active`);
    becomeFollower(r, r.term, NONE);
  }
  for (const peer of r.tracker.peers) if (peer.id !== r.id) peer.recentActive = false;
}

function handlePropose(r: Raft, m: Message): void {
  assert(m.entries.length > 0, "stepped empty MsgProp");
  if (r.config.trace.active) r.config.trace.emit("raft.stepLeader", r.id, { term: r.term });
  // Removed from the configuration while leading: no new entries, only those under way are finished.
  if (!r.tracker.progress.has(r.id)) throw proposalDropped();
  if (r.leadTransferee !== NONE) {
    r.logger.debug(
      `${x(r.id)} [term ${r.term}] transfer leadership to ${x(r.leadTransferee)} is in progress; dropping proposal`,
    );
    throw proposalDropped();
  }
  const { pendingConfIndex } = r;
  const entries = m.entries.map((entry, i) => admitConfChange(r, entry, r.log.lastIndex() + i + 1));
  if (!appendEntry(r, entries)) {
    // What is not in the log must not stand in the way of the next change, which may be this one, proposed again.
    r.pendingConfIndex = pendingConfIndex;
    throw proposalDropped();
  }
  bcastAppend(r);
}

/**
 * Lets normal entries through, and one configuration change at a time: a refused change goes into the log as an empty
 * normal entry, so that the proposal takes its place in order without effect.
 */
function admitConfChange(r: Raft, entry: Entry, index: Index): Entry {
  const change = confChangeOfEntry(entry);
  if (r.config.trace.active) r.config.trace.emit("raft.admitConfChange", r.id, { term: r.term, index });
  if (change === undefined) return entry;
  const problem = r.config.disableConfChangeValidation ? undefined : confChangeProblem(r, change);
  if (problem !== undefined) {
    r.logger.info(
      `${x(r.id)} ignoring conf change ${describeConfChange(change)} at config ${describeConfig(r.tracker.config)}: ${problem}`,
    );
    return newEntry({ type: EntryType.EntryNormal, explicitZeros: EntryZeros.type });
  }
  r.pendingConfIndex = index;
  traceChangeConf(r, change);
  return entry;
}

function confChangeProblem(r: Raft, change: ConfChangeAny): string | undefined {
  const { applied } = r.log;
  if (r.pendingConfIndex > applied) {
    return `possible unapplied conf change at index ${r.pendingConfIndex} (applied to ${applied})`;
  }
  const alreadyJoint = r.tracker.config.voters.isJoint();
  const wantsLeaveJoint = confChangeAsV2(change).changes.length === 0;
  if (alreadyJoint && !wantsLeaveJoint) return "must transition out of joint config first";
  if (!alreadyJoint && wantsLeaveJoint) return "not in joint state; refusing empty conf change";
  return undefined;
}

/**
 * Finds where to probe next. The follower's hint is its largest index whose term is at most that of the rejected entry;
 * this leader's own log may rule out more of it, so that a whole divergent term costs one round (thesis 5.3, extended).
 */
function handleAppendRejected(r: Raft, peer: Progress, m: Message): void {
  r.logger.debug(
    `${x(r.id)} received MsgAppResp(rejected, hint: (index ${m.rejectHint}, term ${m.logTerm})) ` +
      `from ${x(m.from)} for index ${m.index}`,
  );
  const probe = m.logTerm > 0 ? r.log.findConflictByTerm(m.rejectHint, m.logTerm).index : m.rejectHint;
  if (!peer.maybeDecrTo(m.index, probe)) return;
  r.logger.debug(`${x(r.id)} decreased progress of ${x(m.from)} to [${peer}]`);
  if (peer.state === ProgressState.Replicate) peer.becomeProbe();
  sendAppend(r, peer);
}

function handleAppendAccepted(r: Raft, peer: Progress, m: Message): void {
  const last = r.log.lastIndex();
  if (m.index > last) throw invalidMessage(`MsgAppResp acknowledges index ${m.index} beyond the last index ${last}`);
  // A repeated acknowledgement is news only to a probing peer: its log is known to match, replication may start.
  const isNews = peer.maybeUpdate(m.index) || (peer.match === m.index && peer.state === ProgressState.Probe);
  if (!isNews) return;
  acknowledged(r, peer, m.index);
  if (maybeCommit(r)) {
    // The commit index is current from here on: reads that waited for that may go on.
    releasePendingReadIndexMessages(r);
    bcastAppend(r);
  } else if (peer.id !== r.id && peer.canBumpCommit(r.log.committed)) {
    sendAppend(r, peer);
  }
  if (peer.id === r.id) return;
  // The acknowledgement may have freed room for more than one append.
  while (maybeSendAppend(r, peer, false));
  if (peer.id === r.leadTransferee && peer.match === r.log.lastIndex()) {
    r.logger.info(`${x(r.id)} sent MsgTimeoutNow to ${x(peer.id)} after received MsgAppResp`);
    sendTimeoutNow(r, peer.id);
  }
}

function acknowledged(r: Raft, peer: Progress, index: Index): void {
  if (peer.state === ProgressState.Probe) {
    peer.becomeReplicate();
  } else if (peer.state === ProgressState.Replicate) {
    peer.inflights.freeLE(index);
  } else if (peer.match + 1 >= r.log.firstIndex()) {
    // Whatever snapshot the peer got, ours or another, this log can serve it from here on.
    r.logger.debug(
      `${x(r.id)} recovered from needing snapshot, resumed sending replication messages to ${x(peer.id)} [${peer}]`,
    );
    peer.becomeProbe();
    peer.becomeReplicate();
  }
}

function handleHeartbeatResp(r: Raft, peer: Progress, m: Message): void {
  peer.recentActive = true;
  peer.msgAppFlowPaused = false;
  if (peer.match < r.log.lastIndex() || peer.state === ProgressState.Probe) sendAppend(r, peer);
  if (r.config.readOnlyOption === "safe") handleReadIndexAck(r, m);
}

/** Either way the peer is probed next, once its own answer (or a heartbeat response) says that it is ready. */
function handleSnapStatus(r: Raft, peer: Progress, m: Message): void {
  if (peer.state !== ProgressState.Snapshot) return;
  if (m.reject) peer.pendingSnapshot = 0;
  peer.becomeProbe();
  const outcome = m.reject ? "failed" : "succeeded";
  r.logger.debug(`${x(r.id)} snapshot ${outcome}, resumed sending replication messages to ${x(m.from)} [${peer}]`);
  peer.msgAppFlowPaused = true;
}

function handleTransferLeader(r: Raft, peer: Progress): void {
  if (peer.isLearner) {
    r.logger.debug(`${x(r.id)} is learner. Ignored transferring leadership`);
    return;
  }
  const target = peer.id;
  if (r.leadTransferee !== NONE) {
    if (r.leadTransferee === target) {
      r.logger.info(
        `${x(r.id)} [term ${r.term}] transfer leadership to ${x(target)} is in progress, ignores request to same node ${x(target)}`,
      );
      return;
    }
    const previous = r.leadTransferee;
    abortLeaderTransfer(r);
    r.logger.info(`${x(r.id)} [term ${r.term}] abort previous transferring leadership to ${x(previous)}`);
  }
  if (target === r.id) {
    r.logger.debug(`${x(r.id)} is already leader. Ignored transferring leadership to self`);
    return;
  }
  r.logger.info(`${x(r.id)} [term ${r.term}] starts to transfer leadership to ${x(target)}`);
  // A transfer has one election timeout to finish (tick.ts).
  r.electionElapsed = 0;
  r.leadTransferee = target;
  if (peer.match === r.log.lastIndex()) {
    sendTimeoutNow(r, target);
    r.logger.info(
      `${x(r.id)} sends MsgTimeoutNow to ${x(target)} immediately as ${x(target)} already has up-to-date log`,
    );
  } else {
    sendAppend(r, peer);
  }
}
