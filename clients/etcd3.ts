/** The part "etcd3": npm's etcd3, a client for Node with recipes of its own, as a judge. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { Etcd3, EtcdLeaseInvalidError, EtcdLockFailedError, type IKeyValue } from "etcd3";
import { type Checks, judgeChecks } from "./checks.ts";
import type { Judgement, Part } from "./part.ts";

const CONCURRENT = 200;
const LARGE_BYTES = 1_000_000;
const TOO_LARGE_BYTES = 1_600_000;

export function judgeEtcd3(part: Part): Promise<Judgement> {
  const open = ({ endpoints }: { endpoints: string }): Etcd3 => new Etcd3({ hosts: endpoints.split(",") });
  return judgeChecks(part, {
    checks: { ...KV, ...WATCH, ...LEASE, ...RECIPES },
    open,
    close: (client) => client.close(),
  });
}

/** Code and text of the error that `promise` ends with. */
async function errorOf(promise: PromiseLike<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    assert(error instanceof Error);
    return `${error.constructor.name}: ${error.message}`;
  }
  throw new assert.AssertionError({ message: "there was no error" });
}

const KV: Checks<Etcd3> = {
  "a value comes back in every form": async (client) => {
    assert.equal(await client.get("kv/none"), null);
    assert.equal(await client.get("kv/none").exists(), false);
    await client.put("kv/a").value("1");
    assert.equal(await client.get("kv/a").string(), "1");
    assert.equal(await client.get("kv/a").number(), 1);
    await client.put("kv/json").value('{"a":[1,2]}');
    assert.deepEqual(await client.get("kv/json").json(), { a: [1, 2] });
    const bytes = Buffer.from([0, 255, 128, 10]);
    await client.put("kv/bytes").value(bytes);
    assert.deepEqual(await client.get("kv/bytes").buffer(), bytes);
    await client.put("kv/empty").value("");
    assert.equal(await client.get("kv/empty").exists(), true);
    const { kvs, count, more } = await client.get("kv/a").exec();
    return { kvs: kvs.map(shape), count, more };
  },
  "a prefix is read sorted, limited and counted": async (client) => {
    for (const [i, key] of ["x", "y", "z"].entries()) await client.put(`many/${key}`).value(String(9 - i));
    const all = client.getAll().prefix("many/");
    assert.deepEqual(await all.strings(), { "many/x": "9", "many/y": "8", "many/z": "7" });
    assert.deepEqual(await client.getAll().prefix("many/").sort("Value", "Ascend").limit(2).keys(), [
      "many/z",
      "many/y",
    ]);
    assert.equal(await client.getAll().prefix("many/").count(), 3);
    const { kvs, more, count } = await client.getAll().prefix("many/").limit(1).exec();
    return { kvs: kvs.map(shape), more, count };
  },
  "a put tells what was there, and touches": async (client) => {
    await client.put("prev/a").value("1");
    const previous = await client.put("prev/a").value("2").getPrevious();
    assert.equal(previous.value.toString(), "1");
    await client.put("prev/a").touch();
    const { kvs } = await client.get("prev/a").exec();
    assert.equal(kvs[0]?.value.toString(), "2");
    return shape(kvs[0]!);
  },
  "keys are deleted one by one, by range and by prefix": async (client) => {
    for (const key of ["a", "b", "c", "d"]) await client.put(`del/${key}`).value(key);
    const { deleted } = await client.delete().key("del/a");
    const gone = await client
      .delete()
      .range(client.range({ start: "del/b", end: "del/d" }))
      .getPrevious();
    const { deleted: rest } = await client.delete().prefix("del/");
    const { deleted: none } = await client.delete().prefix("del/");
    return { deleted, gone: gone.map(shape), rest, none };
  },
  "history is read until it is compacted": async (client) => {
    const first = await client.put("history").value("1");
    const second = await client.put("history").value("2");
    assert.equal(await client.get("history").revision(first.header.revision).string(), "1");
    await client.kv.compact({ revision: second.header.revision, physical: true });
    const compacted = await errorOf(client.get("history").revision(first.header.revision).string());
    const future = await errorOf(client.get("history").revision(10_000_000).string());
    return { compacted, future };
  },
  "a transaction takes the branch that its comparisons choose": async (client) => {
    await client.put("txn/a").value("1");
    const yes = await client
      .if("txn/a", "Value", "==", "1")
      .and("txn/none", "Create", "==", 0)
      .then(client.put("txn/b").value("yes"), client.get("txn/a"))
      .else(client.put("txn/b").value("no"))
      .commit();
    const no = await client
      .if("txn/a", "Version", ">", 5)
      .then(client.delete().key("txn/a"))
      .else(client.get("txn/b"))
      .commit();
    assert.equal(await client.get("txn/b").string(), "yes");
    return { yes: [yes.succeeded, yes.responses.length], no: [no.succeeded, no.responses.length] };
  },
  "many puts at once all count": async (client) => {
    await Promise.all(Array.from({ length: CONCURRENT }, (_, i) => client.put(`at-once/${i}`).value(i)));
    assert.equal(await client.getAll().prefix("at-once/").count(), CONCURRENT);
  },
  "large values pass, too large ones are refused": async (client) => {
    await client.put("large").value("x".repeat(LARGE_BYTES));
    assert.equal((await client.get("large").string())?.length, LARGE_BYTES);
    return errorOf(client.put("large").value("x".repeat(TOO_LARGE_BYTES)).exec());
  },
  "a namespace is a prefix": async (client) => {
    const space = client.namespace("space/");
    await space.put("a").value("1");
    assert.equal(await client.get("space/a").string(), "1");
    assert.deepEqual(await space.getAll().keys(), ["a"]);
  },
  "the member tells its status and its cluster": async (client) => {
    const { version, leader, header } = await client.maintenance.status();
    const { members } = await client.cluster.memberList({});
    assert.equal(leader, header.member_id);
    return { version, members: members.map(({ name }) => name) };
  },
};

const WATCH: Checks<Etcd3> = {
  "a watcher sees puts and deletions with what was there": async (client) => {
    const watcher = await client.watch().prefix("watch/").withPreviousKV().create();
    const seen: unknown[] = [];
    watcher.on("put", (kv, previous) => seen.push(["put", shape(kv), previous?.value.toString()]));
    watcher.on("delete", (kv, previous) => seen.push(["delete", kv.key.toString(), previous?.value.toString()]));
    await client.put("watch/a").value("1");
    await client.put("watch/a").value("2");
    await client.delete().key("watch/a");
    await client.put("watch/end").value("");
    while (seen.length < 4) await once(watcher, "data");
    await watcher.cancel();
    return seen;
  },
  "a watcher begins in the past": async (client) => {
    const { header } = await client.put("past").value("1");
    await client.put("past").value("2");
    const watcher = client.watch().key("past").startRevision(header.revision).watcher();
    const seen: string[] = [];
    watcher.on("put", ({ value }) => seen.push(value.toString()));
    while (seen.length < 2) await once(watcher, "data");
    await watcher.cancel();
    assert.deepEqual(seen, ["1", "2"]);
  },
  "a watcher of deletions sees no puts": async (client) => {
    const watcher = await client.watch().key("filter").only("delete").create();
    const deleted = once(watcher, "delete");
    watcher.on("put", () => assert.fail("a put came"));
    await client.put("filter").value("1");
    await client.delete().key("filter");
    await deleted;
    await watcher.cancel();
  },
};

const LEASE: Checks<Etcd3> = {
  "a lease keeps its keys, and takes them along": async (client) => {
    const lease = client.lease(60);
    await lease.put("lease/a").value("1");
    const { TTL } = await lease.keepaliveOnce();
    const id = await lease.grant();
    const left = await client.leaseClient.leaseTimeToLive({ ID: id, keys: true });
    await lease.revoke();
    assert.equal(await client.get("lease/a"), null);
    return { TTL, granted: left.grantedTTL, keys: left.keys.map(String) };
  },
  "a lease is kept alive by itself": async (client) => {
    const lease = client.lease(2);
    const [answer] = (await once(lease, "keepaliveSucceeded")) as [{ TTL: string }];
    const [again] = (await once(lease, "keepaliveSucceeded")) as [{ TTL: string }];
    await lease.revoke();
    return [answer.TTL, again.TTL];
  },
  "a lease that is revoked elsewhere is lost": async (client) => {
    const lease = client.lease(2);
    const id = await lease.grant();
    const lost = once(lease, "lost");
    await client.leaseClient.leaseRevoke({ ID: id });
    const [error] = (await lost) as [Error];
    assert(error instanceof EtcdLeaseInvalidError);
  },
  "a key of a lease that nobody keeps goes": async (client) => {
    const watcher = await client.watch().key("lease/short").create();
    const deleted = once(watcher, "delete");
    await client.lease(1, { autoKeepAlive: false }).put("lease/short").value("1");
    await deleted;
    await watcher.cancel();
    assert.equal(await client.get("lease/short"), null);
  },
  "a lease that there is not is an error": (client) =>
    errorOf(client.put("lease/none").value("1").lease("1234").exec()),
};

const RECIPES: Checks<Etcd3> = {
  "a lock is held by one at a time": async (client) => {
    const lock = client.lock("lock/a").ttl(10);
    await lock.acquire();
    await assert.rejects(async () => client.lock("lock/a").acquire(), EtcdLockFailedError);
    await lock.release();
    await client.lock("lock/a").do(async () => assert(await client.get("lock/a").exists()));
    assert.equal(await client.get("lock/a").exists(), false);
  },
  "software transactions lose no update": async (client) => {
    const add = (): Promise<unknown> =>
      client
        .stm({ retries: 100 })
        .transact(async (tx) => tx.put("stm").value(1 + ((await tx.get("stm").number()) ?? 0)));
    await Promise.all(Array.from({ length: 10 }, add));
    assert.equal(await client.get("stm").number(), 10);
  },
  "an election has one leader after the other": async (client) => {
    const election = client.election("election", 5);
    const first = election.campaign("first");
    await once(first, "elected");
    assert.equal(await election.leader(), "first");
    const second = election.campaign("second");
    const elected = once(second, "elected");
    await first.resign();
    await elected;
    assert.equal(await election.leader(), "second");
    await second.resign();
  },
};

function shape({ key, value, version, lease, create_revision: created, mod_revision: modified }: IKeyValue): unknown {
  return { key: key.toString(), value: value.toString(), version, lease, created, modified };
}
