/**
 * What follows from the application having applied entries or a snapshot: the applied cursor, and leaving a joint
 * configuration that is to be left automatically.
 */
import { hasCode, messageOf } from "@quorate/base";
import { EntryType, MessageType, newEntry, newMessage, type Snapshot } from "@quorate/proto";
import { isLeader, type Raft } from "./raft.ts";
import { stepLeader } from "./step-leader.ts";
import { describeConfig } from "./tracker/tracker.ts";
import type { Index } from "./types.ts";

/** Entries up to `index` holding `size` encoded bytes were applied. */
export function appliedTo(r: Raft, index: Index, size: number): void {
  const applied = Math.max(index, r.log.applied);
  r.log.appliedTo(applied, size);
  if (r.tracker.config.autoLeave && applied >= r.pendingConfIndex && isLeader(r)) leaveJointAutomatically(r);
}

/** A received snapshot is durable and applied. */
export function appliedSnapshot(r: Raft, snapshot: Snapshot): void {
  const { index } = snapshot.metadata;
  r.log.stableSnapshotTo(index);
  if (!r.log.hasNextOrInProgressSnapshot()) r.replaced = undefined;
  appliedTo(r, index, 0);
}

/**
 * Proposes the empty change that leaves the joint configuration. It has no payload, so no size limit drops it; should a
 * leadership transfer do, the next applied entry, or the next leader, tries again.
 */
function leaveJointAutomatically(r: Raft): void {
  const entry = newEntry({ type: EntryType.EntryConfChangeV2 });
  const config = describeConfig(r.tracker.config);
  try {
    stepLeader(r, newMessage({ type: MessageType.MsgProp, entries: [entry] }));
  } catch (error) {
    if (!hasCode(error, "ProposalDropped")) throw error;
    r.logger.debug(`not initiating automatic transition out of joint configuration ${config}: ${messageOf(error)}`);
    return;
  }
  r.logger.info(`initiating automatic transition out of joint configuration ${config}`);
}
