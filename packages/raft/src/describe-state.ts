/** etcd's text for the small state records. Golden formats: transcripts are compared byte for byte. */
import type { ConfState, HardState, Snapshot } from "@quorate/proto";
import { type SoftState, stateTypeName } from "./types.ts";

/** `Term:1 Vote:2 Commit:3`; a vote of nobody is left out. */
export function describeHardState(state: HardState): string {
  const vote = state.vote === 0n ? "" : ` Vote:${state.vote}`;
  return `Term:${state.term}${vote} Commit:${state.commit}`;
}

/** `Lead:1 State:StateLeader` */
export function describeSoftState(state: SoftState): string {
  return `Lead:${state.lead} State:${stateTypeName(state.raftState)}`;
}

/** `Voters:[1 2] VotersOutgoing:[] Learners:[] LearnersNext:[] AutoLeave:false` */
export function describeConfState(state: ConfState): string {
  const list = (ids: readonly bigint[]): string => `[${ids.join(" ")}]`;
  return (
    `Voters:${list(state.voters)} VotersOutgoing:${list(state.votersOutgoing)} ` +
    `Learners:${list(state.learners)} LearnersNext:${list(state.learnersNext)} AutoLeave:${state.autoLeave}`
  );
}

/** `Index:1 Term:2 ConfState:...` */
export function describeSnapshot({ metadata }: Snapshot): string {
  return `Index:${metadata.index} Term:${metadata.term} ConfState:${describeConfState(metadata.confState)}`;
}
