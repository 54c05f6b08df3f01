/** Who this member is when it starts: from its data directory, from the flags, or from the members that run. Nothing is written. */
import { encodeMember, type Member as MemberRecord } from "@quorate/machine";
import type { DataDir } from "@quorate/storage";
import type { Config } from "../config/config.ts";
import { textsOf } from "../config/urls.ts";
import type { FirstStart } from "../node-open-member.ts";
import type { PeerClient } from "../node-peer-client.ts";
import { sha1 } from "../services/node-digests.ts";
import { checkDataDir } from "./node-data-checks.ts";
import { askMembers, checkCompatible } from "./node-join.ts";
import { type ClusterPlan, planJoin, planNewCluster } from "./plan.ts";

export type StartPlan = { readonly first: FirstStart | undefined; readonly peers: readonly MemberRecord[] };

/** Who this member is. A data directory knows; without one the flags, or the members that run, say it. */
export async function planStart(options: Config, dir: DataDir, client: PeerClient): Promise<StartPlan> {
  const hasLog = await checkDataDir(dir);
  if (options.initialClusterState === "existing") {
    if (hasLog) return { first: undefined, peers: [] };
    const plan = await joinPlan(options, client);
    return { first: { id: plan.id, clusterId: plan.clusterId, bootstrap: undefined }, peers: plan.members };
  }
  // With a log the flags count only where the first start got no further than making it.
  const plan = hasLog ? tryPlan(options) : planNewCluster(options, sha1);
  if (plan === undefined) return { first: undefined, peers: [] };
  const bootstrap = plan.members.map((member) => ({ id: member.id, context: encodeMember(member) }));
  return { first: { id: plan.id, clusterId: plan.clusterId, bootstrap }, peers: plan.members };
}

function tryPlan(options: Config): ClusterPlan | undefined {
  try {
    return planNewCluster(options, sha1);
  } catch {
    return undefined;
  }
}

async function joinPlan(options: Config, client: PeerClient): Promise<ClusterPlan> {
  const others = [...options.initialCluster]
    .filter(([name]) => name !== options.name)
    .flatMap(([, urls]) => textsOf(urls));
  const plan = planJoin(options, await askMembers(client, others));
  const known = plan.members.filter(({ id }) => id !== plan.id);
  await checkCompatible(client, known, options.advertiseVersion);
  return plan;
}
