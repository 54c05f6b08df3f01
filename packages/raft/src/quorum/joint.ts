/**
 * Two majorities that must both agree: the configuration while membership moves from `outgoing` to `incoming` (thesis
 * section 4.3). Outside such a transition `outgoing` is empty and restrains nothing.
 */
import { compareIds } from "@quorate/base";
import type { Index, NodeId } from "../types.ts";
import { type AckedIndexer, MajorityConfig } from "./majority.ts";
import { VoteResult } from "./vote-result.ts";

export class JointConfig {
  readonly incoming: MajorityConfig;
  readonly outgoing: MajorityConfig;
  readonly #ids: readonly NodeId[];

  constructor(incoming: MajorityConfig = new MajorityConfig(), outgoing: MajorityConfig = new MajorityConfig()) {
    this.incoming = incoming;
    this.outgoing = outgoing;
    this.#ids =
      outgoing.size === 0 ? incoming.ids() : [...new Set([...incoming.ids(), ...outgoing.ids()])].sort(compareIds);
  }

  /** True while two majorities are in force. */
  isJoint(): boolean {
    return this.outgoing.size > 0;
  }

  /** Voters of either half, ascending. */
  ids(): readonly NodeId[] {
    return this.#ids;
  }

  has(id: NodeId): boolean {
    return this.incoming.has(id) || this.outgoing.has(id);
  }

  /** The largest index that both majorities acknowledged. */
  committedIndex(acked: AckedIndexer): Index {
    const incoming = this.incoming.committedIndex(acked);
    return this.outgoing.size === 0 ? incoming : Math.min(incoming, this.outgoing.committedIndex(acked));
  }

  /** Won only when both halves won; lost as soon as one is. */
  voteResult(votes: (id: NodeId) => boolean | undefined): VoteResult {
    const incoming = this.incoming.voteResult(votes);
    const outgoing = this.outgoing.voteResult(votes);
    if (incoming === outgoing) return incoming;
    if (incoming === VoteResult.VoteLost || outgoing === VoteResult.VoteLost) return VoteResult.VoteLost;
    return VoteResult.VotePending;
  }

  /** `(1 2 3)`, or `(1 2)&&(1)` while joint. */
  toString(): string {
    return this.isJoint() ? `${this.incoming}&&${this.outgoing}` : `${this.incoming}`;
  }

  /** The picture of `MajorityConfig.describe` over the voters of both halves. */
  describe(acked: AckedIndexer): string {
    return new MajorityConfig(this.#ids).describe(acked);
  }
}
