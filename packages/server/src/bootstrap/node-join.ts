/** Asks running members who is in their cluster and what they speak, before a new member joins them. */
import { idFromHex } from "@quorate/base";
import { compareMinor, type Member, MIN_CLUSTER_VERSION, parseVersion } from "@quorate/machine";
import { StartError } from "../errors.ts";
import type { PeerClient } from "../node-peer-client.ts";
import { parseMembers } from "./plan.ts";

/** How long one member may take to answer. */
const ASK_TIMEOUT_MS = 10_000;

export type RunningCluster = { readonly clusterId: bigint; readonly members: readonly Member[] };

/** The first good answer, asked in the order of the URLs. @throws StartError `JoinFailed`. */
export async function askMembers(client: PeerClient, urls: readonly string[]): Promise<RunningCluster> {
  for (const url of [...urls].sort()) {
    const reply = await client.ask({ method: "GET", url, path: "/members", timeoutMs: ASK_TIMEOUT_MS });
    if (reply?.status !== 200) continue;
    const clusterId = idFromHex(String(reply.headers["x-etcd-cluster-id"] ?? ""));
    const members = parseMembers(new TextDecoder().decode(reply.body));
    if (clusterId !== undefined && members !== undefined && members.length > 0) return { clusterId, members };
  }
  throw new StartError(
    "JoinFailed",
    `cannot fetch cluster info from peer urls: could not retrieve cluster information from the given URLs`,
  );
}

export type MemberVersions = { readonly server: string; readonly cluster: string };

/** What a member says of its versions. */
export async function askVersion(
  client: PeerClient,
  urls: readonly string[],
  timeoutMs: number,
): Promise<MemberVersions | undefined> {
  for (const url of urls) {
    const reply = await client.ask({ method: "GET", url, path: "/version", timeoutMs });
    if (reply?.status !== 200) continue;
    try {
      const { etcdserver, etcdcluster } = JSON.parse(new TextDecoder().decode(reply.body)) as Record<string, unknown>;
      if (typeof etcdserver === "string" && typeof etcdcluster === "string")
        return { server: etcdserver, cluster: etcdcluster };
    } catch {
      // Somebody else answers there.
    }
  }
  return undefined;
}

/**
 * Refuses a cluster that this member could not serve: at least one member must say a version, and none a newer one.
 * @throws StartError `Incompatible`.
 */
export async function checkCompatible(client: PeerClient, others: readonly Member[], own: string): Promise<void> {
  const answers = await Promise.all(others.map(({ peerUrls }) => askVersion(client, peerUrls, ASK_TIMEOUT_MS)));
  const local = parseVersion(own);
  const oldest = parseVersion(MIN_CLUSTER_VERSION);
  let compatible = 0;
  for (const answer of answers) {
    const version = answer === undefined ? undefined : parseVersion(answer.cluster);
    if (version === undefined || local === undefined || oldest === undefined) continue;
    if (compareMinor(version, local) > 0 || compareMinor(version, oldest) < 0) {
      throw new StartError(
        "Incompatible",
        `incompatible with current running cluster: it speaks ${answer?.cluster}, this member ${own}`,
      );
    }
    compatible++;
  }
  if (compatible === 0)
    throw new StartError("Incompatible", "incompatible with current running cluster: no member said its version");
}
