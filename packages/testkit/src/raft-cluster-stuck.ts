/**
 * Recognises the one way in which etcd's raft may come to rest for ever without a fault: a member takes a configuration when it
 * applies it, not when it appends it (thesis 4.1 does the latter). A leader that applied its own removal may hold entries that
 * nobody else has; once it lost leadership it cannot campaign, and refuses its vote to members that still need it because they
 * have not heard that its removal is committed. An operator would have to step in.
 */
import { StateType, VoteResult } from "@quorate/raft";
import { lastIndexOf, termIn } from "./raft-cluster-disk.ts";
import type { Member } from "./raft-cluster-member.ts";

/** True if nobody leads, nobody can win an election by the rules, and a member that knows itself to be removed is why. */
export function isBlockedByRemoved(members: readonly Member[]): boolean {
  const running = members.filter(({ node }) => node !== undefined);
  if (running.some(({ node }) => node?.basicStatus().raftState === StateType.Leader)) return false;
  const candidates = running.filter(isVoterByItself);
  const removed = running.filter((member) => !isVoterByItself(member));
  const electorate = [...candidates, ...removed];
  const couldWin = (candidate: Member, voters: readonly Member[]): boolean =>
    candidate.node?.status().config.voters.voteResult((id) => {
      const voter = voters.find((member) => member.id === id);
      return voter === undefined ? false : isUpToDate(candidate, voter);
    }) === VoteResult.VoteWon;
  if (candidates.some((candidate) => couldWin(candidate, electorate))) return false;
  return candidates.some((candidate) =>
    removed.some(({ id }) => candidate.node?.status().config.voters.has(id) === true),
  );
}

function isVoterByItself({ id, node }: Member): boolean {
  return node?.status().config.voters.has(id) === true;
}

/** The rule by which `voter` grants its vote: the candidate's log is at least as new. */
function isUpToDate(candidate: Member, voter: Member): boolean {
  const [own, other] = [candidate, voter].map(({ disk: { live } }) => {
    const index = lastIndexOf(live);
    return { index, term: termIn(live, index) ?? 0 };
  });
  if (own === undefined || other === undefined) return false;
  return own.term > other.term || (own.term === other.term && own.index >= other.index);
}
