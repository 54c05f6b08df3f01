/**
 * A random schedule over a cluster of raft members: ticks, proposals, reads, membership changes, leadership transfers, snapshots,
 * lost, repeated, late and overtaking messages, partitions, crashes, in an order that one seed decides. What must hold is
 * checked after every event (raft-cluster-oracle.ts); in the end the faults stop, and the cluster must come to agree.
 */
import { Prng } from "@quorate/base";
import {
  ConfChangeTransition,
  ConfChangeType,
  decodeMessage,
  encodeMessage,
  type Message,
  MessageType,
  newConfChange,
  newConfChangeSingle,
  newConfChangeV2,
  newConfState,
} from "@quorate/proto";
import { type ConfChangeAny, type Config, describeMessage, type NodeId, type Peer, StateType } from "@quorate/raft";
import { Member } from "./raft-cluster-member.ts";
import { must, Oracle } from "./raft-cluster-oracle.ts";
import { isBlockedByRemoved } from "./raft-cluster-stuck.ts";

/** What a seed decides before the first event. */
export type ScheduleOptions = {
  readonly voters: number;
  readonly learners: number;
  readonly spares: number;
  readonly bootstrap: boolean;
  readonly events: number;
  /** Chance that a message is lost, that it comes twice, that it overtakes others. */
  readonly loss: number;
  readonly duplicate: number;
  readonly reorder: number;
  /** Chance that the disk has no snapshot ready. */
  readonly snapshotUnavailable: number;
  /** How often each event happens, relative to the others. */
  readonly weights: Readonly<Record<EventName, number>>;
  readonly config: Omit<Config, "id" | "storage" | "applied" | "random" | "logger" | "asyncStorageWrites">;
  /** Which members write asynchronously: none, all, or every other one. */
  readonly asyncStorageWrites: "none" | "all" | "some";
};

/** What happened; the test that runs many schedules checks that nothing it means to test was left out. */
export type ScheduleReport = Record<
  "elections" | "applied" | "reads" | "confChanges" | "snapshotsRestored" | "crashes" | "healRounds" | "blocked",
  number
>;

export type EventName =
  | "tick"
  | "deliver"
  | "work"
  | "propose"
  | "read"
  | "change"
  | "transfer"
  | "forget"
  | "compact"
  | "crash"
  | "start"
  | "cut"
  | "join"
  | "report";

type InFlight = { readonly to: NodeId; readonly from: NodeId; readonly bytes: Uint8Array; readonly type: MessageType };
type SnapshotReport = { readonly from: NodeId; readonly to: NodeId; readonly outcome: "finish" | "failure" };

/** Bound on messages in flight: beyond it the oldest are lost. */
const MAX_IN_FLIGHT = 500;
/** Rounds of one tick each in which a healed cluster must agree. */
const MAX_HEAL_ROUNDS = 400;

/** Draws everything that distinguishes one schedule from another. */
export function drawOptions(random: Prng): ScheduleOptions {
  const some = (probability: number, value: number): number => (random.chance(probability) ? value : 0);
  const voters = random.pick([1, 2, 3, 3, 3, 4, 5, 5]);
  const learners = random.pick([0, 0, 0, 1, 2]);
  const checkQuorum = random.chance(0.5);
  const electionTick = random.pick([3, 5, 10]);
  const maxSizePerMsg = random.pick([0, 40, 200, Number.POSITIVE_INFINITY]);
  return {
    voters,
    learners,
    spares: Math.min(random.below(3), 7 - voters - learners),
    bootstrap: random.chance(0.3),
    events: 500 + random.below(4500),
    loss: some(0.6, random.below(30) / 100),
    duplicate: some(0.5, random.below(20) / 100),
    reorder: some(0.7, random.below(80) / 100),
    snapshotUnavailable: some(0.3, 0.3),
    weights: {
      tick: 20 + random.below(60),
      deliver: 100 + random.below(200),
      work: 200 + random.below(400),
      propose: 1 + random.below(30),
      read: some(0.6, random.below(20)),
      change: some(0.6, random.below(15)),
      transfer: some(0.3, random.below(6)),
      forget: some(0.2, random.below(6)),
      compact: some(0.7, random.below(20)),
      crash: some(0.7, random.below(8)),
      start: 2 + random.below(10),
      cut: some(0.6, random.below(5)),
      join: 1 + random.below(8),
      report: 2 + random.below(10),
    },
    config: {
      electionTick,
      heartbeatTick: 1 + random.below(2),
      maxSizePerMsg,
      maxCommittedSizePerReady: random.pick([0, 1, 60, 500]),
      maxUncommittedEntriesSize: random.pick([0, 0, 100, 1000]),
      maxInflightMsgs: random.pick([1, 2, 4, 256]),
      maxInflightBytes: maxSizePerMsg === Number.POSITIVE_INFINITY ? 0 : random.pick([0, 0, 200, 1000]),
      checkQuorum,
      preVote: random.chance(0.5),
      readOnlyOption: checkQuorum && random.chance(0.1) ? "leaseBased" : "safe",
      stepDownOnRemoval: random.chance(0.4),
      disableProposalForwarding: random.chance(0.2),
    },
    asyncStorageWrites: random.pick(["none", "all", "some"]),
  };
}

/** Runs the schedule of `seed`. Throws with seed, options and the number of the event when a rule is broken. */
export function runSchedule(seed: number, trace: (line: string) => void = () => {}): ScheduleReport {
  const options = drawOptions(new Prng(seed).fork("options"));
  const cluster = new RaftCluster(seed, options, trace);
  try {
    return cluster.run();
  } catch (error) {
    const where = `seed=${seed} event=${cluster.event} options=${JSON.stringify(options)}`;
    const rerun = `rerun: SEED=${seed} SCHEDULES=1 npm test -- raft-cluster`;
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${where}\n${rerun}`, { cause: error });
  }
}

export class RaftCluster {
  /** Number of the current event. */
  event = 0;
  readonly #options: ScheduleOptions;
  readonly #random: Prng;
  readonly #oracle: Oracle;
  readonly #members: Member[] = [];
  readonly #trace: (line: string) => void;
  readonly #events: EventName[] = [];
  #inFlight: InFlight[] = [];
  #snapshotReports: SnapshotReport[] = [];
  /** Directed pairs `from>to` over which nothing gets through. */
  readonly #cuts = new Set<string>();
  #faulty = true;
  /** The cluster came to rest in the one way that is not raft's fault: see raft-cluster-stuck.ts. */
  #blocked = false;
  #proposals = 0;
  #reads = 0;

  constructor(seed: number, options: ScheduleOptions, trace: (line: string) => void) {
    this.#options = options;
    this.#random = new Prng(seed).fork("schedule");
    this.#trace = (line) => trace(`${String(this.event).padStart(5)} ${line}`);
    const { voters, learners, spares, bootstrap } = options;
    const ids = Array.from({ length: voters + learners + spares }, (_, i) => BigInt(i + 1));
    const first = ids.slice(0, voters);
    const peers = bootstrap ? first.map((id) => ({ id })) : [];
    const initial = bootstrap
      ? [newConfState(), ...first.map((_, i) => newConfState({ voters: first.slice(0, i + 1) }))]
      : [newConfState({ voters: first, learners: ids.slice(voters, voters + learners) })];
    this.#oracle = new Oracle(
      initial.map((confState, index) => ({ index, confState })),
      options.config.readOnlyOption === "safe",
    );
    for (const id of ids) this.#members.push(this.#newMember(seed, id, peers));
    for (const [name, weight] of Object.entries(options.weights)) {
      for (let i = 0; i < weight; i++) this.#events.push(name as EventName);
    }
  }

  run(): ScheduleReport {
    for (const member of this.#members) member.start();
    for (this.event = 1; this.event <= this.#options.events; this.event++)
      this.#happen(this.#random.pick(this.#events));
    const healRounds = this.#heal();
    const sum = (what: keyof Member["counts"]): number => this.#members.reduce((n, { counts }) => n + counts[what], 0);
    return {
      elections: sum("elections"),
      applied: sum("applied"),
      reads: sum("reads"),
      confChanges: sum("confChanges"),
      snapshotsRestored: sum("snapshotsRestored"),
      crashes: sum("crashes"),
      healRounds,
      blocked: this.#blocked ? 1 : 0,
    };
  }

  #newMember(seed: number, id: NodeId, bootstrapPeers: readonly Peer[]): Member {
    const { config, asyncStorageWrites, snapshotUnavailable } = this.#options;
    const random = new Prng(seed).fork(`member ${id}`);
    const member = new Member(id, {
      oracle: this.#oracle,
      random,
      bootstrapPeers,
      config: {
        ...config,
        id,
        random,
        asyncStorageWrites: asyncStorageWrites === "all" || (asyncStorageWrites === "some" && id % 2n === 0n),
      },
      send: (m) => this.#send(m),
      trace: this.#trace,
    });
    member.disk.snapshotUnavailable = () => this.#faulty && random.chance(snapshotUnavailable);
    return member;
  }

  #happen(name: EventName): void {
    const random = this.#random;
    const member = random.pick(this.#members);
    switch (name) {
      case "tick":
        return member.act((node) => node.tick());
      case "deliver":
        return this.#deliver();
      case "work":
        for (let n = random.pick([1, 1, 2, 6]); n > 0 && member.work(); n--);
        return;
      case "propose":
        return this.#propose(member);
      case "read":
        return this.#read(member);
      case "change":
        return this.#change(member);
      case "transfer":
        return member.act((node) => node.transferLeader(random.pick(this.#members).id));
      case "forget":
        return member.act((node) => node.forgetLeader());
      case "compact":
        return member.compact(random.below(10));
      case "crash":
        return member.node === undefined ? undefined : member.crash();
      case "start":
        for (const down of this.#members) if (down.node === undefined && random.chance(0.5)) down.start();
        return;
      case "cut":
        return this.#cut();
      case "join":
        this.#cuts.clear();
        return;
      default:
        this.#report();
    }
  }

  #propose(member: Member): void {
    const data = new Uint8Array(4 + this.#random.below(60));
    new DataView(data.buffer).setUint32(0, ++this.#proposals);
    member.act((node) => node.propose(data));
  }

  #read(member: Member): void {
    if (member.node === undefined) return;
    const context = `${++this.#reads}`;
    this.#oracle.askedRead(context);
    member.act((node) => node.readIndex(new TextEncoder().encode(context)));
  }

  #change(member: Member): void {
    const change = this.#drawChange();
    this.#trace(
      `${member.id} proposes ${change.kind} ${JSON.stringify(change.change, (_, v) => (typeof v === "bigint" ? Number(v) : v))}`,
    );
    member.act((node) => node.proposeConfChange(change));
  }

  /** Simple and joint changes, promotions, demotions, removals; leaving a joint configuration; some that are refused. */
  #drawChange(): ConfChangeAny {
    const random = this.#random;
    const { ConfChangeAddNode, ConfChangeRemoveNode, ConfChangeAddLearnerNode } = ConfChangeType;
    const type = (): ConfChangeType =>
      random.pick([ConfChangeAddNode, ConfChangeAddNode, ConfChangeRemoveNode, ConfChangeAddLearnerNode]);
    if (random.chance(0.3)) {
      return { kind: "v1", change: newConfChange({ type: type(), nodeId: random.pick(this.#members).id }) };
    }
    if (random.chance(0.3)) return { kind: "v2", change: newConfChangeV2() };
    const changes = Array.from({ length: 1 + random.below(3) }, () =>
      newConfChangeSingle({ type: type(), nodeId: random.pick(this.#members).id }),
    );
    const transition = random.pick(Object.values(ConfChangeTransition));
    return { kind: "v2", change: newConfChangeV2({ transition, changes }) };
  }

  /** A new partition: two sides, one member alone, or one direction only. */
  #cut(): void {
    const random = this.#random;
    const oneWay = random.chance(0.3);
    const side = new Set(this.#members.filter(() => random.chance(0.4)).map(({ id }) => id));
    for (const { id: from } of this.#members) {
      for (const { id: to } of this.#members) {
        if (side.has(from) && !side.has(to)) this.#cuts.add(`${from}>${to}`);
        if (!oneWay && !side.has(from) && side.has(to)) this.#cuts.add(`${from}>${to}`);
      }
    }
    this.#trace(`cut ${[...this.#cuts].join(" ")}`);
  }

  #send(m: Message): void {
    this.#inFlight.push({ to: m.to, from: m.from, bytes: encodeMessage(m), type: m.type });
    if (this.#inFlight.length > MAX_IN_FLIGHT) this.#lost(this.#inFlight.shift() as InFlight);
  }

  #deliver(): void {
    const { loss, duplicate, reorder } = this.#options;
    const random = this.#random;
    if (this.#inFlight.length === 0) return;
    const at = this.#faulty && random.chance(reorder) ? random.below(this.#inFlight.length) : 0;
    const message = this.#inFlight[at] as InFlight;
    if (!(this.#faulty && random.chance(duplicate))) this.#inFlight.splice(at, 1);
    const member = this.#members.find(({ id }) => id === message.to);
    const blocked = this.#cuts.has(`${message.from}>${message.to}`) || (this.#faulty && random.chance(loss));
    if (blocked || member?.node === undefined) {
      this.#lost(message);
      return;
    }
    const m = decodeMessage(message.bytes);
    this.#trace(describeMessage(m));
    if (m.type === MessageType.MsgSnap) this.#snapshotReports.push({ from: m.from, to: m.to, outcome: "finish" });
    member.act((node) => node.step(m));
  }

  /** The sender may learn of it, and learns of every lost snapshot sooner or later. */
  #lost({ from, to, type }: InFlight): void {
    if (type === MessageType.MsgSnap) this.#snapshotReports.push({ from, to, outcome: "failure" });
    else if (this.#random.chance(0.2)) this.#memberOf(from)?.act((node) => node.reportUnreachable(to));
  }

  #report(): void {
    const report = this.#snapshotReports.shift();
    if (report !== undefined)
      this.#memberOf(report.from)?.act((node) => node.reportSnapshot(report.to, report.outcome));
  }

  #memberOf(id: NodeId): Member | undefined {
    return this.#members.find((member) => member.id === id);
  }

  // ---- the end: no more faults, and the cluster must come to agree ----

  #heal(): number {
    this.#trace("heals");
    this.#faulty = false;
    this.#cuts.clear();
    let marked: number | undefined;
    for (let round = 1; round <= MAX_HEAL_ROUNDS; round++) {
      this.event++;
      this.#startAndStop();
      for (const member of this.#members) member.act((node) => node.tick());
      this.#moveLeadership();
      this.#settle();
      const agreed = this.#agreedIndex();
      if (agreed === undefined) continue;
      if (marked !== undefined && agreed > marked) return round;
      // They agree: now they must also accept something new.
      marked ??= agreed;
      this.#leader()?.act((node) => node.propose(Uint8Array.of(1)));
      this.#settle();
    }
    if (isBlockedByRemoved(this.#members)) {
      this.#blocked = true;
      return MAX_HEAL_ROUNDS;
    }
    const states = this.#members.map(({ id, node, applied }) => {
      const status = node?.status();
      return `${id}: ${node === undefined ? "down" : `role ${status?.raftState} term ${status?.hardState.term} lead ${status?.lead} commit ${status?.hardState.commit} voters ${status?.config.voters}`} applied ${applied}`;
    });
    must(false, `no agreement after ${MAX_HEAL_ROUNDS} ticks without faults:\n${states.join("\n")}`);
  }

  /** Members of the newest configuration run; those that everyone knows to be removed are shut down, as an operator would. */
  #startAndStop(): void {
    const { index, confState } = this.#oracle.confStateAt(this.#oracle.highestApplied);
    const { voters, votersOutgoing, learners } = confState;
    const isIn = ({ id }: Member): boolean => [...voters, ...votersOutgoing, ...learners].includes(id);
    const newest = this.#members.filter(isIn);
    // Nobody may have applied anything yet: then there is no configuration that could have removed anyone.
    const known = newest.length > 0 && newest.every((member) => member.applied >= index && member.node !== undefined);
    for (const member of this.#members) {
      const runs = isIn(member) || !known;
      if (runs && member.node === undefined) member.start();
      if (!runs && member.node !== undefined) member.crash();
      // A snapshot from before a member was added is no use to it: make one that knows it.
      if (member.disk.live.base.index > 0) member.compact(1000);
    }
  }

  /**
   * A leader that was demoted leads on, but no longer counts what is acknowledged already; if its limit on uncommitted entries is
   * reached it takes no new ones, which would make it count. An operator hands leadership to a voter.
   */
  #moveLeadership(): void {
    const leader = this.#leader();
    const voters = leader?.node?.status().config.voters;
    if (leader === undefined || voters === undefined || voters.has(leader.id)) return;
    const heir = voters.ids().find((id) => this.#memberOf(id)?.node !== undefined);
    if (heir !== undefined) leader.act((node) => node.transferLeader(heir));
  }

  /** Delivers and works until nothing moves. */
  #settle(): void {
    for (let steps = 0, moved = true; moved && steps < 500; steps++) {
      moved = this.#inFlight.length > 0 || this.#snapshotReports.length > 0;
      for (let n = this.#inFlight.length; n > 0; n--) this.#deliver();
      for (let n = this.#snapshotReports.length; n > 0; n--) this.#report();
      for (const member of this.#members) for (let n = 0; n < 100 && member.work(); n++) moved = true;
    }
  }

  #leader(): Member | undefined {
    const leaders = this.#members.filter(({ node }) => node?.basicStatus().raftState === StateType.Leader);
    return leaders.length === 1 ? leaders[0] : undefined;
  }

  /** The index that every member of the leader's configuration has applied, if that is all there is. */
  #agreedIndex(): number | undefined {
    const status = this.#leader()?.node?.status();
    if (status === undefined) return undefined;
    const { applied, hardState, progress } = status;
    const ids = [...progress.keys()];
    const agree = ids.every((id) => this.#memberOf(id)?.node !== undefined && this.#memberOf(id)?.applied === applied);
    const complete = ids.every((id) => progress.get(id)?.match === hardState.commit);
    return agree && complete && applied === hardState.commit ? applied : undefined;
  }
}
