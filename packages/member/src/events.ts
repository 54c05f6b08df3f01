/**
 * What happens to a member, and what it wants done: the two closed sets between which `Member.step` is a pure function. `W` is
 * whoever waits for an answer: a callback in the server, a record in the simulator. The member never looks into it.
 */
import type { HostBackend } from "@quorate/base";
import type { Machine, Member as MemberRecord, Outcome } from "@quorate/machine";
import type { ConfChange, Entry, HardState, Message, Snapshot, SnapshotMetadata } from "@quorate/proto";
import type { FailureCode } from "./errors.ts";

/** What happened. */
export type MemberEvent<W> =
  /** One tick of the clock (etcd: a heartbeat interval) has passed. */
  | { readonly kind: "tick" }
  /** A client's request. `data` is the encoded InternalRaftRequest whose header holds `id`; it is taken over. What is urgent makes room, and is still taken where others are not. */
  | {
      readonly kind: "propose";
      readonly id: bigint;
      readonly data: Uint8Array;
      readonly waiter: W;
      readonly isUrgent?: boolean;
    }
  /** A linearizable read wants to go on. */
  | { readonly kind: "read"; readonly waiter: W }
  /** A change of membership; its id is a fresh request id. */
  | { readonly kind: "changeMembership"; readonly change: ConfChange; readonly waiter: W }
  | { readonly kind: "moveLeader"; readonly target: bigint; readonly waiter: W }
  /** A message from a peer. A snapshot's backend has been received and is durable before its message comes. */
  | { readonly kind: "receive"; readonly message: Message }
  /** An append is durable. They come back in the order in which they were handed out. */
  | { readonly kind: "appended"; readonly append: Append }
  /** The snapshot file of `saveSnapshot` is durable. */
  | { readonly kind: "snapshotSaved"; readonly metadata: SnapshotMetadata }
  /** The received snapshot is in the backend, and a machine was opened over it. */
  | {
      readonly kind: "installed";
      readonly metadata: SnapshotMetadata;
      readonly machine: Machine;
      readonly backend: HostBackend;
    }
  | { readonly kind: "unreachable"; readonly id: bigint }
  /** Too little room is left on this member's disk: it raises the NOSPACE alarm. To be said again for as long as it is so. */
  | { readonly kind: "diskLow" }
  /** How sending a snapshot to a peer ended. */
  | { readonly kind: "snapshotSent"; readonly id: bigint; readonly outcome: "finish" | "failure" }
  /** Versions of all members, asked for by `askVersions`; undefined for one that did not answer. */
  | { readonly kind: "versions"; readonly versions: readonly (string | undefined)[] }
  /** Let the election clock run ahead by some ticks: at a start nobody has been heard for longer than this process runs. */
  | { readonly kind: "advanceTicks"; readonly ticks: number }
  /** Campaign without waiting for the election timeout, once all that is committed is applied: who is alone has nobody to wait for. */
  | { readonly kind: "campaign" };

/**
 * Work for the log on disk: everything in it in one write, synced if `mustSync`. Then the event `appended`, in order, and never before
 * earlier appends are durable. One that neither syncs nor has responses (a commit index) need not be reported.
 */
export type Append = {
  readonly hardState: HardState | undefined;
  readonly entries: readonly Entry[];
  /** To be saved before the entries, if present. */
  readonly snapshot: Snapshot | undefined;
  readonly mustSync: boolean;
  /** What may be said once it is durable. The member's business. */
  readonly responses: readonly Message[];
};

/** What became of a request. `revision` is the store's, for the header. */
export type Settled =
  | Exclude<Outcome, { readonly kind: "failed" | "skipped" }>
  /** A read may go on, a change of membership or of leadership is done. */
  | { readonly kind: "confirmed" }
  | { readonly kind: "failed"; readonly code: FailureCode; readonly revision: number };

/** A change of membership that is in force: the transport follows it. */
export type MembershipChange = {
  readonly change: "add" | "promote" | "update" | "remove";
  readonly member: MemberRecord;
};

/** What the host has to do after a step, in any order unless a comment says otherwise. */
export type Effects<W> = {
  /** Send these now. */
  readonly messages: Message[];
  /** Send these with an image of the backend; their snapshot is a placeholder that the image's own position replaces. */
  readonly snapshots: Message[];
  /** Hand these to the log in this order. */
  readonly appends: Append[];
  /** Answers, each waiter once. Two arrays of one length: this is the hot path. */
  readonly waiters: W[];
  readonly settled: Settled[];
  readonly membership: MembershipChange[];
  /** After the appends: save this snapshot file, then say `snapshotSaved`; the log before it may then be let go. */
  saveSnapshot: Snapshot | undefined;
  /** Put the received backend of this snapshot in the place of the present one, then say `installed`. */
  install: SnapshotMetadata | undefined;
  /** Ask all members for their versions, then say `versions`. */
  askVersions: boolean;
  /** Lead or role has changed. */
  leadChanged: boolean;
  /** This member was removed from the cluster: it goes on for a moment, so that others learn of the commit, and stops. */
  removed: boolean;
  /** There is work left: step again in the next turn, with no events if there are none. */
  more: boolean;
  /** Work goes on after so many milliseconds: step again then, if nothing else happens before. */
  stepAgainMs: number | undefined;
};

export function newEffects<W>(): Effects<W> {
  return {
    messages: [],
    snapshots: [],
    appends: [],
    waiters: [],
    settled: [],
    membership: [],
    saveSnapshot: undefined,
    install: undefined,
    askVersions: false,
    leadChanged: false,
    removed: false,
    more: false,
    stepAgainMs: undefined,
  };
}

export const CONFIRMED: Settled = { kind: "confirmed" };
