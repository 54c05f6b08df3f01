/**
 * The members of the cluster as of the applied index, with their rows in the backend: who is in, who can never come back, what they
 * published of themselves, which version they agreed on. It changes only by entries of the log, on all members alike.
 */
import { type Backend, bytesFromLatin1, compareIds, idFromHex, latin1FromBytes } from "@quorate/base";
import {
  type Attributes,
  type ConfChange,
  type ConfState,
  type DowngradeInfoSetRequest,
  encodeUtf8,
} from "@quorate/proto";
import type { MachineErrorCode } from "../errors.ts";
import { CLUSTER_VERSION_KEY, CONF_STATE_KEY, DOWNGRADE_KEY, memberKey, REMOVED_VALUE } from "../schema.ts";
import { formatConfState, parseConfState } from "./conf-state.ts";
import { decodeContext, encodeMember, type Member } from "./member.ts";
import { type CheckedChange, checkChange, type MembersView } from "./validate.ts";
import { parseVersion } from "./version.ts";

/** What became of a configuration change. A rejected one goes to raft with node id 0, which clears its pending change. */
export type ConfChangeOutcome =
  | { readonly kind: "applied"; readonly change: "add" | "promote" | "update" | "remove"; readonly member: Member }
  | { readonly kind: "rejected"; readonly code: MachineErrorCode };

export class Cluster implements MembersView {
  readonly #backend: Backend;
  readonly #members: Map<bigint, Member> = new Map<bigint, Member>();
  readonly #removed: Set<bigint> = new Set<bigint>();
  readonly maxLearners: number;
  #version: string | undefined = undefined;
  #downgradeTo: string | undefined = undefined;

  /** Reads what the backend holds. @param maxLearners must be the same on all members: it decides at apply. */
  constructor(backend: Backend, maxLearners: number) {
    this.#backend = backend;
    this.maxLearners = maxLearners;
    const none = new Uint8Array(0);
    backend.range("members", none, undefined, (_key, value) => {
      const member = decodeContext(value)?.member;
      if (member !== undefined) this.#members.set(member.id, member);
      return true;
    });
    backend.range("members_removed", none, undefined, (key) => {
      const id = idFromHex(latin1FromBytes(key));
      if (id !== undefined) this.#removed.add(id);
      return true;
    });
    const version = backend.get("cluster", CLUSTER_VERSION_KEY);
    if (version !== undefined) this.#version = latin1FromBytes(version);
    const downgrade = backend.get("cluster", DOWNGRADE_KEY);
    if (downgrade !== undefined) this.#downgradeTo = downgradeTarget(latin1FromBytes(downgrade));
  }

  get members(): ReadonlyMap<bigint, Member> {
    return this.#members;
  }

  /** Ids that can never be used again. */
  get removed(): ReadonlySet<bigint> {
    return this.#removed;
  }

  /** The agreed version, undefined before the first agreement. */
  get version(): string | undefined {
    return this.#version;
  }

  /** The version to which a downgrade is under way. */
  get downgradeTo(): string | undefined {
    return this.#downgradeTo;
  }

  /** All members by ascending id. */
  list(): Member[] {
    return [...this.#members.values()].sort((a, b) => compareIds(a.id, b.id));
  }

  /** Whether a change would be legal now: for the proposer. */
  check(change: ConfChange): CheckedChange {
    return checkChange(this, change);
  }

  /** Applies a change of the log, or says why it has no effect. */
  applyConfChange(change: ConfChange): ConfChangeOutcome {
    const checked = checkChange(this, change);
    switch (checked.kind) {
      case "rejected":
        return checked;
      case "remove":
        this.#members.delete(checked.member.id);
        this.#removed.add(checked.member.id);
        this.#backend.delete("members", memberKey(checked.member.id));
        this.#backend.put("members_removed", memberKey(checked.member.id), REMOVED_VALUE);
        return { kind: "applied", change: "remove", member: checked.member };
      case "add":
        return { kind: "applied", change: "add", member: this.#save(checked.member) };
      case "promote":
        return { kind: "applied", change: "promote", member: this.#save({ ...checked.member, isLearner: false }) };
      case "update": {
        // Divergence: etcd lets a learner whose URLs change appear as a voter, because the request does not repeat what it is.
        const member = { ...checked.member, peerUrls: checked.peerUrls };
        return { kind: "applied", change: "update", member: this.#save(member) };
      }
    }
  }

  /**
   * A member's own account of itself. False where there is no such member: of a removed one that is normal; of any other id it stops
   * every etcd (Divergence: it has no effect here).
   */
  setAttributes(id: bigint, { name, clientUrls }: Attributes): boolean {
    const member = this.#members.get(id);
    if (member === undefined) return false;
    this.#save({ ...member, name, clientUrls: [...clientUrls] });
    return true;
  }

  /** The members have agreed on a version. False where the text is no version: then nothing happens. */
  setVersion(version: string): boolean {
    if (parseVersion(version) === undefined) return false;
    this.#version = version;
    this.#backend.put("cluster", CLUSTER_VERSION_KEY, bytesFromLatin1(version));
    return true;
  }

  /** Begins or ends a downgrade. */
  setDowngrade({ enabled, ver }: DowngradeInfoSetRequest): void {
    this.#downgradeTo = enabled ? ver : undefined;
    const json = JSON.stringify({ "target-version": enabled ? ver : "", enabled });
    this.#backend.put("cluster", DOWNGRADE_KEY, encodeUtf8(json));
  }

  /** Raft's configuration after a change, for a restart: etcd's row, whose ids are JSON numbers up to 2^64. */
  saveConfState(state: ConfState): void {
    this.#backend.put("meta", CONF_STATE_KEY, bytesFromLatin1(formatConfState(state)));
  }

  /** What `saveConfState` stored last; undefined where there is nothing, or nothing that can be read. */
  loadConfState(): ConfState | undefined {
    const value = this.#backend.get("meta", CONF_STATE_KEY);
    return value === undefined ? undefined : parseConfState(latin1FromBytes(value));
  }

  #save(member: Member): Member {
    this.#members.set(member.id, member);
    this.#backend.put("members", memberKey(member.id), encodeMember(member));
    return member;
  }
}

function downgradeTarget(json: string): string | undefined {
  try {
    const { enabled, "target-version": target } = JSON.parse(json) as Record<string, unknown>;
    return enabled === true && typeof target === "string" ? target : undefined;
  } catch {
    return undefined;
  }
}
