import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { Agent } from "node:http";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { ProcessCluster, request, WriteLoad } from "@quorate/testkit";

/** More than a leader keeps behind a snapshot, so that a member which was away needs one. */
const ENTRIES_WHILE_AWAY = 5_700;

describe("raftexample/processes, joined and removed", () => {
  let cluster: ProcessCluster;

  before(async () => {
    cluster = await ProcessCluster.start({ places: 5, founders: 3, snapshotCount: 500 });
  });

  after(() => cluster.stop());

  it("adds a member and removes it again under load, and the removed one stops by itself", async () => {
    const load = new WriteLoad({
      ports: () => [1, 2, 3].map((id) => cluster.apiPort(id)),
      clients: 3,
      keysPerClient: 10,
      restMs: 10,
    });
    try {
      assert.equal((await change("POST", 4, cluster.peerUrl(4))).status, 204);
      const joined = cluster.startMember(4, { join: true });
      await cluster.wait("member 4 has caught up", async () => {
        const status = await cluster.status(4);
        return status !== undefined && status.members["4"] === cluster.peerUrl(4) && status.applied > 10
          ? true
          : undefined;
      });
      const again = await change("POST", 4, cluster.peerUrl(4));
      assert.deepEqual([again.status, again.body], [409, "member 4 is in the cluster already\n"]);
      const before = load.acknowledged;
      await cluster.wait("writes go on with four members", () => load.acknowledged > before || undefined);
      assert.equal((await change("DELETE", 4)).status, 204);
      assert.deepEqual(await joined.exited, { code: 0, signal: null });
      assert.match(
        joined.output(),
        /raftexample: member 4 was removed from the cluster; it stops and must not be started again\n$/,
      );
    } finally {
      await load.stop();
    }
    assert.deepEqual(load.problems, []);
    assert.deepEqual(await load.lostWrites(cluster.apiPort(1)), []);
    const back = await change("POST", 4, cluster.peerUrl(4));
    assert.deepEqual([back.status, back.body], [409, "member 4 was removed; an id is never used twice\n"]);
  });

  it("tells a removed member that is started again that it was removed", async () => {
    const restarted = cluster.startMember(4, { join: true });
    assert.deepEqual(await restarted.exited, { code: 0, signal: null });
  });

  it("brings a follower behind the compacted log up to date by snapshot, which survives a kill right after", async () => {
    const leader = await cluster.leader([1, 2, 3]);
    const away = [1, 2, 3].find((id) => id !== leader) as number;
    await cluster.end(away, "SIGKILL");
    await writeMany(cluster.apiPort(leader), ENTRIES_WHILE_AWAY);
    const restarted = cluster.startMember(away);
    await cluster.wait("the snapshot is applied", () =>
      /publishing snapshot at index \d+/.test(restarted.output()) ? true : undefined,
    );
    await cluster.end(away, "SIGKILL");
    assert.doesNotMatch(restarted.output(), / ERROR /);
    cluster.startMember(away);
    await cluster.settled([1, 2, 3]);
    const last = await request(cluster.apiPort(away), "GET", "/many-9");
    assert.deepEqual([last.status, last.body], [200, `${ENTRIES_WHILE_AWAY - 1}`]);
  });

  it("lets a follower that lost its disk come back as a new member", async () => {
    const leader = await cluster.leader([1, 2, 3]);
    const lost = [1, 2, 3].find((id) => id !== leader) as number;
    const others = [1, 2, 3].filter((id) => id !== lost);
    await cluster.end(lost, "SIGKILL");
    cluster.wipe(lost);
    assert.equal((await change("DELETE", lost, undefined, leader)).status, 204);
    assert.equal((await change("POST", 5, cluster.peerUrl(5), leader)).status, 204);
    cluster.startMember(5, { join: true });
    await cluster.settled([...others, 5]);
    const caughtUp = await request(cluster.apiPort(5), "GET", "/many-9?consistent=linearizable");
    assert.deepEqual([caughtUp.status, caughtUp.body], [200, `${ENTRIES_WHILE_AWAY - 1}`]);
    const status = await cluster.status(5);
    assert.deepEqual(Object.keys(status?.members ?? {}).map(Number), [...others, 5]);
    assert.ok(readdirSync(join(cluster.dataDir(5), "member/snap")).some((name) => name.endsWith(".snap")));
  });

  function change(method: "POST" | "DELETE", id: number, url?: string, through = 1): ReturnType<typeof request> {
    return request(cluster.apiPort(through), method, `/${id}`, url === undefined ? {} : { body: url });
  }
});

/** Writes `count` values to ten keys over many connections. */
async function writeMany(port: number, count: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count - 10) {
      const n = next++;
      const { status } = await request(port, "PUT", `/many-${n % 10}`, { body: `${n}`, agent });
      assert.equal(status, 204);
    }
  };
  await Promise.all(Array.from({ length: 64 }, worker));
  // The last value of each key is known for sure: these go one by one.
  for (let n = count - 10; n < count; n++) await request(port, "PUT", `/many-${n % 10}`, { body: `${n}`, agent });
  agent.destroy();
}
