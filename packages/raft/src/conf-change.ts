/**
 * Configuration changes as values: the older one-change form (V1) and the general form (V2), how they travel in entries, how
 * they are written in text, and what a V2 change asks for.
 */
import { EMPTY_BYTES } from "@quorate/base";
import {
  type ConfChange,
  type ConfChangeSingle,
  ConfChangeTransition,
  ConfChangeType,
  type ConfChangeV2,
  confChangeTransitionName,
  confChangeTypeName,
  decodeConfChange,
  decodeConfChangeV2,
  type Entry,
  EntryType,
  encodeConfChange as encodeV1,
  encodeConfChangeV2 as encodeV2,
  newConfChange,
  newConfChangeSingle,
  newConfChangeV2,
} from "@quorate/proto";
import { RaftError } from "./errors.ts";
import { quoteBytes } from "./quote.ts";

/** A change in either form. etcd's ConfChangeI. */
export type ConfChangeAny =
  | { readonly kind: "v1"; readonly change: ConfChange }
  | { readonly kind: "v2"; readonly change: ConfChangeV2 };

/** The general form of a change. etcd's AsV2. */
export function confChangeAsV2(any: ConfChangeAny): ConfChangeV2 {
  if (any.kind === "v2") return any.change;
  const { type, nodeId, context } = any.change;
  return newConfChangeV2({ changes: [newConfChangeSingle({ type, nodeId })], context });
}

/** The one-change form, where a change has one. etcd's AsV1. */
export function confChangeAsV1(any: ConfChangeAny): ConfChange | undefined {
  if (any.kind === "v1") return any.change;
  const { changes, transition, context } = any.change;
  const only = changes[0];
  if (only === undefined || changes.length > 1 || transition !== ConfChangeTransition.ConfChangeTransitionAuto) {
    return undefined;
  }
  return newConfChange({ type: only.type, nodeId: only.nodeId, context });
}

/** The entry type and payload under which a change is proposed. etcd's MarshalConfChange. */
export function encodeConfChange(any: ConfChangeAny): { readonly type: EntryType; readonly data: Uint8Array } {
  return any.kind === "v1"
    ? { type: EntryType.EntryConfChange, data: encodeV1(any.change) }
    : { type: EntryType.EntryConfChangeV2, data: encodeV2(any.change) };
}

/** The change inside an entry, or undefined for a normal entry. Throws ProtoError where the payload is none. */
export function confChangeOfEntry(entry: Entry): ConfChangeAny | undefined {
  const data = entry.data ?? EMPTY_BYTES;
  if (entry.type === EntryType.EntryConfChange) return { kind: "v1", change: decodeConfChange(data) };
  if (entry.type === EntryType.EntryConfChangeV2) return { kind: "v2", change: decodeConfChangeV2(data) };
  return undefined;
}

/**
 * What a V2 change asks for: `leave` when it is empty; a joint configuration when it has a transition or several changes;
 * otherwise a simple change. etcd's EnterJoint and LeaveJoint.
 */
export function confChangeIntent(change: ConfChangeV2): "leave" | "simple" | "enterAutoLeave" | "enterExplicit" {
  const { ConfChangeTransitionAuto, ConfChangeTransitionJointExplicit } = ConfChangeTransition;
  if (change.transition === ConfChangeTransitionAuto && change.changes.length === 0) return "leave";
  if (change.transition === ConfChangeTransitionAuto && change.changes.length <= 1) return "simple";
  return change.transition === ConfChangeTransitionJointExplicit ? "enterExplicit" : "enterAutoLeave";
}

const KIND_BY_LETTER: Readonly<Record<string, ConfChangeType>> = {
  v: ConfChangeType.ConfChangeAddNode,
  l: ConfChangeType.ConfChangeAddLearnerNode,
  r: ConfChangeType.ConfChangeRemoveNode,
  u: ConfChangeType.ConfChangeUpdateNode,
};

const MAX_ID = 2n ** 64n - 1n;

/**
 * Parses `v1 l2 r3 u4`: voter, learner, remove, update. etcd's ConfChangesFromString.
 * @throws RaftError `InvalidConfChange` naming the token.
 */
export function confChangesFromString(text: string): ConfChangeSingle[] {
  const changes: ConfChangeSingle[] = [];
  const tokens = text.trim() === "" ? [] : text.trim().split(" ");
  for (const token of tokens) {
    if (token.length < 2) throw new RaftError("InvalidConfChange", `unknown token ${token}`);
    const type = KIND_BY_LETTER[token.slice(0, 1)];
    if (type === undefined) throw new RaftError("InvalidConfChange", `unknown input: ${token}`);
    if (!/^\d+$/.test(token.slice(1)) || BigInt(token.slice(1)) > MAX_ID)
      throw new RaftError("InvalidConfChange", `unknown token ${token}`);
    changes.push(newConfChangeSingle({ type, nodeId: BigInt(token.slice(1)) }));
  }
  return changes;
}

/** The inverse of `confChangesFromString`. etcd's ConfChangesToString. */
export function confChangesToString(changes: readonly ConfChangeSingle[]): string {
  const letterOf = (type: ConfChangeType): string =>
    Object.keys(KIND_BY_LETTER).find((letter) => KIND_BY_LETTER[letter] === type) ?? "unknown";
  return changes.map((change) => `${letterOf(change.type)}${change.nodeId}`).join(" ");
}

/** The text of a change in a log line; V1 changes are shown in V2 form. */
export function describeConfChange(any: ConfChangeAny): string {
  const { transition, changes, context } = confChangeAsV2(any);
  let text = `transition:${confChangeTransitionName(transition)}`;
  for (const { type, nodeId } of changes) text += ` changes:{type:${confChangeTypeName(type)} node_id:${nodeId}}`;
  if (context !== undefined && context.length > 0) text += ` context:${quoteBytes(context)}`;
  return text;
}
