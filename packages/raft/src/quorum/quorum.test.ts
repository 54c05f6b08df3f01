import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { withSeed } from "@quorate/testkit";
import fc from "fast-check";
import { JointConfig } from "./joint.ts";
import { MajorityConfig } from "./majority.ts";
import { VoteResult, voteResultName } from "./vote-result.ts";

/** Ids from a small range, so that the halves of a joint configuration overlap; some beyond what a number holds. */
const ids = fc.uniqueArray(fc.oneof(fc.bigInt(1n, 12n), fc.bigInt(2n ** 63n, 2n ** 63n + 12n)), { maxLength: 20 });
const acks = fc.dictionary(fc.bigInt(1n, 12n).map(String), fc.integer({ min: 0, max: 20 }));
const ballots = fc.dictionary(fc.bigInt(1n, 12n).map(String), fc.boolean());

const indexer =
  (acked: Readonly<Record<string, number>>) =>
  (id: bigint): number | undefined =>
    acked[`${id}`];

/** The largest index that a majority reached, by trying every one. */
function naiveCommitted(voters: readonly bigint[], acked: Readonly<Record<string, number>>): number {
  if (voters.length === 0) return Number.POSITIVE_INFINITY;
  for (let index = 20; index > 0; index--) {
    if (voters.filter((id) => (acked[`${id}`] ?? 0) >= index).length * 2 > voters.length) return index;
  }
  return 0;
}

/** Decided when no way of filling in the missing votes changes the outcome: all yes, and all no. */
function naiveVote(voters: readonly bigint[], votes: Readonly<Record<string, boolean>>): VoteResult {
  const wins = (missing: boolean): boolean =>
    voters.length === 0 || voters.filter((id) => votes[`${id}`] ?? missing).length * 2 > voters.length;
  if (wins(false)) return VoteResult.VoteWon;
  return wins(true) ? VoteResult.VotePending : VoteResult.VoteLost;
}

describe("raft/quorum", () => {
  it("commits in a majority what more than half of the voters acknowledged", () => {
    withSeed("raft/dist/quorum", ({ seed }) => {
      fc.assert(
        fc.property(ids, acks, (voters, acked) => {
          assert.equal(new MajorityConfig(voters).committedIndex(indexer(acked)), naiveCommitted(voters, acked));
        }),
        { seed, numRuns: 2000 },
      );
    });
  });

  it("commits in a joint configuration what both halves commit, whichever comes first", () => {
    withSeed("raft/dist/quorum", ({ seed }) => {
      fc.assert(
        fc.property(ids, ids, acks, (incoming, outgoing, acked) => {
          const [a, b] = [new MajorityConfig(incoming), new MajorityConfig(outgoing)];
          const committed = new JointConfig(a, b).committedIndex(indexer(acked));
          assert.equal(committed, Math.min(naiveCommitted(incoming, acked), naiveCommitted(outgoing, acked)));
          assert.equal(new JointConfig(b, a).committedIndex(indexer(acked)), committed);
        }),
        { seed, numRuns: 2000 },
      );
    });
  });

  it("decides a vote as soon as the missing votes cannot change it, and not before", () => {
    withSeed("raft/dist/quorum", ({ seed }) => {
      fc.assert(
        fc.property(ids, ballots, (voters, votes) => {
          assert.equal(
            new MajorityConfig(voters).voteResult((id) => votes[`${id}`]),
            naiveVote(voters, votes),
          );
        }),
        { seed, numRuns: 2000 },
      );
    });
  });

  it("wins a joint vote when both halves won, and loses it when one is lost", () => {
    withSeed("raft/dist/quorum", ({ seed }) => {
      fc.assert(
        fc.property(ids, ids, ballots, (incoming, outgoing, votes) => {
          const joint = new JointConfig(new MajorityConfig(incoming), new MajorityConfig(outgoing));
          const halves = [naiveVote(incoming, votes), naiveVote(outgoing, votes)];
          let expected: VoteResult = VoteResult.VotePending;
          if (halves.every((half) => half === VoteResult.VoteWon)) expected = VoteResult.VoteWon;
          if (halves.includes(VoteResult.VoteLost)) expected = VoteResult.VoteLost;
          assert.equal(
            joint.voteResult((id) => votes[`${id}`]),
            expected,
          );
        }),
        { seed, numRuns: 2000 },
      );
    });
  });

  it("restrains nothing while it has no voters", () => {
    const empty = new MajorityConfig();
    assert.equal(
      empty.committedIndex(() => 0),
      Number.POSITIVE_INFINITY,
    );
    assert.equal(
      empty.voteResult(() => false),
      VoteResult.VoteWon,
    );
    assert.equal(
      empty.describe(() => 1),
      "<empty majority quorum>",
    );
    assert.equal(`${empty}`, "()");
  });

  it("gives the same committed index below and above the count from which on it allocates", () => {
    for (const n of [15, 16, 17, 31]) {
      const voters = Array.from({ length: n }, (_, i) => BigInt(i + 1));
      assert.equal(
        new MajorityConfig(voters).committedIndex((id) => Number(id)),
        n - Math.floor(n / 2),
      );
    }
  });

  it("knows the smallest majority", () => {
    const quorums = [1, 2, 3, 4, 5, 6].map(
      (n) => new MajorityConfig(Array.from({ length: n }, (_, i) => BigInt(i + 1))),
    );
    assert.deepEqual(
      quorums.map((config) => config.quorum()),
      [1, 2, 2, 3, 3, 4],
    );
  });

  it("collapses duplicate ids and prints the rest ascending, in hex", () => {
    const config = new MajorityConfig([255n, 10n, 1n, 10n, 2n ** 64n - 3n]);
    assert.equal(config.size, 4);
    assert.equal(`${config}`, "(1 a ff fffffffffffffffd)");
    assert.deepEqual(config.ids(), [1n, 10n, 255n, 2n ** 64n - 3n]);
  });

  it("prints both halves while joint, and one otherwise", () => {
    const half = new MajorityConfig([1n, 2n]);
    assert.equal(`${new JointConfig(half)}`, "(1 2)");
    assert.equal(`${new JointConfig(half, new MajorityConfig([16n]))}`, "(1 2)&&(10)");
    assert.equal(`${new JointConfig(new MajorityConfig(), half)}`, "()&&(1 2)");
  });

  it("is joint, and has the voters of both halves, once there are outgoing ones", () => {
    const joint = new JointConfig(new MajorityConfig([3n, 1n]), new MajorityConfig([2n, 3n]));
    assert.deepEqual([joint.isJoint(), new JointConfig(new MajorityConfig([1n])).isJoint()], [true, false]);
    assert.deepEqual(joint.ids(), [1n, 2n, 3n]);
    assert.deepEqual(
      [1n, 2n, 3n, 4n].map((id) => joint.has(id)),
      [true, true, true, false],
    );
  });

  it("draws a bar by rank, equal for equal indexes, with ids in hex", () => {
    const acked = new Map([
      [1n, 100],
      [2n, 101],
      [10n, 101],
      [255n, 103],
    ]);
    assert.equal(
      new MajorityConfig([1n, 2n, 10n, 255n, 9n]).describe((id) => acked.get(id)),
      [
        "         idx",
        "x>       100    (id=1)",
        "xx>      101    (id=2)",
        "?          0    (id=9)",
        "xx>      101    (id=a)",
        "xxxx>    103    (id=ff)",
        "",
      ].join("\n"),
    );
  });

  it("names the outcomes of a vote with etcd's words and numbers", () => {
    assert.deepEqual(
      [1, 2, 3].map((n) => voteResultName(n as VoteResult)),
      ["VotePending", "VoteLost", "VoteWon"],
    );
  });
});
