/** The options of one raft member: their meaning, their defaults, and what makes a set of them invalid. */
import { type Logger, Prng, type Random, silentLogger, silentTrace, type TracePoints } from "@quorate/base";
import { RaftError } from "./errors.ts";
import type { Storage } from "./storage.ts";
import type { TraceLogger } from "./trace-event.ts";
import {
  type Index,
  LOCAL_APPEND_THREAD,
  LOCAL_APPLY_THREAD,
  NONE,
  type NodeId,
  type ReadOnlyOption,
} from "./types.ts";

/** What a caller sets. Names are etcd's; sizes are in bytes, Infinity means no limit. */
export type Config = {
  /** Identity of this member; not 0 and not one of the two largest values. */
  readonly id: NodeId;
  /** Ticks without news from a leader before a follower campaigns (randomized up to twice that). Must exceed heartbeatTick. */
  readonly electionTick: number;
  /** Ticks between a leader's heartbeats. */
  readonly heartbeatTick: number;
  readonly storage: Storage;
  /** Highest index the application applied before this start; 0 lets raft hand out everything since the snapshot again. */
  readonly applied?: Index;
  /** Storage work is handed out as messages to local threads, answered by messages; there is no `advance`. */
  readonly asyncStorageWrites?: boolean;
  /** Budget of encoded entry bytes in one append; 0 sends one entry a message. */
  readonly maxSizePerMsg?: number;
  /** Budget of encoded entry bytes handed out to be applied and not yet applied; 0 takes maxSizePerMsg, both 0 one entry. */
  readonly maxCommittedSizePerReady?: number;
  /** Budget of proposed payload bytes not yet applied, beyond which proposals are dropped; 0 means no limit. */
  readonly maxUncommittedEntriesSize?: number;
  /** Appends in flight to one peer. */
  readonly maxInflightMsgs: number;
  /** Payload bytes in flight to one peer; 0 means no limit, else at least maxSizePerMsg. */
  readonly maxInflightBytes?: number;
  /** A leader that a quorum did not answer for an election timeout steps down; voters keep a leader lease (thesis 6.2, 4.2.3). */
  readonly checkQuorum?: boolean;
  /** Ask before campaigning, so that a member that comes back does not disturb a healthy leader (thesis 9.6). */
  readonly preVote?: boolean;
  /** `leaseBased` needs checkQuorum and trusts the clocks. */
  readonly readOnlyOption?: ReadOnlyOption;
  readonly logger?: Logger;
  /** Randomizes election timeouts. Default: a generator seeded with the id. */
  readonly random?: Random;
  /** Followers drop proposals instead of forwarding them. */
  readonly disableProposalForwarding?: boolean;
  /** The leader takes configuration changes unchecked; for applications that check them themselves. */
  readonly disableConfChangeValidation?: boolean;
  /** A leader steps down when its own removal or demotion is applied. */
  readonly stepDownOnRemoval?: boolean;
  /** State machine events for validation against the TLA+ model. */
  readonly traceLogger?: TraceLogger;
  /** Observation points on the path of a write. */
  readonly trace?: TracePoints;
};

/** A checked configuration with every default filled in. */
export type ResolvedConfig = Required<Omit<Config, "traceLogger">> & { readonly traceLogger: TraceLogger | undefined };

/** Checks `config` and fills in defaults. @throws RaftError `InvalidConfig` with etcd's text for the first problem. */
export function resolveConfig(config: Config): ResolvedConfig {
  const maxSizePerMsg = config.maxSizePerMsg ?? 0;
  const resolved: ResolvedConfig = {
    id: config.id,
    electionTick: config.electionTick,
    heartbeatTick: config.heartbeatTick,
    storage: config.storage,
    applied: config.applied ?? 0,
    asyncStorageWrites: config.asyncStorageWrites ?? false,
    maxSizePerMsg,
    // The log hands out at least one entry while there is any budget, and none where there never is.
    maxCommittedSizePerReady: config.maxCommittedSizePerReady || maxSizePerMsg || 1,
    maxUncommittedEntriesSize: config.maxUncommittedEntriesSize || Number.POSITIVE_INFINITY,
    maxInflightMsgs: config.maxInflightMsgs,
    maxInflightBytes: config.maxInflightBytes ?? 0,
    checkQuorum: config.checkQuorum ?? false,
    preVote: config.preVote ?? false,
    readOnlyOption: config.readOnlyOption ?? "safe",
    logger: config.logger ?? silentLogger,
    random: config.random ?? new Prng(`raft:${config.id}`),
    disableProposalForwarding: config.disableProposalForwarding ?? false,
    disableConfChangeValidation: config.disableConfChangeValidation ?? false,
    stepDownOnRemoval: config.stepDownOnRemoval ?? false,
    traceLogger: config.traceLogger,
    trace: config.trace ?? silentTrace,
  };
  const problem = problemOf(resolved);
  if (problem !== undefined) throw new RaftError("InvalidConfig", problem);
  return resolved;
}

function problemOf(config: ResolvedConfig): string | undefined {
  if (config.id === NONE) return "cannot use none as id";
  if (config.id === LOCAL_APPEND_THREAD || config.id === LOCAL_APPLY_THREAD) return "cannot use local target as id";
  if (config.heartbeatTick <= 0) return "heartbeat tick must be greater than 0";
  if (config.electionTick <= config.heartbeatTick) return "election tick must be greater than heartbeat tick";
  if (config.storage === undefined) return "storage cannot be nil";
  if (config.maxInflightMsgs <= 0) return "max inflight messages must be greater than 0";
  if (config.maxInflightBytes !== 0 && config.maxInflightBytes < config.maxSizePerMsg) {
    return "max inflight bytes must be >= max message size";
  }
  if (config.readOnlyOption === "leaseBased" && !config.checkQuorum) {
    return "CheckQuorum must be enabled when ReadOnlyOption is ReadOnlyLeaseBased";
  }
  return undefined;
}
