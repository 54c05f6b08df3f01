/** Linearizable reads (thesis section 6.4): taking requests, confirming leadership, answering. */
import { EMPTY_BYTES } from "@quorate/base";
import { type Message, MessageType, newMessage } from "@quorate/proto";
import { send } from "./outbox.ts";
import { committedEntryInCurrentTerm, type Raft, x } from "./raft.ts";
import { MAX_PENDING_READS, tooManyReads } from "./read-only.ts";
import { bcastHeartbeat } from "./replication.ts";
import { type Index, NONE } from "./types.ts";

/** Leader: takes a read request, its own or a forwarded one. @throws RaftError `TooManyReads`. */
export function handleReadIndex(r: Raft, m: Message): void {
  // Before its first commit in its term a leader does not know the commit index of its predecessors. Divergence: etcd lets a
  // single voter answer at once; after a crash that lost the commit index (it is not synced), or after a term led by another
  // member, it would answer with an index below what was already acknowledged.
  if (!committedEntryInCurrentTerm(r)) {
    if (r.pendingReadIndexMessages.length >= MAX_PENDING_READS) throw tooManyReads();
    r.pendingReadIndexMessages.push(m);
    return;
  }
  confirm(r, m);
}

/** Leader: an entry of its term has committed; the reads that waited for it may go on. */
export function releasePendingReadIndexMessages(r: Raft): void {
  if (r.pendingReadIndexMessages.length === 0) return;
  if (!committedEntryInCurrentTerm(r)) {
    r.logger.error("pending MsgReadIndex should be released only after first commit in current term");
    return;
  }
  const waiting = r.pendingReadIndexMessages;
  r.pendingReadIndexMessages = [];
  for (const m of waiting) confirm(r, m);
}

/** Leader: a follower answered a heartbeat; answers the reads that a quorum has confirmed with it. */
export function handleReadIndexAck(r: Raft, m: Message): void {
  r.readOnly.receiveAck(m.from, m.context);
  for (const { request, index } of r.readOnly.maybeAdvance(r.tracker.config.voters)) respond(r, request, index);
}

/** Follower: the leader's answer to a request that was forwarded. */
export function handleReadIndexResp(r: Raft, m: Message): void {
  const only = m.entries[0];
  if (only === undefined || m.entries.length !== 1) {
    r.logger.error(
      `${x(r.id)} invalid format of MsgReadIndexResp from ${x(m.from)}, entries count: ${m.entries.length}`,
    );
    return;
  }
  r.readStates.push({ index: m.index, requestCtx: only.data ?? EMPTY_BYTES });
}

function confirm(r: Raft, m: Message): void {
  if (r.config.readOnlyOption === "leaseBased" || isOnlyVoter(r)) {
    respond(r, m, r.log.committed);
    return;
  }
  r.readOnly.add(m, r.log.committed);
  // The leader vouches for itself; the followers do so in their heartbeat responses.
  r.readOnly.receiveAck(r.id, r.readOnly.heartbeatContext());
  bcastHeartbeat(r);
}

/**
 * True if nobody else can lead. Divergence: etcd does not ask whether the single voter is this leader. One that was removed, or
 * demoted, leads on, and cannot know whether the only voter has meanwhile elected itself.
 */
function isOnlyVoter(r: Raft): boolean {
  return r.tracker.isSingleton() && r.tracker.config.voters.has(r.id);
}

function respond(r: Raft, request: Message, index: Index): void {
  if (request.from === NONE || request.from === r.id) {
    r.readStates.push({ index, requestCtx: request.entries[0]?.data ?? EMPTY_BYTES });
    return;
  }
  send(r, newMessage({ type: MessageType.MsgReadIndexResp, to: request.from, index, entries: request.entries }));
}
