import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Slab, silentTrace } from "@quorate/base";
import { Channel } from "./channel.ts";
import { encodePut } from "./kv-codec.ts";
import { type Commit, KvStore, type ProposeRequest } from "./kv-store.ts";
import { newMembers } from "./members.ts";
import { ReplicatedState } from "./replicated-state.ts";

const slab = new Slab(1_024);
class Harness {
  readonly commitC = new Channel<Commit>("commitC");
  readonly store: KvStore;
  readonly state: ReplicatedState;
  pauses = 0;

  /** @param duringPause what else happens while a snapshot is made. */
  constructor(duringPause: (h: Harness) => void = () => {}) {
    this.store = new KvStore(
      { origin: new Uint8Array(8), memberId: 1n, trace: silentTrace, now: () => 0, timeoutMs: 1 },
      new Channel<ProposeRequest>("proposeC"),
      this.commitC,
    );
    this.state = new ReplicatedState(newMembers(), this.store, async () => {
      // As in the service: others have their turn first.
      await Promise.resolve();
      this.pauses++;
      duringPause(this);
    });
  }

  put(key: string, value: string): void {
    const origin = new Uint8Array(8).fill(1);
    const data = encodePut({ origin, sequence: 1, key, value: new TextEncoder().encode(value) }, slab);
    this.commitC.send([{ term: 1, index: 1, data }]);
  }

  get(key: string): string | undefined {
    const value = this.store.lookup(key);
    return value === undefined ? undefined : new TextDecoder().decode(value);
  }
}

describe("raftexample/replicated-state", () => {
  it("moves members and pairs to another member", async () => {
    const from = new Harness();
    from.state.members.urls.set(1n, "http://a:1").set(1n << 63n, "http://a:2");
    from.state.members.removed.add(3n);
    from.put("a", "1");
    from.put("ключ", "");
    const to = new Harness();
    to.state.members.urls.set(9n, "http://gone:9");
    to.put("gone", "1");
    to.state.recover(await from.state.snapshot());
    assert.deepEqual(to.state.members, from.state.members);
    assert.deepEqual([to.get("a"), to.get("ключ"), to.get("gone"), to.store.size], ["1", "", undefined, 2]);
  });

  it("holds the state of the moment of the call, while members and pairs go on", async () => {
    const from = new Harness((h) => {
      h.put("key-0", "late");
      h.put("key-2999", "late");
      h.put("new", "late");
      h.state.members.urls.set(2n, "http://late:2");
    });
    from.state.members.urls.set(1n, "http://a:1");
    for (let i = 0; i < 3_000; i++) from.put(`key-${i}`, `${i}`);
    const [first, second] = await Promise.all([from.state.snapshot(), from.state.snapshot()]);
    assert.ok(from.pauses >= 4, "other work has its turn after every thousand pairs");
    assert.deepEqual(first, second);
    const to = new Harness();
    to.state.recover(first as Uint8Array);
    assert.deepEqual([to.get("key-0"), to.get("key-2999"), to.get("new")], ["0", "2999", undefined]);
    assert.deepEqual([...to.state.members.urls.keys()], [1n]);
    assert.equal(from.get("new"), "late");
  });

  it("makes the next snapshot of a recovered state", async () => {
    const from = new Harness();
    from.put("a", "1");
    const to = new Harness();
    to.state.recover(await from.state.snapshot());
    to.put("a", "longer than before");
    to.put("b", "2");
    const third = new Harness();
    third.state.recover(await to.state.snapshot());
    assert.deepEqual([third.get("a"), third.get("b")], ["longer than before", "2"]);
  });

  it("changes nothing when the bytes are no snapshot", async () => {
    const from = new Harness();
    from.put("a", "1");
    const data = await from.state.snapshot();
    const to = new Harness();
    to.put("kept", "1");
    to.state.members.urls.set(1n, "http://a:1");
    for (let length = 0; length < data.length; length++) {
      assert.throws(() => to.state.recover(data.subarray(0, length)));
    }
    assert.deepEqual([to.get("kept"), to.store.size, [...to.state.members.urls]], ["1", 1, [[1n, "http://a:1"]]]);
  });
});
