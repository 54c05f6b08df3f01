/**
 * Changes of membership as the member that proposes them sees them: whether one is wise now (strict reconfiguration), and how it is said to
 * the log. Whether it is legal is decided where it is applied, on every member alike.
 */
import { encodeContext, type Member, mayAddVoter, mayPromote, mayRemove, newMember } from "@quorate/machine";
import type { FailureCode } from "@quorate/member";
import { type ConfChange, ConfChangeType, newConfChange } from "@quorate/proto";
import type { Confirmed, EtcdServer } from "./etcd-server.ts";

/** For so long a connection must have been up to count (etcd: HealthInterval). */
const HEALTH_INTERVAL_MS = 5_000;
/** How long a promotion waits for what is committed to be applied here. */
const APPLY_WAIT_MS = 1_000;
/** The share of the leader's log that a learner must have to become a voter. */
const READY_SHARE = 0.9;

export function addMember(server: EtcdServer, member: Member, confirmed: Confirmed): void {
  const refusal = server.limits.strictReconfigCheck ? refuseAdd(server, member) : undefined;
  if (refusal !== undefined) return confirmed(refusal);
  const { ConfChangeAddNode, ConfChangeAddLearnerNode } = ConfChangeType;
  server.changeMembership(
    describe(member.isLearner ? ConfChangeAddLearnerNode : ConfChangeAddNode, member, false),
    confirmed,
  );
}

export function removeMember(server: EtcdServer, id: bigint, confirmed: Confirmed): void {
  const refusal = server.limits.strictReconfigCheck ? refuseRemove(server, id) : undefined;
  if (refusal !== undefined) return confirmed(refusal);
  server.changeMembership(newConfChange({ type: ConfChangeType.ConfChangeRemoveNode, nodeId: id }), confirmed);
}

/** Gives a member other peer URLs, as they are: etcd looks at none of them. */
export function updateMember(server: EtcdServer, member: Member, confirmed: Confirmed): void {
  server.changeMembership(describe(ConfChangeType.ConfChangeUpdateNode, member, false), confirmed);
}

/** Makes a voter of a learner that has caught up. Only the leader knows whether it has: others answer `NotLeader`. */
export function promoteMember(server: EtcdServer, id: bigint, confirmed: Confirmed): void {
  server.whenApplied(APPLY_WAIT_MS, (failure) => {
    const refusal = failure ?? refusePromote(server, id);
    if (refusal !== undefined) return confirmed(refusal);
    server.changeMembership(describe(ConfChangeType.ConfChangeAddNode, newMember({ id }), true), confirmed);
  });
}

function describe(type: ConfChangeType, member: Member, isPromote: boolean): ConfChange {
  return newConfChange({ type, nodeId: member.id, context: encodeContext({ member, isPromote }) });
}

function refuseAdd(server: EtcdServer, { isLearner }: Member): FailureCode | undefined {
  const members = server.machine.parts.cluster.list();
  if (!isLearner && !mayAddVoter(members)) return "MemberNotEnoughStarted";
  const voters = members.filter((member) => !member.isLearner);
  // The new member counts as one that is down. A cluster of one may always grow.
  return voters.length === 1 || countConnected(server, voters) >= majority(voters.length + 1) ? undefined : "Unhealthy";
}

function refuseRemove(server: EtcdServer, id: bigint): FailureCode | undefined {
  const { cluster } = server.machine.parts;
  if (cluster.members.get(id)?.isLearner) return undefined;
  const members = cluster.list();
  if (!mayRemove(members, id)) return "MemberNotEnoughStarted";
  // Whoever is not there is not part of the quorum that works.
  if (id !== server.memberId && server.activeSince(id) === undefined) return undefined;
  const voters = members.filter((member) => !member.isLearner);
  return countConnected(server, voters) - 1 < majority(voters.length - 1) ? "Unhealthy" : undefined;
}

function refusePromote(server: EtcdServer, id: bigint): FailureCode | undefined {
  if (!server.raft.isLeader) return "NotLeader";
  const progress = server.learnerProgress(id);
  if (progress === undefined) return "MemberNotFound";
  if (progress.match < progress.leaderMatch * READY_SHARE) return "LearnerNotReady";
  if (!server.limits.strictReconfigCheck) return undefined;
  return mayPromote(server.machine.parts.cluster.list()) ? undefined : "MemberNotEnoughStarted";
}

function majority(voters: number): number {
  return 1 + Math.floor(voters / 2);
}

/** How many of them this member has been connected with for long enough; itself counts. */
function countConnected(server: EtcdServer, members: readonly Member[]): number {
  const latest = server.now() - HEALTH_INTERVAL_MS;
  let count = 0;
  for (const { id } of members) {
    const since = id === server.memberId ? Number.NEGATIVE_INFINITY : server.activeSince(id);
    if (since !== undefined && since <= latest) count++;
  }
  return count;
}
