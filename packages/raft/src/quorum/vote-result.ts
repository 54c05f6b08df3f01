/** Outcome of a vote. It owns only the three words. */

/** VotePending: more votes decide; VoteLost: a quorum can no longer say yes; VoteWon: a quorum said yes. etcd's numbers. */
export const VoteResult = { VotePending: 1, VoteLost: 2, VoteWon: 3 } as const;
export type VoteResult = (typeof VoteResult)[keyof typeof VoteResult];

const NAMES = ["", "VotePending", "VoteLost", "VoteWon"] as const;

/** etcd's text for an outcome. */
export function voteResultName(result: VoteResult): string {
  return NAMES[result];
}
