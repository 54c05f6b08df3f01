/**
 * Ready: everything that must be saved, sent and applied before the next one. This file owns its shape and how it is read off
 * the raft record, without changing it.
 */
import type { Entry, HardState, Message, Snapshot } from "@quorate/proto";
import { MessageType, newMessage } from "@quorate/proto";
import { hardState, type Raft, softState } from "./raft.ts";
import { LOCAL_APPEND_THREAD, LOCAL_APPLY_THREAD, type ReadState, type SoftState } from "./types.ts";

/**
 * What the application has to do, in this order: make `hardState`, `entries` and `snapshot` durable; send `messages`; apply
 * `snapshot` and `committedEntries`; call `advance`. With async storage writes it hands each message to its addressee instead,
 * the storage threads included, and never calls `advance`. Read only.
 */
export type Ready = {
  /** Present if lead or role changed. Need not be saved. */
  readonly softState: SoftState | undefined;
  /** Present if term, vote or commit changed. */
  readonly hardState: HardState | undefined;
  /** Reads that may be served once the applied index reaches theirs. */
  readonly readStates: readonly ReadState[];
  /** Entries to make durable before any of `messages` leaves. */
  readonly entries: readonly Entry[];
  /** A snapshot to make durable; empty of data or not, it replaces the log. */
  readonly snapshot: Snapshot | undefined;
  /** Entries to apply; each comes once. */
  readonly committedEntries: readonly Entry[];
  readonly messages: readonly Message[];
  /** False if nothing here needs a sync: commit index alone, or messages alone. */
  readonly mustSync: boolean;
};

/** What the application was told last: a Ready tells only what differs from it. */
export type Told = { readonly softState: SoftState; readonly hardState: HardState };

/** The Ready that the member has for its application now. */
export function buildReady(r: Raft, told: Told, asyncStorageWrites: boolean): Ready {
  const hard = hardState(r);
  const soft = softState(r);
  const entries = r.log.nextUnstableEntries();
  const ready = {
    softState: sameSoftState(soft, told.softState) ? undefined : soft,
    hardState: sameHardState(hard, told.hardState) ? undefined : hard,
    readStates: r.readStates.slice(),
    entries,
    snapshot: r.log.nextUnstableSnapshot(),
    committedEntries: r.log.nextCommittedEntries(!asyncStorageWrites),
    messages: r.messages.slice(),
    mustSync: mustSync(hard, told.hardState, entries.length),
  };
  if (asyncStorageWrites) {
    if (needsStorageAppend(r, ready)) ready.messages.push(storageAppend(r, ready));
    if (ready.committedEntries.length > 0) ready.messages.push(storageApply(r, ready.committedEntries));
  } else {
    for (const m of r.messagesAfterAppend) if (m.to !== r.id) ready.messages.push(m);
  }
  return ready;
}

/** True if `buildReady` would have anything to tell. */
export function hasReady(r: Raft, told: Told, asyncStorageWrites: boolean): boolean {
  return (
    r.messages.length > 0 ||
    r.messagesAfterAppend.length > 0 ||
    r.log.hasNextUnstableEntries() ||
    r.log.hasNextCommittedEntries(!asyncStorageWrites) ||
    r.log.nextUnstableSnapshot() !== undefined ||
    r.readStates.length > 0 ||
    r.lead !== told.softState.lead ||
    r.state !== told.softState.raftState ||
    r.term !== told.hardState.term ||
    r.vote !== told.hardState.vote ||
    r.log.committed !== told.hardState.commit
  );
}

/** True if saving this needs a sync: entries, a vote or a term are promises; a commit index can be learnt again. */
export function mustSync(state: HardState, previous: HardState, entryCount: number): boolean {
  return entryCount !== 0 || state.vote !== previous.vote || state.term !== previous.term;
}

export function isEmptyHardState(state: HardState | undefined): boolean {
  return state === undefined || (state.term === 0 && state.vote === 0n && state.commit === 0);
}

export function isEmptySnapshot(snapshot: Snapshot | undefined): boolean {
  return snapshot === undefined || snapshot.metadata.index === 0;
}

export function sameHardState(a: HardState, b: HardState): boolean {
  return a.term === b.term && a.vote === b.vote && a.commit === b.commit;
}

export function sameSoftState(a: SoftState, b: SoftState): boolean {
  return a.lead === b.lead && a.raftState === b.raftState;
}

type AppendWork = Pick<Ready, "entries" | "hardState" | "snapshot">;

function needsStorageAppend(r: Raft, work: AppendWork): boolean {
  return (
    work.entries.length > 0 ||
    work.hardState !== undefined ||
    work.snapshot !== undefined ||
    r.messagesAfterAppend.length > 0
  );
}

/** The append thread saves this like a Ready and then delivers the responses, to this member and to others. */
function storageAppend(r: Raft, work: AppendWork): Message {
  const m = newMessage({
    type: MessageType.MsgStorageAppend,
    to: LOCAL_APPEND_THREAD,
    from: r.id,
    entries: [...work.entries],
    snapshot: work.snapshot,
    responses: r.messagesAfterAppend.slice(),
  });
  if (work.hardState !== undefined) {
    m.term = work.hardState.term;
    m.vote = work.hardState.vote;
    m.commit = work.hardState.commit;
  }
  const response = storageAppendResponse(r, work.snapshot);
  if (response !== undefined) m.responses.push(response);
  return m;
}

/**
 * Tells raft that its log is durable up to the entry that is last now, or undefined if there is nothing to acknowledge.
 *
 * It names the last entry of the log, not of one Ready, and carries the current term: entries of an older term that are
 * written again under a newer one (an ABA at one index) must not be acknowledged by the write of the first copy. While the term
 * stays the same, a log is only ever appended to, so the last entry of the term stands for all before it.
 */
export function storageAppendResponse(r: Raft, snapshot: Snapshot | undefined): Message | undefined {
  const hasEntries = r.log.hasNextOrInProgressUnstableEntries();
  if (!hasEntries && snapshot === undefined) return undefined;
  const last = hasEntries ? r.log.lastEntryId() : { term: 0, index: 0 };
  return newMessage({
    type: MessageType.MsgStorageAppendResp,
    to: r.id,
    from: LOCAL_APPEND_THREAD,
    term: r.term,
    index: last.index,
    logTerm: last.term,
    snapshot,
  });
}

function storageApply(r: Raft, entries: readonly Entry[]): Message {
  return newMessage({
    type: MessageType.MsgStorageApply,
    to: LOCAL_APPLY_THREAD,
    from: r.id,
    entries: [...entries],
    responses: [storageApplyResponse(r, entries)],
  });
}

/** Tells raft that entries were applied. It has no term: applied entries stay applied. */
export function storageApplyResponse(r: Raft, entries: readonly Entry[]): Message {
  return newMessage({
    type: MessageType.MsgStorageApplyResp,
    to: r.id,
    from: LOCAL_APPLY_THREAD,
    entries: [...entries],
  });
}
