/**
 * A set of voters that decides by majority. Immutable; knows nothing of logs or messages.
 *
 * Example: voters 1, 2, 3 acknowledged 10, 20, 30. Two of three, a majority, hold everything up to 20: the committed index.
 */
import { compareIds } from "@quorate/base";
import type { Index, NodeId } from "../types.ts";
import { VoteResult } from "./vote-result.ts";

/** The highest index that a voter is known to hold durably; undefined where nothing was heard. etcd's AckedIndexer. */
export type AckedIndexer = (id: NodeId) => Index | undefined;

/** Voters up to this count are evaluated without an allocation. */
const SMALL_CONFIG = 16;
const scratch = new Float64Array(SMALL_CONFIG);

export class MajorityConfig {
  readonly #ids: readonly NodeId[];
  readonly #members: ReadonlySet<NodeId>;

  /** @param ids voters in any order; duplicates collapse. */
  constructor(ids: Iterable<NodeId> = []) {
    this.#members = new Set(ids);
    this.#ids = [...this.#members].sort(compareIds);
  }

  get size(): number {
    return this.#ids.length;
  }

  has(id: NodeId): boolean {
    return this.#members.has(id);
  }

  /** Voters in ascending order. */
  ids(): readonly NodeId[] {
    return this.#ids;
  }

  /** The smallest number of voters that is a majority. */
  quorum(): number {
    return (this.#ids.length >>> 1) + 1;
  }

  /**
   * The largest index that a majority acknowledged. Infinity for no voters, so that an empty half of a joint
   * configuration restrains nothing.
   */
  committedIndex(acked: AckedIndexer): Index {
    const n = this.#ids.length;
    if (n === 0) return Number.POSITIVE_INFINITY;
    const sorted = n <= SMALL_CONFIG ? scratch : new Float64Array(n);
    for (let i = 0; i < n; i++) {
      const index = acked(this.#ids[i]!) ?? 0;
      let at = i;
      for (; at > 0 && sorted[at - 1]! > index; at--) sorted[at] = sorted[at - 1]!;
      sorted[at] = index;
    }
    return sorted[n - this.quorum()]!;
  }

  /** The outcome so far; `votes` is undefined for voters that have not answered. No voters: won. */
  voteResult(votes: (id: NodeId) => boolean | undefined): VoteResult {
    if (this.#ids.length === 0) return VoteResult.VoteWon;
    let yes = 0;
    let missing = 0;
    for (const id of this.#ids) {
      const vote = votes(id);
      if (vote === undefined) missing++;
      else if (vote) yes++;
    }
    if (yes >= this.quorum()) return VoteResult.VoteWon;
    return yes + missing >= this.quorum() ? VoteResult.VotePending : VoteResult.VoteLost;
  }

  /** `(1 2 3)`, ids in hex. */
  toString(): string {
    return `(${this.#ids.map((id) => id.toString(16)).join(" ")})`;
  }

  /** A picture of who acknowledged what: one line a voter, its bar as long as its rank. etcd's Describe. */
  describe(acked: AckedIndexer): string {
    const n = this.#ids.length;
    if (n === 0) return "<empty majority quorum>";
    const bars = rankBars(this.#ids, acked);
    let picture = `${" ".repeat(n)}    idx\n`;
    for (const id of this.#ids) {
      const index = acked(id);
      const bar = bars.get(id) ?? 0;
      picture += index === undefined ? `?${" ".repeat(n)}` : `${"x".repeat(bar)}>${" ".repeat(n - bar)}`;
      picture += ` ${String(index ?? 0).padStart(5)}    (id=${id.toString(16)})\n`;
    }
    return picture;
  }
}

/** Rank of each voter by (index, id); voters with equal indexes share the lower rank. */
function rankBars(ids: readonly NodeId[], acked: AckedIndexer): Map<NodeId, number> {
  const ranked = ids.map((id) => ({ id, index: acked(id) ?? 0 }));
  ranked.sort((a, b) => a.index - b.index || compareIds(a.id, b.id));
  const bars = new Map<NodeId, number>();
  let bar = 0;
  ranked.forEach(({ id, index }, rank) => {
    if (rank > 0 && index > (ranked[rank - 1]?.index ?? 0)) bar = rank;
    bars.set(id, bar);
  });
  return bars;
}
