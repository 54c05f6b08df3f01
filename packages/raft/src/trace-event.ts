/**
 * Events for checking a run against the TLA+ model of etcd's raft: an optional hook that sees the state machine at fixed
 * points. The application writes each event as one line `{"tag":"trace","event":{...}}`; this file owns the schema.
 */
import { ConfChangeType, type Entry, EntryType, type Message, MessageType, messageTypeName } from "@quorate/proto";
import { type ConfChangeAny, confChangeAsV2 } from "./conf-change.ts";
import type { Raft } from "./raft.ts";
import type { TrackerConfig } from "./tracker/tracker.ts";
import { stateTypeName } from "./types.ts";

/** One observation, in the schema that the trace specification reads. Ids are decimal strings. */
export type TraceEvent = {
  readonly name: string;
  readonly nid: string;
  readonly state: { readonly term: number; readonly vote: string; readonly commit: number };
  readonly role: string;
  readonly log: number;
  readonly conf: readonly [readonly string[], readonly string[]];
  readonly msg?: TraceMessage;
  readonly prop?: TraceProposal;
};

export type TraceMessage = {
  readonly type: string;
  readonly term: number;
  readonly from: string;
  readonly to: string;
  readonly entries: number;
  readonly logTerm: number;
  readonly index: number;
  readonly commit: number;
  readonly vote: string;
  readonly reject: boolean;
  readonly rejectHint: number;
};

export type TraceProposal = {
  readonly cc: {
    readonly changes?: readonly { readonly nid: string; readonly action: string }[];
    readonly newconf?: readonly string[];
  };
};

/** Where trace events go. */
export interface TraceLogger {
  traceEvent(event: TraceEvent): void;
}

/** Reports an event without a message. */
export function traceState(r: Raft, name: string, prop?: TraceProposal): void {
  const sink = r.config.traceLogger;
  if (sink === undefined) return;
  sink.traceEvent(prop === undefined ? stateEvent(r, name) : { ...stateEvent(r, name), prop });
}

/** One Replicate event for each normal entry about to be appended by the leader. */
export function traceReplicate(r: Raft, entries: readonly Entry[]): void {
  if (r.config.traceLogger === undefined) return;
  for (const entry of entries) if (entry.type === EntryType.EntryNormal) traceState(r, "Replicate");
}

/** The leader takes a configuration change. */
export function traceChangeConf(r: Raft, change: ConfChangeAny): void {
  if (r.config.traceLogger === undefined) return;
  const actions: Record<number, string> = {
    [ConfChangeType.ConfChangeAddNode]: "AddNewServer",
    [ConfChangeType.ConfChangeRemoveNode]: "RemoveServer",
    [ConfChangeType.ConfChangeAddLearnerNode]: "AddLearner",
  };
  const changes = confChangeAsV2(change).changes.flatMap(({ type, nodeId }) => {
    const action = actions[type];
    return action === undefined ? [] : [{ nid: nodeId.toString(), action }];
  });
  traceState(r, "ChangeConf", { cc: { changes } });
}

/** A configuration is about to be put in force; `conf` of the event is still the old one. */
export function traceApplyConfChange(r: Raft, next: TrackerConfig): void {
  if (r.config.traceLogger === undefined) return;
  const newconf = next.voters.incoming.ids().map(String);
  traceState(r, "ApplyConfChange", { cc: newconf.length === 0 ? {} : { newconf } });
}

/** A message was put into an outbox. */
export function traceSend(r: Raft, m: Message): void {
  if (r.config.traceLogger !== undefined) traceMessage(r, "Send", m);
}

/** A message arrived, before any check. */
export function traceReceive(r: Raft, m: Message): void {
  if (r.config.traceLogger !== undefined) traceMessage(r, "Receive", m);
}

const MESSAGE_EVENTS: Readonly<Record<number, string>> = {
  [MessageType.MsgApp]: "AppendEntriesRequest",
  [MessageType.MsgHeartbeat]: "AppendEntriesRequest",
  [MessageType.MsgSnap]: "AppendEntriesRequest",
  [MessageType.MsgAppResp]: "AppendEntriesResponse",
  [MessageType.MsgHeartbeatResp]: "AppendEntriesResponse",
  [MessageType.MsgVote]: "RequestVoteRequest",
  [MessageType.MsgVoteResp]: "RequestVoteResponse",
};

function traceMessage(r: Raft, direction: "Send" | "Receive", m: Message): void {
  const kind = MESSAGE_EVENTS[m.type];
  if (kind === undefined) return;
  const isSnapshot = m.type === MessageType.MsgSnap;
  const msg: TraceMessage = {
    type: messageTypeName(m.type),
    term: m.term,
    from: m.from.toString(),
    to: m.to.toString(),
    entries: isSnapshot ? (m.snapshot?.metadata.index ?? 0) : m.entries.length,
    logTerm: isSnapshot ? 0 : m.logTerm,
    index: isSnapshot ? 0 : m.index,
    commit: m.commit,
    vote: m.vote.toString(),
    reject: m.reject,
    rejectHint: m.rejectHint,
  };
  r.config.traceLogger?.traceEvent({ ...stateEvent(r, `${direction}${kind}`), msg });
}

function stateEvent(r: Raft, name: string): TraceEvent {
  const { incoming, outgoing } = r.tracker.config.voters;
  return {
    name,
    nid: r.id.toString(),
    state: { term: r.term, vote: r.vote.toString(), commit: r.log.committed },
    role: stateTypeName(r.state),
    log: r.log.lastIndex(),
    conf: [incoming.ids().map(String), outgoing.ids().map(String)],
  };
}
