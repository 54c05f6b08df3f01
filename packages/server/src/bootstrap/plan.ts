/**
 * Who is in the cluster that a member starts with or joins, worked out from flags and from what running members say. Pure: files and
 * sockets are asked elsewhere, and nothing is written before this has said yes.
 */
import { bootstrapMemberId, clusterId, type Member, newMember, type Sha1 } from "@quorate/machine";
import type { Config } from "../config/config.ts";
import { textsOf } from "../config/urls.ts";
import { StartError } from "../errors.ts";

/** The flags that describe a cluster. */
export type ClusterFlags = Pick<Config, "name" | "initialCluster" | "initialClusterToken" | "initialAdvertisePeerUrls">;

export type ClusterPlan = {
  readonly id: bigint;
  readonly clusterId: bigint;
  /** Ascending by id. */
  readonly members: readonly Member[];
};

/** A cluster that begins now. @throws StartError `BadCluster`. */
export function planNewCluster(flags: ClusterFlags, sha1: Sha1): ClusterPlan {
  checkOwnUrls(flags);
  const members: Member[] = [];
  let own: Member | undefined;
  for (const [name, urls] of flags.initialCluster) {
    const peerUrls = textsOf(urls).sort();
    const id = bootstrapMemberId(peerUrls, flags.initialClusterToken, sha1);
    if (members.some((other) => other.id === id)) {
      throw new StartError(
        "BadCluster",
        `member exists with identical ID ${id.toString(16)}: --initial-cluster has the same URLs twice`,
      );
    }
    const member = newMember({ id, peerUrls });
    members.push(member);
    if (name === flags.name) own = member;
  }
  checkUrlsDiffer(members);
  members.sort(byId);
  if (own === undefined) throw noLocalName(flags);
  return {
    id: own.id,
    clusterId: clusterId(
      members.map(({ id }) => id),
      sha1,
    ),
    members,
  };
}

/**
 * A running cluster that this member was added to: ids come from the others, names of URL sets from the flags.
 * @throws StartError `JoinFailed`, `BadCluster`.
 */
export function planJoin(
  flags: ClusterFlags,
  running: { readonly clusterId: bigint; readonly members: readonly Member[] },
): ClusterPlan {
  checkOwnUrls(flags);
  const { members } = running;
  if (members.length !== flags.initialCluster.size) {
    throw new StartError(
      "JoinFailed",
      `error validating peerURLs: member count is unequal: the cluster has ${members.length} members, --initial-cluster has ${flags.initialCluster.size}`,
    );
  }
  const byUrls = new Map(members.map((member) => [urlSet(member.peerUrls), member]));
  let own: Member | undefined;
  for (const [name, urls] of flags.initialCluster) {
    const member = byUrls.get(urlSet(textsOf(urls)));
    if (member === undefined) {
      throw new StartError(
        "JoinFailed",
        `error validating peerURLs: unmatched member while checking PeerURLs: no member of the cluster has the URLs ${textsOf(urls).join(",")} of ${name}`,
      );
    }
    if (name === flags.name) own = member;
  }
  if (own === undefined) throw noLocalName(flags);
  return { id: own.id, clusterId: running.clusterId, members: [...members].sort(byId) };
}

/** The list of members as a peer port tells it; its ids are JSON numbers up to 2^64. Undefined where it is no such list. */
export function parseMembers(json: string): Member[] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json.replace(/"id":\s*(\d+)/g, '"id":"$1"'));
  } catch {
    return undefined;
  }
  if (!Array.isArray(parsed)) return undefined;
  const members: Member[] = [];
  for (const item of parsed as unknown[]) {
    if (typeof item !== "object" || item === null) return undefined;
    const { id, name, peerURLs, clientURLs, isLearner } = item as Readonly<Record<string, unknown>>;
    if (typeof id !== "string" || !/^\d{1,20}$/.test(id)) return undefined;
    members.push(
      newMember({
        id: BigInt(id),
        name: typeof name === "string" ? name : "",
        peerUrls: texts(peerURLs),
        clientUrls: texts(clientURLs),
        isLearner: isLearner === true,
      }),
    );
  }
  return members;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((text): text is string => typeof text === "string") : [];
}

function checkOwnUrls({ name, initialCluster, initialAdvertisePeerUrls }: ClusterFlags): void {
  const listed = initialCluster.get(name);
  if (listed === undefined) return;
  const urls = textsOf(listed);
  const own = textsOf(initialAdvertisePeerUrls);
  if (urlSet(urls) === urlSet(own)) return;
  throw new StartError(
    "BadCluster",
    `--initial-cluster has ${name}=${urls.join(",")} but --initial-advertise-peer-urls has ${own.join(",")}`,
  );
}

function checkUrlsDiffer(members: readonly Member[]): void {
  const seen = new Set<string>();
  for (const { peerUrls } of members) {
    for (const url of peerUrls) {
      if (seen.has(url)) throw new StartError("BadCluster", `--initial-cluster has duplicate urls: ${url}`);
      seen.add(url);
    }
  }
}

function noLocalName({ name }: ClusterFlags): StartError {
  return new StartError("BadCluster", `couldn't find local name "${name}" in the initial cluster configuration`);
}

function urlSet(urls: readonly string[]): string {
  return [...urls].sort().join(",");
}

function byId(a: Member, b: Member): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
