/** Putting configurations in force: after an applied change, after a snapshot, at start. */
import { assert } from "@quorate/base";
import type { ConfChangeV2, ConfState } from "@quorate/proto";
import { confChangeIntent } from "./conf-change.ts";
import { type Change, Changer } from "./confchange/changer.ts";
import { equivalentConfStates, restoreConfState } from "./confchange/restore.ts";
import { abortLeaderTransfer, isLeader, type Raft, x } from "./raft.ts";
import { bcastAppend, maybeCommit, maybeSendAppend } from "./replication.ts";
import { becomeFollower } from "./roles.ts";
import { traceApplyConfChange } from "./trace-event.ts";
import { describeConfig } from "./tracker/tracker.ts";
import { NONE } from "./types.ts";

/**
 * Applies a committed change. Every member does so at the same point of its log, when the entry is applied.
 * @throws RaftError `InvalidConfChange` when the change does not fit the configuration; nothing has changed then.
 */
export function applyConfChange(r: Raft, change: ConfChangeV2): ConfState {
  const { replaced } = r;
  const next = changed(new Changer(replaced ?? r.tracker, r.log.lastIndex()), change);
  if (replaced === undefined) return switchToConfig(r, next);
  // Divergence: the entry was handed out before a snapshot arrived that stands for it, and for changes after it. Its change
  // belongs to the configuration of that time; etcd puts it on top of the snapshot's, which no other member does.
  replaced.install(next.config, next.progress);
  return replaced.confState();
}

function changed(changer: Changer, change: ConfChangeV2): Change {
  switch (confChangeIntent(change)) {
    case "leave":
      return changer.leaveJoint();
    case "enterAutoLeave":
      return changer.enterJoint(true, change.changes);
    case "enterExplicit":
      return changer.enterJoint(false, change.changes);
    default:
      return changer.simple(change.changes);
  }
}

/** Puts the configuration of a ConfState in force, all progress starting afresh. @throws RaftError `InvalidConfChange`. */
export function switchToConfState(r: Raft, confState: ConfState): void {
  const change = restoreConfState(r.tracker, r.log.lastIndex(), confState);
  const installed = switchToConfig(r, change);
  assert(equivalentConfStates(confState, installed), "the restored configuration is the one described");
}

/** Installs a configuration and reacts to it: step down, commit what a smaller quorum now holds, probe newcomers. */
export function switchToConfig(r: Raft, change: Change): ConfState {
  traceApplyConfChange(r, change.config);
  r.tracker.install(change.config, change.progress);
  r.logger.info(`${x(r.id)} switched to configuration ${describeConfig(change.config)}`);
  const confState = r.tracker.confState();
  const self = r.tracker.progress.get(r.id);
  r.isLearner = self?.isLearner ?? false;
  if ((self === undefined || r.isLearner) && isLeader(r)) {
    // A removed leader goes on leading, so that the entry that removed it commits everywhere, unless told to step down.
    if (r.config.stepDownOnRemoval) becomeFollower(r, r.term, NONE);
    return confState;
  }
  if (!isLeader(r) || confState.voters.length === 0) return confState;
  if (maybeCommit(r)) {
    bcastAppend(r);
  } else {
    // Newcomers need not wait for the next heartbeat or proposal.
    for (const peer of r.tracker.peers) if (peer.id !== r.id) maybeSendAppend(r, peer, false);
  }
  if (r.leadTransferee !== NONE && !change.config.voters.has(r.leadTransferee)) abortLeaderTransfer(r);
  return confState;
}
