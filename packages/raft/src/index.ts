/** Public surface of raft: consensus as a state machine that does no I/O. Start at raw-node.ts; the heart is step.ts. */
export {
  type ConfChangeAny,
  confChangeAsV1,
  confChangeAsV2,
  confChangeIntent,
  confChangeOfEntry,
  confChangesFromString,
  confChangesToString,
  describeConfChange,
  encodeConfChange,
} from "./conf-change.ts";
export { type Change, Changer } from "./confchange/changer.ts";
export { equivalentConfStates, restoreConfState } from "./confchange/restore.ts";
export type { Config } from "./config.ts";
export {
  describeEntries,
  describeEntry,
  describeMessage,
  describeProgress,
  describeProgressMap,
  describeReady,
  type EntryFormatter,
} from "./describe.ts";
export { describeConfState, describeHardState, describeSnapshot, describeSoftState } from "./describe-state.ts";
export { entriesSize, limitSize, payloadSize, payloadsSize } from "./entries.ts";
export { RaftError, type RaftErrorCode } from "./errors.ts";
export { MemoryStorage } from "./memory-storage.ts";
export { isLocalMessage, isLocalMessageTarget, isResponseMessage } from "./message-type.ts";
export {
  MAX_QUEUED_MESSAGES,
  MAX_QUEUED_PROPOSALS,
  MAX_QUEUED_TICKS,
  Node,
  type NodeDeps,
  type Proposal,
  type ProposalDone,
  restartNode,
  startNode,
} from "./node.ts";
export { JointConfig } from "./quorum/joint.ts";
export { type AckedIndexer, MajorityConfig } from "./quorum/majority.ts";
export { VoteResult, voteResultName } from "./quorum/vote-result.ts";
export { quoteBytes } from "./quote.ts";
export { type Peer, RawNode, setRandomizedElectionTimeout } from "./raw-node.ts";
export { MAX_PENDING_READS } from "./read-only.ts";
export { isEmptyHardState, isEmptySnapshot, mustSync, type Ready, sameHardState, sameSoftState } from "./ready.ts";
export { type BasicStatus, type Status, statusToJson } from "./status.ts";
export type { Storage } from "./storage.ts";
export type { TraceEvent, TraceLogger, TraceMessage, TraceProposal } from "./trace-event.ts";
export { Inflights } from "./tracker/inflights.ts";
export { Progress, type ProgressInit, ProgressState, progressStateName } from "./tracker/progress.ts";
export {
  describeConfig,
  type ProgressMap,
  ProgressTracker,
  type Tally,
  type TrackerConfig,
} from "./tracker/tracker.ts";
export {
  type CampaignType,
  type EntryId,
  type Index,
  LOCAL_APPEND_THREAD,
  LOCAL_APPLY_THREAD,
  type LogSlice,
  logSliceProblem,
  MAX_TERM_OR_INDEX,
  NONE,
  type NodeId,
  type ReadOnlyOption,
  type ReadState,
  type SnapshotStatus,
  type SoftState,
  StateType,
  stateTypeName,
  type Term,
} from "./types.ts";
