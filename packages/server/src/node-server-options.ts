/** What the parts of a server are given, from its configuration. */
import { randomBytes } from "node:crypto";
import { Prng } from "@quorate/base";
import type { MemberOptions } from "@quorate/member";
import type { TlsOptions as PeerTls } from "@quorate/rafthttp";
import { type DataDir, dataDir } from "@quorate/storage";
import type { Config } from "./config/config.ts";
import { type MemberUrl, textsOf } from "./config/urls.ts";
import type { StructuredLogger } from "./log/logger.ts";

const SEED_BYTES = 16;

function autoCompactionOf({ autoCompaction }: Config): MemberOptions["autoCompaction"] {
  if (autoCompaction.mode !== "revision") return autoCompaction;
  return { mode: "revision", retention: autoCompaction.retentionRevisions };
}

export function clientUrls({ listenClientUrls, listenClientHttpUrls, listenMetricsUrls }: Config): MemberUrl[] {
  return [...listenClientUrls, ...listenClientHttpUrls, ...listenMetricsUrls];
}

export function dataDirOf({ dataDir: root, walDir }: Config): DataDir {
  const dir = dataDir(root);
  return walDir === undefined ? dir : { ...dir, wal: walDir };
}

export function peerTlsOf({
  peerTls,
  peerSkipClientSanVerification: skipClientSanVerification,
}: Config): PeerTls | undefined {
  if (peerTls === undefined) return undefined;
  return { ...peerTls, skipClientSanVerification };
}

export function memberOptions(options: Config, id: bigint, logger: StructuredLogger): MemberOptions {
  return {
    id,
    name: options.name,
    clientUrls: textsOf(options.advertiseClientUrls),
    tickMs: options.heartbeatIntervalMs,
    electionTicks: Math.floor(options.electionTimeoutMs / options.heartbeatIntervalMs),
    preVote: options.preVote,
    snapshotCount: options.snapshotCount,
    snapshotCatchUpEntries: options.snapshotCatchupEntries,
    maxRequestBytes: options.maxRequestBytes,
    quotaBytes: options.quotaBackendBytes,
    backendBatchMs: options.backendBatchIntervalMs,
    backendBatchLimit: options.backendBatchLimit,
    autoCompaction: autoCompactionOf(options),
    compactionBatchRows: options.compactionBatchLimit,
    compactionPauseMs: options.compactionSleepIntervalMs,
    startedAtMs: Date.now(),
    random: new Prng(randomBytes(SEED_BYTES).toString("hex")),
    logger,
  };
}
