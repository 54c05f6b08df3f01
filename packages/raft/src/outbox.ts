/**
 * Puts messages into one of the two outboxes, after the last checks on what may leave this member. Step 15 of the path of a
 * write ends here.
 */
import { assert, fail } from "@quorate/base";
import { type Message, MessageType, messageTypeName } from "@quorate/proto";
import type { Raft } from "./raft.ts";
import { traceSend } from "./trace-event.ts";
import { NONE } from "./types.ts";

/** Completes `m` (sender, term) and queues it. The outbox owns it from here on. */
export function send(r: Raft, m: Message): void {
  if (m.from === NONE) m.from = r.id;
  if (carriesOwnTerm(m.type)) {
    // The term of a vote is the campaign's, which for a pre-vote is not this member's.
    if (m.term === 0) fail(`term should be set when sending ${messageTypeName(m.type)}`);
  } else {
    if (m.term !== 0) fail(`term should not be set when sending ${messageTypeName(m.type)} (was ${m.term})`);
    // Forwarded requests travel without a term: whoever leads by then takes them.
    if (m.type !== MessageType.MsgProp && m.type !== MessageType.MsgReadIndex) m.term = r.term;
  }
  if (leavesAfterAppend(m.type)) {
    r.messagesAfterAppend.push(m);
  } else {
    assert(m.to !== r.id, "message should not be self-addressed");
    r.messages.push(m);
    const { trace } = r.config;
    if (trace.active && m.type === MessageType.MsgApp && m.entries.length > 0) {
      trace.emit("raft.send", r.id, { to: m.to, term: m.term, index: m.index + m.entries.length });
    }
  }
  traceSend(r, m);
}

function carriesOwnTerm(type: MessageType): boolean {
  switch (type) {
    case MessageType.MsgVote:
    case MessageType.MsgVoteResp:
    case MessageType.MsgPreVote:
    case MessageType.MsgPreVoteResp:
      return true;
    default:
      return false;
  }
}

/**
 * Answers that make a promise: "I hold these entries", "I vote for you". They must not leave before what they promise is
 * durable. Rejections promise nothing, but go the same way so that a peer never sees answers overtake each other.
 */
function leavesAfterAppend(type: MessageType): boolean {
  switch (type) {
    case MessageType.MsgAppResp:
    case MessageType.MsgVoteResp:
    case MessageType.MsgPreVoteResp:
      return true;
    default:
      return false;
  }
}
