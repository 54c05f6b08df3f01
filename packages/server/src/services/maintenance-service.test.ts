import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { afterEach, describe, it } from "node:test";
import { bytesFromLatin1, concatBytes } from "@quorate/base";
import { StatusCode } from "@quorate/grpc";
import {
  AlarmAction,
  AlarmType,
  DowngradeAction,
  MaintenanceService as Methods,
  newAlarmRequest,
  newCompactionRequest,
  newPutRequest,
  type SnapshotResponse,
} from "@quorate/proto";
import { ServiceLab } from "../testing/service-lab.ts";
import { SingleMember, type SingleMemberOptions } from "../testing/single-member.ts";
import type { ImageExport } from "./etcd-server.ts";
import { hashKv } from "./maintenance-hash.ts";
import { MaintenanceService } from "./maintenance-service.ts";
import { newSha256 } from "./node-digests.ts";

const OTHER = 7n;
const MEGABYTE = 1024 * 1024;

class ImageMember extends SingleMember {
  image: Uint8Array = new Uint8Array(0);
  chunkBytes = 100_000;
  chunksRead = 0;
  isGivenUp = false;

  override exportImage(): Promise<ImageExport> {
    return Promise.resolve({ byteLength: this.image.length, chunks: this.#chunks() });
  }

  async *#chunks(): AsyncIterable<Uint8Array> {
    try {
      for (let at = 0; at < this.image.length; at += this.chunkBytes) {
        this.chunksRead++;
        yield await Promise.resolve(this.image.subarray(at, at + this.chunkBytes));
      }
    } finally {
      this.isGivenUp = true;
    }
  }
}

type Lab = { readonly lab: ServiceLab; readonly server: ImageMember };
type StartOptions = SingleMemberOptions & {
  readonly version?: string;
  readonly health?: { readonly setServing: (isServing: boolean) => void };
};

const open: ServiceLab[] = [];

async function start(options: StartOptions = {}): Promise<Lab> {
  const server = new ImageMember(options);
  if (options.version !== undefined) Object.defineProperty(server, "version", { value: options.version });
  const service = new MaintenanceService(server, { newSha256, health: options.health });
  const lab = await ServiceLab.start(server, (router) => service.register(router));
  open.push(lab);
  return { server, lab };
}

function put(server: SingleMember, key: string): Promise<void> {
  const value = newPutRequest({ key: bytesFromLatin1(key) });
  return new Promise((resolve) => server.propose({ kind: "put", value }, () => resolve()));
}

function setVersion(server: SingleMember, ver: string): Promise<void> {
  return new Promise((resolve) => server.propose({ kind: "clusterVersionSet", value: { ver } }, () => resolve()));
}

const { InvalidArgument, FailedPrecondition, OutOfRange, Unknown, Unavailable } = StatusCode;

describe("server/services/maintenance-service", () => {
  afterEach(async () => {
    for (const lab of open.splice(0)) await lab.close();
  });

  it("raises alarms once, lists them, and lifts exactly the one that is named", async () => {
    const { lab } = await start();
    const ask = async (action: AlarmAction, memberID: bigint, alarm: AlarmType): Promise<unknown[]> => {
      const { alarms } = await lab.ok(Methods.alarm, newAlarmRequest({ action, memberID, alarm }));
      return alarms.map((one) => [one.memberID, one.alarm]);
    };
    const { GET, ACTIVATE, DEACTIVATE } = AlarmAction;
    const { NONE, NOSPACE, CORRUPT } = AlarmType;
    assert.deepEqual(await ask(ACTIVATE, 1n, NOSPACE), [[1n, NOSPACE]]);
    assert.deepEqual(await ask(ACTIVATE, 1n, NOSPACE), [[1n, NOSPACE]]);
    assert.deepEqual(await ask(ACTIVATE, 2n, CORRUPT), [[2n, CORRUPT]]);
    assert.deepEqual(await ask(ACTIVATE, 2n, NONE), []);
    assert.deepEqual(await ask(GET, 0n, NONE), [
      [1n, NOSPACE],
      [2n, CORRUPT],
    ]);
    assert.deepEqual(await ask(GET, 0n, CORRUPT), [[2n, CORRUPT]]);
    assert.deepEqual(await ask(DEACTIVATE, 0n, NONE), []);
    assert.deepEqual(await ask(DEACTIVATE, 1n, NOSPACE), [[1n, NOSPACE]]);
    assert.deepEqual(await ask(GET, 0n, NONE), [[2n, CORRUPT]]);
    assert.deepEqual(await ask(9 as AlarmAction, 0n, NONE), []);
  });

  it("tells its status without asking anybody, with the sentences of what is wrong", async () => {
    const { lab, server } = await start();
    await put(server, "a");
    await lab.ok(Methods.alarm, { action: AlarmAction.ACTIVATE, memberID: 3n, alarm: AlarmType.NOSPACE });
    server.follow(0n);
    server.failure = "NoLeader";
    const status = await lab.ok(Methods.status, {});
    assert.deepEqual(status, {
      header: { clusterId: server.clusterId, memberId: server.memberId, revision: 2, raftTerm: 2 },
      version: "3.5.30",
      dbSize: 20_480,
      leader: 0n,
      raftIndex: server.raft.commitIndex,
      raftTerm: 2,
      raftAppliedIndex: server.raft.appliedIndex,
      errors: ["etcdserver: no leader", "memberID:3 alarm:NOSPACE "],
      dbSizeInUse: 16_384,
      isLearner: false,
      storageVersion: "",
      dbSizeQuota: 0,
      downgradeInfo: undefined,
    });
  });

  it("tells more where it claims to be newer", async () => {
    const { lab, server } = await start({ version: "3.6.14", limits: { quotaBytes: 1_000 } });
    await setVersion(server, "3.6.0");
    const status = await lab.ok(Methods.status, {});
    assert.deepEqual([status.storageVersion, status.dbSizeQuota], ["3.6.0", 1_000]);
    assert.deepEqual(status.downgradeInfo, { enabled: false, targetVersion: "" });
    assert.equal((await lab.ok(Methods.hashKV, { revision: 0 })).hashRevision, 1);
  });

  it("serves status and snapshots as a learner, and nothing else", async () => {
    const { lab, server } = await start({ isLearner: true });
    server.image = new Uint8Array(10);
    assert.equal((await lab.ok(Methods.status, {})).isLearner, true);
    const stream = lab.stream(Methods.snapshot);
    stream.call.send({});
    assert.equal((await stream.ended).code, StatusCode.OK);
    const refused = `${Unavailable} etcdserver: rpc not supported for learner`;
    assert.equal(await lab.failure(Methods.hash, {}), refused);
  });

  it("hashes the whole and the keys, at any revision that is there", async () => {
    const { lab, server } = await start();
    assert.equal((await lab.ok(Methods.hash, {})).hash, 1);
    const fresh = await lab.ok(Methods.hashKV, { revision: 0 });
    assert.deepEqual([fresh.compactRevision, fresh.hashRevision, fresh.header?.revision], [-1, 0, 1]);
    for (let i = 0; i < 2_000; i++) await put(server, `k${i % 10}`);
    const { store } = server.machine.parts;
    const now = await lab.ok(Methods.hashKV, { revision: 0 });
    assert.equal(now.hash, store.hashKv(0).finish().hash);
    const then = await lab.ok(Methods.hashKV, { revision: 900 });
    assert.equal(then.hash, store.hashKv(900).finish().hash);
    assert.equal(then.header?.revision, 2_001);
    const value = newCompactionRequest({ revision: 1_000 });
    await new Promise<void>((resolve) => server.propose({ kind: "compaction", value }, () => resolve()));
    const future = `${OutOfRange} etcdserver: mvcc: required revision is a future revision`;
    const compacted = `${OutOfRange} etcdserver: mvcc: required revision has been compacted`;
    assert.equal(await lab.failure(Methods.hashKV, { revision: 2_002 }), future);
    assert.equal(await lab.failure(Methods.hashKV, { revision: 999 }), compacted);
    assert.deepEqual(await hashKv(server, 999), { kind: "failed", code: "Compacted" });
    assert.equal((await lab.ok(Methods.hashKV, { revision: 1_500 })).compactRevision, 1_000);
  });

  it("sends an image in pieces with what remains, and its sum behind it", async () => {
    const { lab, server } = await start();
    server.image = new Uint8Array(300_000).map((_, i) => i * 7);
    const stream = lab.stream(Methods.snapshot);
    stream.call.send({});
    assert.equal((await stream.ended).code, StatusCode.OK);
    const pieces: readonly SnapshotResponse[] = stream.messages.slice(0, -1);
    const last = stream.messages.at(-1)!;
    assert.deepEqual(concatBytes(pieces.map(({ blob }) => blob)), server.image);
    assert.deepEqual(last.blob, new Uint8Array(createHash("sha256").update(server.image).digest()));
    assert.deepEqual([last.remainingBytes, last.version, last.header], [0, "", undefined]);
    let left = server.image.length;
    for (const { blob, remainingBytes } of pieces) {
      left -= blob.length;
      assert.ok(blob.length <= 32 * 1024);
      assert.equal(remainingBytes, left);
    }
  });

  it("reads no more of an image than its client takes, and gives it up when the client goes", async () => {
    const { lab, server } = await start();
    server.image = new Uint8Array(32 * MEGABYTE);
    server.chunkBytes = MEGABYTE;
    const stream = lab.stream(Methods.snapshot);
    stream.call.pause();
    stream.call.send({});
    // Other calls on the connection go on meanwhile.
    for (let i = 0; i < 20; i++) await lab.ok(Methods.status, {});
    assert.ok(server.chunksRead > 0 && server.chunksRead < 10, `${server.chunksRead} chunks`);
    stream.call.cancel();
    await stream.ended;
    for (let i = 0; i < 5 && !server.isGivenUp; i++) await lab.ok(Methods.status, {});
    assert.equal(server.isGivenUp, true);
  });

  it("moves leadership to a voter, and only when it leads", async () => {
    const { lab, server } = await start();
    const bad = `${FailedPrecondition} etcdserver: bad leader transferee`;
    assert.equal(await lab.failure(Methods.moveLeader, { targetID: OTHER }), bad);
    server.join(9n, true);
    assert.equal(await lab.failure(Methods.moveLeader, { targetID: 9n }), bad);
    server.join(OTHER, false);
    assert.deepEqual(await lab.ok(Methods.moveLeader, { targetID: server.memberId }), { header: undefined });
    server.failure = "TimeoutLeaderTransfer";
    const timeout = `${Unknown} etcdserver: request timed out, leader transfer took too long`;
    assert.equal(await lab.failure(Methods.moveLeader, { targetID: OTHER }), timeout);
    server.failure = undefined;
    assert.deepEqual(await lab.ok(Methods.moveLeader, { targetID: OTHER }), { header: undefined });
    const notLeader = `${FailedPrecondition} etcdserver: not leader`;
    assert.equal(await lab.failure(Methods.moveLeader, { targetID: server.memberId }), notLeader);
  });

  it("defragments, and answers without a header", async () => {
    const { lab } = await start();
    assert.deepEqual(await lab.ok(Methods.defragment, {}), { header: undefined });
  });

  it("says where that is asked for that it does not serve while it defragments, even where that fails", async () => {
    const said: string[] = [];
    const health = { setServing: (isServing: boolean): void => void said.push(isServing ? "serving" : "not serving") };
    const { lab, server } = await start({ health });
    const work = async (): Promise<void> => void said.push("defragments");
    Object.defineProperty(server, "defragment", { value: work, configurable: true });
    await lab.ok(Methods.defragment, {});
    assert.deepEqual(said.splice(0), ["not serving", "defragments", "serving"]);
    Object.defineProperty(server, "defragment", { value: () => Promise.reject(new Error("no room")) });
    assert.equal(await lab.failure(Methods.defragment, {}), `${Unknown} no room`);
    assert.deepEqual(said, ["not serving", "serving"]);
  });

  it("judges downgrades as 3.5 does, and begins none there", async () => {
    const { lab, server } = await start();
    const { VALIDATE, ENABLE, CANCEL } = DowngradeAction;
    const ask = (action: DowngradeAction, version: string): Promise<string> =>
      lab.failure(Methods.downgrade, { action, version });
    const unavailable = `${FailedPrecondition} etcdserver: cluster version not found during downgrade`;
    assert.equal(await ask(VALIDATE, "3.4"), unavailable);
    await setVersion(server, "3.5.0");
    const wrong = `${InvalidArgument} etcdserver: wrong downgrade target version format`;
    for (const text of ["", "3", "x.y", "3.4.0.1", "v3.4.0"]) assert.equal(await ask(VALIDATE, text), wrong, text);
    const invalid = `${InvalidArgument} etcdserver: invalid downgrade target version`;
    for (const text of ["3.5", "3.3.0", "3.6.1"]) assert.equal(await ask(ENABLE, text), invalid, text);
    const { version, header } = await lab.ok(Methods.downgrade, { action: VALIDATE, version: "3.4.7" });
    assert.deepEqual([version, header?.revision], ["3.5.0", 1]);
    assert.equal(await ask(ENABLE, "3.4"), invalid);
    assert.equal(await ask(CANCEL, ""), `${FailedPrecondition} etcdserver: no inflight downgrade job`);
    assert.equal(await ask(7 as DowngradeAction, "3.4"), `${Unknown} etcdserver: unknown method`);
    assert.ok(!server.proposed.includes("downgradeInfoSet"));
    server.failure = "Timeout";
    assert.equal(await ask(VALIDATE, "3.4"), `${Unavailable} etcdserver: request timed out`);
  });

  it("begins and cancels a downgrade from 3.6 on", async () => {
    const { lab, server } = await start({ version: "3.6.14" });
    await setVersion(server, "3.6.0");
    const { VALIDATE, ENABLE, CANCEL } = DowngradeAction;
    assert.equal((await lab.ok(Methods.downgrade, { action: ENABLE, version: "3.5" })).version, "3.6.0");
    assert.equal(server.machine.parts.cluster.downgradeTo, "3.5.0");
    const inProcess = `${FailedPrecondition} etcdserver: cluster has a downgrade job in progress`;
    assert.equal(await lab.failure(Methods.downgrade, { action: VALIDATE, version: "3.5" }), inProcess);
    assert.deepEqual((await lab.ok(Methods.status, {})).downgradeInfo, { enabled: true, targetVersion: "3.5.0" });
    await lab.ok(Methods.downgrade, { action: CANCEL, version: "" });
    assert.equal(server.machine.parts.cluster.downgradeTo, undefined);
    await lab.ok(Methods.downgrade, { action: CANCEL, version: "" });
  });
});
