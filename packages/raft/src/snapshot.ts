/** The follower's side of snapshots: taking one from the leader, and taking note that it is on disk and applied. */
import { type ConfState, type Message, MessageType, newMessage, type Snapshot } from "@quorate/proto";
import { restoreConfState } from "./confchange/restore.ts";
import { describeConfState } from "./describe-state.ts";
import { invalidMessage } from "./errors.ts";
import { switchToConfState } from "./membership.ts";
import { send } from "./outbox.ts";
import { type Raft, x } from "./raft.ts";
import { becomeFollower } from "./roles.ts";
import { MAX_TERM_OR_INDEX, NONE, type NodeId, StateType } from "./types.ts";

/** Restores the snapshot or says how far this log is. @throws RaftError `InvalidMessage` for one that cannot be restored. */
export function handleSnapshot(r: Raft, m: Message): void {
  const snapshot = m.snapshot;
  if (snapshot === undefined) throw invalidMessage("MsgSnap without a snapshot");
  const { index, term } = snapshot.metadata;
  if (term > m.term || index > MAX_TERM_OR_INDEX)
    throw invalidMessage(`MsgSnap of term ${m.term} with a snapshot of term ${term}`);
  const restored = restore(r, snapshot);
  const outcome = restored ? "restored" : "ignored";
  r.logger.info(`${x(r.id)} [commit: ${r.log.committed}] ${outcome} snapshot [index: ${index}, term: ${term}]`);
  const ack = restored ? r.log.lastIndex() : r.log.committed;
  send(r, newMessage({ type: MessageType.MsgAppResp, to: m.from, index: ack }));
}

/** Replaces log and configuration by the snapshot's; false if there was nothing to gain from it. */
export function restore(r: Raft, snapshot: Snapshot): boolean {
  const { index, term, confState } = snapshot.metadata;
  if (index <= r.log.committed) return false;
  if (r.state !== StateType.Follower) {
    // Defence in depth: this cannot happen, but if it did, a leader must not lose its log.
    r.logger.warn(`${x(r.id)} attempted to restore snapshot as leader; should never happen`);
    becomeFollower(r, r.term + 1, NONE);
    return false;
  }
  if (!isMember(confState, r.id)) {
    r.logger.warn(
      `${x(r.id)} attempted to restore snapshot but it is not in the ConfState ${describeConfState(confState)}; should never happen`,
    );
    return false;
  }
  // Checked before anything moves: an impossible configuration refuses the message, not the member.
  restoreConfState(r.tracker, index, confState);
  if (r.log.matchTerm({ term, index })) {
    const last = r.log.lastEntryId();
    r.logger.info(
      `${x(r.id)} [commit: ${r.log.committed}, lastindex: ${last.index}, lastterm: ${last.term}] ` +
        `fast-forwarded commit to snapshot [index: ${index}, term: ${term}]`,
    );
    r.log.commitTo(index);
    return false;
  }
  r.replaced ??= r.tracker.copy();
  r.log.restore(snapshot);
  switchToConfState(r, confState);
  const last = r.log.lastEntryId();
  r.logger.info(
    `${x(r.id)} [commit: ${r.log.committed}, lastindex: ${last.index}, lastterm: ${last.term}] ` +
      `restored snapshot [index: ${index}, term: ${term}]`,
  );
  return true;
}

/** A voter of either half or a learner; one that becomes a learner next is an outgoing voter. */
function isMember(confState: ConfState, id: NodeId): boolean {
  return confState.voters.includes(id) || confState.learners.includes(id) || confState.votersOutgoing.includes(id);
}
