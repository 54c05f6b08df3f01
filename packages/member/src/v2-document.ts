/**
 * The data of a raft snapshot: etcd's members read the membership out of a small JSON document, the form of a store that is otherwise
 * gone (interop: needed by every version before 3.7, and only this much of it). The backend travels beside it.
 */
import { idToHex } from "@quorate/base";
import type { Cluster, Member } from "@quorate/machine";
import { encodeUtf8 } from "@quorate/proto";

const NEVER = "0001-01-01T00:00:00Z";

type V2Node = {
  readonly Path: string;
  readonly CreatedIndex: 0;
  readonly ModifiedIndex: 0;
  readonly ExpireTime: string;
  readonly Value: string;
  readonly Children: Readonly<Record<string, V2Node>> | null;
};

function node(path: string, value: string, children: Readonly<Record<string, V2Node>> | null): V2Node {
  return { Path: path, CreatedIndex: 0, ModifiedIndex: 0, ExpireTime: NEVER, Value: value, Children: children };
}

function leaf(path: string, value: string): V2Node {
  return node(path, value, null);
}

function memberNode({ id, peerUrls, isLearner, name, clientUrls }: Member): V2Node {
  const path = `/0/members/${idToHex(id)}`;
  const raftAttributes = JSON.stringify({ peerURLs: peerUrls, ...(isLearner ? { isLearner } : {}) });
  const children = { raftAttributes: leaf(`${path}/raftAttributes`, raftAttributes) };
  // Of a member that has not started etcd has nothing to say here.
  if (name === "" && clientUrls.length === 0) return node(path, "", children);
  const attributes = JSON.stringify({
    ...(name === "" ? {} : { name }),
    ...(clientUrls.length === 0 ? {} : { clientURLs: clientUrls }),
  });
  return node(path, "", { ...children, attributes: leaf(`${path}/attributes`, attributes) });
}

/** The membership as of now. What etcd also keeps there, watchers and statistics, must be left out: it crashes some versions. */
export function v2Document(cluster: Cluster): Uint8Array {
  const members: Record<string, V2Node> = {};
  for (const member of cluster.list()) members[idToHex(member.id)] = memberNode(member);
  const removed: Record<string, V2Node> = {};
  for (const id of cluster.removed) removed[idToHex(id)] = leaf(`/0/removed_members/${idToHex(id)}`, "");
  const version = cluster.version === undefined ? {} : { version: leaf("/0/version", cluster.version) };
  const root = node("/", "", {
    "0": node("/0", "", {
      members: node("/0/members", "", members),
      removed_members: node("/0/removed_members", "", removed),
      ...version,
    }),
    "1": node("/1", "", {}),
  });
  return encodeUtf8(JSON.stringify({ Root: root, CurrentIndex: 1, CurrentVersion: 2 }));
}
