/**
 * A cluster in memory under a random schedule that one seed decides: clients, slow disks, lost messages, partitions, pauses, crashes,
 * changes of membership. What must hold is checked after each step of each member; in the end the faults stop and the cluster
 * must come to agree.
 */
import { assert, type MemoryBackend, messageOf, Prng } from "@quorate/base";
import { encodeContext, mayAddVoter, mayPromote, mayRemove, newMember } from "@quorate/machine";
import { type ConfChange, ConfChangeType, newConfChange } from "@quorate/proto";
import type { Peer } from "@quorate/raft";
import { ClusterOracle } from "./cluster-oracle.ts";
import { Clients } from "./simulated-clients.ts";
import { SimulatedMember, type SimulatedOptions, VERSION, type Waiter } from "./simulated-member.ts";
import { type NetworkOptions, SimulatedNetwork } from "./simulated-network.ts";

export type ClusterOptions = {
  readonly voters: number;
  readonly spares: number;
  readonly durationMs: number;
  readonly network: NetworkOptions;
  readonly member: SimulatedOptions;
  /** Chances in a round, of which there are about a hundred a second. */
  readonly chances: Readonly<Record<Fault | "client" | "change" | "transfer", number>>;
};

type Fault = "crash" | "start" | "pause" | "cut" | "join";

/** What happened, so that a test can see that what it means to test does happen. */
export type ClusterReport = Record<
  | "acknowledged"
  | "reads"
  | "leases"
  | "expired"
  | "changes"
  | "installs"
  | "starts"
  | "compacted"
  | "told"
  | "transfers"
  | "healMs",
  number
>;

const MAX_ROUND_MS = 20;
const MAX_HEAL_MS = 120_000;
/** What is under way when the last client has gone is done after so many rounds. */
const MAX_REST_ROUNDS = 500;
/** Longer than any lease lives after the last client is gone. */
const LEASES_GONE_MS = 10_000;

export function drawClusterOptions(random: Prng): ClusterOptions {
  const some = (chance: number, value: number): number => (random.chance(chance) ? value : 0);
  const snapshotCount = random.pick([5, 20, 100, 1_000]);
  return {
    voters: random.pick([1, 2, 3, 3, 3, 4, 5]),
    spares: random.below(3),
    durationMs: 3_000 + random.below(12_000),
    network: { maxDelayMs: random.pick([2, 20, 100]), loss: some(0.5, 0.15), duplicate: some(0.4, 0.1) },
    member: {
      snapshotCount,
      catchUpEntries: random.pick([1, 5, 50]),
      backendBatchMs: random.pick([0, 100, 500]),
      preVote: random.chance(0.7),
      autoCompaction: random.pick([
        { mode: "off" },
        { mode: "off" },
        { mode: "periodic", retentionMs: 2_000 },
        { mode: "periodic", retentionMs: 10_000 },
      ]),
      maxSyncMs: random.pick([0, 5, 50, 300]),
      maxInstallMs: random.pick([0, 50, 1_000]),
      checkpointIntervalMs: random.pick([undefined, 1_000]),
    },
    chances: {
      client: random.pick([0.1, 0.5, 1]),
      change: some(0.6, 0.03),
      transfer: some(0.5, 0.01),
      crash: some(0.7, 0.005),
      start: 0.02,
      pause: some(0.5, 0.003),
      cut: some(0.6, 0.004),
      join: 0.01,
    },
  };
}

/** Runs the schedule of `seed`. Throws with the seed and the moment when a rule is broken. */
export function runCluster(seed: number, trace: (line: string) => void = () => {}): ClusterReport {
  const options = drawClusterOptions(new Prng(seed).fork("options"));
  const cluster = new MemberCluster(seed, options, trace);
  try {
    return cluster.run();
  } catch (error) {
    const where = `seed=${seed} at ${cluster.nowMs} ms, options=${JSON.stringify(options)}`;
    throw new Error(`${messageOf(error)}\n${where}`, { cause: error });
  }
}

export class MemberCluster {
  nowMs = 0;
  readonly #options: ClusterOptions;
  readonly #random: Prng;
  readonly #members: SimulatedMember[] = [];
  readonly #network: SimulatedNetwork;
  readonly #oracle: ClusterOracle;
  readonly #clients: Clients;
  readonly #peers: readonly Peer[];
  readonly #trace: (line: string) => void;
  #changes = 0;
  #transfers = 0;

  constructor(seed: number, options: ClusterOptions, trace: (line: string) => void) {
    this.#options = options;
    this.#random = new Prng(seed).fork("schedule");
    this.#trace = (line) => trace(`${String(this.nowMs).padStart(6)} ${line}`);
    this.#network = new SimulatedNetwork(new Prng(seed).fork("network"), options.network);
    this.#oracle = new ClusterOracle(() => this.nowMs);
    this.#clients = new Clients(new Prng(seed).fork("clients"), this.#oracle, () => this.nowMs);
    const ids = Array.from({ length: options.voters + options.spares }, (_, i) => 100n + BigInt(i));
    this.#peers = ids.slice(0, options.voters).map((id) => ({ id, context: contextOf(id, false) }));
    for (const id of ids) this.#members.push(this.#newMember(seed, id));
  }

  run(): ClusterReport {
    for (const member of this.#members.slice(0, this.#options.voters)) member.start(0, this.#peers);
    while (this.nowMs < this.#options.durationMs) {
      this.#happen();
      this.#round();
    }
    const healMs = this.#heal();
    const up = this.#members.filter(({ isUp }) => isUp);
    this.#oracle.finalCheck(up.filter((member) => this.#isInConfiguration(member)));
    for (const member of up) member.stop();
    const sum = (of: (member: SimulatedMember) => number): number => this.#members.reduce((n, m) => n + of(m), 0);
    return {
      ...this.#oracle.counts,
      changes: this.#changes,
      transfers: this.#transfers,
      installs: sum(({ installs }) => installs),
      starts: sum(({ starts }) => starts),
      compacted: sum(({ compactedTo }) => (compactedTo > 1 ? 1 : 0)),
      told: sum(({ isTold, isRemoved }) => (isTold || isRemoved ? 1 : 0)),
      healMs,
    };
  }

  #newMember(seed: number, id: bigint): SimulatedMember {
    const own = new Prng(seed).fork(`member ${id}`);
    return new SimulatedMember(id, {
      random: own,
      options: this.#options.member,
      send: (bytes, to) => this.#network.send({ from: id, to, bytes, image: undefined }, this.nowMs),
      sendSnapshot: (bytes, to, image) => this.#network.send({ from: id, to, bytes, image }, this.nowMs),
      askVersions: () =>
        this.#members.filter((m) => this.#isInConfiguration(m)).map((m) => (m.isUp ? VERSION : undefined)),
      afterStep: (member) => this.#oracle.afterStep(member),
    });
  }

  /** A little time passes: messages arrive, members step. */
  #round(): void {
    this.nowMs += 1 + this.#random.below(MAX_ROUND_MS);
    this.#network.deliver(
      this.nowMs,
      ({ from, to, bytes, image }) => this.#arrived({ from, to, bytes, image }),
      ({ from, to, image }) => {
        if (image !== undefined) this.#of(from)?.push({ kind: "snapshotSent", id: to, outcome: "failure" });
        else if (this.#random.chance(0.2)) this.#of(from)?.push({ kind: "unreachable", id: to });
      },
    );
    for (const member of this.#members) member.turn(this.nowMs);
    for (const member of this.#members) {
      if (member.isUp && member.isRemoved && this.#random.chance(0.02)) this.#stopRemoved(member);
    }
  }

  #arrived({
    from,
    to,
    bytes,
    image,
  }: {
    from: bigint;
    to: bigint;
    bytes: Uint8Array;
    image: MemoryBackend | undefined;
  }): void {
    const sender = this.#of(from);
    const member = this.#of(to);
    if (member?.isUp !== true) {
      sender?.push(
        image === undefined ? { kind: "unreachable", id: to } : { kind: "snapshotSent", id: to, outcome: "failure" },
      );
      return;
    }
    // What the transport does with a member that was removed: it refuses, and says why.
    if (member.machine.parts.cluster.removed.has(from)) {
      if (sender?.isUp === true) this.#tellRemoved(sender);
      return;
    }
    if (image === undefined) return member.receive(bytes);
    member.receiveSnapshot(bytes, image);
    sender?.push({ kind: "snapshotSent", id: to, outcome: "finish" });
  }

  #tellRemoved(member: SimulatedMember): void {
    member.isTold = true;
    this.#stopRemoved(member);
  }

  #stopRemoved(member: SimulatedMember): void {
    this.#trace(`${member.id} was removed and stops`);
    member.stop();
  }

  #of(id: bigint): SimulatedMember | undefined {
    return this.#members.find((member) => member.id === id);
  }

  #happen(): void {
    const random = this.#random;
    const { chances } = this.#options;
    const up = this.#members.filter(({ isUp }) => isUp);
    const ids = this.#members.map(({ id }) => id);
    if (up.length > 0 && random.chance(chances.client)) this.#clients.act(random.pick(up));
    if (up.length > 0 && random.chance(chances.change)) this.#change(random.pick(up));
    if (up.length > 0 && random.chance(chances.transfer))
      this.#transfer(up.find((m) => m.member.isLeader) ?? random.pick(up));
    if (up.length > 0 && random.chance(chances.crash)) this.#crash(random.pick(up));
    if (up.length > 0 && random.chance(chances.pause))
      random.pick(up).pause(this.nowMs + random.pick([200, 1_500, 4_000]));
    if (random.chance(chances.start)) this.#startSome();
    if (random.chance(chances.cut)) this.#network.cut(ids);
    if (random.chance(chances.join)) this.#network.join();
  }

  #crash(member: SimulatedMember): void {
    this.#trace(`${member.id} crashes`);
    member.crash();
  }

  #startSome(): void {
    for (const member of this.#members) {
      if (member.isUp || !this.#mayRun(member) || this.#random.chance(0.5)) continue;
      this.#trace(`${member.id} starts`);
      member.start(this.nowMs, this.#peers.some(({ id }) => id === member.id) ? this.#peers : undefined);
    }
  }

  /** A member that was told of its removal stays down; one that nobody added has nothing to run for. */
  #mayRun(member: SimulatedMember): boolean {
    if (member.isTold || member.isRemoved) return false;
    return member.starts > 0 || this.#isInConfiguration(member);
  }

  /** In the configuration of whoever has applied most. */
  #isInConfiguration({ id }: SimulatedMember): boolean {
    const newest = this.#newest();
    return newest?.machine.parts.cluster.members.has(id) ?? false;
  }

  #newest(): SimulatedMember | undefined {
    let newest: SimulatedMember | undefined;
    for (const member of this.#members) {
      if (!member.isUp) continue;
      if (newest === undefined || member.machine.appliedIndex > newest.machine.appliedIndex) newest = member;
    }
    return newest;
  }

  #change(via: SimulatedMember): void {
    const change = this.#drawChange(via);
    if (change === undefined) return;
    this.#trace(`via ${via.id}: change ${change.type} of ${change.nodeId}`);
    const waiter = this.#clients.waiter((answer) => {
      if (answer.kind === "confirmed") this.#changes++;
    });
    via.push({ kind: "changeMembership", change: { ...change, id: via.member.nextId() }, waiter });
  }

  /** A change that the server would let through. */
  #drawChange(via: SimulatedMember): ConfChange | undefined {
    const random = this.#random;
    const { cluster } = via.machine.parts;
    const { id } = random.pick(this.#members);
    const known = cluster.members.get(id);
    const list = cluster.list();
    if (known === undefined) {
      if (cluster.removed.has(id)) return undefined;
      const isLearner = random.chance(0.5);
      if (!isLearner && !mayAddVoter(list)) return undefined;
      const type = isLearner ? ConfChangeType.ConfChangeAddLearnerNode : ConfChangeType.ConfChangeAddNode;
      return newConfChange({ type, nodeId: id, context: contextOf(id, isLearner) });
    }
    if (known.isLearner && mayPromote(list) && random.chance(0.7)) {
      const context = encodeContext({ member: known, isPromote: true });
      return newConfChange({ type: ConfChangeType.ConfChangeAddNode, nodeId: id, context });
    }
    if (random.chance(0.2)) {
      const peerUrls = [`http://peer-${id}-${this.nowMs}:2380`];
      const context = encodeContext({ member: { ...known, peerUrls }, isPromote: false });
      return newConfChange({ type: ConfChangeType.ConfChangeUpdateNode, nodeId: id, context });
    }
    const voters = list.filter(({ isLearner }) => !isLearner);
    const isSafe = known.isLearner || (voters.length > 2 && mayRemove(list, id));
    return isSafe ? newConfChange({ type: ConfChangeType.ConfChangeRemoveNode, nodeId: id }) : undefined;
  }

  #transfer(via: SimulatedMember): void {
    const { id: target } = this.#random.pick(this.#members);
    const waiter: Waiter = this.#clients.waiter((answer) => {
      if (answer.kind === "confirmed") this.#transfers++;
    });
    via.push({ kind: "moveLeader", target, waiter });
  }

  /** No more faults: everyone who belongs to the cluster runs, and they must agree, and let expire what has expired. */
  #heal(): number {
    this.#trace("heals");
    const beganMs = this.nowMs;
    this.#network.isHealed = true;
    for (const member of this.#members) member.pause(0);
    while (!this.#isAtRest()) {
      assert(this.nowMs - beganMs < MAX_HEAL_MS, `the cluster agrees once the faults are over: ${this.#describe()}`);
      for (let i = 0; i < 20; i++) this.#round();
      this.#startSome();
    }
    const healMs = this.nowMs - beganMs;
    this.#oracle.expectProgress();
    const untilMs = this.nowMs + LEASES_GONE_MS;
    for (let i = 0; this.nowMs < untilMs; i++) {
      const up = this.#members.filter((member) => member.isUp && this.#isInConfiguration(member));
      if (i % 100 === 0 && up.length > 0) this.#clients.put(this.#random.pick(up));
      this.#round();
      // What was asked for before the faults ended may come to pass now.
      if (i % 20 === 0) this.#startSome();
    }
    for (let i = 0; !this.#isAtRest(); i++) {
      assert(i < MAX_REST_ROUNDS, `the cluster comes to rest: ${this.#describe()}`);
      this.#round();
      this.#startSome();
    }
    return healMs;
  }

  #isAtRest(): boolean {
    const newest = this.#newest();
    if (newest === undefined) return false;
    const inside = this.#members.filter((member) => this.#isInConfiguration(member));
    const { appliedIndex } = newest.machine;
    return inside.every(
      (m) =>
        m.isUp &&
        m.machine.appliedIndex === appliedIndex &&
        m.member.lead !== 0n &&
        m.member.isPublished &&
        !m.machine.parts.store.compacting,
    );
  }

  #describe(): string {
    const states = this.#members.map((m) => {
      if (!m.isUp) return `${m.id}: down`;
      const { term, lead, commitIndex, appliedIndex, isPublished, confState } = m.member;
      return `${m.id}: term ${term} lead ${lead} commit ${commitIndex} applied ${appliedIndex} published ${isPublished} voters ${confState.voters}`;
    });
    return states.join("; ");
  }
}

function contextOf(id: bigint, isLearner: boolean): Uint8Array {
  return encodeContext({
    member: newMember({ id, peerUrls: [`http://peer-${id}:2380`], isLearner }),
    isPromote: false,
  });
}
