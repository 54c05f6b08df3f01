/** The commands of interaction scripts: each directive to its effect. Rules and texts are those of etcd-io/raft's test harness. */
import { messageOf } from "@quorate/base";
import {
  ConfChangeTransition,
  type ConfState,
  MessageType,
  newConfChangeV2,
  newConfState,
  newMessage,
  newSnapshot,
  newSnapshotMetadata,
} from "@quorate/proto";
import {
  type ConfChangeAny,
  type Config,
  confChangeAsV1,
  confChangesFromString,
  describeEntry,
  describeMessage,
  describeProgressMap,
  RaftError,
  setRandomizedElectionTimeout,
  stateTypeName,
} from "@quorate/raft";
import { argValue, type Directive, idArgs, scanBoolean, scanId, scanNumber } from "./datadriven.ts";
import { type Interaction, InteractionError } from "./interaction.ts";
import { InteractionNode } from "./interaction-node.ts";

const ELECTION_TICK = 3;
const HEARTBEAT_TICK = 1;
const DEFAULT_INFLIGHT = 2 ** 31 - 1;

/** The output of one directive. */
export function handleInteraction(env: Interaction, d: Directive): string {
  env.output.clear();
  let problem: string | undefined;
  try {
    run(env, d);
  } catch (error) {
    if (!(error instanceof RaftError || error instanceof InteractionError)) throw error;
    problem = messageOf(error);
  }
  if (problem !== undefined && env.output.isSilent) return problem;
  const text = env.output.text + (problem ?? "");
  return text === "" ? "ok" : text;
}

function run(env: Interaction, d: Directive): void {
  const command = COMMANDS[d.command];
  if (command === undefined) throw new InteractionError("unknown command");
  command(env, d);
}

type Command = (env: Interaction, d: Directive) => void;

const COMMANDS: Readonly<Record<string, Command>> = {
  _breakpoint: () => {},
  "add-nodes": addNodes,
  campaign: (env, d) => env.node(firstId(d)).raw.campaign(),
  compact: compact,
  "deliver-msgs": deliverMessages,
  "forget-leader": (env, d) => env.node(firstId(d)).raw.forgetLeader(),
  "log-level": (env, d) => setLevel(env, d.args[0]?.key ?? ""),
  "process-append-thread": (env, d) => forEachNode(env, d, "processing append thread", (n) => env.processAppend(n)),
  "process-apply-thread": (env, d) => forEachNode(env, d, "processing apply thread", (n) => env.processApply(n)),
  "process-ready": (env, d) => forEachNode(env, d, "handling Ready", (n) => env.processReady(n)),
  propose: propose,
  "propose-conf-change": proposeConfChange,
  "raft-log": (env, d) => printLog(env, env.node(firstId(d))),
  "raft-state": printStates,
  // Not one of etcd's: its transcripts have no reads.
  "read-index": (env, d) => env.node(firstId(d)).raw.readIndex(new TextEncoder().encode(d.args[1]?.key ?? "")),
  "report-unreachable": reportUnreachable,
  "send-snapshot": sendSnapshot,
  "set-randomized-election-timeout": (env, d) =>
    setRandomizedElectionTimeout(env.node(firstId(d)).raw, scanNumber(d, argValue(d, "timeout") ?? "")),
  stabilize: stabilize,
  status: (env, d) => env.output.write(describeProgressMap(env.node(firstId(d)).raw.status().progress)),
  "tick-election": (env, d) => tick(env, d, ELECTION_TICK),
  "tick-heartbeat": (env, d) => tick(env, d, HEARTBEAT_TICK),
  "transfer-leadership": (env, d) =>
    env.node(scanId(d, argValue(d, "from") ?? "")).raw.transferLeader(scanId(d, argValue(d, "to") ?? "")),
};

function addNodes(env: Interaction, d: Directive): void {
  const count = scanNumber(d, d.args[0]?.key ?? "");
  const ids = (key: string): bigint[] => (d.args.find((a) => a.key === key)?.values ?? []).map((v) => scanId(d, v));
  const confState: ConfState = newConfState({ voters: ids("voters"), learners: ids("learners") });
  const index = scanNumber(d, argValue(d, "index") ?? "0");
  const content = argValue(d, "content");
  const config = nodeConfig(env, d);
  const hasBootstrap = confState.voters.length + confState.learners.length > 0 || index !== 0 || content !== undefined;
  if (hasBootstrap && index <= 1) throw new InteractionError("index must be specified as > 1 due to bootstrap");
  for (let i = 0; i < count; i++) {
    const metadata = newSnapshotMetadata({ confState, index, term: hasBootstrap ? 1 : 0 });
    const data = content === undefined ? undefined : new TextEncoder().encode(content);
    const id = BigInt(env.nodes.length + 1);
    env.nodes.push(new InteractionNode({ ...config, id }, newSnapshot({ data, metadata })));
  }
}

function nodeConfig(env: Interaction, d: Directive): Omit<Config, "id" | "storage"> {
  const flag = (key: string): boolean => scanBoolean(d, argValue(d, key) ?? "false");
  const readOnly = argValue(d, "read-only") ?? "safe";
  if (readOnly !== "safe" && readOnly !== "lease-based")
    throw new InteractionError(`invalid read-only option "${readOnly}"`);
  return {
    electionTick: ELECTION_TICK,
    heartbeatTick: HEARTBEAT_TICK,
    maxSizePerMsg: Number.POSITIVE_INFINITY,
    maxInflightMsgs: scanNumber(d, argValue(d, "inflight") ?? `${DEFAULT_INFLIGHT}`),
    maxCommittedSizePerReady: scanNumber(d, argValue(d, "max-committed-size-per-ready") ?? "0"),
    asyncStorageWrites: flag("async-storage-writes"),
    preVote: flag("prevote"),
    checkQuorum: flag("checkquorum"),
    disableConfChangeValidation: flag("disable-conf-change-validation"),
    stepDownOnRemoval: flag("step-down-on-removal"),
    readOnlyOption: readOnly === "safe" ? "safe" : "leaseBased",
    logger: env.output,
  };
}

function propose(env: Interaction, d: Directive): void {
  const data = d.args[1];
  if (data === undefined || d.args.length !== 2)
    throw new InteractionError("expected exactly one key with no vals: propose <node> <data>");
  env.node(firstId(d)).raw.propose(new TextEncoder().encode(data.key));
}

function proposeConfChange(env: Interaction, d: Directive): void {
  const isV1 = scanBoolean(d, argValue(d, "v1") ?? "false");
  const changes = confChangesFromString(d.input);
  const change = newConfChangeV2({ transition: parseTransition(argValue(d, "transition") ?? "auto"), changes });
  let any: ConfChangeAny = { kind: "v2", change };
  if (isV1) {
    const v1 = confChangeAsV1(any);
    if (v1 === undefined) throw new InteractionError("v1 conf change can only have one operation and no transition");
    any = { kind: "v1", change: v1 };
  }
  env.node(firstId(d)).raw.proposeConfChange(any);
}

function parseTransition(text: string): ConfChangeTransition {
  switch (text) {
    case "auto":
      return ConfChangeTransition.ConfChangeTransitionAuto;
    case "implicit":
      return ConfChangeTransition.ConfChangeTransitionJointImplicit;
    case "explicit":
      return ConfChangeTransition.ConfChangeTransitionJointExplicit;
    default:
      throw new InteractionError(`unknown transition ${text}`);
  }
}

/** Recipients in the order of the arguments: plain ids are delivered to, those in drop=(...) are dropped for. */
function deliverMessages(env: Interaction, d: Directive): void {
  const type = argValue(d, "type");
  if (type !== undefined && !(type in MessageType)) throw new InteractionError(`unknown message type ${type}`);
  let handled = 0;
  for (const arg of d.args) {
    if (arg.values.length === 0) handled += env.deliver(scanId(d, arg.key), { drop: false, type });
    if (arg.key === "drop") for (const id of arg.values) handled += env.deliver(scanId(d, id), { drop: true, type });
  }
  if (handled === 0) env.output.write("no messages\n");
}

/** Without a title for a single member, with one for each of several. */
function forEachNode(env: Interaction, d: Directive, title: string, act: (n: InteractionNode) => void): void {
  const ids = idArgs(d);
  for (const id of ids) {
    const node = env.node(id);
    if (ids.length === 1) {
      act(node);
      continue;
    }
    env.output.write(`> ${id} ${title}\n`);
    env.output.indented(() => act(node));
  }
}

function stabilize(env: Interaction, d: Directive): void {
  const level = env.output.level;
  const wanted = argValue(d, "log-level");
  if (wanted !== undefined) setLevel(env, wanted);
  try {
    const ids = idArgs(d);
    env.stabilize(ids.length === 0 ? env.nodes : ids.map((id) => env.node(id)));
  } finally {
    env.output.setLevel(level);
  }
}

function setLevel(env: Interaction, name: string): void {
  const problem = env.output.setLevel(name);
  if (problem !== undefined) throw new InteractionError(problem);
}

function tick(env: Interaction, d: Directive, ticks: number): void {
  const { raw } = env.node(firstId(d));
  for (let i = 0; i < ticks; i++) raw.tick();
}

function compact(env: Interaction, d: Directive): void {
  const node = env.node(firstId(d));
  node.storage.compact(scanNumber(d, d.args[1]?.key ?? ""));
  printLog(env, node);
}

function printLog(env: Interaction, { storage }: InteractionNode): void {
  const first = storage.firstIndex();
  const last = storage.lastIndex();
  if (last < first) {
    env.output.write(`log is empty: first index=${first}, last index=${last}`);
    return;
  }
  for (const entry of storage.entries(first, last + 1, Number.POSITIVE_INFINITY))
    env.output.write(`${describeEntry(entry)}\n`);
}

function printStates(env: Interaction): void {
  for (const { id, raw } of env.nodes) {
    const { config, raftState, hardState, lead } = raw.status();
    const voter = config.voters.has(id) ? "(Voter)" : "(Non-Voter)";
    env.output.write(`${id}: ${stateTypeName(raftState)} ${voter} Term:${hardState.term} Lead:${lead}\n`);
  }
}

function reportUnreachable(env: Interaction, d: Directive): void {
  const [on, of] = idArgs(d);
  if (on === undefined || of === undefined || d.args.length !== 2)
    throw new InteractionError("must specify exactly two node IDs");
  env.node(on).raw.reportUnreachable(of);
}

function sendSnapshot(env: Interaction, d: Directive): void {
  const [from, to] = idArgs(d);
  if (from === undefined || to === undefined) throw new InteractionError("must specify exactly two node IDs");
  const { raw, newest } = env.node(from);
  const m = newMessage({
    type: MessageType.MsgSnap,
    from,
    to,
    term: raw.basicStatus().hardState.term,
    snapshot: newest,
  });
  env.queue(m);
  env.output.write(describeMessage(m));
}

function firstId(d: Directive): bigint {
  return scanId(d, d.args[0]?.key ?? "");
}
