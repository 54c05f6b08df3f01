/**
 * Moving entries from the leader to its followers: appending proposals, sending appends, snapshots and heartbeats, advancing
 * the commit index; and the follower's side of appends and heartbeats. Progress decides how much may be sent to whom.
 */
import { assert, hasCode } from "@quorate/base";
import { type Entry, type Message, MessageType, newMessage } from "@quorate/proto";
import { payloadsSize } from "./entries.ts";
import { invalidMessage } from "./errors.ts";
import { send } from "./outbox.ts";
import { type Raft, x } from "./raft.ts";
import { traceReplicate, traceState } from "./trace-event.ts";
import { type Progress, ProgressState } from "./tracker/progress.ts";
import { type LogSlice, logSliceProblem, type NodeId } from "./types.ts";

/**
 * Appends entries to the leader's own log under its term and acknowledges them to itself; that acknowledgement counts once
 * they are durable. False, and nothing appended, if they would exceed the uncommitted-size limit.
 */
export function appendEntry(r: Raft, entries: readonly Entry[]): boolean {
  if (!increaseUncommittedSize(r, entries)) {
    r.logger.warn(
      `${x(r.id)} appending new entries to log would exceed uncommitted entry size limit; dropping proposal`,
    );
    return false;
  }
  let index = r.log.lastIndex();
  for (const entry of entries) {
    entry.term = r.term;
    entry.index = ++index;
  }
  traceReplicate(r, entries);
  r.log.append(entries);
  if (r.config.trace.active) r.config.trace.emit("raft.appendEntry", r.id, { term: r.term, index });
  send(r, newMessage({ type: MessageType.MsgAppResp, to: r.id, index }));
  return true;
}

/** Empty entries always pass, and so does anything while nothing is uncommitted: otherwise one large entry could never. */
function increaseUncommittedSize(r: Raft, entries: readonly Entry[]): boolean {
  const size = payloadsSize(entries);
  const sum = r.uncommittedSize + size;
  if (r.uncommittedSize > 0 && size > 0 && sum > r.config.maxUncommittedEntriesSize) return false;
  r.uncommittedSize = sum;
  return true;
}

/** Entries were applied. The estimate may fall below what it was raised by: entries of former leaders count too. */
export function reduceUncommittedSize(r: Raft, size: number): void {
  r.uncommittedSize = Math.max(0, r.uncommittedSize - size);
}

/** Sends every peer what it lacks, or an empty append that tells the commit index. */
export function bcastAppend(r: Raft): void {
  if (r.config.trace.active) {
    r.config.trace.emit("raft.bcastAppend", r.id, { term: r.term, index: r.log.lastIndex() });
  }
  for (const peer of r.tracker.peers) if (peer.id !== r.id) maybeSendAppend(r, peer, true);
}

/** Sends one append to `peer`, empty if need be. */
export function sendAppend(r: Raft, peer: Progress): void {
  maybeSendAppend(r, peer, true);
}

/**
 * Sends one append to `peer` unless it is paused; a snapshot if the log no longer holds what the peer lacks. With
 * `sendIfEmpty` false, only an append that carries entries. Says whether something was sent.
 */
export function maybeSendAppend(r: Raft, peer: Progress, sendIfEmpty: boolean): boolean {
  if (peer.isPaused()) return false;
  const prevIndex = peer.next - 1;
  const prevTerm = r.log.termOrUndefined(prevIndex);
  if (prevTerm === undefined) return maybeSendSnapshot(r, peer);
  const entries = entriesFor(r, peer);
  if (entries === undefined) return maybeSendSnapshot(r, peer);
  if (entries.length === 0 && !sendIfEmpty) return false;
  const { committed } = r.log;
  const { trace } = r.config;
  if (trace.active && entries.length > 0) {
    trace.emit("raft.sendAppend", r.id, { to: peer.id, term: r.term, index: prevIndex + entries.length });
  }
  send(
    r,
    newMessage({
      type: MessageType.MsgApp,
      to: peer.id,
      index: prevIndex,
      logTerm: prevTerm,
      entries,
      commit: committed,
    }),
  );
  peer.sentEntries(entries.length, payloadsSize(entries));
  peer.sentCommit = committed;
  return true;
}

/** What to append next: nothing while the window is full (an empty append still probes); undefined once compacted. */
function entriesFor(r: Raft, peer: Progress): Entry[] | undefined {
  if (peer.state === ProgressState.Replicate && peer.inflights.full()) return [];
  try {
    return r.log.entries(peer.next, r.config.maxSizePerMsg);
  } catch (error) {
    if (hasCode(error, "Compacted")) return undefined;
    throw error;
  }
}

function maybeSendSnapshot(r: Raft, peer: Progress): boolean {
  if (!peer.recentActive) {
    r.logger.debug(`ignore sending snapshot to ${x(peer.id)} since it is not recently active`);
    return false;
  }
  const snapshot = availableSnapshot(r, peer.id);
  if (snapshot === undefined) return false;
  const { index, term } = snapshot.metadata;
  assert(index !== 0, "need non-empty snapshot");
  r.logger.debug(
    `${x(r.id)} [firstindex: ${r.log.firstIndex()}, commit: ${r.log.committed}] sent snapshot[index: ${index}, term: ${term}] ` +
      `to ${x(peer.id)} [${peer}]`,
  );
  peer.becomeSnapshot(index);
  r.logger.debug(`${x(r.id)} paused sending replication messages to ${x(peer.id)} [${peer}]`);
  send(r, newMessage({ type: MessageType.MsgSnap, to: peer.id, snapshot }));
  return true;
}

function availableSnapshot(r: Raft, to: NodeId): ReturnType<Raft["log"]["snapshot"]> | undefined {
  try {
    return r.log.snapshot();
  } catch (error) {
    if (!hasCode(error, "SnapshotTemporarilyUnavailable")) throw error;
    r.logger.debug(`${x(r.id)} failed to send snapshot to ${x(to)} because snapshot is temporarily unavailable`);
    return undefined;
  }
}

/** Tells every peer that this leader lives, with the context that confirms the reads that wait. */
export function bcastHeartbeat(r: Raft): void {
  const context = r.readOnly.heartbeatContext();
  for (const peer of r.tracker.peers) if (peer.id !== r.id) sendHeartbeat(r, peer, context);
}

/** The commit index of a heartbeat never exceeds what the peer acknowledged: it may not hold more. */
function sendHeartbeat(r: Raft, peer: Progress, context: Uint8Array | undefined): void {
  const commit = Math.min(peer.match, r.log.committed);
  send(r, newMessage({ type: MessageType.MsgHeartbeat, to: peer.id, commit, context }));
  peer.sentCommit = commit;
}

/** Advances the commit index to the largest index of this term that a quorum holds durably (thesis 3.6.2). */
export function maybeCommit(r: Raft): boolean {
  const advanced = r.log.maybeCommit({ term: r.term, index: r.tracker.committed() });
  traceState(r, "Commit");
  if (advanced && r.config.trace.active) {
    r.config.trace.emit("raft.maybeCommit", r.id, { term: r.term, index: r.log.committed });
  }
  return advanced;
}

/** Follower: appends what the leader sent, or says where the logs may still agree. */
export function handleAppendEntries(r: Raft, m: Message): void {
  const slice: LogSlice = { term: m.term, prev: { term: m.logTerm, index: m.index }, entries: m.entries };
  const problem = logSliceProblem(slice);
  if (problem !== undefined) throw invalidMessage(`MsgApp ${problem}`);
  if (m.index < r.log.committed) {
    send(r, newMessage({ type: MessageType.MsgAppResp, to: m.from, index: r.log.committed }));
    return;
  }
  const lastNew = r.log.maybeAppend(slice, m.commit);
  if (lastNew !== undefined) {
    const { trace } = r.config;
    if (trace.active && m.entries.length > 0)
      trace.emit("raft.handleAppendEntries", r.id, { term: r.term, index: lastNew });
    send(r, newMessage({ type: MessageType.MsgAppResp, to: m.from, index: lastNew }));
    return;
  }
  rejectAppend(r, m);
}

/**
 * The hint spares the leader from walking back one entry at a time: the largest index at which this log could agree with a
 * leader whose entry at m.index has term m.logTerm (thesis 5.3 and etcd's findConflictByTerm).
 */
function rejectAppend(r: Raft, m: Message): void {
  r.logger.debug(
    `${x(r.id)} [logterm: ${r.log.termOrUndefined(m.index) ?? 0}, index: ${m.index}] rejected MsgApp ` +
      `[logterm: ${m.logTerm}, index: ${m.index}] from ${x(m.from)}`,
  );
  const hint = r.log.findConflictByTerm(Math.min(m.index, r.log.lastIndex()), m.logTerm);
  send(
    r,
    newMessage({
      type: MessageType.MsgAppResp,
      to: m.from,
      index: m.index,
      reject: true,
      rejectHint: hint.index,
      logTerm: hint.term,
    }),
  );
}

/** Follower: takes the commit index and echoes the context byte for byte. */
export function handleHeartbeat(r: Raft, m: Message): void {
  r.log.commitTo(m.commit);
  send(r, newMessage({ type: MessageType.MsgHeartbeatResp, to: m.from, context: m.context }));
}
