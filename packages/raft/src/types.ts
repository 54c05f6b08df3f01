/**
 * The words of the raft library: indexes, terms, ids, roles, and the two records that keep (term, index) pairs together. It
 * holds no behaviour beyond checking those records.
 */
import type { Entry } from "@quorate/proto";

/** Position of an entry in the log; 0 is before the first entry. */
export type Index = number;
/** Logical time: one leader at most in each term (thesis section 3.3). */
export type Term = number;
/** Identity of a member; unsigned 64 bits. */
export type NodeId = bigint;

/** No member: nobody leads, nobody was voted for. etcd's `None`. */
export const NONE: NodeId = 0n;
/** Address of the local thread that appends to stable storage. etcd's `LocalAppendThread`. */
export const LOCAL_APPEND_THREAD: NodeId = 0xffff_ffff_ffff_ffffn;
/** Address of the local thread that applies committed entries. etcd's `LocalApplyThread`. */
export const LOCAL_APPLY_THREAD: NodeId = 0xffff_ffff_ffff_fffen;

/** Largest term or index taken from outside; far below 2^53, so that arithmetic on accepted values stays exact. */
export const MAX_TERM_OR_INDEX: number = 2 ** 51;

/** The role of a member. */
export const StateType = { Follower: 0, Candidate: 1, Leader: 2, PreCandidate: 3 } as const;
export type StateType = (typeof StateType)[keyof typeof StateType];

const STATE_NAMES = ["StateFollower", "StateCandidate", "StateLeader", "StatePreCandidate"] as const;

/** etcd's text for a role. */
export function stateTypeName(state: StateType): string {
  return STATE_NAMES[state];
}

/** Why a campaign starts; a transfer tells voters to ignore their leader lease. */
export type CampaignType = "preElection" | "election" | "transfer";

/** How linearizable reads are confirmed: by a heartbeat quorum, or by trusting the leader lease and the clocks. */
export type ReadOnlyOption = "safe" | "leaseBased";

/** What became of a snapshot that was handed to the transport. */
export type SnapshotStatus = "finish" | "failure";

/** Identity of an entry: two logs that hold the same (term, index) are equal up to it (log matching, thesis 3.5). */
export type EntryId = { readonly term: Term; readonly index: Index };

/**
 * A run of entries as a leader of `term` sends it.
 *
 * 1. Entries follow `prev` without gaps: entries[i].index == prev.index + 1 + i.
 * 2. Terms never fall: prev.term <= entries[0].term <= ... <= entries[last].term <= term.
 */
export type LogSlice = { readonly term: Term; readonly prev: EntryId; readonly entries: readonly Entry[] };

/** The broken rule of a `LogSlice`, or undefined where it is well formed. */
export function logSliceProblem(slice: LogSlice): string | undefined {
  let { term, index } = slice.prev;
  for (const entry of slice.entries) {
    if (entry.term < term) return `term falls from ${term} to ${entry.term} at index ${entry.index}`;
    if (entry.index !== index + 1) return `index ${entry.index} follows index ${index}`;
    term = entry.term;
    index = entry.index;
  }
  return slice.term < term ? `leader term ${slice.term} is below entry term ${term}` : undefined;
}

/** Volatile state worth telling the application about; equal values mean no change. */
export type SoftState = { readonly lead: NodeId; readonly raftState: StateType };

/** A linearizable read may be served once the applied index reaches `index`. `requestCtx` is the caller's own tag. */
export type ReadState = { readonly index: Index; readonly requestCtx: Uint8Array };
