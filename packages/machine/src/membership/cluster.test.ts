import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { bytesFromLatin1 as ascii, latin1FromBytes, MemoryBackend } from "@quorate/base";
import { type ConfChange, ConfChangeType, encodeUtf8, newConfChange, newConfState } from "@quorate/proto";
import { memberKey } from "../schema.ts";
import { Cluster } from "./cluster.ts";
import { formatConfState } from "./conf-state.ts";
import { addedMemberId, bootstrapMemberId, clusterId } from "./ids.ts";
import { decodeContext, encodeContext, encodeMember, formatMember, type Member, newMember } from "./member.ts";
import { checkPeerUrls, mayAddVoter, mayPromote, mayRemove } from "./validate.ts";
import { decideClusterVersion, mayServe, parseVersion } from "./version.ts";

const BIG = 0xfd42_2379_fda5_0e48n;
const { ConfChangeAddNode: ADD, ConfChangeRemoveNode: REMOVE } = ConfChangeType;
const { ConfChangeUpdateNode: UPDATE, ConfChangeAddLearnerNode: ADD_LEARNER } = ConfChangeType;

const sha1 = (bytes: Uint8Array): Uint8Array => createHash("sha1").update(bytes).digest();

function add(member: Member, isPromote = false): ConfChange {
  const type = member.isLearner ? ADD_LEARNER : ADD;
  return newConfChange({ type, nodeId: member.id, context: encodeContext({ member, isPromote }) });
}

function newCluster(): { backend: MemoryBackend; cluster: Cluster } {
  const backend = new MemoryBackend();
  const cluster = new Cluster(backend, 1);
  for (const id of [1n, 2n, BIG]) cluster.applyConfChange(add(newMember({ id, peerUrls: [`http://h${id}:1`] })));
  return { backend, cluster };
}

function row(
  backend: MemoryBackend,
  id: bigint,
  bucket: "members" | "members_removed" = "members",
): string | undefined {
  const value = backend.get(bucket, memberKey(id));
  return value === undefined ? undefined : latin1FromBytes(value);
}

describe("machine/membership/cluster", () => {
  it("writes rows as etcd does, ids above 2^53 included", () => {
    const { backend, cluster } = newCluster();
    assert.equal(row(backend, BIG), `{"id":18249187646912138824,"peerURLs":["http://h${BIG}:1"]}`);
    cluster.setAttributes(BIG, { name: "<m>", clientUrls: ["http://c:2"] });
    assert.equal(
      row(backend, BIG),
      `{"id":18249187646912138824,"peerURLs":["http://h${BIG}:1"],"name":"\\u003cm\\u003e","clientURLs":["http://c:2"]}`,
    );
    assert.equal(cluster.setAttributes(99n, { name: "x", clientUrls: [] }), false);
    assert.deepEqual(
      cluster.list().map(({ id }) => id),
      [1n, 2n, BIG],
    );
  });

  it("rejects what etcd rejects at apply, and leaves nothing behind", () => {
    const { cluster } = newCluster();
    const learner = newMember({ id: 4n, peerUrls: ["http://h4:1"], isLearner: true });
    const codes = (change: ConfChange): string => {
      const before = cluster.list();
      const outcome = cluster.applyConfChange(change);
      if (outcome.kind === "rejected") assert.deepEqual(cluster.list(), before);
      return outcome.kind === "rejected" ? outcome.code : outcome.change;
    };
    assert.equal(codes(add(newMember({ id: 1n, peerUrls: ["http://new:1"] }))), "MemberExist");
    assert.equal(codes(add(newMember({ id: 9n, peerUrls: ["http://new:1", "http://h2:1"] }))), "PeerURLExist");
    assert.equal(codes(newConfChange({ type: REMOVE, nodeId: 77n })), "MemberNotFound");
    assert.equal(codes(newConfChange({ type: REMOVE, nodeId: 0n })), "MemberNotFound");
    const update = (id: bigint, url: string): ConfChange => ({
      ...add(newMember({ id, peerUrls: [url] })),
      type: UPDATE,
    });
    assert.equal(codes(update(77n, "http://x:1")), "MemberNotFound");
    assert.equal(codes(update(1n, "http://h2:1")), "PeerURLExist");
    assert.equal(codes(update(1n, "http://h1:1")), "update");
    assert.equal(codes(add(newMember({ id: 4n }), true)), "MemberNotFound");
    assert.equal(codes(add(newMember({ id: 1n }), true)), "MemberNotLearner");
    assert.equal(codes(add(learner)), "add");
    assert.equal(codes(add({ ...learner, id: 5n, peerUrls: ["http://h5:1"] })), "TooManyLearners");
    assert.equal(codes(update(4n, "http://h4:2")), "update");
    assert.equal(cluster.members.get(4n)?.isLearner, true);
    assert.equal(codes(add(newMember({ id: 4n }), true)), "promote");
    assert.deepEqual(cluster.members.get(4n), newMember({ id: 4n, peerUrls: ["http://h4:2"] }));
    assert.equal(codes(newConfChange({ type: REMOVE, nodeId: 4n })), "remove");
    assert.equal(codes(add(learner)), "MemberNotFound");
    assert.equal(codes(newConfChange({ type: ADD, nodeId: 6n, context: encodeUtf8("{") })), "MemberBadURLs");
    assert.equal(codes(newConfChange({ type: ADD, nodeId: 6n })), "MemberBadURLs");
    assert.equal(codes({ ...add(newMember({ id: 6n })), nodeId: 7n }), "MemberBadURLs");
  });

  it("comes back from the backend", () => {
    const { backend, cluster } = newCluster();
    cluster.applyConfChange(newConfChange({ type: REMOVE, nodeId: 2n }));
    cluster.setAttributes(1n, { name: "one \u00e9", clientUrls: [] });
    assert.equal(cluster.setVersion("3.5.0"), true);
    assert.equal(cluster.setVersion("three"), false);
    cluster.setDowngrade({ enabled: true, ver: "3.4.0" });
    cluster.saveConfState(newConfState({ voters: [1n, BIG] }));
    assert.equal(row(backend, 2n), undefined);
    assert.equal(row(backend, 2n, "members_removed"), "removed");
    const again = new Cluster(backend, 1);
    assert.deepEqual(again.list(), cluster.list());
    assert.deepEqual([...again.removed], [2n]);
    assert.equal(again.version, "3.5.0");
    assert.equal(again.downgradeTo, "3.4.0");
    again.setDowngrade({ enabled: false, ver: "" });
    assert.equal(new Cluster(backend, 1).downgradeTo, undefined);
  });

  it("reads rows of real members and writes them back as they were", () => {
    // From backends of etcd 3.6.14 and 3.7.1.
    for (const text of [
      '{"id":13095699249640839925,"peerURLs":["http://127.0.0.1:27050"],"name":"n5","clientURLs":["http://127.0.0.1:27051"]}',
      '{"id":1099667121733286421,"peerURLs":["http://127.0.0.1:26060"]}',
    ]) {
      const backend = new MemoryBackend();
      const id = BigInt(/\d+/.exec(text)![0]);
      backend.put("members", memberKey(id), encodeUtf8(text));
      const member = new Cluster(backend, 1).members.get(id);
      assert.equal(member === undefined ? "" : formatMember(member), text);
    }
    const backend = new MemoryBackend();
    const text =
      '{"voters":[2453630088702199332,8306925882896211828,8355915901118557058,13095699249640839925,16801756143126055739],"auto_leave":false}';
    backend.put("meta", ascii("confState"), ascii(text));
    const cluster = new Cluster(backend, 1);
    const state = cluster.loadConfState();
    assert.equal(state === undefined ? "" : formatConfState(state), text);
  });

  it("finds no configuration where none is stored, and none in damage", () => {
    const backend = new MemoryBackend();
    const cluster = new Cluster(backend, 1);
    assert.equal(cluster.loadConfState(), undefined);
    for (const text of [
      "{",
      "[]",
      '{"voters":[1.5]}',
      '{"voters":{}}',
      '{"voters":[18446744073709551616]}',
      '{"voters":["x"]}',
    ]) {
      backend.put("meta", ascii("confState"), ascii(text));
      assert.equal(cluster.loadConfState(), undefined, text);
    }
    const full = newConfState({
      voters: [1n],
      learners: [BIG],
      votersOutgoing: [2n],
      learnersNext: [3n],
      autoLeave: true,
    });
    cluster.saveConfState(full);
    assert.deepEqual(cluster.loadConfState(), full);
  });

  it("writes raft's configuration as etcd does", () => {
    assert.equal(formatConfState(newConfState({})), '{"auto_leave":false}');
    assert.equal(
      formatConfState(newConfState({ voters: [1n, BIG], learners: [3n] })),
      '{"voters":[1,18249187646912138824],"learners":[3],"auto_leave":false}',
    );
  });
});

describe("machine/membership/member", () => {
  it("writes contexts as Go does and reads them back", () => {
    const member = newMember({ id: BIG, peerUrls: ["http://a:1"], isLearner: true });
    assert.equal(
      formatMember(member, false),
      '{"id":18249187646912138824,"peerURLs":["http://a:1"],"isLearner":true,"isPromote":false}',
    );
    assert.equal(formatMember(newMember({ id: 5n }), true), '{"id":5,"peerURLs":null,"isPromote":true}');
    assert.deepEqual(decodeContext(encodeContext({ member, isPromote: false })), { member, isPromote: false });
  });

  it("is not confused by names that look like JSON", () => {
    for (const name of ['"id":5', '","id":7,"x":"', "id", "\\", "\u2028<&>", "\u{1f600}%41"]) {
      const member = newMember({ id: BIG, name, peerUrls: ["u"] });
      assert.deepEqual(decodeContext(encodeMember(member))?.member, member);
    }
  });

  it("refuses what is no member", () => {
    for (const text of [
      "",
      "{",
      "[]x",
      "5",
      "null",
      '{"id":18446744073709551616}',
      '{"id":1,"peerURLs":[1]}',
      '{"id":1,"name":2}',
      '{"id":-1}',
      '{"id":1.5}',
    ])
      assert.equal(decodeContext(encodeUtf8(text)), undefined, text);
    assert.equal(decodeContext(Uint8Array.of(0x22, 0xff, 0x22)), undefined);
  });
});

describe("machine/membership/ids", () => {
  it("names members and clusters as etcd does", () => {
    // What every etcd calls itself that is started without flags.
    const id = bootstrapMemberId(["http://localhost:2380"], "etcd-cluster", sha1);
    assert.equal(id.toString(16), "8e9e05c52164694d");
    assert.equal(clusterId([id], sha1).toString(16), "cdf818194e3a8c32");
    assert.notEqual(addedMemberId(["http://localhost:2380"], 1_700_000_000, sha1), id);
  });
});

describe("machine/membership/validate", () => {
  const started = (id: bigint): Member => newMember({ id, name: `m${id}` });
  const fresh = (id: bigint): Member => newMember({ id });
  const learner = (id: bigint): Member => newMember({ id, isLearner: true });

  it("keeps a quorum of started members under strict reconfiguration", () => {
    assert.equal(mayAddVoter([started(1n)]), true);
    assert.equal(mayAddVoter([started(1n), fresh(2n)]), false);
    assert.equal(mayAddVoter([started(1n), started(2n)]), true);
    assert.equal(mayAddVoter([started(1n), started(2n), fresh(3n)]), false);
    assert.equal(mayAddVoter([started(1n), learner(2n)]), true);
    assert.equal(mayRemove([started(1n), started(2n), fresh(3n)], 3n), true);
    assert.equal(mayRemove([started(1n), started(2n), fresh(3n)], 1n), false);
    assert.equal(mayRemove([started(1n)], 1n), false);
    assert.equal(mayPromote([started(1n), learner(2n)]), true);
    assert.equal(mayPromote([started(1n), fresh(3n), learner(2n)]), true);
    assert.equal(mayPromote([started(1n), fresh(3n), fresh(4n), learner(2n)]), false);
  });

  it("takes peer URLs as etcd does", () => {
    assert.deepEqual(checkPeerUrls([" http://b:1 ", "http://a:2", "unix://x"]), [
      "http://a:2",
      "http://b:1",
      "unix://x",
    ]);
    assert.deepEqual(checkPeerUrls(["https://[::1]:2380"]), ["https://[::1]:2380"]);
    for (const urls of [[], ["a:1"], ["http://a"], ["http://a:1/p"], ["ftp://a:1"], ["http://a:x"], [""]])
      assert.throws(() => checkPeerUrls(urls), { code: "MemberBadURLs" });
  });
});

describe("machine/membership/version", () => {
  const decide = (current: string | undefined, serverVersions: (string | undefined)[], downgradeTo?: string) =>
    decideClusterVersion({ current, serverVersions, downgradeTo });

  it("sets the lowest minor of all, raises it, and lowers it only for a downgrade", () => {
    assert.equal(decide(undefined, ["3.5.30", "3.6.1"]), "3.5.0");
    assert.equal(decide(undefined, ["3.5.30", undefined]), "3.0.0");
    assert.equal(decide("3.5.0", ["3.6.4", "3.6.1"]), "3.6.0");
    assert.equal(decide("3.5.0", ["3.6.4", undefined]), undefined);
    assert.equal(decide("3.6.0", ["3.5.1", "3.6.1"]), undefined);
    assert.equal(decide("3.6.0", ["3.6.1"], "3.5.0"), "3.5.0");
    assert.equal(decide("3.5.0", ["3.6.1"], "3.5.0"), undefined);
    assert.equal(decide("3.5.0", []), undefined);
  });

  it("keeps a member out of a newer cluster", () => {
    const of = (text: string) => parseVersion(text)!;
    assert.equal(mayServe(of("3.5.30"), of("3.6.0")), false);
    assert.equal(mayServe(of("3.5.30"), of("3.5.0")), true);
    assert.equal(mayServe(of("3.5.30"), of("4.0.0")), false);
    assert.equal(parseVersion("3.5"), undefined);
    assert.deepEqual(of("3.8.0-alpha.0"), { major: 3, minor: 8, patch: 0 });
  });
});
