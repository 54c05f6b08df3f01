/** Which messages stay inside a member, which answer another, and what a message from outside must be like. */
import { EntryType, type Message, MessageType, messageTypeName } from "@quorate/proto";
import { confChangeOfEntry } from "./conf-change.ts";
import { invalidMessage } from "./errors.ts";
import { LOCAL_APPEND_THREAD, LOCAL_APPLY_THREAD, MAX_TERM_OR_INDEX, NONE, type NodeId } from "./types.ts";

const LOCAL: ReadonlySet<MessageType> = new Set<MessageType>([
  MessageType.MsgHup,
  MessageType.MsgBeat,
  MessageType.MsgUnreachable,
  MessageType.MsgSnapStatus,
  MessageType.MsgCheckQuorum,
  MessageType.MsgStorageAppend,
  MessageType.MsgStorageAppendResp,
  MessageType.MsgStorageApply,
  MessageType.MsgStorageApplyResp,
]);

const RESPONSES: ReadonlySet<MessageType> = new Set<MessageType>([
  MessageType.MsgAppResp,
  MessageType.MsgVoteResp,
  MessageType.MsgHeartbeatResp,
  MessageType.MsgUnreachable,
  MessageType.MsgReadIndexResp,
  MessageType.MsgPreVoteResp,
  MessageType.MsgStorageAppendResp,
  MessageType.MsgStorageApplyResp,
]);

/** Messages whose sender speaks for a term; without one they would slip past the check for stale terms. */
const NEED_TERM: ReadonlySet<MessageType> = new Set<MessageType>([
  MessageType.MsgApp,
  MessageType.MsgHeartbeat,
  MessageType.MsgSnap,
  MessageType.MsgVote,
  MessageType.MsgVoteResp,
  MessageType.MsgPreVote,
  MessageType.MsgPreVoteResp,
]);

/** True for messages that a member sends to itself. etcd's IsLocalMsg. */
export function isLocalMessage(type: MessageType): boolean {
  return LOCAL.has(type);
}

/** True for messages that answer a peer. etcd's IsResponseMsg. */
export function isResponseMessage(type: MessageType): boolean {
  return RESPONSES.has(type);
}

/** True for the address of a storage thread. etcd's IsLocalMsgTarget. */
export function isLocalMessageTarget(id: NodeId): boolean {
  return id === LOCAL_APPEND_THREAD || id === LOCAL_APPLY_THREAD;
}

/**
 * Refuses what no correct peer sends, before it reaches the state machine: there such a message would break an invariant.
 * @throws RaftError `InvalidMessage`.
 */
export function checkMessage(m: Message, self: NodeId): void {
  const name = messageTypeName(m.type);
  // An answer to it would be taken for work of the storage thread.
  if (isLocalMessageTarget(m.from) && !isLocalMessage(m.type)) throw invalidMessage(`${name} from a storage thread`);
  if (m.term > MAX_TERM_OR_INDEX) throw invalidMessage(`${name} of term ${m.term} is out of range`);
  if (Math.max(m.index, m.commit, m.rejectHint) > MAX_TERM_OR_INDEX)
    throw invalidMessage(`${name} with an index out of range`);
  if (NEED_TERM.has(m.type) && m.term === 0) throw invalidMessage(`${name} without a term`);
  switch (m.type) {
    case MessageType.MsgApp:
    case MessageType.MsgHeartbeat:
    case MessageType.MsgSnap:
    case MessageType.MsgVote:
    case MessageType.MsgPreVote:
      if (m.from === NONE || m.from === self) throw invalidMessage(`${name} from ${m.from.toString(16)}`);
      return;
    case MessageType.MsgHeartbeatResp:
    case MessageType.MsgAppResp:
      // A member acknowledges its own log, which never disagrees with itself; nothing is ever sent to it in return.
      if (m.from === self && (m.reject || m.type === MessageType.MsgHeartbeatResp)) {
        throw invalidMessage(`${name} of this member to itself`);
      }
      return;
    case MessageType.MsgProp:
      checkProposal(m);
      return;
    case MessageType.MsgReadIndex:
      if (m.entries.length !== 1) throw invalidMessage(`${name} with ${m.entries.length} entries`);
      return;
    default:
  }
}

function checkProposal(m: Message): void {
  if (m.entries.length === 0) throw invalidMessage("stepped empty MsgProp");
  for (const entry of m.entries) {
    if (entry.type > EntryType.EntryConfChangeV2) throw invalidMessage(`unknown entry type ${entry.type}`);
    try {
      confChangeOfEntry(entry);
    } catch (error) {
      throw invalidMessage(`configuration change that cannot be decoded: ${String(error)}`);
    }
  }
}
