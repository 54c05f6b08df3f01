/** Makes the record of a member from its options and from what its storage holds. */
import { assert } from "@quorate/base";
import type { HardState } from "@quorate/proto";
import { type Config, resolveConfig } from "./config.ts";
import { RaftLog } from "./log.ts";
import { switchToConfState } from "./membership.ts";
import { type Raft, x } from "./raft.ts";
import { ReadOnly } from "./read-only.ts";
import { isEmptyHardState } from "./ready.ts";
import { becomeFollower } from "./roles.ts";
import { traceState } from "./trace-event.ts";
import { ProgressTracker } from "./tracker/tracker.ts";
import { NONE, StateType } from "./types.ts";

/** @throws RaftError `InvalidConfig`. */
export function newRaft(options: Config): Raft {
  const config = resolveConfig(options);
  const { hardState, confState } = config.storage.initialState();
  const r: Raft = {
    id: config.id,
    config,
    logger: config.logger,
    log: new RaftLog(config.storage, config.logger, config.maxCommittedSizePerReady),
    tracker: new ProgressTracker({ maxInflight: config.maxInflightMsgs, maxInflightBytes: config.maxInflightBytes }),
    replaced: undefined,
    term: 0,
    vote: NONE,
    state: StateType.Follower,
    lead: NONE,
    leadTransferee: NONE,
    isLearner: false,
    electionElapsed: 0,
    heartbeatElapsed: 0,
    randomizedElectionTimeout: 0,
    pendingConfIndex: 0,
    uncommittedSize: 0,
    readOnly: new ReadOnly(),
    pendingReadIndexMessages: [],
    readStates: [],
    messages: [],
    messagesAfterAppend: [],
  };
  traceState(r, "InitState");
  switchToConfState(r, confState);
  if (!isEmptyHardState(hardState)) loadState(r, hardState);
  if (config.applied > 0) r.log.appliedTo(config.applied, 0);
  becomeFollower(r, r.term, NONE);
  const last = r.log.lastEntryId();
  const peers = r.tracker.voterNodes().map(x).join(",");
  r.logger.info(
    `newRaft ${x(r.id)} [peers: [${peers}], term: ${r.term}, commit: ${r.log.committed}, ` +
      `applied: ${r.log.applied}, lastindex: ${last.index}, lastterm: ${last.term}]`,
  );
  return r;
}

function loadState(r: Raft, { term, vote, commit }: HardState): void {
  assert(commit >= r.log.committed, `state.commit ${commit} is out of range [${r.log.committed}, ...]`);
  assert(commit <= r.log.lastIndex(), `state.commit ${commit} is out of range [..., ${r.log.lastIndex()}]`);
  r.log.committed = commit;
  r.term = term;
  r.vote = vote;
}
