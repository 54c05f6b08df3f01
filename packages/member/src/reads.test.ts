import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { withSeed } from "@quorate/testkit";
import { MAX_PENDING_READS, RETRY_READ_INDEX_MS, Reads } from "./reads.ts";

const TIMEOUT_MS = 7_000;

function newReads() {
  const asked: bigint[] = [];
  const confirmed: number[] = [];
  const failed: [number, string][] = [];
  let lastId = 0n;
  const reads = new Reads<number>({
    timeoutMs: TIMEOUT_MS,
    nextId: () => ++lastId,
    ask: (id) => asked.push(id),
    confirm: (waiter) => confirmed.push(waiter),
    fail: (waiter, code) => failed.push([waiter, code]),
  });
  return { reads, asked, confirmed, failed };
}

describe("member/reads", () => {
  it("lets all who wait share a round, and those who come during it wait for the next", () => {
    const { reads, asked, confirmed } = newReads();
    reads.add(1, 0);
    reads.add(2, 0);
    reads.startRound(0);
    reads.add(3, 1);
    reads.startRound(1);
    assert.deepEqual(asked, [1n]);
    reads.answered(1n, 10);
    reads.applied(9);
    assert.deepEqual(confirmed, [], "not before what the answer names is applied");
    reads.applied(10);
    assert.deepEqual(confirmed, [1, 2]);
    reads.startRound(2);
    assert.deepEqual(asked, [1n, 2n]);
    reads.answered(1n, 10);
    reads.applied(10);
    assert.deepEqual(confirmed, [1, 2], "an answer to an earlier round is none to this one");
    reads.answered(2n, 10);
    reads.applied(10);
    assert.deepEqual(confirmed, [1, 2, 3]);
  });

  it("asks again under a new id, and takes no answer to the old one", () => {
    const { reads, asked, confirmed } = newReads();
    reads.add(1, 0);
    reads.startRound(0);
    reads.tick(RETRY_READ_INDEX_MS - 1);
    assert.deepEqual(asked, [1n]);
    reads.tick(RETRY_READ_INDEX_MS);
    assert.deepEqual(asked, [1n, 2n]);
    assert.equal(reads.slowRounds, 1);
    reads.answered(1n, 1);
    reads.applied(5);
    assert.deepEqual(confirmed, []);
    reads.askAgain(RETRY_READ_INDEX_MS + 1);
    assert.deepEqual(asked, [1n, 2n, 3n]);
    reads.answered(3n, 5);
    reads.askAgain(RETRY_READ_INDEX_MS + 2);
    assert.equal(asked.length, 3, "what is answered needs no asking");
    reads.applied(5);
    assert.deepEqual(confirmed, [1]);
  });

  it("fails a round that was asked of a leader that is gone, not one that has its answer", () => {
    const { reads, confirmed, failed } = newReads();
    reads.add(1, 0);
    reads.startRound(0);
    reads.add(2, 0);
    reads.leaderChanged();
    assert.deepEqual(failed, [[1, "LeaderChanged"]]);
    assert.equal(reads.failedRounds, 1);
    reads.startRound(0);
    reads.answered(2n, 7);
    reads.leaderChanged();
    reads.applied(7);
    assert.deepEqual(confirmed, [2]);
  });

  it("gives up on reads that waited too long, in a round and outside", () => {
    const { reads, failed } = newReads();
    reads.add(1, 0);
    reads.startRound(0);
    reads.add(2, 10);
    reads.tick(TIMEOUT_MS - 1);
    assert.deepEqual(failed, []);
    reads.tick(TIMEOUT_MS);
    assert.deepEqual(failed, [[1, "Timeout"]]);
    reads.startRound(TIMEOUT_MS);
    reads.tick(TIMEOUT_MS + 10);
    assert.deepEqual(failed.slice(1), [[2, "Timeout"]]);
  });

  it("refuses more than it has room for", () => {
    const { reads, failed } = newReads();
    for (let i = 0; i <= MAX_PENDING_READS; i++) reads.add(i, 0);
    assert.deepEqual(failed, [[MAX_PENDING_READS, "TooManyRequests"]]);
  });

  it("answers each read once, and none on the word of a round that was asked before it came", () => {
    withSeed("member/reads", ({ prng }) => {
      const { reads, asked, confirmed, failed } = newReads();
      /** How many rounds had been asked for when a read came. */
      const askedBefore: number[] = [];
      let answered = 0;
      let nowMs = 0;
      for (let i = 0; i < 5_000; i++) {
        nowMs += prng.below(50);
        const dice = prng.below(6);
        if (dice === 0) {
          askedBefore.push(asked.length);
          reads.add(askedBefore.length - 1, nowMs);
        } else if (dice === 1) reads.startRound(nowMs);
        else if (dice === 2 && asked.length > 0) {
          answered = asked.length - prng.below(Math.min(3, asked.length));
          reads.answered(BigInt(answered), i);
        } else if (dice === 3) {
          const before = confirmed.length;
          reads.applied(i);
          for (const read of confirmed.slice(before))
            assert.ok(askedBefore[read]! < answered || asked.length > askedBefore[read]!);
        } else if (dice === 4) reads.tick(nowMs);
        else if (prng.chance(0.1)) reads.leaderChanged();
      }
      reads.failAll("Stopped");
      const all = [...confirmed, ...failed.map(([read]) => read)].sort((a, b) => a - b);
      assert.deepEqual(
        all,
        askedBefore.map((_, i) => i),
      );
    });
  });
});
