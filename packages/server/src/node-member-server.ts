/**
 * The running member as the services see it: the pure member, its turn, the transport to its peers and the backend, put together.
 * It owns what is replaced when a snapshot is installed. It decides nothing that another member would have to agree with.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import {
  type AppliedPosition,
  assert,
  type Backend,
  type BackendReader,
  fail,
  idToHex,
  messageOf,
  Slab,
} from "@quorate/base";
import { Cluster, type Machine } from "@quorate/machine";
import {
  Member,
  type MemberFigures,
  type MemberOptions,
  type MembershipChange,
  type Settled,
  v2Document,
} from "@quorate/member";
import { WatchableStore } from "@quorate/mvcc";
import {
  type ConfChange,
  type InternalRaftRequestBody,
  type Message,
  newInternalRaftRequest,
  newRequestHeader,
  type SnapshotMetadata,
  sizeInternalRaftRequest,
  Writer,
  writeInternalRaftRequest,
} from "@quorate/proto";
import { type Limits as PeerLimits, type TlsOptions, Transport } from "@quorate/rafthttp";
import { type DataDir, type DurableStorage, freeBytes, type LmdbBackend, snapDbSink } from "@quorate/storage";
import { askVersion } from "./bootstrap/node-join.ts";
import { DiskWatch } from "./disk-watch.ts";
import type { StructuredLogger } from "./log/logger.ts";
import type { SlowLines } from "./log/slow-lines.ts";
import { MemberLoop, type Waiter } from "./member-loop.ts";
import type { Histogram } from "./metrics/histogram.ts";
import type { Metrics } from "./metrics/metrics.ts";
import { peerObserver } from "./metrics/observers.ts";
import { importSnapshot, removeImages, removeOtherBackends } from "./node-backend-files.ts";
import { type BackendOptions, type OpenedMember, type OpenedState, openState } from "./node-open-member.ts";
import type { PeerClient } from "./node-peer-client.ts";
import type {
  Confirmed,
  EtcdServer,
  ImageExport,
  PeerAnswer,
  RaftView,
  ServiceLimits,
} from "./services/etcd-server.ts";
import { encodePutProposal } from "./services/plain-put.ts";

/** Bytes of one block that encoded proposals are cut from: neighbours leave the log together. */
const PROPOSAL_BLOCK_BYTES = 256 * 1024;
/** How long another member may take to say its version. */
const VERSION_TIMEOUT_MS = 3_000;
/** How long the leader may take to answer a request that was passed on to it. */
const ASK_LEADER_TIMEOUT_MS = 5_000;
/** A removed member goes on this long, so that the others learn from it that its removal is committed (etcd: one second). */
const LINGER_AFTER_REMOVAL_MS = 1_000;
/** The longest that slices of background work hold the event loop. */
const SLICE_MS = 2;
/** How often the room on the disk is looked at: at a gigabyte a second a disk would fill meanwhile, at what members write it does not. */
const DISK_LOOK_MS = 1_000;
const MS = 1_000;

export type MemberServerOptions = {
  readonly member: MemberOptions;
  readonly limits: ServiceLimits;
  readonly version: string;
  readonly peerUrls: readonly string[];
  readonly peerTls: TlsOptions | undefined;
  readonly dir: DataDir;
  readonly backend: BackendOptions;
  /** Etcd's feature gate PriorityRequest: leases are revoked even where other requests find too many before them. */
  readonly priorityRequests: boolean;
  readonly peerLimits: Partial<PeerLimits>;
};

export type MemberServerDeps = {
  readonly logger: StructuredLogger;
  readonly peerClient: PeerClient;
  readonly metrics: Metrics;
  readonly slow: SlowLines;
  /** After each step. */
  readonly afterStep: () => void;
  readonly onLeadChanged: () => void;
  /** This member was removed and has lingered. */
  readonly onRemoved: () => void;
  readonly onFatal: (error: unknown) => void;
};

type CommitWait = { readonly index: number; readonly done: () => void };
type ApplyWait = { readonly index: number; readonly deadlineMs: number; readonly confirmed: Confirmed };

export class MemberServer implements EtcdServer {
  readonly clusterId: bigint;
  readonly memberId: bigint;
  readonly version: string;
  readonly limits: ServiceLimits;
  readonly watchable: WatchableStore;
  readonly raft: RaftView;
  readonly stopped: Promise<void>;
  readonly transport: Transport;
  readonly member: Member<Waiter>;
  readonly loop: MemberLoop;
  readonly #disk: DiskWatch;
  #diskTimer: NodeJS.Timeout | undefined;
  readonly storage: DurableStorage;
  readonly #options: MemberServerOptions;
  readonly #deps: MemberServerDeps;
  readonly #slab = new Slab(PROPOSAL_BLOCK_BYTES);
  #state: OpenedState;
  #commitWaits: CommitWait[] = [];
  #applyWaits: ApplyWait[] = [];
  #ticker: NodeJS.Timeout | undefined;
  #resolveStopped: () => void = () => {};
  #isStopped = false;
  #installing: Promise<void> = Promise.resolve();

  constructor(options: MemberServerOptions, opened: OpenedMember, deps: MemberServerDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#state = opened.state;
    this.clusterId = opened.clusterId;
    this.memberId = opened.id;
    this.version = options.version;
    this.limits = options.limits;
    this.storage = opened.storage;
    this.stopped = new Promise((resolve) => {
      this.#resolveStopped = resolve;
    });
    this.watchable = new WatchableStore(opened.state.machine.parts.store);
    this.transport = this.#createTransport();
    this.member = new Member(options.member, opened.start, {
      backendBytes: () => this.#state.backend.stats.sizeBytes,
      activeSince: (id) => this.transport.activeSince(id),
      figures: memberFigures(deps),
    });
    this.raft = this.member;
    const { root, wal } = options.dir;
    this.#disk = new DiskWatch({
      dirs: [root, wal],
      freeBytes,
      onLow: () => this.loop.push({ kind: "diskLow" }),
      logger: deps.logger,
    });
    this.loop = new MemberLoop(this.member, {
      storage: opened.storage,
      peers: {
        send: (messages) => this.transport.send(messages),
        sendSnapshot: (m) => void this.#sendSnapshot(m),
        follow: (change) => this.#follow(change),
      },
      now: () => performance.now(),
      schedule: (turn) => void setImmediate(turn),
      later: (ms, wake) => void setTimeout(wake, ms).unref(),
      install: (metadata) => this.#queueInstall(metadata),
      askVersions: () => void this.#askVersions(),
      onLeadChanged: deps.onLeadChanged,
      onRemoved: () => void setTimeout(deps.onRemoved, LINGER_AFTER_REMOVAL_MS),
      afterStep: () => this.#afterStep(),
      onFatal: deps.onFatal,
      logger: deps.logger,
    });
  }

  /** Begins to live: ticks, and peers that are known. */
  start(peers: Iterable<readonly [bigint, readonly string[]]>): void {
    for (const [id, urls] of peers) this.transport.addPeer(id, urls);
    void this.#disk.look();
    this.#diskTimer = setInterval(() => void this.#disk.look(), DISK_LOOK_MS).unref();
    this.#ticker = setInterval(() => this.loop.push({ kind: "tick" }), this.#options.member.tickMs);
  }

  /** Stops for good: everyone who waits is told, peers are let go, the disk is closed. */
  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    clearInterval(this.#ticker);
    clearInterval(this.#diskTimer);
    for (const { confirmed } of this.#applyWaits.splice(0)) confirmed("Stopped");
    await this.loop.stop();
    this.#resolveStopped();
    this.transport.stop();
    await this.#installing;
    await this.#state.backend.close();
    await this.storage.close();
  }

  get machine(): Machine {
    return this.#state.machine;
  }

  get backend(): LmdbBackend {
    return this.#state.backend;
  }

  get backendSize(): { readonly sizeBytes: number; readonly sizeInUseBytes: number } {
    return this.#state.backend.stats;
  }

  get isDiskLow(): boolean {
    return this.#disk.isLow;
  }

  now(): number {
    return performance.now();
  }

  nextId(): bigint {
    return this.member.nextId();
  }

  propose(body: InternalRaftRequestBody, settle: Waiter): void {
    const id = this.member.nextId();
    const request = newInternalRaftRequest({ header: newRequestHeader({ ID: id }), body });
    const data = this.#slab.allocate(sizeInternalRaftRequest(request));
    writeInternalRaftRequest(new Writer(data), request);
    const isUrgent = this.#options.priorityRequests && body.kind === "leaseRevoke";
    if (!this.loop.push({ kind: "propose", id, data, waiter: settle, isUrgent })) settle(this.#refused());
  }

  proposePut(request: Uint8Array, settle: Waiter): void {
    const id = this.member.nextId();
    const data = encodePutProposal(id, request, this.#slab);
    if (!this.loop.push({ kind: "propose", id, data, waiter: settle })) settle(this.#refused());
  }

  confirmRead(confirmed: Confirmed): void {
    const waiter = confirming(confirmed);
    if (!this.loop.push({ kind: "read", waiter })) waiter(this.#refused());
  }

  changeMembership(change: ConfChange, confirmed: Confirmed): void {
    const waiter = confirming(confirmed);
    const numbered = { ...change, id: this.member.nextId() };
    if (!this.loop.push({ kind: "changeMembership", change: numbered, waiter })) waiter(this.#refused());
  }

  moveLeader(target: bigint, confirmed: Confirmed): void {
    const waiter = confirming(confirmed);
    if (!this.loop.push({ kind: "moveLeader", target, waiter })) waiter(this.#refused());
  }

  whenApplied(timeoutMs: number, confirmed: Confirmed): void {
    const index = this.member.commitIndex;
    if (this.member.appliedIndex >= index) confirmed(undefined);
    else if (this.#isStopped) confirmed("Stopped");
    else this.#applyWaits.push({ index, deadlineMs: performance.now() + timeoutMs, confirmed });
  }

  learnerProgress(id: bigint): { readonly match: number; readonly leaderMatch: number } | undefined {
    if (!this.member.isLeader) return undefined;
    const match = this.member.matchOf(id);
    const leaderMatch = this.member.matchOf(this.memberId);
    return match === undefined || leaderMatch === undefined ? undefined : { match, leaderMatch };
  }

  activeSince(id: bigint): number | undefined {
    return this.transport.activeSince(id);
  }

  askLeader(
    request: { readonly path: string; readonly contentType: string; readonly body: Uint8Array },
    answer: (answer: PeerAnswer | undefined) => void,
  ): void {
    const urls = this.machine.parts.cluster.members.get(this.member.lead)?.peerUrls ?? [];
    void this.#askOne(urls, request).then(answer);
  }

  /** What a compaction has removed is still buffered for a moment; without it in the file little would be gained. */
  async defragment(): Promise<void> {
    const { backend } = this.#state;
    const { disk } = this.#deps.metrics;
    disk.defragInflight++;
    try {
      await backend.flushed();
      await timed(disk.backendDefragSeconds, () => backend.defragment());
    } finally {
      disk.defragInflight--;
    }
  }

  async exportImage(): Promise<ImageExport> {
    await this.#whenCommitted(this.member.appliedIndex);
    return this.#state.backend.exportImage();
  }

  async hashBackend(): Promise<{ readonly hash: number; readonly at: AppliedPosition }> {
    await this.#whenCommitted(this.member.appliedIndex);
    const { hash, applied } = await timed(this.#deps.metrics.mvcc.hashSeconds, () => this.#state.backend.hash());
    return { hash, at: applied };
  }

  async slice(step: () => boolean): Promise<void> {
    for (;;) {
      const until = performance.now() + SLICE_MS;
      do if (step()) return;
      while (performance.now() < until);
      await nextTurn();
    }
  }

  /** The backend finished a commit. */
  committed(): void {
    const { index } = this.#state.backend.committed;
    const reached = this.#commitWaits.filter((wait) => wait.index <= index);
    this.#commitWaits = this.#commitWaits.filter((wait) => wait.index > index);
    for (const { done } of reached) done();
  }

  /** Commits come within a tenth of a second of what they hold. */
  #whenCommitted(index: number): Promise<void> {
    if (this.#state.backend.committed.index >= index) return Promise.resolve();
    return new Promise((done) => {
      this.#commitWaits.push({ index, done });
    });
  }

  #refused(): Settled {
    const code = this.#isStopped ? "Stopped" : "TooManyRequests";
    return { kind: "failed", code, revision: this.machine.parts.store.currentRev };
  }

  #afterStep(): void {
    if (this.#applyWaits.length > 0) this.#settleApplyWaits();
    this.#deps.afterStep();
  }

  #settleApplyWaits(): void {
    const nowMs = performance.now();
    const waits = this.#applyWaits;
    this.#applyWaits = [];
    for (const wait of waits) {
      if (this.member.appliedIndex >= wait.index) wait.confirmed(undefined);
      else if (wait.deadlineMs <= nowMs) wait.confirmed("TimeoutWaitAppliedIndex");
      else this.#applyWaits.push(wait);
    }
  }

  #createTransport(): Transport {
    const { version, peerUrls, peerTls, peerLimits: limits } = this.#options;
    const identity = { id: this.memberId, clusterId: this.clusterId, version, urls: peerUrls };
    return new Transport(
      { identity, limits, ...(peerTls === undefined ? {} : { tls: peerTls }) },
      {
        raft: {
          process: (message) => this.#receive(message),
          isIdRemoved: (id) => this.machine.parts.cluster.removed.has(id),
          reportUnreachable: (id) => void this.loop.push({ kind: "unreachable", id }),
          reportSnapshot: (id, outcome) => void this.loop.push({ kind: "snapshotSent", id, outcome }),
        },
        snapshots: snapDbSink(this.#options.dir.snap),
        logger: this.#deps.logger,
        observer: peerObserver(this.#deps.metrics),
        onRemoved: () => this.#deps.onRemoved(),
      },
    );
  }

  #receive(message: Message): void {
    if (!this.loop.push({ kind: "receive", message })) throw new Error("no room for another message");
  }

  #follow({ change, member: { id, peerUrls } }: MembershipChange): void {
    if (id === this.memberId) return;
    if (change === "add") this.transport.addPeer(id, peerUrls);
    else if (change === "update") this.transport.updatePeer(id, peerUrls);
    else if (change === "remove") this.transport.removePeer(id);
  }

  /** An image of the backend with the position that it has, and the membership of that moment, in place of raft's placeholder. */
  async #sendSnapshot(m: Message): Promise<void> {
    try {
      const { image, data, metadata } = await this.#takeImage();
      const snapshot = { ...m.snapshot, data, metadata, explicitZeros: 0 };
      this.#deps.logger.info(`sending database snapshot at index ${metadata.index} to ${idToHex(m.to)}`);
      this.transport.sendSnapshot({ ...m, snapshot }, image.chunks);
    } catch (error) {
      this.#deps.logger.warn(`cannot send a snapshot to ${idToHex(m.to)}: ${messageOf(error)}`);
      this.loop.push({ kind: "snapshotSent", id: m.to, outcome: "failure" });
    }
  }

  async #takeImage(): Promise<{ image: ImageExport; data: Uint8Array; metadata: SnapshotMetadata }> {
    const { snapshot: rows, image } = await this.#state.backend.exportSnapshot();
    try {
      const cluster = new Cluster(readOnly(rows), this.#options.backend.maxLearners);
      const confState = cluster.loadConfState();
      assert(confState !== undefined, "a backend with something applied holds the configuration");
      return { image, data: v2Document(cluster), metadata: { ...image.applied, confState, explicitZeros: 0 } };
    } catch (error) {
      await image.close();
      throw error;
    } finally {
      rows.close();
    }
  }

  async #askVersions(): Promise<void> {
    const members = this.machine.parts.cluster.list();
    const { peerClient } = this.#deps;
    const answers = members.map(({ id, peerUrls }) =>
      id === this.memberId
        ? Promise.resolve({ server: this.version })
        : askVersion(peerClient, peerUrls, VERSION_TIMEOUT_MS),
    );
    const versions = (await Promise.all(answers)).map((answer) => answer?.server);
    this.loop.push({ kind: "versions", versions });
  }

  async #askOne(
    urls: readonly string[],
    { path, contentType, body }: { readonly path: string; readonly contentType: string; readonly body: Uint8Array },
  ): Promise<PeerAnswer | undefined> {
    const headers = { "content-type": contentType, "x-etcd-cluster-id": idToHex(this.clusterId) };
    for (const url of urls) {
      const request = { method: "POST", url, path, headers, body, timeoutMs: ASK_LEADER_TIMEOUT_MS } as const;
      const reply = await this.#deps.peerClient.ask(request);
      if (reply !== undefined) return reply;
    }
    return undefined;
  }

  /** One after the other: a newer snapshot may come while one is put in place. */
  #queueInstall(metadata: SnapshotMetadata): void {
    this.#installing = this.#installing
      .then(() => (this.#isStopped ? undefined : this.#install(metadata)))
      .catch((error: unknown) => this.#deps.onFatal(error));
  }

  /** The received image becomes a backend beside the one in use; then readers and watchers go on over the new one. */
  async #install(metadata: SnapshotMetadata): Promise<void> {
    const { logger } = this.#deps;
    const { dir, backend: options } = this.#options;
    const { server } = this.#deps.metrics;
    server.snapshotApplyInProgress++;
    logger.info(`applying snapshot at index ${metadata.index}`);
    const file = await importSnapshot(dir, metadata, options.quotaBytes);
    const old = this.#state;
    this.#state = await openState(file, options);
    const { machine, backend } = this.#state;
    this.watchable.replaceStore(machine.parts.store);
    this.transport.removeAllPeers();
    for (const { id, peerUrls } of machine.parts.cluster.list()) this.transport.addPeer(id, peerUrls);
    this.loop.push({ kind: "installed", metadata, machine, backend });
    // The member leaves the old backend in its next turn.
    await nextTurn();
    await nextTurn();
    await old.backend.close();
    removeOtherBackends(dir, file);
    await removeImages(dir, metadata.index);
    server.snapshotApplyInProgress--;
    logger.info(`applied snapshot at index ${metadata.index}`);
  }
}

/** How long entries take to be applied, and compactions. */
function memberFigures({ metrics, slow }: MemberServerDeps): MemberFigures {
  let startedMs = 0;
  return {
    applying: () => {
      startedMs = performance.now();
    },
    applied: (entries) => {
      const nowMs = performance.now();
      if (slow.applied(entries, nowMs - startedMs, nowMs)) metrics.server.slowApplyTotal++;
    },
    compacted: (milliseconds) => {
      metrics.mvcc.compactionTotalMs.observe(milliseconds);
      metrics.mvcc.lastCompactionSeconds = Math.floor(Date.now() / MS);
    },
  };
}

async function timed<T>(histogram: Histogram, work: () => Promise<T>): Promise<T> {
  const startedMs = performance.now();
  const result = await work();
  histogram.observe((performance.now() - startedMs) / MS);
  return result;
}

/** A waiter that only wants to know whether all is well. */
function confirming(confirmed: Confirmed): Waiter {
  return (settled) => confirmed(settled.kind === "failed" ? settled.code : undefined);
}

/** The rows of a moment as what `Cluster` reads from; nobody writes to it. */
function readOnly(rows: BackendReader): Backend {
  const refuse = (): never => fail("the rows of a moment do not change");
  return {
    get: (bucket, key) => rows.get(bucket, key),
    range: (bucket, from, to, visit) => rows.range(bucket, from, to, visit),
    put: refuse,
    delete: refuse,
  };
}
