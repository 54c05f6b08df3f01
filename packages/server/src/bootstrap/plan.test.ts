import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { newMember } from "@quorate/machine";
import { parseInitialCluster, parseUrls } from "../config/urls.ts";
import { type ClusterFlags, parseMembers, planJoin, planNewCluster } from "./plan.ts";

const THREE = "a=http://10.0.0.1:2380,b=http://10.0.0.2:2380,c=http://10.0.0.3:2380";

describe("server/bootstrap/plan", () => {
  it("gives every member of a new cluster the same ids, whoever of them works them out", () => {
    const plans = ["a", "b", "c"].map((name, i) =>
      planNewCluster(flags({ name, cluster: THREE, own: `http://10.0.0.${i + 1}:2380` }), sha1),
    );
    const [a, b, c] = plans;
    assert.ok(a !== undefined && b !== undefined && c !== undefined);
    assert.deepEqual([b.members, b.clusterId], [a.members, a.clusterId]);
    assert.deepEqual([c.members, c.clusterId], [a.members, a.clusterId]);
    assert.equal(new Set(plans.map(({ id }) => id)).size, 3);
    const ids = a.members.map(({ id }) => id);
    assert.deepEqual(
      ids,
      [...ids].sort((x, y) => (x < y ? -1 : 1)),
    );
  });

  it("derives ids as etcd does: a member's of its URLs and the token, the cluster's of the members'", () => {
    const { id, clusterId } = planNewCluster(flags({ name: "a", cluster: THREE, own: "http://10.0.0.1:2380" }), sha1);
    assert.equal(id, first8("http://10.0.0.1:2380etcd-cluster"));
    const ids = [1, 2, 3].map((n) => first8(`http://10.0.0.${n}:2380etcd-cluster`)).sort((x, y) => (x < y ? -1 : 1));
    const bytes = Buffer.alloc(24);
    ids.forEach((one, i) => void bytes.writeBigUInt64BE(one, 8 * i));
    assert.equal(clusterId, createHash("sha1").update(bytes).digest().readBigUInt64BE());
  });

  it("takes another token for another cluster", () => {
    const own = "http://10.0.0.1:2380";
    const one = planNewCluster(flags({ name: "a", cluster: THREE, own }), sha1);
    const other = planNewCluster(flags({ name: "a", cluster: THREE, own, token: "other" }), sha1);
    assert.notEqual(one.clusterId, other.clusterId);
  });

  it("refuses what does not describe a cluster with this member", () => {
    const own = "http://10.0.0.1:2380";
    const refused = (init: Init, message: RegExp): void =>
      assert.throws(() => planNewCluster(flags(init), sha1), { code: "BadCluster", message });
    refused({ name: "d", cluster: THREE, own }, /couldn't find local name "d"/);
    refused({ name: "a", cluster: THREE, own: "http://10.0.0.9:2380" }, /--initial-advertise-peer-urls has/);
    refused({ name: "a", cluster: `a=${own},b=${own}`, own }, /twice|duplicate/);
    const both = `a=${own},b=${own},b=http://10.0.0.2:2380`;
    refused({ name: "a", cluster: both, own }, /has duplicate urls: http:\/\/10\.0\.0\.1:2380/);
  });

  it("takes the ids of a running cluster, whatever the token says", () => {
    const running = {
      clusterId: 9n,
      members: [
        newMember({ id: 7n, peerUrls: ["http://10.0.0.1:2380"] }),
        newMember({ id: 5n, peerUrls: ["http://10.0.0.2:2380"] }),
      ],
    };
    const cluster = "a=http://10.0.0.1:2380,b=http://10.0.0.2:2380";
    const plan = planJoin(flags({ name: "b", cluster, own: "http://10.0.0.2:2380", token: "other" }), running);
    assert.deepEqual([plan.id, plan.clusterId, plan.members.map(({ id }) => id)], [5n, 9n, [5n, 7n]]);
    const own = "http://10.0.0.3:2380";
    assert.throws(() => planJoin(flags({ name: "c", cluster: `${cluster},c=${own}`, own }), running), {
      code: "JoinFailed",
      message: /member count is unequal/,
    });
    assert.throws(() => planJoin(flags({ name: "c", cluster: `a=http://10.0.0.1:2380,c=${own}`, own }), running), {
      code: "JoinFailed",
      message: /unmatched member while checking PeerURLs/,
    });
  });

  it("reads ids that are larger than a double holds", () => {
    const json =
      '[{"id":18446744073709551615,"peerURLs":["http://a:1"],"isLearner":true,"name":"x","clientURLs":["u"]}]';
    const [member] = parseMembers(json) ?? [];
    assert.equal(member?.id, 2n ** 64n - 1n);
    assert.deepEqual([member.name, member.peerUrls, member.isLearner], ["x", ["http://a:1"], true]);
  });

  it("takes nothing else for a list of members", () => {
    for (const json of ["", "{}", "null", "[1]", '[{"id":"x"}]', '[{"id":-1}]', '[{"name":"a"}]', "<html>"]) {
      assert.equal(parseMembers(json), undefined, json);
    }
    assert.deepEqual(parseMembers("[]"), []);
  });
});

type Init = { readonly name: string; readonly cluster: string; readonly own: string; readonly token?: string };

function flags({ name, cluster, own, token = "etcd-cluster" }: Init): ClusterFlags {
  const [initialCluster, initialAdvertisePeerUrls] = [parseInitialCluster(cluster), parseUrls(own)];
  assert.ok("value" in initialCluster && "value" in initialAdvertisePeerUrls);
  return {
    name,
    initialCluster: initialCluster.value,
    initialAdvertisePeerUrls: initialAdvertisePeerUrls.value,
    initialClusterToken: token,
  };
}

function sha1(bytes: Uint8Array): Uint8Array {
  return createHash("sha1").update(bytes).digest();
}

function first8(text: string): bigint {
  return createHash("sha1").update(text).digest().readBigUInt64BE();
}
