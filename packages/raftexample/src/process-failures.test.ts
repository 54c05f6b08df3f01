import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { ProcessCluster, type Reply, request } from "@quorate/testkit";

const MEMBERS = [1, 2, 3];
/** A request that cannot be answered is told so after 7 s; the rest is for a slow machine. */
const BOUND_MS = 14_000;

describe("raftexample/processes, hurt", () => {
  let cluster: ProcessCluster;

  before(async () => {
    cluster = await ProcessCluster.start({ places: 3, founders: 3, snapshotCount: 50 });
  });

  after(() => cluster.stop());

  it("answers a read that waited in a leader paused past an election with the new value, or not at all", async () => {
    const old = await cluster.leader(MEMBERS);
    const rest = MEMBERS.filter((id) => id !== old);
    await put(old, "paused", "before");
    cluster.pause(old);
    const waiting = get(old, "paused?consistent=linearizable");
    const next = await cluster.leader(rest);
    await put(next, "paused", "after");
    cluster.resume(old);
    const answer = await waiting;
    assert.ok(answer.status === 503 || answer.body === "after", `${answer.status} ${answer.body}`);
    await cluster.leader(MEMBERS);
    assert.equal((await get(old, "paused?consistent=linearizable")).body, "after");
    assert.equal((await get(old, "paused")).body, "after");
  });

  it("hands leadership over when the leader is asked to stop", async () => {
    const old = await cluster.leader(MEMBERS);
    const rest = MEMBERS.filter((id) => id !== old);
    assert.deepEqual(await cluster.end(old, "SIGTERM"), { code: 0, signal: null });
    const next = await cluster.leader(rest);
    assert.match(cluster.process(next).output(), /received MsgTimeoutNow from/);
    assert.match(cluster.process(old).output(), /starts to transfer leadership to/);
    cluster.startMember(old);
    await cluster.leader(MEMBERS);
  });

  it("goes on from log and snapshot after all three were killed", async () => {
    const leader = await cluster.leader(MEMBERS);
    for (let n = 0; n < 120; n++) await put(leader, `durable-${n % 40}`, `${n}`);
    await cluster.settled(MEMBERS);
    await Promise.all(MEMBERS.map((id) => cluster.end(id, "SIGKILL")));
    for (const id of MEMBERS) {
      assert.ok(readdirSync(join(cluster.dataDir(id), "member/snap")).some((name) => name.endsWith(".snap")));
    }
    for (const id of MEMBERS) cluster.startMember(id);
    await cluster.leader(MEMBERS);
    await cluster.settled(MEMBERS);
    for (const id of MEMBERS) {
      for (let key = 0; key < 40; key++) assert.equal((await get(id, `durable-${key}`)).body, `${80 + key}`);
    }
  });

  it("answers 503 in bounded time in a minority, serves local reads, and goes on once there is a quorum", async () => {
    const alone = await cluster.leader(MEMBERS);
    const [first, second] = MEMBERS.filter((id) => id !== alone) as [number, number];
    await put(alone, "minority", "known");
    await Promise.all([cluster.end(first, "SIGKILL"), cluster.end(second, "SIGKILL")]);
    const started = performance.now();
    const [write, read, added, removed, local] = await Promise.all([
      request(cluster.apiPort(alone), "PUT", "/minority", { body: "late" }),
      get(alone, "minority?consistent=linearizable"),
      // These may still take effect later: they are chosen to be refused then.
      request(cluster.apiPort(alone), "POST", "/1", { body: "http://127.0.0.1:1" }),
      request(cluster.apiPort(alone), "DELETE", "/9"),
      get(alone, "minority"),
    ]);
    const tookMs = performance.now() - started;
    assert.ok(tookMs < BOUND_MS, `the last answer took ${tookMs} ms`);
    assertUnavailable(write, "not committed in time; it may still take effect\n");
    assertUnavailable(read, "no quorum confirmed the read in time\n");
    assertUnavailable(added, "not applied in time; it may still take effect\n");
    assertUnavailable(removed, "not applied in time; it may still take effect\n");
    assert.deepEqual([local.status, local.body], [200, "known"]);
    const status = await cluster.status(alone);
    assert.notEqual(status?.state, "StateLeader", "a leader without a quorum steps down");
    cluster.startMember(first);
    await put(await cluster.leader([alone, first]), "minority", "again");

    // Once more without a quorum: what waits is answered when the member is asked to stop.
    await cluster.end(first, "SIGKILL");
    const waiting = ["PUT", "GET"].map((method) =>
      request(cluster.apiPort(alone), method, "/waiting?consistent=linearizable"),
    );
    // Requests are handled in the order of their arrival: once a later one is answered, those two wait.
    await cluster.wait("the member answers", () => cluster.status(alone));
    const [exit, ...answers] = await Promise.all([cluster.end(alone, "SIGTERM"), ...waiting]);
    assert.deepEqual(exit, { code: 0, signal: null });
    for (const answer of answers) assertUnavailable(answer, "this member is stopping\n");
  });

  async function put(id: number, key: string, value: string): Promise<void> {
    const { status, body } = await request(cluster.apiPort(id), "PUT", `/${key}`, { body: value });
    assert.equal(status, 204, body);
  }

  function get(id: number, target: string): Promise<Reply> {
    return request(cluster.apiPort(id), "GET", `/${target}`);
  }
});

function assertUnavailable({ status, headers, body }: Reply, sentence: string): void {
  assert.deepEqual([status, body, headers["retry-after"]], [503, sentence, "1"]);
}
