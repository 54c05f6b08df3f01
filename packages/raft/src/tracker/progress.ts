/**
 * What the leader knows of one peer's log, and how it sends to it. Every transition of this state machine is in this file.
 *
 *              rejection, unreachable              log compacted below `next`
 *   Replicate ------------------------> Probe  ------------------------------> Snapshot
 *       ^                                | ^                                      |
 *       +--------------------------------+ +--------------------------------------+
 *            first acknowledgement             reported, or acknowledged far enough
 *
 * Probe: one append at a time, until the point where both logs agree is known.
 * Replicate: optimistic; `next` runs ahead, limited by the in-flight window.
 * Snapshot: nothing is sent until the snapshot's fate is known.
 */
import { assert, unreachable } from "@quorate/base";
import type { Index, NodeId } from "../types.ts";
import { Inflights } from "./inflights.ts";

export const ProgressState = { Probe: 0, Replicate: 1, Snapshot: 2 } as const;
export type ProgressState = (typeof ProgressState)[keyof typeof ProgressState];

const STATE_NAMES = ["StateProbe", "StateReplicate", "StateSnapshot"] as const;

/** etcd's text for a progress state. */
export function progressStateName(state: ProgressState): string {
  return STATE_NAMES[state];
}

/** What a fresh record starts from. */
export type ProgressInit = {
  readonly id: NodeId;
  readonly match: Index;
  readonly next: Index;
  readonly isLearner: boolean;
  readonly recentActive: boolean;
  readonly maxInflight: number;
  readonly maxInflightBytes: number;
};

export class Progress {
  readonly id: NodeId;
  /** Highest index known to be durable on the peer. Invariant: match < next. */
  match: Index;
  /** Index of the next entry to send. In Snapshot state: pendingSnapshot + 1. */
  next: Index;
  state: ProgressState = ProgressState.Probe;
  /** Index of the snapshot on its way; 0 outside Snapshot state. */
  pendingSnapshot: Index = 0;
  /** A message arrived from the peer since the last check-quorum round. */
  recentActive: boolean;
  /** No append with entries until an acknowledgement or a heartbeat response. Meaningful in Probe and Replicate. */
  msgAppFlowPaused = false;
  readonly inflights: Inflights;
  isLearner: boolean;
  /** Highest commit index sent since the peer's log was last in doubt; spares appends that would tell it nothing. */
  sentCommit: Index = 0;

  constructor(init: ProgressInit, inflights: Inflights = new Inflights(init.maxInflight, init.maxInflightBytes)) {
    this.id = init.id;
    this.match = init.match;
    this.next = init.next;
    this.recentActive = init.recentActive;
    this.isLearner = init.isLearner;
    this.inflights = inflights;
  }

  /** A copy for a configuration change in the making, or for a status report. */
  clone(): Progress {
    const copy = new Progress({ ...this, maxInflight: 0, maxInflightBytes: 0 }, this.inflights.clone());
    copy.state = this.state;
    copy.pendingSnapshot = this.pendingSnapshot;
    copy.msgAppFlowPaused = this.msgAppFlowPaused;
    copy.sentCommit = this.sentCommit;
    return copy;
  }

  /** After a snapshot the probe starts behind it, whether or not the peer acknowledged that already. */
  becomeProbe(): void {
    const afterSnapshot = this.state === ProgressState.Snapshot ? this.pendingSnapshot + 1 : 0;
    this.#enter(ProgressState.Probe);
    this.next = Math.max(this.match + 1, afterSnapshot);
    this.sentCommit = Math.min(this.sentCommit, this.next - 1);
  }

  becomeReplicate(): void {
    this.#enter(ProgressState.Replicate);
    this.next = this.match + 1;
  }

  becomeSnapshot(snapshotIndex: Index): void {
    this.#enter(ProgressState.Snapshot);
    this.pendingSnapshot = snapshotIndex;
    this.next = snapshotIndex + 1;
    this.sentCommit = snapshotIndex;
  }

  /** Accounts for an append of `entries` entries holding `bytes` of payload that was just handed to the outbox. */
  sentEntries(entries: number, bytes: number): void {
    if (this.state === ProgressState.Replicate) {
      if (entries > 0) {
        this.next += entries;
        this.inflights.add(this.next - 1, bytes);
      }
      this.msgAppFlowPaused = this.inflights.full();
      return;
    }
    assert(this.state === ProgressState.Probe, "sending append in unhandled state StateSnapshot");
    if (entries > 0) this.msgAppFlowPaused = true;
  }

  /** True if telling the peer commit index `index` may still move its commit index. */
  canBumpCommit(index: Index): boolean {
    return index > this.sentCommit && this.sentCommit < this.next - 1;
  }

  /** Takes an acknowledgement up to `index`; says whether it told anything new. */
  maybeUpdate(index: Index): boolean {
    if (index <= this.match) return false;
    this.match = index;
    this.next = Math.max(this.next, index + 1);
    this.msgAppFlowPaused = false;
    return true;
  }

  /**
   * Takes the rejection of an append that followed `rejected`; `matchHint` is where the logs may agree. False if the
   * rejection is stale: sent before something the leader has learned since.
   */
  maybeDecrTo(rejected: Index, matchHint: Index): boolean {
    if (this.state === ProgressState.Replicate) {
      if (rejected <= this.match) return false;
      this.next = this.match + 1;
      this.sentCommit = Math.min(this.sentCommit, this.next - 1);
      return true;
    }
    if (this.next - 1 !== rejected) return false;
    this.next = Math.max(Math.min(rejected, matchHint + 1), this.match + 1);
    this.sentCommit = Math.min(this.sentCommit, this.next - 1);
    this.msgAppFlowPaused = false;
    return true;
  }

  /** True if no append may be sent now. */
  isPaused(): boolean {
    switch (this.state) {
      case ProgressState.Probe:
      case ProgressState.Replicate:
        return this.msgAppFlowPaused;
      case ProgressState.Snapshot:
        return true;
      default:
        return unreachable(this.state);
    }
  }

  /** etcd's text form. */
  toString(): string {
    let text = `${progressStateName(this.state)} match=${this.match} next=${this.next}`;
    if (this.isLearner) text += " learner";
    if (this.isPaused()) text += " paused";
    if (this.pendingSnapshot > 0) text += ` pendingSnap=${this.pendingSnapshot}`;
    if (!this.recentActive) text += " inactive";
    if (this.inflights.count > 0) {
      text += ` inflight=${this.inflights.count}`;
      if (this.inflights.full()) text += "[full]";
    }
    return text;
  }

  #enter(state: ProgressState): void {
    this.msgAppFlowPaused = false;
    this.pendingSnapshot = 0;
    this.state = state;
    this.inflights.reset();
  }
}
