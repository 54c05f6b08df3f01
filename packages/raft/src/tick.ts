/** Logical time. The application calls `tick` at a steady pace; nothing here reads a clock. */
import { hasCode, messageOf } from "@quorate/base";
import { type Message, MessageType, newMessage } from "@quorate/proto";
import { abortLeaderTransfer, isLeader, promotable, type Raft } from "./raft.ts";
import { step } from "./step.ts";
import { NONE } from "./types.ts";

export function tick(r: Raft): void {
  if (isLeader(r)) tickHeartbeat(r);
  else tickElection(r);
}

/** Followers and candidates: campaign once nothing was heard of a leader for the randomized timeout. */
function tickElection(r: Raft): void {
  r.electionElapsed++;
  if (!promotable(r) || r.electionElapsed < r.randomizedElectionTimeout) return;
  r.electionElapsed = 0;
  stepLocal(r, newMessage({ type: MessageType.MsgHup, from: r.id }), "election");
}

/** Leaders: heartbeats, and once per election timeout check-quorum and the end of an unfinished transfer. */
function tickHeartbeat(r: Raft): void {
  r.heartbeatElapsed++;
  r.electionElapsed++;
  if (r.electionElapsed >= r.config.electionTick) {
    r.electionElapsed = 0;
    if (r.config.checkQuorum) {
      stepLocal(r, newMessage({ type: MessageType.MsgCheckQuorum, from: r.id }), "checking sending heartbeat");
    }
    if (isLeader(r) && r.leadTransferee !== NONE) abortLeaderTransfer(r);
  }
  if (!isLeader(r) || r.heartbeatElapsed < r.config.heartbeatTick) return;
  r.heartbeatElapsed = 0;
  stepLocal(r, newMessage({ type: MessageType.MsgBeat, from: r.id }), "checking sending heartbeat");
}

function stepLocal(r: Raft, m: Message, during: string): void {
  try {
    step(r, m);
  } catch (error) {
    if (!hasCode(error, "ProposalDropped")) throw error;
    r.logger.debug(`error occurred during ${during}: ${messageOf(error)}`);
  }
}
