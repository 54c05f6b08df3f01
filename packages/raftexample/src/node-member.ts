/**
 * One member put together: storage, raft, transport, store and HTTP API, in the order in which they depend on each other. The one place
 * where everything meets; every decision is made elsewhere.
 */
import { randomBytes } from "node:crypto";
import type { Server } from "node:http";
import { createServer, type Server as SocketServer } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { assert, CodedError, equalBytes, type Logger, Prng, type TracePoints } from "@quorate/base";
import {
  decodeWalMetadata,
  encodeWalMetadata,
  type HardState,
  newHardState,
  newWalMetadata,
  type Snapshot,
} from "@quorate/proto";
import { type Config, MemoryStorage, type Node, type Ready, restartNode, StateType, startNode } from "@quorate/raft";
import { createPeerServer, Transport } from "@quorate/rafthttp";
import { type DurableStorage, dataDir, lockDataDir, startStorageThread } from "@quorate/storage";
import { Changes } from "./changes.ts";
import { Channel } from "./channel.ts";
import { ORIGIN_BYTES } from "./kv-codec.ts";
import { type Commit, KvStore, type ProposeRequest } from "./kv-store.ts";
import { LinearizableReads } from "./linearizable-reads.ts";
import { newMembers } from "./members.ts";
import { createHttpApi } from "./node-http-api.ts";
import type { Options } from "./options.ts";
import { RaftNode } from "./raft-node.ts";
import { ReplicatedState } from "./replicated-state.ts";
import { describeStatus } from "./status.ts";

/** All clusters of this example share one id, as those of etcd's do. */
const CLUSTER_ID = 0x1000n;
/** The version claimed towards peers. */
const SERVER_VERSION = "3.5.30";
const API_HOST = "127.0.0.1";
const TICK_MS = 100;
const ELECTION_TICKS = 10;
const HEARTBEAT_TICKS = 1;
const MAX_SIZE_PER_MESSAGE = 1024 * 1024;
const MAX_INFLIGHT_MESSAGES = 512;
const MAX_UNCOMMITTED_BYTES = 1 << 30;
/** The whole store travels inside the snapshot message, which etcd's 64 MiB would cap. */
const MAX_SNAPSHOT_MESSAGE_BYTES = 1 << 30;
/** A request that was not answered by then is told so; as etcd: five seconds and two election timeouts. */
const REQUEST_TIMEOUT_MS = 5_000 + 2 * ELECTION_TICKS * TICK_MS;
/** The context of a read request: origin and number. */
const READ_CONTEXT_BYTES = ORIGIN_BYTES + 8;
/** How long a stopping leader waits for another to take over. */
const TRANSFER_WITHIN_MS = 1_000;
/** A removed member goes on this long, so that the others learn from it that its removal is committed. */
const LINGER_AFTER_REMOVAL_MS = 500;

/** How a member ended. */
export type End =
  | { readonly kind: "stopped" }
  | { readonly kind: "removed" }
  | { readonly kind: "failed"; readonly error: unknown };

/** A running member. */
export type Member = {
  readonly ended: Promise<End>;
  /** Stops gracefully: hands leadership over, finishes what is being saved. */
  readonly stop: () => void;
  readonly apiPort: number;
  readonly status: () => string;
  readonly isLeader: () => boolean;
  readonly storage: DurableStorage;
};

export type MemberDeps = { readonly logger: Logger; readonly trace: TracePoints };

/** A start that cannot succeed; its message is for the person at the command line. */
export class StartError extends CodedError<{ readonly code: "Foreign" | "ListenFailed" }> {
  override readonly name = "StartError";
}

/** Starts a member: resolves once both ports listen. Throws what is wrong, with nothing left running. */
export async function startMember(options: Options, deps: MemberDeps): Promise<Member> {
  await checkPorts(options);
  const lock = await lockDataDir(options.dataDir);
  const metadata = encodeWalMetadata(newWalMetadata({ nodeId: options.id, clusterId: CLUSTER_ID }));
  let storage: DurableStorage | undefined;
  try {
    storage = await startStorageThread({ dir: dataDir(options.dataDir), metadata, logger: deps.logger });
    checkOwner(options, storage);
    const member = new RunningMember(options, deps, storage, lock.release);
    await member.listen().catch(async (error: unknown) => {
      member.stop();
      await member.ended;
      throw error;
    });
    return member;
  } catch (error) {
    await storage?.close().catch(() => undefined);
    await lock.release();
    throw error;
  }
}

/** Finds a port that is taken before anything is written. It may still be lost to somebody else: `listen` says so then. */
async function checkPorts(options: Options): Promise<void> {
  for (const { port, host } of [peerAddress(options), { port: options.port, host: API_HOST }]) {
    const probe = createServer((socket) => socket.destroy());
    await listen(probe, port, host);
    await new Promise((done) => probe.close(done));
  }
}

function peerAddress({ id, cluster }: Options): { readonly port: number; readonly host: string } {
  const own = new URL(cluster[Number(id) - 1] ?? "");
  return { port: Number(own.port), host: own.hostname.replace(/^\[|\]$/g, "") };
}

function checkOwner({ id, dataDir: dir }: Options, storage: DurableStorage): void {
  const owner = decodeWalMetadata(storage.restored.metadata);
  if (owner.nodeId === id && owner.clusterId === CLUSTER_ID) return;
  const message = `${dir} is the data of member ${owner.nodeId} of cluster ${owner.clusterId.toString(16)}, not of member ${id}`;
  throw new StartError(message, { code: "Foreign" });
}

class RunningMember implements Member {
  readonly ended: Promise<End>;
  readonly storage: DurableStorage;
  readonly #options: Options;
  readonly #deps: MemberDeps;
  readonly #releaseLock: () => Promise<void>;
  readonly #log = new MemoryStorage();
  /** Names this run of this process: what it asked for is never mixed up with what an earlier run asked for. */
  readonly #origin = new Uint8Array(randomBytes(ORIGIN_BYTES));
  readonly #state: ReplicatedState;
  readonly #store: KvStore;
  readonly #changes: Changes;
  readonly #reads: LinearizableReads;
  readonly #transport: Transport;
  readonly #node: Node;
  readonly #raftNode: RaftNode;
  readonly #api: Server;
  readonly #peerServer: Server;
  readonly #timers: NodeJS.Timeout[] = [];
  #resolveEnded: (end: End) => void = () => {};
  #stopping = false;

  constructor(options: Options, deps: MemberDeps, storage: DurableStorage, releaseLock: () => Promise<void>) {
    this.#options = options;
    this.#deps = deps;
    this.storage = storage;
    this.#releaseLock = releaseLock;
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    const now = (): number => performance.now();
    const proposeC = new Channel<ProposeRequest>("proposeC");
    const commitC = new Channel<Commit>("commitC");
    const origin = this.#origin;
    const members = newMembers();
    this.#store = new KvStore(
      { origin, memberId: options.id, trace: deps.trace, now, timeoutMs: REQUEST_TIMEOUT_MS },
      proposeC,
      commitC,
    );
    this.#state = new ReplicatedState(members, this.#store, () => nextTurn());
    this.#changes = new Changes({
      now,
      timeoutMs: REQUEST_TIMEOUT_MS,
      origin,
      propose: (change) => this.#node.proposeConfChange(change),
    });
    this.#reads = new LinearizableReads({
      now,
      timeoutMs: REQUEST_TIMEOUT_MS,
      readIndex: (context) => this.#readIndex(context),
    });
    this.#transport = this.#createTransport();
    const restored = this.#replayWAL();
    this.#node = this.#startNode(restored);
    this.#raftNode = this.#createRaftNode(restored, proposeC, commitC);
    for (const [id, url] of this.#initialPeers(restored)) this.#transport.addPeer(id, [url]);
    this.#raftNode.serveChannels();
    const service = {
      lookup: (key: string) => this.#store.lookup(key),
      confirmRead: () => this.#reads.confirm(),
      propose: (key: string, value: Uint8Array) => this.#store.propose(key, value),
      addMember: (id: bigint, url: string) => this.#changes.add(id, url),
      removeMember: (id: bigint) => this.#changes.remove(id),
      status: () => this.status(),
    };
    this.#api = createHttpApi({ service, memberId: options.id, trace: deps.trace, logger: deps.logger });
    this.#peerServer = createPeerServer(undefined, (request, response) => {
      if (this.#transport.handle(request, response)) return;
      response.writeHead(404);
      response.end();
    });
  }

  get apiPort(): number {
    const address = this.#api.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  async listen(): Promise<void> {
    const own = peerAddress(this.#options);
    await listen(this.#peerServer, own.port, own.host);
    await listen(this.#api, this.#options.port, API_HOST);
    this.#timers.push(setInterval(() => this.#node.tick(), TICK_MS));
    this.#timers.push(setInterval(() => this.#expire(), TICK_MS));
    this.#deps.logger.info(
      `serving keys on http://127.0.0.1:${this.apiPort}, peers on ${this.#options.cluster[Number(this.#options.id) - 1]}`,
    );
  }

  status(): string {
    const status = this.#node.status();
    return describeStatus(status, this.#raftNode.appliedIndex, this.#state.members, this.storage.stats());
  }

  isLeader(): boolean {
    return this.#raftNode.isLeader;
  }

  stop(): void {
    this.#stop({ kind: "stopped" });
  }

  /** Brings the log back into memory: snapshot, HardState, entries. etcd's example calls it replayWAL. */
  #replayWAL(): { readonly snapshot: Snapshot | undefined; readonly isNew: boolean } {
    const { isNew, snapshot, hardState, entries } = this.storage.restored;
    if (snapshot !== undefined) {
      this.#log.applySnapshot(snapshot);
      this.#state.recover(snapshot.data ?? new Uint8Array(0));
    }
    this.#log.setHardState(withKnownCommit(hardState, snapshot));
    this.#log.append(entries);
    return { snapshot, isNew };
  }

  #startNode({ snapshot, isNew }: { readonly snapshot: Snapshot | undefined; readonly isNew: boolean }): Node {
    const { id, cluster, join } = this.#options;
    const config: Config = {
      id,
      electionTick: ELECTION_TICKS,
      heartbeatTick: HEARTBEAT_TICKS,
      storage: this.#log,
      applied: snapshot?.metadata.index ?? 0,
      maxSizePerMsg: MAX_SIZE_PER_MESSAGE,
      maxInflightMsgs: MAX_INFLIGHT_MESSAGES,
      maxUncommittedEntriesSize: MAX_UNCOMMITTED_BYTES,
      checkQuorum: true,
      preVote: true,
      logger: this.#deps.logger,
      trace: this.#deps.trace,
      random: new Prng(`${id}:${performance.timeOrigin}`),
    };
    const nodeDeps = {
      schedule: (turn: () => void) => void setImmediate(turn),
      onReady: (ready: Ready) => this.#raftNode.serveReady(ready),
      onRefused: (error: Error & { readonly code: string }) => {
        // Entries that this member acknowledged are gone: it must not vote or acknowledge any more.
        if (error.code === "CommitOutOfRange") this.#stop({ kind: "failed", error });
      },
    };
    if (!isNew || join) return restartNode(config, nodeDeps);
    const peers = cluster.map((url, i) => ({ id: BigInt(i + 1), context: new TextEncoder().encode(url) }));
    return startNode(config, peers, nodeDeps);
  }

  #createRaftNode(
    { snapshot }: { readonly snapshot: Snapshot | undefined },
    proposeC: Channel<ProposeRequest>,
    commitC: Channel<Commit>,
  ): RaftNode {
    const index = snapshot?.metadata.index ?? 0;
    const { confState } = this.#log.initialState();
    return new RaftNode(
      {
        memberId: this.#options.id,
        node: this.#node,
        storage: this.#log,
        log: {
          save: (hardState, entries, mustSync) =>
            hardState === undefined && entries.length === 0
              ? Promise.resolve()
              : this.storage.save(hardState, entries, mustSync),
          saveSnapshot: (taken) => this.storage.saveSnapshot(taken),
          release: (upTo) => this.storage.release(upTo),
        },
        peers: {
          send: (messages) => this.#transport.send(messages),
          sendSnapshot: (m) => this.#transport.sendSnapshot(m),
          addPeer: (id, url) => this.#transport.addPeer(id, [url]),
          removePeer: (id) => this.#transport.removePeer(id),
        },
        members: this.#state.members,
        proposeC,
        commitC,
        snapshotCount: this.#options.snapshotCount,
        getSnapshot: () => this.#state.snapshot(),
        recover: (data) => this.#recover(data),
        onReadState: (context, at) => this.#reads.confirmed(contextNumber(context, this.#origin), at),
        onApplied: (applied) => this.#reads.applied(applied),
        onConfChange: (id, problem) => this.#changes.applied(id, problem),
        onRemoved: () => void setTimeout(() => this.#stop({ kind: "removed" }), LINGER_AFTER_REMOVAL_MS),
        onFatal: (error) => this.#stop({ kind: "failed", error }),
        logger: this.#deps.logger,
        trace: this.#deps.trace,
      },
      { confState, appliedIndex: index, snapshotIndex: index },
    );
  }

  #createTransport(): Transport {
    const { id, cluster } = this.#options;
    const identity = { id, clusterId: CLUSTER_ID, version: SERVER_VERSION, urls: [cluster[Number(id) - 1] ?? ""] };
    return new Transport(
      { identity, limits: { maxSnapshotMessageBytes: MAX_SNAPSHOT_MESSAGE_BYTES } },
      {
        raft: {
          process: (m) => this.#node.step(m),
          isIdRemoved: (other) => this.#state.members.removed.has(other),
          reportUnreachable: (other) => this.#node.reportUnreachable(other),
          reportSnapshot: (other, outcome) => this.#node.reportSnapshot(other, outcome),
        },
        logger: this.#deps.logger,
        trace: this.#deps.trace,
        onRemoved: () => this.#stop({ kind: "removed" }),
      },
    );
  }

  /** Members known from a snapshot, and those of the command line: the log may not have told of them yet. */
  #initialPeers({ snapshot }: { readonly snapshot: Snapshot | undefined }): Iterable<[bigint, string]> {
    if (snapshot !== undefined) return this.#state.members.urls;
    return this.#options.cluster.map((url, i): [bigint, string] => [BigInt(i + 1), url]);
  }

  #recover(data: Uint8Array): void {
    this.#state.recover(data);
    this.#transport.removeAllPeers();
    for (const [id, url] of this.#state.members.urls) this.#transport.addPeer(id, [url]);
  }

  #readIndex(context: number): void {
    const bytes = new Uint8Array(READ_CONTEXT_BYTES);
    bytes.set(this.#origin);
    new DataView(bytes.buffer).setBigUint64(this.#origin.length, BigInt(context));
    this.#node.readIndex(bytes);
  }

  #expire(): void {
    this.#store.expire();
    this.#reads.expire();
    this.#changes.expire();
  }

  #stop(end: End): void {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#shutDown(end.kind === "stopped").then(
      () => this.#resolveEnded(end),
      (error: unknown) => this.#resolveEnded(end.kind === "failed" ? end : { kind: "failed", error }),
    );
  }

  /** From the outside in: no new requests, leadership to another, then raft, the transport, the disk. */
  async #shutDown(isGraceful: boolean): Promise<void> {
    this.#api.close();
    if (isGraceful) await this.#handOver();
    for (const timer of this.#timers) clearInterval(timer);
    this.#store.stop();
    this.#reads.stop();
    this.#changes.stop();
    // Those who waited are answered in this turn; their connections must last until then.
    await nextTurn();
    this.#api.closeAllConnections();
    await this.#raftNode.stop();
    this.#transport.stop();
    this.#peerServer.close();
    this.#peerServer.closeAllConnections();
    // After a failed write there is nothing to be saved any more.
    if (isGraceful) await this.storage.close();
    else await this.storage.close().catch(() => undefined);
    await this.#releaseLock();
  }

  /** A leader that stops hands over to the most up-to-date voter first, so that nobody waits for an election. */
  async #handOver(): Promise<void> {
    const status = this.#node.status();
    if (status?.raftState !== StateType.Leader) return;
    const others = [...status.progress.values()].filter(
      (peer) => peer.id !== this.#options.id && !peer.isLearner && peer.recentActive,
    );
    const best = others.sort((a, b) => b.match - a.match)[0];
    if (best === undefined) return;
    this.#node.transferLeadership(best.id);
    const deadline = performance.now() + TRANSFER_WITHIN_MS;
    while (this.#raftNode.isLeader && performance.now() < deadline) await new Promise((next) => setTimeout(next, 10));
  }
}

/** A snapshot is proof of what is committed, also where the HardState that said so was not synced. */
function withKnownCommit(hardState: HardState, snapshot: Snapshot | undefined): HardState {
  const index = snapshot?.metadata.index ?? 0;
  if (hardState.commit >= index) return hardState;
  assert(snapshot !== undefined, "a commit index behind a snapshot needs one");
  return newHardState({ ...hardState, commit: index, term: Math.max(hardState.term, snapshot.metadata.term) });
}

/** The number of a read that this run of the process asked for; 0 for any other: an answer may outlive the process that asked. */
function contextNumber(context: Uint8Array, origin: Uint8Array): number {
  if (context.length !== READ_CONTEXT_BYTES || !equalBytes(context.subarray(0, origin.length), origin)) return 0;
  return Number(new DataView(context.buffer, context.byteOffset).getBigUint64(origin.length));
}

function listen(server: SocketServer, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const reason = error.code === "EADDRINUSE" ? "the port is taken" : error.message;
      reject(new StartError(`cannot listen on ${host}:${port}: ${reason}`, { code: "ListenFailed" }, error));
    });
    server.listen(port, host, resolve);
  });
}
