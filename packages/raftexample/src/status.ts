/** The JSON of GET /status. Ids are decimal strings: a JSON number cannot hold 64 bits. */
import { NONE, progressStateName, type Status, stateTypeName } from "@quorate/raft";
import type { WalStats } from "@quorate/storage";
import type { Members } from "./members.ts";

export function describeStatus(status: Status | undefined, applied: number, members: Members, wal: WalStats): string {
  if (status === undefined) return `${JSON.stringify({ stopped: true })}\n`;
  const progress: Record<string, object> = {};
  for (const [id, peer] of status.progress) {
    progress[id.toString()] = {
      match: peer.match,
      next: peer.next,
      state: progressStateName(peer.state),
      active: peer.recentActive,
      learner: peer.isLearner,
    };
  }
  return `${JSON.stringify({
    id: status.id.toString(),
    state: stateTypeName(status.raftState),
    leader: (status.lead ?? NONE).toString(),
    term: status.hardState.term,
    commit: status.hardState.commit,
    applied,
    members: Object.fromEntries([...members.urls].map(([id, url]) => [id.toString(), url])),
    progress,
    wal,
  })}\n`;
}
