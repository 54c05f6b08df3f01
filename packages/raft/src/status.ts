/** What a member says about itself when asked. Copies: a status never changes after it was taken. */
import type { HardState } from "@quorate/proto";
import { hardState, isLeader, type Raft } from "./raft.ts";
import { type Progress, progressStateName } from "./tracker/progress.ts";
import type { TrackerConfig } from "./tracker/tracker.ts";
import { type Index, type NodeId, type StateType, stateTypeName } from "./types.ts";

/** Without the per-peer part, which costs a copy of every progress record. */
export type BasicStatus = {
  readonly id: NodeId;
  readonly hardState: HardState;
  readonly lead: NodeId;
  readonly raftState: StateType;
  readonly applied: Index;
  readonly leadTransferee: NodeId;
};

export type Status = BasicStatus & {
  readonly config: TrackerConfig;
  /** Empty unless this member leads. */
  readonly progress: ReadonlyMap<NodeId, Progress>;
};

export function basicStatus(r: Raft): BasicStatus {
  return {
    id: r.id,
    hardState: hardState(r),
    lead: r.lead,
    raftState: r.state,
    applied: r.log.applied,
    leadTransferee: r.leadTransferee,
  };
}

export function status(r: Raft): Status {
  const progress = new Map<NodeId, Progress>();
  if (isLeader(r)) for (const peer of r.tracker.peers) progress.set(peer.id, peer.clone());
  return { ...basicStatus(r), config: r.tracker.config, progress };
}

/** etcd's JSON form: hex ids, progress by id. */
export function statusToJson(s: Status): string {
  const hex = (id: NodeId): string => id.toString(16);
  const progress: Record<string, object> = {};
  for (const [id, pr] of s.progress) {
    progress[hex(id)] = { match: pr.match, next: pr.next, state: progressStateName(pr.state) };
  }
  const { term, vote, commit } = s.hardState;
  return JSON.stringify({
    id: hex(s.id),
    term,
    vote: hex(vote),
    commit,
    lead: hex(s.lead),
    raftState: stateTypeName(s.raftState),
    applied: s.applied,
    progress,
    leadtransferee: hex(s.leadTransferee),
  });
}
