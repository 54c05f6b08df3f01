/**
 * Which changes of the configuration are legal. `checkChange` depends on replicated state only and decides at apply, on every member
 * alike; the other checks are for the member that proposes. Nothing here changes anything.
 */
import { unreachable } from "@quorate/base";
import { type ConfChange, ConfChangeType } from "@quorate/proto";
import { MachineError, type MachineErrorCode } from "../errors.ts";
import { type ConfChangeContext, decodeContext, isStarted, type Member } from "./member.ts";

export type MembersView = {
  readonly members: ReadonlyMap<bigint, Member>;
  readonly removed: ReadonlySet<bigint>;
  readonly maxLearners: number;
};

/** A legal change in the words of this package, or why it is none. */
export type CheckedChange =
  | { readonly kind: "add"; readonly member: Member }
  | { readonly kind: "promote"; readonly member: Member }
  | { readonly kind: "update"; readonly member: Member; readonly peerUrls: readonly string[] }
  | { readonly kind: "remove"; readonly member: Member }
  | { readonly kind: "rejected"; readonly code: MachineErrorCode };

export function checkChange(view: MembersView, change: ConfChange): CheckedChange {
  const id = change.nodeId;
  if (id === 0n || view.removed.has(id)) return rejected("MemberNotFound");
  const member = view.members.get(id);
  switch (change.type) {
    case ConfChangeType.ConfChangeAddNode:
    case ConfChangeType.ConfChangeAddLearnerNode:
      return checkAdd(view, change, member);
    case ConfChangeType.ConfChangeRemoveNode:
      return member === undefined ? rejected("MemberNotFound") : { kind: "remove", member };
    case ConfChangeType.ConfChangeUpdateNode:
      return checkUpdate(view, change, member);
    default:
      return unreachable(change.type);
  }
}

function checkAdd(view: MembersView, change: ConfChange, known: Member | undefined): CheckedChange {
  const context = contextOf(change);
  if (context === undefined) return rejected("MemberBadURLs");
  if (context.isPromote) {
    if (known === undefined) return rejected("MemberNotFound");
    return known.isLearner ? { kind: "promote", member: known } : rejected("MemberNotLearner");
  }
  if (known !== undefined) return rejected("MemberExist");
  const isLearner = change.type === ConfChangeType.ConfChangeAddLearnerNode;
  if (sharesUrl(view, context.member)) return rejected("PeerURLExist");
  if (isLearner) {
    let learners = 1;
    for (const member of view.members.values()) if (member.isLearner) learners++;
    if (learners > view.maxLearners) return rejected("TooManyLearners");
  }
  return { kind: "add", member: { ...context.member, isLearner } };
}

function checkUpdate(view: MembersView, change: ConfChange, known: Member | undefined): CheckedChange {
  if (known === undefined) return rejected("MemberNotFound");
  const context = contextOf(change);
  if (context === undefined) return rejected("MemberBadURLs");
  if (sharesUrl(view, context.member)) return rejected("PeerURLExist");
  return { kind: "update", member: known, peerUrls: context.member.peerUrls };
}

/** Divergence: a context that is no JSON or speaks of another member stops every etcd; here the change is rejected. */
function contextOf(change: ConfChange): ConfChangeContext | undefined {
  const context = change.context === undefined ? undefined : decodeContext(change.context);
  return context?.member.id === change.nodeId ? context : undefined;
}

function sharesUrl(view: MembersView, { id, peerUrls }: Member): boolean {
  for (const other of view.members.values()) {
    if (other.id !== id && other.peerUrls.some((url) => peerUrls.includes(url))) return true;
  }
  return false;
}

function rejected(code: MachineErrorCode): CheckedChange {
  return { kind: "rejected", code };
}

/** Strict reconfiguration: would those who have started be a quorum with one more voter, which has not? */
export function mayAddVoter(members: Iterable<Member>): boolean {
  const { voters, started } = countVoters(members);
  // A cluster of one may grow: its second member can only start once it is added.
  if (started === 1 && voters === 1) return true;
  return started >= quorum(voters + 1);
}

/**
 * Strict reconfiguration: would those who have started be a quorum with one learner as a voter? The learner counts as started: whether
 * it has caught up with the leader's log is asked before.
 */
export function mayPromote(members: Iterable<Member>): boolean {
  const { voters, started } = countVoters(members);
  return started + 1 >= quorum(voters + 1);
}

/** Strict reconfiguration: would those who have started be a quorum without this voter? */
export function mayRemove(members: Iterable<Member>, id: bigint): boolean {
  const { voters, started } = countVoters([...members].filter((member) => member.id !== id));
  return started >= quorum(voters);
}

function countVoters(members: Iterable<Member>): { readonly voters: number; readonly started: number } {
  let voters = 0;
  let started = 0;
  for (const member of members) {
    if (member.isLearner) continue;
    voters++;
    if (isStarted(member)) started++;
  }
  return { voters, started };
}

function quorum(voters: number): number {
  return Math.floor(voters / 2) + 1;
}

/** The peer URLs of a new member, trimmed and sorted. @throws MachineError `MemberBadURLs`. */
export function checkPeerUrls(urls: readonly string[]): string[] {
  const trimmed = urls.map((url) => url.trim());
  const isUrl = (url: string): boolean =>
    /^https?:\/\/(?:\[[0-9a-fA-F:.]+(?:%25[^\]]+)?\]|[^/?#@[\]:\s]*):\d{1,5}$/.test(url) ||
    /^unixs?:\/\/[^\s?#]+$/.test(url);
  if (trimmed.length === 0 || !trimmed.every(isUrl)) throw new MachineError("MemberBadURLs");
  return trimmed.sort();
}
