import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { withSeed } from "@quorate/testkit";
import { LinearizableReads, MAX_PENDING_READS, RETRY_ROUND_MS } from "./linearizable-reads.ts";

const TIMEOUT_MS = 7_000;

class Harness {
  nowMs = 500;
  /** Contexts that raft was asked for, in order. */
  readonly asked: number[] = [];
  readonly reads: LinearizableReads = new LinearizableReads({
    now: () => this.nowMs,
    timeoutMs: TIMEOUT_MS,
    readIndex: (context) => void this.asked.push(context),
  });
  readonly outcomes: string[] = [];

  /** Starts a read whose outcome shows under its number. */
  read(): number {
    const number = this.outcomes.push("waits") - 1;
    this.reads.confirm().then(
      () => this.#settle(number, "done"),
      (error: { code: string; message: string }) => this.#settle(number, `${error.code}: ${error.message}`),
    );
    return number;
  }

  /** The outcomes once all microtasks are over. */
  async now(): Promise<string[]> {
    await new Promise((done) => setImmediate(done));
    return this.outcomes;
  }

  #settle(number: number, outcome: string): void {
    assert.equal(this.outcomes[number], "waits", "a read settles once");
    this.outcomes[number] = outcome;
  }
}

const LATE = "TimedOut: no quorum confirmed the read in time";

describe("raftexample/linearizable-reads", () => {
  it("serves a read once raft confirmed it and the store has applied that far", async () => {
    const h = new Harness();
    h.read();
    assert.deepEqual(h.asked, [1]);
    h.reads.confirmed(1, 10);
    assert.deepEqual(await h.now(), ["waits"]);
    h.reads.applied(9);
    assert.deepEqual(await h.now(), ["waits"]);
    h.reads.applied(10);
    assert.deepEqual(await h.now(), ["done"]);
  });

  it("serves it at once where the store is ahead already", async () => {
    const h = new Harness();
    h.reads.applied(11);
    h.read();
    h.reads.confirmed(1, 10);
    assert.deepEqual(await h.now(), ["done"]);
  });

  it("makes all that arrive during a round wait for the next, which they share", async () => {
    const h = new Harness();
    h.read();
    h.read();
    h.read();
    assert.deepEqual(h.asked, [1]);
    h.reads.applied(20);
    h.reads.confirmed(1, 20);
    assert.deepEqual(await h.now(), ["done", "waits", "waits"]);
    assert.deepEqual(h.asked, [1, 2]);
    // Arrived after the second round was asked for: a third one.
    h.read();
    h.reads.confirmed(2, 20);
    assert.deepEqual(await h.now(), ["done", "done", "done", "waits"]);
    assert.deepEqual(h.asked, [1, 2, 3]);
  });

  it("does not let a read of the next round pass before its own confirmation", async () => {
    const h = new Harness();
    h.read();
    h.reads.confirmed(1, 5);
    h.read();
    h.reads.applied(5);
    assert.deepEqual(await h.now(), ["done", "waits"]);
    h.reads.applied(6);
    h.reads.confirmed(1, 5);
    assert.deepEqual(await h.now(), ["done", "waits"], "an answer to the first round says nothing about the second");
  });

  it("asks again, under a new context, for a round without an answer", async () => {
    const h = new Harness();
    h.reads.applied(1);
    h.read();
    h.nowMs += RETRY_ROUND_MS - 1;
    h.reads.expire();
    assert.deepEqual(h.asked, [1]);
    h.nowMs += 1;
    h.reads.expire();
    assert.deepEqual(h.asked, [1, 2]);
    h.reads.confirmed(1, 1);
    assert.deepEqual(await h.now(), ["waits"], "the answer to the first try is not waited for any more");
    h.reads.confirmed(2, 1);
    assert.deepEqual(await h.now(), ["done"]);
  });

  it("does not ask again while only the store is behind", () => {
    const h = new Harness();
    h.read();
    h.reads.confirmed(1, 100);
    h.nowMs += 2 * RETRY_ROUND_MS;
    h.reads.expire();
    assert.deepEqual(h.asked, [1]);
  });

  it("fails a read at its deadline, in the round or behind it, and asks for those that are left", async () => {
    const h = new Harness();
    h.read();
    h.read();
    h.nowMs += 100;
    h.read();
    h.nowMs = 500 + TIMEOUT_MS - 1;
    h.reads.expire();
    assert.deepEqual(await h.now(), ["waits", "waits", "waits"]);
    const asked = h.asked.length;
    h.nowMs = 500 + TIMEOUT_MS;
    h.reads.expire();
    assert.deepEqual(await h.now(), [LATE, LATE, "waits"]);
    assert.equal(h.asked.length, asked + 1, "the next round starts");
    h.reads.applied(3);
    h.reads.confirmed(h.asked[asked] as number, 3);
    assert.deepEqual(await h.now(), [LATE, LATE, "done"]);
  });

  it("keeps a round for the reads in it that still have time", async () => {
    const h = new Harness();
    h.read();
    h.reads.applied(1);
    h.read();
    h.nowMs += 300;
    h.read();
    h.reads.confirmed(1, 1);
    assert.deepEqual(h.asked, [1, 2]);
    h.nowMs = 500 + TIMEOUT_MS;
    h.reads.expire();
    assert.deepEqual(await h.now(), ["done", LATE, "waits"]);
    h.reads.confirmed(h.asked.at(-1) as number, 1);
    assert.deepEqual(await h.now(), ["done", LATE, "done"]);
  });

  it("fails everything that waits when it stops, and takes late answers in peace", async () => {
    const h = new Harness();
    h.read();
    h.read();
    h.reads.stop();
    h.reads.confirmed(1, 1);
    h.reads.applied(1);
    h.reads.expire();
    const stopped = "Stopped: this member is stopping";
    assert.deepEqual(await h.now(), [stopped, stopped]);
  });

  it(`lets ${MAX_PENDING_READS} reads wait behind a round and refuses one more`, async () => {
    const h = new Harness();
    for (let i = 0; i <= MAX_PENDING_READS; i++) h.read();
    assert.equal((await h.now()).filter((outcome) => outcome === "waits").length, MAX_PENDING_READS + 1);
    const over = h.read();
    assert.equal((await h.now())[over], "Busy: too many reads are waiting");
    h.reads.confirmed(1, 0);
    const again = h.read();
    h.reads.confirmed(2, 0);
    h.reads.confirmed(3, 0);
    assert.equal((await h.now())[again], "done");
    assert.equal(h.outcomes.filter((outcome) => outcome === "waits").length, 0);
  });

  it("never serves a read before a commit index of its own time is applied, whatever is lost or late", async () => {
    for (let run = 0; run < 100; run++) await runRandomly();
  });
});

/** Commits move on, answers are delayed, lost and repeated; no read may see less than was committed when it began. */
async function runRandomly(): Promise<void> {
  const steps: (() => void)[] = [];
  const h = new Harness();
  let commit = 0;
  let applied = 0;
  const answers: { readonly context: number; readonly index: number }[] = [];
  const began: number[] = [];
  const served = new Set<number>();
  const checkServed = (): void => {
    h.outcomes.forEach((outcome, read) => {
      if (outcome !== "done" || served.has(read)) return;
      served.add(read);
      assert.ok(applied >= (began[read] as number), `read ${read} began at ${began[read]}, saw ${applied}`);
    });
  };
  withSeed("linearizable-reads", ({ prng }) => {
    let asked = 0;
    for (let step = 0; step < 60; step++) {
      const draws = [prng.below(6), prng.below(1 << 20), prng.chance(0.3) ? 1 : 0] as const;
      steps.push(() => {
        const [what, pick, flag] = draws;
        if (what === 0) commit++;
        else if (what === 1 && applied < commit) h.reads.applied(++applied);
        else if (what === 2) began[h.read()] = commit;
        else if (what === 3 && answers.length > 0) {
          const at = pick % answers.length;
          const answer = answers[at] as (typeof answers)[number];
          if (flag === 0) answers.splice(at, 1);
          h.reads.confirmed(answer.context, answer.index);
        } else if (what === 4) {
          h.nowMs += pick % 400;
          h.reads.expire();
        }
        // Raft reads the commit index when it is asked, unless the request is lost.
        for (; asked < h.asked.length; asked++) {
          if (pick % 4 !== 0) answers.push({ context: h.asked[asked] as number, index: commit });
        }
      });
    }
  });
  for (const step of steps) {
    step();
    await h.now();
    checkServed();
  }
  h.reads.stop();
  await h.now();
}
