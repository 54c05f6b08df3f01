/**
 * A server from its options: who it is, what it left, the member, the services, the ports, in the order in which they depend on each
 * other; and the way back. The one place where everything meets; every decision is made elsewhere.
 */
import { randomBytes } from "node:crypto";
import type { Server as HttpServer } from "node:http";
import type { TlsOptions } from "node:tls";
import { assert, idToHex, Prng } from "@quorate/base";
import { GrpcServer, Router, Turn } from "@quorate/grpc";
import { type Member as MemberRecord, mayServe, parseVersion } from "@quorate/machine";
import { minLeaseTtl, requestTimeoutMs } from "@quorate/member";
import { createPeerServer, type TlsOptions as PeerTls } from "@quorate/rafthttp";
import { type DataDir, type DataDirLock, lockDataDir } from "@quorate/storage";
import { planStart } from "./bootstrap/node-start-plan.ts";
import type { Config } from "./config/config.ts";
import { featureMetrics } from "./config/feature-gates.ts";
import { type MemberUrl, textsOf } from "./config/urls.ts";
import { StartError } from "./errors.ts";
import { clientPages, metricsPages } from "./http/client-pages.ts";
import type { HealthDeps } from "./http/health-pages.ts";
import { createPageHandler, createPagePort, createPageServer } from "./http/node-client-pages.ts";
import { createPeerPageListener } from "./http/node-peer-pages.ts";
import type { Page } from "./http/page.ts";
import { peerPages } from "./http/peer-pages.ts";
import type { StructuredLogger } from "./log/logger.ts";
import { RateBound } from "./log/rate-bound.ts";
import { SlowLines } from "./log/slow-lines.ts";
import { callObserver } from "./metrics/call-observer.ts";
import { Metrics } from "./metrics/metrics.ts";
import { backendObserver, logObserver } from "./metrics/observers.ts";
import { TurnClock } from "./metrics/turn-clock.ts";
import { checkPortsFree, listenFailed, listenOn } from "./node-listen.ts";
import { pagesOf, promotionCounter } from "./node-member-pages.ts";
import { MemberServer, type MemberServerOptions } from "./node-member-server.ts";
import { type FirstStart, type OpenedMember, openMember } from "./node-open-member.ts";
import { PeerClient } from "./node-peer-client.ts";
import { clientUrls, dataDirOf, memberOptions, peerTlsOf } from "./node-server-options.ts";
import type { ServiceLimits } from "./services/etcd-server.ts";
import { newSha256, sha1 } from "./services/node-digests.ts";
import { Services } from "./services/services.ts";

/** How a server ended. */
export type ServerEnd =
  | { readonly kind: "stopped" }
  | { readonly kind: "removed" }
  | { readonly kind: "failed"; readonly error: unknown };

export type RunningServer = {
  readonly ended: Promise<ServerEnd>;
  /** Stops gracefully: hands leadership over, lets calls finish, closes the disk. */
  readonly stop: () => void;
  readonly member: MemberServer;
};

export type ServerDeps = { readonly logger: StructuredLogger };

/** Bytes of a gRPC message beyond the largest request (etcd: grpcOverheadBytes). */
const GRPC_OVERHEAD_BYTES = 512 * 1024;
/** How long a stopping server waits for open calls. */
const DRAIN_MS = 2_000;
/** Late looks at the clock beyond this do not cost leases their time: three heartbeats. */
const CLOCK_STEP_HEARTBEATS = 3;

/** Starts a server: resolves once its ports listen. @throws StartError, StorageError: nothing is left running. */
export async function startServer(options: Config, { logger }: ServerDeps): Promise<RunningServer> {
  const peerTls = peerTlsOf(options);
  const peerClient = new PeerClient(peerTls);
  const dir = dataDirOf(options);
  let lock: DataDirLock | undefined;
  try {
    await checkPortsFree([...options.listenPeerUrls, ...clientUrls(options)]);
    const { first, peers } = await planStart(options, dir, peerClient);
    lock = await lockDataDir(dir.root);
    const server = new QuorateServer(options, { dir, logger, peerClient, lock, peerTls });
    await server.open(first, peers);
    return server;
  } catch (error) {
    peerClient.close();
    await lock?.release();
    throw error;
  }
}

/** What a port for clients speaks, in etcd's words. */
type Traffic = "grpc+http" | "grpc" | "http";

type OpenDeps = {
  readonly dir: DataDir;
  readonly logger: StructuredLogger;
  readonly peerClient: PeerClient;
  readonly lock: DataDirLock;
  readonly peerTls: PeerTls | undefined;
};

class QuorateServer implements RunningServer {
  readonly ended: Promise<ServerEnd>;
  readonly #options: Config;
  readonly #deps: OpenDeps;
  readonly #metrics: Metrics;
  readonly #slow: SlowLines;
  readonly #turn = new Turn();
  readonly #router = new Router();
  readonly #grpcServers: GrpcServer[] = [];
  readonly #httpServers: HttpServer[] = [];
  /** Where clients are served, by the ports that they really are. */
  readonly #clientPorts: { readonly address: string; readonly secure: boolean; readonly traffic: Traffic }[] = [];
  #member: MemberServer | undefined;
  #opened: OpenedMember | undefined;
  #peerServers: HttpServer[] = [];
  #services: Services | undefined;
  #health: HealthDeps | undefined;
  #readyTimer: NodeJS.Timeout | undefined;
  #pollTimer: NodeJS.Timeout | undefined;
  #resolveEnded: (end: ServerEnd) => void = () => {};
  #isStopping = false;

  constructor(options: Config, deps: OpenDeps) {
    this.#options = options;
    this.#deps = deps;
    const { metrics, warningApplyDurationMs: applyMs, warningUnaryRequestDurationMs: unaryMs } = options;
    this.#metrics = new Metrics({ isExtensive: metrics === "extensive" });
    this.#slow = new SlowLines({ applyMs, unaryMs }, deps.logger);
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
  }

  get member(): MemberServer {
    assert(this.#member !== undefined, "the server is open");
    return this.#member;
  }

  /** Opens everything, from the disk outwards. @throws what keeps it from starting, with nothing left open. */
  async open(first: FirstStart | undefined, peers: readonly MemberRecord[]): Promise<void> {
    try {
      const opened = await this.#openMember(first);
      this.#opened = opened;
      this.#checkVersion(opened);
      this.#member = this.#createMember(opened);
      this.#openServices(this.#member);
      await this.#listen(this.#member);
      this.#begin(this.#member, opened, peers);
    } catch (error) {
      await this.#close();
      throw error;
    }
  }

  stop(): void {
    this.#end({ kind: "stopped" });
  }

  async #openMember(first: FirstStart | undefined): Promise<OpenedMember> {
    const { dir, logger } = this.#deps;
    const options = this.#options;
    return openMember({
      ...this.#backendOptions(),
      dir,
      first,
      forceNewCluster: options.forceNewCluster,
      keepSegments: options.maxWals,
      keepSnapshots: options.maxSnapshots,
      defragThresholdBytes: options.bootstrapDefragThresholdMegabytes * MEGABYTE,
      logObserver: logObserver(this.#metrics),
      logger,
    });
  }

  #backendOptions(): MemberServerOptions["backend"] {
    const { quotaBackendBytes, electionTimeoutMs, heartbeatIntervalMs, maxLearners, featureGates } = this.#options;
    const electionTicks = Math.floor(electionTimeoutMs / heartbeatIntervalMs);
    return {
      quotaBytes: quotaBackendBytes,
      maxLearners,
      lessor: {
        minTtlSeconds: minLeaseTtl({ electionTicks, tickMs: heartbeatIntervalMs }),
        maxClockStepMs: CLOCK_STEP_HEARTBEATS * heartbeatIntervalMs,
        checkpointIntervalMs: featureGates.LeaseCheckpoint ? LEASE_CHECKPOINT_MS : undefined,
        persistsCheckpoints: featureGates.LeaseCheckpointPersist,
        counts: this.#metrics.lease,
      },
      storeCounts: this.#metrics.mvcc,
      observer: backendObserver(this.#metrics),
      onCommitted: () => this.#member?.committed(),
      onFailure: (error) => this.#end({ kind: "failed", error }),
    };
  }

  /** A cluster that has moved on cannot be served, and must not be disturbed. */
  #checkVersion({ state }: OpenedMember): void {
    const cluster = parseVersion(state.machine.parts.cluster.version ?? "");
    const own = parseVersion(this.#options.advertiseVersion);
    if (cluster === undefined || own === undefined || mayServe(own, cluster)) return;
    throw new StartError(
      "Incompatible",
      `invalid downgrade; the cluster version ${state.machine.parts.cluster.version} is newer than this member's ${this.#options.advertiseVersion}`,
    );
  }

  #createMember(opened: OpenedMember): MemberServer {
    const options = this.#options;
    const { logger, peerClient, dir, peerTls } = this.#deps;
    const member = memberOptions(options, opened.id, logger);
    const limits: ServiceLimits = {
      maxRequestBytes: options.maxRequestBytes,
      maxTxnOps: options.maxTxnOps,
      quotaBytes: options.quotaBackendBytes,
      watchProgressNotifyMs: options.watchProgressNotifyIntervalMs,
      strictReconfigCheck: options.strictReconfigCheck,
      requestTimeoutMs: requestTimeoutMs(member),
      electionTimeoutMs: options.electionTimeoutMs,
    };
    return new MemberServer(
      {
        member,
        limits,
        version: options.advertiseVersion,
        peerUrls: textsOf(options.initialAdvertisePeerUrls),
        peerTls,
        dir,
        backend: this.#backendOptions(),
        priorityRequests: options.featureGates.PriorityRequest,
        peerLimits: {
          readTimeoutMs: options.raftReadTimeoutMs,
          writeTimeoutMs: options.raftWriteTimeoutMs,
          // A silent stream is told from a broken one by three heartbeats, as in etcd.
          linkHeartbeatMs: options.raftReadTimeoutMs / 3,
        },
      },
      opened,
      {
        logger,
        peerClient,
        metrics: this.#metrics,
        slow: this.#slow,
        afterStep: () => {
          this.#services?.afterStep();
          // Answers leave with the turn that made them.
          this.#turn.flush();
        },
        onLeadChanged: () => this.#leadChanged(),
        onRemoved: () => this.#end({ kind: "removed" }),
        onFatal: (error) => this.#end({ kind: "failed", error }),
      },
    );
  }

  #openServices(member: MemberServer): void {
    const { quotaBackendBytes, featureGates } = this.#options;
    const metrics = this.#metrics;
    const features = featureMetrics(featureGates);
    const jitter = new Prng(randomBytes(SEED_BYTES).toString("hex"));
    const services: Services = new Services(this.#router, member, {
      observer: callObserver(metrics, {
        clock: new TurnClock(() => performance.now()),
        slow: this.#slow,
        methods: () => services.methods,
      }),
      onPromotion: promotionCounter(metrics),
      isServingWhileDefragmenting: !featureGates.StopGRPCServiceOnDefrag,
      sha1,
      newSha256,
      unixSeconds: () => Math.floor(Date.now() / MS),
      random: () => jitter.below(JITTER_STEPS) / JITTER_STEPS,
    });
    this.#services = services;
    const pages = pagesOf(member, services, metrics, { quotaBytes: quotaBackendBytes, features });
    this.#health = { server: pages, metrics, logger: this.#deps.logger };
  }

  async #listen(member: MemberServer): Promise<void> {
    const options = this.#options;
    const { logger, peerTls } = this.#deps;
    const health = this.#health;
    assert(health !== undefined, "services are open");
    const refusals = new RateBound(MAX_REFUSAL_LINES, MS);
    for (const url of options.listenPeerUrls) {
      const { secure: isSecure } = url;
      const page = createPeerPageListener(peerPages(health.server), isSecure);
      const server = createPeerServer(
        isSecure ? peerTls : undefined,
        (request, response) => {
          if (!member.transport.handle(request, response)) page(request, response);
        },
        (remote, why) => {
          // Whoever is refused may try again at once, and for ever.
          const suppressed = refusals.admit(performance.now());
          if (suppressed === undefined) return;
          logger.warn("rejected connection on peer endpoint", { "remote-addr": remote, error: why, suppressed });
        },
      );
      this.#peerServers.push(server);
      const port = await listenOn(server, url);
      logger.info("serving peer traffic", { address: `${url.host}:${port}` });
    }
    for (const url of options.listenClientUrls) await this.#listenClient(url, health);
    const { hostWhitelist, cors: corsOrigins } = options;
    const pages = clientPages(health, { hostWhitelist, corsOrigins });
    for (const url of options.listenClientHttpUrls) this.#served(url, await this.#listenPages(url, pages), "http");
    for (const url of options.listenMetricsUrls) {
      const port = await this.#listenPages(url, metricsPages(health));
      logger.info("serving metrics", { address: `${url.host}:${port}` });
    }
  }

  async #listenClient(url: MemberUrl, health: HealthDeps): Promise<void> {
    const { host, port, secure: isSecure } = url;
    const options = this.#options;
    const { hostWhitelist, cors: corsOrigins, grpcKeepaliveIntervalMs: intervalMs } = options;
    const page = clientPages(health, { hostWhitelist, corsOrigins });
    // With ports of their own for HTTP, these speak gRPC alone.
    const hasPages = options.listenClientHttpUrls.length === 0;
    const pages = hasPages ? { http1: createPageServer(page, isSecure), http: createPageHandler(page, isSecure) } : {};
    const server = new GrpcServer({
      router: this.#router,
      turn: this.#turn,
      limits: { maxConcurrentStreams: options.maxConcurrentStreams },
      keepalive: {
        minTimeMs: options.grpcKeepaliveMinTimeMs,
        // etcd's flag says 0 for never.
        intervalMs: intervalMs === 0 ? Number.POSITIVE_INFINITY : intervalMs,
        timeoutMs: options.grpcKeepaliveTimeoutMs,
      },
      maxReceiveBytes: options.maxRequestBytes + GRPC_OVERHEAD_BYTES,
      ...(isSecure ? this.#clientTls() : {}),
      ...pages,
    });
    this.#grpcServers.push(server);
    const at = await server.listen(port, host).catch((error: unknown) => {
      throw listenFailed(url, error);
    });
    this.#served(url, at.port, hasPages ? "grpc+http" : "grpc");
  }

  /** Said once the member is ready: tooling takes the line for that. */
  #served({ host, secure }: MemberUrl, port: number, traffic: Traffic): void {
    this.#clientPorts.push({ address: `${host}:${port}`, secure, traffic });
  }

  async #listenPages(url: MemberUrl, page: Page): Promise<number> {
    const { secure: isSecure } = url;
    const server = createPagePort(page, isSecure ? this.#clientTls().tls : undefined);
    this.#httpServers.push(server);
    return listenOn(server, url);
  }

  #clientTls(): { readonly tls: TlsOptions } {
    const { clientTls } = this.#options;
    assert(clientTls !== undefined, "https URLs come with a certificate");
    const { cert, key, ca, clientCertAuth, minVersion, maxVersion, ciphers } = clientTls;
    return {
      tls: {
        cert,
        key,
        ...(ca === undefined ? {} : { ca }),
        requestCert: clientCertAuth,
        rejectUnauthorized: clientCertAuth,
        minVersion,
        ...(maxVersion === undefined ? {} : { maxVersion }),
        ...(ciphers === undefined ? {} : { ciphers }),
      },
    };
  }

  /** The member begins to tick; those who know it may call. */
  #begin(member: MemberServer, opened: OpenedMember, first: readonly MemberRecord[]): void {
    const { cluster } = opened.state.machine.parts;
    const known = cluster.members.size > 0 ? cluster.list() : first;
    member.start(known.map(({ id, peerUrls }) => [id, peerUrls] as const));
    const isAlone = opened.start.confState.voters.length === 1 && opened.start.confState.voters[0] === opened.id;
    // Nobody else could lead: there is nothing to wait for.
    if (isAlone || (opened.isNew && first.length === 1)) member.loop.push({ kind: "campaign" });
    const { electionTimeoutMs, logger } = { ...this.#options, ...this.#deps };
    this.#pollTimer = setInterval(() => this.#services?.pollLeader(), electionTimeoutMs);
    logger.info("starting local member", {
      "local-member-id": idToHex(opened.id),
      "cluster-id": idToHex(opened.clusterId),
      "local-server-version": this.#options.advertiseVersion,
      "initial-advertise-peer-urls": textsOf(this.#options.initialAdvertisePeerUrls),
      "advertise-client-urls": textsOf(this.#options.advertiseClientUrls),
    });
    this.#awaitReady(member);
  }

  /** etcd's tooling waits for this line. */
  #awaitReady(member: MemberServer): void {
    const { logger } = this.#deps;
    this.#readyTimer = setInterval(() => {
      if (!member.member.isPublished) return;
      clearInterval(this.#readyTimer);
      const { name, advertiseClientUrls } = this.#options;
      logger.info("published local member to cluster through raft", {
        "local-member-id": idToHex(member.memberId),
        "local-member-attributes": `{Name:${name} ClientURLs:[${textsOf(advertiseClientUrls).join(" ")}]}`,
        "cluster-id": idToHex(member.clusterId),
      });
      logger.info("ready to serve client requests");
      for (const { address, secure, traffic } of this.#clientPorts) {
        const fields = { traffic, address };
        if (secure) logger.info("serving client traffic securely", fields);
        else logger.info("serving client traffic insecurely; this is strongly discouraged!", fields);
      }
    }, READY_POLL_MS);
  }

  #leadChanged(): void {
    const { member } = this.member;
    this.#deps.logger.info(
      member.lead === 0n
        ? `lost leader at term ${member.term}`
        : `elected leader ${idToHex(member.lead)} at term ${member.term}`,
    );
  }

  #end(end: ServerEnd): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    const isClean = end.kind === "stopped";
    const handedOver = isClean ? this.#handOver() : Promise.resolve();
    handedOver
      .then(() => this.#close())
      .then(
        () => this.#resolveEnded(end),
        (error: unknown) => this.#resolveEnded(end.kind === "failed" ? end : { kind: "failed", error }),
      );
  }

  /** A leader that stops hands its office to whoever has been connected longest, so that nobody waits for an election. */
  #handOver(): Promise<void> {
    const server = this.#member;
    if (server === undefined || !server.member.isLeader) return Promise.resolve();
    const voters = server.machine.parts.cluster
      .list()
      .filter(({ id, isLearner }) => id !== server.memberId && !isLearner);
    let target: bigint | undefined;
    let since = Number.POSITIVE_INFINITY;
    for (const { id } of voters) {
      const active = server.activeSince(id);
      if (active !== undefined && active < since) [target, since] = [id, active];
    }
    if (target === undefined) return Promise.resolve();
    const to = target;
    this.#deps.logger.info(`leadership transfer starting from ${idToHex(server.memberId)} to ${idToHex(to)}`);
    return new Promise((resolve) => {
      server.moveLeader(to, (failure) => {
        this.#deps.logger.info(
          failure === undefined ? "leadership transfer finished" : `leadership transfer failed: ${failure}`,
        );
        resolve();
      });
    });
  }

  /** From the outside in. */
  async #close(): Promise<void> {
    clearInterval(this.#readyTimer);
    clearInterval(this.#pollTimer);
    this.#services?.stop();
    await Promise.all(this.#grpcServers.map((server) => server.close(DRAIN_MS)));
    for (const server of this.#httpServers) server.closeAllConnections();
    if (this.#member !== undefined) await this.#member.stop();
    else if (this.#opened !== undefined) {
      await this.#opened.state.backend.close();
      await this.#opened.storage.close();
    }
    for (const server of [...this.#peerServers, ...this.#httpServers]) {
      server.close();
      server.closeAllConnections();
    }
    this.#deps.peerClient.close();
    await this.#deps.lock.release();
  }
}

const MS = 1_000;
const MEGABYTE = 1024 * 1024;
/** Lines a second about peers that were turned away. */
const MAX_REFUSAL_LINES = 10;
const SEED_BYTES = 16;
const JITTER_STEPS = 1_000;
const READY_POLL_MS = 20;
/** How often what is left of long leases is written to the log, where that is on. */
const LEASE_CHECKPOINT_MS = 5 * 60_000;
