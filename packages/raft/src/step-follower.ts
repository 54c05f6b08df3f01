/** What a follower does with each message: follow the leader, forward requests to it. Step 28 of the path of a write. */
import { type Message, MessageType } from "@quorate/proto";
import { hup } from "./election.ts";
import { proposalDropped } from "./errors.ts";
import { send } from "./outbox.ts";
import { type Raft, x } from "./raft.ts";
import { handleReadIndexResp } from "./read-index.ts";
import { handleAppendEntries, handleHeartbeat } from "./replication.ts";
import { handleSnapshot } from "./snapshot.ts";
import { NONE } from "./types.ts";

/** @throws RaftError `ProposalDropped`, `InvalidMessage`, `CommitOutOfRange`. */
export function stepFollower(r: Raft, m: Message): void {
  switch (m.type) {
    case MessageType.MsgProp:
      forwardProposal(r, m);
      return;
    case MessageType.MsgApp:
    case MessageType.MsgHeartbeat:
    case MessageType.MsgSnap:
      r.electionElapsed = 0;
      r.lead = m.from;
      stepFollowerFromLeader(r, m);
      return;
    case MessageType.MsgTransferLeader:
      if (r.lead === NONE) r.logger.info(`${x(r.id)} no leader at term ${r.term}; dropping leader transfer msg`);
      else forward(r, m);
      return;
    case MessageType.MsgForgetLeader:
      forgetLeader(r);
      return;
    case MessageType.MsgTimeoutNow:
      r.logger.info(
        `${x(r.id)} [term ${r.term}] received MsgTimeoutNow from ${x(m.from)} and starts an election to get leadership.`,
      );
      // A transfer never asks for pre-votes: the old leader is known to agree.
      hup(r, "transfer");
      return;
    case MessageType.MsgReadIndex:
      if (r.lead === NONE) r.logger.info(`${x(r.id)} no leader at term ${r.term}; dropping index reading msg`);
      else forward(r, m);
      return;
    case MessageType.MsgReadIndexResp:
      handleReadIndexResp(r, m);
      return;
    default:
  }
}

/** Entries, commit index or snapshot from the leader of this term. */
export function stepFollowerFromLeader(r: Raft, m: Message): void {
  switch (m.type) {
    case MessageType.MsgApp:
      handleAppendEntries(r, m);
      return;
    case MessageType.MsgHeartbeat:
      handleHeartbeat(r, m);
      return;
    default:
      handleSnapshot(r, m);
  }
}

function forwardProposal(r: Raft, m: Message): void {
  if (r.lead === NONE) {
    r.logger.info(`${x(r.id)} no leader at term ${r.term}; dropping proposal`);
    throw proposalDropped();
  }
  if (r.config.disableProposalForwarding) {
    r.logger.info(`${x(r.id)} not forwarding to leader ${x(r.lead)} at term ${r.term}; dropping proposal`);
    throw proposalDropped();
  }
  forward(r, m);
}

/** Passes a request on to the leader. It goes without the term it may have come with: any leader may take it. */
function forward(r: Raft, m: Message): void {
  m.to = r.lead;
  m.term = 0;
  send(r, m);
}

/** Lets go of the leader, so that this member may vote for another before its lease runs out. */
function forgetLeader(r: Raft): void {
  if (r.config.readOnlyOption === "leaseBased") {
    r.logger.error("ignoring MsgForgetLeader due to ReadOnlyLeaseBased");
    return;
  }
  if (r.lead === NONE) return;
  r.logger.info(`${x(r.id)} forgetting leader ${x(r.lead)} at term ${r.term}`);
  r.lead = NONE;
}
