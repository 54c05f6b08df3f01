import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { EMPTY_BYTES } from "@quorate/base";
import { StatusCode } from "@quorate/grpc";
import { addedMemberId } from "@quorate/machine";
import {
  encodeUtf8,
  ClusterService as Methods,
  newMemberAddRequest,
  newMemberPromoteRequest,
  newMemberUpdateRequest,
} from "@quorate/proto";
import { ServiceLab } from "../testing/service-lab.ts";
import { SingleMember, type SingleMemberOptions } from "../testing/single-member.ts";
import { ClusterService } from "./cluster-service.ts";
import type { PeerAnswer } from "./etcd-server.ts";
import { sha1 } from "./node-digests.ts";

const SECONDS = 1_790_000_000;
const OTHER = 7n;
const THIRD = 8n;

/** A member whose connections are in the test's hand. */
class ConnectedMember extends SingleMember {
  readonly since = new Map<bigint, number>();
  progress: { match: number; leaderMatch: number } | undefined = undefined;

  override activeSince(id: bigint): number | undefined {
    return this.since.get(id);
  }

  override learnerProgress(id: bigint): { readonly match: number; readonly leaderMatch: number } | undefined {
    return this.progress ?? super.learnerProgress(id);
  }
}

type Lab = { readonly lab: ServiceLab; readonly server: ConnectedMember };

const open: ServiceLab[] = [];

async function start(options: SingleMemberOptions = {}): Promise<Lab> {
  const server = new ConnectedMember(options);
  const service = new ClusterService(server, { sha1, unixSeconds: () => SECONDS });
  const lab = await ServiceLab.start(server, (router) => service.register(router));
  open.push(lab);
  return { server, lab };
}

const add = (...peerURLs: string[]) => newMemberAddRequest({ peerURLs });
const addLearner = (...peerURLs: string[]) => newMemberAddRequest({ peerURLs, isLearner: true });
const answer = (status: number, text: string): PeerAnswer => ({ status, body: encodeUtf8(text) });

const { InvalidArgument, FailedPrecondition, NotFound, Unavailable, Unknown } = StatusCode;
const UNHEALTHY = `${Unavailable} etcdserver: unhealthy cluster`;
const NOT_STARTED = `${Unknown} etcdserver: re-configuration failed due to not enough started members`;
const NO_MEMBER = `${NotFound} etcdserver: member not found`;

describe("server/services/cluster-service", () => {
  afterEach(async () => {
    for (const lab of open.splice(0)) await lab.close();
  });

  it("adds a member under the id that etcd would give it, and lists it without a name", async () => {
    const { lab, server } = await start();
    const response = await lab.ok(Methods.memberAdd, add(" http://b:1 ", "http://a:1"));
    const id = addedMemberId(["http://a:1", "http://b:1"], SECONDS, sha1);
    const member = { ID: id, name: "", peerURLs: ["http://a:1", "http://b:1"], clientURLs: [], isLearner: false };
    assert.deepEqual(response.member, member);
    assert.deepEqual(response.header, {
      clusterId: server.clusterId,
      memberId: server.memberId,
      revision: 0,
      raftTerm: 2,
    });
    const ids = response.members.map(({ ID }) => ID);
    assert.deepEqual(
      ids,
      [id, server.memberId].sort((a, b) => (a < b ? -1 : 1)),
    );
    assert.deepEqual((await lab.ok(Methods.memberList, { linearizable: false })).members, response.members);
  });

  it("refuses URLs that are none, that are taken, and learners beyond one", async () => {
    const { lab } = await start();
    const bad = `${InvalidArgument} etcdserver: given member URLs are invalid`;
    assert.equal(await lab.failure(Methods.memberAdd, add()), bad);
    assert.equal(await lab.failure(Methods.memberAdd, add("ftp://a:1")), bad);
    assert.equal(await lab.failure(Methods.memberAdd, add("http://a:1/path")), bad);
    const added = await lab.ok(Methods.memberAdd, addLearner("http://a:1"));
    assert.equal(added.member?.isLearner, true);
    const exists = `${FailedPrecondition} etcdserver: Peer URLs already exists`;
    assert.equal(await lab.failure(Methods.memberAdd, addLearner("http://a:1", "http://b:1")), exists);
    const tooMany = `${FailedPrecondition} etcdserver: too many learner members in cluster`;
    assert.equal(await lab.failure(Methods.memberAdd, addLearner("http://c:1")), tooMany);
  });

  it("adds a member only where a quorum that counts it has been connected for five seconds, unless told not to look", async () => {
    const { lab, server } = await start();
    for (const id of [OTHER, THIRD, 13n]) server.join(id, false);
    server.advance(6_000);
    server.since.set(OTHER, 0);
    // Two of four are there: of five, three must be.
    assert.equal(await lab.failure(Methods.memberAdd, add("http://a:1")), UNHEALTHY);
    server.since.set(THIRD, 1_001);
    assert.equal(await lab.failure(Methods.memberAdd, add("http://a:1")), UNHEALTHY);
    assert.equal(await lab.failure(Methods.memberAdd, addLearner("http://a:1")), UNHEALTHY);
    server.since.set(THIRD, 1_000);
    await lab.ok(Methods.memberAdd, addLearner("http://a:1"));
    await lab.ok(Methods.memberAdd, add("http://b:1"));
    const lax = await start({ limits: { strictReconfigCheck: false } });
    lax.server.join(OTHER, false);
    await lax.lab.ok(Methods.memberAdd, add("http://a:1"));
    await lax.lab.ok(Methods.memberAdd, add("http://b:1"));
  });

  it("adds no voter while too few of those that are there have started, and lets a cluster of one grow", async () => {
    const { lab } = await start();
    const { member } = await lab.ok(Methods.memberAdd, add("http://a:1"));
    assert.equal(await lab.failure(Methods.memberAdd, add("http://b:1")), NOT_STARTED);
    await lab.ok(Methods.memberRemove, { ID: member!.ID });
  });

  it("removes a voter that is there only where the others have been connected for five seconds", async () => {
    const { lab, server } = await start();
    server.join(OTHER, false);
    server.join(THIRD, false);
    server.advance(6_000);
    server.since.set(OTHER, 1_000);
    server.since.set(THIRD, 1_001);
    assert.equal(await lab.failure(Methods.memberRemove, { ID: THIRD }), UNHEALTHY);
    server.since.set(THIRD, 1_000);
    await lab.ok(Methods.memberRemove, { ID: THIRD });
  });

  it("removes who is not needed: learners and the lost always, others while a quorum is left", async () => {
    const { lab, server } = await start();
    server.join(OTHER, false);
    server.join(THIRD, false);
    assert.equal(await lab.failure(Methods.memberRemove, { ID: 99n }), NO_MEMBER);
    server.since.set(OTHER, 0);
    server.advance(6_000);
    // Two of three are there: without either of them one would be left.
    assert.equal(await lab.failure(Methods.memberRemove, { ID: OTHER }), UNHEALTHY);
    assert.equal(await lab.failure(Methods.memberRemove, { ID: server.memberId }), UNHEALTHY);
    const { members } = await lab.ok(Methods.memberRemove, { ID: THIRD });
    assert.equal(members.length, 2);
    assert.equal(await lab.failure(Methods.memberRemove, { ID: THIRD }), NO_MEMBER);
    server.join(11n, true);
    await lab.ok(Methods.memberRemove, { ID: 11n });
  });

  it("takes any URLs for an update, but for those of another", async () => {
    const { lab, server } = await start();
    server.join(OTHER, false);
    const request = newMemberUpdateRequest({ ID: OTHER, peerURLs: ["nonsense", "http://a:1"] });
    const { members } = await lab.ok(Methods.memberUpdate, request);
    assert.deepEqual(members.find(({ ID }) => ID === OTHER)?.peerURLs, ["nonsense", "http://a:1"]);
    assert.equal(await lab.failure(Methods.memberUpdate, { ID: 99n, peerURLs: [] }), NO_MEMBER);
    const taken = { ID: server.memberId, peerURLs: ["nonsense"] };
    const exists = `${FailedPrecondition} etcdserver: Peer URLs already exists`;
    assert.equal(await lab.failure(Methods.memberUpdate, taken), exists);
  });

  it("promotes a learner that has nine tenths of the leader's log", async () => {
    const { lab, server } = await start();
    server.join(OTHER, true);
    server.progress = { match: 89, leaderMatch: 100 };
    const request = newMemberPromoteRequest({ ID: OTHER });
    const notReady = "etcdserver: can only promote a learner member which is in sync with leader";
    assert.equal(await lab.failure(Methods.memberPromote, request), `${FailedPrecondition} ${notReady}`);
    server.progress = { match: 90, leaderMatch: 100 };
    const { members } = await lab.ok(Methods.memberPromote, request);
    assert.equal(members.find(({ ID }) => ID === OTHER)?.isLearner, false);
    const notLearner = `${FailedPrecondition} etcdserver: can only promote a learner member`;
    assert.equal(await lab.failure(Methods.memberPromote, request), notLearner);
    server.progress = undefined;
    assert.equal(await lab.failure(Methods.memberPromote, { ID: 99n }), NO_MEMBER);
  });

  it("asks the leader to promote where it does not lead, and again where the answer says nothing", async () => {
    const { lab, server } = await start();
    server.follow(OTHER);
    const asked: string[] = [];
    const answers: (PeerAnswer | undefined)[] = [
      undefined,
      answer(408, "timeout"),
      answer(200, '[{"id":18249187646912138824,"peerURLs":["http://a:1"],"name":"n","clientURLs":[]}]'),
      answer(404, "membership: ID not found\n"),
      answer(412, "etcdserver: can only promote a learner member which is in sync with leader\n"),
      answer(412, "membership: can only promote a learner member\n"),
    ];
    server.leaderAnswers = (path, body) => {
      asked.push(path);
      assert.deepEqual(body, EMPTY_BYTES);
      return answers.shift();
    };
    const request = newMemberPromoteRequest({ ID: 18249187646912138824n });
    const { members } = await lab.ok(Methods.memberPromote, request);
    assert.deepEqual(asked, Array(3).fill("/members/promote/18249187646912138824"));
    assert.deepEqual(
      members.map(({ ID, name, peerURLs }) => [ID, name, peerURLs]),
      [[18249187646912138824n, "n", ["http://a:1"]]],
    );
    assert.equal(await lab.failure(Methods.memberPromote, request), NO_MEMBER);
    const notReady = "etcdserver: can only promote a learner member which is in sync with leader";
    assert.equal(await lab.failure(Methods.memberPromote, request), `${FailedPrecondition} ${notReady}`);
    const notLearner = `${FailedPrecondition} etcdserver: can only promote a learner member`;
    assert.equal(await lab.failure(Methods.memberPromote, request), notLearner);
  });

  it("confirms a list where the client wants it, and not where it does not", async () => {
    const { lab, server } = await start();
    server.failure = "Timeout";
    assert.equal((await lab.ok(Methods.memberList, { linearizable: false })).members.length, 1);
    const timeout = `${Unavailable} etcdserver: request timed out`;
    assert.equal(await lab.failure(Methods.memberList, { linearizable: true }), timeout);
    assert.equal(server.confirmedReads, 1);
  });
});
