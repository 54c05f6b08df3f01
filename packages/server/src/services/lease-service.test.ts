import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bytesFromLatin1 } from "@quorate/base";
import { StatusCode } from "@quorate/grpc";
import {
  decodeLeaseInternalRequest,
  decodeLeaseKeepAliveRequest,
  encodeLeaseInternalResponse,
  encodeLeaseKeepAliveResponse,
  LeaseService as Methods,
  newLeaseKeepAliveResponse,
  newLeaseTimeToLiveResponse,
  newPutRequest,
} from "@quorate/proto";
import { ServiceLab, SingleMember, type SingleMemberOptions } from "../testing/index.ts";
import { QuotaGate } from "./kv-quota.ts";
import { type LeaseAnswer, LeaseKeeper } from "./lease-keeper.ts";
import { LeaseService } from "./lease-service.ts";

const OTHER = 7n;
const NOT_FOUND = 404;
const UNAVAILABLE = StatusCode.Unavailable;

type Lab = { readonly lab: ServiceLab; readonly server: SingleMember; readonly keeper: LeaseKeeper };

async function start(options: SingleMemberOptions = {}): Promise<Lab> {
  const server = new SingleMember(options);
  const keeper = new LeaseKeeper(server);
  const service = new LeaseService(server, new QuotaGate(server), keeper);
  return { server, keeper, lab: await ServiceLab.start(server, (router) => service.register(router)) };
}

function put(server: SingleMember, key: string, lease: bigint): Promise<void> {
  const value = newPutRequest({ key: bytesFromLatin1(key), lease });
  return new Promise((resolve) => server.propose({ kind: "put", value }, () => resolve()));
}

async function keepAlive({ lab }: Lab, ids: readonly bigint[]): Promise<(readonly [bigint, number])[]> {
  const stream = lab.stream(Methods.leaseKeepAlive);
  for (const ID of ids) stream.call.write({ ID });
  stream.call.end();
  assert.equal((await stream.ended).code, StatusCode.OK);
  return stream.messages.map(({ ID, TTL }) => [ID, TTL] as const);
}

describe("server/services/lease-service", () => {
  it("grants the id that is asked for, or draws a positive one", async () => {
    const { lab, server } = await start();
    const asked = await lab.ok(Methods.leaseGrant, { ID: -5n, TTL: 60 });
    assert.deepEqual([asked.ID, asked.TTL, asked.error], [-5n, 60, ""]);
    assert.deepEqual([asked.header?.revision, asked.header?.memberId], [1, server.memberId]);
    const drawn = await lab.ok(Methods.leaseGrant, { ID: 0n, TTL: 0 });
    assert.ok(drawn.ID > 0n && drawn.ID < 1n << 63n);
    assert.equal(drawn.TTL, 2, "raised to the least");
    const exists = `${StatusCode.FailedPrecondition} etcdserver: lease already exists`;
    assert.equal(await lab.failure(Methods.leaseGrant, { ID: -5n, TTL: 60 }), exists);
    const tooLarge = `${StatusCode.OutOfRange} etcdserver: too large lease TTL`;
    assert.equal(await lab.failure(Methods.leaseGrant, { ID: 9n, TTL: 9_000_000_001 }), tooLarge);
    const { leases } = await lab.ok(Methods.leaseLeases, {});
    assert.deepEqual(
      leases.map(({ ID }) => ID),
      [drawn.ID, -5n],
      "the next to expire first",
    );
    await lab.close();
  });

  it("revokes a lease with its keys, once", async () => {
    const { lab, server } = await start();
    await lab.ok(Methods.leaseGrant, { ID: 5n, TTL: 60 });
    await put(server, "a", 5n);
    assert.equal((await lab.ok(Methods.leaseRevoke, { ID: 5n })).header?.revision, 3);
    const unknown = `${StatusCode.NotFound} etcdserver: requested lease not found`;
    assert.equal(await lab.failure(Methods.leaseRevoke, { ID: 5n }), unknown);
    await lab.close();
  });

  it("refuses a grant that does not fit, and raises the alarm", async () => {
    const { lab, server } = await start({ limits: { quotaBytes: 1_000 } });
    const noSpace = `${StatusCode.ResourceExhausted} etcdserver: mvcc: database space exceeded`;
    assert.equal(await lab.failure(Methods.leaseGrant, { ID: 5n, TTL: 60 }), noSpace);
    assert.equal(await lab.failure(Methods.leaseGrant, { ID: 5n, TTL: 60 }), noSpace);
    assert.deepEqual(server.proposed, ["alarm"]);
    await lab.close();
  });

  it("renews in order, tells 0 of what is not there, and ends when the client does", async () => {
    const lab = await start();
    await lab.lab.ok(Methods.leaseGrant, { ID: 5n, TTL: 60 });
    await lab.lab.ok(Methods.leaseGrant, { ID: 6n, TTL: 3 });
    lab.server.advance(30_000);
    const answers = await keepAlive(lab, [5n, 6n, 7n, 5n]);
    assert.deepEqual(answers, [
      [5n, 60],
      [6n, 0],
      [7n, 0],
      [5n, 60],
    ]);
    assert.equal((await lab.lab.ok(Methods.leaseTimeToLive, { ID: 5n, keys: false })).TTL, 60);
    await lab.lab.close();
  });

  it("confirms that it leads before it renews, and again when that is some time ago", async () => {
    const lab = await start();
    const { server } = lab;
    await lab.lab.ok(Methods.leaseGrant, { ID: 5n, TTL: 60 });
    await keepAlive(lab, [5n, 5n, 5n]);
    assert.equal(server.confirmedReads, 1);
    server.advance(250);
    await keepAlive(lab, [5n]);
    assert.equal(server.confirmedReads, 2);
    server.raft.term++;
    await keepAlive(lab, [5n]);
    assert.equal(server.confirmedReads, 3);
    server.advance(1_000);
    server.failure = "Timeout";
    const stream = lab.lab.stream(Methods.leaseKeepAlive);
    stream.call.write({ ID: 5n });
    assert.deepEqual(await stream.ended, { code: StatusCode.Unknown, message: "not a primary lessor" });
    await lab.lab.close();
  });

  it("tells what is left, with keys where they are asked for", async () => {
    const { lab, server } = await start();
    await lab.ok(Methods.leaseGrant, { ID: 5n, TTL: 60 });
    await put(server, "b", 5n);
    await put(server, "a", 5n);
    server.advance(10_500);
    const left = await lab.ok(Methods.leaseTimeToLive, { ID: 5n, keys: true });
    assert.deepEqual([left.ID, left.TTL, left.grantedTTL, left.header?.revision], [5n, 49, 60, 3]);
    assert.deepEqual(left.keys.map(String), ["97", "98"]);
    assert.deepEqual((await lab.ok(Methods.leaseTimeToLive, { ID: 5n, keys: false })).keys, []);
    const none = await lab.ok(Methods.leaseTimeToLive, { ID: 6n, keys: true });
    assert.deepEqual([none.ID, none.TTL, none.grantedTTL], [6n, -1, 0]);
    await lab.close();
  });

  it("asks the leader for what only the leader knows, again where no answer comes", async () => {
    const lab = await start();
    const { server } = lab;
    let asked = 0;
    server.leaderAnswers = (path, body) => {
      if (++asked === 1) return undefined;
      if (asked === 2) return { status: 408, body: new Uint8Array(0) };
      if (asked === 3) return { status: 200, body: Uint8Array.of(255) };
      if (path === "/leases/internal") {
        const { ID = 0n, keys } = decodeLeaseInternalRequest(body).leaseTimeToLiveRequest ?? {};
        const response = newLeaseTimeToLiveResponse({ ID, TTL: 9, grantedTTL: keys === true ? 20 : 10 });
        return { status: 200, body: encodeLeaseInternalResponse({ leaseTimeToLiveResponse: response }) };
      }
      const { ID } = decodeLeaseKeepAliveRequest(body);
      if (ID !== 5n) return { status: NOT_FOUND, body: new Uint8Array(0) };
      return { status: 200, body: encodeLeaseKeepAliveResponse(newLeaseKeepAliveResponse({ ID, TTL: 33 })) };
    };
    server.follow(OTHER);
    const answers = await keepAlive(lab, [5n, 6n]);
    assert.deepEqual(answers, [
      [5n, 33],
      [6n, 0],
    ]);
    assert.equal(asked, 5);
    const left = await lab.lab.ok(Methods.leaseTimeToLive, { ID: 5n, keys: true });
    assert.deepEqual([left.TTL, left.grantedTTL, left.header?.memberId], [9, 20, server.memberId]);
    await lab.lab.close();
  });

  it("gives up where nobody leads for the time of a request", async () => {
    const { lab, server } = await start();
    server.follow(0n);
    const stream = lab.stream(Methods.leaseKeepAlive);
    stream.call.write({ ID: 5n });
    const unary = lab.call(Methods.leaseTimeToLive, { ID: 5n, keys: false });
    const time = setInterval(() => server.advance(4_000), 1);
    assert.deepEqual(await stream.ended, { code: UNAVAILABLE, message: "etcdserver: no leader" });
    assert.deepEqual((await unary).status, { code: UNAVAILABLE, message: "etcdserver: no leader" });
    clearInterval(time);
    await lab.close();
  });

  it("writes to the log that the whole time is back where a checkpoint says less", async () => {
    const lab = await start();
    const { server } = lab;
    await lab.lab.ok(Methods.leaseGrant, { ID: 5n, TTL: 600 });
    server.machine.parts.lessor.checkpoint({ ID: 5n, remainingTTL: 100 }, false);
    assert.deepEqual(await keepAlive(lab, [5n, 5n]), [
      [5n, 600],
      [5n, 600],
    ]);
    assert.deepEqual(server.proposed, ["leaseGrant", "leaseCheckpoint"]);
    await lab.lab.close();
  });

  it("tells other members' requests why there is no answer", async () => {
    const { lab, server, keeper } = await start();
    const renew = (id: bigint): Promise<LeaseAnswer<number>> => new Promise((done) => keeper.renew(id, done));
    assert.deepEqual(await renew(5n), { kind: "failed", code: "LeaseNotFound" });
    server.failure = "TimeoutWaitAppliedIndex";
    assert.deepEqual(await renew(5n), { kind: "failed", code: "TimeoutWaitAppliedIndex" });
    server.follow(OTHER);
    assert.deepEqual(await renew(5n), { kind: "failed", code: "NotPrimary" });
    await lab.close();
  });
});
