import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MemoryBackend } from "@quorate/base";
import { Cluster, encodeContext, newMember } from "@quorate/machine";
import { ConfChangeType, decodeUtf8, newConfChange } from "@quorate/proto";
import { readFixture, skipWithoutFixtures } from "@quorate/testkit";
import { v2Document } from "./v2-document.ts";

type Node = {
  readonly Path: string;
  readonly Value: string;
  readonly ExpireTime: string;
  readonly Children: Readonly<Record<string, Node>> | null;
};

const parse = (bytes: Uint8Array): Record<string, unknown> & { readonly Root: Node } =>
  JSON.parse(decodeUtf8(bytes) ?? "");

function add(cluster: Cluster, id: bigint, isLearner: boolean): void {
  const member = newMember({ id, peerUrls: [`http://127.0.0.1:${id % 60_000n}`], isLearner });
  const type = isLearner ? ConfChangeType.ConfChangeAddLearnerNode : ConfChangeType.ConfChangeAddNode;
  cluster.applyConfChange(newConfChange({ type, nodeId: id, context: encodeContext({ member, isPromote: false }) }));
}

describe("member/v2-document", () => {
  it("holds members, who was removed and the version, in the smallest form that etcd takes", () => {
    const cluster = new Cluster(new MemoryBackend(), 1);
    add(cluster, 0xfn, false);
    add(cluster, 0x1d8a_e680_a809_7e4an, true);
    add(cluster, 3n, false);
    cluster.setAttributes(0xfn, { name: "n1", clientUrls: ["http://c:1"] });
    cluster.applyConfChange(newConfChange({ type: ConfChangeType.ConfChangeRemoveNode, nodeId: 3n }));
    cluster.setVersion("3.5.0");
    const leaf = (path: string, value: string) => node(path, value, null);
    const node = (Path: string, Value: string, Children: unknown) => ({
      Path,
      CreatedIndex: 0,
      ModifiedIndex: 0,
      ExpireTime: "0001-01-01T00:00:00Z",
      Value,
      Children,
    });
    const member = (hex: string, raftAttributes: string, attributes?: string) =>
      node(`/0/members/${hex}`, "", {
        raftAttributes: leaf(`/0/members/${hex}/raftAttributes`, raftAttributes),
        ...(attributes === undefined ? {} : { attributes: leaf(`/0/members/${hex}/attributes`, attributes) }),
      });
    const learner = "1d8ae680a8097e4a";
    assert.deepEqual(parse(v2Document(cluster)), {
      Root: node("/", "", {
        "0": node("/0", "", {
          members: node("/0/members", "", {
            f: member("f", '{"peerURLs":["http://127.0.0.1:15"]}', '{"name":"n1","clientURLs":["http://c:1"]}'),
            [learner]: member(
              learner,
              `{"peerURLs":["http://127.0.0.1:${0x1d8a_e680_a809_7e4an % 60_000n}"],"isLearner":true}`,
            ),
          }),
          removed_members: node("/0/removed_members", "", { "3": leaf("/0/removed_members/3", "") }),
          version: leaf("/0/version", "3.5.0"),
        }),
        "1": node("/1", "", {}),
      }),
      CurrentIndex: 1,
      CurrentVersion: 2,
    });
  });

  it("says of a cluster what etcd's own document says of it", { skip: skipWithoutFixtures() }, () => {
    const theirs = parse(readFixture("raft-snapshot-data-3.5.30.json")).Root.Children!["0"]!;
    const cluster = new Cluster(new MemoryBackend(), 10);
    for (const [hex, { Children }] of Object.entries(theirs.Children!["members"]!.Children!)) {
      const id = BigInt(`0x${hex}`);
      const { peerURLs, isLearner } = JSON.parse(Children!["raftAttributes"]!.Value);
      const member = newMember({ id, peerUrls: peerURLs, isLearner: isLearner === true });
      const type = isLearner ? ConfChangeType.ConfChangeAddLearnerNode : ConfChangeType.ConfChangeAddNode;
      cluster.applyConfChange(
        newConfChange({ type, nodeId: id, context: encodeContext({ member, isPromote: false }) }),
      );
      const attributes = JSON.parse(Children!["attributes"]?.Value ?? "{}");
      cluster.setAttributes(id, { name: attributes.name ?? "", clientUrls: attributes.clientURLs ?? [] });
    }
    cluster.setVersion(theirs.Children!["version"]!.Value);
    const texts = ({ Path, Value, Children, ExpireTime }: Node): unknown => ({
      Path,
      Value,
      ExpireTime,
      Children: Children === null ? null : Object.fromEntries(Object.entries(Children).map(([k, n]) => [k, texts(n)])),
    });
    const ours = parse(v2Document(cluster)).Root.Children!["0"]!;
    for (const part of ["members", "version"]) {
      assert.deepEqual(texts(ours.Children![part]!), texts(theirs.Children![part]!), part);
    }
  });
});
