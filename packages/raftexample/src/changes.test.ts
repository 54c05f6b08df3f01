import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type ConfChange, ConfChangeType } from "@quorate/proto";
import { Changes } from "./changes.ts";

const TIMEOUT_MS = 7_000;
const RETRY_MS = 500;
const MAX_PENDING = 64;

class Harness {
  nowMs = 0;
  readonly proposed: ConfChange[] = [];
  readonly changes: Changes;

  constructor(origin: Uint8Array = Uint8Array.from([0, 0, 0, 0, 0, 0, 1, 0])) {
    this.changes = new Changes({
      now: () => this.nowMs,
      timeoutMs: TIMEOUT_MS,
      origin,
      propose: (change) => {
        assert.equal(change.kind, "v1");
        this.proposed.push(change.change as ConfChange);
      },
    });
  }
}

async function outcome(promise: Promise<void>): Promise<string> {
  return Promise.race([
    promise.then(
      () => "done",
      (error: { code: string; message: string }) => `${error.code}: ${error.message}`,
    ),
    new Promise<string>((done) => setImmediate(() => done("waits"))),
  ]);
}

describe("raftexample/changes", () => {
  it("proposes an addition with its URL, and a removal", () => {
    const h = new Harness();
    void h.changes.add(4n, "http://127.0.0.1:9024");
    void h.changes.remove(2n);
    const [add, remove] = h.proposed;
    assert.deepEqual([add?.type, add?.nodeId], [ConfChangeType.ConfChangeAddNode, 4n]);
    assert.equal(new TextDecoder().decode(add?.context), "http://127.0.0.1:9024");
    assert.deepEqual([remove?.type, remove?.nodeId], [ConfChangeType.ConfChangeRemoveNode, 2n]);
  });

  it("settles when its change is applied, and only its own", async () => {
    const h = new Harness();
    const first = h.changes.add(4n, "http://a:1");
    const second = h.changes.add(5n, "http://a:2");
    h.changes.applied(h.proposed[1]?.id as bigint, undefined);
    assert.deepEqual([await outcome(first), await outcome(second)], ["waits", "done"]);
    h.changes.applied(12_345n, undefined);
    assert.equal(await outcome(first), "waits");
  });

  it("tells why a change was refused", async () => {
    const h = new Harness();
    const change = h.changes.remove(9n);
    h.changes.applied(h.proposed[0]?.id as bigint, "member 9 is not in the cluster");
    assert.equal(await outcome(change), "Refused: member 9 is not in the cluster");
  });

  it("proposes again, under the same id, what was not heard of", async () => {
    const h = new Harness();
    const change = h.changes.add(4n, "http://a:1");
    h.nowMs = RETRY_MS - 1;
    h.changes.expire();
    assert.equal(h.proposed.length, 1);
    for (let tries = 2; tries <= 4; tries++) {
      h.nowMs = (tries - 1) * RETRY_MS;
      h.changes.expire();
      h.changes.expire();
      assert.equal(h.proposed.length, tries);
      assert.deepEqual(h.proposed[tries - 1], h.proposed[0]);
    }
    const id = h.proposed[0]?.id as bigint;
    h.changes.applied(id, undefined);
    // The copies come out of the log as well: they are refused by the state, and nobody waits.
    h.changes.applied(id, "member 4 is in the cluster already");
    h.changes.applied(id, "member 4 is in the cluster already");
    assert.equal(await outcome(change), "done");
    h.nowMs += RETRY_MS;
    h.changes.expire();
    assert.equal(h.proposed.length, 4);
  });

  it("gives up at the deadline, not a moment earlier", async () => {
    const h = new Harness();
    const change = h.changes.remove(2n);
    h.nowMs = TIMEOUT_MS - 0.001;
    h.changes.expire();
    assert.equal(await outcome(change), "waits");
    h.nowMs = TIMEOUT_MS;
    h.changes.expire();
    assert.equal(await outcome(change), "TimedOut: not applied in time; it may still take effect");
    h.changes.applied(h.proposed[0]?.id as bigint, undefined);
  });

  it("fails what waits when it stops", async () => {
    const h = new Harness();
    const change = h.changes.remove(2n);
    h.changes.stop();
    assert.equal(await outcome(change), "Stopped: this member is stopping");
    h.nowMs = RETRY_MS;
    h.changes.expire();
    assert.equal(h.proposed.length, 1);
  });

  it(`lets ${MAX_PENDING} changes wait and refuses one more`, async () => {
    const h = new Harness();
    const waiting = Array.from({ length: MAX_PENDING }, (_, i) => h.changes.remove(BigInt(i + 1)));
    assert.equal(await outcome(h.changes.remove(99n)), "Busy: too many changes are waiting");
    h.changes.applied(h.proposed[0]?.id as bigint, undefined);
    await waiting[0];
    assert.equal(await outcome(h.changes.remove(99n)), "waits");
    const settled = Promise.allSettled(waiting);
    h.changes.stop();
    await settled;
  });

  it("never uses the id 0, which bootstrap entries carry, nor one twice, also where ids wrap around", () => {
    for (const byte of [0, 0xff]) {
      const h = new Harness(new Uint8Array(8).fill(byte));
      for (let i = 0; i < 10; i++) void h.changes.remove(1n).catch(() => undefined);
      const ids = h.proposed.map(({ id }) => id);
      assert.equal(new Set(ids).size, 10);
      assert.ok(ids.every((id) => id > 0n && id < 1n << 64n));
      h.changes.stop();
    }
  });
});
