/**
 * What a member does without being asked. A leader lets leases expire, writes checkpoints of long ones, keeps the cluster version, and
 * compacts; every member makes itself known, and raises an alarm when its space has run out. All of it goes through the log, and all
 * of it is repeated until the state says that it is done: nothing here remembers what it once proposed.
 */
import { idToHex } from "@quorate/base";
import { compareMinor, decideClusterVersion, type Machine, parseVersion } from "@quorate/machine";
import {
  AlarmAction,
  AlarmType,
  encodeUtf8,
  encodeV2Request,
  type InternalRaftRequestBody,
  newAlarmRequest,
  newV2Request,
} from "@quorate/proto";
import { AutoCompaction, type AutoCompactionOptions } from "./auto-compaction.ts";

/** How often the leader looks for expired leases, and how many it revokes at once (etcd: 500 ms, 1000 a second). */
const EXPIRY_INTERVAL_MS = 500;
const MAX_REVOKES = 500;
const MAX_CHECKPOINTS = 1_000;
/** How often the leader asks for versions (etcd: monitorVersionInterval). */
const VERSION_INTERVAL_MS = 4_000;
/** A proposal that was lost is made again after this long. */
const REPEAT_MS = 1_000;

export type DutiesOptions = {
  readonly id: bigint;
  readonly name: string;
  readonly clientUrls: readonly string[];
  readonly autoCompaction: AutoCompactionOptions;
};

/** What a member's duties need of it. */
export type DutiesDeps = {
  readonly machine: () => Machine;
  readonly propose: (body: InternalRaftRequestBody) => void;
  /** An entry as etcd before 3.5 writes it. */
  readonly proposeV2: (data: Uint8Array) => void;
  readonly nextId: () => bigint;
  /** Confirms that this member still leads, then calls `leaseRound`. */
  readonly confirmLeadership: () => void;
  readonly askVersions: () => void;
};

export class Duties {
  readonly #options: DutiesOptions;
  readonly #deps: DutiesDeps;
  readonly #compaction: AutoCompaction;
  #expiryMs = 0;
  #versionMs = 0;
  #publishMs = -REPEAT_MS;
  #alarmMs = -REPEAT_MS;
  #isOverQuota = false;
  #isConfirming = false;

  constructor(options: DutiesOptions, deps: DutiesDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#compaction = new AutoCompaction(options.autoCompaction);
  }

  /** True once this member is known by its name and URLs. */
  get isPublished(): boolean {
    const own = this.#deps.machine().parts.cluster.members.get(this.#options.id);
    return own !== undefined && own.name === this.#options.name && sameTexts(own.clientUrls, this.#options.clientUrls);
  }

  tick(nowMs: number, raft: { readonly isLeader: boolean; readonly hasLeader: boolean }): void {
    const { store } = this.#deps.machine().parts;
    if (raft.hasLeader) this.#makeKnown(nowMs);
    if (raft.hasLeader && this.#isOverQuota) this.#raiseAlarm(nowMs);
    const rev = this.#compaction.tick(nowMs, store.currentRev, raft.isLeader);
    if (rev !== undefined) this.#deps.propose({ kind: "compaction", value: { revision: rev, physical: false } });
    if (!raft.isLeader) return;
    if (nowMs - this.#versionMs >= VERSION_INTERVAL_MS) this.#askVersions(nowMs);
    if (nowMs - this.#expiryMs >= EXPIRY_INTERVAL_MS) this.#startLeaseRound(nowMs);
  }

  /** The first entry of this leader's term is applied. */
  firstCommitInTerm(nowMs: number): void {
    this.#isConfirming = false;
    this.#askVersions(nowMs);
  }

  /** A write found this member's space used up. */
  overQuota(): void {
    this.#isOverQuota = true;
  }

  /** Leadership was just confirmed: leases that ran out may be revoked. What a paused leader believed before does not count. */
  leaseRound(stillLeads: boolean): void {
    this.#isConfirming = false;
    const { lessor } = this.#deps.machine().parts;
    if (!stillLeads || !lessor.isPrimary) return;
    for (const ID of lessor.expired(MAX_REVOKES)) this.#deps.propose({ kind: "leaseRevoke", value: { ID } });
    const checkpoints = lessor.checkpointsDue(MAX_CHECKPOINTS);
    if (checkpoints.length > 0) this.#deps.propose({ kind: "leaseCheckpoint", value: { checkpoints } });
  }

  /** All members have said which version they are. */
  versions(serverVersions: readonly (string | undefined)[]): void {
    const { cluster } = this.#deps.machine().parts;
    const decided = decideClusterVersion({
      current: cluster.version,
      serverVersions,
      downgradeTo: cluster.downgradeTo,
    });
    if (decided === undefined) return;
    if (speaksV3(decided)) this.#deps.propose({ kind: "clusterVersionSet", value: { ver: decided } });
    else this.#proposeV2("/0/version", encodeUtf8(decided));
  }

  #askVersions(nowMs: number): void {
    this.#versionMs = nowMs;
    this.#deps.askVersions();
  }

  #startLeaseRound(nowMs: number): void {
    this.#expiryMs = nowMs;
    if (this.#isConfirming || this.#deps.machine().parts.lessor.size === 0) return;
    this.#isConfirming = true;
    this.#deps.confirmLeadership();
  }

  /** Name and client URLs, once this member is in the cluster and the cluster's version says in which form (interop: publishing). */
  #makeKnown(nowMs: number): void {
    const { cluster } = this.#deps.machine().parts;
    const { id, name, clientUrls } = this.#options;
    if (cluster.version === undefined || !cluster.members.has(id) || this.isPublished) return;
    if (nowMs - this.#publishMs < REPEAT_MS) return;
    this.#publishMs = nowMs;
    if (speaksV3(cluster.version)) {
      const memberAttributes = { name, clientUrls: [...clientUrls] };
      this.#deps.propose({ kind: "clusterMemberAttrSet", value: { memberID: id, memberAttributes } });
    } else {
      this.#proposeV2(
        `/0/members/${idToHex(id)}/attributes`,
        encodeUtf8(JSON.stringify({ name, clientURLs: clientUrls })),
      );
    }
  }

  #raiseAlarm(nowMs: number): void {
    const { id } = this.#options;
    const { alarms } = this.#deps.machine().parts;
    if (alarms.list(AlarmType.NOSPACE).some(({ memberID }) => memberID === id)) {
      this.#isOverQuota = false;
      return;
    }
    if (nowMs - this.#alarmMs < REPEAT_MS) return;
    this.#alarmMs = nowMs;
    const value = newAlarmRequest({ action: AlarmAction.ACTIVATE, memberID: id, alarm: AlarmType.NOSPACE });
    this.#deps.propose({ kind: "alarm", value });
  }

  #proposeV2(path: string, val: Uint8Array): void {
    this.#deps.proposeV2(encodeV2Request(newV2Request({ ID: this.#deps.nextId(), method: "PUT", path, val })));
  }
}

/** Requests of etcd 3.5 and later: an older member stops for good when it finds one in its log. */
function speaksV3(version: string): boolean {
  const parsed = parseVersion(version);
  return parsed !== undefined && compareMinor(parsed, { major: 3, minor: 5, patch: 0 }) >= 0;
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, i) => text === b[i]);
}
