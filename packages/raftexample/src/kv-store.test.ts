import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Slab, silentTrace } from "@quorate/base";
import { Channel } from "./channel.ts";
import { encodePut } from "./kv-codec.ts";
import { type Commit, type CommittedEntry, KvStore, MAX_PENDING_WRITES, type ProposeRequest } from "./kv-store.ts";

const slab = new Slab(1_024);
const TIMEOUT_MS = 7_000;
const OWN = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]);
const FOREIGN = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 9]);
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** A store between two channels; what it proposes waits here until the test commits it. */
class Harness {
  nowMs = 1_000;
  readonly proposals: ProposeRequest[] = [];
  readonly proposeC = new Channel<ProposeRequest>("proposeC");
  readonly commitC = new Channel<Commit>("commitC");
  readonly traced: string[] = [];
  readonly store: KvStore;
  #index = 0;

  constructor(isTraced = false) {
    this.proposeC.receive((request) => void this.proposals.push(request));
    const trace = {
      active: isTraced,
      emit: (name: string, member: bigint, fields: object) =>
        void this.traced.push(`${name} ${member} ${JSON.stringify(fields)}`),
    };
    const init = { origin: OWN, memberId: 3n, trace: isTraced ? trace : silentTrace, timeoutMs: TIMEOUT_MS };
    this.store = new KvStore({ ...init, now: () => this.nowMs }, this.proposeC, this.commitC);
  }

  commit(...data: Uint8Array[]): void {
    this.commitC.send(data.map((each): CommittedEntry => ({ term: 2, index: ++this.#index, data: each })));
  }

  commitProposal(at: number): void {
    this.commit((this.proposals[at] as ProposeRequest).data);
  }
}

/** How a promise stands by now: microtasks are over when it returns. */
async function outcome(promise: Promise<void>): Promise<string> {
  const pending = new Promise<string>((done) => setImmediate(() => done("pending")));
  return Promise.race([
    promise.then(
      () => "done",
      (error: { code: string; message: string }) => `${error.code}: ${error.message}`,
    ),
    pending,
  ]);
}

describe("raftexample/kv-store", () => {
  it("settles a write once it is applied here, not before", async () => {
    const h = new Harness();
    const write = h.store.propose("a", text("1"));
    assert.equal(await outcome(write), "pending");
    assert.equal(h.store.lookup("a"), undefined);
    h.commitProposal(0);
    assert.equal(await outcome(write), "done");
    assert.deepEqual(h.store.lookup("a"), text("1"));
  });

  it("applies in the order of the log and answers each write by its own number", async () => {
    const h = new Harness();
    const writes = ["1", "2", "3"].map((value) => h.store.propose("a", text(value)));
    h.commitProposal(2);
    assert.deepEqual(await Promise.all(writes.map(outcome)), ["pending", "pending", "done"]);
    h.commit(...[1, 0].map((at) => (h.proposals[at] as ProposeRequest).data));
    assert.deepEqual(await Promise.all(writes.map(outcome)), ["done", "done", "done"]);
    assert.deepEqual(h.store.lookup("a"), text("1"));
  });

  it("applies the writes of others without answering its own of the same number", async () => {
    const h = new Harness();
    const write = h.store.propose("mine", text("1"));
    h.commit(encodePut({ origin: FOREIGN, sequence: 1, key: "theirs", value: text("2") }, slab));
    assert.deepEqual(h.store.lookup("theirs"), text("2"));
    assert.equal(await outcome(write), "pending");
    h.commitProposal(0);
    assert.equal(await outcome(write), "done");
  });

  it("takes a replayed write of an earlier run, which has another origin, for a foreign one", async () => {
    const before = new Harness();
    void before.store.propose("a", text("old"));
    const replayed = (before.proposals[0] as ProposeRequest).data.slice();
    replayed[0] = 99;
    const after = new Harness();
    const write = after.store.propose("b", text("new"));
    after.commit(replayed);
    assert.equal(await outcome(write), "pending");
    assert.deepEqual(after.store.lookup("a"), text("old"));
  });

  it("settles a write once, however often it comes out of the log", async () => {
    const h = new Harness();
    const write = h.store.propose("a", text("1"));
    h.commitProposal(0);
    h.commitProposal(0);
    h.proposals[0]?.dropped("too late");
    h.nowMs += 10 * TIMEOUT_MS;
    h.store.expire();
    h.store.stop();
    assert.equal(await outcome(write), "done");
  });

  it("fails a write that raft drops, with raft's reason", async () => {
    const h = new Harness();
    const write = h.store.propose("a", text("1"));
    h.proposals[0]?.dropped("raft proposal dropped");
    assert.equal(await outcome(write), "Dropped: raft proposal dropped");
  });

  it("fails a write at its deadline, not a moment earlier, and keeps the younger ones", async () => {
    const h = new Harness();
    const first = h.store.propose("a", text("1"));
    h.nowMs += 10;
    const second = h.store.propose("b", text("2"));
    h.nowMs = 1_000 + TIMEOUT_MS - 0.001;
    h.store.expire();
    assert.equal(await outcome(first), "pending");
    h.nowMs = 1_000 + TIMEOUT_MS;
    h.store.expire();
    assert.equal(await outcome(first), "TimedOut: not committed in time; it may still take effect");
    assert.equal(await outcome(second), "pending");
    // It may indeed still take effect.
    h.commitProposal(0);
    assert.deepEqual(h.store.lookup("a"), text("1"));
  });

  it("fails what waits when it stops, and what comes once the channel is closed", async () => {
    const h = new Harness();
    const waiting = h.store.propose("a", text("1"));
    h.store.stop();
    assert.equal(await outcome(waiting), "Stopped: this member is stopping");
    h.proposeC.close();
    assert.equal(await outcome(h.store.propose("b", text("2"))), "Stopped: this member is stopping");
    assert.equal(h.proposals.length, 1);
  });

  it(`lets ${MAX_PENDING_WRITES} writes wait, refuses one more, and has room again once one is settled`, async () => {
    const h = new Harness();
    const writes = Array.from({ length: MAX_PENDING_WRITES }, () => h.store.propose("a", new Uint8Array(0)));
    assert.equal(await outcome(h.store.propose("b", text("1"))), "Busy: too many writes are waiting");
    assert.equal(h.proposals.length, MAX_PENDING_WRITES);
    h.commitProposal(0);
    await writes[0];
    const next = h.store.propose("b", text("1"));
    h.commitProposal(MAX_PENDING_WRITES);
    assert.equal(await outcome(next), "done");
    const rest = Promise.allSettled(writes);
    h.store.stop();
    assert.equal((await rest).filter(({ status }) => status === "rejected").length, MAX_PENDING_WRITES - 1);
  });

  it("keeps no hold on the memory of an entry", () => {
    const h = new Harness();
    const data = encodePut({ origin: FOREIGN, sequence: 1, key: "a", value: text("1") }, slab);
    h.commit(data);
    data.fill(0);
    assert.deepEqual(h.store.lookup("a"), text("1"));
  });

  it("counts its keys, and tells an empty value from none", () => {
    const h = new Harness();
    for (const [key, value] of [
      ["a", ""],
      ["b", "1"],
      ["a", ""],
    ] as const) {
      h.commit(encodePut({ origin: FOREIGN, sequence: 1, key, value: text(value) }, slab));
    }
    assert.equal(h.store.size, 2);
    assert.deepEqual(h.store.lookup("a"), new Uint8Array(0));
    assert.equal(h.store.lookup("c"), undefined);
  });

  it("refuses an entry that is no proposal: that member must stop", () => {
    const h = new Harness();
    assert.throws(() => h.commit(text("short")), { code: "Malformed" });
  });

  it("traces a write when it is proposed and when it is applied", () => {
    const h = new Harness(true);
    void h.store.propose("key", text("1"));
    h.commitProposal(0);
    assert.deepEqual(h.traced, ['kvstore.propose 3 {"note":"key"}', 'kvstore.readCommits 3 {"term":2,"index":1}']);
  });
});
