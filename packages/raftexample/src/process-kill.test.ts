import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ProcessCluster, request, WriteLoad } from "@quorate/testkit";

const KILLS = 20;
const MEMBERS = [1, 2, 3];

describe("raftexample/processes, killed", () => {
  let cluster: ProcessCluster;

  before(async () => {
    cluster = await ProcessCluster.start({ places: 3, founders: 3, snapshotCount: 2_000 });
  });

  after(() => cluster.stop());

  it("loses no acknowledged write while the leader is killed 20 times under load, and all stores end equal", async () => {
    const load = new WriteLoad({
      ports: () => MEMBERS.map((id) => cluster.apiPort(id)),
      clients: 4,
      keysPerClient: 20,
      restMs: 15,
    });
    try {
      for (let kill = 1; kill <= KILLS; kill++) {
        const leader = await cluster.leader(MEMBERS);
        const acknowledged = load.acknowledged;
        await cluster.wait(`kill ${kill}: writes go on`, () => load.acknowledged > acknowledged || undefined);
        const exit = await cluster.end(leader, "SIGKILL");
        assert.equal(
          exit.signal,
          "SIGKILL",
          `member ${leader} had ended by itself: ${cluster.process(leader).output()}`,
        );
        cluster.startMember(leader);
      }
      await cluster.leader(MEMBERS);
    } finally {
      await load.stop();
    }
    await cluster.settled(MEMBERS);
    assert.deepEqual(load.problems, []);
    for (const id of MEMBERS) assert.deepEqual(await load.lostWrites(cluster.apiPort(id)), [], `read through ${id}`);
    // The load was one: writes and reads came through between kills, and some were cut off by them.
    assert.ok(load.acknowledged >= KILLS, `${load.acknowledged} writes were acknowledged`);
    assert.ok(load.confirmedReads > 0 && load.unanswered > 0);
    await cluster.settled(MEMBERS);
    const stores = await Promise.all(MEMBERS.map((id) => readStore(cluster.apiPort(id), load.keys)));
    assert.deepEqual(stores[1], stores[0]);
    assert.deepEqual(stores[2], stores[0]);
  });
});

/** The values of all keys as one member has applied them. */
async function readStore(port: number, keys: readonly string[]): Promise<Record<string, string>> {
  const store: Record<string, string> = {};
  for (const key of keys) {
    const { status, body } = await request(port, "GET", `/${key}`);
    if (status === 200) store[key] = body;
  }
  return store;
}
