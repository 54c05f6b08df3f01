/** What a candidate or pre-candidate does with each message: count votes, or yield to a leader of its term. */
import { type Message, MessageType } from "@quorate/proto";
import { campaign, poll } from "./election.ts";
import { proposalDropped } from "./errors.ts";
import { VoteResult } from "./quorum/vote-result.ts";
import { type Raft, x } from "./raft.ts";
import { bcastAppend } from "./replication.ts";
import { becomeFollower, becomeLeader } from "./roles.ts";
import { stepFollowerFromLeader } from "./step-follower.ts";
import { NONE, StateType, stateTypeName } from "./types.ts";

/** @throws RaftError `ProposalDropped`. */
export function stepCandidate(r: Raft, m: Message): void {
  switch (m.type) {
    case MessageType.MsgProp:
      r.logger.info(`${x(r.id)} no leader at term ${r.term}; dropping proposal`);
      throw proposalDropped();
    case MessageType.MsgApp:
    case MessageType.MsgHeartbeat:
    case MessageType.MsgSnap:
      // Its term is ours (step.ts): someone else won this election.
      becomeFollower(r, m.term, m.from);
      stepFollowerFromLeader(r, m);
      return;
    case MessageType.MsgVoteResp:
    case MessageType.MsgPreVoteResp:
      handleVoteResponse(r, m);
      return;
    case MessageType.MsgTimeoutNow:
      r.logger.debug(
        `${x(r.id)} [term ${r.term} state ${stateTypeName(r.state)}] ignored MsgTimeoutNow from ${x(m.from)}`,
      );
      return;
    default:
  }
}

/** A candidate counts only votes, a pre-candidate only pre-votes: late answers to the other question mean nothing. */
function handleVoteResponse(r: Raft, m: Message): void {
  const isPreCandidate = r.state === StateType.PreCandidate;
  if (m.type !== (isPreCandidate ? MessageType.MsgPreVoteResp : MessageType.MsgVoteResp)) return;
  const { granted, rejected, result } = poll(r, m.from, m.type, !m.reject);
  const what = isPreCandidate ? "MsgPreVoteResp" : "MsgVoteResp";
  r.logger.info(`${x(r.id)} has received ${granted} ${what} votes and ${rejected} vote rejections`);
  if (result === VoteResult.VoteLost) {
    // A lost pre-vote leaves the term as it was: nobody's term has to catch up with ours.
    becomeFollower(r, r.term, NONE);
  } else if (result === VoteResult.VoteWon) {
    if (isPreCandidate) {
      campaign(r, "election");
    } else {
      becomeLeader(r);
      bcastAppend(r);
    }
  }
}
