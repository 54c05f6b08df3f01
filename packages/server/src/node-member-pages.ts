/** What the pages and the metrics ask of a running member, answered from it. */
import { formatVersion, parseVersion } from "@quorate/machine";
import { AlarmType, alarmTypeName, type LeaseTimeToLiveResponse } from "@quorate/proto";
import { NONE, progressStateName, StateType } from "@quorate/raft";
import type { HashedRevision, RaftStatus, ServerPages, TimeToLiveResult } from "./http/server-pages.ts";
import type { Metrics } from "./metrics/metrics.ts";
import { ProcessReader } from "./metrics/node-process-figures.ts";
import { renderMetrics } from "./metrics/render.ts";
import type { FeatureGate, MetricsSources, PeerFigures } from "./metrics/sources.ts";
import type { MemberServer } from "./node-member-server.ts";
import { promoteMember } from "./services/cluster-changes.ts";
import type { Confirmed } from "./services/etcd-server.ts";
import { isLearner } from "./services/gates.ts";
import type { LeaseAnswer } from "./services/lease-keeper.ts";
import { type HashKvAnswer, hashKv } from "./services/maintenance-hash.ts";
import type { Services } from "./services/services.ts";
import { statusOf } from "./services/statuses.ts";

export type PagesOptions = {
  readonly quotaBytes: number;
  readonly features: readonly FeatureGate[];
};

/** The pages' view of a member. */
export function pagesOf(
  server: MemberServer,
  services: Services,
  metrics: Metrics,
  options: PagesOptions,
): ServerPages {
  const sources = metricsSourcesOf(server, services, options);
  const reader = new ProcessReader();
  const countPromotion = promotionCounter(metrics);
  const cluster = (): MemberServer["machine"]["parts"]["cluster"] => server.machine.parts.cluster;
  return {
    clusterId: server.clusterId,
    serverVersion: server.version,
    commandLine: process.argv,
    clusterVersion: () => cluster().version,
    // Kept from 3.6 on.
    storageVersion: () => undefined,
    hasLeader: () => server.member.lead !== NONE,
    isLearner: () => isLearner(server),
    alarms: () => alarmsOf(server),
    members: () => cluster().list(),
    raftStatus: () => raftStatusOf(server),
    serializableRead: (done) => done(undefined),
    linearizableRead: (done) => server.confirmRead(done),
    metricsText: () => {
      copyCounts(server, metrics);
      metrics.mvcc.eventsTotal = services.pump.eventsSent;
      return renderMetrics(metrics, sources, reader.read());
    },
    promote: (id, _token, done) =>
      promoteMember(server, id, (code) => {
        if (code !== "NotLeader") countPromotion(code);
        done(code === undefined ? { kind: "promoted" } : { kind: "failed", code });
      }),
    hashKv: (revision, done) => {
      hashKv(server, revision).then(
        (answer) => done(answer.kind === "failed" ? answer : { kind: "hashed", hashed: hashedOf(answer) }),
        () => done({ kind: "failed", code: "Stopped" }),
      );
    },
    renewLease: (id, done) =>
      services.keeper.renew(id, (answer) =>
        done(answer.kind === "ok" ? { kind: "renewed", ttlSeconds: answer.value } : leaseFailure(answer)),
      ),
    leaseTimeToLive: (id, wantsKeys, done) =>
      services.keeper.timeToLive(id, wantsKeys, (answer) => done(timeToLive(answer))),
    downgradeEnabled: (done) =>
      server.confirmRead((code) =>
        done(
          code === undefined
            ? { kind: "read", isEnabled: cluster().downgradeTo !== undefined }
            : { kind: "failed", code },
        ),
      ),
  };
}

/** Counts promotions by how they ended, a failure by what the client is told. */
export function promotionCounter({ server }: Metrics): Confirmed {
  return (failure) => {
    if (failure === undefined) server.learnerPromoteSuccesses++;
    else server.learnerPromoteFailures.increment(statusOf(failure).message);
  };
}

function metricsSourcesOf(
  server: MemberServer,
  services: Services,
  { quotaBytes, features }: PagesOptions,
): MetricsSources {
  const { member } = server;
  return {
    memberId: server.memberId,
    serverVersion: server.version,
    clusterVersion: () => minorOf(server.machine.parts.cluster.version),
    features: () => features,
    hasLeader: () => member.lead !== NONE,
    isLeader: () => member.isLeader,
    isLearner: () => isLearner(server),
    appliedIndex: () => member.appliedIndex,
    committedIndex: () => member.commitIndex,
    pendingProposals: () => member.pendingProposals,
    alarms: () => alarmsOf(server),
    authRevision: () => 1,
    quotaBytes: () => quotaBytes,
    backendSizeBytes: () => server.backendSize.sizeBytes,
    backendSizeInUseBytes: () => server.backendSize.sizeInUseBytes,
    openReadTransactions: () => 0,
    currentRevision: () => server.machine.parts.store.currentRev,
    compactRevision: () => server.machine.parts.store.compactRev,
    keyCount: () => server.machine.parts.store.index.living,
    watchStreams: () => services.pump.size,
    watchers: () => server.watchable.counts.synced + server.watchable.counts.unsynced,
    slowWatchers: () => server.watchable.counts.unsynced,
    pendingEvents: () => server.watchable.counts.victims,
    peers: () => peerFiguresOf(server),
  };
}

/** What others count is copied at each scrape. */
function copyCounts({ member, storage, transport, machine, memberId }: MemberServer, metrics: Metrics): void {
  metrics.server.leaderChangesSeenTotal = member.figures.leaderChanges;
  metrics.server.proposalsFailedTotal = member.figures.proposalsFailed;
  metrics.server.readIndexesFailedTotal = member.readFigures.failed;
  metrics.server.slowReadIndexesTotal = member.readFigures.slow;
  metrics.disk.walWriteBytesTotal = storage.stats().bytes;
  for (const { id } of machine.parts.cluster.list()) {
    const stats = transport.stats(id);
    if (id === memberId || stats === undefined) continue;
    const peer = metrics.network.peer(id);
    peer.disconnectedTotal = stats.disconnects;
    peer.receiveFailuresTotal = stats.receiveFailures;
  }
}

function peerFiguresOf({ machine, memberId, transport }: MemberServer): PeerFigures[] {
  const figures: PeerFigures[] = [];
  for (const { id } of machine.parts.cluster.list()) {
    const stats = id === memberId ? undefined : transport.stats(id);
    if (stats !== undefined) figures.push({ id, isActive: transport.activeSince(id) !== undefined, stats });
  }
  return figures;
}

function alarmsOf({ machine }: MemberServer): { readonly memberId: bigint; readonly alarm: string }[] {
  return machine.parts.alarms.list(AlarmType.NONE).map(({ memberID, alarm }) => ({
    memberId: memberID,
    alarm: alarmTypeName(alarm),
  }));
}

const STATE_NAMES: Readonly<Record<StateType, string>> = {
  [StateType.Follower]: "StateFollower",
  [StateType.Candidate]: "StateCandidate",
  [StateType.Leader]: "StateLeader",
  [StateType.PreCandidate]: "StatePreCandidate",
};

function raftStatusOf({ member }: MemberServer): RaftStatus {
  const { id, hardState, lead, raftState, applied, progress, leadTransferee } = member.status();
  const peers = new Map<bigint, { match: number; next: number; state: string }>();
  for (const [peer, { match, next, state }] of progress)
    peers.set(peer, { match, next, state: progressStateName(state) });
  const { term, vote, commit } = hardState;
  return { id, term, vote, commit, lead, raftState: STATE_NAMES[raftState], applied, progress: peers, leadTransferee };
}

function minorOf(version: string | undefined): string | undefined {
  const parsed = version === undefined ? undefined : parseVersion(version);
  return parsed === undefined ? undefined : formatVersion(parsed).replace(/\.\d+$/, "");
}

/** Members of 3.5 do not say which revision they hashed. */
function hashedOf(answer: Extract<HashKvAnswer, { readonly kind: "hashed" }>): HashedRevision {
  const { hash, compactRevision, currentRevision: revision } = answer;
  return { revision, hash, compactRevision, hashRevision: undefined };
}

type Failed = Extract<LeaseAnswer<never>, { readonly kind: "failed" }>;

function leaseFailure({ code }: Failed): { readonly kind: "missing" | "late" | "demoted" } {
  if (code === "LeaseNotFound") return { kind: "missing" };
  return { kind: code === "TimeoutWaitAppliedIndex" ? "late" : "demoted" };
}

function timeToLive(answer: LeaseAnswer<LeaseTimeToLiveResponse>): TimeToLiveResult {
  if (answer.kind !== "ok") return leaseFailure(answer);
  const { TTL, grantedTTL, keys } = answer.value;
  return { kind: "alive", ttlSeconds: TTL, grantedSeconds: grantedTTL, keys };
}
