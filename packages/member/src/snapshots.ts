/**
 * When this member makes a raft snapshot, and how much of the log it keeps behind one. A snapshot here is a small file: position,
 * configuration and membership. The keys are in the backend, which must have committed up to that position first; what a lagging
 * follower gets is an image of the backend as of the moment of sending.
 *
 *   snapshotCount entries applied -> captured -> backend committed that far -> file saved -> log compacted
 */
import { type AppliedPosition, assert } from "@quorate/base";
import { type ConfState, newSnapshot, newSnapshotMetadata, type Snapshot, type SnapshotMetadata } from "@quorate/proto";

/** A follower that has taken a snapshot needs the log behind it: nothing is compacted for so long after one was sent (etcd: 30 s). */
export const KEEP_LOG_AFTER_SEND_MS = 30_000;

export type SnapshotPolicyOptions = {
  /** Applied entries between two snapshots. */
  readonly snapshotCount: number;
  /** Entries kept in memory behind a snapshot, for followers that are a little behind. */
  readonly catchUpEntries: number;
};

export class SnapshotPolicy {
  readonly #options: SnapshotPolicyOptions;
  #lastIndex: number;
  #captured: Snapshot | undefined;
  #isSaving = false;
  /** Peers that are being sent one, and until when the log is kept for those who got one. */
  readonly #sending = new Set<bigint>();
  #keepUntilMs = 0;

  /** @param lastIndex of the newest snapshot on disk, 0 for none. */
  constructor(options: SnapshotPolicyOptions, lastIndex: number) {
    this.#options = options;
    this.#lastIndex = lastIndex;
  }

  /** True when it is time to capture a snapshot of what is applied up to `index`. */
  isDue(index: number): boolean {
    if (this.#captured !== undefined || this.#isSaving) return false;
    return index - this.#lastIndex >= this.#options.snapshotCount;
  }

  /** The state as of `applied`; it is saved once the backend has committed so far. */
  capture(applied: AppliedPosition, confState: ConfState, data: Uint8Array): void {
    assert(applied.index > this.#lastIndex, "snapshots go forward");
    this.#captured = newSnapshot({ data, metadata: newSnapshotMetadata({ ...applied, confState }) });
  }

  /** The snapshot that can be saved now. */
  takeSavable(committed: AppliedPosition): Snapshot | undefined {
    const captured = this.#captured;
    if (captured === undefined || committed.index < captured.metadata.index) return undefined;
    this.#captured = undefined;
    this.#isSaving = true;
    return captured;
  }

  saved({ index }: SnapshotMetadata): void {
    this.#isSaving = false;
    this.#lastIndex = Math.max(this.#lastIndex, index);
  }

  /** A received snapshot is newer than anything captured here. */
  received(index: number): void {
    this.#captured = undefined;
    this.#lastIndex = Math.max(this.#lastIndex, index);
  }

  sending(id: bigint): void {
    this.#sending.add(id);
  }

  sent(id: bigint, nowMs: number): void {
    this.#sending.delete(id);
    this.#keepUntilMs = nowMs + KEEP_LOG_AFTER_SEND_MS;
  }

  /** The index before which the log may go, or undefined while a follower may need it. */
  compactIndex(nowMs: number): number | undefined {
    if (this.#sending.size > 0 || nowMs < this.#keepUntilMs) return undefined;
    const index = this.#lastIndex - this.#options.catchUpEntries;
    return index > 0 ? index : undefined;
  }
}
