/** Elections: starting a campaign, asking for votes, granting and counting them, and handing leadership over. */
import { EntryType, type Message, MessageType, messageTypeName, newMessage } from "@quorate/proto";
import { send } from "./outbox.ts";
import { isLeader, promotable, type Raft, x } from "./raft.ts";
import { becomeCandidate, becomePreCandidate } from "./roles.ts";
import type { Tally } from "./tracker/tracker.ts";
import type { CampaignType, EntryId, NodeId } from "./types.ts";

/** Marks the vote requests of a leadership transfer, which ignore the leader lease. ASCII `CampaignTransfer`. */
const CAMPAIGN_TRANSFER_CONTEXT: Uint8Array = Uint8Array.from("CampaignTransfer", (c) => c.charCodeAt(0));

/** Starts a campaign if this member may: not a leader already, promotable, no committed change of membership unapplied. */
export function hup(r: Raft, type: CampaignType): void {
  if (isLeader(r)) {
    r.logger.debug(`${x(r.id)} ignoring MsgHup because already leader`);
    return;
  }
  if (!promotable(r)) {
    r.logger.warn(`${x(r.id)} is unpromotable and can not campaign`);
    return;
  }
  if (hasUnappliedConfChanges(r)) {
    r.logger.warn(
      `${x(r.id)} cannot campaign at term ${r.term} since there are still pending configuration changes to apply`,
    );
    return;
  }
  r.logger.info(`${x(r.id)} is starting a new election at term ${r.term}`);
  campaign(r, type);
}

/** Becomes (pre-)candidate and asks every voter, itself included. */
export function campaign(r: Raft, type: CampaignType): void {
  if (!promotable(r)) r.logger.warn(`${x(r.id)} is unpromotable; campaign() should have been called`);
  const isPreVote = type === "preElection";
  if (isPreVote) becomePreCandidate(r);
  else becomeCandidate(r);
  // A pre-vote asks for the term that the campaign would have.
  const term = isPreVote ? r.term + 1 : r.term;
  const request = isPreVote ? MessageType.MsgPreVote : MessageType.MsgVote;
  const last = r.log.lastEntryId();
  for (const id of r.tracker.config.voters.ids()) {
    if (id === r.id) {
      // The vote for itself counts once it is durable, like everybody's.
      send(r, newMessage({ type: responseTo(request), to: id, term }));
      continue;
    }
    r.logger.info(
      `${x(r.id)} [logterm: ${last.term}, index: ${last.index}] sent ${messageTypeName(request)} request to ${x(id)} at term ${r.term}`,
    );
    const context = type === "transfer" ? CAMPAIGN_TRANSFER_CONTEXT : undefined;
    send(r, newMessage({ type: request, to: id, term, index: last.index, logTerm: last.term, context }));
  }
}

/** Records a vote and counts. */
export function poll(r: Raft, from: NodeId, type: MessageType, granted: boolean): Tally {
  const what = granted ? messageTypeName(type) : `${messageTypeName(type)} rejection`;
  r.logger.info(`${x(r.id)} received ${what} from ${x(from)} at term ${r.term}`);
  r.tracker.recordVote(from, granted);
  return r.tracker.tallyVotes();
}

/**
 * Grants or rejects a vote or pre-vote (thesis 3.4, 3.6.1, 9.6). Learners vote too: one that was promoted and does not know
 * yet may be needed for a quorum.
 */
export function handleVoteRequest(r: Raft, m: Message): void {
  const canVote =
    r.vote === m.from || (r.vote === 0n && r.lead === 0n) || (m.type === MessageType.MsgPreVote && m.term > r.term);
  const last = r.log.lastEntryId();
  const asked = describeVoteRequest(r, m, last);
  if (canVote && r.log.isUpToDate({ term: m.logTerm, index: m.index })) {
    r.logger.info(asked("cast", "for"));
    // A pre-vote is granted at the term it asks about, which may be beyond ours: the candidate would ignore an older one.
    send(r, newMessage({ type: responseTo(m.type), to: m.from, term: m.term }));
    if (m.type === MessageType.MsgVote) {
      r.electionElapsed = 0;
      r.vote = m.from;
    }
    return;
  }
  rejectVote(r, m);
}

/** Rejects at this member's own term, so that the candidate learns of it. */
export function rejectVote(r: Raft, m: Message): void {
  const last = r.log.lastEntryId();
  r.logger.info(describeVoteRequest(r, m, last)("rejected", "from"));
  // A member set up from a snapshot without a HardState is at term 0, which no answer can carry; its log tells of a later one.
  const term = Math.max(r.term, last.term);
  send(r, newMessage({ type: responseTo(m.type), to: m.from, term, reject: true }));
}

/** True if a vote request must be ignored because a leader is known and was heard of within an election timeout. */
export function inLease(r: Raft, m: Message): boolean {
  if (isTransferCampaign(m)) return false;
  const { checkQuorum, electionTick } = r.config;
  if (!checkQuorum || r.lead === 0n || r.electionElapsed >= electionTick) return false;
  const remaining = electionTick - r.electionElapsed;
  const asked = describeVoteRequest(r, m, r.log.lastEntryId())("ignored", "from");
  r.logger.info(`${asked}: lease is not expired (remaining ticks: ${remaining})`);
  return true;
}

/** Tells the member that leadership is handed to that it should campaign now (thesis 3.10). */
export function sendTimeoutNow(r: Raft, to: NodeId): void {
  send(r, newMessage({ type: MessageType.MsgTimeoutNow, to }));
}

function isTransferCampaign(m: Message): boolean {
  const { context } = m;
  return (
    context?.length === CAMPAIGN_TRANSFER_CONTEXT.length && context.every((b, i) => b === CAMPAIGN_TRANSFER_CONTEXT[i])
  );
}

function responseTo(request: MessageType): MessageType {
  return request === MessageType.MsgPreVote ? MessageType.MsgPreVoteResp : MessageType.MsgVoteResp;
}

type VoteLine = (verb: "cast" | "rejected" | "ignored", preposition: "for" | "from") => string;

function describeVoteRequest(r: Raft, m: Message, last: EntryId): VoteLine {
  return (verb, preposition) =>
    `${x(r.id)} [logterm: ${last.term}, index: ${last.index}, vote: ${x(r.vote)}] ${verb} ${messageTypeName(m.type)} ` +
    `${preposition} ${x(m.from)} [logterm: ${m.logTerm}, index: ${m.index}] at term ${r.term}`;
}

/** A member that campaigned without having applied its own removal could win an election it has no part in. */
function hasUnappliedConfChanges(r: Raft): boolean {
  const { applied, committed } = r.log;
  if (applied >= committed) return false;
  let found = false;
  const lo = Math.max(applied + 1, r.log.firstIndex());
  r.log.scan(lo, committed + 1, r.config.maxCommittedSizePerReady, (page) => {
    found = page.some((entry) => entry.type !== EntryType.EntryNormal);
    return !found;
  });
  return found;
}
