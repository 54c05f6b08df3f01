/** etcd's text for entries, messages and Ready. Golden formats: transcripts are compared byte for byte. */
import { EMPTY_BYTES, messageOf } from "@quorate/base";
import { type Entry, EntryType, entryTypeName, type Message, messageTypeName } from "@quorate/proto";
import { confChangeAsV2, confChangeOfEntry, confChangesToString } from "./conf-change.ts";
import { describeHardState, describeSnapshot, describeSoftState } from "./describe-state.ts";
import { quoteBytes } from "./quote.ts";
import { isEmptySnapshot, type Ready } from "./ready.ts";
import type { Progress } from "./tracker/progress.ts";
import type { ProgressMap } from "./tracker/tracker.ts";
import { sortedIds } from "./tracker/tracker.ts";
import { LOCAL_APPEND_THREAD, LOCAL_APPLY_THREAD, NONE, type NodeId } from "./types.ts";

/** How an application prints the payload of its normal entries. Default: Go's quoted string. */
export type EntryFormatter = (data: Uint8Array) => string;

/** `1/2 EntryNormal "payload"` */
export function describeEntry(entry: Entry, formatter: EntryFormatter = quoteBytes): string {
  const payload = describePayload(entry, formatter);
  return `${entry.term}/${entry.index} ${entryTypeName(entry.type)}${payload === "" ? "" : ` ${payload}`}`;
}

/** One line an entry, each ended by a newline. */
export function describeEntries(entries: readonly Entry[], formatter: EntryFormatter = quoteBytes): string {
  return entries.map((entry) => `${describeEntry(entry, formatter)}\n`).join("");
}

/** `1->2 MsgApp Term:1 Log:1/2 Commit:2 Entries:[...]`; what is unset is left out. */
export function describeMessage(m: Message, formatter: EntryFormatter = quoteBytes): string {
  return describeMessageIndented("", m, formatter);
}

/** The sections of a Ready, empty ones left out; `<empty Ready>` (without a newline) when all are. */
export function describeReady(ready: Ready, formatter: EntryFormatter = quoteBytes): string {
  let text = "";
  if (ready.softState !== undefined) text += `${describeSoftState(ready.softState)}\n`;
  if (ready.hardState !== undefined) text += `HardState ${describeHardState(ready.hardState)}\n`;
  if (ready.readStates.length > 0) text += `ReadStates ${describeReadStates(ready)}\n`;
  if (ready.entries.length > 0) text += `Entries:\n${describeEntries(ready.entries, formatter)}`;
  if (ready.snapshot !== undefined && !isEmptySnapshot(ready.snapshot)) {
    text += `Snapshot ${describeSnapshot(ready.snapshot)}\n`;
  }
  if (ready.committedEntries.length > 0) {
    text += `CommittedEntries:\n${describeEntries(ready.committedEntries, formatter)}`;
  }
  if (ready.messages.length > 0) {
    text += `Messages:\n${ready.messages.map((m) => `${describeMessage(m, formatter)}\n`).join("")}`;
  }
  return text === "" ? "<empty Ready>" : `Ready MustSync=${ready.mustSync}:\n${text}`;
}

/** `StateReplicate match=1 next=2` and what else is worth telling. */
export function describeProgress(progress: Progress): string {
  return progress.toString();
}

/** One line a peer, ascending: `<id>: <progress>`. */
export function describeProgressMap(progress: ProgressMap): string {
  return sortedIds(progress.keys())
    .map((id) => `${id}: ${progress.get(id)}\n`)
    .join("");
}

function describeMessageIndented(indent: string, m: Message, formatter: EntryFormatter): string {
  let text = `${indent}${describeTarget(m.from)}->${describeTarget(m.to)} ${messageTypeName(m.type)} `;
  text += `Term:${m.term} Log:${m.logTerm}/${m.index}`;
  if (m.reject) text += ` Rejected (Hint: ${m.rejectHint})`;
  if (m.commit !== 0) text += ` Commit:${m.commit}`;
  if (m.vote !== 0n) text += ` Vote:${m.vote}`;
  const entries = m.entries.map((entry) => describeEntry(entry, formatter));
  if (entries.length === 1) text += ` Entries:[${entries[0]}]`;
  if (entries.length > 1) text += ` Entries:[${entries.map((e) => `\n${indent}  ${e}`).join("")}\n${indent}]`;
  if (m.snapshot !== undefined && !isEmptySnapshot(m.snapshot)) {
    text += `\n${indent}  Snapshot: ${describeSnapshot(m.snapshot)}`;
  }
  if (m.responses.length > 0) {
    const responses = m.responses.map((r) => `\n${describeMessageIndented(`${indent}  `, r, formatter)}`);
    text += ` Responses:[${responses.join("")}\n${indent}]`;
  }
  return text;
}

function describeTarget(id: NodeId): string {
  switch (id) {
    case NONE:
      return "None";
    case LOCAL_APPEND_THREAD:
      return "AppendThread";
    case LOCAL_APPLY_THREAD:
      return "ApplyThread";
    default:
      return id.toString(16);
  }
}

function describePayload(entry: Entry, formatter: EntryFormatter): string {
  if (entry.type === EntryType.EntryNormal) return formatter(entry.data ?? EMPTY_BYTES);
  try {
    const change = confChangeOfEntry(entry);
    return change === undefined ? "" : confChangesToString(confChangeAsV2(change).changes);
  } catch (error) {
    return messageOf(error);
  }
}

/** As Go prints a slice of structs: `[{index [bytes]} ...]`. */
function describeReadStates({ readStates }: Ready): string {
  return `[${readStates.map(({ index, requestCtx }) => `{${index} [${requestCtx.join(" ")}]}`).join(" ")}]`;
}
