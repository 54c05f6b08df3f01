/**
 * etcd's Maintenance service. What newer versions say is said by a server that claims to be one of them only: clients of the version that
 * is claimed must not meet fields that it does not have.
 */
import { fail } from "@quorate/base";
import { type ServerCall, StatusCode } from "@quorate/grpc";
import { compareMinor, parseVersion, type Version } from "@quorate/machine";
import {
  type AlarmMember,
  type AlarmRequest,
  type AlarmResponse,
  AlarmType,
  DowngradeAction,
  type DowngradeRequest,
  type DowngradeResponse,
  type HashKVRequest,
  type HashKVResponse,
  type HashRequest,
  type HashResponse,
  MaintenanceService as MaintenanceMethods,
  type MoveLeaderRequest,
  type MoveLeaderResponse,
  newAlarmResponse,
  newDefragmentResponse,
  newDowngradeResponse,
  newHashKVResponse,
  newMoveLeaderResponse,
  newStatusResponse,
  type StatusResponse,
} from "@quorate/proto";
import type { EtcdServer } from "./etcd-server.ts";
import { isLearner } from "./gates.ts";
import { newHeader } from "./header.ts";
import type { HealthService } from "./health-service.ts";
import {
  type DowngradeVerdict,
  judgeCancel,
  judgeEnable,
  parseTargetVersion,
  refuseTarget,
} from "./maintenance-downgrade.ts";
import { hashKv } from "./maintenance-hash.ts";
import { type Digest, type SnapshotCall, sendSnapshot } from "./maintenance-snapshot.ts";
import type { ServiceRouter } from "./service-router.ts";
import { failCall, statusOf } from "./statuses.ts";

export type MaintenanceDeps = {
  readonly newSha256: () => Digest;
  /** Told that this member does not serve while it defragments; undefined: it does. */
  readonly health: Pick<HealthService, "setServing"> | undefined;
};

/** From here on the storage has a version, hashes say of which revision they are, and cancelling no downgrade is fine. */
const NEWER: Version = { major: 3, minor: 6, patch: 0 };

const anyTime = { onLearner: () => true };

export class MaintenanceService {
  readonly #server: EtcdServer;
  readonly #deps: MaintenanceDeps;
  readonly #isNewer: boolean;

  constructor(server: EtcdServer, deps: MaintenanceDeps) {
    this.#server = server;
    this.#deps = deps;
    const version = parseVersion(server.version);
    this.#isNewer = version !== undefined && compareMinor(version, NEWER) >= 0;
  }

  register(router: ServiceRouter): void {
    router
      .unary(MaintenanceMethods.alarm, (request, call) => this.#alarm(request, call))
      .unary(MaintenanceMethods.status, (_request, call) => call.respond(this.#status()), anyTime)
      .unary(MaintenanceMethods.defragment, (_request, call) => {
        this.#defragment().then(() => call.respond(newDefragmentResponse()), failBy(call));
      })
      .unary(MaintenanceMethods.hash, (_request, call) => this.#hash(call))
      .unary(MaintenanceMethods.hashKV, (request, call) => this.#hashKv(request, call))
      .unary(MaintenanceMethods.snapshot, (_request, call) => this.#snapshot(call), anyTime)
      .unary(MaintenanceMethods.moveLeader, (request, call) => this.#moveLeader(request, call))
      .unary(MaintenanceMethods.downgrade, (request, call) => this.#downgrade(request, call));
  }

  async #defragment(): Promise<void> {
    const { health } = this.#deps;
    health?.setServing(false);
    try {
      await this.#server.defragment();
    } finally {
      health?.setServing(true);
    }
  }

  #alarm(request: AlarmRequest, call: ServerCall<AlarmRequest, AlarmResponse>): void {
    this.#server.propose({ kind: "alarm", value: request }, (settled) => {
      if (settled.kind === "failed") return failCall(call, settled.code);
      if (settled.kind !== "alarm") fail(`an alarm was settled as ${settled.kind}`);
      const header = newHeader(this.#server, settled.revision);
      call.respond(newAlarmResponse({ header, alarms: [...settled.alarms] }));
    });
  }

  #status(): StatusResponse {
    const server = this.#server;
    const { raft, limits, backendSize } = server;
    const { store, alarms, cluster } = server.machine.parts;
    const errors = alarms.list().map(describeAlarm);
    if (raft.lead === 0n) errors.unshift(statusOf("NoLeader").message);
    const status = newStatusResponse({
      header: newHeader(server, store.currentRev),
      version: server.version,
      dbSize: backendSize.sizeBytes,
      dbSizeInUse: backendSize.sizeInUseBytes,
      leader: raft.lead,
      raftIndex: raft.commitIndex,
      raftTerm: raft.term,
      raftAppliedIndex: raft.appliedIndex,
      errors,
      isLearner: isLearner(server),
    });
    if (!this.#isNewer) return status;
    const { downgradeTo } = cluster;
    return {
      ...status,
      storageVersion: this.#storageVersion(),
      dbSizeQuota: Number.isFinite(limits.quotaBytes) ? limits.quotaBytes : 0,
      downgradeInfo: { enabled: downgradeTo !== undefined, targetVersion: downgradeTo ?? "" },
    };
  }

  #hash(call: ServerCall<HashRequest, HashResponse>): void {
    const { currentRev } = this.#server.machine.parts.store;
    this.#server.hashBackend().then(({ hash }) => {
      call.respond({ header: newHeader(this.#server, currentRev), hash });
    }, failBy(call));
  }

  #hashKv({ revision }: HashKVRequest, call: ServerCall<HashKVRequest, HashKVResponse>): void {
    hashKv(this.#server, revision).then((answer) => {
      if (answer.kind === "failed") return failCall(call, answer.code);
      const { hash, compactRevision, hashRevision, currentRevision } = answer;
      const header = newHeader(this.#server, currentRevision);
      const response = newHashKVResponse({ header, hash, compactRevision });
      call.respond(this.#isNewer ? { ...response, hashRevision } : response);
    }, failBy(call));
  }

  #snapshot(call: SnapshotCall): void {
    const sum = this.#deps.newSha256();
    const version = this.#isNewer ? this.#storageVersion() : "";
    sendSnapshot(call, this.#server, { sum, version }).catch(failBy(call));
  }

  #moveLeader({ targetID }: MoveLeaderRequest, call: ServerCall<MoveLeaderRequest, MoveLeaderResponse>): void {
    const { raft, memberId, machine } = this.#server;
    if (!raft.isLeader) return failCall(call, "NotLeader");
    const target = machine.parts.cluster.members.get(targetID);
    if (target === undefined || target.isLearner) return failCall(call, "BadLeaderTransferee");
    if (targetID === memberId) return call.respond(newMoveLeaderResponse());
    this.#server.moveLeader(targetID, (failure) => {
      if (failure === undefined) call.respond(newMoveLeaderResponse());
      else failCall(call, failure);
    });
  }

  #downgrade(request: DowngradeRequest, call: ServerCall<DowngradeRequest, DowngradeResponse>): void {
    const { VALIDATE, ENABLE, CANCEL } = DowngradeAction;
    const { action, version } = request;
    if (action === CANCEL) {
      const verdict = judgeCancel(this.#downgradeState(), this.#isNewer);
      if (verdict.kind === "fine") this.#answerDowngrade(call);
      else this.#carryOut(verdict, call);
      return;
    }
    if (action !== VALIDATE && action !== ENABLE) return failCall(call, "UnknownMethod");
    const target = parseTargetVersion(version);
    if (target === undefined) return failCall(call, "WrongDowngradeVersion");
    this.#server.confirmRead((failure) => {
      if (failure !== undefined) return failCall(call, failure);
      const state = this.#downgradeState();
      if (action === ENABLE) return this.#carryOut(judgeEnable(target, state), call);
      const code = refuseTarget(target, state);
      if (code === undefined) this.#answerDowngrade(call);
      else failCall(call, code);
    });
  }

  #carryOut(verdict: DowngradeVerdict, call: ServerCall<DowngradeRequest, DowngradeResponse>): void {
    if (verdict.kind === "refused") return failCall(call, verdict.code);
    this.#server.propose({ kind: "downgradeInfoSet", value: verdict.request }, (settled) => {
      if (settled.kind === "failed") failCall(call, settled.code);
      else this.#answerDowngrade(call);
    });
  }

  #answerDowngrade(call: ServerCall<DowngradeRequest, DowngradeResponse>): void {
    const { store, cluster } = this.#server.machine.parts;
    const header = newHeader(this.#server, store.currentRev);
    call.respond(newDowngradeResponse({ header, version: cluster.version ?? "" }));
  }

  #downgradeState(): { readonly clusterVersion: string | undefined; readonly target: string | undefined } {
    const { cluster } = this.#server.machine.parts;
    return { clusterVersion: cluster.version, target: cluster.downgradeTo };
  }

  /** The storage follows the cluster's version from the first on that has one. */
  #storageVersion(): string {
    const version = parseVersion(this.#server.machine.parts.cluster.version ?? "");
    return version !== undefined && compareMinor(version, NEWER) >= 0 ? `${version.major}.${version.minor}.0` : "";
  }
}

/** As Go's printer of compact messages has it, with the space behind each field. */
function describeAlarm({ memberID, alarm }: AlarmMember): string {
  let text = memberID === 0n ? "" : `memberID:${memberID} `;
  if (alarm !== AlarmType.NONE) text += `alarm:${alarm === AlarmType.NOSPACE ? "NOSPACE" : "CORRUPT"} `;
  return text;
}

/** For work that went wrong where nothing should: the client hears of it in the words of who did it. */
function failBy<Req, Res>(call: ServerCall<Req, Res>): (error: unknown) => void {
  return (error) => call.fail(StatusCode.Unknown, error instanceof Error ? error.message : String(error));
}
