/** What a request of the Downgrade method comes to. The cluster's version says which targets there are: its minor version less one. */
import { compareMinor, formatVersion, parseVersion, type Version } from "@quorate/machine";
import type { DowngradeInfoSetRequest } from "@quorate/proto";
import type { ServiceErrorCode } from "./statuses.ts";

/**
 * Divergence: below it a downgrade is found possible and is not begun. etcd 3.5 takes the request, and every 3.5 member then ends its
 * process at the next change of the cluster's version.
 */
const FIRST_THAT_DOWNGRADES: Version = { major: 3, minor: 6, patch: 0 };

export type DowngradeState = {
  /** Undefined while the cluster has not decided. */
  readonly clusterVersion: string | undefined;
  /** The target of a downgrade under way. */
  readonly target: string | undefined;
};

export type DowngradeVerdict =
  /** To be put into the log. */
  | { readonly kind: "set"; readonly request: DowngradeInfoSetRequest }
  | { readonly kind: "refused"; readonly code: ServiceErrorCode };

/** The cluster version that a request names: X.Y or X.Y.Z, of which Z does not count. */
export function parseTargetVersion(text: string): Version | undefined {
  const version = parseVersion(text) ?? parseVersion(`${text}.0`);
  return version === undefined ? undefined : { ...version, patch: 0 };
}

/** Why a cluster cannot go down to `target`, or undefined. */
export function refuseTarget(target: Version, state: DowngradeState): ServiceErrorCode | undefined {
  const version = state.clusterVersion === undefined ? undefined : parseVersion(state.clusterVersion);
  if (version === undefined) return "ClusterVersionUnavailable";
  const allowed = { major: version.major, minor: version.minor - 1, patch: 0 };
  if (compareMinor(target, allowed) !== 0) return "InvalidDowngradeTarget";
  return state.target === undefined ? undefined : "DowngradeInProcess";
}

export function judgeEnable(target: Version, state: DowngradeState): DowngradeVerdict {
  const code = refuseTarget(target, state);
  if (code !== undefined) return { kind: "refused", code };
  const version = parseVersion(state.clusterVersion ?? "");
  if (version === undefined || compareMinor(version, FIRST_THAT_DOWNGRADES) < 0) {
    return { kind: "refused", code: "InvalidDowngradeTarget" };
  }
  return { kind: "set", request: { enabled: true, ver: formatVersion(target) } };
}

/** @param isForgiving whether cancelling nothing is fine, as from 3.6 on. */
export function judgeCancel(state: DowngradeState, isForgiving: boolean): DowngradeVerdict | { readonly kind: "fine" } {
  if (state.target !== undefined) return { kind: "set", request: { enabled: false, ver: "" } };
  return isForgiving ? { kind: "fine" } : { kind: "refused", code: "NoInflightDowngrade" };
}
